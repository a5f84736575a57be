"""The history of a session: order, pins, bounds, and two answers compared."""

from __future__ import annotations

from neural_programmer.given import run_program
from neural_programmer.history import MOST_ENTRIES, History, compare
from tests.scripted import FIRST_NATION, LAST_NATION, MEDALS, MOST_GOLD, NATIONS, scripted


def test_the_latest_question_comes_first_and_pinned_ones_before_it() -> None:
    history = History()
    for question in ("one", "two", "three"):
        history.add(run_program(MEDALS, MOST_GOLD, question), "medals.csv")
    assert [entry.response.question for entry in history.shown()] == ["three", "two", "one"]
    history.pin(1)
    assert [entry.response.question for entry in history.shown()] == ["one", "three", "two"]
    history.clear()
    assert [entry.number for entry in history.entries] == [1]
    history.pin(1)
    history.pin(7)
    history.clear()
    assert history.shown() == []
    assert history.add(run_program(MEDALS, NATIONS, "four"), "medals.csv").number == 4
    assert history.entry(4) is history.entries[0]
    assert history.entry(1) is None


def test_what_is_not_pinned_goes_when_there_is_too_much() -> None:
    history, response = History(), run_program(MEDALS, MOST_GOLD, "again")
    history.add(response, "")
    history.pin(1)
    for _ in range(MOST_ENTRIES + 5):
        history.add(response, "")
    assert len(history.entries) == MOST_ENTRIES
    assert history.entries[0].number == 1
    assert history.entries[-1].number == MOST_ENTRIES + 6
    for entry in history.entries:
        entry.pinned = True
    history.add(response, "")
    assert len(history.entries) == MOST_ENTRIES


def test_two_answers_are_compared_in_every_aspect() -> None:
    one, other = run_program(MEDALS, MOST_GOLD, "who won?"), run_program(MEDALS, FIRST_NATION, "who is first?")
    found = compare(one, other)
    assert not found.same_answer
    aspects = {name: (mine, theirs) for name, mine, theirs in found.aspects}
    assert aspects["Question"] == ("who won?", "who is first?")
    assert aspects["Columns"] == ("Gold, Nation", "Nation")
    assert aspects["Steps only here"] == ('argmax(#0, "Gold":number)', "first(#0)")
    assert aspects["Rows read"] == ("1 of 4", "1 of 4")
    assert compare(one, run_program(MEDALS, LAST_NATION, "who is last?")).same_answer, "Denmark is the last row too"


def test_abstentions_agree_with_nothing() -> None:
    nothing = scripted().ask(MEDALS, "")
    assert not compare(nothing, nothing).same_answer
