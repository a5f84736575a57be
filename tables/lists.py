"""Reading a column of lists: "A, B and C", "A / B", "A; B", or a line for each item."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from neural_programmer.tables.column_cells import ENOUGH, Cells
from neural_programmer.tables.numbers import Certainty, NumberReading
from neural_programmer.tables.values import Items, PartialDate, text_key

LONGEST_LIST_CELL = 600
WORDS_AT_MOST = 5  # a word more, and the items on average are rather clauses
SENTENCE_WORDS = 7  # so many with a full stop at the end make a sentence

# From the surest separator to the least sure.
_SEPARATORS = (
    re.compile(r"\s*\n\s*"),
    re.compile(r"\s*;\s+"),
    re.compile(r"\s*[•·|]\s*|\s+/\s+"),
    re.compile(r",\s*(?:and|&)\s+|,\s+|,(?=[^\W\d])|(?<=\d{4}),(?=\d{4}(?!\d))"),
    re.compile(r"\s*/\s*"),
)
_ANY_SEPARATOR = re.compile(r"[\n;•·|,/]")
COMMA = 3
_LAST_AND = re.compile(r"\s+(?:and|&)\s+")


@dataclass(frozen=True, slots=True)
class ListConventions:
    """How a column divides its lists: by which separator, and the keys of what stands between commas.

    The ``known`` keys tell "Rock and Roll" from "Tim and Tom"; they are empty where another separator divides.
    """

    separator: int
    known: frozenset[str] = frozenset()

    def items_of(self, text: str, is_one_value: bool) -> Items | None:
        """The items of a cell, of which ``is_one_value`` tells whether it must not be divided."""
        items = [text.strip()] if is_one_value else _split(text, _SEPARATORS[self.separator])
        if self.separator == COMMA:
            items = _split_last(items, self.known)
        return Items(tuple(items)) if items[0] else None


def read_lists(
    cells: Cells,
    dates: Sequence[PartialDate | None] | None,
    numbers: Sequence[NumberReading | None] | None,
) -> list[Items | None] | None:
    """The items of each distinct text, or None where the column is not one of lists.

    Texts read as one date, or as a number that no items follow, have one item.
    """
    decided = _decide(cells, dates, numbers)
    return None if decided is None else [Items(tuple(items)) if items[0] else None for items in decided[1]]


def list_conventions(
    cells: Cells,
    dates: Sequence[PartialDate | None] | None,
    numbers: Sequence[NumberReading | None] | None,
) -> ListConventions | None:
    """How the column divides its lists, or None where it is not one of lists."""
    decided = _decide(cells, dates, numbers)
    return None if decided is None else decided[0]


def _decide(
    cells: Cells,
    dates: Sequence[PartialDate | None] | None,
    numbers: Sequence[NumberReading | None] | None,
) -> tuple[ListConventions, list[list[str]]] | None:
    if not any(_ANY_SEPARATOR.search(text) for text in cells.texts):
        return None
    whole = [
        is_one_value(text, dates[position] if dates is not None else None, numbers[position] if numbers else None)
        for position, text in enumerate(cells.texts)
    ]
    for order, separator in enumerate(_SEPARATORS):
        if not any(separator.search(text) for text, one in zip(cells.texts, whole, strict=True) if not one):
            continue
        split = [
            [text.strip()] if one else _split(text, separator) for text, one in zip(cells.texts, whole, strict=True)
        ]
        known: frozenset[str] = frozenset()
        if order == COMMA:
            known = frozenset(text_key(item) for items in split for item in items)
            split = [_split_last(items, known) for items in split]
        if _is_list_column(cells, split):
            return ListConventions(order, known), split
    return None


def is_one_value(text: str, date: PartialDate | None, number: NumberReading | None) -> bool:
    """Whether a cell is no list, given what its column read it as: a date with a month, a number, a sentence."""
    if len(text) > LONGEST_LIST_CELL or "°" in text:
        return True
    if text.rstrip().endswith(".") and len(text.split()) >= SENTENCE_WORDS:
        return True
    return (date is not None and date.month is not None) or (number is not None and number.certainty is Certainty.WHOLE)


def _split(text: str, separator: re.Pattern[str]) -> list[str]:
    """The items between separators that stand outside parentheses."""
    pieces: list[str] = []
    depth = start = 0
    matches = {match.start(): match.end() for match in separator.finditer(text)}
    if not matches:
        return [text.strip()]
    for position, character in enumerate(text):
        if character in "([":
            depth += 1
        elif character in ")]":
            depth = max(0, depth - 1)
        end = matches.get(position)
        if end is not None and depth == 0:
            pieces.append(text[start:position])
            start = end
    pieces.append(text[start:])
    return [item for piece in pieces if (item := piece.strip(" \t\n,;"))] or [text.strip()]


def _split_last(items: list[str], known: frozenset[str]) -> list[str]:
    """The items with "B and C" divided at their end, where commas came before or a part is an item elsewhere."""
    parts = _LAST_AND.split(items[-1], maxsplit=1)
    if len(parts) == 2 and all(parts) and (len(items) > 1 or any(text_key(part) in known for part in parts)):
        return [*items[:-1], *parts]
    return items


def _is_list_column(cells: Cells, split: list[list[str]]) -> bool:
    several = [(items, count) for items, count in zip(split, cells.counts, strict=True) if len(items) > 1]
    rows = sum(count for _, count in several)
    if rows < max(2.0, ENOUGH * cells.filled):
        return False
    pieces = [item for items, _ in several for item in items]
    if sum(len(item.split()) for item in pieces) > WORDS_AT_MOST * len(pieces):
        return False
    return not _is_hierarchy([items for items, _ in several])


def _is_hierarchy(several: list[list[str]]) -> bool:
    """Whether the parts play different roles, as in "City, Country": as many in nearly every cell, and none shared."""
    counts = [len(items) for items in several]
    usual = max(set(counts), key=counts.count)
    if counts.count(usual) < 0.8 * len(counts):
        return False
    firsts = {text_key(items[0]) for items in several}
    lasts = {text_key(items[-1]) for items in several}
    return len(firsts & lasts) == 0
