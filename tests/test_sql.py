"""The stored table, the written query, and the databases that run it."""

from __future__ import annotations

import math
import random
import sqlite3
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neural_programmer.execution.engines import DuckDBEngine, EngineError, SQLiteEngine, agrees, same_answer
from neural_programmer.execution.exact import Answer, answer
from neural_programmer.execution.grounding import Grounding
from neural_programmer.execution.sql import DIALECTS, columns_read, query_tree, sql_text, write_tree
from neural_programmer.execution.sql_facts import SqlFacts
from neural_programmer.execution.sql_schema import TableSchema, item_key
from neural_programmer.execution.sql_script import sql_script
from neural_programmer.language.program import Program
from neural_programmer.language.text_form import read_program
from neural_programmer.operations.sql_helpers import number_literal
from neural_programmer.tables.build import build_table
from neural_programmer.tables.table import Table
from tests.examples import example_programs, example_table, table_for

EngineClass = type[DuckDBEngine] | type[SQLiteEngine]

ENGINES: tuple[EngineClass, ...] = (DuckDBEngine, SQLiteEngine)


def test_the_query_is_as_plain_as_the_program() -> None:
    program = read_program('#0 = all_rows(); #1 = filter_greater(#0, "Points":number, 5); #2 = count(#1)')
    one_line = " ".join(sql_text(program, example_table()).split())
    assert one_line == "SELECT COUNT(*) FROM cup WHERE Points_number > 5"


def test_totals_are_excluded_only_where_the_table_has_some() -> None:
    program = read_program("#0 = all_rows(); #1 = count(#0)")
    assert "is_total" not in sql_text(program, example_table())
    assert "is_total = 0" in sql_text(program, example_table(total=True))


def test_stored_names_are_unique_whatever_their_case() -> None:
    headers = [
        "Points",
        "points_number",
        "POINTS_KEY",
        "row_index",
        "Row_Index",
        "is_total",
        "table",
        "a\x00b",
        "first_row",
    ]
    table = build_table(headers, [["Total"] + ["1"] * 8, *([["2"] * 9] * 3), ["Total", *(["7"] * 8)]], name="Table")
    schema = TableSchema(table)
    names = [schema.table_name, *(column.name for column in schema.columns)]
    assert len({name.casefold() for name in names}) == len(names)
    program = read_program('#0 = all_rows(); #1 = count_by_value(#0, "first_row":number)')
    for engine in ENGINES:
        with engine(table) as opened:
            assert agrees(program, Grounding(table), opened)


def test_raw_columns_keep_their_names_and_texts() -> None:
    table = build_table(["Name", 'A "quoted" one'], [["Zoë ", "–"], ["", "x"]])
    with DuckDBEngine(table) as engine:
        assert engine.run('SELECT "Name", "A ""quoted"" one" FROM "table" ORDER BY row_index') == [
            (table.column("Name").cells[0], "–"),
            (None, "x"),
        ]


def test_a_query_reads_only_the_columns_it_needs() -> None:
    schema = TableSchema(example_table())
    program = example_programs()["most points in a country"]
    names = [column.name for column in columns_read(query_tree(program, schema), schema)]
    assert names == ["row_index", "Name", "Country", "Points_number"]


@pytest.mark.parametrize(("name", "program"), example_programs().items())
def test_scripts_make_their_own_table(name: str, program: Program) -> None:
    table = table_for(name)
    expected = answer(program, Grounding(table))
    with duckdb.connect(":memory:") as connection:
        assert same_answer(expected, connection.execute(sql_script(program, table, "duckdb")).fetchall())
    connection_to_sqlite = sqlite3.connect(":memory:")
    *creation, query = sql_script(program, table, "sqlite").split(";\n")[:-1]
    for statement in creation:
        connection_to_sqlite.execute(statement)
    assert same_answer(expected, connection_to_sqlite.execute(query).fetchall())
    connection_to_sqlite.close()


def test_unknown_dialects_are_refused_by_name() -> None:
    program = read_program("#0 = all_rows(); #1 = count(#0)")
    for write in (sql_text, sql_script):
        with pytest.raises(ValueError, match=f"unknown SQL dialect 'dbase'; known are {', '.join(DIALECTS)}"):
            write(program, example_table(), "dbase")


