"""Operations that answer with cells of a column, or with its values counted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sqlglot import exp
from torch import Tensor

from neural_programmer.language.kinds import Kind
from neural_programmer.language.operation import ExactArguments, Operation, Signature
from neural_programmer.operations import sql_values
from neural_programmer.operations.exact_helpers import Rows, first_of_groups, group_counts, view_of
from neural_programmer.operations.soft_arguments import SoftArguments
from neural_programmer.operations.soft_frequency import frequency_extremes
from neural_programmer.operations.soft_helpers import SoftGroups
from neural_programmer.tables.values import ValueType

_ANY_COLUMN = frozenset({ValueType.TEXT, ValueType.NUMBER, ValueType.DATE})


def _select(arguments: ExactArguments) -> Rows:
    return arguments.rows & view_of(arguments).mask


def _most_common_value(arguments: ExactArguments) -> Rows:
    counts = group_counts(arguments.rows, arguments)
    most = counts.max(axis=1, initial=1)
    return first_of_groups(arguments.rows, counts == most[:, None], arguments)


def _least_common_value(arguments: ExactArguments) -> Rows:
    counts = group_counts(arguments.rows, arguments)
    absent = len(view_of(arguments).mask) + 1
    least = np.where(counts > 0, counts, absent).min(axis=1, initial=absent)
    return first_of_groups(arguments.rows, counts == least[:, None], arguments)


def _count_by_value(arguments: ExactArguments) -> NDArray[np.float64]:
    counts = group_counts(arguments.rows, arguments)
    representatives = first_of_groups(arguments.rows, counts > 0, arguments)
    if not counts.shape[1]:
        return np.zeros(arguments.rows.shape)
    return np.where(representatives, counts[:, view_of(arguments).groups], 0.0)


def _soft_select(arguments: SoftArguments) -> Tensor:
    return arguments.column[..., None] * arguments.rows[:, None] * arguments.table.mask


def _soft_most_common_value(arguments: SoftArguments) -> Tensor:
    return arguments.column[..., None] * frequency_extremes(arguments.rows, arguments.table, most=True)


def _soft_least_common_value(arguments: SoftArguments) -> Tensor:
    return arguments.column[..., None] * frequency_extremes(arguments.rows, arguments.table, most=False)


def _soft_count_by_value(arguments: SoftArguments) -> Tensor:
    groups = SoftGroups(arguments.rows, arguments.table)
    return arguments.column[..., None] * groups.first() * (1 + groups.later())


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="select",
        summary="The cells of the column in the rows, in table order.",
        signature=Signature((Kind.ROWS,), Kind.CELLS, _ANY_COLUMN),
        exact=_select,
        soft=_soft_select,
        sql=sql_values.present_cells,
        english="the {column} of {rows}",
    ),
    Operation(
        name="most_common_value",
        summary="The values that occur in most of the rows, all ties, each at its first row.",
        signature=Signature((Kind.ROWS,), Kind.CELLS, _ANY_COLUMN),
        exact=_most_common_value,
        soft=_soft_most_common_value,
        sql=sql_values.extreme_counts(exp.Max),
        english="the most common {column} of {rows}",
    ),
    Operation(
        name="least_common_value",
        summary="The values that occur in the fewest of the rows, all ties, each at its first row.",
        signature=Signature((Kind.ROWS,), Kind.CELLS, _ANY_COLUMN),
        exact=_least_common_value,
        soft=_soft_least_common_value,
        sql=sql_values.extreme_counts(exp.Min),
        english="the least common {column} of {rows}",
    ),
    Operation(
        name="count_by_value",
        summary="Every value of the column in the rows with the number of rows that hold it.",
        signature=Signature((Kind.ROWS,), Kind.GROUPS, _ANY_COLUMN),
        exact=_count_by_value,
        soft=_soft_count_by_value,
        sql=sql_values.counts_by_value,
        english="for each {column}, the number of {rows}",
    ),
)
