"""Scripts that make their own table: run in empty databases, and from the table's own file, they give the answer."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
import sqlglot

from neural_programmer.execution.engines import same_answer
from neural_programmer.execution.exact import answer
from neural_programmer.execution.grounding import Grounding
from neural_programmer.execution.sql import DIALECTS
from neural_programmer.execution.sql_file_script import FileScriptError, file_script
from neural_programmer.execution.sql_forms import SqlForm, sql_file, sql_in_form
from neural_programmer.execution.sql_script import comments, sql_script
from neural_programmer.language.text_form import read_program
from neural_programmer.tables.build import build_table
from neural_programmer.tables.loaders.load import load_table
from tests.examples import example_programs, table_for
from tests.postgres_server import DEBIAN_PACKAGE, PostgresServer, missing, postgres_server

PROGRAMS = example_programs()
MESSY = """Name,Founded,Price,Staff
Zoë,21 May 1950,"$1,200.50",12
"O'Neil; DROP TABLE x --",June 1951,$7,
"two
lines",,n/a,8 people
Ann,1949,"$1,200.50",3
"""
QUESTIONS = (
    '#0 = all_rows(); #1 = argmax(#0, "Price":number); #2 = select(#1, "Name":text)',
    '#0 = all_rows(); #1 = sum(#0, "Staff":number)',
    '#0 = all_rows(); #1 = filter_less(#0, "Founded":date, @1951); #2 = last(#1); #3 = select(#2, "Name":text)',
    '#0 = all_rows(); #1 = filter_not_contains(#0, "Name":text, "lines"); #2 = count(#1)',
    '#0 = all_rows(); #1 = count_by_value(#0, "Price":number)',
    '#0 = all_rows(); #1 = filter_empty(#0, "Founded":text); #2 = select(#1, "Name":text)',
)

# Names and cells that mean something to psql: its own commands, variables, placeholders, ends of statements.
ODD = """Order "no";$1,:Price %,\\Town,Select
1,"1,250 kg",\\d orders,"a
\\q
b"
2,3.5 kg,:name,no
3,n/a,$$Rome$$,"%s {0} ${x}"
4,900 kg,';DROP TABLE odd;--,"GO
/"
"""
ODD_QUESTIONS = (
    '#0 = all_rows(); #1 = argmax(#0, ":Price %":number); #2 = select(#1, "\\\\Town":text)',
    '#0 = all_rows(); #1 = filter_equals(#0, "\\\\Town":text, "\';DROP TABLE odd;--"); #2 = count(#1)',
    '#0 = all_rows(); #1 = last(#0); #2 = select(#1, "\\\\Town":text)',
    '#0 = all_rows(); #1 = sum(#0, ":Price %":number)',
)


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with postgres_server() as running:
        yield running


@pytest.fixture
def messy(tmp_path: Path) -> Path:
    path = tmp_path / "messy 'file'.csv"
    path.write_text(MESSY, encoding="utf-8")
    return path


def test_scripts_run_in_an_empty_postgresql(server: PostgresServer) -> None:
    import psycopg

    with psycopg.connect(server.superuser_address, autocommit=True) as connection:
        for number, (name, program) in enumerate(PROGRAMS.items()):
            table = table_for(name)
            connection.execute(f"CREATE SCHEMA empty_{number}")
            connection.execute(f"SET search_path = empty_{number}")
            statements = sqlglot.parse(sql_script(program, table, "postgres"), dialect="postgres")
            *creation, query = [one.sql("postgres") for one in statements if one]
            for statement in creation:
                connection.execute(statement)
            assert same_answer(answer(program, Grounding(table)), connection.execute(query).fetchall()), name


def test_scripts_run_as_they_are_in_the_program_psql(server: PostgresServer, tmp_path: Path) -> None:
    program = shutil.which("psql")
    if program is None:
        missing("the program psql", f"apt-get install {DEBIAN_PACKAGE}")
    path = tmp_path / "odd.csv"
    path.write_text(ODD, encoding="utf-8")
    table = load_table(path)
    script = tmp_path / "script.sql"
    for number, text in enumerate(ODD_QUESTIONS):
        asked = read_program(text)
        schema = f"CREATE SCHEMA alone_{number};\nSET search_path = alone_{number};\n"
        script.write_text(schema + sql_script(asked, table, "postgres"), encoding="utf-8")
        command = [str(program), server.superuser_address, "-XqAt", "-v", "ON_ERROR_STOP=1", "-f", str(script)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        assert (done.returncode, done.stderr) == (0, "")
        (value,) = answer(asked, Grounding(table)).values
        assert done.stdout == f"{value:g}\n" if isinstance(value, float) else f"{value}\n"


@pytest.mark.parametrize("name", ["select", "most_common_value", "a share", "with_unit", "the last but one"])
def test_scripts_run_in_the_program_sqlite3(name: str) -> None:
    program = shutil.which("sqlite3")
    if program is None:
        pytest.skip("needs the program sqlite3: apt-get install sqlite3")
    script = sql_script(PROGRAMS[name], table_for(name), "sqlite", ["a heading"])
    done = subprocess.run([program, ":memory:"], input=script, capture_output=True, text=True, check=True, timeout=60)
    lines = done.stdout.splitlines()
    found = [(float(line) if line.replace(".", "", 1).isdigit() else line,) for line in lines if line]
    assert same_answer(answer(PROGRAMS[name], Grounding(table_for(name))), found)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_scripts_are_read_back_in_every_dialect(dialect: str) -> None:
    script = sql_script(PROGRAMS["argmax"], table_for("argmax"), dialect, ["what is this?\nDROP TABLE cup; --", ""])
    kinds = [statement.key for statement in sqlglot.parse(script, dialect=dialect) if statement]
    assert kinds == ["create", "insert", "select"]
    assert script.startswith("-- what is this? DROP TABLE cup; --\n")


def test_texts_are_compared_by_their_characters_where_a_database_would_not() -> None:
    program, table = PROGRAMS["filter_less"], table_for("filter_less")
    assert 'TEXT COLLATE "C"' in sql_script(program, table, "postgres")
    assert "TEXT COLLATE utf8mb4_bin" in sql_script(program, table, "mysql")
    assert "NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2" in sql_script(program, table, "tsql")
    assert "COLLATE" not in sql_script(program, table, "duckdb")


def test_many_rows_take_several_statements() -> None:
    table = build_table(["n"], [[str(number)] for number in range(2001)], name="t")
    script = sql_script(read_program('#0 = all_rows(); #1 = sum(#0, "n":number)'), table, "sqlite")
    assert script.count("INSERT INTO t") == 3
    connection = sqlite3.connect(":memory:")
    connection.executescript(script.rpartition("SELECT")[0])
    assert connection.execute("SELECT COUNT(*), SUM(n_number) FROM t").fetchall() == [(2001, 2001000.0)]
    connection.close()


def test_a_table_without_rows_is_created_and_not_filled() -> None:
    table = build_table(["n"], [], name="t")
    script = sql_script(read_program("#0 = all_rows(); #1 = count(#0)"), table)
    assert "INSERT" not in script
    assert duckdb.sql(script).fetchall() == [(0,)]  # type: ignore[union-attr]


def _answers(script: str) -> list[tuple[object, ...]]:
    with duckdb.connect(":memory:") as connection:
        return connection.execute(script).fetchall()


@pytest.mark.parametrize("question", QUESTIONS)
def test_scripts_read_the_file_itself(messy: Path, question: str) -> None:
    program, table = read_program(question), load_table(messy)
    script = file_script(program, table, messy, ["a heading"])
    assert "READ_CSV(" in script
    assert "INSERT" not in script
    assert same_answer(answer(program, Grounding(table)), _answers(script))  # type: ignore[arg-type]


def test_scripts_read_parquet_and_total_rows(tmp_path: Path) -> None:
    path = tmp_path / "sales.parquet"
    sales = duckdb.sql(
        "SELECT * FROM (VALUES ('Ann', 1.5), ('Bea', 2.5), ('Total', 4.0)) AS sales(\"Name\", \"Sold, in t\")"
    )
    assert sales is not None
    sales.write_parquet(str(path))
    table = load_table(path)
    program = read_program('#0 = all_rows(); #1 = sum(#0, "Sold, in t":number)')
    script = file_script(program, table, path)
    assert "READ_PARQUET(" in script
    assert same_answer(answer(program, Grounding(table)), _answers(script))  # type: ignore[arg-type]
    assert table.totals.any()


def test_units_and_signs_are_taken_off_and_not_listed(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("Name,Time\n" + "".join(f"a{number},{number} min\n" for number in range(50)), encoding="utf-8")
    script = file_script(read_program('#0 = all_rows(); #1 = sum(#0, "Time":number)'), load_table(path), path)
    assert "CASE" not in script
    assert _answers(script) == [(1225.0,)]


def test_files_that_duckdb_reads_otherwise_are_refused(tmp_path: Path) -> None:
    program = read_program("#0 = all_rows(); #1 = count(#0)")
    table = build_table(["a"], [["1"], ["2"]], name="t")
    sheet, absent, longer = tmp_path / "t.xlsx", tmp_path / "absent.csv", tmp_path / "longer.csv"
    longer.write_text("a\n1\n2\n3\n", encoding="utf-8")
    for path, message in ((sheet, "CSV, TSV and Parquet"), (absent, "cannot read"), (longer, "3 rows")):
        with pytest.raises(FileScriptError, match=f"{message}.*take the script that holds the rows"):
            file_script(program, table, path)


def test_a_file_with_other_values_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a\n1\n1\n", encoding="utf-8")
    table = build_table(["a"], [["1"], ["2"]], name="t")
    with pytest.raises(FileScriptError, match="take the script that holds the rows"):
        file_script(read_program('#0 = all_rows(); #1 = sum(#0, "a":number)'), table, path)


def test_forms_have_names(messy: Path) -> None:
    program, table = PROGRAMS["filter_equals"], table_for("select")
    assert sql_in_form(program, table, "sqlite", "query").startswith("SELECT")
    assert sql_in_form(program, table, "sqlite", "script").startswith("CREATE TABLE")
    assert ":value_1" in sql_in_form(program, table, "sqlite", "parameters")
    assert sql_file(program, table, "sqlite", SqlForm.PARAMETERS, []).endswith("-- value_1: 'France'\n")
    with pytest.raises(ValueError, match="unknown form of SQL 'poem'; known are query, script, parameters"):
        sql_in_form(program, table, "sqlite", "poem")


def test_comments_end_with_their_lines() -> None:
    assert comments(["a\nb\r\u2028c\x00\x1b[0m */ --"]) == "-- a b c [0m */ --\n"
