"""Where every program starts: the rows of the table."""

from __future__ import annotations

import numpy as np
from torch import Tensor

from neural_programmer.language.kinds import Kind
from neural_programmer.language.operation import ExactArguments, Operation, Signature
from neural_programmer.operations.exact_helpers import Rows
from neural_programmer.operations.soft_arguments import SoftArguments


def _all_rows(arguments: ExactArguments) -> Rows:
    countable = arguments.grounding.countable
    return np.broadcast_to(countable, (len(arguments.rows), len(countable)))


def _total_rows(arguments: ExactArguments) -> Rows:
    return ~_all_rows(arguments)


def _soft_all_rows(arguments: SoftArguments) -> Tensor:
    return arguments.table.countable


def _soft_total_rows(arguments: SoftArguments) -> Tensor:
    return arguments.table.row_mask - arguments.table.countable


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="all_rows",
        summary="All rows but those that are totals of others.",
        signature=Signature((), Kind.ROWS),
        exact=_all_rows,
        soft=_soft_all_rows,
        sql=lambda arguments: arguments.query.all_rows,
        english="all rows",
    ),
    Operation(
        name="total_rows",
        summary="The rows that are totals of others.",
        signature=Signature((), Kind.ROWS),
        exact=_total_rows,
        soft=_soft_total_rows,
        sql=lambda arguments: arguments.query.total_rows,
        english="the total rows",
    ),
)
