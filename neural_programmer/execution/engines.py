"""Databases that run the SQL of programs: DuckDB and SQLite in memory, locked down, with a time limit."""

from __future__ import annotations

import math
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Protocol, Self

import duckdb
import pyarrow
from sqlglot import exp

from neural_programmer.execution.exact import Answer
from neural_programmer.execution.exact import answer as exact_answer
from neural_programmer.execution.grounding import Grounding
from neural_programmer.execution.sql import query_tree, write_tree
from neural_programmer.execution.sql_schema import StoredAs, StoredValue, TableSchema, storable
from neural_programmer.execution.sql_script import create_table
from neural_programmer.language.program import Program
from neural_programmer.operations.sql_helpers import table_name
from neural_programmer.tables.table import Table

Row = tuple[StoredValue, ...]

TIME_LIMIT_SECONDS = 10.0
_MEMORY_LIMIT = "1GB"
_INSTRUCTIONS_BETWEEN_CHECKS = 10_000
_RELATIVE_TOLERANCE = 1e-9
_ABSOLUTE_TOLERANCE = 1e-9


class EngineError(RuntimeError):
    """A database refused a query or did not finish it in time; the message says which."""


class Engine(Protocol):
    """A database that holds one table."""

    dialect: str
    schema: TableSchema

    def run(self, sql: str) -> list[Row]:
        """The rows a query gives; ``EngineError`` where it fails or takes too long."""
        ...


class DuckDBEngine:
    """A table in a DuckDB of its own, in memory, that reaches no file, network or extension.

    ``EngineError`` where the table is too large for the memory allowed.
    """

    dialect = "duckdb"

    def __init__(self, table: Table, time_limit: float = TIME_LIMIT_SECONDS) -> None:
        self.schema = TableSchema(table)
        self._time_limit = time_limit
        self._connection = duckdb.connect(
            ":memory:",
            config={
                "threads": 1,
                "memory_limit": _MEMORY_LIMIT,
                "autoload_known_extensions": False,
                "autoinstall_known_extensions": False,
                "python_enable_replacements": False,
                "temp_directory": "",  # a query that outgrows the memory fails and writes nothing
            },
        )
        try:
            self._load()
        except duckdb.Error as error:
            self._connection.close()
            raise EngineError(f"DuckDB could not load the table: {error}") from error

    def _load(self) -> None:
        arrow_types = {
            StoredAs.TEXT: pyarrow.string(),
            StoredAs.NUMBER: pyarrow.float64(),
            StoredAs.WHOLE_NUMBER: pyarrow.int64(),
        }
        columns = self.schema.columns
        arrays = [pyarrow.array(column.values(), arrow_types[column.stored_as]) for column in columns]
        loaded = pyarrow.Table.from_arrays(arrays, names=[column.name for column in columns])
        source = self.schema.names.copy().unused("loaded")
        self._connection.register(source, loaded)
        copied = exp.select(exp.Star()).from_(exp.to_table(source))
        created = exp.Create(this=table_name(self.schema), kind="TABLE", expression=copied)
        self._connection.execute(created.sql(dialect="duckdb"))
        self._connection.unregister(source)
        self._connection.execute("SET enable_external_access = false")
        self._connection.execute("SET lock_configuration = true")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Gives the memory back."""
        self._connection.close()

    def run(self, sql: str) -> list[Row]:
        """The rows a query gives; ``EngineError`` where it fails or takes longer than the time limit."""
        with self._limited():
            return [tuple(row) for row in self._connection.execute(sql).fetchall()]

    def fetch(
        self, sql: str, most: int, parameters: Mapping[str, StoredValue] | None = None
    ) -> tuple[tuple[str, ...], tuple[Row, ...]]:
        """The names of a query's columns and its first rows, at most ``most``; ``EngineError`` as for `run`.

        ``parameters`` are the values of the query's named places.
        """
        with self._limited():
            done = self._connection.execute(sql, dict(parameters)) if parameters else self._connection.execute(sql)
            names = tuple(str(column[0]) for column in done.description or ())
            return names, tuple(tuple(row) for row in done.fetchmany(most))

    @contextmanager
    def _limited(self) -> Iterator[None]:
        timer = threading.Timer(self._time_limit, self._connection.interrupt)
        timer.daemon = True
        timer.start()
        try:
            yield
        except duckdb.InterruptException:
            raise EngineError(f"DuckDB was stopped after {self._time_limit:g} seconds") from None
        except duckdb.Error as error:
            raise EngineError(f"DuckDB refused the query: {error}") from error
        finally:
            timer.cancel()
            timer.join()


class SQLiteEngine:
    """A table in an SQLite of its own, in memory, that only reads this table.

    ``EngineError`` where the table has more columns, with its typed ones, than SQLite takes (2,000).
    """

    dialect = "sqlite"

    def __init__(self, table: Table, time_limit: float = TIME_LIMIT_SECONDS) -> None:
        self.schema = TableSchema(table)
        self._time_limit = time_limit
        self._deadline = math.inf
        self._connection = sqlite3.connect(":memory:", check_same_thread=False)
        try:
            self._load()
        except sqlite3.Error as error:
            self._connection.close()
            raise EngineError(f"SQLite could not load the table: {error}") from error
        self._connection.set_authorizer(_only_reading)
        self._connection.set_progress_handler(self._is_late, _INSTRUCTIONS_BETWEEN_CHECKS)

    def _load(self) -> None:
        columns = self.schema.columns
        self._connection.execute(write_tree(create_table(self.schema, columns), "sqlite"))
        places = ", ".join("?" for _ in columns)
        name = table_name(self.schema).sql(dialect="sqlite")
        with self._connection:
            rows = zip(*(column.values() for column in columns), strict=True)
            self._connection.executemany(f"INSERT INTO {name} VALUES ({places})", rows)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Gives the memory back."""
        self._connection.close()

    def _is_late(self) -> bool:
        return time.monotonic() > self._deadline

    def run(self, sql: str) -> list[Row]:
        """The rows a query gives; ``EngineError`` where it fails or takes longer than the time limit."""
        self._deadline = time.monotonic() + self._time_limit
        try:
            return self._connection.execute(sql).fetchall()
        except sqlite3.Error as error:
            if self._is_late():
                raise EngineError(f"SQLite was stopped after {self._time_limit:g} seconds") from None
            raise EngineError(f"SQLite refused the query: {error}") from error


