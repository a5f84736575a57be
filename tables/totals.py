"""Finding the rows of a table that sum up the others."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from neural_programmer.tables.table import Column
from neural_programmer.tables.values import text_key
from neural_programmer.tables.views import ViewKind
from neural_programmer.tables.word_lists import word_list

LABEL_COLUMNS = 3
LONGEST_LABEL = 60

_WORDS: dict[str, list[str]] = word_list("totals")
_SURE = frozenset(_WORDS["sure"])
_GREATEST = frozenset(_WORDS["greatest"])
_LAST = frozenset(_WORDS["last"])
_LEADING = re.compile(rf"(?:{'|'.join(map(re.escape, _WORDS['greatest_leading']))})\b.*")
_ENDING = re.compile(r"(?:\S+ ){1,3}totals?|grand totals?\b.*")


def find_totals(columns: Sequence[Column], number_of_rows: int) -> NDArray[np.bool_]:
    """``Bool[row]``: the rows labelled as totals, of all rows or of some.

    "Total" and "Team totals" are sure. "Total seats", "Career" or "All" may well be one record among others ("Total
    Eclipse of the Heart"), so that the row's numbers must be the greatest of their columns; "Average" must be the
    last row.
    """
    totals = np.zeros(number_of_rows, dtype=np.bool_)
    if number_of_rows < 2 or len(columns) < 2:
        return totals
    doubtful = []
    for row, label in enumerate(_labels(columns, number_of_rows)):
        if label in _SURE or _ENDING.fullmatch(label):
            totals[row] = True
        elif label in _GREATEST or _LEADING.fullmatch(label):
            doubtful.append(row)
        elif label in _LAST and row == number_of_rows - 1:
            totals[row] = True
    if doubtful:
        ordinary = ~totals
        ordinary[doubtful] = False
        for row in doubtful:
            totals[row] = _has_greatest_numbers(columns, row, ordinary)
    return totals & (not totals.all())


def _labels(columns: Sequence[Column], number_of_rows: int) -> list[str]:
    """The first text of each row, looked for in the first columns."""
    labels = [""] * number_of_rows
    for column in columns[:LABEL_COLUMNS]:
        for row, cell in enumerate(column.cells):
            if not labels[row] and len(cell) <= LONGEST_LABEL:
                labels[row] = text_key(cell).strip(" :.*()[]=\"'") if cell else ""
    return labels


def _has_greatest_numbers(columns: Sequence[Column], row: int, ordinary: NDArray[np.bool_]) -> bool:
    """Whether at least half of the row's numbers are as great as every number of the ordinary rows."""
    seen = greatest = 0
    for column in columns:
        view = column.views.get(ViewKind.NUMBER)
        if view is not None and view.mask[row] and view.mask[ordinary].any():
            seen += 1
            greatest += bool(view.numbers[row] >= np.nanmax(view.numbers[ordinary]))
    return seen > 0 and 2 * greatest >= seen
