"""Reading the text of one cell as a date that keeps its precision.

No date library stands behind these patterns: those at hand fill in missing parts ("May 2004" becomes a day), read
plain numbers as dates, and are a thousand times slower.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from enum import IntEnum

from neural_programmer.tables.numbers import PLAIN_NUMBER, clean_cell
from neural_programmer.tables.values import PartialDate
from neural_programmer.tables.word_lists import word_list

LONGEST_DATE_CELL = 120


class DateForm(IntEnum):
    """How a date was written, which tells how far to trust it."""

    YEAR = 1  # "1999", "1987-88": a date only where the column is one of years
    MONTH = 2  # "March" alone, which may be a name
    EMBEDDED = 3  # other words stand around it: "Retired July 11, 1986"
    YEAR_AND_TWO_DIGITS = 4  # "1999-05": a month or a season
    DIGITS = 5  # "12/05/1989": the column tells day from month
    FULL = 6


@dataclass(frozen=True, slots=True)
class DateReading:
    """A date read from a cell, and the ``other`` reading of digits that can be read in two ways.

    For ``DIGITS``, ``date`` has the day first and ``other`` the month first, and one of them may be None. For
    ``YEAR_AND_TWO_DIGITS``, ``date`` is the year in which a season begins and ``other`` the month, if there is one.
    """

    form: DateForm
    date: PartialDate | None
    other: PartialDate | None = None


_MONTHS: dict[str, int] = word_list("months")
_MONTH_NAME = re.compile(
    rf"(?<![^\W_])(?:{'|'.join(sorted(_MONTHS, key=len, reverse=True))})(?![^\W\d_])", re.IGNORECASE
)
_EMBEDDED_ISO = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
_FOUR_DIGITS = re.compile(r"\d{4}")
_DIGIT = re.compile(r"\d")
_FILLERS = ("the", "of", "on", "in", "st", "nd", "rd", "th", ",", ".", ";", "'")
_IGNORED = frozenset([*word_list("weekdays"), *_FILLERS])
_APPROXIMATE = re.compile(
    r"(?:~|≈|c\.|c(?=\s\d)|(?:ca\.?|circa|about|approx\.?|approximately|around|b\.|born)\s)\s*", re.IGNORECASE
)
_YEAR = re.compile(r"(1[0-9]\d\d|20\d\d|2100)")
_YEARS = re.compile(
    r"(1[0-9]\d\d|20\d\d)\s?[-/]\s?(?:\d\d|1\d{3}|20\d\d|present|current|)(?:\s?\(.*\))?", re.IGNORECASE
)
_YEAR_AND_TWO_DIGITS = re.compile(r"(1[0-9]\d\d|20\d\d)-(\d\d)")
_MONTH_AND_YEAR = re.compile(r"(0?[1-9]|1[0-2])/(1[0-9]\d\d|20\d\d)")
_DIGITS = re.compile(r"(\d{1,4})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?:,?[T ]+(.+))?", re.IGNORECASE)
_TIME = re.compile(
    r"(?<![\d:.])(\d{1,2}):([0-5]\d)(?::([0-5]\d)(?:[.,]\d+)?)?\s*([ap]\.?m\b\.?)?"
    r"(?:\s*(?:Z|UTC|GMT|CET|[ECMP][SD]T|[+-]\d\d:?\d\d)\b)?",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"\d+(?=(?:st|nd|rd|th)\b)|\d+|[^\W\d_]+|'(?=\d\d\b)|[-/]|\S", re.IGNORECASE)
_PARENTHESES = re.compile(r"\s*\([^()]*\)")

# Orders in which the parts of a date stand: d a day, m a named month, y a year, e two digits that end a date.
_ORDERS = frozenset({"dmy", "dm", "mdy", "md", "my", "m", "ymd", "ydm", "ym", "d", "y", "dy", "dme", "mde", "me"})

Parts = dict[str, int]


def _date(year: int | None, month: int | None, day: int | None, time: tuple[int, ...] = ()) -> PartialDate | None:
    try:
        return PartialDate(year, month, day, *time)
    except ValueError:
        return None


def _full_year(two_digits: int) -> int:
    """The year that two digits mean, by the rule of POSIX: 69 to 99 lie in the 1900s, 00 to 68 in the 2000s."""
    return two_digits + (1900 if two_digits >= 69 else 2000)


def _read_time(text: str) -> tuple[int, ...] | None:
    match = _TIME.search(text)
    if match is None:
        return None
    hour = int(match[1])
    if match[4]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match[4][0] in "pP" else 0)
    if hour > 23:
        return None
    return (hour, int(match[2])) if match[3] is None else (hour, int(match[2]), int(match[3]))


@functools.lru_cache(maxsize=1 << 16)
def read_date(text: str) -> DateReading | None:
    """The date in a cell's text, or None; parts that are not written stay unknown."""
    if len(text) > LONGEST_DATE_CELL:
        return None
    if PLAIN_NUMBER.fullmatch(text):
        return DateReading(DateForm.YEAR, PartialDate(int(text))) if _YEAR.fullmatch(text) else None
    cell = clean_cell(text)
    if not cell:
        return None
    if not _DIGIT.search(cell):
        alone = _MONTHS.get(cell.rstrip(".").lower())
        return None if alone is None else DateReading(DateForm.MONTH, PartialDate(month=alone))
    if _MONTH_NAME.search(cell):
        return _read_words(cell)
    if cell[0].isdigit():
        years = _YEARS.fullmatch(cell)
        month = _YEAR_AND_TWO_DIGITS.fullmatch(cell)
        if month is not None:
            season = PartialDate(int(month[1]))
            return DateReading(DateForm.YEAR_AND_TWO_DIGITS, season, _date(int(month[1]), int(month[2]), None))
        if years is not None:
            return DateReading(DateForm.YEAR, PartialDate(int(years[1])))
        month_and_year = _MONTH_AND_YEAR.fullmatch(cell)
        if month_and_year is not None:
            return DateReading(DateForm.FULL, PartialDate(int(month_and_year[2]), int(month_and_year[1])))
        digits = _DIGITS.fullmatch(_PARENTHESES.sub("", cell))
        if digits is not None:
            return _read_digits(digits)
    if not _FOUR_DIGITS.search(cell):
        return None
    iso = _EMBEDDED_ISO.search(cell)
    if iso is not None:
        date = _date(int(iso[1]), int(iso[2]), int(iso[3]))
        return None if date is None else DateReading(DateForm.EMBEDDED, date)
    plain = _PARENTHESES.sub("", cell)
    approximate = _APPROXIMATE.match(plain)
    year = _YEAR.fullmatch(plain, approximate.end() if approximate else 0)
    if year is None:
        return None
    return DateReading(DateForm.YEAR, PartialDate(int(year[1])))


