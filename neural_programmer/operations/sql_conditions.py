"""The relations between a stored column and a constant as SQL conditions; a row without a value fulfils none."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlglot import exp

from neural_programmer.execution.sql_facts import PLACEHOLDERS_OF_LIKE
from neural_programmer.execution.sql_schema import item_key, storable
from neural_programmer.operations.sql_helpers import SqlArguments, number_literal
from neural_programmer.operations.sql_logic import Tree, negated
from neural_programmer.tables.constants import Constant
from neural_programmer.tables.values import PartialDate, text_key, text_words

Condition = Callable[[SqlArguments], Tree]
Comparison = type[exp.Binary]

_MOST_SPELLINGS = 2
_LAST_YEAR = 9999
_MONTHS = 12


def _values(arguments: SqlArguments) -> Constant:
    assert arguments.constant is not None
    return arguments.constant


def _literal(arguments: SqlArguments, text: str) -> exp.Expr:
    return arguments.query.given(exp.Literal.string(storable(text)))


def equals(arguments: SqlArguments) -> Tree:
    """The value is the constant; a date is, where it lies within the constant."""
    value = _values(arguments).values[0]
    if isinstance(value, str):
        return any_of(arguments)
    return _compared(arguments, exp.EQ, value)


def not_equals(arguments: SqlArguments) -> Tree:
    """There is a value, and it is known to differ from the constant."""
    value = _values(arguments).values[0]
    if isinstance(value, str):
        condition = any_of(arguments)
        return negated(condition) or condition.not_()
    return _compared(arguments, exp.NEQ, value)


def ordered(comparison: Comparison) -> Condition:
    """The number or date is known to stand so to the constant."""
    return lambda arguments: _compared(arguments, comparison, _values(arguments).values[0])


def between(arguments: SqlArguments) -> Tree:
    """The number or date lies between two constants, both included."""
    lower, upper = _values(arguments).values
    if not isinstance(lower, PartialDate):
        return exp.Between(this=arguments.key, low=_number(arguments, lower), high=_number(arguments, upper))
    return exp.and_(_compared(arguments, exp.GTE, lower), _compared(arguments, exp.LTE, upper))


def _number(arguments: SqlArguments, value: object) -> Tree:
    assert isinstance(value, float | int)
    return arguments.query.given(number_literal(float(value)))


def _compared(arguments: SqlArguments, comparison: Comparison, value: object) -> Tree:
    if isinstance(value, PartialDate):
        return _compared_date(arguments, comparison, value.iso())
    return comparison(this=arguments.key, expression=_number(arguments, value))


def _compared_date(arguments: SqlArguments, comparison: Comparison, constant: str) -> Tree:
    """Dates are compared as ISO texts, as far as the constant is precise.

    A less precise date that the constant begins with is unknown. It sorts before the constant, so it must be left out
    by name where "before" or "other" is asked. Which dates the column holds decides what need not be written.
    """
    dates = arguments.query.schema.dates(arguments.reference)
    if not dates or dates[0].startswith("XXXX") != constant.startswith("XXXX"):
        return exp.false()
    precise = any(len(date) > len(constant) for date in dates)
    if not precise:
        condition = _whole(arguments, comparison, constant)
    elif comparison in (exp.GT, exp.LTE) and any("-XX" in date for date in dates):
        # A day of an unknown month sorts after the year's last month, and before the next year.
        condition = _cut(arguments, comparison, constant)
    else:
        condition = _within(arguments, comparison, constant)
    unknown = [date for date in dates if len(date) < len(constant) and constant.startswith(date)]
    if not unknown or comparison in (exp.EQ, exp.GT, exp.GTE):
        return condition
    return exp.and_(condition, *(arguments.key.neq(exp.Literal.string(date)) for date in unknown))


def _whole(arguments: SqlArguments, comparison: Comparison, constant: str) -> Tree:
    return comparison(this=arguments.key, expression=_literal(arguments, constant))


def _within(arguments: SqlArguments, comparison: Comparison, constant: str) -> Tree:
    """Compared with all the dates within the constant, which sort after it and before what follows it."""
    if comparison in (exp.GTE, exp.LT):
        return _whole(arguments, comparison, constant)
    if comparison in (exp.EQ, exp.NEQ):
        condition = arguments.key.like(_literal(arguments, f"{constant}%"))
        return condition if comparison is exp.EQ else condition.not_()
    following = _following(constant)
    if following is None:
        return _cut(arguments, comparison, constant)
    return _whole(arguments, exp.GTE if comparison is exp.GT else exp.LT, following)


def _cut(arguments: SqlArguments, comparison: Comparison, constant: str) -> Tree:
    length = exp.Literal.number(len(constant))
    begin = exp.Substring(this=arguments.key, start=exp.Literal.number(1), length=length)
    return comparison(this=begin, expression=_literal(arguments, constant))


def _following(constant: str) -> str | None:
    """The year or month that follows a year or month, None for others."""
    date = PartialDate.parse_iso(constant)
    if date.year is None or date.year >= _LAST_YEAR or date.day is not None or len(constant) not in (4, 7):
        return None
    if date.month is None:
        return f"{date.year + 1:04d}"
    return f"{date.year + 1:04d}" if date.month == _MONTHS else f"{date.year:04d}-{date.month + 1:02d}"


def contains(arguments: SqlArguments) -> Tree:
    """The words of one of the constant's texts stand in the value, one after the other.

    In the text itself where that finds the same rows; else in its stored words, which are letters, digits and single
    spaces, so that LIKE has nothing to escape.
    """
    query = arguments.query
    wanted = {words: str(text) for text in _values(arguments).values if (words := text_words(str(text)))}
    conditions = []
    for words, text in wanted.items():
        pattern = query.schema.facts.pattern(arguments.reference, text)
        if pattern is not None:
            conditions.append(arguments.value.like(_literal(arguments, f"%{pattern}%")))
        else:
            stored = query.column(query.schema.words(arguments.reference))
            conditions.append(stored.like(_literal(arguments, f"%{words}%")))
    return exp.or_(*conditions) if conditions else exp.false()


def not_contains(arguments: SqlArguments) -> Tree:
    """There is a text, and the words of the constant do not stand in it."""
    condition = contains(arguments)
    return condition.not_() if condition.find(exp.Like) else arguments.present


def any_of(arguments: SqlArguments) -> Tree:
    """The value is one of the constant's texts, in the column itself where each is written in one or two ways."""
    facts = arguments.query.schema.facts
    wanted = {text_key(str(text)): str(text) for text in reversed(_values(arguments).values)}
    spellings: list[str] = []
    for text in reversed(wanted.values()):
        written = facts.spellings(arguments.reference, text)
        if written is None or len(written) > _MOST_SPELLINGS:
            stored = arguments.query.column(arguments.query.schema.key(arguments.reference))
            return _one_of(arguments, stored, list(reversed(wanted)))
        spellings.extend(written)
    return _one_of(arguments, arguments.value, spellings)


def _one_of(arguments: SqlArguments, column: exp.Column, texts: Sequence[str]) -> Tree:
    literals = [_literal(arguments, text) for text in texts]
    if len(literals) == 1:
        return exp.EQ(this=column, expression=literals[0])
    return exp.In(this=column, expressions=literals)


def has_item(arguments: SqlArguments) -> Tree:
    """The list has the constant among its items."""
    item = f"|{item_key(str(_values(arguments).values[0]))}|"
    if not PLACEHOLDERS_OF_LIKE & set(item):
        return arguments.key.like(_literal(arguments, f"%{item}%"))
    return exp.GT(
        this=exp.StrPosition(this=arguments.key, substr=_literal(arguments, item)), expression=exp.Literal.number(0)
    )
