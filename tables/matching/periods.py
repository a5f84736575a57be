"""Dates, years and decades in a question."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from neural_programmer.tables.constants import Constant, ConstantKind
from neural_programmer.tables.dates import DateForm, read_date
from neural_programmer.tables.matching.index import TableIndex
from neural_programmer.tables.matching.linking import MatchSource, Mention, Token
from neural_programmer.tables.values import PartialDate
from neural_programmer.tables.word_lists import word_list

_YEAR = re.compile(r"1\d{3}|20\d{2}")
_DECADE = re.compile(r"(\d{2}|\d{4})s")
# Words that are months only beside a day, a year or one of the words before a period.
_AMBIGUOUS = frozenset({"may", "march", "mar"})
_BEFORE_PERIOD = frozenset(word_list("period_openers"))
_WHOLE_FORMS = frozenset({DateForm.YEAR, DateForm.MONTH, DateForm.DIGITS, DateForm.FULL})
_LONGEST_DATE = 6


@dataclass(frozen=True, slots=True)
class PlacedDate:
    """A date of the question at tokens ``start`` to ``end``."""

    date: PartialDate
    start: int
    end: int


def find_dates(question: str, tokens: Sequence[Token]) -> list[PlacedDate]:
    """Dates with a month, and years, in order of position; digits that can be read in two ways give both dates."""
    found: list[PlacedDate] = []
    position = 0
    while position < len(tokens):
        dates, end = _date_at(question, tokens, position)
        found += [PlacedDate(date, position, end) for date in dates]
        position = end
    return found


def _date_at(question: str, tokens: Sequence[Token], start: int) -> tuple[list[PartialDate], int]:
    """The dates written by the longest date that begins at a token, and the token after it."""
    if tokens[start].is_number or _is_month(tokens[start]):
        for end in range(min(len(tokens), start + _LONGEST_DATE), start, -1):
            span = tokens[start:end]
            if not (span[-1].is_number or _is_month(span[-1])):
                continue
            number_of_months = sum(map(_is_month, span))
            if number_of_months > 1 or (number_of_months == 1 and len(span) == 1 and not _means_month(tokens, start)):
                continue
            reading = read_date(question[span[0].start : span[-1].end].lower())
            if reading is None or reading.form not in _WHOLE_FORMS:
                continue
            if len(span) > 1 or reading.form is not DateForm.YEAR or _YEAR.fullmatch(span[0].key):
                return [date for date in (reading.date, reading.other) if date is not None], end
    return [], start + 1


def _is_month(token: Token) -> bool:
    return token.key.rstrip(".") in word_list("months")


def _means_month(tokens: Sequence[Token], place: int) -> bool:
    """Whether a month's name alone means the month: "may" has to follow a word such as "in"."""
    opened = place > 0 and tokens[place - 1].key in _BEFORE_PERIOD
    return opened or tokens[place].key not in _AMBIGUOUS


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
            completing = index.dates_completing(placed.date)
            # A month of several years is none of them: its name is looked for in the cells.
            for full in completing if placed.date.day is not None or len(completing) == 1 else ():
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
