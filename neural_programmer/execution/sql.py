"""The SQL meaning of programs: one query tree, written in the dialect of a database."""

from __future__ import annotations

from sqlglot import exp

from neural_programmer.execution.sql_schema import StoredColumn, TableSchema
from neural_programmer.execution.sql_writing import written
from neural_programmer.language.kinds import Kind
from neural_programmer.language.program import Program
from neural_programmer.operations.registry import REGISTRY
from neural_programmer.operations.sql_helpers import Query, RowSet, SqlArguments, numbered
from neural_programmer.tables.table import Table

DIALECTS = ("duckdb", "sqlite", "postgres", "mysql", "snowflake", "bigquery", "spark", "tsql", "trino")


def query_tree(program: Program, schema: TableSchema) -> exp.Select:
    """The query whose rows are the program's answer in order; ``ValueError`` where the last step gives rows.

    Cells give one column, groups two (the value and how many rows hold it), a number one row with one column.
    """
    query = Query(schema)
    results: list[RowSet | exp.Expr] = []
    uses = [reference for step in program for reference in step.references]
    for number, step in enumerate(program):
        given = [results[reference] for reference in step.references]
        arguments = SqlArguments(
            query,
            tuple(result for result in given if isinstance(result, RowSet)),
            tuple(result for result in given if isinstance(result, exp.Expr)),
            step.column,
            step.constant,
        )
        result = numbered(REGISTRY[step.operation].sql(arguments), number)
        if isinstance(result, RowSet) and uses.count(number) > 1:
            result = query.shared(result)
        results.append(result)
    return query.finish(_answer(program, results[-1], query))


def _answer(program: Program, result: RowSet | exp.Expr, query: Query) -> exp.Select:
    last = program.steps[-1]
    kind = REGISTRY[last.operation].signature.result
    if isinstance(result, RowSet):
        if kind is not Kind.CELLS or last.column is None:
            raise ValueError(f"only an answer has SQL of its own, but the last step, {last.operation}, gives {kind}")
        return query.listed(result, query.column(query.schema.value(last.column)))
    if isinstance(result, exp.Select):
        return result
    if isinstance(result, exp.Subquery) and isinstance(result.this, exp.Select):
        return result.this
    return exp.select(result.unnest())


def sql_text(program: Program, table: Table, dialect: str = "duckdb") -> str:
    """The program as a pretty-printed query in a dialect; ``ValueError`` names the dialects where it is unknown."""
    return write_tree(query_tree(program, TableSchema(table)), dialect)


def write_tree(tree: exp.Expr, dialect: str) -> str:
    """A tree as pretty-printed text in one of ``DIALECTS``."""
    if dialect not in DIALECTS:
        raise ValueError(f"unknown SQL dialect {dialect!r}; known are {', '.join(DIALECTS)}")
    return written(tree, dialect)


def columns_read(tree: exp.Expr, schema: TableSchema) -> tuple[StoredColumn, ...]:
    """The stored columns that a query reads, the row index always, in the order in which they are stored."""
    names = {schema.row_index, *(column.name for column in tree.find_all(exp.Column))}
    return tuple(column for column in schema.columns if column.name in names)
