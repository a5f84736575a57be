"""A table in a PostgreSQL server, as a temporary table of one session that only reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sqlglot import exp

from neural_programmer.execution.engine import TIME_LIMIT_SECONDS, EngineError, Fetched, TableEngine
from neural_programmer.execution.sql import write_tree
from neural_programmer.execution.sql_schema import StoredValue
from neural_programmer.execution.sql_script import create_table
from neural_programmer.operations.sql_helpers import table_name
from neural_programmer.tables.database_url import is_clear, redacted, without_secrets
from neural_programmer.tables.table import Table

if TYPE_CHECKING:
    import psycopg

_CONNECTING_SECONDS = 10
# Settings that the session keeps, whatever the server or the user's defaults are.
_SETTINGS = {
    # Without them backslashes in texts would mean something.
    "standard_conforming_strings": "on",
    "search_path": "pg_temp, pg_catalog",
    "work_mem": "64MB",
    "max_parallel_workers_per_gather": "0",
    # Compiling a query takes longer than answering it from a small table.
    "jit": "off",
}
# Rights with which a query could read or write files of the server, or start programs on it.
_DANGEROUS_ROLES = ("pg_read_server_files", "pg_write_server_files", "pg_execute_server_program")


class PostgresEngine(TableEngine):
    """A table as a temporary table of a PostgreSQL session, which is read by one SELECT at a time and never written.

    ``address`` is a ``postgresql://`` URL; messages show it without its password. The session's role may not be able
    to read files of the server. ``EngineError`` where it may, where the server cannot be reached, and where the table
    has more columns, with its typed ones, than PostgreSQL takes (1,600).
    """

    name = "PostgreSQL"
    dialect = "postgres"

    def __init__(self, table: Table, address: str, time_limit: float = TIME_LIMIT_SECONDS) -> None:
        super().__init__(table, time_limit)
        self._address = address
        self._connection = self._connect()
        import psycopg

        try:
            self._check_role()
            self._load()
        except psycopg.Error as error:
            self._connection.close()
            raise self._error("PostgreSQL could not load the table", error) from None
        except BaseException:
            self._connection.close()
            raise

    def _connect(self) -> psycopg.Connection:
        try:
            import psycopg
        except ImportError:
            raise EngineError(
                "PostgreSQL needs the package psycopg: pip install 'neural-programmer[databases]'"
            ) from None
        if not is_clear(self._address):
            raise self._no_address()
        try:
            return psycopg.connect(
                self._address,
                connect_timeout=_CONNECTING_SECONDS,
                client_encoding="UTF8",
                application_name="neural-programmer",
            )
        except psycopg.ProgrammingError:
            # The driver's own words quote pieces of the address, which may be pieces of the password.
            raise self._no_address() from None
        except psycopg.Error as error:
            raise self._error(f"PostgreSQL at {redacted(self._address)} could not be reached", error) from None

    def _no_address(self) -> EngineError:
        return EngineError(
            f"{redacted(self._address)} is no address of a PostgreSQL database; expected "
            "postgresql://USER:PASSWORD@HOST:PORT/DATABASE, with special characters of the password as %40"
        )

    def _error(self, what: str, error: Exception) -> EngineError:
        return EngineError(f"{what}: {without_secrets(' '.join(str(error).split()), self._address)}")

    def _check_role(self) -> None:
        with self._connection.cursor() as cursor:
            for role in _DANGEROUS_ROLES:
                # Whoever is not told of such a role cannot be one, and a superuser is every one.
                cursor.execute("SELECT pg_has_role(oid, 'MEMBER') FROM pg_roles WHERE rolname = %s", [role])
                if cursor.fetchone() == (True,):
                    raise EngineError(
                        f"the PostgreSQL role of {redacted(self._address)} has the rights of {role}, with which a "
                        "query could reach files of the server; connect as a role without them, which is no superuser"
                    )
            cursor.execute("SHOW server_encoding")
            if cursor.fetchone() != ("UTF8",):
                raise EngineError("the PostgreSQL database does not keep texts as UTF8; use one that does")

    def _load(self) -> None:
        from psycopg import sql

        columns = self.schema.columns
        created = create_table(self.schema, columns)
        created.set("properties", exp.Properties(expressions=[exp.TemporaryProperty()]))
        for definition in created.find_all(exp.ColumnDef):
            if definition.kind is not None and definition.kind.is_type(exp.DType.TEXT):
                # Texts are compared by their characters, as everywhere else, not in the order of a language.
                binary = exp.CollateColumnConstraint(this=exp.to_identifier("C", quoted=True))
                definition.append("constraints", exp.ColumnConstraint(kind=binary))
        with self._connection.cursor() as cursor:
            for name, value in _SETTINGS.items():
                cursor.execute("SELECT set_config(%s, %s, false)", [name, value])
            for name in ("statement_timeout", "lock_timeout"):
                cursor.execute("SELECT set_config(%s, %s, false)", [name, f"{max(1, round(self.time_limit * 1000))}ms"])
            cursor.execute(sql.SQL(write_tree(created, self.dialect)))
            into = table_name(self.schema).sql(dialect=self.dialect)
            with cursor.copy(sql.SQL(f"COPY {into} FROM STDIN")) as copy:
                for row in zip(*(column.values() for column in columns), strict=True):
                    copy.write_row(row)
            cursor.execute(sql.SQL(f"ANALYZE {into}"))
        self._connection.commit()
        self._connection.read_only = True

    def close(self) -> None:
        """Ends the session, and the temporary table with it."""
        self._connection.close()

    def _fetch(self, sql: str, most: int, parameters: Mapping[str, StoredValue]) -> Fetched:
        import psycopg

        try:
            # A cursor can only be declared for one query that reads, and gives no more rows than are asked for.
            with self._connection.cursor("query") as cursor:
                cursor.execute(sql, dict(parameters) if parameters else None)
                names = tuple(column.name for column in cursor.description or ())
                return names, tuple(cursor.fetchmany(most))
        except psycopg.errors.QueryCanceled:
            raise self.stopped() from None
        except (psycopg.Error, UnicodeError) as error:
            raise self._error("PostgreSQL refused the query", error) from None
        finally:
            if not self._connection.closed:
                self._connection.rollback()
