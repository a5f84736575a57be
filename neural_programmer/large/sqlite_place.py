"""Tables of SQLite files."""

from __future__ import annotations

import math
import sqlite3
import threading
import time
from pathlib import Path
from urllib.parse import quote

import duckdb
import pyarrow
import pyarrow.parquet
from sqlglot import exp

from neural_programmer.execution.engine import EngineError
from neural_programmer.large import cache
from neural_programmer.large.place import (
    ROW_INDEX,
    TIME_LIMIT_SECONDS,
    NativeColumn,
    Place,
    Reads,
    SqlRow,
    batches,
    number_name,
)
from neural_programmer.large.profile import Native
from neural_programmer.tables.build import unique_names
from neural_programmer.tables.errors import TableError
from neural_programmer.tables.loaders.cells import cell_text

_INSTRUCTIONS_BETWEEN_CHECKS = 100_000
_BATCH = 50_000
_ARROW = {Native.INTEGER: pyarrow.int64(), Native.NUMBER: pyarrow.float64(), Native.TEXT: pyarrow.string()}


class SQLitePlace(Place):
    """A table or view of a SQLite file, opened to be read; ``TableError`` where it cannot be."""

    dialect = "sqlite"
    joins_index = True

    def __init__(self, path: Path, table: str) -> None:
        path = path.resolve()
        self.name = table
        self.thing = f"table {table!r} of {path}"
        self.time_limit = TIME_LIMIT_SECONDS
        self._table = exp.to_table(table)
        self._table.this.set("quoted", True)
        self._deadline = math.inf
        self._one_at_a_time = threading.Lock()
        log = path.with_name(path.name + "-wal")
        # Without a log beside it a database can be read without making one: see the loader of SQLite files.
        mode = "mode=ro" if log.exists() else "mode=ro&immutable=1"
        self.fingerprint = cache.file_fingerprint(path, table, cache.stamps(log))
        try:
            self._connection = sqlite3.connect(
                f"file:{quote(str(path))}?{mode}", uri=True, check_same_thread=False, isolation_level=None
            )
            self._connection.set_progress_handler(self._is_late, _INSTRUCTIONS_BETWEEN_CHECKS)
            self._connection.set_authorizer(_only_reading)
            self.columns = self._read_columns()
            self._row_index = self._find_row_index()
        except sqlite3.Error as error:
            raise TableError(
                f"{self.thing} cannot be read ({error}); expected a table of a complete, unlocked SQLite file. "
                "Close the program that uses it, or copy the file and try again."
            ) from None

    def _read_columns(self) -> tuple[NativeColumn, ...]:
        everything = exp.select(exp.Star()).from_(self.relation()).limit(0).sql(dialect="sqlite")
        physical = [str(column[0]) for column in self._connection.execute(everything).description]
        columns = [exp.column(name, quoted=True) for name in physical]
        kinds = ("integer", "real", "text", "blob")
        # SQLite lets each value have a type of its own: a column is one of numbers where every value is.
        counts: list[exp.Expr] = [exp.Count(this=exp.Star())]
        for column in columns:
            for kind in kinds:
                held = exp.EQ(this=exp.func("TYPEOF", column.copy()), expression=exp.Literal.string(kind))
                counts.append(exp.func("TOTAL", held))
        tree = exp.select(*counts).from_(self.relation())
        census = self._connection.execute(tree.sql(dialect="sqlite")).fetchone()
        self.number_of_rows = int(census[0])
        found = []
        for at, (name, column) in enumerate(zip(unique_names(physical), columns, strict=True)):
            integers, reals, texts, blobs = census[1 + 4 * at : 5 + 4 * at]
            if texts or blobs or not (integers or reals):
                mixed = blobs or integers or reals
                found.append(NativeColumn(name, Native.TEXT, exp.cast(column, "TEXT") if mixed else column))
            else:
                found.append(NativeColumn(name, Native.NUMBER if reals else Native.INTEGER, column))
        return tuple(found)

    def _find_row_index(self) -> exp.Expr:
        rowid = exp.column("rowid")
        census = exp.select(exp.Count(this=exp.Star()), exp.Min(this=rowid), exp.Max(this=rowid.copy()))
        try:
            counted, low, high = self._connection.execute(
                census.from_(self.relation()).sql(dialect="sqlite")
            ).fetchone()
        except sqlite3.OperationalError:  # a view, or a table without row numbers
            return exp.Window(this=exp.RowNumber())
        if low == 1 and high == counted:
            return rowid.copy()
        return exp.Window(this=exp.RowNumber(), order=exp.Order(expressions=[exp.Ordered(this=rowid.copy())]))

    def relation(self) -> exp.Expr:
        """What stands after FROM."""
        return self._table.copy()

    def row_index(self) -> exp.Expr:
        """The number of a row, from 1."""
        return self._row_index.copy()

    def _is_late(self) -> bool:
        return time.monotonic() > self._deadline

    def run(self, sql: str, most: int) -> list[SqlRow]:
        """The first rows a query gives."""
        with self._one_at_a_time:
            self._deadline = time.monotonic() + self.time_limit
            try:
                return self._connection.execute(sql).fetchmany(most)
            except sqlite3.Error as error:
                if self._is_late():
                    raise EngineError(f"SQLite was stopped after {self.time_limit:g} seconds") from None
                raise EngineError(f"SQLite refused the query: {error}") from error
            finally:
                self._deadline = math.inf

    def attach_index(self, path: Path, index: Reads) -> None:
        """Copy the lists of texts into a database in memory beside the file."""
        del path
        tables = [row[0] for row in index.all("SELECT table_name FROM duckdb_tables() ORDER BY table_name")]
        lists = [name for name in tables if name.startswith("texts_")]
        self._connection.set_authorizer(None)
        try:
            self._connection.execute("ATTACH ':memory:' AS np_index")
            for name in lists:
                columns = [row[0] for row in index.all(f"SELECT column_name FROM (DESCRIBE {name})")]
                quoted = ", ".join(exp.to_identifier(column, quoted=True).sql("sqlite") for column in columns)
                places = ", ".join("?" for _ in columns)
                self._connection.execute(f"CREATE TABLE np_index.{name} ({quoted}, PRIMARY KEY (text))")
                rows = index.all(f"SELECT * FROM {name}")
                self._connection.executemany(f"INSERT INTO np_index.{name} VALUES ({places})", rows)
        finally:
            self._connection.set_authorizer(_only_reading)

    def offer_rows(self, connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
        """A copy as a Parquet file, since this DuckDB does not read SQLite files."""
        tree = self.typed(range(len(self.columns))).order_by(ROW_INDEX)
        copy = folder / "rows.parquet"
        fields = [(number_name(at), _ARROW[column.native]) for at, column in enumerate(self.columns)]
        schema = pyarrow.schema([(ROW_INDEX, pyarrow.int64()), *fields])
        with self._one_at_a_time, pyarrow.parquet.ParquetWriter(copy, schema) as writer:
            for batch in batches(self._connection.execute(tree.sql(dialect="sqlite")), _BATCH):
                writer.write_table(arrow_of(batch, schema))
        read_copy(connection, copy)

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()


def arrow_of(rows: list[SqlRow], schema: pyarrow.Schema) -> pyarrow.Table:
    """Rows of Python values as Arrow, whose texts are those that a person would have typed."""
    arrays = []
    for given, column in zip(zip(*rows, strict=True), schema, strict=True):
        values: list[object] = list(given)
        if column.type == pyarrow.string():
            values = [None if value is None else cell_text(value) for value in given]
        elif column.type == pyarrow.float64():
            values = [None if value is None else float(value) for value in given]
        arrays.append(pyarrow.array(values, column.type))
    return pyarrow.Table.from_arrays(arrays, schema=schema)


def read_copy(connection: duckdb.DuckDBPyConnection, copy: Path) -> None:
    """Make the view ``source`` of a copied Parquet file."""
    scan = exp.Table(this=exp.Anonymous(this="READ_PARQUET", expressions=[exp.Literal.string(str(copy))]))
    view = exp.Create(this=exp.to_table("source"), kind="VIEW", expression=exp.select(exp.Star()).from_(scan))
    connection.execute(view.sql(dialect="duckdb"))


def _only_reading(action: int, *details: str | None) -> int:
    """What SQLite may do: read tables and call functions that load nothing."""
    if action == sqlite3.SQLITE_FUNCTION:
        return sqlite3.SQLITE_DENY if "load_extension" in details else sqlite3.SQLITE_OK
    allowed = action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE)
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY
