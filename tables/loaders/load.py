"""Reading a table from whatever holds one."""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow

from neural_programmer.tables.build import build_table
from neural_programmer.tables.database_url import redacted
from neural_programmer.tables.errors import TableError
from neural_programmer.tables.loaders import databases, excel, frames, structured
from neural_programmer.tables.loaders.addresses import database_address
from neural_programmer.tables.loaders.delimited import Dialect, parse_delimited, parse_wikitablequestions
from neural_programmer.tables.loaders.encodings import decode
from neural_programmer.tables.loaders.raw import Limits, RawTable, require_rows
from neural_programmer.tables.loaders.servers import database_tables, read_database
from neural_programmer.tables.overrides import with_overrides
from neural_programmer.tables.table import Table

_URL = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]+)://(?P<path>.*)", re.IGNORECASE | re.DOTALL)
_DATABASE_SCHEMES = {"duckdb", "sqlite"}
_EXPECTED = "expected CSV, TSV, Excel (.xlsx), Parquet, JSON, DuckDB or SQLite"
_MAGIC_BYTES = 16


def load_table(
    source: object,
    *,
    name: str | None = None,
    sheet: str | None = None,
    table: str | None = None,
    filename: str | None = None,
    dialect: Dialect | str = Dialect.AUTO,
    limits: Limits | None = None,
    column_types: Mapping[str, str] | None = None,
    synonyms: Mapping[str, Sequence[str]] | None = None,
) -> Table:
    """The table that ``source`` holds, with every cell as text and typed views of its columns.

    ``source`` is a path, ``duckdb:///file#table`` or ``sqlite:///file#table``, the address of a database that
    SQLAlchemy reaches (``postgresql://user:password@host/database#table``), bytes (with ``filename`` for their
    name), a pandas data frame, anything with Arrow's interface (polars, pyarrow), records or rows as Python lists, or
    a table, which is returned as it is. A file's content decides how it is read; its name decides only between kinds
    of text. ``sheet`` chooses in a workbook and ``table`` in a database (also as ``file#name``).
    ``column_types`` ({"Code": "text"}; also "number" and "date") and ``synonyms`` ({"Running time": ["duration"]}) say
    what the cells cannot. Files are never written to. Raises ``TableError``.
    """
    if isinstance(source, Table):
        return with_overrides(source, column_types, synonyms)
    raw = _read(source, sheet, table, filename, _dialect(dialect), limits or Limits())
    return with_overrides(build_table(raw.headers, raw.rows, name or raw.name), column_types, synonyms)


def list_parts(source: str | os.PathLike[str] | bytes, *, limits: Limits | None = None) -> tuple[str, ...]:
    """The sheets of a workbook or the tables of a database, to choose from; empty for a file of one table."""
    limits = limits or Limits()
    if isinstance(source, bytes):
        return excel.sheet_names(source, "the workbook", limits) if source.startswith(b"PK\x03\x04") else ()
    address = database_address(os.fspath(source))
    if address is not None:
        return database_tables(address)
    path, _ = resolve(os.fspath(source))
    magic = first_bytes(path)
    if databases.is_sqlite(magic):
        return databases.sqlite_tables(path)
    if databases.is_duckdb(magic):
        return databases.duckdb_tables(path)
    return excel.sheet_names(_read_file(path, limits), str(path), limits) if magic.startswith(b"PK\x03\x04") else ()


def _read(
    source: object, sheet: str | None, table: str | None, filename: str | None, dialect: Dialect, limits: Limits
) -> RawTable:
    if isinstance(source, str | os.PathLike):
        text = os.fspath(source)
        if isinstance(text, bytes):
            text = os.fsdecode(text)
        return _read_path(text, sheet, table, dialect, limits)
    if isinstance(source, bytes | bytearray | memoryview):
        label = filename or "the uploaded file"
        limits.check_bytes(label, len(source))
        return require_rows(label, _read_bytes(bytes(source), label, sheet, dialect, limits))
    label = filename or "table"
    pandas = sys.modules.get("pandas")  # a data frame can only come from a pandas that is imported already
    if pandas is not None and isinstance(source, pandas.DataFrame):
        return require_rows("the data frame", frames.table_of_frame(source, label, limits))
    if hasattr(source, "__arrow_c_stream__"):
        return require_rows("the table", frames.table_of_arrow(pyarrow.table(source), label, limits))
    if isinstance(source, Sequence | dict):
        return require_rows("the list", structured.table_of_objects(source, "the list", label, limits))
    raise TableError(
        f"cannot load a table from {type(source).__name__}; expected a path, bytes, a data frame or a list of records. "
        "Pass one of these."
    )


def _read_path(text: str, sheet: str | None, table: str | None, dialect: Dialect, limits: Limits) -> RawTable:
    address = database_address(text, table)
    if address is not None:
        return require_rows(address.shown, read_database(address, limits))
    path, part = resolve(text)
    sheet, table = sheet or part, table or part
    magic = first_bytes(path)
    if databases.is_sqlite(magic):
        return require_rows(f"{path} table {table or ''}".rstrip(), databases.read_sqlite(path, table, limits))
    if databases.is_duckdb(magic):
        return require_rows(f"{path} table {table or ''}".rstrip(), databases.read_duckdb(path, table, limits))
    return require_rows(str(path), _read_bytes(_read_file(path, limits), str(path), sheet, dialect, limits))


