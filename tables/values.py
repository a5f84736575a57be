"""Typed values of cells and constants: numbers, partial dates, texts and the missing value."""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum


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
    """The form in which two texts are compared for equality: no case, accents, curly quotes, long dashes or spare spaces."""
    decomposed = unicodedata.normalize("NFKD", text)
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    plain = _DASHES.sub("-", plain.translate(_QUOTES))
    return " ".join(plain.casefold().split())


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


MISSING = Missing()


@dataclass(frozen=True, slots=True)
class Text:
    """A text as written; equality and hash go by ``text_key``."""

    written: str


@dataclass(frozen=True, slots=True)
class Number:
    """A finite number, with the unit that was written beside it (the unit takes no part in equality)."""

    amount: float
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date any part of which may be unknown; see ``iso``."""

    year: int | None = None
    month: int | None = None
    day: int | None = None


@dataclass(frozen=True, slots=True)
class Items:
    """The items of a list cell."""

    items: tuple[str, ...]


Value = Missing | Text | Number | PartialDate | Items
