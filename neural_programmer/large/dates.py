"""Comparisons of ISO texts with native dates made comparisons of dates, which a database can look up."""

from __future__ import annotations

import calendar
import datetime
import re

from sqlglot import exp

from neural_programmer.large.profile import Native

_PARTIAL = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d)(?::(\d\d)(?::(\d\d))?)?)?)?)?")
_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)


def literal_of(native: Native, iso: str) -> exp.Expr:
    """A day or a time as the database writes it."""
    if native is Native.DATE:
        return exp.cast(exp.Literal.string(iso[:10]), "DATE")
    return exp.cast(exp.Literal.string(iso.replace("T", " ")), "TIMESTAMP")


def never(value: exp.Expr, replaced: exp.Expr) -> exp.Expr:
    """A condition that is true of no value, to stand for another; unknown, as that was, where there is no value."""
    if replaced.find_ancestor(exp.Not) is None:
        return exp.false()
    return exp.NEQ(this=value.copy(), expression=value.copy())


def comparable(tree: exp.Expr, name: str, native: Native) -> bool:
    """Whether everything a query does with a column of ISO texts can be done with the dates themselves.

    Where it can, the comparisons with constants in the tree are replaced.
    """
    replaced: list[tuple[exp.Expr, exp.Expr]] = []
    for column in tree.find_all(exp.Column):
        if column.name != name:
            continue
        cut = column.parent if isinstance(column.parent, exp.Substring) else None
        comparison = cut.parent if cut is not None else column.parent
        constant = _constant(comparison, cut or column)
        if constant is None:
            if cut is not None or isinstance(comparison, exp.Like | exp.Cast):
                return False
            continue
        new = _new(column, comparison, constant, cut is not None, native)
        if new is None:
            return False
        assert comparison is not None
        replaced.append((comparison, new))
    for old, new in replaced:
        old.replace(new)
    return True


def _constant(comparison: exp.Expr | None, value: exp.Expr) -> str | None:
    """The text that a comparison compares the value with."""
    if not isinstance(comparison, (*_COMPARISONS, exp.Like)) or comparison.this is not value:
        return None
    other = comparison.expression
    return str(other.this) if isinstance(other, exp.Literal) and other.is_string else None


def _new(column: exp.Column, comparison: exp.Expr | None, text: str, cut: bool, native: Native) -> exp.Expr | None:
    within = cut or (isinstance(comparison, exp.Like) and text.endswith("%"))
    iso = text.removesuffix("%") if isinstance(comparison, exp.Like) else text
    ends = _ends(iso, native)
    if ends is None or (isinstance(comparison, exp.Like) and not within):
        return None
    start, end = (literal_of(native, one) for one in ends)
    assert comparison is not None
    whole = _is_whole(iso, native)
    key = column.copy()
    if within and not (whole and native is Native.DATE):
        inside = exp.and_(exp.GTE(this=key, expression=start), exp.LT(this=key.copy(), expression=end))
        made: dict[type[exp.Expr], exp.Expr] = {
            exp.Like: inside,
            exp.EQ: inside,
            exp.NEQ: exp.not_(exp.paren(inside.copy())),
            exp.GT: exp.GTE(this=key.copy(), expression=end.copy()),
            exp.GTE: exp.GTE(this=key.copy(), expression=start.copy()),
            exp.LT: exp.LT(this=key.copy(), expression=start.copy()),
            exp.LTE: exp.LT(this=key.copy(), expression=end.copy()),
        }
        found = made[type(comparison)]
        return exp.paren(found) if isinstance(found, exp.And) else found
    kind: type[exp.Expr] = exp.EQ if isinstance(comparison, exp.Like) else type(comparison)
    if whole:
        return kind(this=key, expression=start)
    # The text of a month sorts before those of all its days, and equals none.
    if kind in (exp.GT, exp.GTE):
        return exp.GTE(this=key, expression=start)
    if kind in (exp.LT, exp.LTE):
        return exp.LT(this=key, expression=start)
    return never(key, comparison) if kind is exp.EQ else key.is_(exp.Null()).not_()


def _is_whole(iso: str, native: Native) -> bool:
    """Whether a text is as long as those of the column, so that it can equal one."""
    return len(iso) == 10 if native is Native.DATE else len(iso) >= 10


def _ends(iso: str, native: Native) -> tuple[str, str] | None:
    """The first moment within a partial date, and the first after it; None where it is no date that can be compared."""
    match = _PARTIAL.fullmatch(iso)
    if match is None or (native is Native.DATE and len(iso) > 10):
        return None
    year, month, day, hour, minute, second = (None if part is None else int(part) for part in match.groups())
    assert year is not None
    try:
        start = datetime.datetime(year, month or 1, day or 1, hour or 0, minute or 0, second or 0)
        if month is None:
            end = start.replace(year=year + 1)
        elif day is None:
            end = start + datetime.timedelta(days=calendar.monthrange(year, month)[1])
        else:
            last = {"days": 1} if hour is None else {"hours": 1} if minute is None else {"minutes": 1}
            end = start + datetime.timedelta(**({"seconds": 1} if second is not None else last))
    except (ValueError, OverflowError):
        return None
    return start.isoformat(), end.isoformat()
