"""Cells brought into one form, as `tables.numbers.clean_cell` does, and patterns for what then stands in them."""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from neural_programmer.execution.typed_views_cases import (
    SPACES,
    all_of,
    any_of,
    characters,
    chosen,
    contains,
    escaped,
    is_ascii,
    matches,
    negated,
    replaced,
    text,
    translated,
)

# Dashes and quotes that are written in other ways; those at the end, which none stands opposite, are dropped.
_SIGNS = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d\u2032\u2019\u2018\u2033\u201d\u201c\u2044\xd7"
_PLAIN = "----------'''\"\"\"/x"
_DROPPED = "\ufeff\u200b\u200e\u200f\u2060\xad"
_MARKS = "*†‡§¶^ "
_FOOTNOTES = rf"([^{SPACES}])(?:[{SPACES}]?\[[^\[\]]{{0,30}}\])+"
# Fractions written as one character, and letters that are others in lower case, are left to Python.
_UNREADABLE = f"[{characters('½¼¾⅓⅔⅛⅜⅝⅞' + 'ſKİı')}]"
# Printable ASCII without footnotes, with single blanks between words and no marks at its ends.
_TIDY = r"(?:[!-)+-Z\\\]_-~](?: ?[!-Z\\-~])* ?)?[\"-)+->@-Z\\\]_-~]"
_ASCII_DIGITS = "0123456789"

PARENTHESES = r"\([^()]*\)"
REST = rf"(?:[^0-9]|{PARENTHESES})*"  # digits stand in parentheses alone
PLAIN_NUMBER = r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?"


def cleaned(raw: exp.Expr) -> exp.Expr:
    """A cell without footnote marks, with plain spaces, dashes and quotes; lines become spaces."""
    plain = chosen(is_ascii(raw), raw, translated(raw, _SIGNS + _DROPPED, _PLAIN))
    noted = chosen(contains(raw, r"\["), replaced(plain, _FOOTNOTES, r"\1"), plain)
    spaced = replaced(noted, f"[{SPACES}]+", " ")
    right = exp.Anonymous(this="RTRIM", expressions=[spaced, text(_MARKS + "!?")])
    left = exp.Anonymous(this="LTRIM", expressions=[right, text(_MARKS)])
    return chosen(matches(raw, _TIDY), raw, left)


def is_unreadable(cell: exp.Expr) -> exp.Expr:
    """Whether a cleaned cell has characters for which the patterns do not speak."""
    other_digits = contains(translated(cell, _ASCII_DIGITS, ""), r"\p{Nd}")
    return all_of(negated(is_ascii(cell)), exp.paren(any_of(contains(cell, _UNREADABLE), other_digits)))


def any_word(words: Iterable[str]) -> str:
    """A pattern for any of the words in any letter case; those that end in a letter end at a word boundary."""
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    return "(?i:" + "|".join(escaped(word) + (r"\b" if word[-1].isalnum() else "") for word in longest_first) + ")"
