"""The SQL meanings of operations that give numbers, cells or groups."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from neural_programmer.operations.sql_helpers import RowSet, SqlArguments, Tree

Aggregate = Callable[[exp.Column], Tree]
NumberMeaning = Callable[[SqlArguments], Tree]


def count(arguments: SqlArguments) -> Tree:
    """How many rows there are."""
    return arguments.query.scalar(arguments.rows, number_of_rows(arguments))


def number_of_rows(arguments: SqlArguments) -> Tree:
    """The aggregate that counts rows, whatever the arguments."""
    del arguments
    return exp.Count(this=exp.Star())


def aggregated(aggregate: Aggregate) -> NumberMeaning:
    """An aggregate of the column in the rows; NULL, as databases have it, where there is no value."""
    return lambda arguments: arguments.query.scalar(arguments.rows, aggregate(arguments.key))


def count_distinct(column: exp.Column) -> Tree:
    """How many different values there are."""
    return exp.Count(this=exp.Distinct(expressions=[column]))


def value_range(column: exp.Column) -> Tree:
    """The greatest less the least."""
    return exp.Sub(this=exp.Max(this=column), expression=exp.Min(this=column.copy()))


def only_value(column: exp.Column) -> Tree:
    """The one value there is, NULL where there are more."""
    is_one = exp.EQ(this=count_distinct(column), expression=exp.Literal.number(1))
    return exp.case().when(is_one, exp.Max(this=column.copy()))


def combined(operator: type[exp.Binary]) -> NumberMeaning:
    """Two numbers combined by an operator."""
    return lambda arguments: exp.paren(operator(this=arguments.left, expression=arguments.right))


def difference(arguments: SqlArguments) -> Tree:
    """By how much two numbers differ."""
    return exp.Abs(this=exp.Sub(this=arguments.left, expression=arguments.right))


def quotient(arguments: SqlArguments) -> Tree:
    """One number divided by another as floating-point numbers, NULL where that is zero."""
    divisor = exp.Nullif(this=arguments.right, expression=exp.Literal.number(0))
    return exp.paren(exp.Div(this=exp.cast(arguments.left, "DOUBLE"), expression=divisor))


def present_cells(arguments: SqlArguments) -> RowSet:
    """The rows that have a value in the column."""
    return arguments.present_rows


def extreme_counts(aggregate: type[exp.AggFunc]) -> Callable[[SqlArguments], RowSet]:
    """The first row of each value that occurs most (``exp.Max``) or least (``exp.Min``) often."""

    def meaning(arguments: SqlArguments) -> RowSet:
        query = arguments.query
        counts, size, first = _counts(arguments)
        extreme = query.scalar(RowSet(counts), aggregate(this=size))
        places = query.select(RowSet(counts, (exp.EQ(this=size, expression=extreme),)), first)
        return RowSet(query.schema.table_name, (query.row_index.isin(query=places),))

    return meaning


def counts_by_value(arguments: SqlArguments) -> exp.Select:
    """Each value, as its first row writes it, with how many of the rows hold it, in the order of those rows."""
    query = arguments.query
    counts, size, first = _counts(arguments)
    table_rows = query.select(RowSet(query.schema.table_name), arguments.value, size)
    joined = table_rows.join(exp.to_table(counts), on=exp.EQ(this=query.row_index, expression=first))
    return joined.order_by(query.row_index)


def _counts(arguments: SqlArguments) -> tuple[str, exp.Column, exp.Column]:
    """A common table expression with a row for each value: its name, and its columns for the size and first row."""
    query = arguments.query
    size, first = (query.names.unused(name) for name in ("number_of_rows", "first_row"))
    counts = query.select(
        arguments.present_rows,
        exp.alias_(exp.Count(this=exp.Star()), size),
        exp.alias_(exp.Min(this=query.row_index), first),
    ).group_by(arguments.key)
    return query.named("counts", counts), exp.column(size), exp.column(first)
