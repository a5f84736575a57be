"""Comparisons of rows with earlier results: with a number, with other rows, and of two row sets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlglot import exp
from torch import Tensor

from neural_programmer.language.kinds import Kind
from neural_programmer.language.operation import ExactArguments, Operation, Signature
from neural_programmer.operations import sql_rows
from neural_programmer.operations.exact_helpers import Rows, best_key, group_counts, view_of
from neural_programmer.operations.soft_arguments import SoftArguments
from neural_programmer.operations.soft_comparisons import (
    chance_greater,
    chance_less,
    larger_set,
    rows_where,
    set_with_best_value,
    smaller_set,
    values_where,
)
from neural_programmer.operations.soft_helpers import SoftGroups, product_up_to, spread
from neural_programmer.tables.values import ValueType

_NUMBER = frozenset({ValueType.NUMBER})
_ORDERED = frozenset({ValueType.NUMBER, ValueType.DATE})
_ANY_COLUMN = frozenset({ValueType.TEXT, ValueType.NUMBER, ValueType.DATE})


def _filter_above(arguments: ExactArguments) -> Rows:
    view = view_of(arguments)
    with np.errstate(invalid="ignore"):
        return arguments.rows & view.mask & (view.numbers > arguments.left[:, None])


def _filter_below(arguments: ExactArguments) -> Rows:
    view = view_of(arguments)
    with np.errstate(invalid="ignore"):
        return arguments.rows & view.mask & (view.numbers < arguments.left[:, None])


def _greater_than_rows(arguments: ExactArguments) -> Rows:
    view = view_of(arguments)
    best = best_key(arguments.other_rows, view, greatest=True)
    with np.errstate(invalid="ignore"):
        return arguments.rows & view.mask & np.isfinite(best)[:, None] & (view.keys > best[:, None])


def _less_than_rows(arguments: ExactArguments) -> Rows:
    view = view_of(arguments)
    best = best_key(arguments.other_rows, view, greatest=False)
    with np.errstate(invalid="ignore"):
        return arguments.rows & view.mask & np.isfinite(best)[:, None] & (view.keys < best[:, None])


def _same_value(arguments: ExactArguments) -> Rows:
    view = view_of(arguments)
    held = group_counts(arguments.other_rows, arguments) > 0
    if not held.shape[1]:
        return np.zeros_like(arguments.rows)
    return arguments.rows & ~arguments.other_rows & view.mask & held[:, view.groups]


def _larger_set(arguments: ExactArguments) -> Rows:
    return _chosen_set(arguments, arguments.rows.sum(axis=1), arguments.other_rows.sum(axis=1))


def _smaller_set(arguments: ExactArguments) -> Rows:
    return _chosen_set(arguments, arguments.other_rows.sum(axis=1), arguments.rows.sum(axis=1))


def _chosen_set(arguments: ExactArguments, first: NDArray[Any], second: NDArray[Any]) -> Rows:
    """The rows where the first figure is greater, the other rows where the second is, both on a tie."""
    first_rows: Rows = arguments.rows & (first >= second)[:, None]
    return first_rows | (arguments.other_rows & (second >= first)[:, None])


def _which_greater(arguments: ExactArguments) -> Rows:
    view = view_of(arguments)
    first = best_key(arguments.rows, view, greatest=True)
    second = best_key(arguments.other_rows, view, greatest=True)
    known = (np.isfinite(first) & np.isfinite(second))[:, None]
    return _chosen_set(arguments, first, second) & known


def _which_less(arguments: ExactArguments) -> Rows:
    view = view_of(arguments)
    first = best_key(arguments.rows, view, greatest=False)
    second = best_key(arguments.other_rows, view, greatest=False)
    known = (np.isfinite(first) & np.isfinite(second))[:, None]
    return _chosen_set(arguments, second, first) & known


def _soft_filter_above(arguments: SoftArguments) -> Tensor:
    return values_where(chance_less(arguments.left, arguments), arguments)


def _soft_filter_below(arguments: SoftArguments) -> Tensor:
    return values_where(chance_greater(arguments.left, arguments), arguments)


def _soft_greater_than_rows(arguments: SoftArguments) -> Tensor:
    return _soft_beyond(arguments, lambda absent: product_up_to(absent.flip(-1)).flip(-1))


def _soft_less_than_rows(arguments: SoftArguments) -> Tensor:
    return _soft_beyond(arguments, product_up_to)


def _soft_beyond(arguments: SoftArguments, none_from: Callable[[Tensor], Tensor]) -> Tensor:
    """No other row holds the value or one beyond it, less the chance that the others hold none at all."""
    groups = SoftGroups(arguments.other_rows, arguments.table)
    return values_where(none_from(groups.absent) - groups.none()[..., None], arguments)


def _soft_same_value(arguments: SoftArguments) -> Tensor:
    # The row is not among the others, less the chance that no row of its value, itself included, is.
    none = spread(SoftGroups(arguments.other_rows, arguments.table).absent, arguments.table)
    return rows_where((1 - arguments.other_rows)[:, None] - none, arguments)


def _soft_larger_set(arguments: SoftArguments) -> Tensor:
    return larger_set(arguments.rows, arguments.other_rows)


def _soft_smaller_set(arguments: SoftArguments) -> Tensor:
    return smaller_set(arguments.rows, arguments.other_rows)


def _soft_which_greater(arguments: SoftArguments) -> Tensor:
    return set_with_best_value(arguments, greatest=True)


def _soft_which_less(arguments: SoftArguments) -> Tensor:
    return set_with_best_value(arguments, greatest=False)


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="filter_above",
        summary="The rows whose number is greater than an earlier number.",
        signature=Signature((Kind.ROWS, Kind.NUMBER), Kind.ROWS, _NUMBER),
        exact=_filter_above,
        soft=_soft_filter_above,
        sql=sql_rows.beyond_number(exp.GT),
        english="{rows} where {column} is more than {left}",
    ),
    Operation(
        name="filter_below",
        summary="The rows whose number is less than an earlier number.",
        signature=Signature((Kind.ROWS, Kind.NUMBER), Kind.ROWS, _NUMBER),
        exact=_filter_below,
        soft=_soft_filter_below,
        sql=sql_rows.beyond_number(exp.LT),
        english="{rows} where {column} is less than {left}",
    ),
    Operation(
        name="filter_greater_than_rows",
        summary="The rows whose value is greater than every value of the other rows, which have at least one.",
        signature=Signature((Kind.ROWS, Kind.ROWS), Kind.ROWS, _ORDERED),
        exact=_greater_than_rows,
        soft=_soft_greater_than_rows,
        sql=sql_rows.beyond_rows(exp.GT, exp.Max),
        english="{rows} where {column} is more than that of {other_rows}",
        english_of_dates="{rows} where {column} is later than that of {other_rows}",
    ),
    Operation(
        name="filter_less_than_rows",
        summary="The rows whose value is less than every value of the other rows, which have at least one.",
        signature=Signature((Kind.ROWS, Kind.ROWS), Kind.ROWS, _ORDERED),
        exact=_less_than_rows,
        soft=_soft_less_than_rows,
        sql=sql_rows.beyond_rows(exp.LT, exp.Min),
        english="{rows} where {column} is less than that of {other_rows}",
        english_of_dates="{rows} where {column} is earlier than that of {other_rows}",
    ),
    Operation(
        name="same_value",
        summary="The rows, none of the other rows, that share a value with one of the other rows.",
        signature=Signature((Kind.ROWS, Kind.ROWS), Kind.ROWS, _ANY_COLUMN),
        exact=_same_value,
        soft=_soft_same_value,
        sql=sql_rows.same_value,
        english="{rows} where {column} is shared with {other_rows}",
    ),
    Operation(
        name="larger_set",
        summary="Of two row sets the one with more rows, both on a tie.",
        signature=Signature((Kind.ROWS, Kind.ROWS), Kind.ROWS),
        exact=_larger_set,
        soft=_soft_larger_set,
        sql=sql_rows.chosen_set(sql_rows.number_of_rows, exp.GTE),
        english="whichever are more: {rows}, or {other_rows}",
    ),
    Operation(
        name="smaller_set",
        summary="Of two row sets the one with fewer rows, both on a tie.",
        signature=Signature((Kind.ROWS, Kind.ROWS), Kind.ROWS),
        exact=_smaller_set,
        soft=_soft_smaller_set,
        sql=sql_rows.chosen_set(sql_rows.number_of_rows, exp.LTE),
        english="whichever are fewer: {rows}, or {other_rows}",
    ),
    Operation(
        name="which_greater",
        summary="Of two row sets that both have a value the one whose greatest value is greater, both on a tie.",
        signature=Signature((Kind.ROWS, Kind.ROWS), Kind.ROWS, _ORDERED),
        exact=_which_greater,
        soft=_soft_which_greater,
        sql=sql_rows.chosen_set(sql_rows.best_value(exp.Max), exp.GTE),
        english="whichever has the higher {column}: {rows}, or {other_rows}",
        english_of_dates="whichever has the later {column}: {rows}, or {other_rows}",
    ),
    Operation(
        name="which_less",
        summary="Of two row sets that both have a value the one whose least value is less, both on a tie.",
        signature=Signature((Kind.ROWS, Kind.ROWS), Kind.ROWS, _ORDERED),
        exact=_which_less,
        soft=_soft_which_less,
        sql=sql_rows.chosen_set(sql_rows.best_value(exp.Min), exp.LTE),
        english="whichever has the lower {column}: {rows}, or {other_rows}",
        english_of_dates="whichever has the earlier {column}: {rows}, or {other_rows}",
    ),
)
