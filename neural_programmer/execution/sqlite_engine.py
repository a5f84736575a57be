"""A table in an SQLite in memory, locked down."""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Mapping

from neural_programmer.execution.engine import (
    MEMORY_LIMIT_MEGABYTES,
    TIME_LIMIT_SECONDS,
    EngineError,
    Fetched,
    TableEngine,
)
from neural_programmer.execution.sql import write_tree
from neural_programmer.execution.sql_schema import StoredValue
from neural_programmer.execution.sql_script import create_table
from neural_programmer.operations.sql_helpers import table_name
from neural_programmer.tables.table import Table

_INSTRUCTIONS_BETWEEN_CHECKS = 10_000
# No single text that a query makes may be longer, so that one row cannot fill the memory.
_MOST_BYTES_OF_A_VALUE = 100_000_000
_MEMORY = f"{MEMORY_LIMIT_MEGABYTES:,} MB of memory"
_LOADING_FUNCTIONS = frozenset({"load_extension", "readfile", "writefile", "edit", "fts3_tokenizer"})


class SQLiteEngine(TableEngine):
    """A table in an SQLite of its own, in memory, that only reads this table.

    ``EngineError`` where the table has more columns, with its typed ones, than SQLite takes (2,000).
    """

    name = "SQLite"
    dialect = "sqlite"

    def __init__(self, table: Table, time_limit: float = TIME_LIMIT_SECONDS) -> None:
        super().__init__(table, time_limit)
        self._deadline = math.inf
        self._connection = sqlite3.connect(":memory:", check_same_thread=False)
        try:
            self._load()
        except sqlite3.Error as error:
            self._connection.close()
            raise EngineError(f"SQLite could not load the table: {error}") from error
        except MemoryError:
            self._connection.close()
            raise EngineError(f"SQLite could not load the table: it needs more than {_MEMORY}") from None
        self._connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MOST_BYTES_OF_A_VALUE)
        self._connection.set_authorizer(_only_reading)
        self._connection.set_progress_handler(self._is_late, _INSTRUCTIONS_BETWEEN_CHECKS)

    def _load(self) -> None:
        # A query can outgrow the memory while it is read, before its time is counted. The limit is for the whole
        # process, as SQLite has it.
        self._connection.execute(f"PRAGMA hard_heap_limit = {MEMORY_LIMIT_MEGABYTES * 10**6}")
        columns = self.schema.columns
        self._connection.execute(write_tree(create_table(self.schema, columns), "sqlite"))
        places = ", ".join("?" for _ in columns)
        name = table_name(self.schema).sql(dialect="sqlite")
        with self._connection:
            rows = zip(*(column.values() for column in columns), strict=True)
            self._connection.executemany(f"INSERT INTO {name} VALUES ({places})", rows)

    def close(self) -> None:
        """Gives the memory back."""
        self._connection.close()

    def _is_late(self) -> bool:
        return time.monotonic() > self._deadline

    def _fetch(self, sql: str, most: int, parameters: Mapping[str, StoredValue]) -> Fetched:
        self._deadline = time.monotonic() + self.time_limit
        try:
            done = self._connection.execute(sql, dict(parameters))
            names = tuple(str(column[0]) for column in done.description or ())
            return names, tuple(done.fetchmany(most))
        except MemoryError:
            raise EngineError(f"SQLite refused the query: it needs more than {_MEMORY}") from None
        except (sqlite3.Error, ValueError, OverflowError) as error:
            if self._is_late():
                raise self.stopped() from None
            raise self.refused(error) from error


def _only_reading(action: int, *details: str | None) -> int:
    """What SQLite may do: read its one table and call functions that load nothing."""
    if action == sqlite3.SQLITE_FUNCTION:
        loads = any(detail in _LOADING_FUNCTIONS for detail in details)
        return sqlite3.SQLITE_DENY if loads else sqlite3.SQLITE_OK
    allowed = action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ)
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY
