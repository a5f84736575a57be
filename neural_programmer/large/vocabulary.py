"""The words of a large table's cells, held in memory as sorted arrays, so that finding some reads nothing."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
import numpy.typing as npt
import pyarrow

Numbers = npt.NDArray[np.integer[Any]]

# A word of more cells than this says too little to follow it to all of them.
_MOST_POSTINGS = 200_000
_SHORTEST_SIMILAR = 4
# Added to the hits of a cell that is said whole, whatever its spaces.
_WHOLE = 1000


class SortedTexts(Sequence[str]):
    """Texts in the order of their code points, each found by bisection; in memory they are little more than bytes."""

    def __init__(self, texts: pyarrow.StringArray) -> None:
        # Bytes in UTF-8 are in the order of the code points, and a slice of them is at hand ten times as fast as a
        # text of Arrow.
        wide = pyarrow.concat_arrays([texts.cast(pyarrow.large_string())])
        _, offsets, written = wide.buffers()
        self._count = len(wide)
        self._ends = memoryview(offsets).cast("q") if self._count else memoryview(b"\0" * 8).cast("q")
        self._written = memoryview(written) if written is not None else memoryview(b"")

    def __len__(self) -> int:
        return self._count

    def _bytes(self, at: int) -> bytes:
        return self._written[self._ends[at] : self._ends[at + 1]].tobytes()

    def _first(self, wanted: bytes) -> int:
        """How many texts come before one."""
        return bisect.bisect_left(range(self._count), wanted, key=self._bytes)

    @overload
    def __getitem__(self, at: int) -> str: ...

    @overload
    def __getitem__(self, at: slice) -> list[str]: ...

    def __getitem__(self, at: int | slice) -> str | list[str]:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(self._count))]
        if not -self._count <= at < self._count:
            raise IndexError(f"text {at} of {self._count}")
        return self._bytes(at % self._count).decode("utf-8")

    def places(self, text: str) -> range:
        """Where a text stands."""
        wanted = text.encode("utf-8", "surrogatepass")
        first = last = self._first(wanted)
        while last < self._count and self._bytes(last) == wanted:
            last += 1
        return range(first, last)

    def beginning(self, letter: str) -> list[str]:
        """The texts that begin with a letter."""
        wanted = letter.encode("utf-8", "surrogatepass")
        # No byte of UTF-8 is the highest that there is.
        return self[self._first(wanted) : self._first(wanted + b"\xff")]


@dataclass(frozen=True)
class Cells:
    """What is known of every distinct text, in arrays by its number.

    ``places`` are the columns, ``sizes`` how long the texts are in words, ``lengths`` how long in letters, ``held`` in
    how many rows they stand, and ``first`` the numbers of the first of these.
    """

    places: Numbers
    sizes: Numbers
    lengths: Numbers
    held: Numbers
    first: Numbers


class Vocabulary:
    """Words with the cells that hold them, dictionary forms with their words, and cells by their letters alone.

    ``starts`` says where the cells of each word begin in ``postings``, and ends with their number; ``forms`` has the
    dictionary forms in order, each with the number of its word in ``formed``; ``compacts`` whole cells without their
    spaces, each with its number in ``compact_cells``.
    """

    def __init__(
        self,
        words: SortedTexts,
        starts: Numbers,
        postings: Numbers,
        forms: SortedTexts,
        formed: Numbers,
        compacts: SortedTexts,
        compact_cells: Numbers,
        cells: Cells,
    ) -> None:
        self._words, self._starts, self._postings = words, starts, postings
        self._forms, self._formed = forms, formed
        self._compacts, self._compact_cells = compacts, compact_cells
        self.cells = cells

    def known(self, words: Iterable[str]) -> set[str]:
        """Those of the words that stand in a cell."""
        return {word for word in words if self._words.places(word)}

    def like(self, form: str) -> list[str]:
        """The words by a dictionary form, in order."""
        return [self._words[int(self._formed[at])] for at in self._forms.places(form)]

    def by_letter(self, letter: str) -> list[str]:
        """The alphabetic words that begin with a letter, at least four letters long, in order."""
        return [one for one in self._words.beginning(letter) if len(one) >= _SHORTEST_SIMILAR and one.isalpha()]

    def cells_of(self, word: str) -> Numbers:
        """The cells that hold a word, in order."""
        found = self._words.places(word)
        at = found.start
        return self._postings[self._starts[at] : self._starts[at + 1]] if found else self._postings[:0]

    def cells_of_all(self, words: Iterable[str], place: int) -> Numbers:
        """The cells of a column that hold all the words, in order."""
        lists = sorted((self.cells_of(word) for word in set(words)), key=len)
        found = lists[0]
        for other in lists[1:]:
            found = found[np.isin(found, other, assume_unique=True)]
        within: Numbers = found[self.cells.places[found] == place]
        return within

    def best(self, words: Iterable[str], compacts: Iterable[str], most: int) -> dict[int, int]:
        """Cells that hold some of the words: whole ones first, then the fullest, then the shortest.

        ``compacts`` are whole cells without their spaces. Each cell comes with how many of the words it holds, or more
        where it is a whole one.
        """
        lists = [found for found in map(self.cells_of, words) if len(found) <= _MOST_POSTINGS]
        wholes = [at for compact in compacts for at in self._compacts.places(compact)]
        whole = np.unique(self._compact_cells[wholes])
        cells, hits = np.unique(np.concatenate([*lists, whole]), return_counts=True)
        hits[np.isin(cells, whole, assume_unique=True)] += _WHOLE
        # Of many, only those that can be among the best are put in order.
        if len(cells) > most:
            enough = hits >= np.partition(hits, len(hits) - most)[len(hits) - most]
            cells, hits = cells[enough], hits[enough]
        about = self.cells
        order = np.lexsort((cells, -about.held[cells], about.lengths[cells], -hits))[:most]
        return {int(cell): int(held) for cell, held in zip(cells[order], hits[order], strict=True)}
