"""Parquet and CSV files, DuckDB files, data frames and Arrow tables: whatever DuckDB reads where it lies."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow
from sqlglot import exp

from neural_programmer.execution.engine import EngineError
from neural_programmer.large import cache
from neural_programmer.large.place import TIME_LIMIT_SECONDS, NativeColumn, Place, Reads, SqlRow
from neural_programmer.large.profile import Native
from neural_programmer.tables.build import unique_names
from neural_programmer.tables.errors import TableError

MEMORY_LIMIT = "300MB"
_INTEGERS = frozenset(
    {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "HUGEINT"}
)
_TIMESTAMPS = frozenset({"TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE"})
_ATTACHED = "np_place"
_INDEX = "np_index"
_ROW_OF_FRAME = "np_row_number"


def connect(folder: Path | None = None, memory: str = MEMORY_LIMIT, threads: int = 2) -> duckdb.DuckDBPyConnection:
    """A DuckDB in memory that keeps to its memory and puts the rest into the cache; times are in UTC."""
    connection = duckdb.connect(
        ":memory:",
        config={
            "threads": threads,
            "memory_limit": memory,
            "temp_directory": str(cache.spill_folder(folder)),
            "autoload_known_extensions": False,
            "autoinstall_known_extensions": False,
            "allow_community_extensions": False,
            "allow_persistent_secrets": False,
            "python_enable_replacements": False,
        },
    )
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_progress_bar = false")
    # What stands in a Parquet file's footer is read once, not by every query.
    connection.execute("SET parquet_metadata_cache = true")
    return connection


def column_of(name: str, physical: str, written: str) -> NativeColumn:
    """The column of a DuckDB relation, by its name there and its type as DuckDB writes it."""
    column: exp.Expr = exp.column(physical, quoted=True)
    if written in _INTEGERS:
        return NativeColumn(name, Native.INTEGER, column)
    if written == "DOUBLE" or written.startswith("DECIMAL"):
        return NativeColumn(name, Native.NUMBER, column)
    if written == "FLOAT":
        # Widened as it stands, the short float that is written 0.1 would be 0.10000000149011612.
        return NativeColumn(name, Native.NUMBER, exp.cast(exp.cast(column, "TEXT"), "DOUBLE"))
    if written == "BOOLEAN":
        return NativeColumn(name, Native.BOOLEAN, column)
    if written == "DATE":
        return NativeColumn(name, Native.DATE, column)
    if written in _TIMESTAMPS:
        plain = column if written == "TIMESTAMP" else exp.cast(column, "TIMESTAMP")
        return NativeColumn(name, Native.TIMESTAMP, plain)
    if written == "VARCHAR":
        return NativeColumn(name, Native.TEXT, column)
    if written.endswith("[]"):
        return NativeColumn(name, Native.TEXT, exp.func("ARRAY_TO_STRING", column, exp.Literal.string(", ")))
    return NativeColumn(name, Native.TEXT, exp.cast(column, "TEXT"))


class DuckDBPlace(Place):
    """A relation that DuckDB reads; nothing else can be read through it, and nothing written."""

    dialect = "duckdb"
    joins_index = True

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        relation: exp.Expr,
        row_index: exp.Expr,
        *,
        name: str,
        thing: str,
        fingerprint: str,
        hidden: Sequence[str] = (),
        readable: Path | None = None,
        frame: pyarrow.Table | None = None,
    ) -> None:
        self.name, self.thing, self.fingerprint = name, thing, fingerprint
        self.time_limit = TIME_LIMIT_SECONDS
        self._connection, self._relation, self._row_index = connection, relation, row_index
        self._readable = readable
        self.names_file = readable is not None and relation.args.get("catalog") is None
        self._frame = frame
        self._locked = False
        self._one_at_a_time = threading.Lock()
        described = self._described()
        found = [(str(row[0]), str(row[1])) for row in described if row[0] not in hidden]
        names = unique_names([physical for physical, _ in found])
        self.columns = tuple(
            column_of(unique, physical, kind) for unique, (physical, kind) in zip(names, found, strict=True)
        )
        counted = exp.select(exp.Count(this=exp.Star())).from_(relation.copy()).sql(dialect="duckdb")
        try:
            self.number_of_rows = int(self.run(counted, 1)[0][0])
        except EngineError as error:
            connection.close()
            raise self._unreadable(error) from None

    def _described(self) -> list[SqlRow]:
        tree = exp.select(exp.Star()).from_(self._relation.copy())
        try:
            return self._connection.execute(f"DESCRIBE {tree.sql(dialect='duckdb')}").fetchall()
        except duckdb.Error as error:
            self._connection.close()
            raise self._unreadable(error) from None

    def _unreadable(self, error: Exception) -> TableError:
        return TableError(
            f"{self.thing} cannot be read ({first_line(error)}); expected a complete, readable table. "
            "Check the file, or export it again."
        )

    def relation(self) -> exp.Expr:
        """What stands after FROM."""
        return self._relation.copy()

    def row_index(self) -> exp.Expr:
        """The number of a row, from 1."""
        return self._row_index.copy()

    def attach_index(self, path: Path, index: Reads) -> None:
        """Attach the index to be read, and let nothing else be opened after it."""
        del index
        if self._locked:
            return
        self._connection.execute(f"ATTACH {exp.Literal.string(str(path)).sql()} AS {_INDEX} (READ_ONLY)")
        lock(self._connection, self._readable)
        self._locked = True

    def run(self, sql: str, most: int) -> list[SqlRow]:
        """The first rows a query gives; a statement of another kind than SELECT is refused."""
        with self._one_at_a_time, limited(self._connection, self.time_limit):
            kinds = [statement.type for statement in self._connection.extract_statements(sql)]
            if kinds != [duckdb.StatementType.SELECT]:
                found = ", ".join(kind.name for kind in kinds) or "nothing"
                raise EngineError(f"DuckDB refused the query: expected one SELECT, but found {found}")
            self._connection.execute("BEGIN TRANSACTION READ ONLY")
            try:
                return self._connection.execute(sql).fetchmany(most)
            finally:
                self._connection.rollback()

    def offer_rows(self, connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
        """The relation itself, read by the other DuckDB."""
        del folder
        if self._frame is not None:
            connection.register(_ATTACHED, self._frame)
        elif self._readable is not None and self._relation.args.get("catalog") is not None:
            location = exp.Literal.string(str(self._readable)).sql()
            connection.execute(f"ATTACH {location} AS {_ATTACHED} (READ_ONLY)")
        offered = exp.Create(this=exp.to_table("source"), kind="VIEW", expression=self.typed(range(len(self.columns))))
        connection.execute(offered.sql(dialect="duckdb"))

    def source_rows(self, numbers: Sequence[int]) -> exp.Select:
        """Some rows, read by the other DuckDB where they are."""
        return self._picked(numbers)

    def close(self) -> None:
        """Gives the memory back."""
        self._connection.close()


@contextmanager
def limited(connection: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
    """Stop what the connection does within after so many seconds; ``EngineError`` where DuckDB fails."""
    timer = threading.Timer(seconds, connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    except duckdb.InterruptException:
        raise EngineError(f"DuckDB was stopped after {seconds:g} seconds") from None
    except duckdb.Error as error:
        raise EngineError(f"DuckDB refused the query: {error}") from error
    finally:
        timer.cancel()
        timer.join()


def lock(connection: duckdb.DuckDBPyConnection, readable: Path | None) -> None:
    """Let a connection reach no file but one, and let nobody change that."""
    if readable is not None:
        connection.execute(f"SET allowed_paths = [{exp.Literal.string(str(readable)).sql()}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def first_line(error: Exception) -> str:
    """The first line of an error, which is what a person needs of it."""
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def open_parquet(path: Path, name: str | None = None, folder: Path | None = None) -> DuckDBPlace:
    """A Parquet file; ``TableError`` where it is none."""
    path = path.resolve()
    number = exp.column("file_row_number")
    return DuckDBPlace(
        connect(folder),
        _scan("READ_PARQUET", path, file_row_number=exp.true()),
        exp.Add(this=number, expression=exp.Literal.number(1)),
        name=name or path.stem,
        thing=str(path),
        fingerprint=cache.file_fingerprint(path),
        hidden=("file_row_number",),
        readable=path,
    )


def open_csv(path: Path, name: str | None = None, folder: Path | None = None) -> DuckDBPlace:
    """A CSV file of UTF-8 text with a header, every column as text; ``TableError`` where it cannot be read."""
    path = path.resolve()
    return DuckDBPlace(
        connect(folder),
        _scan("READ_CSV", path, all_varchar=exp.true(), header=exp.true(), null_padding=exp.false()),
        exp.Window(this=exp.RowNumber()),
        name=name or path.stem,
        thing=str(path),
        fingerprint=cache.file_fingerprint(path),
        readable=path,
    )


def open_duckdb(path: Path, table: str, folder: Path | None = None) -> DuckDBPlace:
    """A table or view of a DuckDB file."""
    path = path.resolve()
    connection = connect(folder)
    try:
        connection.execute(f"ATTACH {exp.Literal.string(str(path)).sql()} AS {_ATTACHED} (READ_ONLY)")
        relation = exp.table_(table, db="main", catalog=_ATTACHED, quoted=True)
        row_index = _row_index_of(connection, relation)
    except duckdb.Error as error:
        connection.close()
        raise TableError(
            f"{path} cannot be read as a DuckDB database ({first_line(error)}); expected a complete, unlocked file. "
            "Close the program that uses it, or copy the file and try again."
        ) from None
    return DuckDBPlace(
        connection,
        relation,
        row_index,
        name=table,
        thing=f"table {table!r} of {path}",
        fingerprint=cache.file_fingerprint(path, table, cache.stamps(path.with_name(path.name + ".wal"))),
        readable=path,
    )


def open_frame(frame: pyarrow.Table, name: str, folder: Path | None = None) -> DuckDBPlace:
    """An Arrow table in memory, as it is; its fingerprint is that of its content."""
    connection = connect(folder)
    numbered = frame.append_column(_ROW_OF_FRAME, pyarrow.array(range(1, frame.num_rows + 1), pyarrow.int64()))
    connection.register(_ATTACHED, numbered)
    return DuckDBPlace(
        connection,
        exp.to_table(_ATTACHED),
        exp.column(_ROW_OF_FRAME),
        name=name,
        thing=name,
        fingerprint=cache.fingerprint("arrow", _content(frame)),
        hidden=(_ROW_OF_FRAME,),
        frame=numbered,
    )


def _content(frame: pyarrow.Table) -> str:
    digest = hashlib.blake2b(str(frame.schema).encode(), digest_size=16)
    for column in frame.columns:
        for chunk in column.chunks:
            digest.update(repr((chunk.offset, len(chunk))).encode())
            for buffer in chunk.buffers():
                if buffer is not None:
                    digest.update(buffer)
    return digest.hexdigest()


def _row_index_of(connection: duckdb.DuckDBPyConnection, relation: exp.Expr) -> exp.Expr:
    """The numbers of rows: ``rowid`` where no row was ever deleted, else counted in its order, or as rows come."""
    rowid = exp.column("rowid")
    census = exp.select(exp.Count(this=exp.Star()), exp.Min(this=rowid), exp.Max(this=rowid.copy()))
    try:
        counted, low, high = connection.execute(census.from_(relation.copy()).sql(dialect="duckdb")).fetchall()[0]
    except duckdb.BinderException:
        return exp.Window(this=exp.RowNumber())
    if not counted or (low == 0 and high == counted - 1):
        return exp.Add(this=rowid.copy(), expression=exp.Literal.number(1))
    return exp.Window(this=exp.RowNumber(), order=exp.Order(expressions=[exp.Ordered(this=rowid.copy())]))


def _scan(function: str, path: Path, **options: exp.Expr) -> exp.Expr:
    named = [exp.EQ(this=exp.column(option), expression=value) for option, value in options.items()]
    return exp.Table(this=exp.Anonymous(this=function, expressions=[exp.Literal.string(str(path)), *named]))
