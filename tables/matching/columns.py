"""Column matches: spans of the question that name a header."""

from __future__ import annotations

from collections.abc import Sequence

from neural_programmer.tables.matching.headers import agreement
from neural_programmer.tables.matching.index import TableIndex
from neural_programmer.tables.matching.linking import ColumnMatch, MatchSource
from neural_programmer.tables.matching.spans import QuestionWord
from neural_programmer.tables.matching.tokens import stop_words

_MAX_MATCHES = 64
_WEIGHTS = {
    MatchSource.EXACT: 1.0,
    MatchSource.LEMMA: 0.9,
    MatchSource.NUMBER_WORD: 1.0,
    MatchSource.PARTIAL: 0.6,
    MatchSource.ALIAS: 0.5,
    MatchSource.FUZZY: 0.5,
}


def column_matches(words: Sequence[QuestionWord], index: TableIndex) -> tuple[ColumnMatch, ...]:
    """Spans that name columns, best first; a span follows the header's words as far as the question does."""
    places: dict[int, list[int]] = {}
    for place, word in enumerate(words):
        for column in index.headers.columns_named(word.word):
            places.setdefault(column, []).append(place)
    found: list[ColumnMatch] = []
    for column, starts in places.items():
        for named in index.headers.names[column]:
            found += _matches_of(index.table.columns[column].name, named, words, starts)
    found.sort(key=lambda match: (-match.score, match.start, -match.end, match.column))
    return tuple(found[:_MAX_MATCHES])


def _matches_of(
    name: str, header: Sequence[str], words: Sequence[QuestionWord], starts: Sequence[int]
) -> list[ColumnMatch]:
    stops = stop_words()
    total = sum(len(word) for word in header if word not in stops) or sum(map(len, header))
    found: list[ColumnMatch] = []
    free = 0
    for start in starts:
        if start < free:
            continue
        runs = [run for place in range(len(header)) if (run := _run(name, header, place, words, start, total))]
        if runs:
            best, free = max(runs, key=lambda run: (run[0].score, run[1]))
            found.append(best)
    return found


def _run(
    name: str, header: Sequence[str], place: int, words: Sequence[QuestionWord], start: int, total: int
) -> tuple[ColumnMatch, int] | None:
    """The longest run of question words from ``start`` that are the header's from ``place``, and the word after it."""
    matched, weight, source, length, content = 0, 1.0, MatchSource.EXACT, 0, False
    for word, wanted in zip(words[start:], header[place:], strict=False):
        found = agreement(word.word, wanted)
        if found is None:
            break
        if _WEIGHTS[found[0]] * found[1] < weight:
            source, weight = found[0], _WEIGHTS[found[0]] * found[1]
        # "who", "when" and "two" are stop words that say something of a column.
        if not word.is_stop or found[0] in (MatchSource.ALIAS, MatchSource.NUMBER_WORD):
            matched += len(wanted)
            content = True
        length += 1
    # Words such as "of" name a header only where they are all of it.
    if length == 0 or not (content or length == len(header)):
        return None
    score = round(weight * (0.4 + 0.6 * min(1.0, max(matched, 1) / total)), 4)
    end = start + length
    return ColumnMatch(name, words[start].token, words[end - 1].last_token + 1, source, score), end
