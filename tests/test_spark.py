"""Spark: programs agree with their SQL there, and a query can only compute from the table."""

from __future__ import annotations

import importlib.util
import random
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from neural_programmer.data.wikitablequestions import WikiTableQuestions
from neural_programmer.execution.engines import EngineError, SparkEngine, agrees
from neural_programmer.execution.grounding import Grounding
from neural_programmer.language.text_form import read_program
from neural_programmer.tables.build import build_table
from neural_programmer.tables.table import Table
from tests.examples import example_programs, example_table
from tests.postgres_server import missing
from tests.sql_cases import TableCases, Tally, cases_of, generated_cases, hold_against

# One Java process is enough for all of them.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("spark")]

GENERATED_CASES = 200
REAL_TABLES = 6
PROGRAMS_EACH = 5
_LONG = 100


@pytest.fixture(scope="module", autouse=True)
def spark() -> None:
    """Skips, or in CI fails, where something that Spark needs is not installed."""
    if importlib.util.find_spec("pyspark") is None:
        missing("pyspark", "pip install 'neural-programmer[spark]'")
    if shutil.which("java") is None:
        missing("a Java runtime", "apt-get install default-jre-headless")


@pytest.fixture(scope="module")
def engine(spark: None) -> Iterator[SparkEngine]:
    del spark
    with SparkEngine(example_table(), time_limit=60.0) as opened:
        yield opened


def check(cases: Iterator[TableCases]) -> Tally:
    """Every case agrees."""
    tally = Tally()
    for case in cases:
        hold_against(case, lambda table: SparkEngine(table, time_limit=120.0), tally)
    assert not tally.disagreements, "\n\n".join(tally.disagreements[:3])
    return tally


def test_the_examples_agree(engine: SparkEngine) -> None:
    table = example_table()
    for name, program in example_programs().items():
        assert agrees(program, Grounding(table), engine), name


def test_sql_agrees_on_generated_tables() -> None:
    tally = check(generated_cases(seed=21, cases=GENERATED_CASES))
    assert tally.cases == GENERATED_CASES
    assert tally.defined > GENERATED_CASES / 2


def test_sql_agrees_on_real_tables(wikitablequestions: WikiTableQuestions) -> None:
    names = sorted({question.context for question in wikitablequestions.questions("training")})
    chosen = random.Random(23).sample(names, REAL_TABLES)
    check(cases_of(wikitablequestions.read_table(name), name, PROGRAMS_EACH) for name in chosen)


def test_characters_that_databases_refuse_do_not_break_the_check() -> None:
    table = build_table(["Na`me", "Points"], [["a\x00b", "1"], ["\\'; DROP TABLE x --", "2"], ["\ud800", "3"]])
    with SparkEngine(table, time_limit=60.0) as opened:
        for text in (*table.column("Na`me").cells, "'", "\\"):
            constant = '"' + "".join(f"\\u{ord(character):04x}" for character in text) + '"'
            program = read_program(
                f'#0 = all_rows(); #1 = filter_equals(#0, "Na`me":text, {constant}); #2 = select(#1, "Na`me":text)'
            )
            assert agrees(program, Grounding(table), opened)


@pytest.mark.parametrize(
    "sql",
    [
        "DROP VIEW cup",
        "INSERT INTO cup VALUES (1)",
        "CREATE TABLE x AS SELECT 1",
        "CREATE TEMPORARY VIEW x AS SELECT 1",
        "SELECT 1; SELECT 2",
        "SET spark.sql.runSQLOnFiles = true",
        "CACHE TABLE cup",
        "ADD JAR '/tmp/x.jar'",
        "SELECT * FROM csv.`/etc/passwd`",
        "SELECT * FROM text.`file:///etc/passwd`",
        "SELECT TRANSFORM(1) USING 'touch {place}' AS (a)",
        "SELECT java_method('java.lang.System', 'getenv', 'HOME')",
        "SELECT reflect('java.lang.System', 'getProperty', 'user.home')",
        "SELECT try_reflect('java.lang.System', 'getProperty', 'user.home')",
        "SELECT (SELECT java_method('java.lang.System', 'getenv', 'HOME')) FROM cup",
        "SELECT xpath('<a>b</a>', 'a')",
        "SELECT input_file_name() FROM cup",
        "SELECT * FROM range(1000000000000)",
        "SELECT explode(sequence(1, 1000000000))",
        "INSERT OVERWRITE DIRECTORY '{place}' USING csv SELECT 1",
        "not SQL",
    ],
)
def test_a_query_only_computes_from_the_table(sql: str, engine: SparkEngine, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"Spark refused the query: .") as caught:
        engine.run(sql.format(place=tmp_path / "made"))
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []
    assert engine.run("SELECT COUNT(*) FROM cup") == [(6,)]


@pytest.mark.parametrize("tables", [9, 30])
def test_a_runaway_query_is_stopped_and_says_so(tables: int, spark: None) -> None:
    """Alone it would take many hours, so that a limit of seconds is kept by minutes on the busiest machine."""
    del spark
    joined = ", ".join(f"cup AS t{number}" for number in range(tables))
    total = " + ".join(f"t{number}.row_index" for number in range(tables))
    with SparkEngine(_long_table(), time_limit=3.0) as stopped, SparkEngine(example_table(), time_limit=300.0) as other:
        started = time.monotonic()
        with pytest.raises(EngineError, match="Spark was stopped after 3 seconds"):
            stopped.run(f"SELECT COUNT(*) FROM {joined} WHERE ({total}) % 7 = 3")
        assert time.monotonic() - started < 200
        # Neither this engine nor another waits for what was left of it.
        assert other.run("SELECT COUNT(*) FROM cup") == [(6,)]
        stopped.time_limit = 300.0
        assert stopped.run("SELECT COUNT(*) FROM cup") == [(_LONG,)]


def _long_table() -> Table:
    return build_table(["Name", "Points"], [[f"name {number}", str(number)] for number in range(_LONG)], name="cup")
