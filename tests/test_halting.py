"""Adaptive computation time: the budget of 1, where questions halt, the ponder cost and its slope, and the setting."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch

from neural_programmer import checkpoint
from neural_programmer.data.arithmetic import arithmetic_questions
from neural_programmer.data.vocabulary import build_vocabulary
from neural_programmer.execution.soft import SoftExecutor
from neural_programmer.execution.soft_grounding import ground
from neural_programmer.execution.soft_table import SoftTable
from neural_programmer.model.config import ModelConfig
from neural_programmer.model.halting import LEFT_OVER, Halting, HaltingBudget
from neural_programmer.model.soft_steps import soft_program
from neural_programmer.operations.registry import ARITHMETIC
from neural_programmer.training.arithmetic import ArithmeticSet
from neural_programmer.training.config import ConfigError, config_from
from neural_programmer.training.pondering import halting_accuracy, ponder_point, with_cost
from neural_programmer.training.reporting import SilentReporter
from neural_programmer.training.soft_training import soft_program_loss
from tests.tiny_models import TINY, examples, judged_questions


def _halting(chances: torch.Tensor) -> tuple[Halting, list[torch.Tensor]]:
    budget = HaltingBudget(len(chances))
    last = chances.shape[1] - 1
    given = [budget.spend(chance, last=at == last) for at, chance in enumerate(chances.unbind(dim=1))]
    return budget.halting(), given


def test_by_hand() -> None:
    chances = torch.tensor([[0.3, 0.5, 0.4, 0.9], [0.995, 0.5, 0.5, 0.5], [0.1, 0.1, 0.1, 0.1], [0.5, 0.495, 0.9, 0.9]])
    halting, given = _halting(chances)
    expected = [[0.3, 0.5, 0.2, 0], [1, 0, 0, 0], [0.1, 0.1, 0.1, 0.7], [0.5, 0.5, 0, 0]]
    torch.testing.assert_close(halting.distribution, torch.tensor(expected))
    assert halting.steps.tolist() == [3, 1, 4, 2]
    torch.testing.assert_close(halting.remainder, torch.tensor([0.2, 1.0, 0.7, 0.5]))
    torch.testing.assert_close(halting.ponder, torch.tensor([3.2, 2.0, 4.7, 2.5]))
    torch.testing.assert_close(torch.stack(given, 1)[0], torch.tensor([0.3, 0.5 / 0.7, 1.0, 1.0]))


@pytest.mark.parametrize("steps", [1, 2, 5, 30])
def test_the_budget_is_one_and_steps_are_as_few_as_may_be(steps: int) -> None:
    torch.manual_seed(steps)
    chances = torch.rand(200, steps) ** 2
    halting, given = _halting(chances)
    torch.testing.assert_close(halting.distribution.sum(dim=1), torch.ones(200))
    assert (halting.distribution >= 0).all()
    for row, chance in enumerate(chances):
        reached = (chance.cumsum(0) >= 1 - LEFT_OVER).nonzero()
        least = int(reached[0]) + 1 if len(reached) else steps
        assert halting.steps[row] == least
        assert halting.distribution[row, least:].sum() == 0
    # One after the other the conditional chances give the same shares.
    running = torch.ones(200)
    for share, chance in zip(halting.distribution.unbind(1), given, strict=True):
        torch.testing.assert_close(running * chance, share, atol=1e-5, rtol=1e-4)
        running = running * (1 - chance)


def test_the_slope_of_the_ponder_cost_is_that_of_the_remainder() -> None:
    chances = torch.tensor([[0.3, 0.5, 0.4, 0.9], [0.995, 0.5, 0.5, 0.5]], requires_grad=True)
    halting, _ = _halting(chances)
    (slope,) = torch.autograd.grad(halting.ponder.sum(), chances)
    assert slope.tolist() == [[-1, -1, 0, 0], [0, 0, 0, 0]]


def test_no_chance_at_all_and_every_chance_have_finite_slopes() -> None:
    chances = torch.tensor([[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]], requires_grad=True)
    halting, given = _halting(chances)
    assert halting.steps.tolist() == [3, 1]
    (slope,) = torch.autograd.grad(halting.distribution.square().sum() + torch.stack(given).sum(), chances)
    assert torch.isfinite(slope).all()


def _arithmetic(halting: str) -> tuple[checkpoint.TrainedModel, ArithmeticSet]:
    made = ArithmeticSet.of(arithmetic_questions(6, 1))
    vocabulary = build_vocabulary((one.features.words for one in made.readings), least_count=1)
    torch.manual_seed(0)
    config = dataclasses.replace(TINY, halting=halting, dropout=0.0)
    return checkpoint.new_model(config, vocabulary, tuple(ARITHMETIC)), made


def test_steps_beyond_the_numbers_change_nothing() -> None:
    trained, made = _arithmetic("stop")
    model = trained.model.eval()
    short = [at for at, one in enumerate(made.questions) if one.operations < 3]
    encoded = model.encode(trained.batcher.batch([made.readings[at].features for at in short]))
    answering = [one.soft for at, one in enumerate(made.examples()) if at in short and one.soft is not None]
    losses = [soft_program_loss(model, encoded, answering, steps) for steps in (1, 2, 3)]
    assert losses[0].sum() > losses[1].sum()
    torch.testing.assert_close(losses[1], losses[2])


def test_a_halting_controller_learns_when_to_halt_and_pays_for_steps() -> None:
    trained, made = _arithmetic("adaptive")
    model = trained.model.train()
    encoded = model.encode(trained.batcher.batch([one.features for one in made.readings]))
    answering = [one.soft for one in made.examples() if one.soft is not None]
    free = soft_program_loss(model, encoded, answering, 3)
    costly = soft_program_loss(model, encoded, answering, 3, ponder_cost=0.5)
    halting = soft_program(model, encoded, 3).halting
    assert halting is not None
    torch.testing.assert_close(costly - free, (0.5 * halting.ponder).to(free.dtype))
    assert model.controller.halt is not None
    costly.mean().backward()
    for name, parameter in model.controller.halt.named_parameters():
        assert parameter.grad is not None and parameter.grad.abs().sum() > 0, name


def test_shares_of_the_answer_are_the_halting_distribution() -> None:
    trained, made = _arithmetic("adaptive")
    model = trained.model.eval()
    with torch.no_grad():
        encoded = model.encode(trained.batcher.batch([one.features for one in made.readings]))
        program = soft_program(model, encoded, 3)
    assert program.halting is not None
    alive = torch.ones(len(made.readings))
    for step, share in zip(program.steps, program.halting.distribution.unbind(1), strict=True):
        torch.testing.assert_close(alive * step.stop, share, atol=1e-5, rtol=1e-4)
        alive = alive * (1 - step.stop)
        torch.testing.assert_close(step.operation.sum(dim=1), torch.ones(len(made.readings)))


def test_of_tables_too_the_whole_answer_is_shared_out() -> None:
    some, asked = examples(3, 1)[:4], {one.id: one for one in judged_questions(3, 1)}
    vocabulary = build_vocabulary((one.features.words for one in some), least_count=1)
    torch.manual_seed(0)
    trained = checkpoint.new_model(dataclasses.replace(TINY, halting="adaptive"), vocabulary)
    model = trained.model.eval()
    table = SoftTable.collate([ground(asked[one.id].grounding, asked[one.id].candidates) for one in some])
    executor = SoftExecutor(table)
    with torch.no_grad():
        encoded = model.encode(trained.batcher.batch([one.features for one in some]))
        program = soft_program(model, encoded, 3)
        assert program.halting is not None
        answered = torch.zeros(len(some), dtype=torch.float64)
        left = torch.ones(len(some))
        for number, step in enumerate(program.steps):
            executor.step(step)
            left = left - program.halting.distribution[:, number]
            answer = executor.answer()
            assert answer.phrases is not None
            answered = answer.number.mass + answer.phrases.mass + answer.cell_masses.sum((1, 2))
            answered = answered + answer.group_masses.sum(1)
            # What is undefined or not well-typed has no answer, so no more than what has halted is answered.
            assert (answered <= 1 - left + 1e-5).all()
    assert (answered > 0).all()


def test_without_the_setting_nothing_halts_and_no_weights_are_added() -> None:
    trained, made = _arithmetic("stop")
    assert trained.model.controller.halt is None
    with torch.no_grad():
        encoded = trained.model.encode(trained.batcher.batch([one.features for one in made.readings]))
        assert soft_program(trained.model, encoded, 3).halting is None


def test_a_price_is_judged_on_held_out_arithmetic(tmp_path: Path) -> None:
    config = config_from(
        {
            "optimisation": {"objective": "soft", "epochs": 1, "soft_questions": 0, "threads": 1, "average": 0.5},
            "arithmetic": {"questions": 12, "dev_questions": 3, "held_out": 12},
            "model": dataclasses.asdict(TINY),
        }
    )
    found = ponder_point(config, 0.25, tmp_path, None, SilentReporter())
    assert found.cost == 0.25
    assert set(found.steps_by_kind) == {"needs 1", "needs 2", "needs 3"}
    assert found.steps == pytest.approx(np.mean(list(found.steps_by_kind.values())))
    assert 1 <= found.steps <= 3
    assert 1 <= found.ponder <= 4
    assert with_cost(config, 0.25).model.halting == "adaptive"


def test_every_question_about_tables_counts() -> None:
    some, asked = examples(3, 1)[:4], judged_questions(3, 1)[:5]
    vocabulary = build_vocabulary((one.features.words for one in some), least_count=1)
    torch.manual_seed(0)
    trained = checkpoint.new_model(dataclasses.replace(TINY, halting="adaptive"), vocabulary)
    found = halting_accuracy(trained, asked, 3)
    assert found.accuracy * 5 == pytest.approx(round(found.accuracy * 5))
    assert 1 <= found.steps <= 3
    assert 1 <= found.ponder <= 4


def test_wrong_settings_are_refused() -> None:
    with pytest.raises(ValueError, match="halting: expected one of stop, adaptive, but found 'never'"):
        ModelConfig(halting="never")
    with pytest.raises(ConfigError, match="ponder_cost: expected 0, or more where the model's halting is adaptive"):
        config_from({"optimisation": {"ponder_cost": 0.1}})
