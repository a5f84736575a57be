"""The sampled rows of a large table as arrays, in which rows with given cells and numbers are found at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from neural_programmer.large.vocabulary import Numbers
from neural_programmer.tables.values import PartialDate

Floats = npt.NDArray[np.float64]
Days = npt.NDArray[np.datetime64]


@dataclass(frozen=True)
class CellIs:
    """The cell at a position holds a distinct text, by its number."""

    place: int
    cell: int


@dataclass(frozen=True)
class NumberIs:
    """The number at a position lies within two others, themselves included."""

    place: int
    low: float = -np.inf
    high: float = np.inf


@dataclass(frozen=True)
class DayIs:
    """The day at a position lies within a date, of which some parts may be unknown."""

    place: int
    date: PartialDate


Condition = CellIs | NumberIs | DayIs


@dataclass(frozen=True)
class _Dates:
    """Days by their parts, taken apart once; ``known`` tells those that are days."""

    known: npt.NDArray[np.bool_]
    years: npt.NDArray[np.int32]
    months: npt.NDArray[np.int8]
    days: npt.NDArray[np.int8]

    @classmethod
    def of(cls, days: Days) -> _Dates:
        months = days.astype("datetime64[M]")
        return cls(
            ~np.isnat(days),
            (days.astype("datetime64[Y]").astype(np.int64) + 1970).astype(np.int32),
            (months.astype(np.int64) % 12 + 1).astype(np.int8),
            ((days - months.astype("datetime64[D]")).astype(np.int64) + 1).astype(np.int8),
        )

    def within(self, date: PartialDate) -> npt.NDArray[np.bool_]:
        """Which of the days lie within a date."""
        fulfilled = self.known.copy()
        for held, part in ((self.years, date.year), (self.months, date.month), (self.days, date.day)):
            if part is not None:
                fulfilled &= held == part
        return fulfilled


class Sample:
    """Rows by their numbers, with the cells of columns of few texts, and the values of those of numbers and days."""

    def __init__(
        self, rows: Numbers, cells: Mapping[int, Numbers], numbers: Mapping[int, Floats], days: Mapping[int, Days]
    ) -> None:
        self.rows, self._cells, self._numbers = rows, cells, numbers
        self._dates = {place: _Dates.of(column) for place, column in days.items()}

    def holding(self, conditions: Sequence[Condition], most: int) -> list[int]:
        """The first rows that fulfil all the conditions, by their numbers."""
        fulfilled = np.ones(len(self.rows), dtype=np.bool_)
        for condition in conditions:
            if isinstance(condition, CellIs):
                fulfilled &= self._cells[condition.place] == condition.cell
            elif isinstance(condition, NumberIs):
                values = self._numbers[condition.place]
                fulfilled &= (values >= condition.low) & (values <= condition.high)
            else:
                fulfilled &= self._dates[condition.place].within(condition.date)
        return [int(row) for row in self.rows[np.flatnonzero(fulfilled)[:most]]]

    def has(self, row: int) -> bool:
        """Whether the row with a number is sampled."""
        at = np.searchsorted(self.rows, row)
        return bool(at < len(self.rows) and self.rows[at] == row)

    def first_rows(self, cells: int) -> Numbers:
        """The first row that holds each of so many distinct texts, 0 where none does."""
        found = np.zeros(cells, dtype=np.int64)
        for numbers in self._cells.values():
            known = numbers >= 0
            # Of several rows with the same text, the last that is written stays: the first.
            found[numbers[known][::-1]] = self.rows[known][::-1]
        return found
