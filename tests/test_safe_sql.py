"""SQL that a person wrote: what is let through, what is refused, and that it runs within its limits."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from neural_programmer.execution.engines import DuckDBEngine, EngineError
from neural_programmer.execution.safe_sql import MOST_CHARACTERS, MOST_ROWS, UnsafeSqlError, check_sql, run_sql
from neural_programmer.execution.sql import DIALECTS, sql_text
from neural_programmer.tables.build import build_table
from tests.examples import example_programs, example_table, table_for

NESTED = "(" * 3000 + "1" + ")" * 3000

REFUSED = {
    "two statements": 'SELECT 1; DROP TABLE "cup"',
    "nothing": "  ;  ",
    "no sql": "what is the name",
    "update": "UPDATE cup SET Name = 'x'",
    "delete": "DELETE FROM cup",
    "insert": "INSERT INTO cup SELECT * FROM cup",
    "insert in a table expression": "WITH x AS (INSERT INTO cup VALUES (1)) SELECT * FROM x",
    "delete in a table expression": "WITH x AS (DELETE FROM cup RETURNING *) SELECT * FROM x",
    "create": "CREATE TABLE y AS SELECT * FROM cup",
    "drop": "DROP TABLE cup",
    "select into": "SELECT * INTO y FROM cup",
    "copy out": "COPY cup TO '/tmp/stolen.csv'",
    "copy query": "COPY (SELECT 1) TO '/tmp/stolen.csv'",
    "pragma": "PRAGMA database_list",
    "set": "SET enable_external_access = true",
    "attach": "ATTACH '/tmp/x.db'",
    "install": "INSTALL httpfs",
    "load": "LOAD httpfs",
    "call": "CALL pragma_version()",
    "explain": "EXPLAIN ANALYZE SELECT 1",
    "describe": "DESCRIBE cup",
    "summarize": "SUMMARIZE cup",
    "values": "VALUES (1)",
    "file": "SELECT * FROM '/etc/passwd'",
    "csv": "SELECT * FROM read_csv('/etc/passwd')",
    "csv auto": "SELECT * FROM read_csv_auto('/etc/passwd')",
    "text": "SELECT * FROM read_text('/etc/passwd')",
    "blob": "SELECT * FROM read_blob('/etc/passwd')",
    "parquet": "SELECT * FROM read_parquet('s3://bucket/x')",
    "parquet scan": "SELECT * FROM parquet_scan('x')",
    "glob": "SELECT * FROM glob('/etc/*')",
    "in a subquery": "SELECT (SELECT content FROM read_text('/etc/passwd')) FROM cup",
    "in a set operation": "SELECT 1 UNION ALL SELECT content FROM read_text('/etc/passwd')",
    "postgres file": "SELECT pg_read_file('/etc/passwd')",
    "environment": "SELECT getenv('HOME')",
    "setting": "SELECT current_setting('temp_directory')",
    "settings": "SELECT * FROM duckdb_settings()",
    "secrets": "SELECT * FROM duckdb_secrets()",
    "schema": "SELECT * FROM information_schema.tables",
    "catalog": "SELECT * FROM pg_catalog.pg_tables",
    "master": "SELECT * FROM sqlite_master",
    "another table": "SELECT * FROM employees",
    "dynamic query": "SELECT * FROM query('SELECT 1')",
    "dynamic table": "SELECT * FROM query_table('cup')",
    "sleep": "SELECT pg_sleep(100)",
    "long series": "SELECT * FROM range(1000000000000)",
    "series": "SELECT * FROM generate_series(1, 1000000000000)",
    "repeat": "SELECT repeat('x', 1000000000)",
    "unnest": "SELECT unnest([1, 2])",
    "random": "SELECT random()",
    "version": "SELECT version()",
    "load extension": "SELECT load_extension('x')",
    "sample": "SELECT * FROM cup USING SAMPLE 1",
    "pivot": "PIVOT cup ON Name",
    "columns by pattern": "SELECT COLUMNS('.*') FROM cup",
    "lambda": "SELECT list_transform([1], x -> x) FROM cup",
    "parameter": "SELECT $1",
    "cast to a table": "SELECT 'cup'::regclass",
    "lock": "SELECT * FROM cup FOR UPDATE",
    "nested": f"SELECT {NESTED}",
    "long": "SELECT " + " + ".join(["1"] * MOST_CHARACTERS),
    "many parts": "SELECT " + "+".join(["1"] * (MOST_CHARACTERS // 2 - 10)),
}


@pytest.fixture(scope="module")
def engine() -> DuckDBEngine:
    return DuckDBEngine(example_table(), time_limit=3.0)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_reading_query_is_refused_with_a_message(name: str, engine: DuckDBEngine) -> None:
    with pytest.raises(UnsafeSqlError) as caught:
        run_sql(REFUSED[name], engine)
    assert 10 < len(str(caught.value)) < 400
    assert "\x1b" not in str(caught.value)


def test_nothing_that_was_refused_left_a_trace(engine: DuckDBEngine) -> None:
    for name in ("delete", "insert in a table expression", "copy out", "copy query", "drop"):
        with pytest.raises(UnsafeSqlError):
            run_sql(REFUSED[name], engine)
    assert run_sql('SELECT COUNT(*) FROM "cup"', engine).rows == ((6,),)
    assert not Path("/tmp/stolen.csv").exists()


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        (
            'SELECT "Name" FROM "cup" WHERE "Points_number" > 9 ORDER BY row_index',
            [("Ann van Dam",), ("Cy",), ("Flo",)],
        ),
        ("select count(*) from CUP;", [(6,)]),
        ("(SELECT 1)", [(1,)]),
        ("SELECT 1 UNION SELECT 2 ORDER BY 1", [(1,), (2,)]),
        ("SELECT 1 EXCEPT SELECT 2", [(1,)]),
        (
            "WITH best AS (SELECT MAX(Points_number) AS most FROM cup) SELECT Name FROM cup, best "
            "WHERE Points_number = most ORDER BY row_index",
            [("Ann van Dam",), ("Cy",)],
        ),
        ("SELECT Country, COUNT(*) AS n FROM cup GROUP BY Country HAVING COUNT(*) > 1 ORDER BY 1", None),
        ("SELECT UPPER(Name) || '!' FROM cup LIMIT 1 -- shouted", [("ANN VAN DAM!",)]),
        ("SELECT CASE WHEN AVG(Points_number) > 5 THEN 'many' ELSE 'few' END FROM cup", [("many",)]),
        ("SELECT row_index, ROW_NUMBER() OVER (ORDER BY Points_number DESC NULLS LAST) FROM cup LIMIT 0", []),
        ("SELECT CAST('7' AS INTEGER) + 1", [(8,)]),
        ("FROM cup SELECT MAX(Points_number)", [(12.0,)]),
    ],
)
def test_a_reading_query_runs(sql: str, rows: list[tuple[object, ...]] | None, engine: DuckDBEngine) -> None:
    found = run_sql(sql, engine)
    assert not found.more
    if rows is not None:
        assert list(found.rows) == rows


def test_columns_have_their_names(engine: DuckDBEngine) -> None:
    assert run_sql("SELECT Name AS who, Points_number FROM cup", engine).columns == ("who", "Points_number")


def test_a_query_in_another_dialect_is_read_as_such(engine: DuckDBEngine) -> None:
    assert run_sql("SELECT TOP 1 [Name] FROM [cup] ORDER BY row_index", engine, "tsql").rows == (("Ann van Dam",),)


@pytest.mark.parametrize("name", example_programs())
def test_the_query_of_every_program_may_be_edited_and_run(name: str) -> None:
    table = table_for(name)
    sql = sql_text(example_programs()[name], table)
    engine = DuckDBEngine(table)
    assert list(run_sql(sql, engine).rows) == engine.run(sql)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_query_of_a_program_may_be_edited_in_every_dialect(dialect: str) -> None:
    for name in ("kth_max", "most_common_value", "filter_contains"):
        check_sql(sql_text(example_programs()[name], table_for(name), dialect), "cup", dialect)


def test_long_results_are_cut_and_say_so() -> None:
    table = build_table(["N"], [[str(n)] for n in range(MOST_ROWS + 1)], name="long")
    found = run_sql("SELECT * FROM long", DuckDBEngine(table))
    assert len(found.rows) == MOST_ROWS
    assert found.more


def test_an_endless_query_is_stopped_by_the_clock(engine: DuckDBEngine) -> None:
    endless = (
        "WITH RECURSIVE more AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM more WHERE n > 0) SELECT SUM(n) FROM more"
    )
    started = time.monotonic()
    with pytest.raises(EngineError, match=r"stopped after 3 seconds|refused the query"):
        run_sql(endless, engine)
    assert time.monotonic() - started < 60
    assert run_sql("SELECT 1", engine).rows == ((1,),), "the engine serves on"


def test_a_query_that_needs_too_much_memory_fails(engine: DuckDBEngine) -> None:
    doubled = ", ".join(f"a{n} AS (SELECT s || s AS s FROM a{n - 1})" for n in range(1, 34))
    with pytest.raises(EngineError):
        run_sql(f"WITH a0 AS (SELECT 'xxxxxxxxxx' AS s), {doubled} SELECT LENGTH(s) FROM a33", engine)


def test_an_error_of_the_database_is_a_message(engine: DuckDBEngine) -> None:
    with pytest.raises(EngineError, match="Nme"):
        run_sql("SELECT Nme FROM cup", engine)


def test_hostile_names_are_names() -> None:
    name = 'a"; DROP TABLE x; --'
    engine = DuckDBEngine(build_table([name], [["1"]], name=f"{name}2"))
    quoted = name.replace('"', '""')
    assert run_sql(f'SELECT "{quoted}" FROM "{quoted}2"', engine).rows == (("1",),)
