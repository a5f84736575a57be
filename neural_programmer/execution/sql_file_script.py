"""A script that reads the table from its file: DuckDB's ``read_csv`` or ``read_parquet``, typed columns, the query.

The file's texts become the stored columns by a cast where that gives what Neural Programmer read, and by a list of the
texts where it does not. The script is tried on the file before it is handed on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
from sqlglot import exp

from neural_programmer.execution.sql import columns_read, query_tree, write_tree
from neural_programmer.execution.sql_schema import StoredAs, StoredColumn, StoredValue, TableSchema
from neural_programmer.execution.sql_script import comments, literal
from neural_programmer.language.program import Program
from neural_programmer.operations.sql_helpers import column_name, table_name
from neural_programmer.tables.table import Table

# Texts of one column that may be listed; a column with more is better given with its rows.
MOST_LISTED = 500
_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?")
_READERS = {".csv": "READ_CSV", ".tsv": "READ_CSV", ".parquet": "READ_PARQUET"}


class FileScriptError(ValueError):
    """A script that reads a file cannot be written for it; the message says why and what to do instead."""


def file_script(program: Program, table: Table, path: str | Path, heading: Sequence[str] = ()) -> str:
    """Statements for DuckDB that read the table from a CSV, TSV or Parquet file, and the query.

    Raises ``FileScriptError`` where DuckDB would not read from the file what Neural Programmer did.
    """
    schema = TableSchema(table)
    query = query_tree(program, schema)
    columns = columns_read(query, schema)
    file = _File(table, Path(path))
    created = exp.Create(
        this=table_name(schema),
        kind="TABLE",
        expression=exp.select(*(_stored(column, file, schema) for column in columns)).from_(file.reader),
    )
    statement = write_tree(created, "duckdb")
    _check(statement, schema, columns)
    return f"{comments(heading)}{statement};\n{write_tree(query, 'duckdb')};\n"


class _File:
    """A file as DuckDB reads it: every column as texts, named as the table's columns are."""

    def __init__(self, table: Table, path: Path) -> None:
        reader = _READERS.get(path.suffix.lower())
        if reader is None:
            raise FileScriptError(
                f"only scripts for CSV, TSV and Parquet files can read the file itself, but found {path.name!r}; "
                "take the script that holds the rows"
            )
        self.names = [column.name for column in table.columns]
        self.is_csv = reader == "READ_CSV"
        settings = {
            "header": exp.true(),
            "all_varchar": exp.true(),
            "names": exp.Array(expressions=[exp.Literal.string(name) for name in self.names]),
        }
        arguments: list[exp.Expr] = [exp.Literal.string(str(path))]
        if self.is_csv:
            arguments += [exp.EQ(this=exp.column(name), expression=value) for name, value in settings.items()]
        self.reader = exp.Table(this=exp.Anonymous(this=reader.lower(), expressions=arguments))
        every = exp.select(*(self.text(name) for name in self.names)).from_(self.reader)
        with duckdb.connect(":memory:") as connection:
            try:
                rows = connection.execute(write_tree(every, "duckdb")).fetchall()
            except duckdb.Error as error:
                raise FileScriptError(
                    f"DuckDB cannot read {path.name}: {' '.join(str(error).split())[:200]}; "
                    "take the script that holds the rows"
                ) from None
        if len(rows) != table.number_of_rows:
            raise FileScriptError(
                f"DuckDB reads {len(rows):,} rows from {path.name}, where Neural Programmer reads "
                f"{table.number_of_rows:,}; take the script that holds the rows"
            )
        self.texts = dict(zip(self.names, zip(*rows, strict=True), strict=True)) if rows else {}

    def text(self, name: str) -> exp.Expr:
        """A column as text."""
        column = exp.column(exp.to_identifier(name, quoted=True))
        return column if self.is_csv else exp.cast(column, "TEXT")


def _stored(column: StoredColumn, file: _File, schema: TableSchema) -> exp.Expr:
    number = exp.Window(this=exp.RowNumber())
    if column.name == schema.row_index:
        return exp.alias_(number, column_name(schema, column.name))
    if column.name == schema.is_total:
        totals = [literal(row) for row, total in enumerate(column.values(), start=1) if total]
        marked = exp.cast(exp.In(this=number, expressions=totals), "BIGINT")
        return exp.alias_(marked, column_name(schema, column.name))
    source = next(
        reference.column for reference in schema.table.view_references if schema.is_of(column.name, reference)
    )
    texts = file.texts.get(source, ())
    raw = file.text(source)
    value = _of_text(column, raw, dict(zip(texts, column.values(), strict=True)), file.names.index(source) + 1)
    name = column_name(schema, column.name)
    return value if value == exp.column(name) else exp.alias_(value, name)


