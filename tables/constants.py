"""Typed constants: what a question offers to compare cells with."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from neural_programmer.tables.values import PartialDate, ValueType


class ConstantKind(StrEnum):
    """What a constant of a question is."""

    TEXT = "text"
    TEXTS = "texts"
    NUMBER = "number"
    NUMBER_RANGE = "number_range"
    DATE = "date"
    DATE_RANGE = "date_range"
    ORDINAL = "ordinal"
    CHOICE = "choice"
    UNIT = "unit"


@dataclass(frozen=True, slots=True)
class Constant:
    """A typed constant.

    ``values`` holds one text, two or more texts, one number, two numbers (lower, upper), one partial date,
    two partial dates, one positive integer, the two words of an answer ("yes", "no"), or the unit of a number in the
    plural ("years"), according to ``kind``.
    """

    kind: ConstantKind
    values: tuple[str | float | int | PartialDate, ...]


# A constant can be compared with the values of a column only where their types correspond; an ordinal counts
# values and the words of an answer tell of any, so they go with every type.
COMPARABLE: dict[ValueType, frozenset[ConstantKind]] = {
    ValueType.TEXT: frozenset({ConstantKind.TEXT, ConstantKind.TEXTS, ConstantKind.ORDINAL, ConstantKind.CHOICE}),
    ValueType.LIST: frozenset({ConstantKind.TEXT}),
    ValueType.NUMBER: frozenset(
        {ConstantKind.NUMBER, ConstantKind.NUMBER_RANGE, ConstantKind.ORDINAL, ConstantKind.CHOICE}
    ),
    ValueType.DATE: frozenset({ConstantKind.DATE, ConstantKind.DATE_RANGE, ConstantKind.ORDINAL, ConstantKind.CHOICE}),
}
