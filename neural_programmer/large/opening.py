"""Opening tables: small ones are read into memory, large ones stay where they are."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet

from neural_programmer.large.building import Report
from neural_programmer.large.cache import cache_folder
from neural_programmer.large.duckdb_place import open_csv, open_duckdb, open_frame, open_parquet
from neural_programmer.large.place import Place
from neural_programmer.large.sqlalchemy_place import SQLAlchemyPlace
from neural_programmer.large.sqlite_place import SQLitePlace
from neural_programmer.large.table import LargeTable
from neural_programmer.prepared import PreparedTable
from neural_programmer.tables.errors import TableError
from neural_programmer.tables.loaders import databases
from neural_programmer.tables.loaders.addresses import database_address
from neural_programmer.tables.loaders.load import first_bytes, load_table, resolve

# Tables of more rows than this stay where they are; of delimited text, files of more bytes.
LARGE_ROWS = 50_000
_BYTES_A_ROW = 64

_SOURCE_OPTIONS = frozenset({"name", "table"})


def open_table(
    source: object, *, large_rows: int = LARGE_ROWS, report: Report | None = None, **options: Any
) -> PreparedTable:
    """A table ready to be asked: in memory where it has at most ``large_rows`` rows, else a `LargeTable`.

    ``source`` and ``options`` are those of ``load_table``; options that say how cells are read (``column_types``,
    ``synonyms``, ``sheet``, ``dialect``) need a table in memory. Raises ``TableError``.
    """
    try:
        large = None if set(options) - _SOURCE_OPTIONS else open_place(source, large_rows, **options)
        if large is None:
            return PreparedTable(load_table(source, **options))
        try:
            return LargeTable(large, report=report)
        except BaseException:
            large.close()
            raise
    except OSError as error:
        raise TableError(
            f"{error.filename or cache_folder()} cannot be used ({error.strerror or error}); expected a folder for "
            "indexes that can be written, and a file that can be read. Check them, or set NEURAL_PROGRAMMER_CACHE."
        ) from None


def open_place(
    source: object, large_rows: int = 0, *, name: str | None = None, table: str | None = None
) -> Place | None:
    """Where a table of more than ``large_rows`` rows lives, None for smaller ones and those that are not queried.

    ``TableError`` where it cannot be opened.
    """
    if isinstance(source, str | os.PathLike):
        text = os.fspath(source)
        text = os.fsdecode(text) if isinstance(text, bytes) else text
        return _of_text(text, large_rows, name, table)
    frame = _frame_of(source, large_rows)
    return None if frame is None else open_frame(frame, name or "table")


def _frame_of(source: object, large_rows: int) -> pyarrow.Table | None:
    """A data frame or another table in memory as Arrow, where it is large."""
    pandas = sys.modules.get("pandas")
    if pandas is not None and isinstance(source, pandas.DataFrame):
        if len(source) <= large_rows:
            return None
        named = not isinstance(source.index, pandas.RangeIndex) or source.index.name is not None
        try:
            return pyarrow.Table.from_pandas(source.reset_index() if named else source, preserve_index=False)
        except (pyarrow.ArrowException, ValueError, TypeError):
            return None  # a column of values of several kinds, which only the loader of data frames writes down
    if isinstance(source, pyarrow.Table) or hasattr(source, "__arrow_c_stream__"):
        if hasattr(source, "__len__") and len(source) <= large_rows:
            return None
        found = pyarrow.table(source)
        return found if found.num_rows > large_rows else None
    return None


def _of_text(text: str, large_rows: int, name: str | None, table: str | None) -> Place | None:
    address = database_address(text, table)
    if address is not None:
        return _if_large(SQLAlchemyPlace(address), large_rows)
    path, part = resolve(text)
    table = table or part
    magic = first_bytes(path)
    if magic.startswith(b"PAR1"):
        if _parquet_rows(path) <= large_rows:
            return None
        return open_parquet(path, name)
    if databases.is_sqlite(magic):
        return _if_large(SQLitePlace(path, databases.chosen(path, databases.sqlite_tables(path), table)), large_rows)
    if databases.is_duckdb(magic):
        return _if_large(open_duckdb(path, databases.chosen(path, databases.duckdb_tables(path), table)), large_rows)
    if path.suffix.lower() in {".csv", ".tsv", ".txt"} and path.stat().st_size > large_rows * _BYTES_A_ROW:
        try:
            return _if_large(open_csv(path, name), large_rows)
        except TableError:
            return None  # in another encoding, or with a title above it: what the loader of delimited text reads
    return None


def _parquet_rows(path: Path) -> int:
    try:
        return int(pyarrow.parquet.ParquetFile(path).metadata.num_rows)
    except (pyarrow.ArrowException, OSError) as error:
        raise TableError(
            f"{path} cannot be read as Parquet ({error}); expected a complete Parquet file. Write or copy it again."
        ) from None


def _if_large(place: Place, large_rows: int) -> Place | None:
    if place.number_of_rows > large_rows:
        return place
    place.close()
    return None
