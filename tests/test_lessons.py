"""Lessons: which examples an epoch takes, and in which order."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from neural_programmer.training.lessons import Lessons, order_of


@given(st.integers(1, 60), st.integers(0, 4), st.integers(0, 3), st.data())
def test_lessons_take_the_easy_ones_and_other_epochs_all(
    count: int, epoch: int, lessons: int, data: st.DataObject
) -> None:
    easy = np.array(sorted(data.draw(st.sets(st.integers(0, count - 1), min_size=1))))
    order = order_of(epoch, count, Lessons(lessons, easy), seed=3)
    assert len(order) == count
    if epoch < lessons:
        taken = np.bincount(order, minlength=count)
        assert set(np.flatnonzero(taken)) == set(easy)
        # None comes twice more often than another.
        assert taken[easy].max() - taken[easy].min() <= 1
    else:
        assert sorted(order) == list(range(count))


def test_an_epoch_is_shuffled_in_its_own_way() -> None:
    first, again, second = (order_of(epoch, 50, None, seed=1).tolist() for epoch in (0, 0, 1))
    assert first == again
    assert first != second
