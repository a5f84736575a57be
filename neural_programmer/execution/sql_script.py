"""SQL that makes the table itself: what a database needs before it can run a program's query."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlglot import exp

from neural_programmer.execution.sql import columns_read, query_tree, write_tree
from neural_programmer.execution.sql_schema import StoredAs, StoredColumn, StoredValue, TableSchema
from neural_programmer.language.program import Program
from neural_programmer.operations.sql_helpers import column_name, number_literal, table_name
from neural_programmer.tables.table import Table

# SQL Server takes so many rows in one INSERT, and what others take is more.
_ROWS_OF_A_STATEMENT = 1000

# Collations in which texts are equal only where every character is, and dates in ISO 8601 follow one another. The
# other dialects compare texts so by themselves.
_COLLATIONS = {"postgres": "C", "mysql": "utf8mb4_bin", "tsql": "Latin1_General_100_BIN2"}
# The text types of these dialects that hold every character and can be compared and grouped.
_TEXT_TYPES = {"tsql": "NVARCHAR(MAX)"}


def sql_script(program: Program, table: Table, dialect: str = "duckdb", heading: Sequence[str] = ()) -> str:
    """Statements that create and fill the table with the columns the program's query reads, and then the query.

    ``heading`` are lines to stand above them as comments. ``ValueError`` names the dialects where this one is unknown.
    """
    schema = TableSchema(table)
    query = query_tree(program, schema)
    columns = columns_read(query, schema)
    created = comparing_characters(create_table(schema, columns), dialect)
    statements = [created, *insert_rows(schema, columns), query]
    return comments(heading) + "".join(f"{write_tree(statement, dialect)};\n" for statement in statements)


def comments(lines: Iterable[str]) -> str:
    """Lines as SQL comments; what could end a comment within one is made a space."""
    return "".join(f"-- {' '.join(''.join(c if c.isprintable() else ' ' for c in line).split())}\n" for line in lines)


def create_table(schema: TableSchema, columns: Iterable[StoredColumn]) -> exp.Create:
    """The statement that creates the table with these stored columns."""
    definitions = [
        exp.ColumnDef(this=column_name(schema, column.name), kind=exp.DataType.build(column.stored_as))
        for column in columns
    ]
    return exp.Create(this=exp.Schema(this=table_name(schema), expressions=definitions), kind="TABLE")


def comparing_characters(created: exp.Create, dialect: str) -> exp.Create:
    """The statement with texts that are compared by their characters, where the dialect's own are not."""
    collation = _COLLATIONS.get(dialect)
    for definition in created.find_all(exp.ColumnDef) if collation else ():
        if definition.kind is not None and definition.kind.is_type(StoredAs.TEXT):
            if dialect in _TEXT_TYPES:
                definition.set("kind", exp.DataType.build(_TEXT_TYPES[dialect], dialect=dialect))
            name = exp.to_identifier(collation, quoted=dialect == "postgres")
            definition.append("constraints", exp.ColumnConstraint(kind=exp.CollateColumnConstraint(this=name)))
    return created


def insert_rows(schema: TableSchema, columns: Iterable[StoredColumn]) -> list[exp.Insert]:
    """The statements that fill the table as ``create_table`` made it, none where it has no rows."""
    rows = list(zip(*(column.values() for column in columns), strict=True))
    return [
        exp.Insert(
            this=table_name(schema),
            expression=exp.Values(
                expressions=[
                    exp.Tuple(expressions=list(map(literal, row))) for row in rows[start : start + _ROWS_OF_A_STATEMENT]
                ]
            ),
        )
        for start in range(0, len(rows), _ROWS_OF_A_STATEMENT)
    ]


def literal(value: StoredValue) -> exp.Expr:
    """A stored value as it stands in SQL."""
    if value is None:
        return exp.Null()
    return exp.Literal.string(value) if isinstance(value, str) else number_literal(value)
