"""What the databases that run the SQL of programs have in common: one table, read only, within limits."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping
from decimal import Decimal
from types import TracebackType
from typing import ClassVar, Protocol, Self, cast

from neural_programmer.execution.sql_schema import StoredValue, TableSchema
from neural_programmer.tables.table import Table

Row = tuple[StoredValue, ...]
Fetched = tuple[tuple[str, ...], tuple[Row, ...]]

TIME_LIMIT_SECONDS = 10.0
MEMORY_LIMIT_MEGABYTES = 1000
# An answer has at most as many rows as its table; other queries of small tables may give this many.
FEWEST_ROWS_ALLOWED = 10_000


class EngineError(RuntimeError):
    """A database refused a query or did not finish it within its limits; the message says which."""


class Engine(Protocol):
    """A database that holds one table."""

    @property
    def dialect(self) -> str:
        """The SQL it speaks."""
        ...

    @property
    def schema(self) -> TableSchema:
        """How the table lies in it."""
        ...

    def run(self, sql: str) -> list[Row]:
        """The rows a query gives; ``EngineError`` where it fails or outgrows a limit."""
        ...


def _stored(value: object) -> StoredValue:
    """A value as the rows of an engine have it: decimals, which some databases make of written numbers, as floats."""
    return float(value) if isinstance(value, Decimal) else cast(StoredValue, value)


class TableEngine(ABC):
    """An engine that was given a table and closes with its ``with`` block.

    ``time_limit`` is in seconds. A query may give as many rows as the table has, or ``FEWEST_ROWS_ALLOWED``.
    """

    name: ClassVar[str]
    dialect: ClassVar[str]

    def __init__(self, table: Table, time_limit: float = TIME_LIMIT_SECONDS) -> None:
        self.schema = TableSchema(table)
        self.time_limit = time_limit
        self.most_rows = max(FEWEST_ROWS_ALLOWED, table.number_of_rows)
        self._one_at_a_time = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @abstractmethod
    def close(self) -> None:
        """Gives the memory back."""

    @abstractmethod
    def _fetch(self, sql: str, most: int, parameters: Mapping[str, StoredValue]) -> Fetched:
        """What `fetch` gives; one call at a time."""

    def fetch(self, sql: str, most: int, parameters: Mapping[str, StoredValue] | None = None) -> Fetched:
        """The names of a query's columns and its first rows, at most ``most``; ``EngineError`` as for `run`.

        ``parameters`` are the values of the query's named places, as `sql_parameters` writes them.
        """
        with self._one_at_a_time:
            names, rows = self._fetch(sql, most, parameters or {})
        return names, tuple(tuple(map(_stored, row)) for row in rows)

    def run(self, sql: str) -> list[Row]:
        """The rows a query gives; ``EngineError`` where it fails, takes too long or gives too many."""
        _, rows = self.fetch(sql, self.most_rows + 1)
        if len(rows) > self.most_rows:
            raise EngineError(f"{self.name} gave more than {self.most_rows:,} rows; ask for fewer, as by a LIMIT")
        return list(rows)

    def refused(self, error: Exception) -> EngineError:
        """The error of a query that the database did not accept."""
        return EngineError(f"{self.name} refused the query: {error}")

    def stopped(self) -> EngineError:
        """The error of a query that took too long."""
        return EngineError(f"{self.name} was stopped after {self.time_limit:g} seconds")
