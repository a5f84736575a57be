"""The words of a table's headers, and which of them a word of the question names."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from rapidfuzz import fuzz

from neural_programmer.tables.matching.linking import MatchSource
from neural_programmer.tables.matching.tokens import lemma
from neural_programmer.tables.values import text_words
from neural_programmer.tables.word_lists import word_list

_SHORTEST_STEM = 5
_FUZZY_CUTOFF = 85.0


@functools.cache
def _aliases() -> dict[str, frozenset[str]]:
    """Header words by the lemma of what a question says for them."""
    found: dict[str, set[str]] = {}
    for group in word_list("column_aliases"):
        said, *headers = (lemma(word) for word in group)
        found.setdefault(said, set()).update(headers)
        for header in headers:
            found.setdefault(header, set()).add(said)
    return {said: frozenset(headers) for said, headers in found.items()}


@functools.cache
def _digits() -> dict[str, str]:
    """Number words in digits."""
    words: dict[str, int] = word_list("number_words")
    return {word: str(number) for word, number in words.items()}


@functools.lru_cache(maxsize=1 << 16)
def agreement(said: str, header: str) -> tuple[MatchSource, float] | None:
    """How a question word names a header word, with a similarity in (0, 1]; ``None`` where it does not."""
    if said == header:
        return MatchSource.EXACT, 1.0
    if lemma(said) == lemma(header):
        return MatchSource.LEMMA, 1.0
    if header.isdecimal() and _digits().get(said) == header:
        return MatchSource.NUMBER_WORD, 1.0
    if lemma(header) in _aliases().get(lemma(said), ()):
        return MatchSource.ALIAS, 1.0
    if min(len(said), len(header)) < _SHORTEST_STEM or said[0] != header[0] or not (said + header).isalpha():
        return None
    if _same_stem(said, header):
        return MatchSource.PARTIAL, 1.0
    ratio = fuzz.ratio(said, header)
    return (MatchSource.FUZZY, ratio / 100) if ratio >= _FUZZY_CUTOFF else None


def _same_stem(said: str, header: str) -> bool:
    """Whether two words are derived from one, as "competed" and "competition": they differ only in their endings."""
    shorter, longer = sorted((said, header), key=len)
    shared = next((place for place, letter in enumerate(shorter) if letter != longer[place]), len(shorter))
    endings = word_list("endings")
    return any(said[place:] in endings and header[place:] in endings for place in range(_SHORTEST_STEM, shared + 1))


class Headers:
    """The header words of the columns, found by the words of a question without trying every pair.

    ``synonyms`` are other ways to say each header; ``names`` holds, for each column, the words of all of them, the
    header's own first.
    """

    def __init__(self, headers: Sequence[str], synonyms: Sequence[Sequence[str]] = ()) -> None:
        self.words = tuple(tuple(text_words(header).split()) for header in headers)
        more = [*synonyms, *[()] * (len(headers) - len(synonyms))]
        self.names = tuple(
            (words, *(tuple(text_words(said).split()) for said in others))
            for words, others in zip(self.words, more, strict=True)
        )
        self._columns: dict[str, list[int]] = {}
        for column, names in enumerate(self.names):
            for word in dict.fromkeys(word for words in names for word in words):
                self._columns.setdefault(word, []).append(column)
        self._by_lemma: dict[str, list[str]] = {}
        self._by_letter: dict[str, list[str]] = {}
        for word in self._columns:
            self._by_lemma.setdefault(lemma(word), []).append(word)
            if len(word) >= _SHORTEST_STEM:
                self._by_letter.setdefault(word[0], []).append(word)

    def columns_named(self, said: str) -> set[int]:
        """The positions of the columns whose header has a word that the question word names."""
        form = lemma(said)
        candidates = set(self._by_lemma.get(form, ()))
        candidates.update(self._by_lemma.get(_digits().get(said, ""), ()))
        for alias in _aliases().get(form, ()):
            candidates.update(self._by_lemma.get(alias, ()))
        if len(said) >= _SHORTEST_STEM:
            near = self._by_letter.get(said[0], ())
            candidates.update(word for word in near if agreement(said, word) is not None)
        return {column for word in candidates for column in self._columns[word]}
