"""Batches, exports and forms of SQL of tables that stay where they are: no row of them is loaded to be written down."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pyarrow
import pytest

from neural_programmer.commands.exit_codes import ANSWERED, BAD_INPUT
from neural_programmer.commands.main import main
from neural_programmer.commands.printing import shown_values
from tests.large_cases import as_parquet, as_sqlite, rows_table
from tests.scripted import scripted

ROWS = 60
IN_BERGEN = '#0 = all_rows(); #1 = filter_equals(#0, "Town":text, "Bergen"); #2 = count(#1)'
QUESTIONS = "how many orders went to Bergen?\n"


@pytest.fixture(autouse=True)
def nothing_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that answers with one program, and a loader that refuses to read rows into memory."""

    def refuse(*given: object, **options: object) -> None:
        raise AssertionError("the rows are read into memory")

    monkeypatch.setenv("NEURAL_PROGRAMMER_CACHE", str(tmp_path / "indexes"))
    monkeypatch.setattr("neural_programmer.large.opening.load_table", refuse)
    for command in ("batch", "export", "sql"):
        monkeypatch.setattr(
            f"neural_programmer.commands.{command}.load_model", lambda given: scripted((IN_BERGEN, 0.9))
        )
    (tmp_path / "questions.txt").write_text(QUESTIONS)
    monkeypatch.chdir(tmp_path)


def orders() -> pyarrow.Table:
    return rows_table(ROWS).select(["Id", "Town", "Quantity"])


def bergen() -> int:
    towns: list[str | None] = orders()["Town"].to_pylist()
    return towns.count("Bergen")


def test_a_batch_asks_the_database(tmp_path: Path) -> None:
    source = as_sqlite(orders(), tmp_path)
    for table in (source, source.removeprefix("sqlite:///")):
        Path("answers.jsonl").unlink(missing_ok=True)
        options = ["--table", table, "--large-rows", "20"]
        assert main(["batch", "questions.txt", "--output", "answers.jsonl", *options]) == ANSWERED
        (line,) = map(json.loads, Path("answers.jsonl").read_text().splitlines())
        assert line["answer"] == [bergen()]
        assert "FROM orders" in line["sql"]
    Path("named.csv").write_text(f"question,table\nhow many orders went to Bergen?,{source}\n")
    assert main(["batch", "named.csv", "--output", "answers.csv", "--large-rows", "20"]) == ANSWERED
    assert f",answered,{bergen()}," in Path("answers.csv").read_text("utf-8-sig")


def test_an_export_writes_what_the_database_ran(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = as_parquet(orders(), tmp_path)
    options = ["questions.txt", "--table", source, "--large-rows", "20", "--output"]
    for form in ("query", "script", "parameters"):
        assert main(["export", *options, form, "--form", form]) == ANSWERED
        (written,) = Path(form).glob("0*.sql")
        text = written.read_text()
        if form == "parameters":
            assert "$value_1" in text
            assert "-- value_1: 'Bergen'" in text
        else:
            with duckdb.connect() as empty:
                assert empty.execute(text).fetchall() == [(bergen(),)]
    database = as_sqlite(orders(), tmp_path)
    options[2] = database
    assert main(["export", *options, "refused", "--form", "script"]) == ANSWERED
    assert not list(Path("refused").glob("0*.sql"))
    assert "stay where they are" in Path("refused/index.csv").read_text("utf-8-sig")
    capsys.readouterr()
    assert main(["sql", database, QUESTIONS, "--form", "script", "--large-rows", "20"]) == BAD_INPUT
    assert "stay where they are" in capsys.readouterr().err


def test_equal_values_of_an_answer_are_shown_once() -> None:
    assert shown_values(["29.99", "29.99", "5", 7.0]) == "29.99 (2 times), 5, 7"
    assert shown_values([29.99] * 1_000, more=True) == "29.99 (at least 1,000 times)"
    assert shown_values(list(map(float, range(60)))).endswith("49, and 10 more values")
