"""Look-ups in the index of a large table, against the same by looking at everything."""

from __future__ import annotations

import datetime
import itertools
import random
from collections import defaultdict

import numpy as np
import pyarrow
import pytest

from neural_programmer.large.sampled import CellIs, DayIs, NumberIs, Sample
from neural_programmer.large.vocabulary import Cells, SortedTexts, Vocabulary
from neural_programmer.tables.values import PartialDate

_WORDS = ("anna", "annas", "berg", "bergen", "new", "york", "é", "zoe", "17", "170", "a b")
_TEXTS = tuple(
    " ".join(words)
    for size in (1, 2, 3)
    for words in itertools.islice(itertools.permutations(_WORDS[:-1], size), 0, None, size)
)


def sorted_texts(texts: list[str]) -> SortedTexts:
    return SortedTexts(pyarrow.array(texts, pyarrow.string()))


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    holding: defaultdict[str, list[int]] = defaultdict(list)
    for number, text in enumerate(_TEXTS):
        for word in text.split():
            holding[word].append(number)
    words = sorted(holding)
    starts = np.cumsum([0, *(len(holding[word]) for word in words)])
    forms = sorted((word.rstrip("s"), at) for at, word in enumerate(words))
    compacts = sorted((text.replace(" ", ""), at) for at, text in enumerate(_TEXTS) if " " in text)
    draw = random.Random(1)
    cells = Cells(
        places=np.array([number % 2 for number in range(len(_TEXTS))]),
        sizes=np.array([len(text.split()) for text in _TEXTS]),
        lengths=np.array([len(text) for text in _TEXTS]),
        held=np.array([draw.randrange(5) for _ in _TEXTS]),
        first=np.arange(len(_TEXTS)) + 1,
    )
    return Vocabulary(
        sorted_texts(words),
        starts,
        np.array([number for word in words for number in holding[word]]),
        sorted_texts([form for form, _ in forms]),
        np.array([at for _, at in forms]),
        sorted_texts([compact for compact, _ in compacts]),
        np.array([at for _, at in compacts]),
        cells,
    )


def test_words_are_found(vocabulary: Vocabulary) -> None:
    assert vocabulary.known(["anna", "ann", "é", "zz", ""]) == {"anna", "é"}
    assert vocabulary.like("anna") == ["anna", "annas"]
    assert vocabulary.like("ann") == []
    assert vocabulary.by_letter("b") == ["berg", "bergen"]
    assert vocabulary.by_letter("1") == vocabulary.by_letter("x") == []


def test_cells_are_found_by_their_words(vocabulary: Vocabulary) -> None:
    for words in (["anna"], ["anna", "berg"], ["york", "new", "17"], ["anna", "nowhere"]):
        for place in (0, 1):
            held = [at for at, text in enumerate(_TEXTS) if set(words) <= set(text.split()) and at % 2 == place]
            assert vocabulary.cells_of_all(words, place).tolist() == held


@pytest.mark.parametrize("most", [1, 5, 40, 10_000])
def test_the_best_cells_are_whole_ones_then_full_ones_then_short_ones(vocabulary: Vocabulary, most: int) -> None:
    words, compacts = ["anna", "berg", "17"], ["newyork", "nothing"]
    about = vocabulary.cells
    hits = {
        at: 1001 * (text.replace(" ", "") in compacts and " " in text) + len(set(words) & set(text.split()))
        for at, text in enumerate(_TEXTS)
    }
    expected = sorted(
        (at for at in hits if hits[at]), key=lambda at: (-hits[at], about.lengths[at], -about.held[at], at)
    )
    assert list(vocabulary.best(words, compacts, most)) == expected[:most]
    assert vocabulary.best([], [], most) == {}


def test_sampled_rows_are_found_by_cells_numbers_and_days() -> None:
    draw = random.Random(2)
    first = datetime.date(1968, 1, 1)
    rows = np.arange(1, 3000, 7)
    cells = np.array([draw.randrange(-1, 5) for _ in rows])
    numbers = np.array([draw.choice((np.nan, float(draw.randrange(20)))) for _ in rows])
    dates = [draw.choice((None, first + datetime.timedelta(days=draw.randrange(2000)))) for _ in rows]
    days = np.array([None if day is None else day.isoformat() for day in dates], dtype="datetime64[D]")
    sample = Sample(rows, {0: cells}, {1: numbers}, {2: days})
    assert sample.has(8)
    assert not sample.has(9)
    assert not sample.has(3000)
    found = sample.holding([CellIs(0, 3), NumberIs(1, 4.0, 9.0)], 5)
    assert (
        found
        == [int(row) for row, cell, one in zip(rows, cells, numbers, strict=True) if cell == 3 and 4 <= one <= 9][:5]
    )
    assert found
    for date in (PartialDate(1969), PartialDate(1971, 5), PartialDate(None, 2, 3), PartialDate(1970, 1, 1)):
        parts = [(date.year, "year"), (date.month, "month"), (date.day, "day")]
        expected = [
            int(row)
            for row, day in zip(rows, dates, strict=True)
            if day is not None and all(part in (None, getattr(day, name)) for part, name in parts)
        ]
        assert sample.holding([DayIs(2, date)], 10_000) == expected
    firsts = sample.first_rows(6)
    for cell in range(6):
        held = [int(row) for row, one in zip(rows, cells, strict=True) if one == cell]
        assert firsts[cell] == (held[0] if held else 0)
