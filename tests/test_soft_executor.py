"""The soft executor as a whole: batches, precision, slopes, and mass that fits no signature."""

from __future__ import annotations

import random
from dataclasses import fields

import numpy as np
import pytest
import torch
from torch import Tensor

from neural_programmer.execution.grounding import Grounding
from neural_programmer.execution.soft import SoftAnswer, SoftExecutor, StepDistributions
from neural_programmer.execution.soft_grounding import SoftGrounding, ground
from neural_programmer.execution.soft_table import SoftTable
from neural_programmer.operations.registry import OPERATION_IDS, REGISTRY
from neural_programmer.tables.views import ViewKind, ViewReference
from tests.generators import random_candidates, random_table
from tests.soft_cases import small_candidates, small_table

STEPS = 3


def _question(seed: int) -> SoftGrounding:
    rng = random.Random(seed)
    table = random_table(rng, rows=3 + seed, columns=2)
    return ground(Grounding(table), random_candidates(rng, table, constants=7 + seed))


def _scores(question: SoftGrounding, seed: int) -> list[dict[str, Tensor]]:
    """Random scores of every distribution of one question, step by step."""
    generator = torch.Generator().manual_seed(seed)
    columns, constants = len(question.value_types), len(question.ordinals)
    found = []
    for number in range(1, STEPS + 1):
        shapes = {
            "operation": (),
            "first_reference": (number,),
            "second_reference": (number,),
            "column": (columns,),
            "constant": (columns, constants),
            "lone_constant": (constants,),
        }
        size = len(REGISTRY)
        found.append({n: torch.randn(1, size, *shape, generator=generator).double() for n, shape in shapes.items()})
    return found


def _distributions(scores: list[dict[str, Tensor]]) -> list[StepDistributions]:
    steps = [{name: tensor.softmax(dim=-1) for name, tensor in step.items()} for step in scores]
    stops = [
        torch.full((1,), 0.4).double() if number < STEPS else torch.ones(1).double() for number in range(1, STEPS + 1)
    ]
    return [StepDistributions(stop=stop, **step) for step, stop in zip(steps, stops, strict=True)]


def _padded(steps: list[list[StepDistributions]]) -> list[StepDistributions]:
    """The distributions of several questions as one batch, with zeros where a question has fewer arguments."""
    batch = []
    for number in range(STEPS):
        joined = {}
        for field in fields(StepDistributions):
            tensors = [getattr(one[number], field.name)[0] for one in steps]
            shape = [max(sizes) for sizes in zip(*(tensor.shape for tensor in tensors), strict=True)]
            joined[field.name] = torch.stack(
                [
                    torch.nn.functional.pad(
                        tensor,
                        [
                            n
                            for have, want in zip(tensor.shape[::-1], shape[::-1], strict=True)
                            for n in (0, want - have)
                        ],
                    )
                    for tensor in tensors
                ]
            )
        batch.append(StepDistributions(**joined))
    return batch


def _run(
    questions: list[SoftGrounding], steps: list[StepDistributions], dtype: torch.dtype = torch.float64
) -> SoftAnswer:
    executor = SoftExecutor(SoftTable.collate(questions, dtype=dtype))
    for step in steps:
        executor.step(step)
    return executor.answer()


def _figures(answer: SoftAnswer, question: int) -> list[float]:
    """What of an answer does not depend on padding."""
    number = answer.number
    parts = (
        number.masses[question],
        number.masses[question] * number.values[question],
        answer.cell_masses[question],
        answer.expected_cells()[question].square(),
        answer.groups[question].square(),
        answer.group_masses[question],
    )
    return [part.sum().item() for part in parts]


def test_questions_of_a_batch_do_not_touch_each_other() -> None:
    questions = [_question(seed) for seed in range(3)]
    steps = [_distributions(_scores(question, seed)) for seed, question in enumerate(questions)]
    together = _run(questions, _padded(steps))
    for number, (question, own) in enumerate(zip(questions, steps, strict=True)):
        alone = _run([question], own)
        np.testing.assert_allclose(_figures(together, number), _figures(alone, 0), rtol=1e-9, atol=1e-12)


