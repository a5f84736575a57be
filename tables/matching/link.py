"""Linking: everything a question says that its table can understand."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from neural_programmer.tables.constants import Constant, ConstantKind
from neural_programmer.tables.matching.answer_words import choice_mentions, unit_mentions
from neural_programmer.tables.matching.columns import column_matches
from neural_programmer.tables.matching.cues import find_cues
from neural_programmer.tables.matching.index import TableIndex
from neural_programmer.tables.matching.linking import Linking, Mention
from neural_programmer.tables.matching.lists import texts_mentions
from neural_programmer.tables.matching.periods import PlacedDate, date_mentions, decade_mentions, find_dates
from neural_programmer.tables.matching.quantities import number_mentions
from neural_programmer.tables.matching.ranges import joined_ranges
from neural_programmer.tables.matching.spans import question_words
from neural_programmer.tables.matching.texts import text_mentions
from neural_programmer.tables.matching.tokens import tokenize

MAX_MENTIONS = 24


def link(question: str, index: TableIndex) -> Linking:
    """The question's tokens, the constants and columns they offer, and cues; the same on every call."""
    tokens, truncated = tokenize(question)
    texts = text_mentions(question, tokens, index)
    numbers = number_mentions(question, tokens, index)
    dates = find_dates(question, tokens)
    mentions = [placed.mention for placed in texts]
    mentions += texts_mentions(tokens, texts)
    mentions += _outside_dates(numbers, dates)
    mentions += date_mentions(dates, index)
    mentions += decade_mentions(tokens, index)
    mentions += joined_ranges(tokens, numbers, dates, index)
    matches = column_matches(question_words(tokens), index)
    mentions += choice_mentions(question, tokens, mentions, matches)
    mentions += unit_mentions(tokens, [column.header for column in index.table.columns])
    return Linking(question, tokens, _best(mentions), matches, find_cues(tokens), truncated)


def _outside_dates(numbers: Iterable[Mention], dates: Sequence[PlacedDate]) -> list[Mention]:
    """The numbers, without the parts of dates; the day and the year of a date stay, less likely to be meant."""
    kept = []
    for mention in numbers:
        date = next((one.date for one in dates if one.start <= mention.start and mention.end <= one.end), None)
        if date is None or date.month is None:
            kept.append(mention)
        elif mention.constant.kind is ConstantKind.NUMBER and mention.constant.values[0] in (date.year, date.day):
            kept.append(dataclasses.replace(mention, score=round(mention.score * 0.5, 4)))
    return kept


_KINDS = {kind: place for place, kind in enumerate(ConstantKind)}


def _order(mention: Mention) -> tuple[float, int, int, int, str]:
    constant = mention.constant
    return -mention.score, mention.start, -mention.end, _KINDS[constant.kind], str(constant.values)


def _best(mentions: Iterable[Mention]) -> tuple[Mention, ...]:
    unique: dict[Constant, Mention] = {}
    for mention in sorted(mentions, key=_order):
        unique.setdefault(mention.constant, mention)
    return tuple(unique.values())[:MAX_MENTIONS]