def _of_text(column: StoredColumn, raw: exp.Expr, values: Mapping[str | None, StoredValue], number: int) -> exp.Expr:
    """The stored value of a text: what the plainest reading makes of it, but for the texts that are listed."""
    readings = _NUMBERS if column.stored_as is StoredAs.NUMBER else _TEXTS
    left = [{text: value for text, value in values.items() if _differs(one, text, value)} for one in readings]
    listed, reading = min(zip(left, readings, strict=True), key=lambda pair: len(pair[0]))
    if len(listed) > MOST_LISTED:
        raise FileScriptError(
            f"column {number} has {len(listed):,} different texts that SQL would not read as Neural Programmer does, "
            f"and at most {MOST_LISTED:,} are listed; take the script that holds the rows"
        )
    plain = reading.sql(raw.copy())
    if not listed:
        return plain
    empty = [text for text, value in listed.items() if value is None]
    if len(empty) == len(listed) == 1 and plain == raw:
        return exp.Nullif(this=plain, expression=exp.Literal.string(empty[0]))
    case = exp.Case(this=raw.copy())
    for text, value in listed.items():
        case = case.when(exp.Literal.string(str(text)), literal(value))
    return case.else_(plain)


@dataclass(frozen=True)
class _Reading:
    """A way to read a text in SQL, and what it gives."""

    sql: Callable[[exp.Expr], exp.Expr]
    value: Callable[[str], StoredValue]


def _differs(reading: _Reading, text: str | None, value: StoredValue) -> bool:
    return text is not None and reading.value(text) != value


def _number(text: str) -> StoredValue:
    """What a cast makes of a text; of other forms than the plain one it is not said here, so that they are listed."""
    if not text:
        return None
    return float(text) if _NUMBER.fullmatch(text) else "a text of another form"


def _cast(text: exp.Expr) -> exp.Expr:
    return exp.TryCast(this=text, to=exp.DataType.build("DOUBLE"))


def _digits(text: exp.Expr) -> exp.Expr:
    pattern, nothing, everywhere = (exp.Literal.string(part) for part in (_NOT_OF_NUMBERS, "", "g"))
    return exp.RegexpReplace(this=text, expression=pattern, replacement=nothing, modifiers=everywhere)


def _date(form: str) -> _Reading:
    """A date of that form, as ISO 8601; other texts are NULL."""

    def sql(raw: exp.Expr) -> exp.Expr:
        read = exp.Anonymous(this="TRY_STRPTIME", expressions=[raw, exp.Literal.string(form)])
        return exp.Anonymous(this="STRFTIME", expressions=[read, exp.Literal.string(_ISO)])

    def value(text: str) -> StoredValue:
        try:
            return datetime.strptime(text, form).strftime(_ISO)
        except ValueError:
            return None

    return _Reading(sql, value)


_NOT_OF_NUMBERS = "[^0-9.-]"
_ISO = "%Y-%m-%d"
_DATES = ("%d %B %Y", "%B %d, %Y", "%d %b %Y", "%b %d, %Y", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y")
_TEXTS = (_Reading(lambda raw: raw, lambda text: text), *map(_date, _DATES))
_NUMBERS = (
    _Reading(_cast, _number),
    _Reading(lambda raw: _cast(_digits(raw)), lambda text: _number(re.sub(_NOT_OF_NUMBERS, "", text))),
)


def _check(statement: str, schema: TableSchema, columns: Sequence[StoredColumn]) -> None:
    """Whether the statement, run on the file, makes the table as it was loaded."""
    with duckdb.connect(":memory:") as connection:
        connection.execute(statement)
        made = connection.execute(
            write_tree(exp.select(exp.Star()).from_(table_name(schema)).order_by(schema.row_index), "duckdb")
        ).fetchall()
    for column, found in zip(columns, zip(*made, strict=True), strict=False):
        if list(found) != column.values():
            raise FileScriptError(
                f"DuckDB reads other values for {column.name!r} from the file; take the script that holds the rows"
            )