def _only_reading(action: int, *details: str | None) -> int:
    """What SQLite may do: read its one table and call functions that load nothing."""
    if action == sqlite3.SQLITE_FUNCTION:
        return sqlite3.SQLITE_DENY if "load_extension" in details else sqlite3.SQLITE_OK
    allowed = action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ)
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def agrees(program: Program, grounding: Grounding, engine: Engine) -> bool:
    """Whether the query of a program, run by the engine on the same table, gives the program's exact answer."""
    sql = write_tree(query_tree(program, engine.schema), engine.dialect)
    return same_answer(exact_answer(program, grounding), engine.run(sql))


def same_answer(answer: Answer, rows: Sequence[Row]) -> bool:
    """Whether a query's rows are the answer, in its order; numbers may differ by rounding, NULL is no answer."""
    found = [row for row in rows if row[0] is not None and row[0] == row[0]]
    expected = [value if isinstance(value, tuple) else (value,) for value in answer.values]
    return len(found) == len(expected) and all(map(_same_row, expected, found))


def _same_row(expected: Sequence[str | float], found: Row) -> bool:
    return len(expected) == len(found) and all(map(_same_value, expected, found))


def _same_value(expected: str | float, found: StoredValue) -> bool:
    if isinstance(expected, str) or not isinstance(found, float | int):
        return isinstance(expected, str) and storable(expected) == found
    return math.isclose(expected, found, rel_tol=_RELATIVE_TOLERANCE, abs_tol=_ABSOLUTE_TOLERANCE)
