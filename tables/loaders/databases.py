"""Tables and views of DuckDB and SQLite files, opened so that nothing can be written."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

import duckdb

from neural_programmer.tables.errors import TableError
from neural_programmer.tables.loaders.cells import cell_text
from neural_programmer.tables.loaders.raw import Limits, RawTable

SQLITE_MAGIC = b"SQLite format 3\0"
DUCKDB_MAGIC = b"DUCK"
DUCKDB_MAGIC_OFFSET = 8


def read_sqlite(path: Path, table: str | None, limits: Limits) -> RawTable:
    """A table or view of a SQLite file: the one named, or the only one."""
    with _sqlite(path) as connection:
        name = chosen(path, _sqlite_names(connection), table)
        quoted = _quote(name)
        cursor = connection.execute(f"SELECT * FROM {quoted}")
        headers = [column[0] for column in cursor.description]
        (rows,) = connection.execute(f"SELECT count(*) FROM {quoted}").fetchone()
        limits.check_cells(f"table {name!r} of {path}", rows, len(headers))
        return RawTable(headers, [[cell_text(value) for value in row] for row in cursor], name)


def read_duckdb(path: Path, table: str | None, limits: Limits) -> RawTable:
    """A table or view of a DuckDB file: the one named, or the only one."""
    with _duckdb(path) as connection:
        name = chosen(path, _duckdb_names(connection), table)
        relation = connection.table(_quote(name))
        ((height,),) = connection.execute(f"SELECT count(*) FROM {_quote(name)}").fetchall()
        limits.check_cells(f"table {name!r} of {path}", height, len(relation.columns))
        # Python gets a time with a zone only by way of another library; in UTC it needs none, and no machine's zone.
        selected = ", ".join(
            f"CAST({_quote(column)} AS TIMESTAMP)" if str(kind) == "TIMESTAMP WITH TIME ZONE" else _quote(column)
            for column, kind in zip(relation.columns, relation.types, strict=True)
        )
        rows = connection.execute(f"SELECT {selected} FROM {_quote(name)}").fetchall()
        return RawTable(relation.columns, [[cell_text(value) for value in row] for row in rows], name)


def is_database(path: Path) -> bool:
    """Whether a file that exists begins as a SQLite or a DuckDB database does."""
    try:
        with path.open("rb") as file:
            magic = file.read(DUCKDB_MAGIC_OFFSET + len(SQLITE_MAGIC))
    except OSError:
        return False
    return is_sqlite(magic) or is_duckdb(magic)


def is_sqlite(magic: bytes) -> bool:
    """Whether a file that begins so is a SQLite database."""
    return magic.startswith(SQLITE_MAGIC)


def is_duckdb(magic: bytes) -> bool:
    """Whether a file that begins so is a DuckDB database."""
    return magic[DUCKDB_MAGIC_OFFSET:].startswith(DUCKDB_MAGIC)


def sqlite_tables(path: Path) -> tuple[str, ...]:
    """The tables and views of a SQLite file, by name."""
    with _sqlite(path) as connection:
        return _sqlite_names(connection)


def duckdb_tables(path: Path) -> tuple[str, ...]:
    """The tables and views of a DuckDB file, by name."""
    with _duckdb(path) as connection:
        return _duckdb_names(connection)


@contextmanager
def _sqlite(path: Path) -> Iterator[sqlite3.Connection]:
    # Reading a database in write-ahead mode creates files beside it unless it is declared immutable, which is true
    # to its content only while no log stands beside it.
    log = path.with_name(path.name + "-wal")
    mode = "mode=ro" if log.exists() else "mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path.resolve()))}?{mode}", uri=True)) as connection:
            connection.text_factory = _database_text
            yield connection
    except sqlite3.Error as error:
        raise _unreadable(path, "SQLite", error) from None


def _database_text(data: bytes) -> str:
    """SQLite stores whatever bytes it was given as text; Latin-1 keeps those that are not UTF-8."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _sqlite_names(connection: sqlite3.Connection) -> tuple[str, ...]:
    query = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    return tuple(sorted(name for (name,) in connection.execute(query)))


@contextmanager
def _duckdb(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            connection.execute("SET enable_external_access = false")
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute("SET lock_configuration = true")
            yield connection
    except duckdb.Error as error:
        raise _unreadable(path, "DuckDB", error) from None


def _duckdb_names(connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    query = "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() ORDER BY table_name"
    return tuple(name for (name,) in connection.execute(query).fetchall())


def chosen(path: Path, names: tuple[str, ...], table: str | None) -> str:
    """The table that was named, or the only one; ``TableError`` lists what there is."""
    listed = ", ".join(names) or "none"
    if table is not None:
        if table in names:
            return table
        raise TableError(f"{path} has no table {table!r}; its tables are {listed}. Name one of them.")
    if len(names) != 1:
        raise TableError(
            f"{path} holds {len(names)} tables; expected one, or the name of one. "
            f"Its tables are {listed}: add table=..., or write {path.name}#TABLE."
        )
    return names[0]


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _unreadable(path: Path, kind: str, error: Exception) -> TableError:
    return TableError(
        f"{path} cannot be read as a {kind} database ({str(error).splitlines()[0]}); "
        "expected a complete, unlocked file. Close the program that uses it, or copy the file and try again."
    )