def test_rows_have_no_query() -> None:
    with pytest.raises(ValueError, match="the last step, first, gives rows"):
        sql_text(read_program("#0 = all_rows(); #1 = first(#0)"), example_table())


def test_queries_grow_no_faster_than_programs() -> None:
    steps = ['#1 = argmax(#0, "Points":number)']
    sizes = []
    for number in range(2, 6):
        program = read_program("; ".join(["#0 = all_rows()", *steps, f"#{number} = count(#{number - 1})"]))
        sizes.append(len(sql_text(program, example_table())))
        steps.append(f'#{number} = argmin(#{number - 1}, "Date":date)')
    growth = [later - earlier for earlier, later in pairwise(sizes)]
    assert max(growth[1:]) <= growth[0] + 40


def test_a_step_used_twice_is_written_once() -> None:
    program = read_program(
        '#0 = all_rows(); #1 = argmax(#0, "Points":number); #2 = filter_equals(#1, "Country":text, "France"); '
        '#3 = filter_equals(#1, "Country":text, "Italy"); #4 = union(#2, #3); #5 = count(#4)'
    )
    assert sql_text(program, example_table()).count("MAX(") == 1


def test_numbers_are_read_back_exactly() -> None:
    with duckdb.connect(":memory:") as connection:

        @settings(deadline=None)
        @given(st.floats(allow_nan=False, allow_infinity=False))
        def check(number: float) -> None:
            sql = number_literal(number).sql("duckdb")
            assert connection.execute(f"SELECT CAST(({sql}) AS DOUBLE)").fetchall() == [(number,)]

        check()


@settings(deadline=None)
@given(st.text(alphabet="ab|~01"), st.text(alphabet="ab|~01"))
def test_item_keys_hold_no_bar_and_stay_apart(first: str, second: str) -> None:
    assert "|" not in item_key(first)
    assert (item_key(first) == item_key(second)) == (first == second)


@pytest.mark.parametrize("engine", ENGINES)
def test_characters_that_databases_refuse_do_not_break_the_check(engine: EngineClass) -> None:
    table = build_table(["Name", "Points"], [["a\x00b", "1"], ["it's; DROP TABLE x --", "2"], ["\ud800", "3"]])
    grounding = Grounding(table)
    with engine(table) as opened:
        for text in (*table.column("Name").cells, "\x00", "\ud800", "%", "'"):
            for operation in ("filter_equals", "filter_contains", "filter_not_contains"):
                constant = '"' + "".join(f"\\u{ord(character):04x}" for character in text) + '"'
                program = read_program(
                    f'#0 = all_rows(); #1 = {operation}(#0, "Name":text, {constant}); #2 = select(#1, "Name":text)'
                )
                assert agrees(program, grounding, opened)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_slow_query_is_stopped(engine: EngineClass) -> None:
    slow = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000000) SELECT MAX(i) FROM n"
        if engine is SQLiteEngine
        else "SELECT SUM(a.range * b.range % 7) FROM range(1000000) a, range(1000000) b"
    )
    with engine(example_table(), time_limit=0.2) as opened:
        with pytest.raises(EngineError, match=r"was stopped after 0.2 seconds|refused"):
            opened.run(slow)
        assert opened.run("SELECT 1") == [(1,)]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "sql",
    [
        "ATTACH '{place}' AS other",
        "COPY cup TO '{place}'",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "PRAGMA journal_mode = DELETE",
        "SELECT load_extension('x')",
        "SELECT * FROM no_such_table",
        "not SQL",
    ],
)
def test_engines_reach_nothing_but_their_table(engine: EngineClass, sql: str, tmp_path: Path) -> None:
    place = tmp_path / "made.db"
    with engine(example_table()) as opened, pytest.raises(EngineError, match="refused the query"):
        opened.run(sql.format(place=place))
    assert list(tmp_path.iterdir()) == []


def test_sqlite_writes_nothing() -> None:
    with SQLiteEngine(example_table()) as opened:
        for sql in ('DELETE FROM "cup"', 'DROP TABLE "cup"', "CREATE TABLE x (a)", 'UPDATE "cup" SET "Name" = 1'):
            with pytest.raises(EngineError, match="not authorized"):
                opened.run(sql)


