"""A soft program, step by step: every step a distribution, and every row more or less selected.

This is the differentiable program of Neural Programmer (Neelakantan et al. 2017, section 2), the other way to read the
model: it never decides, so the rows it selects and its answer are expectations over all programs of that length.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import torch
from torch import Tensor

from neural_programmer.execution.english_words import column_words, number_words
from neural_programmer.execution.exact import cell_value
from neural_programmer.execution.grounding import Grounding
from neural_programmer.execution.soft import SoftAnswer, SoftExecutor, StepDistributions
from neural_programmer.execution.soft_grounding import ground
from neural_programmer.execution.soft_table import SoftTable
from neural_programmer.language.candidates import Candidates
from neural_programmer.model.predictor import Predictor
from neural_programmer.operations.registry import REGISTRY
from neural_programmer.prepared import PreparedTable
from neural_programmer.tables.matching.linking import Linking

_SHOWN = 6


@dataclass(frozen=True)
class SoftStepTrace:
    """One soft step: the likeliest operations and columns, and what the step selects.

    ``rows_weight`` is the probability that the step gives rows, and ``rows`` Float[row] each row's probability of being
    selected where it does; ``number_weight`` the probability that it gives a number.
    """

    step: int
    operations: tuple[tuple[str, float], ...]
    columns: tuple[tuple[str, float], ...]
    rows_weight: float
    rows: tuple[float, ...]
    number_weight: float


@dataclass(frozen=True)
class SoftTrace:
    """A soft program: its steps after ``all_rows``, and the likeliest parts of its answer.

    ``cells`` are texts with their columns and probabilities, ``numbers`` single numbers with theirs.
    """

    steps: tuple[SoftStepTrace, ...]
    cells: tuple[tuple[str, str, float], ...]
    numbers: tuple[tuple[str, float], ...]


@runtime_checkable
class SoftTracer(Protocol):
    """A predictor that can run its program softly."""

    def soft_trace(self, prepared: PreparedTable, linking: Linking, steps: int) -> SoftTrace:
        """What a soft program of ``steps`` steps after ``all_rows`` gives."""


@torch.inference_mode()
def soft_trace(
    predictor: Predictor[Any], grounding: Grounding, linking: Linking, candidates: Candidates, steps: int
) -> SoftTrace:
    """The soft program of one question; ``steps`` counts those after ``all_rows``."""
    names = predictor.model.grammar.names
    table = SoftTable.collate([ground(grounding, candidates)])
    labels = [column_words(column) for column in candidates.columns]
    executor = SoftExecutor(table, {name: REGISTRY[name] for name in names})
    found = []
    for number, distributions in enumerate(predictor.soft_steps(grounding, linking, candidates, steps), start=1):
        result = executor.step(distributions)
        found.append(
            SoftStepTrace(
                step=number,
                operations=_likeliest(distributions.operation[0], names),
                columns=_likeliest(_columns(distributions, names), labels),
                rows_weight=float(result.rows_weight[0]),
                rows=tuple(result.rows[0].tolist()),
                number_weight=float(result.number_weight[0]),
            )
        )
    answer = executor.answer()
    return SoftTrace(tuple(found), _cells(answer, grounding, candidates), _numbers(answer))


def _columns(distributions: StepDistributions, names: Sequence[str]) -> Tensor:
    """``Float[column]``: the probability that the step reads each column; what is missing to 1 reads none."""
    takes = torch.tensor([bool(REGISTRY[name].signature.columns) for name in names])
    return torch.einsum("o,ov->v", distributions.operation[0] * takes, distributions.column[0])


def _likeliest(chances: Tensor, names: Sequence[str]) -> tuple[tuple[str, float], ...]:
    values = chances[: len(names)].tolist()
    order = sorted(range(len(values)), key=lambda place: -values[place])[:_SHOWN]
    return tuple((names[place], values[place]) for place in order)


def _cells(answer: SoftAnswer, grounding: Grounding, candidates: Candidates) -> tuple[tuple[str, str, float], ...]:
    expected = answer.expected_cells()[0]
    chances, places = expected.flatten().topk(min(_SHOWN, expected.numel()))
    found = []
    for chance, place in zip(chances.tolist(), places.tolist(), strict=True):
        column, row = divmod(place, expected.shape[1])
        reference = candidates.columns[column]
        if chance > 0 and grounding.views[reference].mask[row]:
            value = cell_value(grounding, reference, row)
            written = number_words(value) if isinstance(value, float) else value
            found.append((written, column_words(reference), min(chance, 1.0)))
    return tuple(found)


def _numbers(answer: SoftAnswer) -> tuple[tuple[str, float], ...]:
    sums: dict[float, float] = defaultdict(float)
    for value, mass in zip(answer.number.values[0].tolist(), answer.number.masses[0].tolist(), strict=True):
        sums[round(value, 6)] += mass
    order = sorted(sums, key=lambda value: -sums[value])[:_SHOWN]
    return tuple((number_words(value), sums[value]) for value in order if sums[value] > 0)
