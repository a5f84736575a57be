"""Alias spans: other names of what a question names, such as "Spanish" for "Spain", where those stand in the table."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from neural_programmer.tables.matching.index import TableIndex
from neural_programmer.tables.matching.spans import CellSpan, QuestionWord, cells_with
from neural_programmer.tables.matching.tokens import lemma
from neural_programmer.tables.values import text_words
from neural_programmer.tables.word_lists import word_list

_MAX_NAMES = 3
# A name this short means itself only where it is a whole cell or begins one.
_SHORT = 2


@functools.cache
def _names() -> tuple[dict[str, tuple[str, ...]], int]:
    """Every name with the other names of its groups, and the number of words of the longest."""
    others: dict[str, dict[str, None]] = {}
    for group in word_list("aliases"):
        names = [text_words(name).strip() for name in group]
        for name in names:
            others.setdefault(name, {}).update(dict.fromkeys(other for other in names if other != name))
    return {name: tuple(group) for name, group in others.items()}, max(len(name.split()) for name in others)


def alias_spans(words: Sequence[QuestionWord], index: TableIndex) -> list[CellSpan]:
    """Spans of the question that have another name in the table, a few of the best for each."""
    names, longest = _names()
    found = []
    for start in range(len(words)):
        for end in range(start + 1, min(start + longest, len(words)) + 1):
            if end - start == 1 and words[start].is_stop:
                continue
            found += _others(_said(words[start:end], names), start, end, index)
    return found


def alias_names(words: Sequence[QuestionWord]) -> list[str]:
    """The other names of everything that the words could name, whether or not they stand in a table."""
    names, longest = _names()
    return [
        name
        for start in range(len(words))
        for end in range(start + 1, min(start + longest, len(words)) + 1)
        if end - start > 1 or not words[start].is_stop
        for name in _said(words[start:end], names)
    ]


def _said(words: Sequence[QuestionWord], names: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The other names of these words, taken as written or else with the last word in the singular."""
    before = "".join(f"{word.word} " for word in words[:-1])
    last = words[-1].word
    # The lemmas know few names of peoples: "Spaniards".
    forms = (last, lemma(last), last.removesuffix("s"))
    return next((names[before + form] for form in forms if before + form in names), ())


def _others(names: Sequence[str], start: int, end: int, index: TableIndex) -> list[CellSpan]:
    spans = [span for name in names if (span := cells_with(name, start, end, index)) is not None]
    spans = [span for span in spans if len(span.words) > _SHORT or span.whole is not None or _leads(span, index)]
    spans.sort(key=lambda span: (span.whole is None, -len(span.cells), span.words))
    return spans[:_MAX_NAMES]


def _leads(span: CellSpan, index: TableIndex) -> bool:
    """Whether a cell begins with the name, as "W 27-21" does with "W"."""
    return any(index.cell_words[cell].startswith(f" {span.words} ") for cell in span.cells.tolist())
