"""The page, driven as a person would: tables, questions, answers, and what goes wrong."""

from __future__ import annotations

import io
import re
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas
import pytest
import streamlit
from streamlit.testing.v1 import AppTest

from neural_programmer import load
from neural_programmer.data.sample_tables import sample_tables
from neural_programmer.response import Response
from neural_programmer.tables.loaders import Limits, load_table
from neural_programmer.tables.table import Table
from neural_programmer.tables.views import ViewKind
from neural_programmer.trace import StepTrace
from neural_programmer.ui import answer_panel, decision_charts, evidence_panel, question_panel, resources, table_panel
from neural_programmer.ui.columns_panel import COLUMNS_KEY
from neural_programmer.ui.decision_steps import choices_of, step_labels, steps_html
from neural_programmer.ui.program_panel import step_key
from neural_programmer.ui.style import HIGHLIGHT, PALE_HIGHLIGHT
from neural_programmer.ui.suggestions import suggest_questions
from neural_programmer.ui.table_panel import OWN_TABLE_KEY
from tests.scripted import BY_GOLD, MEDALS, MOST_GOLD, scripted
from tests.scripted_page import COUNTED, HOW_MANY, LONGEST, MANY_AWARDS, MISSPELT, TRICKY, UNUSED, WHO, load_scripted
from tests.ui_driver import follow_the_script, open_tab, unfold, whole

PAGE = Path(__file__).parents[1] / "ui" / "app.py"
HOSTILE = "<script>alert(1)</script> **bold** [x](javascript:alert(1)) $x$ :red[y] `z`"


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """A fresh session of the page, whose model follows the script."""
    follow_the_script(monkeypatch)
    monkeypatch.setattr(table_panel, "paths_are_offered", lambda: True)
    return AppTest.from_file(str(PAGE), default_timeout=200).run()


def press(page: AppTest, label: str) -> AppTest:
    """Press the button of that label, after a check that nothing failed so far."""
    assert not page.exception
    next(button for button in page.button if label in button.label.replace("\\", "")).click().run()
    return whole(page)


def ask(page: AppTest, question: str) -> AppTest:
    assert not page.exception
    page.text_input(key="question").set_value(question)
    next(button for button in page.button if button.label == "Ask").click().run()
    return whole(page)


def upload(page: AppTest, name: str, content: bytes) -> AppTest:
    page.file_uploader(key="upload").set_value((name, content, "application/octet-stream")).run()
    assert not page.exception
    return page


def rows_of(page: AppTest, place: int = 0) -> pandas.DataFrame:
    """The rows of the open table that are drawn, numbered from 1; ``place`` counts where they are drawn repeatedly."""
    table = prepared_table(page)
    assert table is not None
    names = [column.name for column in table.columns]
    return [frame.value for frame in page.dataframe if list(frame.value.columns) == names][place]


def type_into(box: Any, text: str) -> AppTest:
    """What a person does who writes into a drop-down instead of choosing."""
    box.options.append(text)
    result: AppTest = box.set_value(text).run()
    return result


def chip(page: AppTest, label: str) -> Any:
    """The drop-down of that label."""
    return next(box for box in page.selectbox if box.label == label)


def state_of(page: AppTest) -> Any:
    return page.session_state["neural_programmer"]


def texts(page: AppTest) -> str:
    """All plain text on the page."""
    parts: list[Any] = [*page.text, *page.caption, *page.warning, *page.info, *page.error, *page.markdown]
    return "\n".join(str(part.value) for part in parts)


def prepared_table(page: AppTest) -> Table | None:
    """The table that the session holds; read anew on every call, because pressing a button changes it."""
    prepared = page.session_state["neural_programmer"].prepared
    return None if prepared is None else prepared.table


def films(page: AppTest) -> AppTest:
    return press(page, "Thirty films")


def test_the_start_offers_samples_and_says_that_nothing_leaves(page: AppTest) -> None:
    assert not page.exception
    labels = [button.label.replace("\\", "") for button in page.button]
    for sample in sample_tables():
        assert f"**{sample.title}**" in labels
        assert set(sample.questions[:2]) <= set(labels)
    assert "nothing leaves this machine" in texts(page)


