"""Lessons: what is easy is learned first (Bengio et al. 2009, "Curriculum Learning", section 4)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Lessons:
    """For so many ``epochs`` only the ``easy`` examples, Int[example], are learned from, then all of them."""

    epochs: int
    easy: NDArray[np.int64]


def order_of(epoch: int, count: int, lessons: Lessons | None, seed: int) -> NDArray[np.int64]:
    """``Int[count]``: which of ``count`` examples an epoch takes, in order.

    Each comes once; in a lesson the easy ones come again until the epoch is as long as the others.
    """
    random = np.random.default_rng((seed, epoch))
    if lessons is None or epoch >= lessons.epochs:
        return random.permutation(count)
    rounds = -(-count // len(lessons.easy))
    return np.concatenate([random.permutation(lessons.easy) for _ in range(rounds)])[:count]
