"""Ranges: two numbers or dates of a question joined by "between … and", "from … to" or a dash."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from itertools import pairwise, product

from neural_programmer.tables.constants import Constant, ConstantKind
from neural_programmer.tables.matching.index import TableIndex
from neural_programmer.tables.matching.linking import MatchSource, Mention, Token
from neural_programmer.tables.matching.periods import PlacedDate, range_mentions
from neural_programmer.tables.values import PartialDate

_JOINTS = frozenset({"-", "/", "to", "through", "thru", "until", "till"})
_FILLERS = frozenset({"the", "year", "years", "of", "in", "~"})
_REACH = 4
_LONGEST_SEASON = 30
_MAX_COMPLETIONS = 2


def joined_ranges(
    tokens: Sequence[Token], numbers: Sequence[Mention], dates: Sequence[PlacedDate], index: TableIndex
) -> list[Mention]:
    """Ranges of neighbouring numbers and of neighbouring dates."""
    in_dates = {place for date in dates if date.date.month for place in range(date.start, date.end)}
    plain = [one for one in numbers if one.constant.kind is ConstantKind.NUMBER and one.start not in in_dates]
    found: list[Mention] = []
    for left, right in pairwise(plain):
        low, high = _amount(left), _amount(right)
        if left.end <= right.start and _joined(tokens, left.start, left.end, right.start):
            season = _season_end(low, tokens[right.start].key) if tokens[left.end].key in "-/" else None
            if season is not None:
                high = season
            elif tokens[left.end].key == "/" or (tokens[left.end].key == "-" and high <= low):
                continue
            if low != high:
                ends = sorted((low, high))
                found += range_mentions(ends[0], ends[1], left.start, right.end, left.source, index)
    return found + (_date_ranges(tokens, dates, index) if index.has_dates else [])


def _season_end(year: float, written: str) -> float | None:
    """The later year of "1999-00" or "1990/91", where two digits follow a year within a few of it."""
    if not 1000 <= year <= 2100 or len(written) != 2:
        return None
    end = year // 100 * 100 + float(written)
    end += 100 if end < year else 0
    return end if end - year <= _LONGEST_SEASON else None


def _amount(mention: Mention) -> float:
    amount = mention.constant.values[0]
    assert isinstance(amount, float)
    return amount


def _date_ranges(tokens: Sequence[Token], dates: Sequence[PlacedDate], index: TableIndex) -> list[Mention]:
    found = []
    for left, right in pairwise(dates):
        if left.date.month is None and right.date.month is None:
            continue  # two years: joined as numbers
        if not _joined(tokens, left.start, left.end, right.start):
            continue
        early, late = left.date, right.date
        if early.year is None and late.year is not None:
            early = dataclasses.replace(early, year=late.year)
        if (early.year is None) == (late.year is None) and early.iso() < late.iso():
            found.append(_date_range(early, late, left.start, right.end, MatchSource.EXACT, 0.9))
            if early.year is None:
                pairs = product(index.dates_completing(early), index.dates_completing(late))
                found += [
                    _date_range(first, last, left.start, right.end, MatchSource.PARTIAL, 0.65)
                    for first, last in pairs
                    if first.iso() < last.iso()
                ][:_MAX_COMPLETIONS]
    return found


def _date_range(
    early: PartialDate, late: PartialDate, start: int, end: int, source: MatchSource, score: float
) -> Mention:
    return Mention(Constant(ConstantKind.DATE_RANGE, (early, late)), start, end, source, score)


def _joined(tokens: Sequence[Token], start: int, gap_start: int, gap_end: int) -> bool:
    """Whether the tokens between two values make a range of them."""
    gap = [token.key for token in tokens[gap_start:gap_end] if token.key not in _FILLERS]
    if len(gap) != 1:
        return False
    if gap[0] == "and":
        return any(token.key == "between" for token in tokens[max(0, start - _REACH) : start])
    return gap[0] in _JOINTS