def test_a_question_of_the_start_is_one_press_from_its_answer_which_stands_beside_it(page: AppTest) -> None:
    assert "→ Lawrence of Arabia" in [element.value for element in page.text]
    assert "→ 4" in [element.value for element in page.text]
    press(page, "which film has the longest running time")
    assert not page.exception
    assert state_of(page).prepared.table.name == "Thirty films"
    assert "Lawrence of Arabia" in [element.value for element in page.text]


@pytest.mark.parametrize("sample", sample_tables(), ids=lambda sample: sample.file)
def test_every_sample_opens_with_its_suggestions(page: AppTest, sample: Any) -> None:
    press(page, sample.title)
    assert not page.exception
    assert sample.title in texts(page)
    suggested = [button for button in page.button if str(button.key).startswith("suggestion ")]
    known = {LONGEST: "Lawrence of Arabia", HOW_MANY: "4", MANY_AWARDS: "8", WHO: "James Cameron"}
    expected = [question for question in sample.questions if question in known]
    assert [button.label.replace("\\", "") for button in suggested] == expected, "only what has an answer"
    assert [button.help for button in suggested] == [f"Answer: {known[question]}" for question in expected]
    assert rows_of(page).shape == (sample.load().number_of_rows, len(sample.load().columns))


def test_an_answer_comes_with_all_that_supports_it(page: AppTest) -> None:
    ask(films(page), LONGEST)
    assert not page.exception
    assert "Lawrence of Arabia" in [element.value for element in page.text]
    response = page.session_state["neural_programmer"].response
    assert response.explanation in [element.value for element in page.text]
    assert "Quite sure: right about 8 times in 10 on questions held out." in texts(page)
    assert "Highlighted: 1 cell in 1 row of 30." in texts(page).replace("\\", "")
    steps = [step.label.replace("\\", "") for step in page.expander if step.label.startswith("**\\#")]
    assert [step.rpartition("· ")[2] for step in steps] == ["30 rows", "#0: 30 rows → 1 row", "#1: 1 row → 1 cell"]
    open_tab(page, "Other readings")
    assert "222 min" in [element.value for element in page.text], "the other reading"
    assert "2 different answers." in texts(page)
    open_tab(page, "SQL")
    assert "Program and SQL agree" in texts(page)


def test_each_step_shows_its_rows(page: AppTest) -> None:
    ask(films(page), LONGEST)
    unfold(unfold(page, step_key(0)), step_key(1))
    steps = [step for step in page.expander if step.label.startswith("**\\#")]
    assert len(steps[0].dataframe[0].value) == 30
    assert steps[1].dataframe[0].value["Film"].tolist() == ["Lawrence of Arabia"]
    assert steps[1].code[0].value == 'argmax(#0, "Running time":number)'
    unfold(ask(page, HOW_MANY), step_key(2))
    last = [step for step in page.expander if step.label.startswith("**\\#")][-1]
    assert "= 4" in [element.value for element in last.text]
    assert len(last.dataframe[0].value) == 4, "the rows a number was computed from"


def test_the_questions_words_say_what_became_of_them(page: AppTest) -> None:
    ask(films(page), UNUSED)
    (words,) = [element.proto.body for element in page.get("html") if '"np-words"' in element.proto.body]
    assert '<span role="listitem" class="np-word np-column"><span>running time</span>' in words
    assert "<small>column: Running time</small>" in words
    assert (
        '<span role="listitem" class="np-word np-unused"><span>Japanese</span><small>not used</small></span>' in words
    )
    ask(page, MISSPELT)
    (words,) = [element.proto.body for element in page.get("html") if '"np-words"' in element.proto.body]
    assert "np-fuzzy" in words
    assert "<small>similar spelling: Steven Spielberg</small>" in words


def test_an_unused_word_can_be_replaced_by_what_was_meant(page: AppTest) -> None:
    ask(films(page), UNUSED)
    assert "Not used for the answer:** “Japanese”" in texts(page)
    meant = next(button for button in page.button if button.label == "Japan")
    assert meant.help == "A value of the column Country"
    meant.click().run()
    assert not page.exception
    assert page.text_input(key="question").value == "which Japan film has the longest running time?"
    assert state_of(page).response.question == "which Japan film has the longest running time?"


