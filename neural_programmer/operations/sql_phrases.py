"""The SQL meanings of operations that answer in words."""

from __future__ import annotations

from sqlglot import exp

from neural_programmer.operations.sql_helpers import SqlArguments, Tree, number_literal
from neural_programmer.tables.phrases import LARGEST_COUNT, one_unit


def _words(arguments: SqlArguments) -> list[str]:
    assert arguments.constant is not None
    return [str(word) for word in arguments.constant.values]


def _choice(arguments: SqlArguments, first: Tree, second: Tree | None = None) -> Tree:
    """The first word where the first condition is true, the second where the second is, or else."""
    words = [exp.Literal.string(word) for word in _words(arguments)]
    case = exp.case().when(first, words[0])
    return case.else_(words[1]) if second is None else case.when(second, words[1])


def greater(arguments: SqlArguments) -> Tree:
    """Whether the greatest value of the rows is greater than that of the other rows."""
    figures = [arguments.query.scalar(rows, exp.Max(this=arguments.key)) for rows in arguments.row_sets]
    return _compared(arguments, *figures)


def _compared(arguments: SqlArguments, left: Tree, right: Tree) -> Tree:
    """Whether the one figure is greater than the other, NULL where one of them is."""
    first = exp.GT(this=left, expression=right)
    return _choice(arguments, first, exp.LTE(this=left.copy(), expression=right.copy()))


def exceeds(arguments: SqlArguments) -> Tree:
    """Whether the first number is greater than the second."""
    return _compared(arguments, arguments.left, arguments.right)


def same(arguments: SqlArguments) -> Tree:
    """Whether the rows share a value with the other rows."""
    query = arguments.query
    one, other = (query.shared(rows) for rows in arguments.row_sets)
    none = exp.Literal.number(0)
    shared = query.restricted(one, arguments.key.isin(query=query.select(other, arguments.key)))
    some = exp.GT(this=query.scalar(shared, exp.Count(this=exp.Star())), expression=none)
    filled = [exp.GT(this=query.scalar(rows, exp.Count(this=arguments.key)), expression=none) for rows in (one, other)]
    return _choice(arguments, some, exp.and_(*filled))


def more_rows(arguments: SqlArguments) -> Tree:
    """Whether there are more rows than other rows."""
    counts = [arguments.query.scalar(rows, exp.Count(this=exp.Star())) for rows in arguments.row_sets]
    return _choice(arguments, exp.GT(this=counts[0], expression=counts[1]))


def listed_before(arguments: SqlArguments) -> Tree:
    """Whether the first of the rows stands above the first of the other rows."""
    query = arguments.query
    places = [query.scalar(rows, exp.Min(this=query.row_index)) for rows in arguments.row_sets]
    first = exp.LT(this=places[0], expression=places[1])
    return _choice(arguments, first, exp.GTE(this=places[0].copy(), expression=places[1].copy()))


def any_rows(arguments: SqlArguments) -> Tree:
    """Whether there are any rows."""
    count = arguments.query.scalar(arguments.rows, exp.Count(this=exp.Star()))
    return _choice(arguments, exp.GT(this=count, expression=exp.Literal.number(0)))


def with_unit(arguments: SqlArguments) -> Tree:
    """A whole number with its unit, NULL for others."""
    (units,) = _words(arguments)
    number = arguments.left
    whole = exp.TryCast(this=number.copy(), to=exp.DataType.build("BIGINT"))
    written = exp.cast(whole, "TEXT")
    several = exp.Concat(expressions=[written, exp.Literal.string(f" {units}")], safe=True, coalesce=False)
    is_count = exp.and_(
        exp.LT(this=exp.Abs(this=number.copy()), expression=number_literal(LARGEST_COUNT)),
        exp.EQ(this=number.copy(), expression=whole.copy()),
    )
    is_one = exp.EQ(this=number.copy(), expression=exp.Literal.number(1))
    return exp.case().when(is_one, exp.Literal.string(f"1 {one_unit(units)}")).when(is_count, several)


def given_number(arguments: SqlArguments) -> Tree:
    """The number of the constant."""
    assert arguments.constant is not None
    return exp.cast(number_literal(float(str(arguments.constant.values[0]))), "DOUBLE")
