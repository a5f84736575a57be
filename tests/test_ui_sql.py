"""The page's editor of SQL: what is edited there shows in the program, and what is no program is run by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from neural_programmer.language.text_form import write_program
from tests.scripted_page import HOW_MANY, LONGEST
from tests.ui_driver import ask, films, new_page, open_tab, press, state, texts


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AppTest:
    return films(new_page(monkeypatch, tmp_path / "feedback.sqlite").run())


def edit(page: AppTest, old: str, new: str) -> AppTest:
    """Replace a part of the query and run what comes of it."""
    area = next(area for area in page.text_area if str(area.key).startswith("hand sql "))
    assert old in str(area.value)
    area.set_value(str(area.value).replace(old, new))
    return press(page, "run sql")


def program(page: AppTest) -> str:
    edited = state(page).edited_program
    assert edited is not None
    return write_program(edited, "; ")


def test_an_edited_literal_shows_in_the_program_its_sentence_and_the_answer(page: AppTest) -> None:
    open_tab(ask(page, HOW_MANY), "SQL")
    edit(page, "Steven Spielberg", "Ridley Scott")
    assert 'filter_equals(#0, "Director":text, "Ridley Scott")' in program(page)
    shown = state(page).shown
    assert shown is not None
    assert "Ridley Scott" in shown.explanation
    assert shown.answer == [3.0]
    assert "3" in [element.value for element in page.text]
    assert "Read as a program" in texts(page)
    assert "Edited by hand" not in texts(page)


def test_an_edited_aggregate_is_another_operation(page: AppTest) -> None:
    open_tab(ask(page, LONGEST), "SQL")
    edit(page, "MAX(", "min(")
    assert "argmin" in program(page)
    chips = [box.value for box in page.selectbox if str(box.key).startswith("chip ")]
    assert "argmin" in chips


def test_an_edit_can_be_undone(page: AppTest) -> None:
    open_tab(ask(page, LONGEST), "SQL")
    edit(page, "MAX(", "MIN(")
    press(page, "undo edits")
    assert state(page).edited_program is None


def test_a_raw_column_means_its_numbers_and_the_page_says_so(page: AppTest) -> None:
    open_tab(ask(page, LONGEST), "SQL")
    area = next(area for area in page.text_area if str(area.key).startswith("hand sql "))
    area.set_value('select avg("running time") from "Thirty films"')
    press(page, "run sql")
    assert 'average(#0, "Running time":number)' in program(page)
    assert "is read as the column" in texts(page)


def test_what_no_program_says_is_run_and_said_to_be_edited_by_hand(page: AppTest) -> None:
    open_tab(ask(page, LONGEST), "SQL")
    area = next(area for area in page.text_area if str(area.key).startswith("hand sql "))
    area.set_value('SELECT "Film" || \'!\' FROM "Thirty films" WHERE "Director" = \'Orson Welles\'')
    press(page, "run sql")
    assert "Edited by hand" in texts(page)
    assert "not read as a program" in texts(page)
    assert state(page).edited_program is None
    assert any("Citizen Kane!" in str(frame.value) for frame in page.dataframe)


def test_the_query_is_edited_in_the_dialect_that_is_shown(page: AppTest) -> None:
    open_tab(ask(page, HOW_MANY), "SQL")
    page.selectbox(key="dialect").select("mysql").run()
    edit(page, "Steven Spielberg", "Ridley Scott")
    assert "Ridley Scott" in program(page)


def test_a_query_that_says_the_same_changes_nothing(page: AppTest) -> None:
    open_tab(ask(page, HOW_MANY), "SQL")
    edit(page, "COUNT(*)", "count(*)")
    assert state(page).edited_program is None
    assert "Read as a program" in texts(page)