def test_a_chip_runs_the_changed_program_at_once(page: AppTest) -> None:
    ask(films(page), LONGEST)
    operation = chip(page, "#1 Operation")
    assert operation.value == "argmax"
    operation.select("argmin").run()
    assert not page.exception
    edited = state_of(page).edited
    assert state_of(page).edited_program.steps[1].operation == "argmin"
    assert edited.answer == ["Toy Story"]
    assert "Edited by you" in texts(page)
    assert "questions held out" not in texts(page)
    assert "Program and SQL agree" in texts(open_tab(page, "SQL"))
    chip(page, "#2 Column").select_index(1).run()
    assert state_of(page).edited_program.steps[1].operation == "argmin", "the first change is kept"
    press(page, "Undo my changes")
    assert state_of(page).edited is None
    assert "questions held out" in texts(page)


def test_a_value_can_be_chosen_or_typed(page: AppTest) -> None:
    ask(films(page), HOW_MANY)
    value = chip(page, "#1 Value")
    assert value.options[0] == "Steven Spielberg"
    assert "Alfred Hitchcock" in value.options
    value.select("Alfred Hitchcock").run()
    assert not page.exception
    assert state_of(page).edited.answer == [2.0]
    ask(page, MANY_AWARDS)
    type_into(chip(page, "#1 Value"), "10")
    assert not page.exception
    assert state_of(page).edited.answer == [3.0]
    type_into(chip(page, "#1 Value"), "many")
    assert not page.exception
    assert any("expected a number" in error.value for error in page.error)
    assert state_of(page).edited.answer == [3.0], "the last program that could be run stays"


def test_a_change_that_leaves_nothing_names_the_step(page: AppTest) -> None:
    ask(films(page), MANY_AWARDS)
    type_into(chip(page, "#1 Value"), "400")
    assert not page.exception
    assert "0" in [element.value for element in page.text], "a count of nothing is an answer"
    ask(page, WHO)
    type_into(chip(page, "#1 Value"), "Nobody")
    assert not page.exception
    (warning,) = [warning.value for warning in page.warning if "No value" in warning.value]
    assert "step \\#1" in warning


def test_a_suggestion_is_asked_by_one_press(page: AppTest) -> None:
    page = press(films(page), "how many films did Steven Spielberg direct")
    assert not page.exception
    assert page.text_input(key="question").value == HOW_MANY
    assert "4" in [element.value for element in page.text]


def test_the_dialect_changes_the_sql_and_nothing_else(page: AppTest) -> None:
    ask(films(page), LONGEST)
    open_tab(page, "SQL")
    response = page.session_state["neural_programmer"].response
    assert response.sql("duckdb") in [code.value for code in page.code]
    page.selectbox(key="dialect").select("tsql").run()
    assert not page.exception
    assert response.sql("tsql") in [code.value for code in page.code]
    assert response.sql("tsql") != response.sql("duckdb")
    assert page.session_state["neural_programmer"].response is response


def test_another_reading_can_be_looked_at_and_left_again(page: AppTest) -> None:
    open_tab(ask(films(page), LONGEST), "Other readings")
    press(page, "Look at reading 2")
    assert "222 min" in [element.value for element in page.text]
    assert "You chose reading 2" in texts(page)
    assert [button.disabled for button in page.button if str(button.key).startswith("reading ")] == [False, True]
    press(page, "Look at reading 1")
    assert "Lawrence of Arabia" in [element.value for element in page.text]
    assert "You chose" not in texts(page)


def test_an_abstention_gives_its_reason_and_the_readings(page: AppTest) -> None:
    ask(films(page), TRICKY)
    assert "No answer" in texts(page)
    said = texts(page).replace("\\", "")
    assert "It would be a guess: answers like the likeliest one were right about 2 times in 10" in said
    assert "none stands out: the likeliest is 20% probable" in said
    assert "Next: look at the reading below that you meant" in said
    assert "threshold" not in said, "it is said in words"
    press(page, "Look at reading 2")
    assert "Parasite" in [element.value for element in page.text]
    open_tab(page, "Other readings")
    press(page, "Look at reading 1")
    assert "Citizen Kane" in [element.value for element in page.text]


