"""Filters: the rows of an earlier row set whose value in a column stands in a relation to a constant."""

from __future__ import annotations

import torch
from torch import Tensor

from neural_programmer.language.kinds import Kind
from neural_programmer.language.operation import ExactArguments, Operation, Signature
from neural_programmer.operations import relations, sql_rows
from neural_programmer.operations.exact_helpers import Rows, view_of
from neural_programmer.operations.relations import Relation
from neural_programmer.operations.soft_arguments import SoftArguments
from neural_programmer.tables.values import ValueType

_ANY_COLUMN = frozenset({ValueType.TEXT, ValueType.NUMBER, ValueType.DATE})


def _filter(relation: Relation, summary: str, english: str, english_of_dates: str | None = None) -> Operation:
    def exact(arguments: ExactArguments) -> Rows:
        assert arguments.column is not None and arguments.constant is not None
        return arguments.rows & arguments.grounding.match(relation, arguments.column, arguments.constant)

    def soft(arguments: SoftArguments) -> Tensor:
        places, holds = arguments.table.matches[relation.name]
        chances = arguments.pair.flatten(1).gather(1, places)
        return arguments.rows * torch.einsum("bp,bpr->br", chances, holds)

    return Operation(
        name=f"filter_{relation.name}",
        summary=summary,
        signature=Signature((Kind.ROWS,), Kind.ROWS, relation.columns, relation.constants),
        exact=exact,
        soft=soft,
        sql=sql_rows.filtered(relation.condition),
        english=english,
        english_of_dates=english_of_dates,
    )


def _not_empty(arguments: ExactArguments) -> Rows:
    return arguments.rows & view_of(arguments).mask


def _empty(arguments: ExactArguments) -> Rows:
    return arguments.rows & ~view_of(arguments).mask


def _soft_not_empty(arguments: SoftArguments) -> Tensor:
    return arguments.rows * torch.einsum("bv,bvr->br", arguments.column, arguments.table.mask)


def _soft_empty(arguments: SoftArguments) -> Tensor:
    return arguments.rows * torch.einsum("bv,bvr->br", arguments.column, 1 - arguments.table.mask)


OPERATIONS: tuple[Operation, ...] = (
    _filter(relations.EQUALS, "The rows whose value equals the constant.", "{rows} where {column} is {constant}"),
    _filter(
        relations.NOT_EQUALS,
        "The rows that have a value, and one known to differ from the constant.",
        "{rows} where {column} is not {constant}",
    ),
    _filter(
        relations.GREATER,
        "The rows whose number is greater, or whose date is later, than the constant.",
        "{rows} where {column} is more than {constant}",
        "{rows} where {column} is after {constant}",
    ),
    _filter(
        relations.GREATER_EQUAL,
        "The rows whose number or date is the constant or beyond.",
        "{rows} where {column} is at least {constant}",
        "{rows} where {column} is {constant} or later",
    ),
    _filter(
        relations.LESS,
        "The rows whose number is less, or whose date is earlier, than the constant.",
        "{rows} where {column} is less than {constant}",
        "{rows} where {column} is before {constant}",
    ),
    _filter(
        relations.LESS_EQUAL,
        "The rows whose number or date is the constant or before it.",
        "{rows} where {column} is at most {constant}",
        "{rows} where {column} is {constant} or earlier",
    ),
    _filter(
        relations.BETWEEN,
        "The rows whose number or date lies between two constants, both included.",
        "{rows} where {column} is between {constant}",
    ),
    _filter(
        relations.CONTAINS,
        "The rows whose text contains the words of the constant.",
        "{rows} where {column} contains {constant}",
    ),
    _filter(
        relations.NOT_CONTAINS,
        "The rows that have a text, and one without the words of the constant.",
        "{rows} where {column} does not contain {constant}",
    ),
    _filter(relations.ANY, "The rows whose text is one of several.", "{rows} where {column} is {constant}"),
    _filter(
        relations.CONTAINS_ANY,
        "The rows whose text contains the words of one of several texts.",
        "{rows} where {column} contains {constant}",
    ),
    _filter(
        relations.HAS_ITEM,
        "The rows whose list has the constant among its items.",
        "{rows} where {column} lists {constant}",
    ),
    Operation(
        name="filter_not_empty",
        summary="The rows that have a value in the column.",
        signature=Signature((Kind.ROWS,), Kind.ROWS, _ANY_COLUMN),
        exact=_not_empty,
        soft=_soft_not_empty,
        sql=sql_rows.filtered(lambda arguments: arguments.present),
        english="{rows} where {column} is given",
    ),
    Operation(
        name="filter_empty",
        summary="The rows that have no value in the column.",
        signature=Signature((Kind.ROWS,), Kind.ROWS, _ANY_COLUMN),
        exact=_empty,
        soft=_soft_empty,
        sql=sql_rows.filtered(lambda arguments: arguments.absent),
        english="{rows} where {column} is missing",
    ),
)
