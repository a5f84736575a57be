"""Comparisons of rows with earlier results: with a number, with other rows, and of two row sets."""

from __future__ import annotations

import numpy as np

from neural_programmer.language.kinds import Kind
from neural_programmer.language.operation import ExactArguments, Operation, Signature
from neural_programmer.operations.exact_helpers import Rows, best_key, group_counts, view_of
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


def _chosen_set(arguments: ExactArguments, first: Rows, second: Rows) -> Rows:
    """The rows where the first figure is greater, the other rows where the second is, both on a tie."""
    return (arguments.rows & (first >= second)[:, None]) | (arguments.other_rows & (second >= first)[:, None])


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


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="filter_above",
        summary="The rows whose number is greater than an earlier number.",
        signature=Signature((Kind.ROWS, Kind.NUMBER), Kind.ROWS, _NUMBER),
        exact=_filter_above,
        soft=None,
        sql=None,
        english="{rows} where {column} is more than {left}",
    ),
    Operation(
        name="filter_below",
        summary="The rows whose number is less than an earlier number.",
        signature=Signature((Kind.ROWS, Kind.NUMBER), Kind.ROWS, _NUMBER),
        exact=_filter_below,
        soft=None,
        sql=None,
        english="{rows} where {column} is less than {left}",
    ),
    Operation(
        name="filter_greater_than_rows",
        summary="The rows whose value is greater than every value of the other rows, of which at least one has a value.",
        signature=Signature((Kind.ROWS, Kind.ROWS), Kind.ROWS, _ORDERED),
        exact=_greater_than_rows,
        soft=None,
        sql=None,
        english="{rows} where {column} is more than that of {other_rows}",
    ),
    Operation(
        name="filter_less_than_rows",
        summary="The rows whose value is less than every value of the other rows, of which at least one has a value.",
        signature=Signature((Kind.ROWS, Kind.ROWS), Kind.ROWS, _ORDERED),
        exact=_less_than_rows,
        soft=None,
        sql=None,
        english="{rows} where {column} is less than that of {other_rows}",
    ),
    Operation(
        name="same_value",
        summary="The rows, none of the other rows, that share a value with one of the other rows.",
        signature=Signature((Kind.ROWS, Kind.ROWS), Kind.ROWS, _ANY_COLUMN),
        exact=_same_value,
        soft=None,
        sql=None,
        english="{rows} with the same {column} as {other_rows}",
    ),
    Operation(
        name="larger_set",
        summary="Of two row sets the one with more rows, both on a tie.",
        signature=Signature((Kind.ROWS, Kind.ROWS), Kind.ROWS),
        exact=_larger_set,
        soft=None,
        sql=None,
        english="whichever are more, {rows} or {other_rows}",
    ),
    Operation(
        name="smaller_set",
        summary="Of two row sets the one with fewer rows, both on a tie.",
        signature=Signature((Kind.ROWS, Kind.ROWS), Kind.ROWS),
        exact=_smaller_set,
        soft=None,
        sql=None,
        english="whichever are fewer, {rows} or {other_rows}",
    ),
    Operation(
        name="which_greater",
        summary="Of two row sets that both have a value the one whose greatest value is greater, both on a tie.",
        signature=Signature((Kind.ROWS, Kind.ROWS), Kind.ROWS, _ORDERED),
        exact=_which_greater,
        soft=None,
        sql=None,
        english="whichever has the higher {column}, {rows} or {other_rows}",
    ),
    Operation(
        name="which_less",
        summary="Of two row sets that both have a value the one whose least value is less, both on a tie.",
        signature=Signature((Kind.ROWS, Kind.ROWS), Kind.ROWS, _ORDERED),
        exact=_which_less,
        soft=None,
        sql=None,
        english="whichever has the lower {column}, {rows} or {other_rows}",
    ),
)
