"""Reading the numbers of a whole column.

One cell cannot tell whether "Week 7" is a number, "(12)" is negative, "5-9" is a height or "+8.5" is the time behind
the winner; its column can.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from neural_programmer.tables.column_cells import ENOUGH, MOST, Cells
from neural_programmer.tables.numbers import Certainty, NumberReading, read_number
from neural_programmer.tables.values import PartialDate, text_key

PREFIXES_AT_MOST = 4
RANGES_AT_LEAST = 4  # so many rising pairs and no falling one are ranges, not scores

_HEIGHT_HEADER = re.compile(r"\b(?:height|ht|hgt)\b")

Readings = list[NumberReading | None]


def read_numbers(cells: Cells, header: str, dates: Sequence[PartialDate | None] | None) -> Readings | None:
    """The number of each distinct text, or None where the column is not one of numbers.

    A text that was read as a date with a month is no number.
    """
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
    readings = [
        None if reading and reading.certainty is Certainty.PREFIXED and reading.prefix not in kept else reading
        for reading in readings
    ]
    return _as_column(readings, header)


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


def _as_column(readings: Readings, header: str) -> Readings:
    """The readings as the rest of the column and its header explain them."""
    if _parentheses_are_negative(readings):
        readings = [replace(r, amount=-abs(r.amount)) if r and r.parenthesised else r for r in readings]
    if _are_heights(readings, header):
        return [r and NumberReading(12 * r.amount + (r.second or 0), r.certainty, "in") for r in readings]
    winner = next((r for r in readings if r is not None and r.unit == "s" and not r.behind), None)
    if winner is not None and sum(r is not None and r.behind for r in readings) > 1:
        # In the results of a race the others' times are given as what they add to the winner's.
        return [_after(winner, reading) for reading in readings]
    return readings


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
