"""Injection: hostile headers, cells, constants, table names, queries and questions change and reach nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neural_programmer.api import load
from neural_programmer.execution.engines import DuckDBEngine, EngineError, SQLiteEngine, TableEngine, agrees
from neural_programmer.execution.grounding import Grounding
from neural_programmer.execution.safe_sql import UnsafeSqlError, run_sql
from neural_programmer.language.program import Program
from neural_programmer.language.text_form import read_program
from neural_programmer.tables.build import build_table
from neural_programmer.tables.table import Table
from tests.examples import example_table

SECRET = "the secret of this test"

# What comes after a quote is closed, or instead of a name; {place} is a file that must not be made, {file} one with a
# secret that must not be read.
STATEMENTS = (
    'DROP TABLE "cup"',
    'DELETE FROM "cup"',
    'UPDATE "cup" SET row_index = 0',
    'INSERT INTO "cup" SELECT * FROM "cup"',
    'ALTER TABLE "cup" RENAME TO "gone"',
    'CREATE TABLE "made" AS SELECT 1',
    'CREATE TRIGGER made AFTER INSERT ON "cup" BEGIN SELECT 1; END',
    "ATTACH '{place}' AS made",
    "COPY \"cup\" TO '{place}'",
    "COPY (SELECT 1) TO '{place}' (FORMAT PARQUET)",
    "EXPORT DATABASE '{place}'",
    "VACUUM INTO '{place}'",
    "SELECT * FROM read_csv('{file}')",
    "SELECT content FROM read_text('{file}')",
    "SELECT * FROM '{file}'",
    "SELECT * FROM glob('{file}')",
    "SELECT readfile('{file}')",
    "SELECT writefile('{place}', 'x')",
    "SELECT load_extension('{file}')",
    "SELECT edit('x', 'touch {place}')",
    "SELECT getenv('HOME') FROM read_blob('{file}')",
    "INSTALL httpfs",
    "LOAD '{file}'",
    "SET enable_external_access = true",
    "RESET ALL",
    "PRAGMA writable_schema = ON",
    "PRAGMA temp_store_directory = '{place}'",
    "CALL pragma_version()",
    "CREATE SECRET made (TYPE S3)",
    'PREPARE made AS DELETE FROM "cup"',
    "BEGIN",
    "COMMIT",
    "SELECT 1",
)
WRAPPERS = (
    "{statement}",
    "{statement};",
    " \n\t{statement} -- ",
    "/* */ {statement} /* */",
    "SELECT 1; {statement}",
    "SELECT 1; {statement}; --",
    "COMMIT; {statement}",
    "ROLLBACK; {statement}; SELECT 1",
    "WITH x AS ({statement}) SELECT * FROM x",
    "SELECT * FROM ({statement}) AS x",
    "SELECT ({statement})",
    "SELECT 1 UNION ALL {statement}",
    "EXPLAIN ANALYZE {statement}",
    'SELECT * FROM "cup" WHERE EXISTS ({statement})',
    "SELECT 'it''s'; {statement}",
    "SELECT 'x\\'; {statement} --'",
)
QUOTES = ("'", '"', "`", "]", "\\'", "''", '";', "');", '")', "*/", "\x00'", "\n'", "$$", "", "%' OR ''='")


@pytest.fixture
def traps(tmp_path: Path) -> dict[str, str]:
    """A file with a secret, and a place where none may appear."""
    file = tmp_path / "secret.csv"
    file.write_text(f"{SECRET}\n1\n", encoding="utf-8")
    return {"place": str(tmp_path / "made"), "file": str(file)}


@pytest.fixture(params=[DuckDBEngine, SQLiteEngine])
def engine(request: pytest.FixtureRequest) -> Iterator[TableEngine]:
    with request.param(example_table()) as opened:
        yield opened


def contents(engine: TableEngine) -> str:
    """Everything that the engine's table holds, as text."""
    return repr(engine.run(f'SELECT * FROM "{engine.schema.table_name}" ORDER BY row_index'))


def only_the_secret_is_there(traps: dict[str, str]) -> bool:
    file = Path(traps["file"])
    return list(file.parent.iterdir()) == [file] and file.read_text(encoding="utf-8") == f"{SECRET}\n1\n"


def attempts(traps: dict[str, str]) -> list[str]:
    """Statements that no reader may run, each in every wrapper."""
    filled = [statement.format(**traps) for statement in STATEMENTS]
    return [wrapper.replace("{statement}", statement) for wrapper, statement in product(WRAPPERS, filled)]


def test_queries_change_nothing_and_read_no_file(engine: TableEngine, traps: dict[str, str]) -> None:
    before = contents(engine)
    tried = attempts(traps)
    assert len(tried) >= 500, "with two databases more than a thousand"
    for sql in tried:
        try:
            found = repr(engine.run(sql))
        except EngineError as error:
            found = str(error)
        assert SECRET not in found, sql
    assert contents(engine) == before
    assert only_the_secret_is_there(traps)


