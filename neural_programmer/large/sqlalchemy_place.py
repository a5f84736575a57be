"""PostgreSQL and the other databases that SQLAlchemy reaches, within transactions that only read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
    SqlRow,
    batches,
    number_name,
)
from neural_programmer.large.profile import Native
from neural_programmer.large.sqlite_place import arrow_of, read_copy
from neural_programmer.tables.build import unique_names
from neural_programmer.tables.errors import TableError
from neural_programmer.tables.loaders.addresses import Address, engine_of, reflected

if TYPE_CHECKING:
    from sqlalchemy import Column, Connection, Table

_BATCH = 50_000
# What SQLAlchemy calls a database, and the dialect in which queries for it are written.
_DIALECTS = {
    "postgresql": "postgres",
    "mysql": "mysql",
    "mariadb": "mysql",
    "mssql": "tsql",
    "snowflake": "snowflake",
    "bigquery": "bigquery",
    "trino": "trino",
    "duckdb": "duckdb",
}
_ARROW = {
    Native.INTEGER: pyarrow.int64(),
    Native.NUMBER: pyarrow.float64(),
    Native.BOOLEAN: pyarrow.bool_(),
    Native.DATE: pyarrow.date32(),
    Native.TIMESTAMP: pyarrow.timestamp("us"),
    Native.TEXT: pyarrow.string(),
}


class SQLAlchemyPlace(Place):
    """A table or view of a database; ``TableError``, without the address's secrets, where it cannot be read."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._engine = engine_of(address)
        backend = self._engine.dialect.name
        if backend not in _DIALECTS:
            self.close()
            known = ", ".join(sorted(_DIALECTS))
            raise TableError(
                f"{address.shown} is a database of {backend}, for which no SQL is written; expected one of {known}. "
                "Export the table, as to Parquet, and open that."
            )
        self.dialect = _DIALECTS[backend]  # type: ignore[misc]  # known of the database, not of the class
        self.thing = address.shown
        self.time_limit = TIME_LIMIT_SECONDS
        try:
            self._read(reflected(self._engine, address))
        except EngineError as error:
            self.close()
            raise TableError(
                f"{address.shown} cannot be read ({error}); expected a table that the user may read. Check the rights."
            ) from None
        except BaseException:
            self.close()
            raise

    def _read(self, table: Table) -> None:
        self.name = table.name
        self._relation = exp.table_(table.name, db=table.schema, quoted=True)
        names = unique_names([column.name for column in table.columns])
        self.columns = tuple(_column_of(name, column) for name, column in zip(names, table.columns, strict=True))
        self._keys = [exp.column(column.name, quoted=True) for column in table.primary_key.columns]
        self._integer_key = len(self._keys) == 1 and _native(next(iter(table.primary_key.columns))) is Native.INTEGER
        self._row_index, self.number_of_rows, census = self._census()
        self.fingerprint = cache.fingerprint(self._address.shown, str(table.schema), table.name, census)

    def _census(self) -> tuple[exp.Expr, int, tuple[Any, ...]]:
        """How rows are numbered, how many there are, and figures that change when the table does."""
        counts: list[exp.Expr] = [exp.Count(this=exp.Star())]
        if self.dialect == "postgres":
            # The number of the youngest transaction that wrote a row, which updates change too.
            youngest = exp.cast(exp.cast(exp.column("xmin"), "TEXT"), "BIGINT")
            counts.append(exp.Max(this=youngest))
        else:
            for column in self.columns:
                value = column.expression
                if column.native.is_number or column.native.is_date:
                    counts += [exp.Min(this=value.copy()), exp.Max(this=value.copy()), exp.Count(this=value.copy())]
        if self._integer_key:
            counts += [exp.Min(this=self._keys[0].copy()), exp.Max(this=self._keys[0].copy())]
        tree = exp.select(*counts).from_(self.relation())
        try:
            (census,) = self.run(tree.sql(dialect=self.dialect), 1)
        except EngineError:  # a view has no transactions
            (census,) = self.run(exp.select(exp.Count(this=exp.Star())).from_(self.relation()).sql(self.dialect), 1)
            return self._counted(), int(census[0]), tuple(map(str, census))
        rows = int(census[0])
        if self._integer_key and census[-2] == 1 and census[-1] == rows:
            return self._keys[0].copy(), rows, tuple(map(str, census))
        return self._counted(), rows, tuple(map(str, census))

    def _counted(self) -> exp.Expr:
        """Rows counted in the order of the primary key, else in that of storage, else in that of all columns."""
        by: list[exp.Expr] = [*self._keys] or (
            [exp.column("ctid")] if self.dialect == "postgres" else [one.expression for one in self.columns]
        )
        return exp.Window(
            this=exp.RowNumber(), order=exp.Order(expressions=[exp.Ordered(this=one.copy()) for one in by])
        )

    def relation(self) -> exp.Expr:
        """What stands after FROM."""
        return self._relation.copy()

    def row_index(self) -> exp.Expr:
        """The number of a row, from 1."""
        return self._row_index.copy()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """A connection in a transaction that only reads and is rolled back; ``EngineError`` where something fails."""
        from sqlalchemy.exc import SQLAlchemyError

        try:
            with self._engine.connect() as connection:
                if self.dialect == "postgres":
                    milliseconds = int(self.time_limit * 1000)
                    connection.exec_driver_sql("SET TRANSACTION READ ONLY")
                    connection.exec_driver_sql(f"SET LOCAL statement_timeout = {milliseconds}")
                elif self.dialect == "mysql":
                    connection.exec_driver_sql("SET SESSION TRANSACTION READ ONLY")
                yield connection
                connection.rollback()
        except SQLAlchemyError as error:
            raise EngineError(f"the database refused the query: {self._address.redacted(error)}") from None

    def run(self, sql: str, most: int) -> list[SqlRow]:
        """The first rows a query gives."""
        with self._reading() as connection:
            # A driver that knows no parameters from its own leaves percent signs as they are.
            done = connection.exec_driver_sql(
                sql.replace("%", "%%") if self._engine.dialect.paramstyle in _PERCENT else sql
            )
            return [tuple(row) for row in done.fetchmany(most)]

    def offer_rows(self, connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
        """A copy as a Parquet file, read from the database once."""
        tree = self.typed(range(len(self.columns))).order_by(ROW_INDEX)
        copy = folder / "rows.parquet"
        fields = [(number_name(at), _ARROW[column.native]) for at, column in enumerate(self.columns)]
        schema = pyarrow.schema([(ROW_INDEX, pyarrow.int64()), *fields])
        self_limit, self.time_limit = self.time_limit, 24 * 3600.0
        try:
            with self._reading() as reading, pyarrow.parquet.ParquetWriter(copy, schema) as writer:
                streamed = reading.execution_options(stream_results=True, yield_per=_BATCH)
                rows = streamed.exec_driver_sql(tree.sql(dialect=self.dialect))
                for batch in batches(map(tuple, rows), _BATCH):
                    writer.write_table(arrow_of(batch, schema))
        finally:
            self.time_limit = self_limit
        read_copy(connection, copy)

    def close(self) -> None:
        """Closes the connections."""
        self._engine.dispose()


_PERCENT = frozenset({"format", "pyformat"})


def _native(column: Column[Any]) -> Native:
    import sqlalchemy.types as types

    kind = column.type
    if isinstance(kind, types.Boolean):
        return Native.BOOLEAN
    if isinstance(kind, types.Integer):
        return Native.INTEGER
    if isinstance(kind, types.Numeric | types.Float):
        return Native.NUMBER
    if isinstance(kind, types.DateTime):
        return Native.TIMESTAMP
    if isinstance(kind, types.Date):
        return Native.DATE
    return Native.TEXT


def _column_of(name: str, column: Column[Any]) -> NativeColumn:
    import sqlalchemy.types as types

    native = _native(column)
    value: exp.Expr = exp.column(column.name, quoted=True)
    if native is Native.TIMESTAMP and getattr(column.type, "timezone", False):
        value = exp.AtTimeZone(this=value, zone=exp.Literal.string("UTC"))
    elif native is Native.TEXT and (not isinstance(column.type, types.String) or isinstance(column.type, types.Enum)):
        value = exp.cast(value, "TEXT")
    return NativeColumn(name, native, value)
