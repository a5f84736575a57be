"""Where every program starts: the rows of the table."""

from __future__ import annotations

import numpy as np

from neural_programmer.language.kinds import Kind
from neural_programmer.language.operation import ExactArguments, Operation, Signature
from neural_programmer.operations.exact_helpers import Rows


def _all_rows(arguments: ExactArguments) -> Rows:
    countable = arguments.grounding.countable
    return np.broadcast_to(countable, (len(arguments.rows), len(countable)))


def _total_rows(arguments: ExactArguments) -> Rows:
    return ~_all_rows(arguments)


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="all_rows",
        summary="All rows but those that are totals of others.",
        signature=Signature((), Kind.ROWS),
        exact=_all_rows,
        soft=None,
        sql=None,
        english="the rows",
    ),
    Operation(
        name="total_rows",
        summary="The rows that are totals of others.",
        signature=Signature((), Kind.ROWS),
        exact=_total_rows,
        soft=None,
        sql=None,
        english="the total rows",
    ),
)
