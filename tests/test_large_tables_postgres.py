"""Large tables in PostgreSQL give the answers that the same rows give in memory; nothing is written."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from neural_programmer.execution.engine import EngineError
from neural_programmer.execution.engines import same_answer
from neural_programmer.execution.exact import answer
from neural_programmer.execution.grounding import Grounding
from neural_programmer.language.candidates import Candidates
from neural_programmer.language.text_form import write_program
from neural_programmer.large.opening import open_table
from neural_programmer.large.table import LargeTable
from neural_programmer.operations.registry import OPERATION_NAMES
from neural_programmer.tables.errors import TableError
from neural_programmer.tables.loaders import list_parts
from neural_programmer.tables.loaders.load import load_table
from tests.generators import random_candidates, random_program
from tests.large_cases import rows_table
from tests.postgres_server import PostgresServer, postgres_server

ROWS = 400
PROGRAMS_EACH = 2

sqlalchemy = pytest.importorskip("sqlalchemy")
psycopg = pytest.importorskip("psycopg")

_KINDS = {
    "int64": "BIGINT",
    "int32": "INTEGER",
    "double": "DOUBLE PRECISION",
    "string": "TEXT",
    "bool": "BOOLEAN",
    "date32[day]": "DATE",
    "timestamp[us]": "TIMESTAMP",
    "decimal128(4, 2)": "NUMERIC(4, 2)",
}


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with postgres_server() as started:
        table = rows_table(ROWS)
        columns = ", ".join(f'"{field.name}" {_KINDS[str(field.type)]}' for field in table.schema)
        with psycopg.connect(started.superuser_address, autocommit=True) as connection:
            connection.execute(f'CREATE TABLE orders ({columns}, PRIMARY KEY ("Id"))')
            connection.execute(f"CREATE TABLE without_key ({columns})")
            connection.execute("CREATE TABLE secret (a INTEGER)")
            for name in ("orders", "without_key"):
                with connection.cursor().copy(f"COPY {name} FROM STDIN") as copy:
                    for row in zip(*table.to_pydict().values(), strict=True):
                        copy.write_row(row)
                connection.execute(f"GRANT SELECT ON {name} TO reader")
        yield started


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEURAL_PROGRAMMER_CACHE", str(tmp_path / "indexes"))


@pytest.mark.parametrize("name", ["orders", "public.without_key"])
def test_programs_give_the_answers_of_the_same_rows_in_memory(server: PostgresServer, name: str) -> None:
    address = f"{server.address()}#{name}"
    table = load_table(address)
    assert table.number_of_rows == ROWS
    grounding = Grounding(table)
    large = open_table(address, large_rows=0)
    assert isinstance(large, LargeTable)
    views = large.table.view_references
    # Of texts, PostgreSQL reads only what a short list tells.
    assert {view.column for view in views} == {column.name for column in table.columns}
    tried = answered = 0
    for operation in OPERATION_NAMES:
        draw = random.Random(f"postgres {operation}")
        for _ in range(PROGRAMS_EACH):
            constants = random_candidates(draw, large.table).constants
            program = random_program(draw, large.table, Candidates(views, constants), operation=operation)
            if program is None:
                continue
            expected = answer(program, grounding)
            rows: list[Any] = [
                value if isinstance(value, tuple) else (value,) for value in large.run(program).answer.values
            ]
            assert same_answer(replace(expected, values=expected.values[:1000]), rows), (
                f"{write_program(program)}\n{large.sql(program)}\nexpected {expected.values[:9]}, found {rows[:9]}"
            )
            tried += 1
            answered += expected.defined
    large.close()
    assert tried >= 80
    assert answered >= 40


def test_a_change_of_the_table_makes_a_new_index(server: PostgresServer) -> None:
    address = f"{server.address()}#orders"
    with open_large(address) as first:
        assert not first.was_indexed
    with open_large(address) as again:
        assert again.was_indexed
    with psycopg.connect(server.superuser_address, autocommit=True) as connection:
        connection.execute("""UPDATE orders SET "Town" = 'Lima' WHERE "Id" = 7""")
    with open_large(address) as changed:
        assert not changed.was_indexed
        assert changed.place.run("""SELECT "Town" FROM orders WHERE "Id" = 7""", 1) == [("Lima",)]


def test_nothing_is_written(server: PostgresServer) -> None:
    with open_large(f"{server.superuser_address}#orders") as large:
        for attack in ("DELETE FROM orders", "CREATE TABLE np_new (a INTEGER)", "UPDATE orders SET \"Town\" = 'x'"):
            with pytest.raises(EngineError, match="read-only"):
                large.place.run(attack, 1)
        large.place.time_limit = 0.2  # type: ignore[attr-defined]  # of this kind of place
        with pytest.raises(EngineError, match="timeout"):
            large.place.run("SELECT count(*) FROM orders, orders AS o, orders AS p, orders AS q", 1)


def test_messages_name_what_is_wrong_and_no_secret(server: PostgresServer) -> None:
    wrong = server.address().replace(server.password, "falsches-passwort")
    cases = (
        (f"{wrong}#orders", "password authentication failed"),
        (f"{server.address()}#nowhere", "there is no table 'nowhere'; its tables are orders"),
        (f"{server.address()}#secret", "permission denied"),
        (server.address(), "holds 3 tables"),
        (f"{server.address(database='nothing')}#orders", "does not exist"),
    )
    for address, said in cases:
        for opening in (open_table, load_table):
            with pytest.raises(TableError) as raised:
                opening(address)
            assert said in str(raised.value)
            assert server.password not in str(raised.value)
            assert "falsches-passwort" not in str(raised.value)


def test_the_tables_of_a_database_are_listed(server: PostgresServer) -> None:
    assert list_parts(server.address()) == ("orders", "secret", "without_key")


def test_times_with_a_zone_are_in_utc(server: PostgresServer) -> None:
    with psycopg.connect(server.superuser_address, autocommit=True) as connection:
        connection.execute("CREATE TABLE moments (id INTEGER PRIMARY KEY, seen TIMESTAMPTZ)")
        connection.execute("INSERT INTO moments VALUES (1, '2020-05-21 14:30+02'), (2, NULL)")
        connection.execute("GRANT SELECT ON moments TO reader")
        try:
            address = f"{server.address()}#moments"
            assert load_table(address).columns[1].cells == ("2020-05-21T12:30", "")
            with open_large(address) as large:
                assert large.place.rows([1]) == [(1, 1, datetime.datetime(2020, 5, 21, 12, 30))]
        finally:
            connection.execute("DROP TABLE moments")


def open_large(address: str) -> LargeTable:
    found = open_table(address, large_rows=0)
    assert isinstance(found, LargeTable)
    return found