@pytest.mark.parametrize(
    "question",
    [
        "",
        "   ",
        "word " * 10_000,
        "Quelle heure est-il à Paris ?",
        "東京の人口は?",
        "'; DROP TABLE films; --",
        HOSTILE,
        "?!",
    ],
    ids=["empty", "blank", "long", "French", "Japanese", "SQL", "markup", "signs"],
)
def test_questions_that_cannot_be_answered(page: AppTest, question: str) -> None:
    ask(films(page), question)
    assert not page.exception
    assert "No answer" in texts(page)


def test_the_thing_counted_is_not_called_unused(page: AppTest) -> None:
    ask(films(page), HOW_MANY)
    assert page.session_state["neural_programmer"].response.unused_words == ["films"]
    assert "Not used for the answer" not in texts(page)


def test_a_corrected_spelling_is_reported(page: AppTest) -> None:
    ask(films(page), MISSPELT)
    assert any("was read as “Steven Spielberg”" in info.value for info in page.info)


def test_an_upload_becomes_the_open_table_until_a_sample_is_chosen(page: AppTest) -> None:
    upload(page, "points.csv", b"Name;Points\nAnn;7\nBob;9\nCy;8\n")
    assert "points" in [element.value for element in page.text]
    ask(page, "which name has the highest points?")
    assert "Bob" in [element.value for element in page.text]
    films(page)
    assert page.session_state["neural_programmer"].source == "films.csv"
    press(page, "Open this file again")
    assert page.session_state["neural_programmer"].prepared.table.name == "points"


def test_sheets_of_a_workbook_can_be_chosen(page: AppTest) -> None:
    workbook = openpyxl.Workbook()
    for title, rows in (("One", [["Name", "Points"], ["Ann", 1]]), ("Two", [["Name", "Points"], ["Bob", 2]])):
        sheet = workbook.create_sheet(title)
        for row in rows:
            sheet.append(row)
    content = io.BytesIO()
    workbook.save(content)
    upload(page, "book.xlsx", content.getvalue())
    assert rows_of(page)["Name"].tolist() == ["Ann"]
    chip(page, "Sheet").select("Two").run()
    assert not page.exception
    assert rows_of(page)["Name"].tolist() == ["Bob"]


@pytest.mark.parametrize("kind", ["parquet", "json", "tsv", "xlsx"])
def test_every_kind_of_file_can_be_uploaded(page: AppTest, kind: str) -> None:
    frame = pandas.DataFrame({"Name": ["Ann", "Bob"], "Points": [7, 9]})
    content = io.BytesIO()
    if kind == "parquet":
        frame.to_parquet(content)
    elif kind == "xlsx":
        frame.to_excel(content, index=False)
    elif kind == "json":
        content.write(frame.to_json(orient="records").encode())
    else:
        content.write(frame.to_csv(sep="\t", index=False).encode())
    upload(page, f"points.{kind}", content.getvalue())
    ask(page, "which name has the highest points?")
    assert "Bob" in [element.value for element in page.text]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("empty.csv", b"", "is empty"),
        ("header.csv", b"a,b\n", "no rows"),
        ("junk.csv", bytes(range(256)), "binary"),
        ("old.xls", b"\xd0\xcf\x11\xe0" + bytes(100), "old"),
    ],
    ids=["empty", "header only", "junk", "xls"],
)
def test_a_refused_file_gives_a_message_and_no_table(page: AppTest, name: str, content: bytes, expected: str) -> None:
    upload(films(page), name, content)
    assert any(expected in error.value for error in page.error)
    assert prepared_table(page) is None
    films(page)
    table = prepared_table(page)
    assert table is not None
    assert table.name == "Thirty films"
    upload(page, "good.csv", b"Name,Points\nAnn,7\n")
    assert not page.error
    assert page.session_state["neural_programmer"].prepared is not None


