"""Addresses of tables in databases, ``postgresql://user:secret@host/database#table``; secrets are never shown."""

from __future__ import annotations

import importlib
import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from neural_programmer.tables.database_url import redacted, without_secrets
from neural_programmer.tables.errors import TableError

if TYPE_CHECKING:
    import sqlalchemy

_URL = re.compile(r"[a-z][a-z0-9+.-]*://.*", re.IGNORECASE | re.DOTALL)
# Files and services that are no databases; DuckDB and SQLite files have loaders of their own.
_NO_DATABASES = frozenset(
    {"http", "https", "ftp", "ftps", "sftp", "file", "s3", "s3a", "gs", "gcs", "az", "azure", "hdfs", "hf", "data"}
)
_FILES = frozenset({"duckdb", "sqlite"})


@dataclass(frozen=True, repr=False)
class Address:
    """A database as SQLAlchemy names it, ``url``, and the ``table`` that was chosen (None: the only one).

    ``shown`` is the address without passwords, for messages.
    """

    url: str
    table: str | None
    shown: str

    def __repr__(self) -> str:
        return f"Address({self.shown!r})"

    def redacted(self, error: object) -> str:
        """What an error says first, without the secrets of the address."""
        cause = getattr(error, "orig", None) or error
        text = " ".join(str(cause).split("\n[SQL")[0].split()) or type(cause).__name__
        return without_secrets(text, self.url)[:500]


def database_address(text: str, table: str | None = None) -> Address | None:
    """The address of a table in a database server, None where a text is no such address."""
    if not _URL.fullmatch(text):
        return None
    scheme = text.split("://", 1)[0].lower()
    if scheme in _NO_DATABASES or scheme.split("+")[0] in _FILES:
        return None
    url, _, part = text.partition("#")
    chosen = table or unquote(part) or None
    return Address(url, chosen, f"{redacted(url)}{f'#{chosen}' if chosen else ''}")


def engine_of(address: Address) -> sqlalchemy.Engine:
    """SQLAlchemy's engine for a database, not connected yet; ``TableError`` names what is not installed."""
    try:
        library: Any = importlib.import_module("sqlalchemy")
    except ImportError:
        raise TableError(
            f"{address.shown} is read by SQLAlchemy, which is not installed; expected it beside this package. "
            'Install it: pip install "neural-programmer[databases]".'
        ) from None
    url = re.sub("^postgres(?:ql)?://", "postgresql+psycopg://", address.url, flags=re.IGNORECASE)
    try:
        engine: sqlalchemy.Engine = library.create_engine(url)
        return engine
    except library.exc.NoSuchModuleError:
        raise TableError(
            f"{address.shown} is no database that SQLAlchemy knows here; expected postgresql:// or another whose "
            "driver is installed. Check the address, or install the package that teaches SQLAlchemy that database."
        ) from None
    except ImportError as error:
        raise TableError(
            f"{address.shown} needs a driver that is not installed ({error.name or error}); expected it beside "
            'SQLAlchemy. For PostgreSQL install it with pip install "neural-programmer[databases]" and write '
            "postgresql://; for other databases install the driver, or name one that is, as in mysql+pymysql://."
        ) from None
    except (library.exc.SQLAlchemyError, ValueError, TypeError) as error:
        raise TableError(
            f"{address.shown} cannot be used ({address.redacted(error)}); expected "
            "scheme://user:password@host/database#table. Check the address."
        ) from None


def table_names(engine: sqlalchemy.Engine, address: Address) -> tuple[str, ...]:
    """The tables and views of a database's default schema, by name; ``TableError`` where it cannot be reached."""
    library: Any = importlib.import_module("sqlalchemy")
    try:
        found = library.inspect(engine)
        return tuple(sorted([*found.get_table_names(), *found.get_view_names()]))
    except library.exc.SQLAlchemyError as error:
        raise unreachable(address, error) from None


def reflected(engine: sqlalchemy.Engine, address: Address) -> sqlalchemy.Table:
    """The table that an address names, ``schema.table`` or the only one, with its columns as the database has them."""
    library: Any = importlib.import_module("sqlalchemy")
    schema, name = None, address.table
    if name is None:
        names = table_names(engine, address)
        if len(names) != 1:
            listed = ", ".join(names[:30]) or "none"
            raise TableError(
                f"{address.shown} holds {len(names)} tables; expected one, or the name of one. "
                f"Its tables are {listed}: write the address with #TABLE at its end."
            )
        name = names[0]
    try:
        found = library.inspect(engine)
        if not found.has_table(name) and "." in name:
            schema, name = name.split(".", 1)
        if not found.has_table(name, schema=schema):
            listed = ", ".join(table_names(engine, address)[:30]) or "none"
            raise TableError(
                f"{address.shown}: there is no table {address.table!r}; its tables are {listed}. Name one of them."
            )
        with warnings.catch_warnings():
            # A column of a type that SQLAlchemy does not know is read as text.
            warnings.simplefilter("ignore", library.exc.SAWarning)
            table: sqlalchemy.Table = library.Table(name, library.MetaData(), schema=schema, autoload_with=engine)
        return table
    except library.exc.SQLAlchemyError as error:
        raise unreachable(address, error) from None


def unreachable(address: Address, error: Exception) -> TableError:
    """The error of a database that cannot be reached or read, without the secrets of its address."""
    return TableError(
        f"{address.shown} cannot be read ({address.redacted(error)}); expected a database that can be reached, and a "
        "user who may read the table. Check the address, the password and the rights."
    )