def _read_bytes(data: bytes, thing: str, sheet: str | None, dialect: Dialect, limits: Limits) -> RawTable:
    """The table in the bytes of a file, by what they begin with and, for text, by the suffix of the file's name."""
    path = Path(thing)
    name, suffix = path.stem, path.suffix.lower()
    if data.startswith(b"PK\x03\x04"):
        return excel.read_excel(data, thing, name, sheet, limits)
    if data.startswith(b"PAR1"):
        return frames.read_parquet(data, thing, name, limits)
    _refuse_other_formats(data, thing)
    text = decode(data, thing)
    if dialect is Dialect.WIKITABLEQUESTIONS:
        return parse_wikitablequestions(text, name, tabs=suffix == ".tsv")
    if not text.strip():
        raise TableError(f"{thing} is empty; expected a header row and rows below it. Choose a file with data.")
    if suffix in {".json", ".jsonl", ".ndjson"}:
        return structured.parse_json(text, thing, name, limits)
    if suffix in {".xlsx", ".xlsm", ".parquet"}:
        raise TableError(
            f"{thing} is named {suffix} but its content is plain text; expected that format. "
            "Rename it to .csv if it is delimited text, or export it again."
        )
    return parse_delimited(text, thing, name, limits)


def _refuse_other_formats(data: bytes, thing: str) -> None:
    for magic, kind, step in (
        (b"\xd0\xcf\x11\xe0", "an old .xls or a password-protected workbook", "Save it as .xlsx without a password."),
        (b"\x1f\x8b", "compressed with gzip", "Decompress it first."),
        (b"%PDF", "a PDF document", "Copy the table into a spreadsheet and save that."),
        (databases.SQLITE_MAGIC, "a SQLite database", "Open it by its path."),
    ):
        if data.startswith(magic):
            raise TableError(f"{thing} is {kind}; {_EXPECTED}. {step}")
    if databases.is_duckdb(data):
        raise TableError(f"{thing} is a DuckDB database; {_EXPECTED}. Open it by its path.")


def resolve(text: str) -> tuple[Path, str | None]:
    """The existing regular file that a path or database address names, and the part of it after ``#``."""
    if not text.strip():
        raise TableError(f"no file is named; {_EXPECTED}. Pass the path of a file.")
    address = _URL.fullmatch(text)
    if address and address["scheme"].lower() not in _DATABASE_SCHEMES:
        raise TableError(
            f"{redacted(text)} is an address on a network; expected a file on this machine or the address of a "
            "database, since nothing is fetched. Download it and pass its path."
        )
    if address:
        # sqlite:///data/x.db is relative and sqlite:////data/x.db absolute, as SQLAlchemy has it.
        text = address["path"].removeprefix("/")
    path, part = Path(text).expanduser(), None
    try:
        if not path.exists() and "#" in text:
            text, part = text.rsplit("#", 1)
            path = Path(text).expanduser()
        return _require_file(path), part
    except (OSError, ValueError, RuntimeError) as error:
        if isinstance(error, TableError):
            raise
        raise TableError(f"{text[:200]!r} cannot be opened ({error}); {_EXPECTED}. Check the path.") from None


def _require_file(path: Path) -> Path:
    if not path.exists():
        near = sorted(other.name for other in path.parent.glob("*") if other.suffix == path.suffix)[:5]
        hint = f"Files beside it: {', '.join(near)}." if near else "Check the path."
        raise TableError(f"there is no file {path}; {_EXPECTED}. {hint}")
    if path.is_dir():
        files = sorted(other.name for other in path.iterdir() if other.is_file())[:5]
        hint = f"Choose one of its files: {', '.join(files)}." if files else "Choose a file."
        raise TableError(f"{path} is a folder; {_EXPECTED}. {hint}")
    if not stat.S_ISREG(path.stat().st_mode):
        raise TableError(f"{path} is not a regular file; {_EXPECTED}. Save its content to a file first.")
    return path


def first_bytes(path: Path) -> bytes:
    """What a file begins with; ``TableError`` where it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(_MAGIC_BYTES)
    except OSError as error:
        raise TableError(f"{path} cannot be opened ({error.strerror}); {_EXPECTED}. Check its permissions.") from None


def _read_file(path: Path, limits: Limits) -> bytes:
    limits.check_bytes(str(path), path.stat().st_size)
    try:
        return path.read_bytes()
    except OSError as error:
        raise TableError(f"{path} cannot be read ({error.strerror}); {_EXPECTED}. Check the file.") from None


def _dialect(dialect: Dialect | str) -> Dialect:
    try:
        return Dialect(dialect)
    except ValueError:
        known = ", ".join(Dialect)
        raise TableError(f"there is no dialect {dialect!r}; expected one of {known}. Name one of these.") from None
