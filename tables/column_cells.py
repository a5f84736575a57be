"""What a column's readings are decided on: its distinct texts and how often each stands."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

ENOUGH = 0.2  # the share of the filled cells that must parse for a view to exist
MOST = 0.6  # the share that must parse where each cell alone would be doubtful

SAMPLE = 1000


@dataclass(frozen=True, slots=True)
class Cells:
    """The distinct texts of a column in order of first appearance, and in how many rows each stands.

    ``filled`` counts the rows with something other than blanks and placeholders.
    """

    texts: Sequence[str]
    counts: Sequence[int]
    filled: int

    def seems_read_by(self, reads: Callable[[str], object | None]) -> bool:
        """Whether a fair part of the texts can be read so, tried on a sample where they are many.

        The sample is the same in every run, and asks for far less than the share that a view needs.
        """
        if len(self.texts) <= 4 * SAMPLE:
            return True
        sample = random.Random(0).sample(self.texts, SAMPLE)
        return sum(reads(text) is not None for text in sample) >= ENOUGH / 4 * SAMPLE

    def share(self, readings: Sequence[object]) -> float:
        """The share of the filled rows that were read; 0 where no row is filled."""
        read = sum(count for reading, count in zip(readings, self.counts, strict=True) if reading is not None)
        return read / self.filled if self.filled else 0.0