def test_a_model_that_cannot_be_loaded_is_a_message(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(checkpoint: object = None) -> None:
        raise FileNotFoundError("no checkpoint in nowhere")

    streamlit.cache_resource.clear()
    monkeypatch.setattr(resources, "load", refuse)
    films(page)
    assert not page.exception
    assert "no checkpoint in nowhere" in page.error[0].value.replace("\\", "")
    assert page.dataframe, "the table is shown all the same"


def test_sessions_do_not_see_each_other(page: AppTest) -> None:
    ask(films(page), LONGEST)
    other = AppTest.from_file(str(PAGE), default_timeout=200).run()
    assert other.session_state["neural_programmer"].response is None
    press(other, "An outdoor shop")
    assert page.run().session_state["neural_programmer"].prepared.table.name == "Thirty films"


def test_every_row_of_a_large_table_can_be_reached(page: AppTest) -> None:
    rows = "".join(f"name {number},{number}\n" for number in range(31_000))
    upload(page, "large.csv", f"Name,Points\n{rows}".encode())
    assert "Rows 1 to 1,000 of 31,000; page 1 of 31." in texts(page)
    page.number_input[0].set_value(31).run()
    assert rows_of(page).index.tolist() == list(range(30_001, 31_001))
    ask(page, "which name has the highest points?")
    assert "name 30999" in [element.value for element in page.text]
    assert rows_of(page).index.tolist() == [31_000], "the evidence comes first"
    next(group for group in page.button_group if "rows of" in str(group.key)).set_value("All rows").run()
    assert "Rows 1 to 1,000 of 31,000; page 1 of 31." in texts(page)


def test_a_wide_table_stays_usable(page: AppTest) -> None:
    header = ",".join(["Name", "Points", *(f"measure {number}" for number in range(198))])
    rows = "\n".join(",".join([f"n{row}", str(row), *map(str, range(198))]) for row in range(60))
    upload(page, "wide.csv", f"{header}\n{rows}\n".encode())
    ask(page, "which name has the highest points?")
    assert not page.exception
    assert "n59" in [element.value for element in page.text]
    assert rows_of(page).shape[1] == 200
    assert len(chip(page, "#2 Column").options) >= 200


def test_many_values_are_all_listed(page: AppTest) -> None:
    names = [f"n{number}" for number in range(20)]
    upload(page, "names.csv", "\n".join(["Name,Points", *(f"{name},1" for name in names)]).encode())
    ask(page, "list all names")
    listed = next(frame.value for frame in page.dataframe if "Answer" in frame.value and len(frame.value.columns) == 1)
    assert listed["Answer"].tolist() == names


def test_exactly_the_evidence_is_highlighted() -> None:
    table = load_table([{"a": 1, "b": 2}, {"a": 3, "b": 4}, {"a": 5, "b": 6}])
    styler = evidence_panel.highlight(evidence_panel.frame_of(table, [0, 2]), [(2, "b"), (1, "a")], ["a"])
    styler._compute()
    painted = {place: rules for place, rules in styler.ctx.items() if rules}
    assert {place: "; ".join(f"{name}: {value}" for name, value in rules) for place, rules in painted.items()} == {
        (1, 0): PALE_HIGHLIGHT,
        (1, 1): HIGHLIGHT,
    }, "the answer's cell, and paler the cell beside it that was read"


def test_evidence_out_of_sight_is_brought_into_view(page: AppTest) -> None:
    rows = "".join(f"name {number},{number}\n" for number in range(40))
    upload(page, "points.csv", f"Name,Points\n{rows}".encode())
    ask(page, "which name has the highest points?")
    assert rows_of(page)["Name"].tolist() == ["name 39"]
    next(group for group in page.button_group if "rows of" in str(group.key)).set_value("All rows").run()
    assert not page.exception
    assert len(rows_of(page)) == 40


def test_columns_say_how_they_were_read(page: AppTest) -> None:
    unfold(press(page, "A city's budget"), COLUMNS_KEY)
    columns = next(frame.value for frame in page.dataframe if "Read as" in frame.value).set_index("Column")
    assert columns.loc["Budget 2024", "Read as"] == "text, number"
    assert columns.loc["Budget 2024", "Unit"] == "$"
    assert columns.loc["Offices", "Read as"] == "text, list"
    assert "Left out of counts and sums as totals of the other rows: row 16." in texts(page)
    unfold(press(page, "Thirty films"), COLUMNS_KEY)
    columns = next(frame.value for frame in page.dataframe if "Read as" in frame.value).set_index("Column")
    assert columns.loc["Released", "Read as"] == "text, date"
    assert columns.loc["Academy Awards", "Not readable"] == "5: –, –, – …"


def test_steps_and_heat_maps_show_every_word_and_choice() -> None:
    programmer = load_scripted()
    response = programmer.ask(next(sample for sample in sample_tables() if sample.file == "films.csv").load(), LONGEST)
    assert response.trace is not None
    assert response.linking is not None
    assert response.program is not None
    labels = step_labels(response.trace, response.program)
    assert labels == ["#1 argmax", "#2 select"]
    html = steps_html(response.trace, response.program, response.linking)
    assert html.count('role="listitem"') == len(labels)
    for token in response.linking.tokens:
        assert len(re.findall(rf"<span[^>]*>{re.escape(token.text)}<", html)) == len(labels), token.text
    frame = decision_charts.choice_frame(response.trace, labels, "Operation")
    assert set(frame["Operation"]) == {"argmax", "select", "filter equals", "stop"}
    (cells,) = decision_charts.choice_chart(frame, "Operation", labels).to_dict()["datasets"].values()
    assert sum(cell["Probability"] for cell in cells if cell["Step"] == "#1 argmax") == pytest.approx(1)
    assert decision_charts.choice_frame(response.trace, labels, "Value").empty, "no step compares with a value"


def test_each_of_two_earlier_results_is_named() -> None:
    step = StepTrace(3, (("difference", 1.0),), (1.0,), references=(((2, 0.9), (1, 0.1)), ((1, 1.0),)))
    assert choices_of(step) == {
        "Operation": [("difference", 1.0)],
        "Earlier result": [("#2 as first", 0.9), ("#1 as first", 0.1), ("#1 as second", 1.0)],
    }


def test_a_pasted_table_becomes_the_open_one(page: AppTest) -> None:
    open_tab(page, "Paste", OWN_TABLE_KEY)
    page.text_area(key="pasted").set_value("| Name | Points |\n|---|---|\n| Ann | 7 |\n| Bob | 9 |")
    press(page, "Open pasted table")
    ask(page, "which name has the highest points?")
    assert "Bob" in [element.value for element in page.text]
    page.text_area(key="pasted").set_value("just words")
    press(page, "Open pasted table")
    assert any("no rows" in error.value for error in page.error)
    assert prepared_table(page) is None


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_a_table_of_a_database_can_be_opened(page: AppTest, kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"games.{kind}"
    with closing(sqlite3.connect(path) if kind == "sqlite" else duckdb.connect(str(path))) as database:
        database.execute("CREATE TABLE scores (Name TEXT, Points INTEGER)")
        database.execute("INSERT INTO scores VALUES ('Ann', 7), ('Bob', 9)")
        database.execute("CREATE TABLE other (a INTEGER)")
        database.commit()
    open_tab(page, "Database", OWN_TABLE_KEY)
    page.text_input(key="database").set_value(str(path)).run()
    assert chip(page, "Table").options == ["other", "scores"]
    chip(page, "Table").select("scores").run()
    press(page, "Open this table")
    ask(page, "which name has the highest points?")
    assert "Bob" in [element.value for element in page.text]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/nowhere/games.db", "there is no file"),
        (__file__, "is no SQLite or DuckDB file"),
        ("postgresql://localhost:1/x", "cannot be read"),
    ],
    ids=["absent", "another file", "network"],
)
def test_what_is_no_database_gives_a_message(page: AppTest, path: str, message: str) -> None:
    open_tab(page, "Database", OWN_TABLE_KEY)
    page.text_input(key="database").set_value(path).run()
    assert not page.exception
    assert any(message in error.value.replace("\\", "") for error in page.error)


