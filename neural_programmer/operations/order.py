"""Operations on the order in which the table lists its rows."""

from __future__ import annotations

import numpy as np
import torch
from sqlglot import exp
from torch import Tensor
from torch.nn.functional import pad

from neural_programmer.language.kinds import Kind
from neural_programmer.language.operation import ExactArguments, Operation, Signature
from neural_programmer.operations import sql_rows
from neural_programmer.operations.exact_helpers import Rows, number_of
from neural_programmer.operations.soft_arguments import SoftArguments
from neural_programmer.operations.soft_counts import counts_before, ordinal_distribution, ordinal_states
from neural_programmer.operations.soft_helpers import product_after, product_before, product_up_to
from neural_programmer.tables.constants import ConstantKind

_ORDINAL = frozenset({ConstantKind.ORDINAL})


def _rank(rows: Rows) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """``Int64[batch, row]``: how many of the rows stand at or before each place."""
    return np.cumsum(rows, axis=1)


def _first(arguments: ExactArguments) -> Rows:
    rows: Rows = arguments.rows & (_rank(arguments.rows) == 1)
    return rows


def _last(arguments: ExactArguments) -> Rows:
    rank = _rank(arguments.rows)
    rows: Rows = arguments.rows & (rank == rank[:, -1:])
    return rows


def _kth_row(arguments: ExactArguments) -> Rows:
    rows: Rows = arguments.rows & (_rank(arguments.rows) == number_of(arguments))
    return rows


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
    rows: Rows = (rank == 0) & (rank[:, -1:] > 0) & arguments.grounding.countable
    return rows


def _below(arguments: ExactArguments) -> Rows:
    rank = _rank(arguments.rows)
    after: Rows = (rank == rank[:, -1:]) & ~arguments.rows
    return after & (rank[:, -1:] > 0) & arguments.grounding.countable


def _soft_first(arguments: SoftArguments) -> Tensor:
    return arguments.rows * product_before(1 - arguments.rows)


def _soft_last(arguments: SoftArguments) -> Tensor:
    return arguments.rows * product_after(1 - arguments.rows)


def _soft_kth_row(arguments: SoftArguments) -> Tensor:
    states = ordinal_states(arguments, arguments.rows.shape[-1])
    wanted = ordinal_distribution(arguments.constant, arguments.table.ordinals, states)
    return arguments.rows * torch.einsum("brs,bs->br", counts_before(arguments.rows, states), wanted)


def _soft_previous(arguments: SoftArguments) -> Tensor:
    return pad(arguments.rows[:, 1:], (0, 1)) * arguments.table.countable


def _soft_next(arguments: SoftArguments) -> Tensor:
    return pad(arguments.rows[:, :-1], (1, 0)) * arguments.table.countable


def _soft_above(arguments: SoftArguments) -> Tensor:
    none = product_up_to(1 - arguments.rows)
    return (none - none[:, -1:]) * arguments.table.countable


def _soft_below(arguments: SoftArguments) -> Tensor:
    none = product_up_to(1 - arguments.rows.flip(-1)).flip(-1)
    return (none - none[:, :1]) * arguments.table.countable


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="first",
        summary="The first of the rows.",
        signature=Signature((Kind.ROWS,), Kind.ROWS),
        exact=_first,
        soft=_soft_first,
        sql=sql_rows.row_at(from_the_end=False),
        english="the first of {rows}",
    ),
    Operation(
        name="last",
        summary="The last of the rows.",
        signature=Signature((Kind.ROWS,), Kind.ROWS),
        exact=_last,
        soft=_soft_last,
        sql=sql_rows.row_at(from_the_end=True),
        english="the last of {rows}",
    ),
    Operation(
        name="kth_row",
        summary="The k-th of the rows.",
        signature=Signature((Kind.ROWS,), Kind.ROWS, constants=_ORDINAL),
        exact=_kth_row,
        soft=_soft_kth_row,
        sql=sql_rows.kth_row,
        english="the {constant} of {rows}",
    ),
    Operation(
        name="previous",
        summary="The rows directly above the rows.",
        signature=Signature((Kind.ROWS,), Kind.ROWS),
        exact=_previous,
        soft=_soft_previous,
        sql=sql_rows.neighbours(exp.Sub),
        english="the row just above {rows}",
    ),
    Operation(
        name="next",
        summary="The rows directly below the rows.",
        signature=Signature((Kind.ROWS,), Kind.ROWS),
        exact=_next,
        soft=_soft_next,
        sql=sql_rows.neighbours(exp.Add),
        english="the row just below {rows}",
    ),
    Operation(
        name="above",
        summary="All rows above the first of the rows.",
        signature=Signature((Kind.ROWS,), Kind.ROWS),
        exact=_above,
        soft=_soft_above,
        sql=sql_rows.beside(exp.LT, exp.Min),
        english="all rows above {rows}",
    ),
    Operation(
        name="below",
        summary="All rows below the last of the rows.",
        signature=Signature((Kind.ROWS,), Kind.ROWS),
        exact=_below,
        soft=_soft_below,
        sql=sql_rows.beside(exp.GT, exp.Max),
        english="all rows below {rows}",
    ),
)
