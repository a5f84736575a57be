"""The SQL meanings of operations that give rows."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from neural_programmer.operations.sql_helpers import RowSet, SqlArguments, Tree

RowsMeaning = Callable[[SqlArguments], RowSet]
Comparison = type[exp.Binary]


def filtered(condition: Callable[[SqlArguments], Tree]) -> RowsMeaning:
    """The rows for which the condition is true."""
    return lambda arguments: arguments.query.restricted(arguments.rows, condition(arguments))


def best(aggregate: type[exp.AggFunc]) -> RowsMeaning:
    """The rows whose value is the greatest (``exp.Max``) or least (``exp.Min``) of the rows."""

    def meaning(arguments: SqlArguments) -> RowSet:
        rows = arguments.query.shared(arguments.rows)
        extreme = arguments.query.scalar(rows, aggregate(this=arguments.key))
        return arguments.query.restricted(rows, exp.EQ(this=arguments.key, expression=extreme))

    return meaning


def kth(*, descending: bool) -> RowsMeaning:
    """The rows with the k-th of the different values."""

    def meaning(arguments: SqlArguments) -> RowSet:
        query = arguments.query
        rows = query.shared(arguments.rows)
        values = query.select(query.restricted(rows, arguments.present), arguments.key).distinct()
        ordered = values.order_by(exp.Ordered(this=arguments.key, desc=descending))
        value = ordered.limit(1).offset(arguments.ordinal - 1).subquery()
        return query.restricted(rows, exp.EQ(this=arguments.key, expression=value))

    return meaning


def beyond_number(comparison: Comparison) -> RowsMeaning:
    """The rows whose number stands so to an earlier number."""
    return filtered(lambda arguments: comparison(this=arguments.key, expression=arguments.left))


def beyond_rows(comparison: Comparison, aggregate: type[exp.AggFunc]) -> RowsMeaning:
    """The rows whose value stands so to the greatest or least value of the other rows."""

    def condition(arguments: SqlArguments) -> Tree:
        extreme = arguments.query.scalar(arguments.other_rows, aggregate(this=arguments.key))
        return comparison(this=arguments.key, expression=extreme)

    return filtered(condition)


def same_value(arguments: SqlArguments) -> RowSet:
    """The rows, none of the other rows, with a value of theirs."""
    query = arguments.query
    other_rows = query.shared(arguments.other_rows)
    shared = arguments.key.isin(query=query.select(other_rows, arguments.key))
    return query.restricted(arguments.rows, query.without(other_rows), shared)


def chosen_set(figure: Callable[[SqlArguments], Tree], comparison: Comparison) -> RowsMeaning:
    """The row set whose figure stands so to that of the other one; both where the figures are equal."""

    def meaning(arguments: SqlArguments) -> RowSet:
        query = arguments.query
        both = (query.shared(arguments.rows), query.shared(arguments.other_rows))
        chosen = []
        for one, other in (both, both[::-1]):
            figures = [query.scalar(rows, figure(arguments)) for rows in (one, other)]
            chosen.append(exp.and_(*query.on_table(one), comparison(this=figures[0], expression=figures[1])))
        return RowSet(query.schema.table_name, (exp.or_(*chosen),))

    return meaning


def row_at(aggregate: type[exp.AggFunc]) -> RowsMeaning:
    """The first (``exp.Min``) or last (``exp.Max``) of the rows."""

    def meaning(arguments: SqlArguments) -> RowSet:
        query = arguments.query
        number = query.scalar(arguments.rows, aggregate(this=query.row_index))
        return RowSet(query.schema.table_name, (exp.EQ(this=query.row_index, expression=number),))

    return meaning


def kth_row(arguments: SqlArguments) -> RowSet:
    """The k-th of the rows."""
    query = arguments.query
    numbers = query.numbers_of(arguments.rows).order_by(query.row_index)
    number = numbers.limit(1).offset(arguments.ordinal - 1).subquery()
    return RowSet(query.schema.table_name, (exp.EQ(this=query.row_index, expression=number),))


def neighbours(operator: Comparison) -> RowsMeaning:
    """The rows one row above (``exp.Sub``) or below (``exp.Add``) the rows."""

    def meaning(arguments: SqlArguments) -> RowSet:
        query = arguments.query
        places = query.select(arguments.rows, operator(this=query.row_index, expression=exp.Literal.number(1)))
        return query.table_rows(query.row_index.isin(query=places))

    return meaning


def beside(comparison: Comparison, aggregate: type[exp.AggFunc]) -> RowsMeaning:
    """All rows above the first, or below the last, of the rows."""

    def meaning(arguments: SqlArguments) -> RowSet:
        query = arguments.query
        edge = query.scalar(arguments.rows, aggregate(this=query.row_index))
        return query.table_rows(comparison(this=query.row_index, expression=edge))

    return meaning


def union(arguments: SqlArguments) -> RowSet:
    """The rows of either row set."""
    query, rows, other_rows = arguments.query, arguments.rows, arguments.other_rows
    if rows.source != other_rows.source:
        rows, other_rows = (RowSet(query.schema.table_name, query.on_table(one)) for one in (rows, other_rows))
    if not rows.conditions or not other_rows.conditions:
        return RowSet(rows.source)
    return RowSet(rows.source, (exp.or_(exp.and_(*rows.conditions), exp.and_(*other_rows.conditions)),))


def intersect(arguments: SqlArguments) -> RowSet:
    """The rows of both row sets."""
    query, rows, other_rows = arguments.query, arguments.rows, arguments.other_rows
    if other_rows.source == rows.source:
        return query.restricted(rows, *other_rows.conditions)
    if rows.source == query.schema.table_name:
        rows, other_rows = other_rows, rows
    return query.restricted(rows, *query.on_table(other_rows))


def except_rows(arguments: SqlArguments) -> RowSet:
    """The rows that are none of the other rows."""
    return arguments.query.restricted(arguments.rows, arguments.query.without(arguments.other_rows))
