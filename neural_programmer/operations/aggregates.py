"""Aggregates: one number from rows, or from a column's numbers in rows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from neural_programmer.language.kinds import Kind
from neural_programmer.language.operation import ExactArguments, Operation, Signature
from neural_programmer.operations.exact_helpers import Numbers, best_key, group_counts, view_of
from neural_programmer.tables.values import ValueType

_NUMBER = frozenset({ValueType.NUMBER})
_ANY_COLUMN = frozenset({ValueType.TEXT, ValueType.NUMBER, ValueType.DATE})


def _count(arguments: ExactArguments) -> Numbers:
    return arguments.rows.sum(axis=1).astype(np.float64)


def _count_distinct(arguments: ExactArguments) -> Numbers:
    return (group_counts(arguments.rows, arguments) > 0).sum(axis=1).astype(np.float64)


def _where_any(compute: Callable[[ExactArguments], Numbers]) -> Callable[[ExactArguments], Numbers]:
    """The number computed, NaN where none of the rows has a value."""

    def exact(arguments: ExactArguments) -> Numbers:
        present = (arguments.rows & view_of(arguments).mask).any(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(present, compute(arguments), np.nan)

    return exact


def _sum(arguments: ExactArguments) -> Numbers:
    view = view_of(arguments)
    numbers = np.where(view.mask, view.numbers, 0.0)
    return (arguments.rows & view.mask) @ numbers


def _average(arguments: ExactArguments) -> Numbers:
    return _sum(arguments) / (arguments.rows & view_of(arguments).mask).sum(axis=1)


def _maximum(arguments: ExactArguments) -> Numbers:
    return best_key(arguments.rows, view_of(arguments), greatest=True)


def _minimum(arguments: ExactArguments) -> Numbers:
    return best_key(arguments.rows, view_of(arguments), greatest=False)


def _range(arguments: ExactArguments) -> Numbers:
    return _maximum(arguments) - _minimum(arguments)


def _number_of(arguments: ExactArguments) -> Numbers:
    return np.where(_count_distinct(arguments) == 1, _maximum(arguments), np.nan)


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="count",
        summary="How many rows there are.",
        signature=Signature((Kind.ROWS,), Kind.NUMBER),
        exact=_count,
        soft=None,
        sql=None,
        english="the number of {rows}",
    ),
    Operation(
        name="count_distinct",
        summary="How many different values the column has in the rows.",
        signature=Signature((Kind.ROWS,), Kind.NUMBER, _ANY_COLUMN),
        exact=_count_distinct,
        soft=None,
        sql=None,
        english="the number of different {column} of {rows}",
    ),
    Operation(
        name="number_of",
        summary="The number in the column, defined where the rows hold exactly one different number.",
        signature=Signature((Kind.ROWS,), Kind.NUMBER, _NUMBER),
        exact=_where_any(_number_of),
        soft=None,
        sql=None,
        english="the {column} of {rows}",
    ),
    Operation(
        name="sum",
        summary="The sum of the column's numbers in the rows, undefined where there is none.",
        signature=Signature((Kind.ROWS,), Kind.NUMBER, _NUMBER),
        exact=_where_any(_sum),
        soft=None,
        sql=None,
        english="the sum of {column} of {rows}",
    ),
    Operation(
        name="average",
        summary="The mean of the column's numbers in the rows, undefined where there is none.",
        signature=Signature((Kind.ROWS,), Kind.NUMBER, _NUMBER),
        exact=_where_any(_average),
        soft=None,
        sql=None,
        english="the average {column} of {rows}",
    ),
    Operation(
        name="maximum",
        summary="The greatest of the column's numbers in the rows, undefined where there is none.",
        signature=Signature((Kind.ROWS,), Kind.NUMBER, _NUMBER),
        exact=_where_any(_maximum),
        soft=None,
        sql=None,
        english="the highest {column} of {rows}",
    ),
    Operation(
        name="minimum",
        summary="The least of the column's numbers in the rows, undefined where there is none.",
        signature=Signature((Kind.ROWS,), Kind.NUMBER, _NUMBER),
        exact=_where_any(_minimum),
        soft=None,
        sql=None,
        english="the lowest {column} of {rows}",
    ),
    Operation(
        name="range",
        summary="The greatest less the least of the column's numbers in the rows, undefined where there is none.",
        signature=Signature((Kind.ROWS,), Kind.NUMBER, _NUMBER),
        exact=_where_any(_range),
        soft=None,
        sql=None,
        english="the spread between the highest and the lowest {column} of {rows}",
    ),
)