def test_all_answers_together_are_at_most_certain() -> None:
    question = _question(2)
    answer = _run([question], _distributions(_scores(question, 5)))
    for masses in (answer.number.masses, answer.cell_masses, answer.group_masses):
        assert (masses >= 0).all()
    total = answer.number.mass + answer.cell_masses.sum() + answer.group_masses.sum()
    assert 0.05 < total.item() <= 1
    assert ((answer.cells >= -1e-12) & (answer.cells <= 1 + 1e-12)).all()


def test_single_precision_gives_nearly_the_same() -> None:
    question = _question(1)
    steps = _distributions(_scores(question, 1))
    single = _figures(_run([question], [step.to(torch.float32) for step in steps], torch.float32), 0)
    np.testing.assert_allclose(single, _figures(_run([question], steps), 0), rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("certainty", [0.0, 1.0, 1e4], ids=["even", "uncertain", "certain"])
def test_slopes_are_finite_for_any_scores(certainty: float) -> None:
    question = _question(3)
    scores = [
        {name: (tensor * certainty).requires_grad_() for name, tensor in step.items()} for step in _scores(question, 3)
    ]
    answer = _run([question], _distributions(scores))
    total = sum(
        _weighted(part) for part in (answer.number.masses, answer.number.values, answer.cell_masses, answer.cells)
    )
    assert isinstance(total, Tensor)
    leaves = [tensor for step in scores for tensor in step.values()]
    slopes = torch.autograd.grad(total, leaves, materialize_grads=True)
    assert all(torch.isfinite(slope).all() for slope in slopes)


def _weighted(part: Tensor) -> Tensor:
    return (part * torch.linspace(0, 1, part.numel(), dtype=part.dtype).view_as(part)).sum()


def test_slopes_agree_with_finite_differences() -> None:
    table = small_table()
    question = ground(Grounding(table), small_candidates(table))
    scores = _scores(question, 7)[:2]
    names = ("operation", "first_reference", "column", "constant")
    leaves = [step[name].requires_grad_() for step in scores for name in names]
    direction = [torch.randn_like(leaf) for leaf in leaves]

    def total(shift: float) -> Tensor:
        moved = [{**step} for step in scores]
        for index, (leaf, along) in enumerate(zip(leaves, direction, strict=True)):
            moved[index // len(names)][names[index % len(names)]] = leaf + shift * along
        steps = [
            StepDistributions(stop=torch.full((1,), 0.5), **{n: t.softmax(-1) for n, t in s.items()}) for s in moved
        ]
        answer = _run([question], steps)
        return _weighted(answer.expected_cells()) + (answer.number.masses * answer.number.values).sum()

    slopes = torch.autograd.grad(total(0.0), leaves, materialize_grads=True)
    expected = sum((slope * along).sum().item() for slope, along in zip(slopes, direction, strict=True))
    with torch.no_grad():
        measured = (total(1e-5) - total(-1e-5)).item() / 2e-5
    assert measured == pytest.approx(expected, rel=1e-5)


def _one_step(operation: str, column: ViewReference, first: int = 0) -> float:
    """The mass of all answers of one certain step on the small table."""
    table = small_table()
    candidates = small_candidates(table)
    shape = (1, len(REGISTRY))
    chosen = torch.zeros(shape)
    chosen[0, OPERATION_IDS[operation]] = 1
    columns = torch.zeros(*shape, len(candidates.columns))
    columns[..., candidates.column_index[column]] = 1
    references = torch.full((*shape, 1), float(first == 0))
    constants = torch.ones(*shape, len(candidates.columns), len(candidates.constants)) / len(candidates.constants)
    step = StepDistributions(
        operation=chosen,
        first_reference=references,
        second_reference=references,
        column=columns,
        constant=constants,
        lone_constant=constants[:, :, 0],
        stop=torch.ones(1),
    )
    answer = _run([ground(Grounding(table), candidates)], [step])
    return (answer.number.mass + answer.cell_masses.sum() + answer.group_masses.sum()).item()


def test_arguments_that_do_not_fit_have_no_answer() -> None:
    number, text = ViewReference("Points", ViewKind.NUMBER), ViewReference("Name", ViewKind.TEXT)
    assert _one_step("sum", number) == pytest.approx(1)
    assert _one_step("sum", text) == 0
    assert _one_step("select", text) == pytest.approx(1)
    assert _one_step("add", number) == 0, "its references lead to rows"
    assert _one_step("argmax", number) == 0, "rows are no answer"
