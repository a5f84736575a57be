"""Feedback: kept only after consent, about the table's content, found again, exported and imported."""

from __future__ import annotations

import json
import sqlite3
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from neural_programmer.feedback import (
    ENVIRONMENT_VARIABLE,
    Feedback,
    FeedbackError,
    FeedbackStore,
    Verdict,
    default_path,
    read_feedback,
    write_feedback,
)
from neural_programmer.given import Way
from neural_programmer.language.text_form import read_program
from neural_programmer.prepared import PreparedTable
from neural_programmer.tables.build import build_table
from neural_programmer.verified import answer_verified, question_key
from tests.scripted import FIRST_NATION, GOLD_OF_FRANCE, LAST_NATION, MEDALS, MOST_GOLD

QUESTION = "Which nation won the most gold?"
RIGHT = Feedback(QUESTION, MEDALS, Verdict.RIGHT, read_program(MOST_GOLD), time="2026-01-01T00:00:00+00:00")
CORRECTED = Feedback(
    QUESTION,
    MEDALS,
    Verdict.CORRECTED,
    read_program(LAST_NATION),
    read_program(MOST_GOLD),
    reason="it took the last\nrow ❌",
    path="medals.csv",
    time="2026-01-02T00:00:00+00:00",
)
OTHER_TABLE = build_table(["Nation", "Gold"], [["Norway", "4"]], name="other")


@pytest.fixture
def store(tmp_path: Path) -> FeedbackStore:
    store = FeedbackStore(tmp_path / "deep" / "feedback.sqlite")
    store.consent()
    return store


def verified(program: str, time: str = "2026-01-03T00:00:00+00:00") -> Feedback:
    return Feedback(QUESTION, MEDALS, Verdict.VERIFIED, read_program(program), time=time)


def same(one: Feedback, other: Feedback) -> bool:
    return one.table.fingerprint == other.table.fingerprint and replace(one, table=other.table) == other


def test_without_consent_nothing_is_kept_and_no_file_is_made(tmp_path: Path) -> None:
    store = FeedbackStore(tmp_path / "feedback.sqlite")
    assert not store.consented
    with pytest.raises(FeedbackError, match="agree"):
        store.add(RIGHT)
    assert store.records() == []
    assert store.verified_program(MEDALS.fingerprint, "x") is None
    store.forget()
    assert not store.path.exists()


def test_records_come_back_as_they_were_given(store: FeedbackStore) -> None:
    for record in (RIGHT, CORRECTED):
        store.add(record)
    found = FeedbackStore(store.path).records()
    assert len(found) == 2
    assert all(map(same, found, (RIGHT, CORRECTED)))
    assert found[1].right_program == read_program(MOST_GOLD)
    assert store.path.stat().st_mode & 0o077 == 0, "nobody else may read it"


def test_the_same_record_is_kept_once(store: FeedbackStore) -> None:
    assert store.add_all([RIGHT, RIGHT, CORRECTED]) == 2
    assert store.add_all([RIGHT]) == 0
    assert len(store.records()) == 2


def test_records_of_one_table_and_forgetting_them(store: FeedbackStore) -> None:
    store.add_all([RIGHT, replace(RIGHT, table=OTHER_TABLE)])
    assert [one.table.name for one in store.records(OTHER_TABLE.fingerprint)] == ["other"]
    store.forget(OTHER_TABLE.fingerprint)
    assert [one.table.name for one in store.records()] == ["medals"]
    assert b"other" not in store.path.read_bytes()
    store.forget()
    assert store.records() == []


def test_export_and_import_are_inverse(store: FeedbackStore, tmp_path: Path) -> None:
    store.add_all([RIGHT, CORRECTED, replace(RIGHT, table=OTHER_TABLE), replace(RIGHT, verdict=Verdict.WRONG)])
    text = write_feedback(store.records())
    lines = [json.loads(line) for line in text.splitlines()]
    assert ["rows" in line["table"] for line in lines] == [True, False, True, False]
    again = read_feedback(text)
    assert all(map(same, again, store.records()))
    other = FeedbackStore(tmp_path / "other.sqlite")
    other.consent()
    assert other.add_all(again) == 4
    assert write_feedback(other.records()) == text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda line: "not json", "line 1"),
        (lambda line: "[" * 100_000, "line 1"),
        (lambda line: json.dumps([]), "object"),
        (lambda line: json.dumps({**line, "more": 1}), "object"),
        (lambda line: json.dumps({**line, "question": 5}), "question as text"),
        (lambda line: json.dumps({**line, "verdict": "great"}), "verdict"),
        (lambda line: json.dumps({**line, "verdict": "corrected"}), "program that is right"),
        (lambda line: json.dumps({**line, "program": "x"}), "list of steps"),
        (lambda line: json.dumps({**line, "program": [{"operation": 1}]}), "operation"),
        (lambda line: json.dumps({**line, "table": {"fingerprint": "x"}}), "rows"),
        (lambda line: json.dumps({**line, "table": None}), "fingerprint"),
        (lambda line: json.dumps({**line, "table": {**line["table"], "rows": [["1", 2]]}}), "lists of texts"),
        (lambda line: json.dumps({**line, "table": {**line["table"], "rows": [["changed"]]}}), "fingerprint"),
    ],
)
def test_a_damaged_line_is_named(change: object, message: str) -> None:
    line = json.loads(write_feedback([RIGHT]))
    assert callable(change)
    with pytest.raises(FeedbackError, match=message):
        read_feedback(change(line))


