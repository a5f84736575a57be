"""Ranges: two numbers or dates of a question joined by "between … and", "from … to" or a dash."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from itertools import pairwise

from neural_programmer.tables.constants import Constant, ConstantKind
from neural_programmer.tables.matching.index import TableIndex
from neural_programmer.tables.matching.linking import MatchSource, Mention, Token
from neural_programmer.tables.matching.periods import PlacedDate, range_mentions

_JOINTS = frozenset({"-", "to", "through", "thru", "until", "till"})
_FILLERS = frozenset({"the", "year", "years", "of", "in", "~"})
_REACH = 4


def joined_ranges(
    tokens: Sequence[Token], numbers: Sequence[Mention], dates: Sequence[PlacedDate], index: TableIndex
) -> list[Mention]:
    """Ranges of neighbouring numbers and of neighbouring dates."""
    plain = [mention for mention in numbers if mention.constant.kind is ConstantKind.NUMBER]
    found: list[Mention] = []
    for left, right in pairwise(plain):
        low, high = _amount(left), _amount(right)
        if left.end <= right.start and _joined(tokens, left.start, left.end, right.start):
            if tokens[left.end].key == "-" and 0 <= high < 100 and 1000 <= low <= 2100:
                high += low // 100 * 100 + (100 if high < low % 100 else 0)
            elif tokens[left.end].key == "-" and high <= low:
                continue
            if low != high:
                ends = sorted((low, high))
                found += range_mentions(ends[0], ends[1], left.start, right.end, left.source, index)
    return found + (_date_ranges(tokens, dates) if index.has_dates else [])


def _amount(mention: Mention) -> float:
    amount = mention.constant.values[0]
    assert isinstance(amount, float)
    return amount


def _date_ranges(tokens: Sequence[Token], dates: Sequence[PlacedDate]) -> list[Mention]:
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
            constant = Constant(ConstantKind.DATE_RANGE, (early, late))
            found.append(Mention(constant, left.start, right.end, MatchSource.EXACT, 0.9))
    return found


def _joined(tokens: Sequence[Token], start: int, gap_start: int, gap_end: int) -> bool:
    """Whether the tokens between two values make a range of them."""
    gap = [token.key for token in tokens[gap_start:gap_end] if token.key not in _FILLERS]
    if len(gap) != 1:
        return False
    if gap[0] == "and":
        return any(token.key == "between" for token in tokens[max(0, start - _REACH) : start])
    return gap[0] in _JOINTS
