"""Queries with places for values: they give the program's answer, and no value is left in the text."""

from __future__ import annotations

import pytest
from sqlglot import exp, parse_one

from neural_programmer.execution.engines import DuckDBEngine, SQLiteEngine, same_answer
from neural_programmer.execution.exact import answer
from neural_programmer.execution.grounding import Grounding
from neural_programmer.execution.sql import DIALECTS, sql_text
from neural_programmer.execution.sql_parameters import parameterised
from neural_programmer.language.text_form import read_program
from neural_programmer.tables.build import build_table
from tests.examples import example_programs, table_for

FRANCE = '#0 = all_rows(); #1 = filter_equals(#0, "Country":text, "France"); #2 = select(#1, "Name":text)'


@pytest.mark.parametrize("name", example_programs())
def test_with_its_values_the_query_gives_the_answer_of_the_program(name: str) -> None:
    program, table = example_programs()[name], table_for(name)
    expected = answer(program, Grounding(table))
    query = parameterised(program, table)
    _, rows = DuckDBEngine(table).fetch(query.sql, 100, query.parameters)
    assert same_answer(expected, rows)
    in_sqlite = parameterised(program, table, "sqlite")
    engine = SQLiteEngine(table)
    engine.run("SELECT 1")  # sets the time limit
    assert same_answer(expected, engine._connection.execute(in_sqlite.sql, in_sqlite.parameters).fetchall())


def test_a_value_stands_apart_from_the_query() -> None:
    query = parameterised(read_program(FRANCE), table_for("select"))
    assert "france" not in query.sql.casefold()
    assert "$value_1" in query.sql
    assert query.parameters == {"value_1": "France"}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_has_places_in_the_order_of_the_values(dialect: str) -> None:
    program = read_program(
        '#0 = all_rows(); #1 = filter_between(#0, "Points":number, 3..9.5); #2 = select(#1, "Name":text)'
    )
    query = parameterised(program, table_for("select"), dialect)
    assert list(query.parameters.values()) == [3.0, 9.5]
    assert "9.5" not in query.sql
    if "?" in query.sql:
        assert query.sql.count("?") == 2
        places = list(parse_one(query.sql, dialect=dialect).find_all(exp.Placeholder))
        assert len(places) == 2
    else:
        assert query.sql.index("value_1") < query.sql.index("value_2")


def test_a_column_that_is_named_like_a_place_is_none() -> None:
    table = build_table(["value_1", "100 % sure :value_2"], [["a", "b"], ["c", "d"]], name="value_3")
    program = read_program(
        '#0 = all_rows(); #1 = filter_equals(#0, "100 % sure :value_2":text, "d"); #2 = select(#1, "value_1":text)'
    )
    query = parameterised(program, table)
    assert DuckDBEngine(table).fetch(query.sql, 5, query.parameters)[1] == (("c",),)
    assert "100 %% sure" in parameterised(program, table, "postgres").sql
    assert parameterised(program, table, "trino").sql.count("?") == 1


def test_a_query_without_values_stays_as_it_is() -> None:
    program, table = read_program("#0 = all_rows(); #1 = count(#0)"), table_for("count")
    query = parameterised(program, table, "postgres")
    assert query.parameters == {}
    assert query.sql == sql_text(program, table, "postgres")


def test_a_value_that_is_needed_twice_has_one_name_or_two_places() -> None:
    program, table = example_programs()["most points in a country"], table_for("select")
    named = parameterised(program, table)
    assert named.sql.count("$value_1") == 2
    assert named.parameters == {"value_1": "South Korea"}
    by_position = parameterised(program, table, "trino")
    assert by_position.sql.count("?") == 2
    assert list(by_position.parameters.values()) == ["South Korea", "South Korea"]


def test_only_values_of_the_program_have_places() -> None:
    program, table = example_programs()["years between two rows"], table_for("select")
    query = parameterised(program, table)
    assert list(query.parameters.values()) == ["Ann van Dam", "Flo"]
    assert "figure = 1" in query.sql
    negative = read_program('#0 = all_rows(); #1 = filter_greater(#0, "Points":number, -2.5); #2 = count(#1)')
    assert parameterised(negative, table).parameters == {"value_1": -2.5}
    assert "-" not in parameterised(negative, table).sql
