"""A table in a DuckDB in memory, locked down."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import suppress

import duckdb
import pyarrow
from sqlglot import exp

from neural_programmer.execution.engine import (
    MEMORY_LIMIT_MEGABYTES,
    TIME_LIMIT_SECONDS,
    EngineError,
    Fetched,
    TableEngine,
)
from neural_programmer.execution.sql_schema import StoredAs, StoredValue
from neural_programmer.operations.sql_helpers import table_name
from neural_programmer.tables.table import Table

ARROW_TYPES = {
    StoredAs.TEXT: pyarrow.string(),
    StoredAs.NUMBER: pyarrow.float64(),
    StoredAs.WHOLE_NUMBER: pyarrow.int64(),
}


class DuckDBEngine(TableEngine):
    """A table in a DuckDB of its own, in memory, that only reads it and reaches no file, network or extension.

    ``EngineError`` where the table is too large for the memory allowed.
    """

    name = "DuckDB"
    dialect = "duckdb"

    def __init__(self, table: Table, time_limit: float = TIME_LIMIT_SECONDS) -> None:
        super().__init__(table, time_limit)
        self._connection = duckdb.connect(
            ":memory:",
            config={
                "threads": 1,
                "memory_limit": f"{MEMORY_LIMIT_MEGABYTES}MB",
                "autoload_known_extensions": False,
                "autoinstall_known_extensions": False,
                "allow_community_extensions": False,
                "allow_persistent_secrets": False,
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
        columns = self.schema.columns
        arrays = [pyarrow.array(column.values(), ARROW_TYPES[column.stored_as]) for column in columns]
        loaded = pyarrow.Table.from_arrays(arrays, names=[column.name for column in columns])
        source = self.schema.names.copy().unused("loaded")
        self._connection.register(source, loaded)
        copied = exp.select(exp.Star()).from_(exp.to_table(source))
        created = exp.Create(this=table_name(self.schema), kind="TABLE", expression=copied)
        self._connection.execute(created.sql(dialect="duckdb"))
        self._connection.unregister(source)
        self._connection.execute("SET enable_external_access = false")
        self._connection.execute("SET lock_configuration = true")

    def close(self) -> None:
        """Gives the memory back."""
        self._connection.close()

    def _fetch(self, sql: str, most: int, parameters: Mapping[str, StoredValue]) -> Fetched:
        timer = threading.Timer(self.time_limit, self._connection.interrupt)
        timer.daemon = True
        timer.start()
        try:
            self._check_reads(sql)
            # The statement reads by its kind; the transaction makes sure that nothing in it writes.
            self._connection.execute("BEGIN TRANSACTION READ ONLY")
            done = self._connection.execute(sql, dict(parameters)) if parameters else self._connection.execute(sql)
            names = tuple(str(column[0]) for column in done.description or ())
            return names, tuple(tuple(row) for row in done.fetchmany(most))
        except duckdb.InterruptException:
            raise self.stopped() from None
        except duckdb.Error as error:
            raise self.refused(error) from error
        finally:
            timer.cancel()
            timer.join()
            with suppress(duckdb.TransactionException, duckdb.ConnectionException):  # not begun, or closed meanwhile
                self._connection.rollback()

    def _check_reads(self, sql: str) -> None:
        kinds = [statement.type for statement in self._connection.extract_statements(sql)]
        if kinds != [duckdb.StatementType.SELECT]:
            found = ", ".join(kind.name for kind in kinds) or "nothing"
            raise EngineError(f"DuckDB refused the query: expected one SELECT, but found {found}")
