"""The SQL of every operation and of composed programs in every dialect, compared with what was read and found good."""

from __future__ import annotations

import pytest
import sqlglot
from sqlglot import exp

from neural_programmer.execution.sql import DIALECTS, sql_text, write_tree
from neural_programmer.execution.sql_writing import is_plain
from neural_programmer.operations.registry import OPERATION_NAMES
from tests.examples import check_golden, example_programs, table_for

PROGRAMS = example_programs()
FEWEST_COMPOSED = 30
# Names that one dialect or another keeps for itself, or reads as something else than a name.
DIFFICULT_NAMES = (
    "order", "Group", "rank", "Show", "For", "Percent", "date", "current_date", "Name", "interval", "rowid", "end",
    "left", "User", "values", "Plan", "index", "type", "year", "1st", "a b", "a-b", "Año", "q'u\"o`t[e]", "select",
    "x" * 60, "_under", "true", "Null", "case", "lateral", "row_index", "value", "array", "Time", "timestamp", "table",
)  # fmt: skip


def test_every_operation_has_a_golden_program_and_thirty_are_composed() -> None:
    assert set(OPERATION_NAMES) <= set(PROGRAMS)
    for name in OPERATION_NAMES:
        assert name in {step.operation for step in PROGRAMS[name]}
    composed = [name for name in PROGRAMS if name.split(" (")[0] not in OPERATION_NAMES]
    assert len(composed) >= FEWEST_COMPOSED


@pytest.mark.parametrize("dialect", DIALECTS)
def test_golden_sql(dialect: str) -> None:
    queries = [f"-- {name}\n{sql_text(program, table_for(name), dialect)};\n" for name, program in PROGRAMS.items()]
    check_golden(f"{dialect}.sql", "\n".join(queries))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_golden_sql_is_read_back_as_it_is_written(dialect: str) -> None:
    for name, program in PROGRAMS.items():
        text = sql_text(program, table_for(name), dialect)
        statements = [statement for statement in sqlglot.parse(text, dialect=dialect) if statement]
        assert [statement.key for statement in statements] == ["select"], name
        written = write_tree(statements[0], dialect)
        # Of Snowflake, sqlglot reads NOT IN as what it means.
        assert (written.replace("<> ALL (", "NOT IN (") if dialect == "snowflake" else written) == text, name


@pytest.mark.parametrize("dialect", DIALECTS)
def test_names_are_read_back_whether_quoted_or_not(dialect: str) -> None:
    for name in DIFFICULT_NAMES:
        column, table = exp.column(exp.to_identifier(name, quoted=True)), exp.to_identifier(name, quoted=True)
        query = exp.select(column).from_(exp.Table(this=table)).where(column.eq(1)).order_by(column)
        read = sqlglot.parse_one(write_tree(query, dialect), dialect=dialect)
        assert [node.name for node in (*read.find_all(exp.Column), *read.find_all(exp.Table))] == [name] * 4


def test_only_names_that_need_it_are_quoted() -> None:
    assert [name for name in ("Name", "name", "NAME") if is_plain(name, "duckdb")] == ["Name", "name", "NAME"]
    assert [name for name in ("Name", "name", "NAME") if is_plain(name, "postgres")] == ["name"]
    assert [name for name in ("Name", "name", "NAME") if is_plain(name, "snowflake")] == ["NAME"]
    for dialect in DIALECTS:
        assert not any(is_plain(name, dialect) for name in ("order", "ORDER", "a b", "1st", "", "Año", "select"))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_texts_are_read_back_as_they_are(dialect: str) -> None:
    for text in ("it's", "back\\slash", 'quo"te', "a\\'b", "Zoë – 東京", "%_[", "line\nbreak", "--", "/* */", "\\"):
        query = exp.select(exp.Literal.string(text))
        read = sqlglot.parse_one(write_tree(query, dialect), dialect=dialect)
        assert [literal.name for literal in read.find_all(exp.Literal, exp.National)] == [text]


def test_texts_beyond_ascii_are_national_where_the_dialect_needs_it() -> None:
    query = exp.select(exp.Literal.string("Zoë"), exp.Literal.string("Zoe"))
    assert "N'Zoë'" in write_tree(query, "tsql")
    assert "N'Zoe'" not in write_tree(query, "tsql")
    assert "N'" not in write_tree(query, "postgres")
