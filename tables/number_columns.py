"""Reading the numbers of a whole column.

One cell cannot tell whether "Week 7" is a number, "(12)" is negative, "5-9" is a height or "+8.5" is the time behind
the winner; its column can.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from neural_programmer.tables.column_cells import ENOUGH, MOST, Cells
from neural_programmer.tables.numbers import Certainty, NumberReading, read_number
from neural_programmer.tables.values import PartialDate, text_key

PREFIXES_AT_MOST = 4
RANGES_AT_LEAST = 4  # so many rising pairs and no falling one are ranges, not scores

_HEIGHT_HEADER = re.compile(r"\b(?:height|ht|hgt)\b")

Readings = list[NumberReading | None]


@dataclass(frozen=True, slots=True)
class NumberConventions:
    """What a column's cells together say of the number of each.

    ``prefixes`` are the words before a number that are ignored, None for any; ``negative_parentheses`` whether "(12)"
    is -12; ``heights`` whether pairs are feet and inches; ``winner`` the time that times behind it are added to. The
    defaults take each cell as it comes.
    """

    prefixes: frozenset[str] | None = None
    negative_parentheses: bool = False
    heights: bool = False
    winner: NumberReading | None = None

    def explained(self, reading: NumberReading | None) -> NumberReading | None:
        """The reading of a cell as its column means it."""
        if reading is None:
            return None
        if (
            reading.certainty is Certainty.PREFIXED
            and self.prefixes is not None
            and reading.prefix not in self.prefixes
        ):
            return None
        if self.negative_parentheses and reading.parenthesised:
            reading = replace(reading, amount=-abs(reading.amount))
        if self.heights:
            return NumberReading(12 * reading.amount + (reading.second or 0), reading.certainty, "in")
        return reading if self.winner is None else _after(self.winner, reading)


def read_numbers(cells: Cells, header: str, dates: Sequence[PartialDate | None] | None) -> Readings | None:
    """The number of each distinct text, or None where the column is not one of numbers.

    A text that was read as a date with a month is no number.
    """
    decided = _decide(cells, header, dates)
    return None if decided is None else decided[1]


def number_conventions(
    cells: Cells, header: str, dates: Sequence[PartialDate | None] | None
) -> NumberConventions | None:
    """How the column writes its numbers, or None where it is not one of numbers."""
    decided = _decide(cells, header, dates)
    return None if decided is None else decided[0]


def _decide(
    cells: Cells, header: str, dates: Sequence[PartialDate | None] | None
) -> tuple[NumberConventions, Readings] | None:
    if not cells.seems_read_by(read_number):
        return None
    if dates is None:
        readings = [read_number(text) for text in cells.texts]
    else:
        full = [date is not None and date.month is not None for date in dates]
        readings = [None if known else read_number(text) for known, text in zip(full, cells.texts, strict=True)]
        if _are_years_of(dates, readings):
            return None
    shares: Counter[Certainty] = Counter()
    prefixes: Counter[str] = Counter()
    for reading, count in zip(readings, cells.counts, strict=True):
        if reading is not None:
            shares[reading.certainty] += count
            if reading.certainty is Certainty.PREFIXED:
                prefixes[reading.prefix] += count
    common = dict(prefixes.most_common(PREFIXES_AT_MOST))
    whole, prefixed = shares[Certainty.WHOLE], sum(common.values())
    every = whole + shares[Certainty.LEADING] + prefixed
    together = every > 0 and every >= MOST * cells.filled
    if not together and whole < max(1.0, ENOUGH * cells.filled):
        return None
    # A word before a number is ignored only where that is the way of the column.
    kept = frozenset(common) if together and prefixed >= ENOUGH * cells.filled else frozenset()
    conventions = NumberConventions(kept)
    return _as_column(conventions, [conventions.explained(reading) for reading in readings], header)


def is_range(readings: Sequence[NumberReading | None]) -> bool:
    """Whether the pairs of a column are ranges, from a lower to a higher number."""
    pairs = [(r.amount, r.second) for r in readings if r is not None and r.second is not None]
    rising = all(first <= second for first, second in pairs)
    return rising and (len(pairs) >= RANGES_AT_LEAST or any(r is not None and r.years for r in readings))


def _are_years_of(dates: Sequence[PartialDate | None], readings: Readings) -> bool:
    """Whether the only numbers of a column of full dates are years, which its view of years holds too."""
    if not any(date and date.month for date in dates):
        return False
    return all(
        reading is None or (date is not None and reading.amount == date.year and reading.second is None)
        for date, reading in zip(dates, readings, strict=True)
    )


def _as_column(conventions: NumberConventions, readings: Readings, header: str) -> tuple[NumberConventions, Readings]:
    """The conventions and the readings as the rest of the column and its header explain them."""
    if _parentheses_are_negative(readings):
        conventions = replace(conventions, negative_parentheses=True)
        readings = [conventions.explained(reading) for reading in readings]
    if _are_heights(readings, header):
        conventions = replace(conventions, heights=True)
        return conventions, [conventions.explained(reading) for reading in readings]
    winner = next((r for r in readings if r is not None and r.unit == "s" and not r.behind), None)
    if winner is not None and sum(r is not None and r.behind for r in readings) > 1:
        # In the results of a race the others' times are given as what they add to the winner's.
        conventions = replace(conventions, winner=winner)
        return conventions, [conventions.explained(reading) for reading in readings]
    return conventions, readings


def _after(winner: NumberReading, reading: NumberReading | None) -> NumberReading | None:
    if reading is None or (reading.unit != "s" and not reading.behind):
        return None  # laps are no time
    if reading.behind and reading.amount < winner.amount:
        return replace(reading, amount=round(winner.amount + reading.amount, 6), unit="s")
    return reading


def _are_heights(readings: Readings, header: str) -> bool:
    """Whether the pairs of a column headed "height" are feet and inches."""
    seen = [r for r in readings if r is not None]
    return (
        bool(_HEIGHT_HEADER.search(text_key(header)))
        and bool(seen)
        and all(r.unit is None and 3 <= r.amount <= 8 and r.second is not None and 0 <= r.second < 12 for r in seen)
    )


def _parentheses_are_negative(readings: Readings) -> bool:
    """Whether a column is kept as accountants do: money in parentheses, or large sums with and without them."""
    inside = [r for r in readings if r is not None and r.parenthesised]
    outside = [r for r in readings if r is not None and not r.parenthesised and r.certainty is Certainty.WHOLE]
    if any(r.unit is not None for r in inside):
        return True
    return bool(outside) and any(abs(r.amount) >= 1000 for r in inside) and any(abs(r.amount) >= 1000 for r in outside)
