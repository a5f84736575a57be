"""The sampled rows of a large table as arrays, in which rows with given cells and numbers are found at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from neural_programmer.large.vocabulary import Numbers


@dataclass(frozen=True)
class CellIs:
    """The cell at a position holds a distinct text, by its number."""

    place: int
    cell: int


@dataclass(frozen=True)
class NumberIs:
    """The number at a position lies above another, or below."""

    place: int
    above: bool
    number: float


Condition = CellIs | NumberIs


class Sample:
    """Rows by their numbers, with the cells of columns of few texts, and the numbers of columns of numbers."""

    def __init__(
        self, rows: Numbers, cells: Mapping[int, Numbers], numbers: Mapping[int, npt.NDArray[np.float64]]
    ) -> None:
        self.rows, self._cells, self._numbers = rows, cells, numbers

    def holding(self, conditions: Sequence[Condition], most: int) -> list[int]:
        """The first rows that fulfil all the conditions, by their numbers."""
        fulfilled = np.ones(len(self.rows), dtype=np.bool_)
        for condition in conditions:
            if isinstance(condition, CellIs):
                fulfilled &= self._cells[condition.place] == condition.cell
            elif condition.above:
                fulfilled &= self._numbers[condition.place] > condition.number
            else:
                fulfilled &= self._numbers[condition.place] < condition.number
        return [int(row) for row in self.rows[np.flatnonzero(fulfilled)[:most]]]

    def first_rows(self, cells: int) -> Numbers:
        """The first row that holds each of so many distinct texts, 0 where none does."""
        found = np.zeros(cells, dtype=np.int64)
        for numbers in self._cells.values():
            known = numbers >= 0
            # Of several rows with the same text, the last that is written stays: the first.
            found[numbers[known][::-1]] = self.rows[known][::-1]
        return found
