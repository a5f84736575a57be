"""The page, driven as a person would: tables, questions, answers, and what goes wrong."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pandas
import pytest
import streamlit
from streamlit.testing.v1 import AppTest

from neural_programmer.data.sample_tables import sample_tables
from neural_programmer.tables.loaders import load_table
from neural_programmer.tables.table import Table
from neural_programmer.ui import decision_panel, evidence_panel, resources
from neural_programmer.ui.style import HIGHLIGHT
from neural_programmer.ui.suggestions import suggest_questions
from tests.scripted_page import HOW_MANY, LONGEST, MISSPELT, TRICKY, UNUSED, load_scripted

PAGE = Path(__file__).parents[1] / "ui" / "app.py"
HOSTILE = "<script>alert(1)</script> **bold** [x](javascript:alert(1)) $x$ :red[y] `z`"


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    """A fresh session of the page, whose model follows the script."""
    streamlit.cache_resource.clear()
    monkeypatch.setattr(resources, "load", load_scripted)
    yield AppTest.from_file(str(PAGE), default_timeout=60).run()
    streamlit.cache_resource.clear()


def press(page: AppTest, label: str) -> AppTest:
    """Press the button of that label, after a check that nothing failed so far."""
    assert not page.exception
    return next(button for button in page.button if label in button.label).click().run()


def ask(page: AppTest, question: str) -> AppTest:
    page.text_input(key="question").set_value(question)
    return press(page, "Ask")


def upload(page: AppTest, name: str, content: bytes) -> AppTest:
    page.file_uploader(key="upload").set_value((name, content, "application/octet-stream")).run()
    assert not page.exception
    return page


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
    labels = [button.label for button in page.button]
    assert [sample.title for sample in sample_tables()] == labels[: len(sample_tables())]
    assert "nothing leaves this machine" in texts(page)


@pytest.mark.parametrize("sample", sample_tables(), ids=lambda sample: sample.file)
def test_every_sample_opens_with_its_suggestions(page: AppTest, sample: Any) -> None:
    press(page, sample.title)
    assert not page.exception
    assert sample.title in texts(page)
    assert len([button for button in page.button if str(button.key).startswith("suggestion ")]) == len(sample.questions)
    assert page.dataframe[0].value.shape == (sample.load().number_of_rows, len(sample.load().columns))


def test_an_answer_comes_with_all_that_supports_it(page: AppTest) -> None:
    ask(films(page), LONGEST)
    assert not page.exception
    assert "Lawrence of Arabia" in [element.value for element in page.text]
    response = page.session_state["neural_programmer"].response
    assert response.explanation in [element.value for element in page.text]
    assert "Quite sure: answers like this are right about 8 times in 10." in texts(page)
    assert "Highlighted: 1 cell in 1 row of 30." in texts(page)
    steps = next(frame.value for frame in page.dataframe if "Operation" in frame.value)
    assert steps["Result"].tolist() == ["30 rows", "1 row", "1 cell"]
    assert steps["Given"].tolist() == ["", "30 rows", "1 row"]
    readings = next(frame.value for frame in page.dataframe if "Probability" in frame.value)
    assert readings["Answer"].tolist() == ["Lawrence of Arabia", "222 min"]
    assert "Program and SQL agree" in texts(page)


def test_a_suggestion_is_asked_by_one_press(page: AppTest) -> None:
    page = press(films(page), "how many films did Steven Spielberg direct")
    assert not page.exception
    assert page.text_input(key="question").value == HOW_MANY
    assert "4" in [element.value for element in page.text]


def test_the_dialect_changes_the_sql_and_nothing_else(page: AppTest) -> None:
    ask(films(page), LONGEST)
    response = page.session_state["neural_programmer"].response
    assert response.sql("duckdb") in [code.value for code in page.code]
    page.selectbox(key="dialect").select("tsql").run()
    assert not page.exception
    assert response.sql("tsql") in [code.value for code in page.code]
    assert response.sql("tsql") != response.sql("duckdb")
    assert page.session_state["neural_programmer"].response is response


def test_another_reading_can_be_looked_at_and_left_again(page: AppTest) -> None:
    ask(films(page), LONGEST)
    press(page, "Look at reading 2")
    assert "222 min" in [element.value for element in page.text]
    assert "You chose reading 2" in texts(page)
    press(page, "Look at reading 1")
    assert "Lawrence of Arabia" in [element.value for element in page.text]
    assert "You chose" not in texts(page)


def test_an_abstention_gives_its_reason_and_the_readings(page: AppTest) -> None:
    ask(films(page), TRICKY)
    assert "No answer" in texts(page)
    assert "below the threshold" in texts(page)
    press(page, "Look at reading 2")
    assert "Parasite" in [element.value for element in page.text]
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


def test_words_that_the_program_leaves_out_are_named_but_not_the_thing_counted(page: AppTest) -> None:
    ask(films(page), HOW_MANY)
    assert page.session_state["neural_programmer"].response.unused_words == ["films"]
    assert not page.warning
    ask(page, UNUSED)
    (warning,) = page.warning
    assert warning.value.startswith("Not used for the answer: “Japanese”.")


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
    assert page.dataframe[0].value["Name"].tolist() == ["Ann"]
    page.selectbox[0].select("Two").run()
    assert not page.exception
    assert page.dataframe[0].value["Name"].tolist() == ["Bob"]


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


def test_markup_in_cells_and_headers_never_reaches_markdown(page: AppTest) -> None:
    table = pandas.DataFrame({"Name": [HOSTILE, HOSTILE + " 2", "Ann"], HOSTILE: ["1", "2", "2"], "Points": [9, 8, 7]})
    upload(page, "hostile.csv", table.to_csv(index=False).encode())
    ask(page, "which name has the highest points?")
    assert HOSTILE in [element.value for element in page.text]
    parsed: list[Any] = [*page.markdown, *page.caption, *page.warning, *page.info, *page.error, *page.success]
    for element in [*parsed, *page.subheader, *page.header, *page.title]:
        assert "<script" not in element.value
        assert "**bold**" not in element.value
    for button in page.button:
        assert "<script" not in button.label
    assert all("alert" not in element.body for element in page.get("html") if hasattr(element, "body"))


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
    other = AppTest.from_file(str(PAGE), default_timeout=60).run()
    assert other.session_state["neural_programmer"].response is None
    press(other, "An outdoor shop")
    assert page.run().session_state["neural_programmer"].prepared.table.name == "Thirty films"


def test_a_large_table_shows_its_first_rows_and_the_rows_behind_the_answer(page: AppTest) -> None:
    rows = "".join(f"name {number},{number}\n" for number in range(40_000))
    upload(page, "large.csv", f"Name,Points\n{rows}".encode())
    assert "the first 1,000 of 40,000" in texts(page)
    ask(page, "which name has the highest points?")
    assert "name 39999" in [element.value for element in page.text]
    evidence = page.dataframe[0].value
    assert evidence.index.tolist() == [40_000]
    assert len(page.dataframe[1].value) == 1_000


def test_many_values_are_all_listed(page: AppTest) -> None:
    names = [f"n{number}" for number in range(20)]
    upload(page, "names.csv", "\n".join(["Name,Points", *(f"{name},1" for name in names)]).encode())
    ask(page, "list all names")
    listed = next(frame.value for frame in page.dataframe if "Answer" in frame.value and len(frame.value.columns) == 1)
    assert listed["Answer"].tolist() == names


def test_exactly_the_evidence_is_highlighted() -> None:
    table = load_table([{"a": 1, "b": 2}, {"a": 3, "b": 4}, {"a": 5, "b": 6}])
    styler = evidence_panel.highlight(evidence_panel.frame_of(table, [0, 2]), [(2, "b"), (1, "a")])
    styler._compute()
    painted = {place: dict(rules) for place, rules in styler.ctx.items() if rules}
    assert list(painted) == [(1, 1)]
    assert "; ".join(f"{name}: {value}" for name, value in painted[1, 1].items()) == HIGHLIGHT


def test_evidence_out_of_sight_is_brought_into_view(page: AppTest) -> None:
    rows = "".join(f"name {number},{number}\n" for number in range(40))
    upload(page, "points.csv", f"Name,Points\n{rows}".encode())
    ask(page, "which name has the highest points?")
    assert page.dataframe[0].value["Name"].tolist() == ["name 39"]
    page.button_group[0].set_value("All rows").run()
    assert not page.exception
    assert len(page.dataframe[0].value) == 40


def test_columns_say_how_they_were_read(page: AppTest) -> None:
    press(page, "A city's budget")
    columns = next(frame.value for frame in page.dataframe if "Read as" in frame.value).set_index("Column")
    assert columns.loc["Budget 2024", "Read as"] == "text, number"
    assert columns.loc["Budget 2024", "Unit"] == "$"
    assert columns.loc["Offices", "Read as"] == "text, list"
    assert "Left out of counts and sums as totals of the other rows: row 16." in texts(page)
    press(page, "Thirty films")
    columns = next(frame.value for frame in page.dataframe if "Read as" in frame.value).set_index("Column")
    assert columns.loc["Released", "Read as"] == "text, date"
    assert columns.loc["Academy Awards", "Not read so"] == "5: –, –, – …"


def test_heat_maps_show_every_step_and_word() -> None:
    programmer = load_scripted()
    response = programmer.ask(next(sample for sample in sample_tables() if sample.file == "films.csv").load(), LONGEST)
    assert response.trace is not None
    assert response.linking is not None
    labels = ["#1 argmax", "#2 select"]
    chart = decision_panel.attention_chart(response.trace, labels, response.linking).to_dict()
    (cells,) = chart["datasets"].values()
    assert len(cells) == len(labels) * len(response.linking.tokens)
    assert sum(cell["Attention"] for cell in cells if cell["Step"] == "#1 argmax") == pytest.approx(1)
    (cells,) = decision_panel.operation_chart(response.trace, labels).to_dict()["datasets"].values()
    assert {cell["Operation"] for cell in cells} == {"argmax", "select", "filter_equals", "stop"}


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
        "how many rows are there?",
    )
    assert suggest_questions(load_table([{"": "1", "<b>": "x@y"}])) == ("how many rows are there?",)
