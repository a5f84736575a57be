"""Dates, years and decades in a question."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from neural_programmer.tables.constants import Constant, ConstantKind
from neural_programmer.tables.matching.index import TableIndex
from neural_programmer.tables.matching.linking import MatchSource, Mention, Token
from neural_programmer.tables.values import PartialDate, longest_day
from neural_programmer.tables.word_lists import word_list

_YEAR = re.compile(r"1\d{3}|20\d{2}")
_DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?")
_DECADE = re.compile(r"(\d{2}|\d{4})s")
_DAY_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
# Words that are months only beside a day, a year or one of the words before a period.
_AMBIGUOUS = frozenset({"may", "march", "mar"})
_BEFORE_PERIOD = frozenset(word_list("period_openers"))
_MAX_COMPLETIONS = 3


@dataclass(frozen=True, slots=True)
class PlacedDate:
    """A date of the question at tokens ``start`` to ``end``."""

    date: PartialDate
    start: int
    end: int


def find_dates(tokens: Sequence[Token]) -> list[PlacedDate]:
    """Dates with a month, and years, in order of position."""
    months: dict[str, int] = word_list("months")
    found: list[PlacedDate] = []
    position = 0
    while position < len(tokens):
        key = tokens[position].key.rstrip(".")
        placed = None
        if key in months:
            placed = _around_month(tokens, position, months[key], found[-1].end if found else 0)
            if placed is not None and found and found[-1].start >= placed.start:
                found.pop()
        if placed is None:
            placed = _numeric_date(tokens, position)
        if placed is None and _YEAR.fullmatch(tokens[position].key):
            placed = PlacedDate(PartialDate(int(tokens[position].key)), position, position + 1)
        if placed is not None:
            found.append(placed)
            position = placed.end
        else:
            position += 1
    return found


def _around_month(tokens: Sequence[Token], month_at: int, month: int, free_from: int) -> PlacedDate | None:
    start, end = month_at, month_at + 1
    day = year = None
    if end < len(tokens) and tokens[end].key == ".":
        end += 1
    before = month_at - 1
    if before > free_from and tokens[before].key == "of":
        before -= 1
    if before >= free_from and (early := _day(tokens[before], None, month)) is not None:
        day, start = early, before
    elif end < len(tokens) and (late := _day(tokens[end], None, month)) is not None:
        day, end = late, end + 1
    after = end + 1 if end < len(tokens) and tokens[end].key in {",", "of", "-"} else end
    if after < len(tokens) and _YEAR.fullmatch(tokens[after].key):
        year, end = int(tokens[after].key), after + 1
    alone = day is None and year is None and (month_at == 0 or tokens[month_at - 1].key not in _BEFORE_PERIOD)
    if alone and tokens[month_at].key in _AMBIGUOUS:
        return None
    if day is not None and year is not None and day > longest_day(year, month):
        return None
    return PlacedDate(PartialDate(year, month, day), start, end)


def _day(token: Token, year: int | None, month: int) -> int | None:
    match = _DAY.fullmatch(token.key)
    if match is None or not 1 <= int(match[1]) <= longest_day(year, month):
        return None
    return int(match[1])


def _numeric_date(tokens: Sequence[Token], start: int) -> PlacedDate | None:
    """ "2004-05-21", "21/5/2004" or, where the second number cannot be a month, "5/21/2004"."""
    end = start + 5 if start + 5 <= len(tokens) and tokens[start + 1].key in {"-", "/"} else start + 1
    written = "".join(token.key for token in tokens[start:end])
    match = _ISO.fullmatch(written)
    if match is not None:
        year, month, day = int(match[1]), int(match[2]), int(match[3])
    else:
        match = _DAY_FIRST.fullmatch(written)
        if match is None:
            return None
        day, month, year = int(match[1]), int(match[2]), int(match[3])
        if month > 12:
            day, month = month, day
    if not 1 <= month <= 12 or not 1 <= day <= longest_day(year, month):
        return None
    return PlacedDate(PartialDate(year, month, day), start, end)


def date_mentions(dates: Sequence[PlacedDate], index: TableIndex) -> list[Mention]:
    """Date constants for a table that has dates; without a year also the few of its dates that agree."""
    mentions: list[Mention] = []
    if not index.has_dates:
        return mentions
    for placed in dates:
        score = 0.9 if index.holds_date(placed.date) else 0.6
        constant = Constant(ConstantKind.DATE, (placed.date,))
        mentions.append(Mention(constant, placed.start, placed.end, MatchSource.EXACT, score))
        if placed.date.year is None:
            completions = index.dates_completing(placed.date)
            for full in completions if len(completions) <= _MAX_COMPLETIONS else ():
                completed = Constant(ConstantKind.DATE, (full,))
                mentions.append(Mention(completed, placed.start, placed.end, MatchSource.PARTIAL, 0.65))
    return mentions


def decade_mentions(tokens: Sequence[Token], index: TableIndex) -> list[Mention]:
    """ "1990s", "the 90s" and "nineties" as ranges of years."""
    words: dict[str, int] = word_list("decades")
    mentions: list[Mention] = []
    for position, token in enumerate(tokens):
        match = _DECADE.fullmatch(token.key)
        first = int(match[1]) if match else words.get(token.key)
        if first is None or first % 10:
            continue
        start = 1900 + first if first < 100 else first
        # "the 1900s" and "the 1800s" are centuries; every other one is a decade.
        last = start + (99 if start % 100 == 0 and start < 2000 else 9)
        mentions += range_mentions(start, last, position, position + 1, MatchSource.EXACT, index)
    return mentions


def range_mentions(
    low: float, high: float, start: int, end: int, source: MatchSource, index: TableIndex
) -> list[Mention]:
    """A range of numbers, and of dates too where both ends can be years."""
    constants = [Constant(ConstantKind.NUMBER_RANGE, (float(low), float(high)))]
    if index.has_dates and all(end == int(end) and 1000 <= end <= 2100 for end in (low, high)):
        constants.append(Constant(ConstantKind.DATE_RANGE, (PartialDate(int(low)), PartialDate(int(high)))))
    return [Mention(constant, start, end, source, 0.9) for constant in constants]
