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


class Sample:
    """Rows by their numbers, with the cells of columns of few texts, and the values of those of numbers and days."""

    def __init__(
        self, rows: Numbers, cells: Mapping[int, Numbers], numbers: Mapping[int, Floats], days: Mapping[int, Days]
    ) -> None:
        self.rows, self._cells, self._numbers, self._days = rows, cells, numbers, days

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
                fulfilled &= _within(self._days[condition.place], condition.date)
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


def _within(days: Days, date: PartialDate) -> npt.NDArray[np.bool_]:
    months = days.astype("datetime64[M]")
    fulfilled = ~np.isnat(days)
    if date.year is not None:
        fulfilled &= days.astype("datetime64[Y]").astype(np.int64) == date.year - 1970
    if date.month is not None:
        fulfilled &= months.astype(np.int64) % 12 == date.month - 1
    if date.day is not None:
        fulfilled &= (days - months.astype("datetime64[D]")).astype(np.int64) == date.day - 1
    return fulfilled