def test_queries_typed_by_a_person_are_refused_or_only_read(traps: dict[str, str]) -> None:
    with DuckDBEngine(example_table()) as engine:
        before = contents(engine)
        ran = 0
        for sql in attempts(traps):
            try:
                found = run_sql(sql, engine)
            except (UnsafeSqlError, EngineError):
                continue
            ran += 1
            assert SECRET not in repr(found), sql
        assert ran < len(WRAPPERS), "of all statements only SELECT 1 reads"
        assert contents(engine) == before
    assert only_the_secret_is_there(traps)


def payloads(traps: dict[str, str]) -> list[str]:
    """Texts that would end a quoted text or name and go on with a statement."""
    chosen = [statement.format(**traps) for statement in STATEMENTS[::4]]
    return [f"x{quote}; {statement}; --{quote}" for quote, statement in product(QUOTES, chosen)]


def programs_with(text: str, header: str) -> list[Program]:
    """Programs that write the text as a constant and the header as a name."""
    constant, name = _written(text), _written(header)
    forms = (
        f"#1 = filter_equals(#0, {name}:text, {constant}); #2 = select(#1, {name}:text)",
        f"#1 = filter_contains(#0, {name}:text, {constant}); #2 = count(#1)",
        f"#1 = most_common_value(#0, {name}:text)",
    )
    return [read_program(f"#0 = all_rows(); {form}") for form in forms]


def _written(text: str) -> str:
    """A text in quotes as the text form of programs reads it."""
    return json.dumps(text)


def hostile_table(text: str) -> Table:
    """A table whose name, one header and some cells are the text."""
    return build_table(["Name", text], [[text, "1"], ["x", text], [text, text]], name=text)


@pytest.mark.parametrize("opener", [DuckDBEngine, SQLiteEngine])
def test_names_cells_and_constants_are_only_texts(opener: type[TableEngine], traps: dict[str, str]) -> None:
    tried = 0
    for text in payloads(traps):
        table = hostile_table(text)
        header = table.columns[1].name
        with opener(table) as engine:
            for program in programs_with(text, header):
                assert agrees(program, Grounding(table), engine), (text, program)
                tried += 1
    assert tried >= 300
    assert only_the_secret_is_there(traps)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.sampled_from("'\"`[]\\;-/*%_$?:{}()\x00\n\u2028é\ud800 xX0"), min_size=1, max_size=12))
def test_any_text_may_be_a_name_a_cell_and_a_constant(text: str) -> None:
    table = hostile_table(text)
    header = table.columns[1].name
    for opener in (DuckDBEngine, SQLiteEngine):
        with opener(table) as engine:
            for program in programs_with(text, header):
                assert agrees(program, Grounding(table), engine)


def test_questions_are_only_texts(tiny_checkpoint: Path, traps: dict[str, str]) -> None:
    programmer = load(tiny_checkpoint)
    prepared = programmer.prepare(example_table())
    before = contents(prepared.engine)
    for text in payloads(traps)[::4]:
        response = programmer.ask(prepared, f"which name has the points {text}?")
        assert response.sql_agrees in (True, None), text
    assert contents(prepared.engine) == before
    assert only_the_secret_is_there(traps)


def test_a_query_that_gives_too_many_rows_is_refused(engine: TableEngine) -> None:
    many = "SELECT a.row_index FROM cup AS a, cup AS b, cup AS c, cup AS d, cup AS e, cup AS f"
    with pytest.raises(EngineError, match="gave more than 10,000 rows"):
        engine.run(many)
    assert len(engine.fetch(many, 7)[1]) == 7
    assert engine.run("SELECT 1") == [(1,)]


def test_a_text_that_would_fill_the_memory_is_refused(engine: TableEngine) -> None:
    doubled = ", ".join(f"a{n} AS (SELECT s || s AS s FROM a{n - 1})" for n in range(1, 34))
    with pytest.raises(EngineError, match=r"refused the query|was stopped"):
        engine.run(f"WITH a0 AS (SELECT 'xxxxxxxxxx' AS s), {doubled} SELECT LENGTH(s) FROM a33")


def test_a_runaway_query_is_stopped_and_says_so() -> None:
    tables = ", ".join(f"cup AS t{number}" for number in range(20))
    total = " + ".join(f"t{number}.row_index" for number in range(20))
    for opener in (DuckDBEngine, SQLiteEngine):
        with opener(example_table(), time_limit=0.5) as engine:
            with pytest.raises(EngineError, match=r"was stopped after 0.5 seconds"):
                engine.run(f"SELECT COUNT(*) FROM {tables} WHERE ({total}) % 7 = 3")
            assert engine.run("SELECT 1") == [(1,)]
