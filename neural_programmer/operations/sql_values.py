"""The SQL meanings of operations that give numbers, cells or groups."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from neural_programmer.operations.sql_helpers import RowSet, SqlArguments
from neural_programmer.operations.sql_logic import Tree, combined, is_number, operand

Aggregate = Callable[[exp.Column], Tree]
NumberMeaning = Callable[[SqlArguments], Tree]

# Whole numbers to which counts can be added, or by which they can be multiplied, as whole numbers of 64 bits.
_MOST_BESIDE_COUNTS = 1e9


def count(arguments: SqlArguments) -> Tree:
    """How many rows there are."""
    return arguments.query.scalar(arguments.rows, exp.Count(this=exp.Star()))


def aggregated(aggregate: Aggregate) -> NumberMeaning:
    """An aggregate of the column in the rows; NULL, as databases have it, where there is no value."""
    return lambda arguments: arguments.query.scalar(arguments.rows, aggregate(arguments.key))


def count_distinct(column: exp.Column) -> Tree:
    """How many different values there are."""
    return exp.Count(this=exp.Distinct(expressions=[column]))


def value_range(column: exp.Column) -> Tree:
    """The greatest less the least."""
    return exp.Sub(this=exp.Max(this=column), expression=exp.Min(this=column.copy()))


def only_value(arguments: SqlArguments) -> Tree:
    """The one value there is, NULL where there are more."""
    if arguments.rows.single or (arguments.rows.figure is not None and arguments.rows.figure[0] == arguments.key):
        return arguments.query.figure(arguments.rows, exp.Max, arguments.key)
    is_one = exp.EQ(this=count_distinct(arguments.key), expression=exp.Literal.number(1))
    return arguments.query.scalar(arguments.rows, exp.case().when(is_one, exp.Max(this=arguments.key)))


def arithmetic(operator: type[exp.Binary]) -> NumberMeaning:
    """Two numbers combined by an operator."""

    def combine(left: Tree, right: Tree) -> Tree:
        return operator(this=operand(left), expression=operand(right))

    return lambda arguments: combined(*plain_numbers(arguments), combine)


def difference(arguments: SqlArguments) -> Tree:
    """By how much two numbers differ."""
    return combined(
        *plain_numbers(arguments),
        lambda left, right: exp.Abs(this=exp.Sub(this=operand(left), expression=operand(right))),
    )


def quotient(arguments: SqlArguments) -> Tree:
    """One number divided by another as floating-point numbers, NULL where that is zero."""
    columns_do = arguments.query.schema.facts.floating

    def combine(left: Tree, right: Tree) -> Tree:
        if not is_number(right) or not float(_number(right)):
            right = exp.Nullif(this=right, expression=exp.Literal.number(0))
        floating = left if columns_do and _is_floating(left) else exp.cast(left, "DOUBLE")
        # One of them is a floating-point number already; no dialect has to be told to make one of it.
        return exp.Div(this=operand(floating), expression=operand(right), typed=True)

    return combined(arguments.left, arguments.right, combine)


def plain_numbers(arguments: SqlArguments) -> tuple[Tree, Tree]:
    """Both numbers, one that the question gives as it is where the other makes it a floating-point number."""
    left, right, floating = arguments.left, arguments.right, arguments.query.schema.facts.floating
    return _plain_beside(left, right, floating), _plain_beside(right, left, floating)


def _plain_beside(number: Tree, other: Tree, floating: bool) -> Tree:
    if not isinstance(number, exp.Cast):
        return number
    given = float(_number(number))
    beside_count = isinstance(other, exp.Subquery) and isinstance(other.this.expressions[0], exp.Count)
    is_small = given.is_integer() and abs(given) < _MOST_BESIDE_COUNTS
    return number.this if (floating and _is_floating(other)) or (beside_count and is_small) else number


def _number(tree: Tree) -> str:
    literal = tree.this if isinstance(tree, exp.Cast) else tree
    return str(literal.sql())


def _is_floating(tree: Tree) -> bool:
    """Whether a number is a floating-point one for sure, where every column of numbers is."""
    if isinstance(tree, exp.Subquery):
        return _is_floating(tree.this.expressions[0])
    if isinstance(tree, exp.Paren | exp.Abs):
        return _is_floating(tree.this)
    if isinstance(tree, exp.Binary):
        return _is_floating(tree.left) or _is_floating(tree.right)
    if isinstance(tree, exp.Case):
        return _is_floating(tree.args["ifs"][0].args["true"])
    if isinstance(tree, exp.Column):
        return True
    return isinstance(tree, exp.Sum | exp.Avg | exp.Max | exp.Min | exp.Cast)


def present_cells(arguments: SqlArguments) -> RowSet:
    """The rows that have a value in the column."""
    return arguments.present_rows


def extreme_counts(aggregate: type[exp.AggFunc]) -> Callable[[SqlArguments], exp.Select]:
    """Each value that occurs most (``exp.Max``) or least (``exp.Min``) often, in the order of their first rows."""

    def meaning(arguments: SqlArguments) -> exp.Select:
        query = arguments.query
        size, first = (query.names.unused(name) for name in ("number_of_rows", "first_row"))
        grouped = query.select(
            arguments.present_rows,
            *((arguments.value,) if _shows_itself(arguments) else ()),
            exp.alias_(exp.Count(this=exp.Star()), size),
            exp.alias_(exp.Min(this=query.row_index), first),
        ).group_by(arguments.key)
        counts = RowSet(query.named("counts", grouped))
        extreme = exp.EQ(this=exp.column(size), expression=query.scalar(counts, aggregate(this=exp.column(size))))
        chosen = query.restricted(counts, extreme)
        if _shows_itself(arguments):
            return query.select(chosen, arguments.value).order_by(exp.column(first))
        places = query.row_index.isin(query=query.select(chosen, exp.column(first)))
        return query.listed(RowSet(query.schema.table_name, (places,)), arguments.value)

    return meaning


def counts_by_value(arguments: SqlArguments) -> exp.Select:
    """Each value, as its first row writes it, with how many of the rows hold it, in the order of those rows."""
    query = arguments.query
    size = query.names.unused("number_of_rows")
    counted = exp.alias_(exp.Count(this=exp.Star()), size)
    place = exp.Min(this=query.row_index)
    if _shows_itself(arguments):
        listed = query.select(arguments.present_rows, arguments.value, counted)
        return listed.group_by(arguments.key).order_by(place)
    first = query.names.unused("first_row")
    grouped = query.select(arguments.present_rows, counted, exp.alias_(place, first)).group_by(arguments.key)
    counts = query.named("counts", grouped)
    table_rows = query.select(RowSet(query.schema.table_name), arguments.value, exp.column(size))
    joined = table_rows.join(exp.to_table(counts), on=exp.EQ(this=query.row_index, expression=exp.column(first)))
    return joined.order_by(query.row_index)


def _shows_itself(arguments: SqlArguments) -> bool:
    """Whether the column that tells values apart is the one that shows them."""
    return arguments.key == arguments.value
