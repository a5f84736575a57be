"""Typed values of cells and constants: numbers, partial dates, texts, lists of items and the missing value.

Equality is structural, and so an equivalence that hashing agrees with; what is known about the order of two values,
where the answer may be "unknown", is told by `neural_programmer.tables.comparison`.
"""

from __future__ import annotations

import functools
import math
import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property


class ValueType(StrEnum):
    """What the values of a column view are."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    LIST = "list"


_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u00b4": "'", "`": "'"})


@functools.lru_cache(maxsize=1 << 17)
def text_key(text: str) -> str:
    """The form in which texts are compared for equality: no case, accents, curly quotes, long dashes, spare spaces."""
    if text.isascii():
        return " ".join(text.replace("`", "'").casefold().split())
    # The signs go first, since NFKD would take some of them apart; a second round meets what it has brought forth.
    signs = _DASHES.sub("-", text.translate(_QUOTES))
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", signs).casefold())
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    return " ".join(_DASHES.sub("-", plain.translate(_QUOTES)).split())


@functools.lru_cache(maxsize=1 << 17)
def text_words(text: str) -> str:
    """The words of a text, each between single spaces (" new york "), for containment by whole words."""
    words = "".join(character if character.isalnum() else " " for character in text_key(text)).split()
    return f" {' '.join(words)} " if words else ""


class Missing:
    """The value of an empty or unreadable cell: equal only to itself, comparable with nothing."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "MISSING"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Missing)

    def __hash__(self) -> int:
        return hash(Missing)


MISSING = Missing()


@dataclass(frozen=True, eq=False)
class Text:
    """A text as written; equality and hash go by ``text_key``."""

    written: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Text) and text_key(self.written) == text_key(other.written)

    def __hash__(self) -> int:
        return hash(text_key(self.written))


@dataclass(frozen=True, eq=False)
class Number:
    """A finite number, with the unit that was written beside it (the unit takes no part in equality).

    Raises ``ValueError`` for an infinite amount or one that is not a number.
    """

    amount: float
    unit: str | None = None

    def __post_init__(self) -> None:
        if not math.isfinite(self.amount):
            raise ValueError(f"a number must be finite, not {self.amount}")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Number) and self.amount == other.amount

    def __hash__(self) -> int:
        return hash(self.amount)


_ISO = re.compile(
    r"(?P<year>\d{4}|XXXX)(?:-(?P<month>\d\d|XX)(?:-(?P<day>\d\d|XX))?)?"
    r"(?:T(?P<hour>\d\d)(?::(?P<minute>\d\d)(?::(?P<second>\d\d))?)?)?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class PartialDate:
    """A date any part of which may be unknown, with a time where one was written.

    ``ValueError`` names the part that no calendar has: month 13, the 31st of June, minutes without hours.
    """

    year: int | None = None
    month: int | None = None
    day: int | None = None
    hour: int | None = None
    minute: int | None = None
    second: int | None = None

    def __post_init__(self) -> None:
        if self.year is not None and not 0 <= self.year <= 9999:
            raise ValueError(f"a year lies between 0 and 9999, not {self.year}")
        if self.month is not None and not 1 <= self.month <= 12:
            raise ValueError(f"a month lies between 1 and 12, not {self.month}")
        if self.day is not None and not 1 <= self.day <= longest_day(self.year, self.month):
            raise ValueError(f"month {self.month} of year {self.year} has no day {self.day}")
        for part, name, limit in ((self.hour, "hour", 24), (self.minute, "minute", 60), (self.second, "second", 60)):
            if part is not None and not 0 <= part < limit:
                raise ValueError(f"the {name} is below {limit}, not {part}")
        if (self.minute is not None and self.hour is None) or (self.second is not None and self.minute is None):
            raise ValueError("a time has hours before minutes and minutes before seconds")
        if self.year is self.month is self.day is self.hour is None:
            raise ValueError("a date has at least one known part")

    @property
    def parts(self) -> tuple[int | None, ...]:
        """Year, month, day, hour, minute, second."""
        return (self.year, self.month, self.day, self.hour, self.minute, self.second)

    def iso(self) -> str:
        """ISO 8601 at reduced precision: ``1999``, ``1999-05``, ``1999-05-21T14:30``; without a year ``XXXX-05-21``."""
        return self._iso

    @cached_property
    def _iso(self) -> str:
        written = "XXXX" if self.year is None else f"{self.year:04d}"
        if self.month is not None or self.day is not None:
            written += "-XX" if self.month is None else f"-{self.month:02d}"
        if self.day is not None:
            written += f"-{self.day:02d}"
        if self.hour is not None:
            written += f"T{self.hour:02d}"
            written += "" if self.minute is None else f":{self.minute:02d}"
            written += "" if self.second is None else f":{self.second:02d}"
        return written

    @classmethod
    def parse_iso(cls, written: str) -> PartialDate:
        """The date that ``iso`` wrote; ``ValueError`` if the text is none."""
        match = _ISO.fullmatch(written)
        if match is None:
            raise ValueError(f"{written!r} is not an ISO 8601 date such as 1999-05-21, 1999-05 or XXXX-05-21")
        return cls(**{name: int(part) for name, part in match.groupdict().items() if part and part[0] not in "Xx"})


@functools.lru_cache(maxsize=4096)
def longest_day(year: int | None, month: int | None) -> int:
    """The last day of a month; an unknown year counts as a leap year, an unknown month as a long one."""
    if month is None or not 1 <= month <= 12:
        return 31
    return monthrange(year or 2000, month)[1]


@dataclass(frozen=True, eq=False)
class Items:
    """The items of a list cell, in order; equality and hash go by the ``text_key`` of each."""

    items: tuple[str, ...]

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The items in the form in which they are compared."""
        return tuple(text_key(item) for item in self.items)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Items) and self.keys == other.keys

    def __hash__(self) -> int:
        return hash(self.keys)


Value = Missing | Text | Number | PartialDate | Items