def test_paths_are_not_offered_where_other_machines_see_the_page(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_panel, "paths_are_offered", lambda: False)
    open_tab(page, "Database", OWN_TABLE_KEY)
    assert "database" not in [field.key for field in page.text_input]
    assert "Files of this machine are not offered" in texts(page)


def test_uploads_are_bounded_with_a_message(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "UPLOAD_LIMITS", Limits(rows=3, columns=2, bytes=50))
    upload(page, "long.csv", b"a,b\n" + b"1,2\n" * 8)
    assert any("expected at most 3" in error.value for error in page.error)
    upload(page, "wide.csv", b"a,b,c\n1,2,3\n")
    assert any("3 columns; expected at most 2" in error.value for error in page.error)
    upload(page, "big.csv", b"a,b\n" + b"1,2\n" * 20)
    assert any("bytes; expected at most 50" in error.value for error in page.error)
    content = io.BytesIO()
    pandas.DataFrame({"a": [f"{number:05} " * 20 for number in range(3_000)]}).to_parquet(content, compression="zstd")
    monkeypatch.setattr(resources, "UPLOAD_LIMITS", Limits(bytes=len(content.getvalue()), expansion=1))
    upload(page, "packed.parquet", content.getvalue())
    assert any("unpacks to" in error.value for error in page.error)


