"""The SQL meanings of operations that give rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlglot import exp

from neural_programmer.operations.sql_helpers import Place, RowSet, SqlArguments
from neural_programmer.operations.sql_logic import Tree, changed, either

RowsMeaning = Callable[[SqlArguments], RowSet]
Comparison = type[exp.Binary]


def filtered(condition: Callable[[SqlArguments], Tree]) -> RowsMeaning:
    """The rows for which the condition is true."""
    return lambda arguments: arguments.query.restricted(arguments.rows, condition(arguments))


def best(aggregate: type[exp.AggFunc]) -> RowsMeaning:
    """The rows whose value is the greatest (``exp.Max``) or least (``exp.Min``) of the rows."""

    def meaning(arguments: SqlArguments) -> RowSet:
        rows = arguments.query.shared(arguments.rows)
        extreme = arguments.query.figure(rows, aggregate, arguments.key)
        chosen = arguments.query.restricted(rows, exp.EQ(this=arguments.key, expression=extreme))
        return replace(chosen, figure=(arguments.key, extreme))

    return meaning


def kth(*, descending: bool) -> RowsMeaning:
    """The rows with the k-th of the different values."""

    def meaning(arguments: SqlArguments) -> RowSet:
        query = arguments.query
        rows = query.shared(arguments.rows)
        values = query.select(arguments.present_of(rows), arguments.key).distinct()
        ordered = values.order_by(exp.Ordered(this=arguments.key, desc=descending or None)).limit(1)
        value = ordered.offset(arguments.ordinal - 1) if arguments.ordinal > 1 else ordered
        return query.restricted(rows, exp.EQ(this=arguments.key, expression=value.subquery()))

    return meaning


def beyond_number(comparison: Comparison) -> RowsMeaning:
    """The rows whose number stands so to an earlier number."""
    return filtered(lambda arguments: comparison(this=arguments.key, expression=arguments.left))


def beyond_rows(comparison: Comparison, aggregate: type[exp.AggFunc]) -> RowsMeaning:
    """The rows whose value stands so to the greatest or least value of the other rows."""

    def condition(arguments: SqlArguments) -> Tree:
        extreme = arguments.query.figure(arguments.other_rows, aggregate, arguments.key)
        return comparison(this=arguments.key, expression=extreme)

    return filtered(condition)


def same_value(arguments: SqlArguments) -> RowSet:
    """The rows, none of the other rows, with a value of theirs."""
    query = arguments.query
    other_rows = query.shared(arguments.other_rows)
    values = query.select(other_rows, arguments.key)
    if other_rows.single:
        shared: Tree = exp.EQ(this=arguments.key, expression=values.subquery())
    else:
        shared = arguments.key.isin(query=values)
    return query.restricted(arguments.rows, query.without(arguments.rows, other_rows), shared)


def chosen_set(figure: Callable[[SqlArguments, RowSet], Tree], comparison: Comparison) -> RowsMeaning:
    """The row set whose figure stands so to that of the other one; both where the figures are equal."""

    def meaning(arguments: SqlArguments) -> RowSet:
        query = arguments.query
        both = (query.shared(arguments.rows), query.shared(arguments.other_rows))
        source, *columns = query.figures(*(figure(arguments, rows) for rows in both))
        chosen = []
        for rows, (one, other) in zip(both, (columns, columns[::-1]), strict=True):
            stands = query.select(RowSet(source, (comparison(this=exp.column(one), expression=exp.column(other)),)))
            chosen.append((*query.on_table(rows), exp.Exists(this=stands.select(exp.Literal.number(1)))))
        return RowSet(query.schema.table_name, either(*chosen))

    return meaning


def number_of_rows(arguments: SqlArguments, rows: RowSet) -> Tree:
    """How many rows a row set has."""
    return arguments.query.scalar(rows, exp.Count(this=exp.Star()))


def best_value(aggregate: type[exp.AggFunc]) -> Callable[[SqlArguments, RowSet], Tree]:
    """The greatest or least value that a row set has in the column."""
    return lambda arguments, rows: arguments.query.figure(rows, aggregate, arguments.key)


def row_at(*, from_the_end: bool) -> RowsMeaning:
    """The first or the last of the rows."""
    return lambda arguments: arguments.query.at(Place(arguments.rows, from_the_end))


def kth_row(arguments: SqlArguments) -> RowSet:
    """The k-th of the rows."""
    return arguments.query.at(Place(arguments.rows, passed=arguments.ordinal - 1))


def neighbours(operator: Comparison) -> RowsMeaning:
    """The rows one row above (``exp.Sub``) or below (``exp.Add``) the rows."""

    def meaning(arguments: SqlArguments) -> RowSet:
        query, rows = arguments.query, arguments.rows
        one = exp.Literal.number(1)
        if rows.single:
            number = changed(query.edge(rows, exp.Min), lambda value: operator(this=value, expression=one))
            beside_them = query.table_rows(exp.EQ(this=query.row_index, expression=number))
            return replace(beside_them, single=True)
        places = query.select(rows, operator(this=query.row_index, expression=one))
        return query.table_rows(query.row_index.isin(query=places))

    return meaning


def beside(comparison: Comparison, aggregate: type[exp.AggFunc]) -> RowsMeaning:
    """All rows above the first, or below the last, of the rows."""

    def meaning(arguments: SqlArguments) -> RowSet:
        query = arguments.query
        edge = query.edge(arguments.rows, aggregate)
        return query.table_rows(comparison(this=query.row_index, expression=edge))

    return meaning


def union(arguments: SqlArguments) -> RowSet:
    """The rows of either row set."""
    query, rows, other_rows = arguments.query, arguments.rows, arguments.other_rows
    if rows.source != other_rows.source:
        rows, other_rows = (RowSet(query.schema.table_name, query.on_table(one)) for one in (rows, other_rows))
    return RowSet(rows.source, either(rows.conditions, other_rows.conditions))


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
    return arguments.query.restricted(arguments.rows, arguments.query.without(arguments.rows, arguments.other_rows))