@pytest.mark.parametrize(
    ("values", "rows", "same"),
    [
        ((), [(None,)], True),
        ((), [], True),
        ((), [(math.nan,)], True),
        ((0.1 + 0.2,), [(0.3,)], True),
        ((1.0,), [(1,)], True),
        ((1.0,), [(1.001,)], False),
        ((1.0,), [(1.0,), (1.0,)], False),
        (("a", "b"), [("b",), ("a",)], False),
        (("1",), [(1.0,)], False),
        ((1.0,), [("1",)], False),
        ((("a", 2.0),), [("a", 2)], True),
        ((("a", 2.0),), [("a",)], False),
    ],
)
def test_same_answer(values: tuple[str | float, ...], rows: list[tuple[str | float | None, ...]], same: bool) -> None:
    assert same_answer(Answer(values, (), bool(values)), rows) is same


def test_a_table_too_wide_for_sqlite_is_refused_with_the_reason() -> None:
    table = build_table([f"column {number}" for number in range(700)], [["1"] * 700])
    with pytest.raises(EngineError, match="SQLite could not load the table: too many columns"):
        SQLiteEngine(table)
    with DuckDBEngine(table) as engine:
        assert agrees(read_program('#0 = all_rows(); #1 = sum(#0, "column 9":number)'), Grounding(table), engine)


def test_the_query_that_is_checked_is_the_query_that_is_shown() -> None:
    table = example_table()
    schema = TableSchema(table)
    for program in (*example_programs().values(), *example_programs().values()):
        assert query_tree(program, schema).sql() == query_tree(program, TableSchema(table)).sql()


def test_a_large_table_is_loaded_and_asked() -> None:
    rng = random.Random(2)
    rows = [[f"name {number}", str(rng.randint(0, 10**6))] for number in range(5000)]
    table: Table = build_table(["Name", "Points"], rows)
    program = read_program('#0 = all_rows(); #1 = argmax(#0, "Points":number); #2 = select(#1, "Name":text)')
    for engine in ENGINES:
        with engine(table) as opened:
            assert agrees(program, Grounding(table), opened)


def test_texts_are_compared_as_they_are_written_where_that_is_enough() -> None:
    table = build_table(
        ["Club", "City"],
        [["Ajax", "Köln"], ["AJAX", "koln"], ["ajax", "Essen"], ["PSV", "Bonn"], ["Feyenoord", "100% [sic]"]],
        name="clubs",
    )
    grounding = Grounding(table)
    expected = {
        'filter_equals(#0, "Club":text, "psv")': "Club = 'PSV'",
        'filter_equals(#0, "Club":text, "ajax")': "Club_key = 'ajax'",  # written in three ways
        'filter_equals(#0, "City":text, "bonn")': "City = 'Bonn'",
        'filter_equals(#0, "City":text, "köln")': "City IN ('Köln', 'koln')",
        'filter_not_equals(#0, "City":text, "koln")': "City NOT IN ('Köln', 'koln')",
        'filter_equals(#0, "Club":text, "Nobody")': "Club = 'Nobody'",
        'filter_any(#0, "Club":text, ["psv", "feyenoord"])': "Club IN ('PSV', 'Feyenoord')",
        'filter_contains(#0, "Club":text, "feyenoord")': "Club LIKE '%Feyenoord%'",
        'filter_contains(#0, "Club":text, "ajax")': "Club_words LIKE '% ajax %'",  # LIKE may heed letter case
        'filter_contains(#0, "City":text, "100%")': "City_words LIKE '% 100 %'",  # a percent sign is more than itself
        'filter_contains(#0, "Club":text, "ps")': "Club_words LIKE '% ps %'",  # a part of a word is no word
    }
    for step, condition in expected.items():
        program = read_program(f"#0 = all_rows(); #1 = {step}; #2 = count(#1)")
        assert condition in " ".join(sql_text(program, table).split()), step
        for engine in ENGINES:
            with engine(table) as opened:
                assert agrees(program, grounding, opened)


def test_a_schema_that_knows_nothing_of_the_rows_gives_queries_that_are_right_too() -> None:
    for name, program in example_programs().items():
        table = table_for(name)
        with DuckDBEngine(table) as engine:
            engine.schema.facts = SqlFacts()
            assert agrees(program, Grounding(table), engine), name
            if name == "filter_equals":
                assert "Country_key = 'france'" in write_tree(query_tree(program, engine.schema), "duckdb")
