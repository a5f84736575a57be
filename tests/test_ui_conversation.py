"""The page over several questions: follow-ups, history, comparison, and the page's address."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from neural_programmer.language.text_form import write_program
from tests.scripted_page import HOW_MANY, LONGEST, TRICKY
from tests.ui_driver import ask, films, go_to, new_page, open_tab, press, state, texts

LONGEST_PROGRAM = '#0 = all_rows(); #1 = argmax(#0, "Running time":number); #2 = select(#1, "Film":text)'
AMERICAN = (
    '#0 = all_rows(); #1 = filter_equals(#0, "Country":text, "United States"); '
    '#2 = filter_equals(#1, "Released":date, @1994); #3 = select(#2, "Film":text)'
)


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AppTest:
    return new_page(monkeypatch, tmp_path / "feedback.sqlite")


def test_a_follow_up_carries_the_question_on_and_can_be_asked_alone(fresh: AppTest) -> None:
    page = ask(films(fresh.run()), HOW_MANY)
    ask(page, "what about Ridley Scott?")
    assert "3" in [element.value for element in page.text]
    assert "Carried on from" in texts(page)
    assert "Follow\\-up" in texts(page) or "Follow-up" in texts(page)
    press(page, "ask alone")
    assert "No answer" in texts(page), "the script has no program for it"
    assert "Carried on" not in texts(page)


def test_a_carried_condition_is_a_chip_that_can_be_dropped(fresh: AppTest) -> None:
    fresh.query_params["table"] = "films.csv"
    fresh.query_params["question"] = "which American films came out in 1994?"
    fresh.query_params["program"] = AMERICAN
    page = ask(fresh.run(), "and in 1993?")
    assert "Jurassic Park" in [element.value for element in page.text]
    chip = next(button for button in page.button if str(button.key).startswith("carried "))
    assert "Country" in chip.label
    chip.click().run()
    assert not page.exception
    program = state(page).response.program  # type: ignore[union-attr]
    assert program is not None
    assert "Country" not in write_program(program)


def test_every_question_is_in_history_once(fresh: AppTest) -> None:
    page = ask(films(fresh.run()), LONGEST)
    ask(page, HOW_MANY)
    ask(page, TRICKY)
    go_to(page, "History")
    entries = state(page).notebook.history.shown()
    assert [entry.response.question for entry in entries] == [TRICKY, HOW_MANY, LONGEST]
    assert "No answer. It would be a guess" in texts(page)
    go_to(page, "Ask")
    assert page.text_input(key="question").value == TRICKY, "the question survives the other page"
    assert len(state(page).notebook.history.entries) == 3


def test_a_question_of_history_is_shown_pinned_and_asked_again(fresh: AppTest) -> None:
    page = ask(films(fresh.run()), LONGEST)
    ask(page, HOW_MANY)
    go_to(page, "History")
    press(page, "pin 1")
    assert [entry.number for entry in state(page).notebook.history.shown()] == [1, 2]
    press(page, "clear history")
    assert [entry.number for entry in state(page).notebook.history.shown()] == [1]
    press(page, "show 1")
    assert "Lawrence of Arabia" in [element.value for element in page.text]
    assert page.text_input(key="question").value == LONGEST
    assert len(state(page).notebook.history.entries) == 1, "to look is not to ask"
    press(page, "A football season")
    go_to(page, "History")
    press(page, "again 1")
    assert state(page).source == "films.csv"
    assert "Lawrence of Arabia" in [element.value for element in page.text]
    assert len(state(page).notebook.history.entries) == 2


def test_two_answers_are_compared(fresh: AppTest) -> None:
    page = ask(films(fresh.run()), LONGEST)
    ask(page, HOW_MANY)
    go_to(page, "History")
    frame = next(frame.value for frame in page.dataframe if "Other" in frame.value)
    assert frame["One"].tolist()[0] == HOW_MANY
    assert frame["Other"].tolist()[0] == LONGEST
    assert "Different answers" in texts(page)
    page.selectbox(key="compare other").set_value(2).run()
    assert "The same answer" in texts(page)


def test_history_starts_empty_and_says_so(fresh: AppTest) -> None:
    page = go_to(fresh.run(), "History")
    assert "Nothing was asked yet" in texts(page)


def test_the_address_says_what_is_open_and_opens_it_again(fresh: AppTest) -> None:
    page = ask(films(fresh.run()), LONGEST)
    link = dict(page.query_params.items())
    assert link == {"table": "films.csv", "question": LONGEST, "program": LONGEST_PROGRAM}
    other = AppTest.from_file(str(Path(__file__).parents[1] / "ui" / "app.py"), default_timeout=120)
    for name, value in link.items():
        other.query_params[name] = value
    other.run()
    assert not other.exception
    assert "Lawrence of Arabia" in [element.value for element in other.text]
    assert other.text_input(key="question").value == LONGEST
    assert "From a link" in texts(other)
    open_tab(other, "How the model decided")
    assert "press Ask" in texts(other), "nothing was weighed for a program that came with a link"
    press(other, "Ask")
    assert any("np-steps" in html.proto.body for html in other.get("html")), "now the model has searched"


def test_an_address_without_a_program_asks_its_question(fresh: AppTest) -> None:
    fresh.query_params["table"] = "films.csv"
    fresh.query_params["question"] = HOW_MANY
    page = fresh.run()
    assert not page.exception
    assert "4" in [element.value for element in page.text]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("table", "../../etc/passwd"),
        ("table", "<script>alert(1)</script>"),
        ("program", "DROP TABLE films; --"),
        ("program", '#0 = all_rows(); #1 = select(#0, "<img src=x>":text)'),
        ("question", "x" * 10_000),
    ],
    ids=["path", "markup", "sql", "column", "long"],
)
def test_a_hostile_address_is_a_message(fresh: AppTest, name: str, value: str) -> None:
    fresh.query_params["table"] = "films.csv"
    fresh.query_params[name] = value
    page = fresh.run()
    assert not page.exception
    assert "could not be followed" in texts(page)
    assert "<script>" not in texts(page).replace("\\<", "")
    assert "<img" not in texts(page).replace("\\<", "")
    ask(films(page), LONGEST)
    assert "could not be followed" not in texts(page)


def test_an_uploaded_table_is_not_in_the_address(fresh: AppTest) -> None:
    page = films(fresh.run())
    page.file_uploader(key="upload").set_value(("own.csv", b"Name,Points\nAnn,3\n", "text/csv")).run()
    assert not page.exception
    assert dict(page.query_params) == {}
