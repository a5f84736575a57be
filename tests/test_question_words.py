"""The words of a question with what became of them, and what an unused one may have meant."""

from __future__ import annotations

import pytest

from neural_programmer.prepared import PreparedTable
from neural_programmer.question_words import Role, counted_things, nearest, with_word_replaced, words_of
from neural_programmer.tables.loaders import load_table
from tests.scripted import GOLD_OF_FRANCE, MEDALS, MOST_GOLD, NATIONS, scripted

PREPARED = PreparedTable(MEDALS)


def roles(question: str, program: str) -> dict[str, tuple[Role, str]]:
    response = scripted((program, 0.8)).ask(PREPARED, question)
    return {word.text: (word.role, word.meaning) for word in words_of(response)}


def test_words_are_columns_values_operations_unused_or_plain() -> None:
    found = roles("which nation has the most shiny gold?", MOST_GOLD)
    assert found["nation"] == (Role.COLUMN, "Nation")
    assert found["most"] == (Role.OPERATION, "highest")
    assert found["gold"] == (Role.COLUMN, "Gold")
    assert found["shiny"] == (Role.UNUSED, "")
    assert found["the"] == (Role.PLAIN, "")


def test_a_misspelt_value_is_marked_with_what_it_was_taken_for() -> None:
    found = roles("how much gold has Swedenn?", GOLD_OF_FRANCE.replace("France", "Sweden"))
    assert found["Swedenn"] == (Role.FUZZY, "Sweden")


def test_the_words_cover_the_question_in_order() -> None:
    question = "which nation, of all, has won the most gold since 5 July 1952?"
    words = words_of(scripted((MOST_GOLD, 0.8)).ask(PREPARED, question))
    assert [word.start for word in words] == sorted(word.start for word in words)
    assert all(question[word.start : word.end] == word.text for word in words)
    assert "".join("".join(word.text for word in words).split()) == "".join(question.split())


def test_nothing_linked_has_no_words() -> None:
    assert words_of(scripted((MOST_GOLD, 0.8)).ask(PREPARED, "")) == ()


def test_the_thing_counted_is_told_from_what_is_unused() -> None:
    response = scripted((NATIONS, 0.8)).ask(PREPARED, "how many rows are listed?")
    assert counted_things(response) == {"rows"}


def test_the_nearest_columns_and_values_come_best_first_with_their_places() -> None:
    found = nearest("Finlandia", PREPARED)
    assert (found[0].text, found[0].role, found[0].column) == ("Finland", Role.VALUE, "Nation")
    found = nearest("open", PREPARED)
    assert (found[0].text, found[0].role) == ("Opened", Role.COLUMN)
    assert nearest("xyzzy", PREPARED) == ()
    assert nearest("capital", PREPARED) == (), "a few letters in common are no likeness"
    assert "5 July 1952" in [one.text for one in nearest("Juli", PREPARED)], "one of its words is like it"
    assert len(nearest("e", PREPARED, most=2)) <= 2


def test_synonyms_are_offered_too() -> None:
    table = load_table([{"Running time": 90}], synonyms={"Running time": ["duration"]})
    assert nearest("durations", PreparedTable(table))[0].column == "Running time"


@pytest.mark.parametrize(
    ("question", "word", "by", "expected"),
    [
        ("which gld nation?", "gld", "Gold", "which Gold nation?"),
        ("gold or gold?", "gold", "silver", "silver or gold?"),
        ("which?", "gone", "x", "which?"),
    ],
    ids=["one", "the first", "absent"],
)
def test_a_word_is_replaced(question: str, word: str, by: str, expected: str) -> None:
    assert with_word_replaced(question, word, by) == expected
