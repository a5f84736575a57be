"""Spans of question words that stand in cells, each word taken as written, by its lemma or as a misspelling."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from neural_programmer.tables.matching.index import TableIndex
from neural_programmer.tables.matching.linking import MatchSource, Token
from neural_programmer.tables.matching.tokens import is_dictionary_word, lemma, stop_words
from neural_programmer.tables.values import text_words

_MIN_FUZZY_LENGTH = 5
_FUZZY_CUTOFF = 84.0
_MAX_VARIANTS = 3
# A word of the dictionary is rarely a misspelt name, so it has to be closer.
_DICTIONARY_CUTOFF = 92.0
_LONGEST_COMPACT = 5
_RANKS = {MatchSource.EXACT: 0, MatchSource.LEMMA: 1, MatchSource.ALIAS: 2, MatchSource.FUZZY: 3}


@dataclass(frozen=True, slots=True)
class QuestionWord:
    """One alphanumeric word of the question with the numbers of its tokens, from ``token`` to ``last_token``."""

    word: str
    token: int
    last_token: int
    is_stop: bool


@dataclass(frozen=True, slots=True, eq=False)
class CellSpan:
    """Question words ``start`` to ``end`` (exclusive) that stand in cells as ``words``.

    ``cells`` are the distinct cells that hold the words (none where they are only an item of a list); ``whole`` is
    the text of a cell or item that consists of the words.
    """

    start: int
    end: int
    words: str
    source: MatchSource
    similarity: float
    cells: NDArray[np.int32]
    whole: str | None


def question_words(tokens: Sequence[Token], vocabulary: Container[str] = ()) -> list[QuestionWord]:
    """The alphanumeric words of the tokens, in order; a number with its unit, "5km", is one word of the vocabulary."""
    stops = stop_words()
    words: list[QuestionWord] = []
    for number, token in enumerate(tokens):
        if number and tokens[number - 1].end == token.start and tokens[number - 1].key.isdigit():
            joined = tokens[number - 1].key + token.key
            if joined in vocabulary:
                words[-1] = QuestionWord(joined, number - 1, number, False)
                continue
        words += [
            QuestionWord(word, number, number, token.is_stop or (word in stops and word == token.key))
            for word in text_words(token.key).split()
        ]
    return words


@dataclass(frozen=True, slots=True)
class _Variant:
    word: str
    source: MatchSource
    similarity: float


def _variants(word: QuestionWord, index: TableIndex) -> list[_Variant]:
    exact = word.word in index.vocabulary
    found = [_Variant(word.word, MatchSource.EXACT, 1.0)] if exact else []
    if word.is_stop:
        return found
    same_lemma = index.words_by_lemma.get(lemma(word.word), ())
    found += [_Variant(other, MatchSource.LEMMA, 1.0) for other in same_lemma if other != word.word][:_MAX_VARIANTS]
    if not found and may_be_misspelt(word):
        similar = similar_words(word.word, index.words_by_letter.get(word.word[0], []))
        found += [_Variant(other, MatchSource.FUZZY, similarity) for other, similarity in similar]
    return found


def similar_words(word: str, choices: Sequence[str]) -> list[tuple[str, float]]:
    """The few words that a word may be a misspelling of, each with its similarity in (0, 1], likeliest first."""
    cutoff = _DICTIONARY_CUTOFF if is_dictionary_word(word) else _FUZZY_CUTOFF
    best = process.extract(word, choices, scorer=fuzz.ratio, score_cutoff=cutoff, limit=_MAX_VARIANTS)
    return [(other, ratio / 100) for other, ratio, _ in best]


def may_be_misspelt(word: QuestionWord) -> bool:
    """Whether a word is long enough for a similar one to be meant."""
    return not word.is_stop and len(word.word) >= _MIN_FUZZY_LENGTH and word.word.isalpha()


def _intersect(few: NDArray[np.int32], many: NDArray[np.int32]) -> NDArray[np.int32]:
    if len(few) > len(many):
        few, many = many, few
    if not len(many):
        return many
    places = np.minimum(np.searchsorted(many, few), len(many) - 1)
    both: NDArray[np.int32] = few[many[places] == few]
    return both


def find_spans(words: Sequence[QuestionWord], index: TableIndex) -> list[CellSpan]:
    """Every span of the words that stands in a cell, with each way to read its words; nested spans included."""
    variants = [_variants(word, index) for word in words]
    found: list[CellSpan] = []
    for start in range(len(words)):
        for variant in variants[start]:
            _extend(start, start + 1, [variant], index.postings(variant.word), variants, index, found)
    return found + _compact_spans(words, index, found)


def _compact_spans(words: Sequence[QuestionWord], index: TableIndex, known: Sequence[CellSpan]) -> list[CellSpan]:
    """Spans that are a whole cell but for spaces and punctuation: "bluejays", "u.s.", "aj smith"."""
    exact = {(span.start, span.end) for span in known if span.whole is not None}
    found = []
    for start in range(len(words)):
        for end in range(start + 1, min(start + _LONGEST_COMPACT, len(words)) + 1):
            joined = "".join(word.word for word in words[start:end])
            cell = index.compact.get(joined)
            if cell is None or (start, end) in exact or joined.isdigit():
                continue
            if words[start].is_stop or words[end - 1].is_stop:
                continue
            written = index.cell_words[cell].strip()
            cells = np.asarray([cell], dtype=np.int32)
            found.append(CellSpan(start, end, written, MatchSource.EXACT, 0.95, cells, index.cell_texts[cell]))
    return found


def _extend(
    start: int,
    end: int,
    chosen: list[_Variant],
    cells: NDArray[np.int32],
    variants: Sequence[Sequence[_Variant]],
    index: TableIndex,
    found: list[CellSpan],
) -> None:
    joined = f" {' '.join(variant.word for variant in chosen)} "
    source = max((variant.source for variant in chosen), key=_RANKS.__getitem__)
    similarity = min(variant.similarity for variant in chosen)
    whole = index.whole.get(joined)
    text = None if whole is None else index.cell_texts[whole]
    if whole is None and joined in index.items:
        text = index.items[joined][0]
    found.append(CellSpan(start, end, joined.strip(), source, similarity, cells, text))
    if end == len(variants):
        return
    for variant in variants[end]:
        both = _intersect(cells, index.postings(variant.word))
        longer = f"{joined}{variant.word} "
        held = [cell for cell in both.tolist() if longer in index.cell_words[cell]]
        if held:
            rest = np.asarray(held, dtype=np.int32)
            _extend(start, end + 1, [*chosen, variant], rest, variants, index, found)


def cells_with(words: str, start: int, end: int, index: TableIndex) -> CellSpan | None:
    """The span as another name for words that stand in the table; ``None`` where they do not."""
    parts = words.split()
    if not parts:
        return None
    cells = index.postings(parts[0])
    for part in parts[1:]:
        cells = _intersect(cells, index.postings(part))
    held = [cell for cell in cells.tolist() if f" {words} " in index.cell_words[cell]]
    item = index.items.get(f" {words} ")
    if not held and item is None:
        return None
    whole = index.whole.get(f" {words} ")
    text = index.cell_texts[whole] if whole is not None else item[0] if item is not None else None
    return CellSpan(start, end, words, MatchSource.ALIAS, 1.0, np.asarray(held, dtype=np.int32), text)
