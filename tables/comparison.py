"""Three-valued comparison of values: what is known about the order of two of them."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from neural_programmer.tables.values import Items, Number, PartialDate, Text, Value, text_key

Ordered = TypeVar("Ordered", float, str)


class Comparison(StrEnum):
    """How a left value stands to a right one."""

    LESS = "less"
    EQUAL = "equal"
    GREATER = "greater"
    UNKNOWN = "unknown"

    @property
    def reverse(self) -> Comparison:
        """The comparison of the same values the other way round."""
        return _REVERSE.get(self, self)


_REVERSE = {Comparison.LESS: Comparison.GREATER, Comparison.GREATER: Comparison.LESS}


def _order(left: Ordered, right: Ordered) -> Comparison:
    if left == right:
        return Comparison.EQUAL
    return Comparison.LESS if left < right else Comparison.GREATER


def _compare_dates(left: PartialDate, right: PartialDate) -> Comparison:
    if left == right:
        return Comparison.EQUAL
    for position, (a, b) in enumerate(zip(left.parts, right.parts, strict=True)):
        if a is None and b is None and position == 0:
            continue  # two dates without a year are compared within one year
        if a is None or b is None:
            return Comparison.UNKNOWN
        if a != b:
            return _order(a, b)
    return Comparison.UNKNOWN


def compare(left: Value, right: Value) -> Comparison:
    """How the left value stands to the right one.

    Values of different types, missing values, and dates whose known parts do not tell are ``UNKNOWN``: the year 1999
    is neither before nor after nor equal to May 1999. Texts are ordered by ``text_key``; lists are equal or unknown.
    """
    if isinstance(left, Number) and isinstance(right, Number):
        return _order(left.amount, right.amount)
    if isinstance(left, PartialDate) and isinstance(right, PartialDate):
        return _compare_dates(left, right)
    if isinstance(left, Text) and isinstance(right, Text):
        return _order(text_key(left.written), text_key(right.written))
    if isinstance(left, Items) and left == right:
        return Comparison.EQUAL
    return Comparison.UNKNOWN


def compare_within(value: PartialDate, constant: PartialDate) -> Comparison:
    """How a date stands to the span of time that a constant names: the 21st of May 1999 is ``EQUAL`` to 1999.

    A value less precise than the constant is ``UNKNOWN`` where their common parts agree.
    """
    if (value.year is None) != (constant.year is None):
        return Comparison.UNKNOWN
    left, right = value.iso(), constant.iso()
    length = min(len(left), len(right))
    if left[:length] != right[:length]:
        return _order(left[:length], right[:length])
    return Comparison.EQUAL if len(left) >= len(right) else Comparison.UNKNOWN
