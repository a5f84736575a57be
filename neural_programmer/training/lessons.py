"""Lessons: what is easy is learned first (Bengio et al. 2009, "Curriculum Learning", section 4), and what is not yet
understood is practised more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Lessons:
    """For so many ``epochs`` only the ``easy`` examples, Int[example], are learned from, then all of them.

    Once each has been learned from, a share of ``practice`` of an epoch goes to examples drawn by how large their last
    loss was.
    """

    epochs: int
    easy: NDArray[np.int64]
    practice: float = 0.0


def order_of(
    epoch: int, count: int, lessons: Lessons | None, seed: int, losses: NDArray[np.float32] | None = None
) -> NDArray[np.int64]:
    """``Int[count]``: which of ``count`` examples an epoch takes, in order.

    Each comes once; in a lesson the easy ones come again until the epoch is as long as the others. ``losses``
    (Float[count], NaN where there has been none yet) are the last ones, by which examples are practised.
    """
    random = np.random.default_rng((seed, epoch))
    if lessons is not None and epoch < lessons.epochs:
        rounds = -(-count // len(lessons.easy))
        return np.concatenate([random.permutation(lessons.easy) for _ in range(rounds)])[:count]
    order = random.permutation(count)
    if lessons is None or losses is None or not losses.sum() > 0:
        return order
    practised = round(lessons.practice * count)
    drawn = random.choice(count, size=practised, p=losses / losses.sum(dtype=np.float64))
    return random.permutation(np.concatenate([order[practised:], drawn]))
