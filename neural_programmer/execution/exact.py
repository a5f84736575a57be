"""Exact execution: the reference meaning of a program on one table."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neural_programmer.execution.grounding import Grounding
from neural_programmer.language.kinds import Kind
from neural_programmer.language.operation import ExactArguments
from neural_programmer.language.program import Program, Step
from neural_programmer.operations.registry import REGISTRY
from neural_programmer.tables.phrases import phrase
from neural_programmer.tables.values import Missing, Number, PartialDate, Text
from neural_programmer.tables.views import ViewKind, ViewReference

CellValue = str | float
CellPlace = tuple[int, str]
AnswerValue = CellValue | tuple[CellValue, float]

_UNDEFINED = np.full(1, np.nan)


@dataclass(frozen=True, eq=False)
class StepResult:
    """What one step gave.

    ``value`` is ``Bool[row]`` for rows and for cells (the rows whose cells are meant), ``Float64[]`` for a number
    or a phrase (NaN where undefined) and ``Float64[row]`` for groups (the size of each group at the first of its
    rows, else 0).
    """

    kind: Kind
    value: NDArray[Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """The denotation of a program.

    ``values`` holds the cells' values in table order, the one number or phrase, or pairs of a value and how many rows
    hold it;
    texts are the raw cells, dates ISO 8601. ``cells`` are the places (row from 0, column name) the answer was read
    from; for a number, the cells it was computed from. ``defined`` is false where there is no value.
    """

    values: tuple[AnswerValue, ...]
    cells: tuple[CellPlace, ...]
    defined: bool


def execute(program: Program, grounding: Grounding) -> list[StepResult]:
    """The result of every step; ``KeyError`` where the table lacks a column view that the program reads."""
    results: list[StepResult] = []
    with unbounded_numbers():
        for step in program:
            results.append(execute_step(step, results, grounding))
    return results


def unbounded_numbers() -> np.errstate:
    """Within this context numbers beyond the largest become infinite, which is not an error in execution: whoever shows
    answers leaves them out.
    """
    return np.errstate(over="ignore", invalid="ignore")


def execute_step(step: Step, results: Sequence[StepResult], grounding: Grounding) -> StepResult:
    """The result of one step after the results of the steps before it, ``KeyError`` as for `execute`.

    To be called within `unbounded_numbers`, entered once for many steps.
    """
    operation = REGISTRY[step.operation]
    value = operation.exact(_arguments(step, results, grounding))[0]
    return StepResult(operation.signature.result, np.asarray(value))


def _arguments(step: Step, results: Sequence[StepResult], grounding: Grounding) -> ExactArguments:
    rows: list[NDArray[np.bool_]] = []
    numbers: list[NDArray[np.float64]] = []
    for number in step.references:
        result = results[number]
        if result.kind is Kind.ROWS:
            rows.append(result.value[None])
        elif result.kind is Kind.NUMBER:
            numbers.append(result.value[None])
    return ExactArguments(
        grounding=grounding,
        rows=rows[0] if rows else grounding.no_rows,
        other_rows=rows[1] if len(rows) > 1 else grounding.no_rows,
        left=numbers[0] if numbers else _UNDEFINED,
        right=numbers[1] if len(numbers) > 1 else _UNDEFINED,
        column=step.column,
        constant=step.constant,
    )


def answer(program: Program, grounding: Grounding) -> Answer:
    """The answer of the program's last step."""
    return answer_of(program, execute(program, grounding), grounding)


def answer_of(program: Program, results: Sequence[StepResult], grounding: Grounding) -> Answer:
    """The answer, from the results of the steps when they are at hand; ``ValueError`` where the last gives rows."""
    last, result = program.steps[-1], results[-1]
    if result.kind is Kind.ROWS:
        raise ValueError(f"an answer is cells, a number or groups, but the last step, {last.operation}, gives rows")
    cells = _cells(len(program) - 1, program, results, grounding)
    if result.kind is Kind.NUMBER:
        number = float(result.value)
        return Answer((), (), False) if math.isnan(number) else Answer((number,), cells, True)
    if result.kind is Kind.PHRASE:
        assert last.constant is not None
        number = float(result.value)
        return Answer((), (), False) if math.isnan(number) else Answer((phrase(last.constant, number),), cells, True)
    assert last.column is not None
    rows = np.flatnonzero(result.value)
    values = _cell_values(grounding, last.column, rows.tolist())
    if result.kind is Kind.GROUPS:
        sizes = result.value[rows].tolist()
        return Answer(tuple(zip(values, sizes, strict=True)), cells, bool(values))
    return Answer(tuple(values), cells, bool(values))


def _cell_values(grounding: Grounding, column: ViewReference, rows: list[int]) -> list[CellValue]:
    """The cells of some rows, none of them without a value; of a long table these can be very many."""
    if column.view is ViewKind.TEXT:
        cells = grounding.table.column(column.column).cells
        return [cells[row] for row in rows]
    return [cell_value(grounding, column, row) for row in rows]


def cell_value(grounding: Grounding, column: ViewReference, row: int) -> CellValue:
    """A cell under a view as an answer gives it: the raw text or its part, the number, or the date in ISO 8601."""
    value = grounding.views[column].values[row]
    if isinstance(value, Number):
        return value.amount
    if isinstance(value, PartialDate):
        return value.iso()
    assert not isinstance(value, Missing), f"{column} has no value in row {row}"
    if isinstance(value, Text) and column.view is not ViewKind.TEXT:
        return value.written
    return grounding.table.column(column.column).cells[row]


def _cells(number: int, program: Program, results: Sequence[StepResult], grounding: Grounding) -> tuple[CellPlace, ...]:
    """The cells which a step that is not rows was read from, in table order."""
    marked: dict[str, NDArray[np.bool_]] = {}
    _mark_evidence(number, program, results, grounding, marked)
    names = [column.name for column in grounding.table.columns if column.name in marked]
    if not names:
        return ()
    if len(names) == 1:
        return tuple(zip(np.flatnonzero(marked[names[0]]).tolist(), repeat(names[0])))
    rows, columns = np.nonzero(np.stack([marked[name] for name in names], axis=1))
    return tuple(zip(rows.tolist(), map(names.__getitem__, columns.tolist()), strict=True))


def _mark_evidence(
    number: int,
    program: Program,
    results: Sequence[StepResult],
    grounding: Grounding,
    marked: dict[str, NDArray[np.bool_]],
) -> None:
    """Add to ``marked``, column name to Bool[row], the cells which a step was read from."""
    step = program.steps[number]
    if results[number].kind is Kind.CELLS:
        assert step.column is not None
        _mark(marked, [step.column.column], results[number].value)
        return
    for reference in step.references:
        if results[reference].kind is Kind.NUMBER:
            _mark_evidence(reference, program, results, grounding, marked)
            continue
        rows = results[reference].value
        if step.column is not None:
            rows = rows & grounding.views[step.column].mask
        columns = {step.column.column} if step.column is not None else _columns_read(reference, program)
        _mark(marked, columns or {column.name for column in grounding.table.columns[:1]}, rows)


def _mark(marked: dict[str, NDArray[np.bool_]], names: Iterable[str], rows: NDArray[np.bool_]) -> None:
    for name in names:
        marked[name] = marked[name] | rows if name in marked else rows


def _columns_read(number: int, program: Program) -> set[str]:
    """The columns read by a step and by those it is built on: what counted rows were recognised by."""
    step = program.steps[number]
    own = {step.column.column} if step.column is not None else set()
    return own.union(*(_columns_read(reference, program) for reference in step.references))
