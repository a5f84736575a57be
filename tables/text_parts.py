"""Reading a column of texts by their parts: the name that a cell begins with, and what is added at its end."""

from __future__ import annotations

import re
from collections.abc import Sequence

from neural_programmer.tables.column_cells import ENOUGH, Cells
from neural_programmer.tables.values import text_key

# A cell longer than this is prose, which has no name at its start.
LONGEST_CELL = 300
_MARKS = re.compile(r"(?:(?:at|vs\.?|v\.?|@|\^|#\s?\d+|No\.\s?\d+)\s+|[@^]\s*)+", re.IGNORECASE)
_ADDITION = re.compile(r"\s*\n|,\s+|\s+\(")
_IN_PARENTHESES = re.compile(r"\(([^()]+)\)[\s*†‡]*$")
_MOST = 0.5


def head(text: str) -> str:
    """The first name of a cell: its first line without marks before it ("at", "#5") and what follows a comma."""
    if len(text) > LONGEST_CELL:
        return text.strip()
    whole = text.strip()
    marks = _MARKS.match(whole)
    named = whole[marks.end() :] if marks else whole
    addition = _ADDITION.search(named)
    return (named[: addition.start()] if addition else named).strip("*†‡ ") or whole


def tail(text: str) -> str | None:
    """What a cell adds at its end: in parentheses, or after the last comma; None where it adds nothing."""
    if len(text) > LONGEST_CELL:
        return None
    whole = text.strip()
    added = _IN_PARENTHESES.search(whole)
    if added:
        return added[1].strip() or None
    before, comma, after = whole.splitlines()[0].rpartition(", ") if whole else ("", "", "")
    return after.strip("*†‡ ") or None if comma and before else None


def read_heads(cells: Cells) -> list[str | None] | None:
    """The head of each distinct text, or None where few cells have one that differs from the whole."""
    heads = [head(text) or None for text in cells.texts]
    return heads if _differs(cells, heads, ENOUGH) else None


def read_tails(cells: Cells) -> list[str | None] | None:
    """The tail of each distinct text, or None where fewer than half of the cells have one, or all have their own."""
    tails = [tail(text) for text in cells.texts]
    if not _differs(cells, tails, _MOST):
        return None
    known = [text_key(found) for found in tails if found is not None]
    return tails if len(set(known)) < len(known) else None


def _differs(cells: Cells, parts: Sequence[str | None], share: float) -> bool:
    """Whether at least a share of the filled cells, and more than one, have a part that is not the whole."""
    rows = sum(
        count
        for text, part, count in zip(cells.texts, parts, cells.counts, strict=True)
        if part is not None and part != text.strip()
    )
    return rows >= max(2.0, share * cells.filled)
