"""Lessons: which examples an epoch takes, in which order, and what is practised."""

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


def test_what_was_not_understood_is_practised() -> None:
    losses = np.zeros(100, dtype=np.float32)
    losses[[7, 8]] = 0.3, 0.1
    order = order_of(1, 100, Lessons(0, np.arange(3), practice=0.6), 1, losses)
    taken = np.bincount(order, minlength=100)
    assert len(order) == 100
    assert 30 < taken[8] + 15 < taken[7] < 60
    others = np.delete(taken, [7, 8])
    assert others.max() == 1 and others.sum() >= 38


def test_nothing_is_practised_before_each_has_been_seen_or_when_all_is_understood() -> None:
    plain = order_of(1, 50, None, 1).tolist()
    for losses in (np.zeros(50), np.where(np.arange(50) == 9, np.nan, 1.0)):
        lessons = Lessons(0, np.arange(3), practice=0.6)
        assert order_of(1, 50, lessons, 1, losses.astype(np.float32)).tolist() == plain
