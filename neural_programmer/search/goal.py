"""What a searched program must give: the cells and the number that answer the question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from neural_programmer.tables.views import ViewReference


@dataclass(frozen=True)
class Goal:
    """The right answer, seen from a table.

    ``items`` is the number of distinct items of the answer; ``hits`` holds for each column view ``Bool[item, row]``:
    the rows whose cell is that item; ``number`` is the answer where it is one number; ``phrases`` holds each constant
    (by its place among the candidates) in whose words the answer is, with the number that gives them.
    """

    items: int
    hits: Mapping[ViewReference, NDArray[np.bool_]]
    number: float | None
    phrases: Mapping[int, float] = field(default_factory=dict)