def test_the_second_line_is_named_where_it_is_damaged() -> None:
    with pytest.raises(FeedbackError, match="line 2"):
        read_feedback(write_feedback([RIGHT]) + "{}\n")


def test_a_file_that_is_no_store_is_left_alone(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("my notes " * 100)
    with pytest.raises(FeedbackError, match="notes"):
        FeedbackStore(text).consent()
    assert text.read_text() == "my notes " * 100
    database = tmp_path / "other.sqlite"
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE mine (x)")
    connection.close()
    with pytest.raises(FeedbackError, match="format"):
        FeedbackStore(database).consent()
    with pytest.raises(FeedbackError, match="cannot be used"):
        FeedbackStore(tmp_path / "notes.txt" / "x.sqlite").consent()


def test_a_table_that_is_too_large_is_refused(store: FeedbackStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("neural_programmer.feedback.MOST_CELLS", 5)
    with pytest.raises(FeedbackError, match="12 cells"):
        store.add(RIGHT)
    assert store.records() == []


def test_the_environment_names_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(tmp_path / "x.sqlite"))
    assert default_path() == tmp_path / "x.sqlite"
    monkeypatch.delenv(ENVIRONMENT_VARIABLE)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert default_path() == tmp_path / "neural-programmer" / "feedback.sqlite"


def test_several_sessions_may_write_at_once(store: FeedbackStore) -> None:
    def write(session: int) -> None:
        for number in range(5):
            store.add(replace(RIGHT, question=f"{session} {number}"))

    threads = [threading.Thread(target=write, args=(session,)) for session in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.records()) == 20


@pytest.mark.parametrize(
    "asked",
    [
        QUESTION,
        "which nation won the most gold",
        "  WHICH nation\twon the  most gold ?! ",
        "Which nation won the most gold.",
    ],
)
def test_a_verified_question_is_answered_by_its_program(store: FeedbackStore, asked: str) -> None:
    store.add(verified(FIRST_NATION))
    response = answer_verified(asked, PreparedTable(MEDALS), store)
    assert response is not None
    assert response.answer == ["Norway"]
    assert response.way is Way.VERIFIED
    assert response.question == asked


def test_only_the_verified_question_about_the_same_content_is(store: FeedbackStore) -> None:
    store.add(verified(FIRST_NATION))
    store.add(replace(RIGHT, question="another question"))
    prepared = PreparedTable(MEDALS)
    assert answer_verified("which nation won the most silver?", prepared, store) is None
    assert answer_verified("another question", prepared, store) is None, "a thumb is no promise"
    assert answer_verified("?", prepared, store) is None
    assert answer_verified(QUESTION, PreparedTable(OTHER_TABLE), store) is None


def test_the_last_word_counts(store: FeedbackStore) -> None:
    prepared = PreparedTable(MEDALS)
    store.add(verified(FIRST_NATION))
    store.add(verified(LAST_NATION, "2026-01-04T00:00:00+00:00"))
    response = answer_verified(QUESTION, prepared, store)
    assert response is not None and response.answer == ["Denmark"]
    store.add(replace(RIGHT, verdict=Verdict.WRONG, time="2026-01-05T00:00:00+00:00"))
    assert answer_verified(QUESTION, prepared, store) is None


def test_a_verified_program_that_gives_nothing_is_not_used(store: FeedbackStore) -> None:
    store.add(verified(GOLD_OF_FRANCE))
    assert answer_verified(QUESTION, PreparedTable(MEDALS), store) is None
    store.add(verified("#0 = all_rows(); #1 = gone(#0)", "2026-01-06T00:00:00+00:00"))
    assert answer_verified(QUESTION, PreparedTable(MEDALS), store) is None


def test_keys_ignore_what_carries_no_meaning() -> None:
    assert question_key(" Who   Won? ") == question_key("who won") != question_key("who won it")
    assert question_key("“x”") == question_key('"x"')
    assert question_key("1.5") != question_key("15")
