"""The model's arithmetic: padding, masks, gradients, and two ways to the same probability."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from neural_programmer.execution.soft import SoftExecutor
from neural_programmer.execution.soft_grounding import ground
from neural_programmer.execution.soft_table import SoftTable
from neural_programmer.language.candidates import FIELDS
from neural_programmer.model.attention import Placement, QuestionDropout, masked_log_softmax
from neural_programmer.model.soft_steps import soft_steps
from neural_programmer.model.trie import TrieBuilder
from neural_programmer.training.objectives import marginal_loss
from tests.tiny_models import examples, judged_questions, tiny_model


def _log_probabilities(chosen: list[int], programs: int = 8) -> list[np.ndarray[tuple[int], np.dtype[np.float32]]]:
    """The log-probabilities of the first programs of some examples, computed in one batch."""
    trained = tiny_model()
    some = [examples(3, 1)[at] for at in chosen]
    encoded = trained.model.encode(trained.batcher.batch([one.features for one in some]))
    trie = TrieBuilder(trained.model.grammar).build(
        [one.programs.programs[:programs] for one in some],
        [one.programs.sizes[:programs] for one in some],
        encoded.constants.shape[1],
    )
    with torch.no_grad():
        found = trained.model.log_probabilities(encoded, trie).numpy()
    return [found[trie.questions.numpy() == at] for at in range(len(some))]


def test_padding_and_company_change_nothing() -> None:
    together = _log_probabilities([0, 3, 7, 11])
    for alone, place in zip([0, 3, 7, 11], range(4), strict=True):
        np.testing.assert_allclose(together[place], _log_probabilities([alone])[0], rtol=1e-4, atol=1e-4)


def test_sharing_beginnings_changes_nothing() -> None:
    together = _log_probabilities([2])[0]
    example = examples(3, 1)[2]
    assert len(together) == 8
    trained = tiny_model()
    encoded = trained.model.encode(trained.batcher.batch([example.features]))
    builder = TrieBuilder(trained.model.grammar)
    for at, shared in enumerate(together):
        trie = builder.build(
            [example.programs.programs[at : at + 1]], [example.programs.sizes[at : at + 1]], encoded.constants.shape[1]
        )
        with torch.no_grad():
            alone = trained.model.log_probabilities(encoded, trie)
        np.testing.assert_allclose(alone.numpy(), [shared], rtol=1e-4, atol=1e-4)


def test_the_same_program_twice_is_one_path_with_two_ends() -> None:
    example = examples(3, 1)[0]
    twice = np.concatenate([example.programs.programs[:1]] * 2)
    sizes = np.concatenate([example.programs.sizes[:1]] * 2)
    trie = TrieBuilder(tiny_model().model.grammar).build([twice], [sizes], 9)
    assert [len(level) for level in trie.levels] == [1] * len(trie.levels)
    assert trie.ends[0].tolist() == trie.ends[1].tolist()


def test_every_weight_learns_from_programs() -> None:
    trained = tiny_model()
    model = trained.model.train()
    some = examples(3, 1)
    encoded = model.encode(trained.batcher.batch([one.features for one in some]))
    trie = TrieBuilder(model.grammar).build(
        [one.programs.programs for one in some], [one.programs.sizes for one in some], encoded.constants.shape[1]
    )
    marginal_loss(model.log_probabilities(encoded, trie), trie.questions, len(some)).mean().backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, f"{name} has no gradient"
        assert torch.isfinite(parameter.grad).all(), f"the gradient of {name} is not finite"


def test_an_illegal_program_has_no_probability_to_speak_of() -> None:
    trained = tiny_model()
    example = examples(3, 1)[0]
    program = np.full((1, 2, FIELDS), -1, dtype=np.int16)
    names = trained.model.grammar.names
    program[0, :, 0] = names.index("all_rows"), names.index("add")
    program[0, 1, 1:3] = 0, 0
    encoded = trained.model.encode(trained.batcher.batch([example.features]))
    trie = TrieBuilder(trained.model.grammar).build([program], [np.zeros((1, 2), dtype=np.int8)], 9)
    with torch.no_grad():
        assert trained.model.log_probabilities(encoded, trie).item() < -1e6


def test_marginal_loss_is_the_log_of_summed_probabilities() -> None:
    log_probabilities = torch.tensor([-1.0, -2.0, -700.0, -0.5], requires_grad=True)
    questions = torch.tensor([0, 0, 1, 2])
    loss = marginal_loss(log_probabilities, questions, 3)
    expected = [-np.log(np.exp(-1) + np.exp(-2)), 700.0, 0.5]
    np.testing.assert_allclose(loss.detach().numpy(), expected, rtol=1e-5)
    loss.sum().backward()
    assert log_probabilities.grad is not None
    weights = np.exp([-1, -2]) / np.exp([-1, -2]).sum()
    np.testing.assert_allclose(log_probabilities.grad.numpy(), [*-weights, -1, -1], rtol=1e-5)


def test_masked_log_softmax_shares_all_probability_among_the_legal() -> None:
    mask = torch.tensor([[True, False, True], [False, False, False]])
    found = masked_log_softmax(torch.tensor([[1.0, 9.0, 1.0], [1.0, 2.0, 3.0]]), mask)
    np.testing.assert_allclose(found[0].exp().numpy(), [0.5, 0.0, 0.5], atol=1e-6)
    assert torch.isfinite(found).all()


def test_dropout_is_the_same_for_all_nodes_of_a_question() -> None:
    question = torch.tensor([0, 0, 1])
    placement = Placement(question, torch.tensor([0, 1, 0]), 2)
    dropout = QuestionDropout(0.5)
    torch.manual_seed(0)
    dropped = dropout(torch.ones(3, 64), placement)
    assert torch.equal(dropped[0], dropped[1])
    assert not torch.equal(dropped[0], dropped[2])
    assert set(dropped.unique().tolist()) == {0.0, 2.0}
    assert torch.equal(dropout.eval()(torch.ones(3, 64), placement), torch.ones(3, 64))


@pytest.mark.parametrize("width", [1, 3])
def test_attention_over_placed_nodes_is_attention_node_by_node(width: int) -> None:
    generator = torch.Generator().manual_seed(width)
    question, slot = torch.tensor([0, 2, 2]), torch.tensor([0, 1, 0])
    placement = Placement(question, slot, 3)
    queries, keys = torch.randn(3, width, generator=generator), torch.randn(3, 5, width, generator=generator)
    expected = torch.stack([keys[q] @ queries[node] for node, q in enumerate(question.tolist())])
    torch.testing.assert_close(placement.scores(queries, keys), expected)
    weights = torch.rand(3, 5, generator=generator)
    mixed = torch.stack([weights[node] @ keys[q] for node, q in enumerate(question.tolist())])
    torch.testing.assert_close(placement.mix(weights, keys), mixed)


def test_soft_steps_are_distributions_that_execution_can_read() -> None:
    trained = tiny_model()
    judged = judged_questions(3, 1)[:4]
    some = examples(3, 1)[:4]
    assert [one.id for one in judged] == [one.id for one in some]
    encoded = trained.model.encode(trained.batcher.batch([one.features for one in some]))
    table = SoftTable.collate([ground(one.grounding, one.candidates) for one in judged])
    executor = SoftExecutor(table)
    steps = soft_steps(trained.model, encoded, 3)
    for step in steps:
        torch.testing.assert_close(step.operation.sum(dim=1), torch.ones(4))
        torch.testing.assert_close(step.column.sum(dim=2), torch.ones(step.column.shape[:2]))
        assert (step.operation[:, trained.model.grammar.first_operation] < 1e-6).all()
        assert ((step.stop >= 0) & (step.stop <= 1)).all()
        executor.step(step)
    assert (steps[-1].stop == 1).all()
    answer = executor.answer()
    mass = answer.number.masses.sum(dim=1) + answer.cell_masses.sum(dim=(1, 2)) + answer.group_masses.sum(dim=1)
    # Some mass is lost to programs that are not well-typed, but never the whole, and none comes from nowhere.
    assert ((mass > 0.2) & (mass < 1 + 1e-5)).all()
