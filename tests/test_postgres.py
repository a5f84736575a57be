"""PostgreSQL: programs agree with their SQL there, the session only reads, and no password shows."""

from __future__ import annotations

import random
import traceback
from collections.abc import Iterator

import pytest

from neural_programmer.data.wikitablequestions import WikiTableQuestions
from neural_programmer.execution.engines import EngineError, PostgresEngine, agrees, engine_opener
from neural_programmer.execution.grounding import Grounding
from neural_programmer.language.text_form import read_program
from neural_programmer.tables.build import build_table
from tests.examples import example_programs, example_table
from tests.postgres_server import PostgresServer, postgres_server
from tests.sql_cases import OPERATIONS, TableCases, Tally, cases_of, generated_cases, hold_against

FAST_CASES = 60
SLOW_CASES = 1_000
REAL_TABLES = 60
PROGRAMS_EACH = 6


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with postgres_server() as running:
        yield running


@pytest.fixture(scope="module")
def engine(server: PostgresServer) -> Iterator[PostgresEngine]:
    with PostgresEngine(example_table(), server.address(), time_limit=2.0) as opened:
        yield opened


def check(cases: Iterator[TableCases], server: PostgresServer) -> Tally:
    """Every case agrees."""
    tally = Tally()
    for case in cases:
        hold_against(case, engine_opener(server.address()), tally)
    assert not tally.disagreements, "\n\n".join(tally.disagreements[:3])
    assert tally.defined > tally.cases / 2
    return tally


@pytest.mark.parametrize("total", [False, True])
def test_the_examples_agree(total: bool, server: PostgresServer) -> None:
    table = example_table(total=total)
    with PostgresEngine(table, server.address()) as opened:
        for name, program in example_programs().items():
            assert agrees(program, Grounding(table), opened), name


def test_sql_agrees_on_generated_tables(server: PostgresServer) -> None:
    assert check(generated_cases(seed=11, cases=FAST_CASES), server).cases == FAST_CASES


@pytest.mark.slow
def test_sql_agrees_on_a_thousand_generated_cases(server: PostgresServer) -> None:
    tally = check(generated_cases(seed=12, cases=SLOW_CASES), server)
    assert tally.cases == SLOW_CASES
    assert set(tally.operations) >= set(OPERATIONS)


@pytest.mark.slow
def test_sql_agrees_on_real_tables(server: PostgresServer, wikitablequestions: WikiTableQuestions) -> None:
    names = sorted({question.context for question in wikitablequestions.questions("training")})
    chosen = random.Random(13).sample(names, REAL_TABLES)
    check((cases_of(wikitablequestions.read_table(name), name, PROGRAMS_EACH) for name in chosen), server)


def test_the_order_of_texts_is_not_that_of_the_server(server: PostgresServer) -> None:
    import psycopg

    with psycopg.connect(server.address()) as connection:
        # English puts the hyphen of a date before nothing, as it were; characters do not.
        assert connection.execute("SELECT 'a' < 'B', 'a' COLLATE \"C\" < 'B'").fetchone() == (True, False)
    table = build_table(["Name", "Date"], [["a", "1950"], ["b", "May 1950"], ["c", "21 May 1950"], ["d", "May 21"]])
    with PostgresEngine(table, server.address()) as opened:
        for operation in ("argmax", "argmin"):
            program = read_program(f'#0 = all_rows(); #1 = {operation}(#0, "Date":date); #2 = select(#1, "Name":text)')
            assert agrees(program, Grounding(table), opened)


def test_long_names_that_are_cut_stay_apart(server: PostgresServer) -> None:
    name = "Größe " * 12
    table = build_table([name + "a", name + "b", "row_index"], [["1", "3", "5"], ["2", "4", "6"]], name=name + "c")
    with PostgresEngine(table, server.address()) as opened:
        for reference in table.view_references:
            quoted = f'"{reference.column}":{reference.view}'
            program = read_program(f"#0 = all_rows(); #1 = last(#0); #2 = select(#1, {quoted})")
            assert agrees(program, Grounding(table), opened), reference


def test_values_may_stand_apart_from_the_query(engine: PostgresEngine) -> None:
    names, rows = engine.fetch(
        'SELECT "Name", 7 %% 4 AS "%%" FROM "cup" WHERE "Name" = %(value_1)s', 5, {"value_1": "Bea"}
    )
    assert names == ("Name", "%")
    assert rows == (("Bea", 3),)


REFUSED = {
    "delete": 'DELETE FROM "cup"',
    "delete after a query": 'SELECT 1; DELETE FROM "cup"',
    "delete in a table expression": 'WITH x AS (DELETE FROM "cup" RETURNING *) SELECT * FROM x',
    "insert": 'INSERT INTO "cup" DEFAULT VALUES',
    "update": 'UPDATE "cup" SET row_index = 0',
    "drop": 'DROP TABLE "cup"',
    "create": "CREATE TABLE x (a INT)",
    "create temporary": "CREATE TEMPORARY TABLE x (a INT)",
    "select into": 'SELECT * INTO x FROM "cup"',
    "commit": "COMMIT",
    "read write": "SET TRANSACTION READ WRITE",
    "reset": "RESET ALL",
    "become": "SET ROLE postgres",
    "program": "COPY \"cup\" TO PROGRAM 'id'",
    "copy out": "COPY \"cup\" TO '/tmp/stolen'",
    "copy in": "COPY \"cup\" FROM '/etc/passwd'",
    "procedure": 'DO $$ BEGIN DELETE FROM "cup"; END $$',
    "prepared": 'PREPARE x AS DELETE FROM "cup"',
    "listen": "LISTEN x",
    "lock": 'LOCK TABLE "cup"',
    "explain": 'EXPLAIN ANALYZE DELETE FROM "cup"',
    "file": "SELECT pg_read_file('/etc/passwd')",
    "folder": "SELECT pg_ls_dir('/')",
    "import": "SELECT lo_import('/etc/passwd')",
    "export": "SELECT lo_export(1, '/tmp/stolen')",
    "passwords": "SELECT * FROM pg_authid",
    "query in xml": "SELECT query_to_xml('DELETE FROM \"cup\"', true, true, '')",
    "no sql": "what is the name",
}


