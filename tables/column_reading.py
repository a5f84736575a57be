"""Reading a whole column: what its cells mean as numbers and dates, decided together.

One cell cannot tell whether "12/05/1989" lies in May, "Week 7" is a number or "(12)" is negative; its column can.
Everything here works on the distinct texts of a column, with the number of rows in which each stands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from neural_programmer.tables.dates import DateForm, DateReading, read_date
from neural_programmer.tables.numbers import Certainty, NumberReading, read_number
from neural_programmer.tables.values import PartialDate

ENOUGH = 0.2  # the share of the filled cells that must parse for a view to exist
MOST = 0.6  # the share that must parse where each cell alone would be doubtful
PREFIXES_AT_MOST = 4


@dataclass(frozen=True, slots=True)
class Cells:
    """The distinct texts of a column in order of first appearance, and in how many rows each stands.

    ``filled`` counts the rows with something other than blanks and placeholders.
    """

    texts: Sequence[str]
    counts: Sequence[int]
    filled: int


def read_dates(cells: Cells) -> list[PartialDate | None] | None:
    """The date of each distinct text, or None where the column is not one of dates.

    All dates have a year or none has, whichever are more; the others stay unread.
    """
    readings = [read_date(text) for text in cells.texts]
    certain = years = embedded = 0
    for reading, count in zip(readings, cells.counts, strict=True):
        if reading is None:
            continue
        if reading.form is DateForm.YEAR:
            years += count
        elif reading.form is DateForm.EMBEDDED:
            embedded += count
        else:
            certain += count
    enough = max(1.0, ENOUGH * cells.filled)
    if certain < enough and embedded < MOST * cells.filled and not _is_years(cells, readings, years):
        return None
    if certain + years + embedded < enough:
        return None
    chosen = _choose(cells, readings)
    with_year = sum(count for date, count in zip(chosen, cells.counts, strict=True) if date and date.year is not None)
    without = sum(count for date, count in zip(chosen, cells.counts, strict=True) if date and date.year is None)
    if with_year + without < enough:
        return None
    keep_years = with_year >= without
    return [date if date and (date.year is not None) == keep_years else None for date in chosen]


def _is_years(cells: Cells, readings: Sequence[DateReading | None], years: int) -> bool:
    """Whether the plain numbers of a column are years: nearly all of them lie where years do."""
    if not years or years < ENOUGH * cells.filled:
        return False
    plain = others = 0
    for text, count, reading in zip(cells.texts, cells.counts, readings, strict=True):
        if reading is not None and reading.form is DateForm.YEAR:
            plain += count
        elif read_number(text) is not None:
            others += count
    return others <= 0.1 * (plain + others)


def _choose(cells: Cells, readings: Sequence[DateReading | None]) -> list[PartialDate | None]:
    """The reading of each text once the column has told what its digits mean."""
    month_first = _month_comes_first(cells, readings)
    seasons = _are_seasons(readings)
    chosen: list[PartialDate | None] = []
    for reading in readings:
        if reading is None:
            chosen.append(None)
        elif reading.form is DateForm.DIGITS:
            preferred, other = (reading.other, reading.date) if month_first else (reading.date, reading.other)
            chosen.append(preferred or other)
        elif reading.form is DateForm.YEAR_AND_TWO_DIGITS:
            chosen.append(reading.date if seasons else reading.other)
        else:
            chosen.append(reading.date)
    return chosen


def _month_comes_first(cells: Cells, readings: Sequence[DateReading | None]) -> bool:
    """Whether the column writes 12/31 rather than 31/12: by the cells that allow one reading, then by running order."""
    digits = [
        (reading, text, count)
        for reading, text, count in zip(readings, cells.texts, cells.counts, strict=True)
        if reading is not None and reading.form is DateForm.DIGITS
    ]
    day_only = sum(count for reading, _, count in digits if reading.other is None)
    month_only = sum(count for reading, _, count in digits if reading.date is None)
    if day_only != month_only:
        return month_only > day_only
    both = [(reading.date.iso(), reading.other.iso()) for reading, _, _ in digits if reading.date and reading.other]
    disorder_day = _turns([day for day, _ in both])
    disorder_month = _turns([month for _, month in both])
    if disorder_day != disorder_month:
        return disorder_month < disorder_day
    return sum("/" in text for _, text, _ in digits) * 2 > len(digits)


def _turns(dates: Sequence[str]) -> int:
    """How many neighbours stand against the running direction of a sequence."""
    rising = sum(a <= b for a, b in zip(dates, dates[1:], strict=False))
    falling = sum(a >= b for a, b in zip(dates, dates[1:], strict=False))
    return len(dates) - max(rising, falling)


def _are_seasons(readings: Sequence[DateReading | None]) -> bool:
    """Whether cells like "1999-05" are seasons: one is no month, or each ends in the year after its beginning."""
    seen = [r for r in readings if r is not None and r.form is DateForm.YEAR_AND_TWO_DIGITS]
    if any(reading.other is None for reading in seen):
        return True
    return all(
        reading.date is not None and reading.other is not None and reading.date.year is not None
        and (reading.date.year + 1) % 100 == reading.other.month
        for reading in seen
    )


def read_numbers(cells: Cells, dates: Sequence[PartialDate | None] | None) -> list[NumberReading | None] | None:
    """The number of each distinct text, or None where the column is not one of numbers.

    A text that was read as a date with a month is no number.
    """
    readings = [
        None if dates is not None and (date := dates[position]) is not None and date.month is not None else read_number(text)
        for position, text in enumerate(cells.texts)
    ]
    shares: Counter[Certainty] = Counter()
    prefixes: Counter[str] = Counter()
    for reading, count in zip(readings, cells.counts, strict=True):
        if reading is not None:
            shares[reading.certainty] += count
            if reading.certainty is Certainty.PREFIXED:
                prefixes[reading.prefix] += count
    common = dict(prefixes.most_common(PREFIXES_AT_MOST))
    whole, leading, prefixed = shares[Certainty.WHOLE], shares[Certainty.LEADING], sum(common.values())
    together = whole + leading + prefixed >= MOST * cells.filled
    if not cells.filled or not (whole >= max(1.0, ENOUGH * cells.filled) or (together and whole + leading + prefixed)):
        return None
    # Words before a number count only where they are the way of the column.
    take_prefixed = together and prefixed >= ENOUGH * cells.filled
    negative = _parentheses_are_negative(readings)
    return [
        None
        if reading is None or (reading.certainty is Certainty.PREFIXED and not (take_prefixed and reading.prefix in common))
        else _negated(reading)
        if negative and reading.parenthesised
        else reading
        for reading in readings
    ]


def _parentheses_are_negative(readings: Sequence[NumberReading | None]) -> bool:
    """Whether a column is kept by accountants: money in parentheses among money without them."""
    inside = [r for r in readings if r is not None and r.parenthesised]
    outside = [r for r in readings if r is not None and not r.parenthesised and r.certainty is Certainty.WHOLE]
    if not inside or not outside:
        return any(r.unit is not None for r in inside)
    return any(r.unit is not None for r in inside) or any(abs(r.amount) >= 1000 and r.amount % 10 for r in inside)


def _negated(reading: NumberReading) -> NumberReading:
    return NumberReading(-abs(reading.amount), reading.certainty, reading.unit, parenthesised=True)
