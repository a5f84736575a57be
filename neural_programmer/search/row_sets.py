"""The distinct row sets that a search has reached, with every way in which each was reached."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.bool_]
Ids = NDArray[np.int64]

# A row set is told from another by a random 64-bit sum over its rows: with at most 10^5 sets a search, two of them
# share a sum once in 10^9 searches.
_SEED = 20160804


@dataclass(frozen=True)
class Derivations:
    """Ways to make row sets: one operation with its arguments each, as parallel arrays; -1 where there is none.

    ``second`` is a row set, but a number of the search for the operations that read one.
    """

    operation: NDArray[np.int16]
    first: NDArray[np.int32]
    second: NDArray[np.int32]
    column: NDArray[np.int16]
    constant: NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.operation)


@dataclass
class DerivationBlocks:
    """Collects derivations and the row sets they make, block by block."""

    rows: list[Rows]
    fields: list[tuple[int, Ids, Ids, int, int]]

    @classmethod
    def empty(cls) -> DerivationBlocks:
        """No blocks yet."""
        return cls([], [])

    def add(self, operation: int, rows: Rows, first: Ids, second: Ids, column: int, constant: int) -> None:
        """One operation with one column and constant over a batch of parents."""
        if len(rows):
            self.rows.append(rows)
            self.fields.append((operation, first, second, column, constant))

    def joined(self, number_of_rows: int) -> tuple[Rows, Derivations]:
        """All blocks as ``Bool[derivation, row]`` and parallel fields."""
        counts = [len(rows) for rows in self.rows]

        def repeated(position: int) -> NDArray[np.int16]:
            return np.repeat(np.array([field[position] for field in self.fields], dtype=np.int16), counts)

        if not counts:
            none16, none32 = np.zeros(0, dtype=np.int16), np.zeros(0, dtype=np.int32)
            return np.zeros((0, number_of_rows), dtype=np.bool_), Derivations(none16, none32, none32, none16, none16)
        first = np.concatenate([field[1] for field in self.fields]).astype(np.int32)
        second = np.concatenate([field[2] for field in self.fields]).astype(np.int32)
        fields = Derivations(repeated(0), first, second, repeated(3), repeated(4))
        return np.concatenate(self.rows), fields


class RowSets:
    """Distinct row sets, numbered in order of discovery, and the derivations of each."""

    def __init__(self, number_of_rows: int) -> None:
        self.rows = np.zeros((0, number_of_rows), dtype=np.bool_)
        self._weights = np.random.default_rng(_SEED).integers(1 << 63, size=number_of_rows, dtype=np.uint64)
        self._known: dict[int, int] = {}
        self._derivations: list[Derivations] = []
        self._index: dict[int, list[tuple[int, int]]] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def add(self, rows: Rows, derivations: Derivations) -> Ids:
        """Take in row sets with their derivations; the numbers of those that are new."""
        before = len(self.rows)
        sums = rows.astype(np.uint64) @ self._weights
        distinct, places, inverse = np.unique(sums, return_index=True, return_inverse=True)
        numbers = np.empty(len(distinct), dtype=np.int64)
        fresh: list[int] = []
        for position in np.argsort(places):
            key = int(distinct[position])
            number = self._known.get(key)
            if number is None:
                number = self._known[key] = before + len(fresh)
                fresh.append(int(places[position]))
            numbers[position] = number
        if fresh:
            self.rows = np.concatenate([self.rows, rows[fresh]])
        block = len(self._derivations)
        self._derivations.append(derivations)
        for place, number in enumerate(numbers[inverse].tolist()):
            self._index.setdefault(number, []).append((block, place))
        return np.arange(before, len(self.rows))

    def places_of(self, number: int, level: int) -> list[int]:
        """The places of a row set among the derivations of one level."""
        return [place for block, place in self._index.get(number, ()) if block == level]

    def derivations_of(self, number: int) -> list[tuple[int, int, int, int, int, int]]:
        """Of one row set every (level, operation, first, second, column, constant); level 0 came first."""
        found = []
        for block, place in self._index.get(number, ()):
            fields = self._derivations[block]
            found.append(
                (
                    block,
                    int(fields.operation[place]),
                    int(fields.first[place]),
                    int(fields.second[place]),
                    int(fields.column[place]),
                    int(fields.constant[place]),
                )
            )
        return found
