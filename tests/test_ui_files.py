"""The page's files: exports, hand-edited SQL, and batches of questions."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from neural_programmer import batch
from neural_programmer.batch import Outcome
from neural_programmer.export import FORMATS
from neural_programmer.ui import batch_page
from tests.scripted_page import HOW_MANY, LONGEST, TRICKY
from tests.ui_driver import ask, films, go_to, new_page, open_tab, press, state, texts


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AppTest:
    return films(new_page(monkeypatch, tmp_path / "feedback.sqlite").run())


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_offered(page: AppTest, name: str) -> None:
    open_tab(ask(page, LONGEST), "Export")
    page.segmented_control(key="format").set_value(name).run()
    assert not page.exception
    labels = [str(getattr(button, "label", "")) for button in page.get("download_button")]
    assert f"Download {FORMATS[name].title}" in labels
    if name == "python":
        assert any("run_program" in code.value for code in page.code)
    if name == "csv":
        page.radio(key="part").set_value("rows").run()
        assert not page.exception


def test_an_answer_about_a_sample_has_a_link(page: AppTest) -> None:
    open_tab(ask(page, LONGEST), "Export")
    assert any(code.value.startswith("?table=films.csv&question=which+film") for code in page.code)


def editor(page: AppTest) -> object:
    return next(area for area in page.text_area if str(area.key).startswith("hand sql "))


def run_sql(page: AppTest, sql: str) -> AppTest:
    editor(page).set_value(sql)  # type: ignore[attr-defined]
    return press(page, "run sql")


def test_the_query_can_be_edited_and_run(page: AppTest) -> None:
    open_tab(ask(page, LONGEST), "SQL")
    assert "SELECT" in editor(page).value  # type: ignore[attr-defined]
    run_sql(page, 'SELECT "Film" AS f, COUNT(*) OVER () FROM "Thirty films" WHERE "Director" = \'Orson Welles\'')
    assert "Edited by hand" in texts(page)
    frame = next(frame.value for frame in page.dataframe if "1. f" in frame.value)
    assert frame["1. f"].tolist() == ["Citizen Kane"]
    assert "Nothing has checked" in texts(page)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        'DROP TABLE "Thirty films"',
        "SELECT 1; SELECT 2",
        "COPY (SELECT 1) TO '/tmp/x'",
        "<script>alert(1)</script>",
        'SELECT nothing_like_it FROM "Thirty films"',
    ],
)
def test_what_must_not_run_is_a_message(page: AppTest, sql: str) -> None:
    run_sql(open_tab(ask(page, LONGEST), "SQL"), sql)
    assert "Not run" in texts(page)
    assert "<script>" not in texts(page).replace("\\<", "")


def test_values_can_stand_apart_from_the_query(page: AppTest) -> None:
    open_tab(ask(page, HOW_MANY), "SQL")
    page.toggle(key="parameters").set_value(True).run()
    assert not page.exception
    frame = next(frame.value for frame in page.dataframe if "Place" in frame.value)
    assert frame["Value"].tolist() == ["Steven Spielberg"]
    assert any("$value_1" in code.value for code in page.code)


def start(page: AppTest, text: str) -> AppTest:
    go_to(page, "Batch")
    page.text_area(key="questions typed").set_value(text)
    return press(page, "start batch")


def test_a_batch_is_answered_line_by_line(page: AppTest) -> None:
    start(page, f"{LONGEST}\n\n{TRICKY}\n{HOW_MANY}")
    work = state(page).notebook.batch
    assert work is not None and not work.running
    assert [result.outcome for result in work.results] == [Outcome.ANSWERED, Outcome.ABSTAINED, Outcome.ANSWERED]
    frame = next(frame.value for frame in page.dataframe if "Answer" in frame.value)
    assert frame["Line"].tolist() == [1, 3, 4]
    assert frame["Answer"].tolist()[0] == "Lawrence of Arabia"
    assert "2 answered, 1 without an answer, 0 that could not be asked" in texts(page)


def test_a_batch_may_name_its_tables_and_bad_lines_keep_their_place(page: AppTest) -> None:
    text = f"question,table\n{LONGEST},films.csv\n{LONGEST},nowhere.csv\n,films.csv\n{LONGEST},\n"
    start(page, text)
    work = state(page).notebook.batch
    assert work is not None
    assert [(one.line, one.outcome) for one in work.results] == [
        (2, Outcome.ANSWERED),
        (3, Outcome.PROBLEM),
        (4, Outcome.PROBLEM),
        (5, Outcome.ANSWERED),
    ]
    assert "nowhere.csv" in work.results[1].reason


def test_a_file_of_questions_is_taken(page: AppTest) -> None:
    go_to(page, "Batch")
    page.file_uploader(key="questions file").set_value(("q.txt", HOW_MANY.encode(), "text/plain")).run()
    press(page, "start batch")
    work = state(page).notebook.batch
    assert work is not None
    assert [one.answer for one in work.results] == [(4,)]


def test_a_batch_can_be_stopped_and_gone_on_with(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    start(page, f"{LONGEST}\n{HOW_MANY}")
    work = state(page).notebook.batch
    assert work is not None
    # As after a press on Stop between the first question and the second.
    del work.results[1:]
    page.run()
    assert "Stopped after 1 of 2 questions" in texts(page)
    press(page, "go on")
    assert len(work.results) == 2
    monkeypatch.setattr(batch_page, "_SECONDS_A_SLICE", -1.0)
    work.running = True
    batch_page._stop(work)
    assert not work.running


def test_a_field_for_files_takes_what_is_read_and_no_more(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    go_to(page, "Batch")
    questions = page.file_uploader(key="questions file")
    assert questions.proto.max_upload_size_mb == batch.MOST_MEGABYTES
    assert batch.MOST_BYTES == batch.MOST_MEGABYTES * 1024**2
    monkeypatch.setattr(batch, "MOST_BYTES", 2)
    questions.set_value(("q.txt", HOW_MANY.encode(), "text/plain")).run()
    press(page, "start batch")
    assert f"at most {batch.MOST_MEGABYTES} MB are read" in texts(page)


def test_no_questions_are_a_message(page: AppTest) -> None:
    start(page, "  \n")
    assert "holds no questions" in texts(page)
    assert state(page).notebook.batch is None
