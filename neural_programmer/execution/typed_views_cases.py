"""Cases of SQL expressions over one text column, and the functions that their conditions and values are made of.

Regular expressions are those of RE2: they look neither ahead nor behind, and take time linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlglot import exp


@dataclass(frozen=True, slots=True)
class Case:
    """Texts that an expression tells by a condition, which is never NULL for a text, and what it gives for them.

    Of several cases the first whose condition holds counts. Texts without a ``value`` are left open.
    """

    condition: exp.Expr
    value: exp.Expr | None


def characters(singles: str) -> str:
    """The inside of a character class that holds these characters and, of those around a "-", all between."""
    codes: list[str] = []
    position = 0
    while position < len(singles):
        codes.append(rf"\x{{{ord(singles[position]):x}}}")
        if singles[position + 1 : position + 2] == "-" and position + 2 < len(singles):
            codes.append(rf"-\x{{{ord(singles[position + 2]):x}}}")
            position += 2
        position += 1
    return "".join(codes)


# What Python counts as white space, in `str.split` as in `\s`.
SPACES = characters("\t-\r\x1c- \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000")
ALL_SPACES = "".join(map(chr, (*range(9, 14), *range(0x1C, 0x21), 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B))))
ALL_SPACES += "\u2028\u2029\u202f\u205f\u3000"


def text(value: str) -> exp.Expr:
    """A text as a literal."""
    return exp.Literal.string(value)


def whole(number: int) -> exp.Expr:
    """A whole number as a literal."""
    return exp.Literal.number(number)


def double(value: float) -> exp.Expr:
    """A number as a literal that is no decimal: arithmetic with it is that of floating point."""
    return exp.cast(exp.Literal.number(repr(float(value))), exp.DType.DOUBLE)


def as_number(written: exp.Expr) -> exp.Expr:
    """Digits as a number."""
    return exp.cast(written, exp.DType.DOUBLE)


def matches(of: exp.Expr, pattern: str) -> exp.Expr:
    """Whether a pattern matches the whole of a text."""
    return exp.RegexpFullMatch(this=of.copy(), expression=text(pattern))


def contains(of: exp.Expr, pattern: str) -> exp.Expr:
    """Whether a pattern matches anywhere in a text."""
    return exp.RegexpLike(this=of.copy(), expression=text(pattern))


def extracted(of: exp.Expr, pattern: str, group: int = 1) -> exp.Expr:
    """A group of the first match of a pattern; the empty text where it does not match."""
    return exp.RegexpExtract(this=of.copy(), expression=text(pattern), group=whole(group))


def replaced(of: exp.Expr, pattern: str, by: str = "", everywhere: bool = True) -> exp.Expr:
    """The text with each match of a pattern, or the first alone, replaced."""
    return exp.RegexpReplace(
        this=of.copy(), expression=text(pattern), replacement=text(by), modifiers=text("g") if everywhere else None
    )


def without(of: exp.Expr, *parts: str) -> exp.Expr:
    """The text without these parts."""
    for part in parts:
        of = exp.Replace(this=of.copy(), expression=text(part), replacement=text(""))
    return of


def translated(of: exp.Expr, what: str, by: str) -> exp.Expr:
    """The text with each of some characters replaced by the one opposite, or dropped where there is none."""
    return exp.Anonymous(this="TRANSLATE", expressions=[of.copy(), text(what), text(by)])


def is_ascii(of: exp.Expr) -> exp.Expr:
    """Whether a text has as many bytes as characters."""
    return exp.EQ(this=exp.Anonymous(this="STRLEN", expressions=[of.copy()]), expression=length(of))


def trimmed(of: exp.Expr, what: str = ALL_SPACES) -> exp.Expr:
    """The text without these characters at its ends."""
    return exp.Trim(this=of.copy(), expression=text(what))


def length(of: exp.Expr) -> exp.Expr:
    """How many characters a text has."""
    return exp.Length(this=of.copy())


def joined(*parts: exp.Expr) -> exp.Expr:
    """The texts one after the other."""
    first, *others = (part.copy() for part in parts)
    for part in others:
        first = exp.DPipe(this=first, expression=part, safe=True)
    return exp.paren(first) if others else first


def negated(condition: exp.Expr) -> exp.Expr:
    """The opposite of a condition."""
    return exp.Not(this=exp.paren(condition, copy=False))


def all_of(*conditions: exp.Expr) -> exp.Expr:
    """Whether all conditions hold; they are tried in order."""
    return exp.and_(*conditions, copy=False)


def any_of(*conditions: exp.Expr) -> exp.Expr:
    """Whether one of the conditions holds."""
    return exp.or_(*conditions, copy=False)


def equals(left: exp.Expr, right: exp.Expr) -> exp.Expr:
    """Whether two values are equal."""
    return exp.EQ(this=left.copy(), expression=right.copy())


def one_of(of: exp.Expr, values: Iterable[str]) -> exp.Expr:
    """Whether a text is one of these, as a pattern: DuckDB makes a join of every long IN, whatever stands before it."""
    return matches(of, "|".join(escaped(value) for value in sorted(values)))


def escaped(written: str) -> str:
    """A pattern that matches a text and nothing else."""
    return "".join(re.escape(character) if character.isascii() else character for character in written)


def looked_up(of: exp.Expr, table: Mapping[str, exp.Expr]) -> exp.Expr:
    """What stands beside a text in a table of two columns; NULL where it is not in it."""
    rows = [exp.If(this=text(key), true=value) for key, value in table.items()]
    return exp.Case(this=of.copy(), ifs=rows)


def chosen(condition: exp.Expr, then: exp.Expr, otherwise: exp.Expr) -> exp.Expr:
    """One value where a condition holds, another where it does not."""
    return exp.Case(ifs=[exp.If(this=condition.copy(), true=then.copy())], default=otherwise.copy())