@pytest.mark.parametrize("name", REFUSED)
def test_the_session_only_reads(name: str, engine: PostgresEngine) -> None:
    before = engine.run('SELECT * FROM "cup" ORDER BY row_index')
    with pytest.raises(EngineError, match="PostgreSQL refused the query") as caught:
        engine.run(REFUSED[name])
    assert len(str(caught.value)) < 500
    assert engine.run('SELECT * FROM "cup" ORDER BY row_index') == before


def test_no_setting_outlives_a_query(engine: PostgresEngine) -> None:
    for name, value in (("statement_timeout", "0"), ("standard_conforming_strings", "off")):
        before = engine.run(f"SELECT current_setting('{name}')")
        engine.run(f"SELECT set_config('{name}', '{value}', false)")
        assert engine.run(f"SELECT current_setting('{name}')") == before


@pytest.mark.parametrize(
    "slow",
    [
        "SELECT pg_sleep(60)",
        "SELECT COUNT(*) FROM generate_series(1, 100000) AS a, generate_series(1, 100000) AS b WHERE a * b % 7 = 1",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i > 0) SELECT SUM(i::NUMERIC) FROM n",
    ],
)
def test_a_slow_query_is_stopped(slow: str, engine: PostgresEngine) -> None:
    with pytest.raises(EngineError, match="PostgreSQL was stopped after 2 seconds"):
        engine.run(slow)
    assert engine.run("SELECT 1") == [(1,)]


def test_a_query_that_gives_too_many_rows_is_refused(engine: PostgresEngine) -> None:
    with pytest.raises(EngineError, match="gave more than 10,000 rows"):
        engine.run("SELECT a.row_index FROM cup AS a, cup AS b, cup AS c, cup AS d, cup AS e, cup AS f")


def test_characters_that_databases_refuse_do_not_break_the_check(server: PostgresServer) -> None:
    table = build_table(["Name", "Points"], [["a\x00b", "1"], ["\\'; DROP TABLE x --", "2"], ["\ud800", "3"]])
    with PostgresEngine(table, server.address()) as opened:
        for text in (*table.column("Name").cells, "\x00", "%", "'", "\\"):
            constant = '"' + "".join(f"\\u{ord(character):04x}" for character in text) + '"'
            for operation in ("filter_equals", "filter_contains", "filter_not_contains"):
                program = read_program(
                    f'#0 = all_rows(); #1 = {operation}(#0, "Name":text, {constant}); #2 = select(#1, "Name":text)'
                )
                assert agrees(program, Grounding(table), opened)


def test_a_superuser_is_refused(server: PostgresServer) -> None:
    with pytest.raises(EngineError, match="connect as a role without them") as caught:
        PostgresEngine(example_table(), server.superuser_address)
    assert server.password not in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("{password}", "wrong-{password}", "password authentication failed"),
        ("127.0.0.1:{port}", "127.0.0.1:1", "could not be reached"),
        ("/postgres", "/no_such_database", "could not be reached"),
        ("/postgres", "/postgres?password={password}&sslmode=never", "is no address|could not be reached"),
        ("/postgres", "/postgres?secret={password}", "is no address"),
        (":{password}", ":x@{password}", "is no address"),
        (":{password}", ":1/{password}", "is no address"),
        (":{password}", ":{password}#", "is no address"),
    ],
)
def test_no_error_shows_the_password(old: str, new: str, message: str, server: PostgresServer) -> None:
    known = {"password": server.password, "port": server.port}
    address = server.address().replace(old.format(**known), new.format(**known), 1)
    with pytest.raises(EngineError, match=message) as caught:
        PostgresEngine(example_table(), address)
    assert server.password not in "".join(traceback.format_exception(caught.value))


def test_a_refused_query_shows_no_password(server: PostgresServer) -> None:
    with PostgresEngine(example_table(), server.address()) as opened:
        with pytest.raises(EngineError) as caught:
            opened.run(f"SELECT '{server.password}'::INT")
        assert server.password not in str(caught.value)
        assert server.password not in repr(opened)


def test_a_table_too_wide_is_refused_with_the_reason(server: PostgresServer) -> None:
    table = build_table([f"column {number}" for number in range(500)], [["1"] * 500])
    with pytest.raises(EngineError, match="PostgreSQL could not load the table: tables can have at most 1600 columns"):
        PostgresEngine(table, server.address())


def test_a_table_without_rows(server: PostgresServer) -> None:
    table = build_table(["Name", "Points"], [])
    program = read_program("#0 = all_rows(); #1 = count(#0)")
    with PostgresEngine(table, server.address()) as opened:
        assert opened.run('SELECT * FROM "table"') == []
        assert agrees(program, Grounding(table), opened)
