"""The SQL of every operation and of composed programs, compared with what was read and found good."""

from __future__ import annotations

import pytest
import sqlglot

from neural_programmer.execution.sql import DIALECTS, sql_text
from neural_programmer.operations.registry import OPERATION_NAMES
from tests.examples import check_golden, example_programs, table_for

PROGRAMS = example_programs()
IN_EVERY_DIALECT = ("filter_has_item", "kth_row", "kth_min", "divide", "count_by_value", "all but the best")


def test_every_operation_has_a_golden_program() -> None:
    assert set(OPERATION_NAMES) <= set(PROGRAMS)
    for name in OPERATION_NAMES:
        assert name in {step.operation for step in PROGRAMS[name]}


@pytest.mark.parametrize("dialect", ["duckdb", "sqlite"])
def test_golden_sql(dialect: str) -> None:
    queries = [f"-- {name}\n{sql_text(program, table_for(name), dialect)};\n" for name, program in PROGRAMS.items()]
    check_golden(f"{dialect}.sql", "\n".join(queries))


def test_golden_sql_of_other_dialects() -> None:
    queries = [
        f"-- {dialect}: {name}\n{sql_text(PROGRAMS[name], table_for(name), dialect)};\n"
        for dialect in DIALECTS[2:]
        for name in IN_EVERY_DIALECT
    ]
    check_golden("other_dialects.sql", "\n".join(queries))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_written_sql_is_one_statement_that_the_dialect_reads(dialect: str) -> None:
    for name, program in PROGRAMS.items():
        statements = sqlglot.parse(sql_text(program, table_for(name), dialect), dialect=dialect)
        assert [statement.key for statement in statements if statement] == ["select"], name