def test_a_columns_type_can_be_changed_and_the_question_is_asked_again(page: AppTest) -> None:
    upload(page, "points.csv", b"Name,Points,Code\nAnn,7,007\nBob,9,x\nCy,8,012\n")
    unfold(ask(page, "which name has the highest points?"), COLUMNS_KEY)
    chip(page, "Column").select("Code").run()
    assert "1 cell of Code not readable as number" in texts(page)
    chip(page, "Read its cells as").select("text").run()
    press(page, "Apply")
    assert not page.exception
    table = prepared_table(page)
    assert table is not None
    assert ViewKind.NUMBER not in table.column("Code").views
    assert "1 column changed by you" in " ".join(expander.label for expander in page.expander)
    assert state_of(page).response.answer == ["Bob"]
    chip(page, "Read its cells as").select("auto").run()
    press(page, "Apply")
    table = prepared_table(page)
    assert table is not None
    assert ViewKind.NUMBER in table.column("Code").views


def test_a_synonym_is_understood_in_questions(page: AppTest) -> None:
    unfold(upload(page, "points.csv", b"Name,Points\nAnn,7\nBob,9\n"), COLUMNS_KEY)
    chip(page, "Column").select("Points").run()
    field = next(field for field in page.text_input if field.label.startswith("Other words"))
    field.set_value("tally, final mark")
    press(page, "Apply")
    ask(page, "which name has the highest tally?")
    linking = state_of(page).response.linking
    assert ("Points", 1.0) in [(match.column, match.score) for match in linking.column_matches]


def test_dates_say_how_exactly_they_are_known(page: AppTest) -> None:
    unfold(press(page, "Weather stations"), COLUMNS_KEY)
    columns = next(frame.value for frame in page.dataframe if "Read as" in frame.value).set_index("Column")
    assert columns.loc["Date of record low", "Dates known to"] == "day (15), year (2), month (1)"
    unfold(press(page, "A football season"), COLUMNS_KEY)
    columns = next(frame.value for frame in page.dataframe if "Read as" in frame.value).set_index("Column")
    assert columns.loc["Date", "Dates known to"] == "day"


def test_what_was_passed_over_is_said_in_words(page: AppTest) -> None:
    ask(films(page), MANY_AWARDS)
    said = texts(page).replace("\\", "")
    assert "Step #1 passed over 5 cells of Academy Awards not readable as number: rows 3, 4, 6 and 2 more." in said
    press(page, "A city's budget")
    ask(page, COUNTED)
    assert "Left out as totals of other rows: row 16." in texts(page).replace("\\", "")


def test_how_the_model_decided_is_shown_step_by_step(page: AppTest) -> None:
    open_tab(ask(films(page), LONGEST), "How the model decided")
    steps = next(html.proto.body for html in page.get("html") if "np-steps" in html.proto.body)
    first, second = steps.split('role="listitem"')[1:]
    assert "#1 the rows of #0 with the highest Running time" in first
    assert "<span>argmax <small>70%</small></span><span>filter equals <small>20%</small></span>" in first
    assert "<span>#0 <small>100%</small></span>" in first
    assert "#2 the Film of the rows of #1" in second
    assert "<span>select <small>70%</small></span>" in second
    assert {"**Operations it weighed**", "**Earlier results it could have used**"} <= {
        element.value for element in page.markdown
    }
    page.toggle(key="soft").set_value(True).run()
    assert not page.exception
    assert "cannot run its programs softly" in texts(page), "a script has no soft program"


