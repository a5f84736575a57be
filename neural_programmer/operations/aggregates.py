"""Aggregates: one number from rows, or from a column's numbers in rows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from sqlglot import exp
from torch import Tensor

from neural_programmer.language.kinds import Kind
from neural_programmer.language.operation import ExactArguments, Operation, Signature
from neural_programmer.operations import sql_values
from neural_programmer.operations.exact_helpers import Numbers, best_key, group_counts, view_of
from neural_programmer.operations.soft_arguments import SoftArguments, SoftNumber
from neural_programmer.operations.soft_helpers import SoftGroups, ratio
from neural_programmer.tables.values import ValueType

_NUMBER = frozenset({ValueType.NUMBER})
_ANY_COLUMN = frozenset({ValueType.TEXT, ValueType.NUMBER, ValueType.DATE})


def _count(arguments: ExactArguments) -> Numbers:
    count: Numbers = np.sum(arguments.rows, axis=1, dtype=np.float64)
    return count


def _count_distinct(arguments: ExactArguments) -> Numbers:
    count: Numbers = np.sum(group_counts(arguments.rows, arguments) > 0, axis=1, dtype=np.float64)
    return count


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
    return (arguments.rows & view.mask).astype(np.float64) @ numbers


def _average(arguments: ExactArguments) -> Numbers:
    return _sum(arguments) / np.sum(arguments.rows & view_of(arguments).mask, axis=1, dtype=np.float64)


def _maximum(arguments: ExactArguments) -> Numbers:
    return best_key(arguments.rows, view_of(arguments), greatest=True)


def _minimum(arguments: ExactArguments) -> Numbers:
    return best_key(arguments.rows, view_of(arguments), greatest=False)


def _range(arguments: ExactArguments) -> Numbers:
    return _maximum(arguments) - _minimum(arguments)


def _number_of(arguments: ExactArguments) -> Numbers:
    return np.where(_count_distinct(arguments) == 1, _maximum(arguments), np.nan)


def _soft_count(arguments: SoftArguments) -> SoftNumber:
    count = arguments.rows.sum(dim=1, keepdim=True)
    return SoftNumber(count, torch.ones_like(count))


def _soft_count_distinct(arguments: SoftArguments) -> SoftNumber:
    return SoftNumber(SoftGroups(arguments.rows, arguments.table).present.sum(dim=-1), arguments.column)


def _soft_number_of(arguments: SoftArguments) -> SoftNumber:
    return _soft_value(SoftGroups(arguments.rows, arguments.table).only(), arguments)


def _soft_value(chances: Tensor, arguments: SoftArguments) -> SoftNumber:
    """One of the values, each with its chance (Float[batch, column, group]); none may be chosen."""
    chance = chances.sum(dim=-1)
    total = (chances * arguments.table.group_numbers).sum(dim=-1)
    return SoftNumber(ratio(total, chance), arguments.column * chance)


def _soft_sum(arguments: SoftArguments) -> SoftNumber:
    chance = 1 - SoftGroups(arguments.rows, arguments.table).none()
    total = torch.einsum("br,bvr->bv", arguments.rows, arguments.table.numbers)
    return SoftNumber(ratio(total, chance), arguments.column * chance)


def _soft_average(arguments: SoftArguments) -> SoftNumber:
    table = arguments.table
    chance = 1 - SoftGroups(arguments.rows, table).none()
    total = torch.einsum("br,bvr->bv", arguments.rows, table.numbers)
    return SoftNumber(ratio(total, torch.einsum("br,bvr->bv", arguments.rows, table.mask)), arguments.column * chance)


def _soft_maximum(arguments: SoftArguments) -> SoftNumber:
    return _soft_value(SoftGroups(arguments.rows, arguments.table).greatest(), arguments)


def _soft_minimum(arguments: SoftArguments) -> SoftNumber:
    return _soft_value(SoftGroups(arguments.rows, arguments.table).least(), arguments)


def _soft_range(arguments: SoftArguments) -> SoftNumber:
    greatest, least = _soft_maximum(arguments), _soft_minimum(arguments)
    return SoftNumber(greatest.values - least.values, greatest.masses)


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="count",
        summary="How many rows there are.",
        signature=Signature((Kind.ROWS,), Kind.NUMBER),
        exact=_count,
        soft=_soft_count,
        sql=sql_values.count,
        english="the number of {rows}",
    ),
    Operation(
        name="count_distinct",
        summary="How many different values the column has in the rows.",
        signature=Signature((Kind.ROWS,), Kind.NUMBER, _ANY_COLUMN),
        exact=_count_distinct,
        soft=_soft_count_distinct,
        sql=sql_values.aggregated(sql_values.count_distinct),
        english="the number of different values of {column} in {rows}",
    ),
    Operation(
        name="number_of",
        summary="The number in the column, defined where the rows hold exactly one different number.",
        signature=Signature((Kind.ROWS,), Kind.NUMBER, _NUMBER),
        exact=_where_any(_number_of),
        soft=_soft_number_of,
        sql=sql_values.only_value,
        english="the {column} of {rows}",
    ),
    Operation(
        name="sum",
        summary="The sum of the column's numbers in the rows, undefined where there is none.",
        signature=Signature((Kind.ROWS,), Kind.NUMBER, _NUMBER),
        exact=_where_any(_sum),
        soft=_soft_sum,
        sql=sql_values.aggregated(lambda column: exp.Sum(this=column)),
        english="the sum of {column} over {rows}",
    ),
    Operation(
        name="average",
        summary="The mean of the column's numbers in the rows, undefined where there is none.",
        signature=Signature((Kind.ROWS,), Kind.NUMBER, _NUMBER),
        exact=_where_any(_average),
        soft=_soft_average,
        sql=sql_values.aggregated(lambda column: exp.Avg(this=column)),
        english="the average {column} of {rows}",
        soft_relaxation="the ratio of the expected sum to the expected number of values",
    ),
    Operation(
        name="maximum",
        summary="The greatest of the column's numbers in the rows, undefined where there is none.",
        signature=Signature((Kind.ROWS,), Kind.NUMBER, _NUMBER),
        exact=_where_any(_maximum),
        soft=_soft_maximum,
        sql=sql_values.aggregated(lambda column: exp.Max(this=column)),
        english="the highest {column} of {rows}",
    ),
    Operation(
        name="minimum",
        summary="The least of the column's numbers in the rows, undefined where there is none.",
        signature=Signature((Kind.ROWS,), Kind.NUMBER, _NUMBER),
        exact=_where_any(_minimum),
        soft=_soft_minimum,
        sql=sql_values.aggregated(lambda column: exp.Min(this=column)),
        english="the lowest {column} of {rows}",
    ),
    Operation(
        name="range",
        summary="The greatest less the least of the column's numbers in the rows, undefined where there is none.",
        signature=Signature((Kind.ROWS,), Kind.NUMBER, _NUMBER),
        exact=_where_any(_range),
        soft=_soft_range,
        sql=sql_values.aggregated(sql_values.value_range),
        english="the range of {column} over {rows}",
    ),
)