def _read_digits(match: re.Match[str]) -> DateReading | None:
    first, middle, last = match[1], int(match[3]), match[4]
    time = _read_time(match[5]) if match[5] else ()
    if time is None:
        return None
    if len(first) == 4:
        date = _date(int(first), middle, int(last), time) if len(last) == 2 else None
        return None if date is None else DateReading(DateForm.FULL, date)
    if len(first) == 3 or (len(last) == 2 and match[2] == "." and not match[5] and int(first) > 31):
        return None
    year = int(last) if len(last) == 4 else _full_year(int(last))
    if year < 1000:
        return None
    day_first, month_first = _date(year, middle, int(first), time), _date(year, int(first), middle, time)
    if day_first is None and month_first is None:
        return None
    return DateReading(DateForm.DIGITS, day_first, month_first)


def _read_words(cell: str) -> DateReading | None:
    """A date with a month in words; of a range, its beginning."""
    plain = _PARENTHESES.sub("", cell)
    time: tuple[int, ...] = ()
    if ":" in plain:
        time = _read_time(plain) or ()
        plain = _TIME.sub(" ", plain)
    if not _MONTH_NAME.search(plain):
        return None
    approximate = _APPROXIMATE.match(plain)
    tokens = _classify(plain[approximate.end() :] if approximate else plain)
    if any(word in ("bc", "bce") for _, word in tokens):
        return None
    sides = _split_range(tokens)
    parts = _parts(sides[0])
    if parts is not None and len(sides) > 1:
        end = _parts(sides[1])
        if end is not None:
            parts = {**{name: value for name, value in end.items() if name in _COARSER[_finest(parts)]}, **parts}
    if parts is not None and "m" in parts:
        date = _date(parts.get("y"), parts["m"], parts.get("d"), time if "d" in parts else ())
        return None if date is None else DateReading(DateForm.FULL, date)
    return _read_embedded(tokens)


