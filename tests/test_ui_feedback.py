"""Feedback in the page: consent first, then thumbs, corrections and kept answers, exported and forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from neural_programmer.feedback import Feedback, FeedbackStore, Verdict, read_feedback, write_feedback
from neural_programmer.language.text_form import read_program
from tests.scripted import MEDALS, MOST_GOLD
from tests.scripted_page import HOW_MANY, LONGEST, TRICKY
from tests.ui_driver import ask, films, go_to, new_page, press, state, texts


@pytest.fixture
def store(tmp_path: Path) -> FeedbackStore:
    return FeedbackStore(tmp_path / "feedback.sqlite")


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch, store: FeedbackStore) -> AppTest:
    return films(new_page(monkeypatch, store.path).run())


def thumb(page: AppTest, value: int) -> AppTest:
    next(one for one in page.feedback if str(one.key).startswith("thumbs ")).set_value(value).run()
    assert not page.exception
    return page


def test_nothing_is_kept_before_somebody_agrees(page: AppTest, store: FeedbackStore) -> None:
    press(ask(page, LONGEST), "keep")
    assert not store.path.exists()
    assert "Nothing of it is sent anywhere" in texts(page).replace("\\", "")
    press(page, "refuse consent")
    assert not store.path.exists()
    assert "Nothing was kept" in texts(page)
    press(press(page, "keep"), "consent")
    assert [record.verdict for record in store.records()] == [Verdict.VERIFIED]


def test_a_kept_answer_is_given_again_with_a_badge(page: AppTest, store: FeedbackStore) -> None:
    store.consent()
    press(ask(page, LONGEST), "keep")
    assert "Kept: the same question" in texts(page)
    ask(page, LONGEST.upper().replace("?", "  "))
    assert "Lawrence of Arabia" in [element.value for element in page.text]
    assert "Verified: you kept this answer" in texts(page)
    ask(page, HOW_MANY)
    assert "Verified" not in texts(page)


def test_thumbs_come_with_a_reason(page: AppTest, store: FeedbackStore) -> None:
    store.consent()
    thumb(ask(page, LONGEST), 0)
    next(field for field in page.text_input if str(field.key).startswith("why ")).set_value("it is **not**")
    press(page, "Save")
    (record,) = store.records()
    assert (record.verdict, record.reason, record.question) == (Verdict.WRONG, "it is **not**", LONGEST)
    thumb(ask(page, HOW_MANY), 1)
    assert "Thank you" not in texts(page), "what was said of the answer before is gone"
    press(page, "Save")
    assert [one.verdict for one in store.records()] == [Verdict.WRONG, Verdict.RIGHT]


def test_a_chosen_reading_can_be_saved_as_the_right_program(page: AppTest, store: FeedbackStore) -> None:
    store.consent()
    press(ask(page, TRICKY), "reading 1")
    press(page, "save correction")
    (record,) = store.records()
    assert record.verdict is Verdict.CORRECTED
    assert record.corrected == read_program('#0 = all_rows(); #1 = last(#0); #2 = select(#1, "Film":text)')
    assert record.program == read_program('#0 = all_rows(); #1 = first(#0); #2 = select(#1, "Film":text)')


def test_an_edited_program_can_be_saved_as_the_right_one(page: AppTest, store: FeedbackStore) -> None:
    store.consent()
    ask(page, LONGEST)
    shortest = read_program('#0 = all_rows(); #1 = argmin(#0, "Running time":number); #2 = select(#1, "Film":text)')
    state(page).edit(shortest)
    page.run()
    press(page, "save correction")
    assert [record.corrected for record in store.records()] == [shortest]


def test_what_is_kept_is_listed_exported_and_forgotten(page: AppTest, store: FeedbackStore) -> None:
    store.consent()
    store.add(Feedback("of another table", MEDALS, Verdict.RIGHT, read_program(MOST_GOLD), time="t"))
    press(ask(page, LONGEST), "keep")
    go_to(page, "History")
    frame = next(frame.value for frame in page.dataframe if "Verdict" in frame.value)
    assert frame["Question"].tolist() == [LONGEST], "only what was said about the open table is shown"
    press(page, "forget feedback")
    assert [record.question for record in store.records()] == ["of another table"]
    assert "Nothing is kept about this table yet" in texts(page)


def test_feedback_is_brought_in_from_a_file(page: AppTest, store: FeedbackStore) -> None:
    go_to(page, "History")
    record = Feedback("who won?", MEDALS, Verdict.RIGHT, read_program(MOST_GOLD), time="t")
    content = write_feedback([record])
    assert len(read_feedback(content)) == 1
    page.file_uploader(key="import feedback").set_value(("f.jsonl", content.encode(), "application/jsonl")).run()
    press(page, "import")
    assert "1 record brought in" in texts(page)
    assert [one.question for one in store.records()] == ["who won?"]
    page.file_uploader(key="import feedback").set_value(("f.jsonl", b"\xff\xfe{}", "application/jsonl")).run()
    press(page, "import")
    assert "UTF" in texts(page)
    page.file_uploader(key="import feedback").set_value(("f.jsonl", b"{}\n", "application/jsonl")).run()
    press(page, "import")
    assert "line 1" in texts(page)


def test_a_store_that_is_damaged_is_a_message_and_answers_go_on(page: AppTest, store: FeedbackStore) -> None:
    store.path.write_bytes(b"this is no database " * 100)
    ask(page, LONGEST)
    assert "Lawrence of Arabia" in [element.value for element in page.text]
    press(page, "keep")
    assert "cannot be used for feedback" in texts(page)
    go_to(page, "History")
    assert "cannot be used for feedback" in texts(page)
