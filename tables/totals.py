"""Finding the rows of a table that sum up the others."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from neural_programmer.tables.table import Column
from neural_programmer.tables.values import text_key
from neural_programmer.tables.word_lists import word_list

_WORDS: dict[str, list[str]] = word_list("totals")
_WHOLE = frozenset(_WORDS["whole"])
_LAST = frozenset(_WORDS["last"])
_LEADING = re.compile(rf"(?:{'|'.join(map(re.escape, _WORDS['leading']))})\b")
_ENDING = re.compile(r"(?:\S+ ){1,3}totals?")
LABEL_COLUMNS = 3


def find_totals(columns: Sequence[Column], number_of_rows: int) -> NDArray[np.bool_]:
    """``Bool[row]``: the rows labelled as totals.

    A label such as "Total" counts anywhere; "Total seats" or "Average" only where nothing but totals follows, since
    higher up it may well be one record among others.
    """
    totals = np.zeros(number_of_rows, dtype=np.bool_)
    if number_of_rows < 2 or len(columns) < 2:
        return totals
    labels: list[str | None] = [None] * number_of_rows
    for column in columns[:LABEL_COLUMNS]:
        for row, cell in enumerate(column.cells):
            if labels[row] is None and cell.strip():
                labels[row] = cell
    for row, label in enumerate(labels):
        if label is not None and (_key(label) in _WHOLE or _ENDING.fullmatch(_key(label))):
            totals[row] = True
    for row in range(number_of_rows - 1, 0, -1):
        if not totals[row]:
            label = labels[row]
            if label is None or not (_key(label) in _LAST or _LEADING.match(_key(label))):
                break
            totals[row] = True
    return totals & (not totals.all())


def _key(label: str) -> str:
    return text_key(label).strip(" :.*()[]=\"'") if len(label) <= 60 else ""
