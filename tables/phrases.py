"""Answers in words: which of two words, or a number with its unit."""

from __future__ import annotations

from neural_programmer.tables.constants import Constant, ConstantKind

# Beyond it whole numbers are not told apart.
LARGEST_COUNT = 1e15


def phrase(constant: Constant, number: float) -> str:
    """The first word of a choice for 1 and the second for 0; a whole number of units, one of them in the singular."""
    words = [str(word) for word in constant.values]
    if constant.kind is ConstantKind.CHOICE:
        return words[0] if number else words[1]
    return f"{int(number)} {one_unit(words[0]) if number == 1 else words[0]}"


def one_unit(units: str) -> str:
    """The singular of a unit."""
    return units.removesuffix("s") if len(units) > 2 else units
