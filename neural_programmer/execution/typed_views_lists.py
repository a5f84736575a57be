"""Lists in SQL: how `tables.lists` divides a cell at the separator of its column."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from neural_programmer.execution.typed_views_cases import (
    Case,
    all_of,
    any_of,
    chosen,
    contains,
    equals,
    joined,
    length,
    matches,
    negated,
    replaced,
    text,
    trimmed,
    whole,
)
from neural_programmer.execution.typed_views_texts import is_simple, key_of_simple
from neural_programmer.tables.lists import COMMA, LONGEST_LIST_CELL, ListConventions
from neural_programmer.tables.views import ViewKind

_BLANK = r"[ \t\n]"
_AROUND_ITEMS = " \t\n,;"
_AND = rf"{_BLANK}(?:and|&){_BLANK}"


@dataclass(frozen=True, slots=True)
class _Separator:
    """What divides items, and the characters of it that may not stand in parentheses."""

    pattern: str
    characters: str


# In the order of `tables.lists`. White space other than blanks, tabs and line feeds is left to Python.
_SEPARATORS = (
    _Separator(rf"{_BLANK}*\n{_BLANK}*", r"\n"),
    _Separator(rf"{_BLANK}*;{_BLANK}+", ";"),
    _Separator(rf"{_BLANK}*[•·|]{_BLANK}*|{_BLANK}+/{_BLANK}+", "•·|/"),
    _Separator(rf",{_BLANK}*(?:and|&){_BLANK}+|,{_BLANK}+", ","),
    _Separator(rf"{_BLANK}*/{_BLANK}*", "/"),
)


def list_cases(raw: exp.Expr, conventions: ListConventions, view: ViewKind, is_one_value: exp.Expr) -> list[Case]:
    """The cases of lists, or of the counts of their items.

    ``is_one_value`` tells, as far as numbers and dates go, the texts that may be no list; they are left open.
    """
    separator = _SEPARATORS[conventions.separator]
    in_brackets = f"[^()\\[\\]{separator.characters}]*"
    readable = all_of(
        exp.LTE(this=length(raw), expression=whole(LONGEST_LIST_CELL)),
        matches(raw, rf"(?:[^()\[\]\x0b-\x1f\x{{a0}}°]|[(\[]{in_brackets}[)\]])*"),
        negated(contains(raw, rf"\.{_BLANK}*$")),
        is_simple(raw),
        # Without a separator it is one item in any case.
        any_of(negated(contains(raw, f"[{separator.characters}]")), negated(exp.paren(is_one_value))),
    )
    if conventions.separator != COMMA:
        return [Case(readable, _value(raw, separator, raw, view))]
    # A comma before a letter divides too, and one between two years, which is left to Python.
    spaced = replaced(raw, r",(\p{L})", r", \1")
    commas = all_of(
        readable,
        negated(contains(raw, r",[^ \t\n\p{L}0-9]|,[0-9]{4}|,\p{No}|,\p{Nl}")),
        # Where nothing follows a comma, the last item is another than it seems.
        negated(contains(raw, rf",(?:[{_AROUND_ITEMS}]|(?:and|&){_BLANK})*$")),
    )
    # Only the last item is divided at an "and", where several items come before it. Its parts stay as they are: what
    # surrounds them, and would be taken away from items, is left to Python.
    last = "(?:[^,]|,[0-9])*"
    inner = rf"[^{_AROUND_ITEMS}]"
    plain = all_of(commas, negated(contains(raw, rf"[^,\t\n ]{_BLANK}*{_AND}{last}$")))
    one_and = all_of(
        commas,
        matches(
            raw,
            rf"(?s){inner}.*,(?:{_BLANK}+{inner}|\p{{L}})(?:{last}{inner})?{_BLANK}*{_AND}{_BLANK}*{inner}{last}",
        ),
        negated(contains(raw, rf"{_AND}(?:{last}{_BLANK})?(?:and|&){_BLANK}{last}$")),
        negated(contains(raw, rf",{_BLANK}*(?:and|&){_BLANK}{last}$")),
    )
    last_divided = replaced(spaced, rf"{_BLANK}+(?:and|&){_BLANK}+({last})$", r", \1", everywhere=False)
    return [
        Case(plain, _value(spaced, separator, raw, view)),
        Case(one_and, _value(last_divided, separator, raw, view)),
    ]


def _divided(of: exp.Expr, separator: _Separator) -> exp.Expr:
    """The list of items, without the blanks around them, and without those that are empty."""
    pieces = exp.RegexpSplit(this=of.copy(), expression=text(separator.pattern))
    stripped = exp.Transform(this=pieces, expression=_lambda(trimmed(_item(), _AROUND_ITEMS)))
    return exp.ArrayFilter(this=stripped, expression=_lambda(exp.NEQ(this=_item(), expression=text(""))))


def _value(divided: exp.Expr, separator: _Separator, raw: exp.Expr, view: ViewKind) -> exp.Expr:
    """The stored list or the count of its items; a blank text is missing.

    A text with no separator, or with nothing but separators, is one item as it stands.
    """
    items = _divided(divided, separator)
    whole_text = trimmed(raw)
    count = exp.ArraySize(this=items.copy())
    is_blank = equals(whole_text, text(""))
    has_no_item = any_of(negated(contains(divided, separator.pattern)), equals(count, whole(0)))
    if view is ViewKind.ITEM_COUNT:
        counted = exp.cast(exp.Greatest(this=count, expressions=[whole(1)]), exp.DType.DOUBLE)
        return chosen(is_blank, exp.Null(), counted)
    escaped = exp.Transform(this=items.copy(), expression=_lambda(_escaped(_item())))
    keys = exp.ArrayToString(this=escaped, expression=text("|"))
    # Escapes and bars between items are what they were when all items together are brought into the form of keys.
    written = key_of_simple(chosen(has_no_item, _escaped(whole_text), keys))
    return chosen(is_blank, exp.Null(), joined(text("|"), written, text("|")))


def _escaped(key: exp.Expr) -> exp.Expr:
    for sign, code in (("~", "~0"), ("|", "~1")):
        key = exp.Replace(this=key, expression=text(sign), replacement=text(code))
    return key


def _item() -> exp.Expr:
    return exp.Identifier(this="item", quoted=False)


def _lambda(body: exp.Expr) -> exp.Lambda:
    return exp.Lambda(this=body, expressions=[_item()])
