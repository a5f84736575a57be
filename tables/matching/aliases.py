"""Alias spans: other names of what a question names, such as "Spanish" for "Spain", where those stand in the table."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from neural_programmer.tables.matching.index import TableIndex
from neural_programmer.tables.matching.spans import CellSpan, QuestionWord, cells_with
from neural_programmer.tables.values import text_words
from neural_programmer.tables.word_lists import word_list


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
    """Spans of the question that have another name in the table."""
    names, longest = _names()
    found = []
    for start in range(len(words)):
        for end in range(start + 1, min(start + longest, len(words)) + 1):
            said = " ".join(word.word for word in words[start:end])
            if said in names and not (end - start == 1 and words[start].is_stop):
                found += [span for other in names[said] if (span := cells_with(other, start, end, index)) is not None]
    return found