_COARSER = {"d": "ym", "m": "y", "y": ""}


def _finest(parts: Parts) -> str:
    return "d" if "d" in parts else "m" if "m" in parts else "y"


def _classify(text: str) -> list[tuple[str, str]]:
    """The tokens with their classes: d, m, y, e (two digits after an apostrophe), - (range), o (other)."""
    tokens: list[tuple[str, str]] = []
    apostrophe = False
    for raw in _TOKEN.findall(text):
        word = raw.lower()
        if word.isdecimal():
            number = int(word)
            if apostrophe:
                tokens.append(("e", word))
            elif len(word) <= 2 and 1 <= number <= 31:
                tokens.append(("d", word))
            elif (len(word) == 4 and 1000 <= number <= 2100) or len(word) == 3:
                tokens.append(("y", word))
            else:
                tokens.append(("e" if len(word) == 2 else "o", word))
        elif word in _MONTHS:
            tokens.append(("m", word))
        elif word in ("-", "to", "/", "until", "through"):
            tokens.append(("-", word))
        elif word not in _IGNORED:
            tokens.append(("o", word))
        apostrophe = word == "'"
    return tokens


def _split_range(tokens: list[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    """The tokens on either side of a range dash; the dashes of "20-Jan-2008" hold one date together."""
    kinds = "".join(kind for kind, _ in tokens)
    if kinds == "m-d":
        return [tokens]
    if kinds in ("d-m-y", "d-m-d", "d-m-e", "m-d-y", "y-m-d", "d-m", "m-y", "y-m"):
        return [[token for token in tokens if token[0] != "-"]]
    sides: list[list[tuple[str, str]]] = [[]]
    for token in tokens:
        if token[0] == "-":
            sides.append([])
        else:
            sides[-1].append(token)
    return sides


def _parts(tokens: list[tuple[str, str]]) -> Parts | None:
    """The parts of one date, or None if the tokens are no date in a known order."""
    order = "".join(kind for kind, _ in tokens)
    if order == "dmd":
        order = "dme"  # "20-Jan-08"
    elif order == "m-d":
        order, tokens = "me", [tokens[0], tokens[2]]  # "Jan-08", as spreadsheets write January 2008
    elif order == "mdd":
        order = "mde"
    if order not in _ORDERS:
        return None
    parts: Parts = {}
    for kind, (_, word) in zip(order, tokens, strict=True):
        if kind == "m":
            parts["m"] = _MONTHS[word]
        elif kind == "e":
            parts["y"] = _full_year(int(word))
        else:
            parts[kind] = int(word)
    return parts


def _read_embedded(tokens: list[tuple[str, str]]) -> DateReading | None:
    """One date with its year among a few other words; of several dates, one at the very beginning."""
    kinds = "".join(kind for kind, _ in tokens)
    match = re.search("dmy|mdy|my|ymd", kinds)
    if match is None or kinds.count("o") > 8 or (kinds.count("m") > 1 and match.start()):
        return None
    parts = _parts(tokens[match.start() : match.end()])
    date = None if parts is None else _date(parts.get("y"), parts.get("m"), parts.get("d"))
    return None if date is None else DateReading(DateForm.EMBEDDED, date)
