"""Relations between the value of a cell and a constant: what filters are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlglot import exp

from neural_programmer.operations import sql_conditions
from neural_programmer.tables.constants import Constant, ConstantKind
from neural_programmer.tables.values import PartialDate, ValueType, text_key, text_words
from neural_programmer.tables.views import View

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Relation:
    """A relation, the constants it takes, and the rows in which it is known to hold.

    ``holds`` gives ``Bool[row]`` for a view and a constant; rows without a value are never in it. ``condition`` is the
    same as an SQL condition.
    """

    name: str
    constants: frozenset[ConstantKind]
    columns: frozenset[ValueType]
    holds: Callable[[View, Constant], Mask]
    condition: sql_conditions.Condition


def _rows_of_groups(view: View, groups: Iterable[int]) -> Mask:
    """``Bool[row]``: the rows that hold one of the distinct values, which are given by their numbers."""
    chosen = list(groups)
    return np.isin(view.groups, chosen) if len(chosen) != 1 else view.groups == chosen[0]


def _date_order(value: str, constant: str) -> int | None:
    """-1, 0 or 1 as the date is before, within or after the constant; None where their parts do not tell.

    Both are ISO forms, cut to the shorter of the two; a value less precise than the constant and equal so far is
    unknown.
    """
    if value.startswith("XXXX") != constant.startswith("XXXX"):
        return None
    length = min(len(value), len(constant))
    if value[:length] == constant[:length]:
        return 0 if len(value) >= len(constant) else None
    return -1 if value[:length] < constant[:length] else 1


def _ordered(numbers: Callable[[NDArray[np.float64], float], Mask], orders: frozenset[int]) -> Callable[..., Mask]:
    def holds(view: View, constant: Constant) -> Mask:
        bound = constant.values[0]
        if isinstance(bound, PartialDate):
            iso = bound.iso()
            return _rows_of_groups(
                view, (at for at, value in enumerate(view.iso_of_groups) if _date_order(value, iso) in orders)
            )
        assert isinstance(bound, float | int)
        with np.errstate(invalid="ignore"):
            return view.mask & numbers(view.numbers, float(bound))

    return holds


_compare_equal = _ordered(np.equal, frozenset({0}))


def _equal(view: View, constant: Constant) -> Mask:
    if constant.kind is ConstantKind.TEXT:
        return _any_of(view, constant)
    return _compare_equal(view, constant)


_compare_not_equal = _ordered(np.not_equal, frozenset({-1, 1}))


def _not_equal(view: View, constant: Constant) -> Mask:
    if constant.kind is ConstantKind.TEXT:
        return view.mask & ~_any_of(view, constant)
    return _compare_not_equal(view, constant)


def _any_of(view: View, constant: Constant) -> Mask:
    known = view.group_of_key
    keys = (text_key(str(text)) for text in constant.values)
    return _rows_of_groups(view, {known[key] for key in keys if key in known})


def _contains(view: View, constant: Constant) -> Mask:
    wanted = [words for words in (text_words(str(text)) for text in constant.values) if words]
    return _rows_of_groups(
        view, (at for at, held in enumerate(view.words_of_groups) if any(words in held for words in wanted))
    )


def _not_contains(view: View, constant: Constant) -> Mask:
    return view.mask & ~_contains(view, constant)


def _has_item(view: View, constant: Constant) -> Mask:
    key = text_key(str(constant.values[0]))
    return _rows_of_groups(view, (at for at, items in enumerate(view.items_of_groups) if key in items))


def _between(view: View, constant: Constant) -> Mask:
    lower, upper = constant.values
    one = ConstantKind.DATE if isinstance(lower, PartialDate) else ConstantKind.NUMBER
    at_least = GREATER_EQUAL.holds(view, Constant(one, (lower,)))
    return at_least & LESS_EQUAL.holds(view, Constant(one, (upper,)))


_TEXT = frozenset({ValueType.TEXT})
_ORDERED = frozenset({ValueType.NUMBER, ValueType.DATE})
_ONE = frozenset({ConstantKind.NUMBER, ConstantKind.DATE})

EQUALS = Relation("equals", _ONE | {ConstantKind.TEXT}, _TEXT | _ORDERED, _equal, sql_conditions.equals)
NOT_EQUALS = Relation("not_equals", _ONE | {ConstantKind.TEXT}, _TEXT | _ORDERED, _not_equal, sql_conditions.not_equals)
GREATER = Relation("greater", _ONE, _ORDERED, _ordered(np.greater, frozenset({1})), sql_conditions.ordered(exp.GT))
GREATER_EQUAL = Relation(
    "greater_equal", _ONE, _ORDERED, _ordered(np.greater_equal, frozenset({0, 1})), sql_conditions.ordered(exp.GTE)
)
LESS = Relation("less", _ONE, _ORDERED, _ordered(np.less, frozenset({-1})), sql_conditions.ordered(exp.LT))
LESS_EQUAL = Relation(
    "less_equal", _ONE, _ORDERED, _ordered(np.less_equal, frozenset({-1, 0})), sql_conditions.ordered(exp.LTE)
)
BETWEEN = Relation(
    "between",
    frozenset({ConstantKind.NUMBER_RANGE, ConstantKind.DATE_RANGE}),
    _ORDERED,
    _between,
    sql_conditions.between,
)
CONTAINS = Relation("contains", frozenset({ConstantKind.TEXT}), _TEXT, _contains, sql_conditions.contains)
NOT_CONTAINS = Relation(
    "not_contains", frozenset({ConstantKind.TEXT}), _TEXT, _not_contains, sql_conditions.not_contains
)
ANY = Relation("any", frozenset({ConstantKind.TEXTS}), _TEXT, _any_of, sql_conditions.any_of)
CONTAINS_ANY = Relation("contains_any", frozenset({ConstantKind.TEXTS}), _TEXT, _contains, sql_conditions.contains)
HAS_ITEM = Relation(
    "has_item", frozenset({ConstantKind.TEXT}), frozenset({ValueType.LIST}), _has_item, sql_conditions.has_item
)

RELATIONS: tuple[Relation, ...] = (
    EQUALS,
    NOT_EQUALS,
    GREATER,
    GREATER_EQUAL,
    LESS,
    LESS_EQUAL,
    BETWEEN,
    CONTAINS,
    NOT_CONTAINS,
    ANY,
    CONTAINS_ANY,
    HAS_ITEM,
)
