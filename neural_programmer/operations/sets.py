"""Set operations on two row sets."""

from __future__ import annotations

from torch import Tensor

from neural_programmer.language.kinds import Kind
from neural_programmer.language.operation import ExactArguments, Operation, Signature
from neural_programmer.operations import sql_rows
from neural_programmer.operations.exact_helpers import Rows
from neural_programmer.operations.soft_arguments import SoftArguments

_SIGNATURE = Signature((Kind.ROWS, Kind.ROWS), Kind.ROWS)


def _union(arguments: ExactArguments) -> Rows:
    return arguments.rows | arguments.other_rows


def _intersect(arguments: ExactArguments) -> Rows:
    return arguments.rows & arguments.other_rows


def _except_rows(arguments: ExactArguments) -> Rows:
    return arguments.rows & ~arguments.other_rows


def _soft_union(arguments: SoftArguments) -> Tensor:
    return arguments.rows + arguments.other_rows - arguments.rows * arguments.other_rows


def _soft_intersect(arguments: SoftArguments) -> Tensor:
    return arguments.rows * arguments.other_rows


def _soft_except_rows(arguments: SoftArguments) -> Tensor:
    return arguments.rows * (1 - arguments.other_rows)


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="union",
        summary="The rows in either of two row sets.",
        signature=_SIGNATURE,
        exact=_union,
        soft=_soft_union,
        sql=sql_rows.union,
        english="{rows} together with {other_rows}",
    ),
    Operation(
        name="intersect",
        summary="The rows in both of two row sets.",
        signature=_SIGNATURE,
        exact=_intersect,
        soft=_soft_intersect,
        sql=sql_rows.intersect,
        english="{rows} that are also among {other_rows}",
    ),
    Operation(
        name="except_rows",
        summary="The rows of the first row set that are not in the second.",
        signature=_SIGNATURE,
        exact=_except_rows,
        soft=_soft_except_rows,
        sql=sql_rows.except_rows,
        english="{rows} other than {other_rows}",
    ),
)
