"""Which rows a program read at each step, and which it had to pass over because their cells hold no such value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neural_programmer.execution.exact import StepResult, execute
from neural_programmer.language.kinds import Kind
from neural_programmer.language.program import Program
from neural_programmer.prepared import PreparedTable
from neural_programmer.tables.values import ValueType
from neural_programmer.tables.views import ViewReference


@dataclass(frozen=True, eq=False)
class StepRows:
    """What one step of a program was given and what it gave.

    ``given`` Bool[row] are the rows it was given, of all its references together; ``result`` is what it gave, and
    ``rows`` Bool[row] the rows of that, where it is not a number. ``empty`` and ``unread`` Bool[row] are those of the
    given rows that have no cell in the step's column, or one that cannot be read as its view.
    """

    result: StepResult
    given: NDArray[np.bool_]
    rows: NDArray[np.bool_] | None
    column: ViewReference | None
    empty: NDArray[np.bool_]
    unread: NDArray[np.bool_]


def rows_of_steps(program: Program, prepared: PreparedTable) -> tuple[StepRows, ...]:
    """The rows of every step, from step 0; ``KeyError`` where the table lacks a column view that the program reads."""
    results = execute(program, prepared.grounding)
    return tuple(
        _rows_of(results[number], step.references, step.column, results, prepared)
        for number, step in enumerate(program)
    )


def _rows_of(
    result: StepResult,
    references: tuple[int, ...],
    column: ViewReference | None,
    results: list[StepResult],
    prepared: PreparedTable,
) -> StepRows:
    nothing = np.zeros(prepared.table.number_of_rows, dtype=np.bool_)
    given = nothing.copy()
    for reference in references:
        if results[reference].kind is Kind.ROWS:
            given |= results[reference].value
    empty = unread = nothing
    if column is not None:
        missing = given & ~prepared.grounding.views[column].mask
        cells = prepared.table.column(column.column).cells
        blank = np.fromiter((not cells[row].strip() for row in np.flatnonzero(missing)), dtype=np.bool_)
        empty, unread = nothing.copy(), nothing.copy()
        empty[np.flatnonzero(missing)[blank]] = True
        unread[np.flatnonzero(missing)[~blank]] = True
        if column.view.value_type is ValueType.TEXT:
            unread = nothing
    rows = None if result.kind is Kind.NUMBER else np.asarray(result.value) > 0
    return StepRows(result, given, rows, column, empty, unread)
