"""SQL that makes the table itself: what a database needs before it can run a program's query."""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from neural_programmer.execution.sql import columns_read, query_tree, write_tree
from neural_programmer.execution.sql_schema import StoredColumn, StoredValue, TableSchema
from neural_programmer.language.program import Program
from neural_programmer.operations.sql_helpers import column_name, number_literal, table_name
from neural_programmer.tables.table import Table


def sql_script(program: Program, table: Table, dialect: str = "duckdb") -> str:
    """Statements that create and fill the table with the columns the program's query reads, and then the query.

    ``ValueError`` names the dialects where this one is unknown.
    """
    schema = TableSchema(table)
    query = query_tree(program, schema)
    columns = columns_read(query, schema)
    statements: list[exp.Expr] = [create_table(schema, columns)]
    if table.number_of_rows:
        statements.append(insert_rows(schema, columns))
    return "".join(f"{write_tree(statement, dialect)};\n" for statement in (*statements, query))


def create_table(schema: TableSchema, columns: Iterable[StoredColumn]) -> exp.Create:
    """The statement that creates the table with these stored columns."""
    definitions = [
        exp.ColumnDef(this=column_name(schema, column.name), kind=exp.DataType.build(column.stored_as))
        for column in columns
    ]
    return exp.Create(this=exp.Schema(this=table_name(schema), expressions=definitions), kind="TABLE")


def insert_rows(schema: TableSchema, columns: Iterable[StoredColumn]) -> exp.Insert:
    """The statement that fills the table as ``create_table`` made it."""
    rows = zip(*(column.values() for column in columns), strict=True)
    tuples = [exp.Tuple(expressions=[_literal(value) for value in row]) for row in rows]
    return exp.Insert(this=table_name(schema), expression=exp.Values(expressions=tuples))


def _literal(value: StoredValue) -> exp.Expr:
    if value is None:
        return exp.Null()
    return exp.Literal.string(value) if isinstance(value, str) else number_literal(value)
