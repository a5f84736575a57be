"""Programs: immutable sequences of typed steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from neural_programmer.tables.constants import Constant
from neural_programmer.tables.views import ViewReference


@dataclass(frozen=True, slots=True)
class Step:
    """One operation with its arguments; ``references`` are the numbers of earlier steps, from 0."""

    operation: str
    references: tuple[int, ...] = ()
    column: ViewReference | None = None
    constant: Constant | None = None


@dataclass(frozen=True, slots=True)
class Program:
    """Steps in order of execution; step 0 is ``all_rows`` and the last step is the answer."""

    steps: tuple[Step, ...]

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    def __len__(self) -> int:
        return len(self.steps)
