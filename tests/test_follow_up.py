"""Follow-up questions: what carries on the program before, and what is a question of its own."""

from __future__ import annotations

import pytest

from neural_programmer.data.sample_tables import sample_tables
from neural_programmer.follow_up import carried_conditions, follow_up, without_condition
from neural_programmer.given import GivenResponse, Way, run_program
from neural_programmer.language.text_form import write_program
from neural_programmer.prepared import PreparedTable

SPIELBERG = '#0 = all_rows(); #1 = filter_equals(#0, "Director":text, "Steven Spielberg"); #2 = count(#1)'
LONGEST = '#0 = all_rows(); #1 = argmax(#0, "Running time":number); #2 = select(#1, "Film":text)'
AMERICAN = (
    '#0 = all_rows(); #1 = filter_equals(#0, "Country":text, "United States"); '
    '#2 = filter_equals(#1, "Released":date, @1994); #3 = select(#2, "Film":text)'
)
AT_HOME = '#0 = all_rows(); #1 = filter_equals(#0, "Venue":text, "Home"); #2 = sum(#1, "Attendance":number)'
TWO_FILMS = (
    '#0 = all_rows(); #1 = filter_equals(#0, "Film":text, "Jaws"); #2 = filter_equals(#0, "Film":text, "Alien"); '
    '#3 = union(#1, #2); #4 = argmin(#3, "Released":date); #5 = select(#4, "Film":text)'
)


@pytest.fixture(scope="module")
def tables() -> dict[str, PreparedTable]:
    return {sample.file: PreparedTable(sample.load()) for sample in sample_tables()}


def ask(tables: dict[str, PreparedTable], program: str, question: str) -> GivenResponse | None:
    file = "football_season.csv" if program is AT_HOME else "films.csv"
    return follow_up(question, run_program(tables[file], program, "the question before"))


@pytest.mark.parametrize(
    ("program", "question", "answer"),
    [
        (SPIELBERG, "what about Ridley Scott?", [3.0]),
        (SPIELBERG, "AND ridley  scott", [3.0]),
        (SPIELBERG, "Ridley Scott?", [3.0]),
        (SPIELBERG, "how about for Akira Kurosawa", [1.0]),
        (LONGEST, "and the shortest?", ["Toy Story"]),
        (LONGEST, "what about the lowest?", ["Toy Story"]),
        (LONGEST, "and the director?", ["David Lean"]),
        (LONGEST, "what about the country", ["United Kingdom"]),
        (AMERICAN, "and in 1993?", ["Jurassic Park", "Schindler's List"]),
        (AT_HOME, "what about away?", [46594.0]),
        (AT_HOME, "and the highest?", [7904.0]),
        (AT_HOME, "and the lowest?", [4266.0]),
    ],
)
def test_the_program_before_is_carried_on(
    tables: dict[str, PreparedTable], program: str, question: str, answer: list[object]
) -> None:
    response = ask(tables, program, question)
    assert response is not None
    assert response.answer == answer
    assert response.way is Way.FOLLOW_UP
    assert response.previous == "the question before"
    assert response.sql_agrees
    assert response.question == question


@pytest.mark.parametrize(
    ("program", "question"),
    [
        (SPIELBERG, "and who directed Titanic?"),
        (SPIELBERG, "how many films are there?"),
        (SPIELBERG, "what about Japan?"),  # no constant of the program is a country
        (SPIELBERG, "and Steven Spielberg?"),  # that was the question
        (SPIELBERG, "and the films?"),  # a number has no column to exchange
        (SPIELBERG, "and in 1994?"),
        (SPIELBERG, "what about Nobody Known?"),
        (LONGEST, "and the longest?"),
        (LONGEST, "and the best?"),  # best may be the highest and the lowest
        (LONGEST, "and?"),
        (LONGEST, "?"),
        (LONGEST, ""),
        (LONGEST, "and the total?"),
        (AMERICAN, "and in 2150?"),
        (TWO_FILMS, "what about Titanic?"),  # for which of the two films?
        (LONGEST, "and " + "very " * 30 + "short"),
        (LONGEST, "\ud800"),
    ],
)
def test_what_is_not_surely_a_follow_up_is_none(tables: dict[str, PreparedTable], program: str, question: str) -> None:
    assert ask(tables, program, question) is None


