"""Reading the dates of a whole column: its cells together tell day from month, and years from other numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from neural_programmer.tables.column_cells import ENOUGH, MOST, Cells
from neural_programmer.tables.dates import DateForm, DateReading, read_date
from neural_programmer.tables.numbers import read_number
from neural_programmer.tables.values import PartialDate


@dataclass(frozen=True, slots=True)
class DateConventions:
    """What a column's cells together say of each: day or month first, months or seasons, with a year or without.

    ``with_year`` is None where dates with a year and without one may stand together. The defaults take each cell as
    it comes.
    """

    month_first: bool = False
    seasons: bool = True
    with_year: bool | None = None

    def date_of(self, text: str) -> PartialDate | None:
        """The date that a cell of the column means."""
        reading = read_date(text)
        return None if reading is None else self.kept(self.chosen(reading))

    def chosen(self, reading: DateReading) -> PartialDate | None:
        """The one of a reading's dates that the column means."""
        if reading.form is DateForm.DIGITS:
            preferred, other = (reading.other, reading.date) if self.month_first else (reading.date, reading.other)
            return preferred or other
        if reading.form is DateForm.YEAR_AND_TWO_DIGITS:
            return reading.date if self.seasons else reading.other
        return reading.date

    def kept(self, date: PartialDate | None) -> PartialDate | None:
        """The date where it has a year, or none, as the column's other dates."""
        return date if date and self.with_year in (None, date.year is not None) else None


def read_dates(cells: Cells) -> list[PartialDate | None] | None:
    """The date of each distinct text, or None where the column is not one of dates.

    All dates have a year or none has, whichever are more; the others stay unread.
    """
    decided = _decide(cells)
    return None if decided is None else decided[1]


def date_conventions(cells: Cells) -> DateConventions | None:
    """How the column writes its dates, or None where it is not one of dates."""
    decided = _decide(cells)
    return None if decided is None else decided[0]


def _decide(cells: Cells) -> tuple[DateConventions, list[PartialDate | None]] | None:
    if not cells.seems_read_by(read_date):
        return None
    readings = [read_date(text) for text in cells.texts]
    certain = years = doubtful = 0
    for reading, count in zip(readings, cells.counts, strict=True):
        if reading is None:
            continue
        if reading.form is DateForm.YEAR:
            years += count
        elif reading.form in (DateForm.EMBEDDED, DateForm.MONTH):
            doubtful += count
        else:
            certain += count
    enough = max(1.0, ENOUGH * cells.filled)
    if certain < enough and certain + doubtful < MOST * cells.filled and not _is_years(cells, readings, years):
        return None
    if certain + years + doubtful < enough:
        return None
    each = DateConventions(_month_comes_first(cells, readings), _are_seasons(readings))
    chosen = [None if reading is None else each.chosen(reading) for reading in readings]
    with_year = sum(count for date, count in zip(chosen, cells.counts, strict=True) if date and date.year is not None)
    without = sum(count for date, count in zip(chosen, cells.counts, strict=True) if date and date.year is None)
    if with_year + without < enough:
        return None
    together = replace(each, with_year=with_year >= without)
    return together, [together.kept(date) for date in chosen]


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
    rising = sum(a <= b for a, b in pairwise(dates))
    falling = sum(a >= b for a, b in pairwise(dates))
    return len(dates) - max(rising, falling)


def _are_seasons(readings: Sequence[DateReading | None]) -> bool:
    """Whether cells like "1999-05" are seasons: one is no month, or each ends in the year after its beginning."""
    seen = [r for r in readings if r is not None and r.form is DateForm.YEAR_AND_TWO_DIGITS]
    if any(reading.other is None for reading in seen):
        return True
    return all(
        reading.date is not None
        and reading.other is not None
        and reading.date.year is not None
        and (reading.date.year + 1) % 100 == reading.other.month
        for reading in seen
    )
