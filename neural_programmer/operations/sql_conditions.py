"""The relations between a stored column and a constant as SQL conditions; a row without a value fulfils none."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from neural_programmer.execution.sql_schema import item_key, storable
from neural_programmer.operations.sql_helpers import SqlArguments, Tree, number_literal
from neural_programmer.tables.constants import Constant
from neural_programmer.tables.values import PartialDate, text_key, text_words

Condition = Callable[[SqlArguments], Tree]
Comparison = type[exp.Binary]


def _values(arguments: SqlArguments) -> Constant:
    assert arguments.constant is not None
    return arguments.constant


def _literal(text: str) -> exp.Expr:
    return exp.Literal.string(storable(text))


def equals(arguments: SqlArguments) -> Tree:
    """The value is the constant; a date is, where it lies within the constant."""
    value = _values(arguments).values[0]
    if isinstance(value, str):
        return exp.EQ(this=arguments.key, expression=_literal(text_key(value)))
    return _compared(arguments, exp.EQ, value)


def not_equals(arguments: SqlArguments) -> Tree:
    """There is a value, and it is known to differ from the constant."""
    value = _values(arguments).values[0]
    if isinstance(value, str):
        return exp.NEQ(this=arguments.key, expression=_literal(text_key(value)))
    return _compared(arguments, exp.NEQ, value)


def ordered(comparison: Comparison) -> Condition:
    """The number or date is known to stand so to the constant."""
    return lambda arguments: _compared(arguments, comparison, _values(arguments).values[0])


def between(arguments: SqlArguments) -> Tree:
    """The number or date lies between two constants, both included."""
    lower, upper = _values(arguments).values
    if not isinstance(lower, PartialDate):
        return exp.Between(this=arguments.key, low=_number(lower), high=_number(upper))
    return exp.and_(_compared(arguments, exp.GTE, lower), _compared(arguments, exp.LTE, upper))


def _number(value: object) -> Tree:
    assert isinstance(value, float | int)
    return number_literal(float(value))


def _compared(arguments: SqlArguments, comparison: Comparison, value: object) -> Tree:
    if isinstance(value, PartialDate):
        return _compared_date(arguments, comparison, value.iso())
    return comparison(this=arguments.key, expression=_number(value))


def _compared_date(arguments: SqlArguments, comparison: Comparison, constant: str) -> Tree:
    """Dates are compared as ISO texts, cut to the constant's precision.

    A less precise date that the constant begins with is unknown. It sorts before the constant, so it must be left out
    by name where "before" or "other" is asked. Which dates the column holds decides what need not be written.
    """
    dates = arguments.query.schema.dates(arguments.reference)
    if not dates or dates[0].startswith("XXXX") != constant.startswith("XXXX"):
        return exp.false()
    key: exp.Expr = arguments.key
    if any(len(date) > len(constant) for date in dates):
        length = exp.Literal.number(len(constant))
        key = exp.Substring(this=key, start=exp.Literal.number(1), length=length)
    condition = comparison(this=key, expression=exp.Literal.string(constant))
    unknown = [date for date in dates if len(date) < len(constant) and constant.startswith(date)]
    if not unknown or comparison in (exp.EQ, exp.GT, exp.GTE):
        return condition
    return exp.and_(condition, *(arguments.key.neq(exp.Literal.string(date)) for date in unknown))


def contains(arguments: SqlArguments) -> Tree:
    """The words of one of the constant's texts stand in the value, one after the other.

    Stored words are letters, digits and single spaces, so that LIKE has nothing to escape.
    """
    wanted = dict.fromkeys(text_words(str(text)) for text in _values(arguments).values)
    words = arguments.query.column(arguments.query.schema.words(arguments.reference))
    conditions = [words.like(exp.Literal.string(f"%{storable(text)}%")) for text in wanted if text]
    return exp.or_(*conditions) if conditions else exp.false()


def not_contains(arguments: SqlArguments) -> Tree:
    """There is a text, and the words of the constant do not stand in it."""
    condition = contains(arguments)
    return condition.not_() if condition.find(exp.Like) else arguments.present


def any_of(arguments: SqlArguments) -> Tree:
    """The value is one of the constant's texts."""
    keys = dict.fromkeys(text_key(str(text)) for text in _values(arguments).values)
    return exp.In(this=arguments.key, expressions=[_literal(key) for key in keys])


def has_item(arguments: SqlArguments) -> Tree:
    """The list has the constant among its items."""
    item = _literal(f"|{item_key(str(_values(arguments).values[0]))}|")
    return exp.GT(this=exp.StrPosition(this=arguments.key, substr=item), expression=exp.Literal.number(0))
