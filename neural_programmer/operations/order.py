"""Operations on the order in which the table lists its rows."""

from __future__ import annotations

import numpy as np

from neural_programmer.language.kinds import Kind
from neural_programmer.language.operation import ExactArguments, Operation, Signature
from neural_programmer.operations.exact_helpers import Rows, number_of
from neural_programmer.tables.constants import ConstantKind

_ORDINAL = frozenset({ConstantKind.ORDINAL})


def _rank(rows: Rows) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """``Int64[batch, row]``: how many of the rows stand at or before each place."""
    return np.cumsum(rows, axis=1)


def _first(arguments: ExactArguments) -> Rows:
    return arguments.rows & (_rank(arguments.rows) == 1)


def _last(arguments: ExactArguments) -> Rows:
    rank = _rank(arguments.rows)
    return arguments.rows & (rank == rank[:, -1:])


def _kth_row(arguments: ExactArguments) -> Rows:
    return arguments.rows & (_rank(arguments.rows) == number_of(arguments))


def _previous(arguments: ExactArguments) -> Rows:
    result = np.zeros_like(arguments.rows)
    result[:, :-1] = arguments.rows[:, 1:]
    return result & arguments.grounding.countable


def _next(arguments: ExactArguments) -> Rows:
    result = np.zeros_like(arguments.rows)
    result[:, 1:] = arguments.rows[:, :-1]
    return result & arguments.grounding.countable


def _above(arguments: ExactArguments) -> Rows:
    rank = _rank(arguments.rows)
    return (rank == 0) & (rank[:, -1:] > 0) & arguments.grounding.countable


def _below(arguments: ExactArguments) -> Rows:
    rank = _rank(arguments.rows)
    return (rank == rank[:, -1:]) & ~arguments.rows & (rank[:, -1:] > 0) & arguments.grounding.countable


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="first",
        summary="The first of the rows.",
        signature=Signature((Kind.ROWS,), Kind.ROWS),
        exact=_first,
        soft=None,
        sql=None,
        english="the first of {rows}",
    ),
    Operation(
        name="last",
        summary="The last of the rows.",
        signature=Signature((Kind.ROWS,), Kind.ROWS),
        exact=_last,
        soft=None,
        sql=None,
        english="the last of {rows}",
    ),
    Operation(
        name="kth_row",
        summary="The k-th of the rows.",
        signature=Signature((Kind.ROWS,), Kind.ROWS, constants=_ORDINAL),
        exact=_kth_row,
        soft=None,
        sql=None,
        english="the {constant} of {rows}",
    ),
    Operation(
        name="previous",
        summary="The rows directly above the rows.",
        signature=Signature((Kind.ROWS,), Kind.ROWS),
        exact=_previous,
        soft=None,
        sql=None,
        english="the row just above {rows}",
    ),
    Operation(
        name="next",
        summary="The rows directly below the rows.",
        signature=Signature((Kind.ROWS,), Kind.ROWS),
        exact=_next,
        soft=None,
        sql=None,
        english="the row just below {rows}",
    ),
    Operation(
        name="above",
        summary="All rows above the first of the rows.",
        signature=Signature((Kind.ROWS,), Kind.ROWS),
        exact=_above,
        soft=None,
        sql=None,
        english="all rows above {rows}",
    ),
    Operation(
        name="below",
        summary="All rows below the last of the rows.",
        signature=Signature((Kind.ROWS,), Kind.ROWS),
        exact=_below,
        soft=None,
        sql=None,
        english="all rows below {rows}",
    ),
)
