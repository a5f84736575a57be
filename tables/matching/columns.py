"""Column matches: spans of the question that name a header."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from rapidfuzz import fuzz

from neural_programmer.tables.matching.index import TableIndex
from neural_programmer.tables.matching.linking import ColumnMatch, MatchSource
from neural_programmer.tables.matching.spans import QuestionWord
from neural_programmer.tables.matching.tokens import lemma, stop_words
from neural_programmer.tables.values import text_words
from neural_programmer.tables.word_lists import word_list

_MAX_MATCHES = 64
_SHORTEST_STEM = 5
_FUZZY_CUTOFF = 85.0
_WEIGHTS = {
    MatchSource.EXACT: 1.0,
    MatchSource.LEMMA: 0.9,
    MatchSource.PARTIAL: 0.6,
    MatchSource.ALIAS: 0.5,
    MatchSource.FUZZY: 0.5,
}


@functools.cache
def _aliases() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for said, *headers in word_list("column_aliases"):
        found.setdefault(said, set()).update(headers)
        for header in headers:
            found.setdefault(header, set()).add(said)
    return {said: frozenset(headers) for said, headers in found.items()}


@functools.lru_cache(maxsize=1 << 16)
def _agreement(said: str, header: str) -> tuple[MatchSource, float] | None:
    """How a question word names a header word, with a similarity."""
    if said == header:
        return MatchSource.EXACT, 1.0
    if lemma(said) == lemma(header):
        return MatchSource.LEMMA, 1.0
    if _same_stem(said, header):
        return MatchSource.PARTIAL, 1.0
    if header in _aliases().get(said, ()) or lemma(header) in _aliases().get(lemma(said), ()):
        return MatchSource.ALIAS, 1.0
    if min(len(said), len(header)) >= _SHORTEST_STEM and said[0] == header[0] and said.isalpha():
        ratio = fuzz.ratio(said, header)
        if ratio >= _FUZZY_CUTOFF:
            return MatchSource.FUZZY, ratio / 100
    return None


def _same_stem(said: str, header: str) -> bool:
    """Whether two words look derived from one, as "competed" and "competition"."""
    if min(len(said), len(header)) < _SHORTEST_STEM or not (said.isalpha() and header.isalpha()):
        return False
    shared = next((place for place, (a, b) in enumerate(zip(said, header, strict=False)) if a != b), None)
    shared = min(len(said), len(header)) if shared is None else shared
    return shared >= _SHORTEST_STEM and shared >= 0.6 * max(len(said), len(header))


def column_matches(words: Sequence[QuestionWord], index: TableIndex) -> tuple[ColumnMatch, ...]:
    """Spans that name columns, best first; a span follows the header's words where the question does."""
    found: list[ColumnMatch] = []
    for column in index.table.columns:
        header = text_words(column.header).split()
        if header:
            found += _matches_of(column.name, header, words)
    found.sort(key=lambda match: (-match.score, match.start, -match.end, match.column))
    return tuple(found[:_MAX_MATCHES])


def _matches_of(name: str, header: Sequence[str], words: Sequence[QuestionWord]) -> list[ColumnMatch]:
    stops = stop_words()
    total = sum(len(word) for word in header if word not in stops) or sum(map(len, header))
    found = []
    position = 0
    while position < len(words):
        best: ColumnMatch | None = None
        end = position + 1
        for place in range(len(header)):
            match, reached = _run(name, header, place, words, position, total)
            if match is not None and (best is None or match.score > best.score):
                best, end = match, reached
        if best is not None:
            found.append(best)
        position = end
    return found


def _run(
    name: str, header: Sequence[str], place: int, words: Sequence[QuestionWord], start: int, total: int
) -> tuple[ColumnMatch | None, int]:
    """The longest run of question words from ``start`` that are the header's words from ``place``."""
    matched, weight, source, length = 0, 1.0, MatchSource.EXACT, 0
    content = False
    while place + length < len(header) and start + length < len(words):
        word = words[start + length]
        agreement = _agreement(word.word, header[place + length])
        if agreement is None:
            break
        if _WEIGHTS[agreement[0]] * agreement[1] < weight:
            source, weight = agreement[0], _WEIGHTS[agreement[0]] * agreement[1]
        if not word.is_stop:
            matched += len(header[place + length])
            content = True
        length += 1
    content = content or (length > 0 and (length == len(header) or source is MatchSource.ALIAS))
    if not content:
        return None, start + 1
    coverage = min(1.0, max(matched, 1) / total)
    score = round(weight * (0.4 + 0.6 * coverage), 4)
    return ColumnMatch(name, words[start].token, words[start + length - 1].token + 1, source, score), start + length
