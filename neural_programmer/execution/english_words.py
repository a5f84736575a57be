"""Columns and constants in English."""

from __future__ import annotations

from collections.abc import Sequence

from neural_programmer.tables.constants import Constant, ConstantKind
from neural_programmer.tables.values import PartialDate
from neural_programmer.tables.views import ViewKind, ViewReference

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_VIEWS = {
    ViewKind.SECOND_NUMBER: "second number of {}",
    ViewKind.DIFFERENCE: "difference of the numbers in {}",
    ViewKind.YEAR: "year of {}",
    ViewKind.ITEM_COUNT: "number of items in {}",
    ViewKind.LENGTH: "length of {}",
    ViewKind.HEAD: "first part of {}",
    ViewKind.TAIL: "last part of {}",
}
# Shorter numbers are written without separators, as years are.
_DIGITS_WITHOUT_SEPARATORS = 4


def column_words(reference: ViewReference, article: str = "") -> str:
    """The column's name, or with its view, where that is not the plain reading, and an article ("the year of Date")."""
    name = " ".join(reference.column.split())
    return article + _VIEWS[reference.view].format(name) if reference.view in _VIEWS else name


def constant_words(constant: Constant) -> str:
    """The constant as a person would write it within a sentence."""
    values = [value_words(value) for value in constant.values]
    match constant.kind:
        case ConstantKind.TEXTS:
            return alternatives(values)
        case ConstantKind.NUMBER_RANGE | ConstantKind.DATE_RANGE:
            return " and ".join(values)
        case ConstantKind.ORDINAL:
            return ordinal_words(int(str(constant.values[0])))
        case ConstantKind.CHOICE:
            return f"{values[0]} if so, else {values[1]}"
        case ConstantKind.UNIT:
            return " ".join(str(constant.values[0]).split())
    return values[0]


def value_words(value: str | float | PartialDate) -> str:
    """A quoted text, a number or a date."""
    if isinstance(value, PartialDate):
        return date_words(value)
    if isinstance(value, str):
        return f'"{" ".join(value.split())}"'
    return number_words(float(value))


def number_words(number: float) -> str:
    """A number without spare digits; long ones with separators ("12,500")."""
    written = repr(number).removesuffix(".0")
    whole = written.lstrip("-").partition(".")[0]
    if "e" in written or len(whole) <= _DIGITS_WITHOUT_SEPARATORS:
        return written
    return written.replace(whole, f"{int(whole):,}", 1)


def date_words(date: PartialDate) -> str:
    """A date as in "21 May 1950", "May 1950", "1950" or "21 May"; parts that are odd alone stay in ISO 8601."""
    year, month, day, *time = date.parts
    if (day is not None and month is None) or (year is None and month is None):
        return date.iso()
    parts = [str(day)] if day is not None else []
    parts += [_MONTHS[month - 1]] if month is not None else []
    parts += [str(year)] if year is not None else []
    clock = ":".join(f"{part:02d}" for part in time if part is not None)
    return " ".join(parts) + (f", {clock}" if clock else "")


def ordinal_words(number: int) -> str:
    """ "first" to "tenth", then "11th", "12th" and so on."""
    if number <= len(_ORDINALS):
        return _ORDINALS[number - 1]
    teens = number % 100 in (11, 12, 13)
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def alternatives(words: Sequence[str]) -> str:
    """ "a", "a or b", "a, b or c"."""
    return f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else "".join(words)