@pytest.mark.parametrize(
    ("program", "question", "answer", "condition"),
    [
        (SPIELBERG, "and only those after 1990?", [2.0], '"Released":date, @1990'),
        (SPIELBERG, "of those, which were released before 1980?", [1.0], '"Released":date, @1980'),
        (SPIELBERG, "just the ones from 1993", [2.0], '"Released":date, @1993'),
        (LONGEST, "but only films from Japan", ["Seven Samurai"], '"Country":text, "Japan"'),
        (LONGEST, "only American films", ["Ben-Hur"], '"Country":text, "United States"'),
        (LONGEST, "only the ones with more than 8 academy awards", ["Ben-Hur"], '"Academy Awards":number, 8'),
        (LONGEST, "among those with at least 11 academy awards?", ["Ben-Hur"], '"Academy Awards":number, 11'),
        (AMERICAN, "and only those by Quentin Tarantino?", ["Pulp Fiction"], '"Director":text, "Quentin Tarantino"'),
    ],
)
def test_a_condition_is_added(
    tables: dict[str, PreparedTable], program: str, question: str, answer: list[object], condition: str
) -> None:
    response = ask(tables, program, question)
    assert response is not None and response.program is not None
    assert response.answer == answer
    assert condition in write_program(response.program, "; ").split("; ")[1]
    assert len(response.program) == len(program.split("; ")) + 1
    assert response.sql_agrees


def test_what_narrows_to_nothing_or_to_several_things_is_no_follow_up(tables: dict[str, PreparedTable]) -> None:
    assert ask(tables, LONGEST, "only those from Atlantis") is None
    assert ask(tables, LONGEST, "only those after 2150") is None
    assert ask(tables, LONGEST, "only those above 100") is None, "running time, budget or awards?"
    assert ask(tables, LONGEST, "only the average ones after 1990") is None, "no condition says that"


def test_another_table_ends_the_conversation(tables: dict[str, PreparedTable]) -> None:
    previous = run_program(tables["films.csv"], LONGEST, "before")
    assert follow_up("and the lowest?", previous, tables["products.csv"]) is None
    assert follow_up("and the lowest?", previous, PreparedTable(tables["films.csv"].table)) is not None


def test_after_an_abstention_there_is_nothing_to_carry_on(tables: dict[str, PreparedTable]) -> None:
    nothing = run_program(
        tables["films.csv"], '#0 = all_rows(); #1 = filter_equals(#0, "Film":text, "x"); #2 = select(#1, "Film":text)'
    )
    assert nothing.abstained
    nothing.program = None
    assert follow_up("and the lowest?", nothing) is None


def test_carried_conditions_can_be_dropped(tables: dict[str, PreparedTable]) -> None:
    response = ask(tables, AMERICAN, "and in 1993?")
    assert response is not None
    (condition,) = carried_conditions(response)
    assert condition.words == 'Country is "United States"'
    wider = without_condition(response, condition.step)
    assert wider is not None and wider.program is not None
    assert write_program(wider.program, "; ") == (
        '#0 = all_rows(); #1 = filter_equals(#0, "Released":date, @1993); #2 = select(#1, "Film":text)'
    )
    assert set(response.answer) <= set(wider.answer)
    assert carried_conditions(wider) == []


def test_a_step_that_is_no_condition_cannot_be_dropped(tables: dict[str, PreparedTable]) -> None:
    response = ask(tables, LONGEST, "and the director?")
    assert response is not None
    assert carried_conditions(response) == []
    assert without_condition(response, 1) is None


def test_a_follow_up_of_a_follow_up_goes_on(tables: dict[str, PreparedTable]) -> None:
    response = ask(tables, AT_HOME, "and the average?")
    assert response is not None
    again = follow_up("and away?", response)
    assert again is not None
    assert again.explanation == 'The average Attendance of the rows where Venue is "Away".'