def test_soft_and_exact_rows_stand_side_by_side() -> None:
    programmer = load()
    table = next(sample for sample in sample_tables() if sample.file == "films.csv").load()
    response = programmer.ask(table, LONGEST)
    assert response.program is not None
    soft = resources.SharedModel(programmer).soft(response)
    assert soft is not None
    assert [step.step for step in soft.steps] == [1, 2]
    assert all(0 <= chance <= 1.0001 for chance in soft.steps[0].rows)
    assert soft.cells[0][0] == response.answer[0], "the surest part of the soft answer is the exact one"
    frame, hidden = decision_charts.row_frame(soft, response)
    assert (hidden, frame["Row"].nunique()) == (0, 30), "a short table has all its rows"
    exact = frame[(frame["Step"] == "#1 exact") & (frame["Selected"] == 1)]
    assert exact["Row"].tolist() == ["7 · Lawrence of Arabia"]
    softly = frame[frame["Step"] == "#1 soft"].sort_values("Selected")
    assert softly["Row"].tolist()[-1] == "7 · Lawrence of Arabia"


def test_a_chart_is_drawn_for_counts_of_values_and_for_nothing_else() -> None:
    by_gold, nations = scripted((BY_GOLD, 0.9)).ask(MEDALS, "gold?"), scripted((MOST_GOLD, 0.9)).ask(MEDALS, "gold?")
    frame = answer_panel.chart_frame(by_gold)
    assert frame is not None
    assert frame.to_dict("list") == {
        "Value": ["3", "1", "12"],
        "Number": [1.0, 2.0, 1.0],
        "Written": ["1", "2", "1"],
    }
    assert answer_panel.bar_chart(frame).to_dict()["layer"]
    assert answer_panel.chart_frame(nations) is None


class Blocked:
    """A model that answers when it is let go."""

    def __init__(self) -> None:
        self.let_go = threading.Event()

    def ask(self, prepared: object, question: str, **options: object) -> Response:
        assert self.let_go.wait(60)
        return scripted().ask(MEDALS, "gold?")


def test_long_work_ends_at_the_limit_with_a_message(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    films(page)
    blocked = Blocked()
    monkeypatch.setattr(resources.shared_model(), "programmer", blocked)
    monkeypatch.setattr(question_panel, "_SECONDS_UNTIL_SHOWN", 0.0)
    monkeypatch.setattr(question_panel, "_SECONDS_BETWEEN_LOOKS", 0.01)
    monkeypatch.setattr(question_panel, "SECONDS_AT_MOST", 0.05)
    ask(page, LONGEST)
    assert not page.exception
    assert "No answer within 0 seconds" in texts(page)
    assert state_of(page).response is None
    blocked.let_go.set()
    page.run()
    assert state_of(page).response is None, "what comes too late is not shown"


def test_suggestions_come_from_the_types_of_columns() -> None:
    table = load_table(
        [
            {
                "No.": n,
                "Ship": name,
                "Flag": "NO" if n % 3 else "SE",
                "Built": f"May {1950 + n}",
                "Tons": 100 + n * n,
            }
            for n, name in enumerate(["Ada", "Bea", "Cleo", "Dora", "Eve", "Flora", "Gina"], start=1)
        ]
    )
    assert suggest_questions(table) == (
        "which ship has the highest tons?",
        "which ship has the earliest built?",
        "how many rows have flag NO?",
        "what is the average tons?",
        "what is the most common flag?",
        "what is the total tons?",
        "which ship has the lowest tons?",
        "how many rows are there?",
    )
    assert suggest_questions(load_table([{"": "1", "<b>": "x@y"}])) == ("how many rows are there?",)


def test_notes_below_a_table_can_be_left_out_and_put_back(page: AppTest) -> None:
    upload(page, "points.csv", b"Name,Points,Town\nAnn,7,Rome\nBob,9,Oslo\n* estimated,,\n")
    assert "Row 3 looks like one of notes below the table" in texts(page)
    ask(page, "list all names")
    assert rows_of(page)["Name"].tolist() == ["Ann", "Bob", "* estimated"]
    press(page, "Leave out")
    assert rows_of(page)["Name"].tolist() == ["Ann", "Bob"], "the question was asked again"
    assert "1 row of notes below the table left out." in texts(page)
    press(page, "Put back")
    assert rows_of(page)["Name"].tolist() == ["Ann", "Bob", "* estimated"]
