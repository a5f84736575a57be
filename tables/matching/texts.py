"""Text mentions: spans of the question that are cells, stand in cells, or mean what a cell says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from neural_programmer.tables.constants import Constant, ConstantKind
from neural_programmer.tables.matching.aliases import alias_spans
from neural_programmer.tables.matching.index import TableIndex
from neural_programmer.tables.matching.linking import MatchSource, Mention, Token
from neural_programmer.tables.matching.spans import CellSpan, QuestionWord, find_spans, question_words
from neural_programmer.tables.values import text_key, text_words

_MAX_TEXTS = 14
_SOURCE_WEIGHTS = {MatchSource.EXACT: 1.0, MatchSource.LEMMA: 0.85, MatchSource.ALIAS: 0.75, MatchSource.FUZZY: 0.6}


@dataclass(frozen=True, slots=True)
class PlacedMention:
    """A text mention with the positions of columns in which it stands."""

    mention: Mention
    columns: frozenset[int]


def text_mentions(question: str, tokens: Sequence[Token], index: TableIndex) -> list[PlacedMention]:
    """Text constants that hold in the table, best first, unique by constant."""
    words = question_words(tokens, index.vocabulary)
    spans = _kept(find_spans(words, index), words, index) + alias_spans(words, index)
    best: dict[str, PlacedMention] = {}
    for span in spans:
        placed = _placed(span, question, tokens, words, index)
        key = text_key(str(placed.mention.constant.values[0]))
        if key not in best or _order(placed) < _order(best[key]):
            best[key] = placed
    return sorted(best.values(), key=_order)[:_MAX_TEXTS]


def _order(placed: PlacedMention) -> tuple[float, int, int, str]:
    mention = placed.mention
    return -mention.score, mention.start, -mention.end, str(mention.constant.values[0])


def _placed(
    span: CellSpan, question: str, tokens: Sequence[Token], words: Sequence[QuestionWord], index: TableIndex
) -> PlacedMention:
    start, end = words[span.start].token, words[span.end - 1].last_token + 1
    said = text_key(question[tokens[start].start : tokens[end - 1].end])
    # A token of several words may be said whole though only a part of it holds in the table.
    part = said if text_words(said).strip() == span.words else span.words
    text = part if span.whole is None else span.whole
    columns = index.columns_of(span.cells)
    if span.whole is not None and f" {span.words} " in index.items:
        columns |= {index.items[f" {span.words} "][1]}
    mention = Mention(Constant(ConstantKind.TEXT, (text,)), start, end, span.source, _score(span, words, index))
    return PlacedMention(mention, columns)


def _score(span: CellSpan, words: Sequence[QuestionWord], index: TableIndex) -> float:
    weight = _SOURCE_WEIGHTS[span.source] * span.similarity
    if all(word.is_stop for word in words[span.start : span.end]):
        weight *= 0.3
    if span.whole is not None:
        return round(weight, 4)
    coverage = min(1.0, (len(span.words) + 2) / index.shortest(span.cells))
    return round(weight * (0.4 + 0.4 * coverage), 4)


def _kept(spans: Iterable[CellSpan], words: Sequence[QuestionWord], index: TableIndex) -> list[CellSpan]:
    """Leaves out spans of stop words, spans with a stop word at an edge, and shorter spans that add no cell."""
    ordered = sorted(spans, key=lambda span: (span.start - span.end, span.start, -_weight(span), span.words))
    kept: list[CellSpan] = []
    for span in ordered:
        inside = words[span.start : span.end]
        if span.whole is None and (inside[0].is_stop or inside[-1].is_stop):
            continue
        # A cell "No" or "It" may be meant, but hardly an item "and" of a list or, by the article "a", a cell "A".
        if all(word.is_stop for word in inside) and (len(span.words) == 1 or not len(span.cells)):
            continue
        if all(word.word.isdigit() for word in inside) and not _numeric_text(span, words, index):
            continue
        around = [other for other in kept if other.start <= span.start and span.end <= other.end]
        if span.whole is None and any(
            len(other.cells) == len(span.cells) and f" {span.words} " in f" {other.words} " for other in around
        ):
            continue
        if any(other.source is MatchSource.EXACT and other.whole is not None for other in around) and (
            span.source is not MatchSource.EXACT
            or (span.whole is None and len(inside) == 1 and len(inside[0].word) < 3)
        ):
            continue
        kept.append(span)
    return kept


def _weight(span: CellSpan) -> float:
    return _SOURCE_WEIGHTS[span.source] * span.similarity


def _numeric_text(span: CellSpan, words: Sequence[QuestionWord], index: TableIndex) -> bool:
    """Whether digits alone stand for a text: all of a cell with several numbers, or part of an unreadable cell."""
    before, after = words[: span.start], words[span.end :]
    if before and before[-1].token == words[span.start].token:
        return False  # a piece of a number such as 1,100,000
    if after and after[0].token == words[span.end - 1].last_token:
        return False
    if span.whole is not None and span.end - span.start > 1:
        return True
    return not index.all_typed(span.cells)
