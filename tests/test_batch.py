"""Batches of questions: how files are read, that no line is lost, and what is written."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from neural_programmer import batch
from neural_programmer.batch import (
    BatchError,
    BatchLine,
    Outcome,
    read_batch,
    results_csv,
    results_jsonl,
    run_batch,
)
from neural_programmer.commands.exit_codes import ANSWERED, BAD_INPUT
from neural_programmer.commands.main import main
from neural_programmer.prepared import PreparedTable
from neural_programmer.tables.errors import TableError
from tests.scripted import BY_GOLD, LAST_NATION, MEDALS, scripted


def medals(name: str) -> PreparedTable:
    if name not in ("", "medals"):
        raise TableError(f"there is no table {name}")
    return PreparedTable(MEDALS)


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        ("who won?\n\nwhat, if any, is gold?\r\n", [(1, "who won?", ""), (3, "what, if any, is gold?", "")]),
        ("question\nwho won?\n", [(2, "who won?", "")]),
        ("id,Question,table\n1,who won?,a.csv\n\n2,last?,\n", [(2, "who won?", "a.csv"), (4, "last?", "")]),
        ('table;question\na;"what; or ""who""?"\n', [(2, 'what; or "who"?', "a")]),
        ('question,x\n"two\nlines",1\nnext,2\n', [(2, "two\nlines", ""), (4, "next", "")]),
        ('id\tutterance\tcontext\tv\nnt-1\twho "won?\tcsv/1.csv\tx\n', [(2, 'who "won?', "csv/1.csv")]),
        ("\ufeffquestion,table\nwho?,a\n", [(2, "who?", "a")]),
    ],
)
def test_files_of_questions_are_read(content: str, lines: list[tuple[int, str, str]]) -> None:
    assert [(one.line, one.question, one.table) for one in read_batch(content.encode())] == lines


def test_lines_that_cannot_be_asked_keep_their_place() -> None:
    lines = read_batch(b"question,table\nwho?,a\n,a\nwhat, then?,a\nonly\n")
    assert [(one.line, bool(one.problem)) for one in lines] == [(2, False), (3, True), (4, True), (5, False)]
    assert "line 3" in lines[1].problem
    assert "quotes" in lines[2].problem


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "no questions"), (b"\n \n", "no questions"), (b"question,table\n", "no questions")],
)
def test_a_file_without_questions_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(BatchError, match=message):
        read_batch(content)


def test_files_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "MOST_QUESTIONS", 2)
    with pytest.raises(BatchError, match="at most 2"):
        read_batch(b"a\nb\nc\n")
    monkeypatch.setattr(batch, "MOST_BYTES", 2)
    with pytest.raises(BatchError, match="bytes"):
        read_batch(b"a\nb\n")


def test_every_line_has_a_result_in_its_order() -> None:
    lines = [
        BatchLine(1, "which nation is the last?"),
        BatchLine(2, "which nation is the last?", "nowhere"),
        BatchLine(3, "", problem="line 3 has no question"),
        BatchLine(4, "xyzzy"),
        BatchLine(5, "which nation is the last?", "medals"),
    ]
    results = list(run_batch(scripted((LAST_NATION, 0.5)), lines, medals, "tsql"))
    assert [one.line for one in results] == [1, 2, 3, 4, 5]
    assert [one.outcome for one in results] == [
        Outcome.ANSWERED,
        Outcome.PROBLEM,
        Outcome.PROBLEM,
        Outcome.ABSTAINED,
        Outcome.ANSWERED,
    ]
    assert results[0].answer == ("Denmark",)
    assert "TOP 1" in results[0].sql
    assert results[1].reason == "there is no table nowhere"
    assert list(run_batch(scripted((LAST_NATION, 0.5)), lines, medals, "tsql")) == results


def test_results_are_written_for_programs_and_for_spreadsheets() -> None:
    lines = [BatchLine(1, "=gold"), BatchLine(2, "", problem="line 2 has no question")]
    results = list(run_batch(scripted((BY_GOLD, 0.5)), lines, medals))
    rows = list(csv.DictReader(io.StringIO(results_csv(results).decode("utf-8-sig"), newline="")))
    assert rows[0]["question"] == "'=gold"
    assert rows[0]["answer"] == "3: 1 | 1: 2 | 12: 1"
    assert rows[1]["outcome"] == "problem"
    written = [json.loads(line) for line in results_jsonl(results).decode().splitlines()]
    assert written[0]["answer"] == [[3, 1], [1, 2], [12, 1]]
    assert written[0]["question"] == "=gold"
    assert written[1]["reason"] == "line 2 has no question"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.csv").write_text("Nation,Gold\nNorway,3\nSweden,5\n", encoding="utf-8")
    (tmp_path / "questions.csv").write_text(
        "question,table\nwhich nation has the most gold?,a.csv\nwho?,missing.csv\n,a.csv\nhow many nations?,\n",
        encoding="utf-8",
    )
    return tmp_path


def run(folder: Path, checkpoint: Path, *more: str, output: str = "out.csv") -> int:
    arguments = ["batch", str(folder / "questions.csv"), "--output", str(folder / output)]
    return main([*arguments, "--checkpoint", str(checkpoint), *more])


def test_the_command_answers_a_file(folder: Path, tiny_checkpoint: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, tiny_checkpoint, "--table", str(folder / "a.csv"), "--threshold", "0") == ANSWERED
    rows = list(csv.DictReader(io.StringIO((folder / "out.csv").read_text("utf-8-sig"), newline="")))
    assert [row["line"] for row in rows] == ["2", "3", "4", "5"]
    assert [row["outcome"] for row in rows] == ["answered", "problem", "problem", "answered"]
    assert rows[0]["program"].startswith("#0 = all_rows()")
    printed = capsys.readouterr().out
    assert "4 of 4 questions" in printed
    assert "line 3: there is no file" in printed
    assert "line 4: line 4 has no question" in printed


def test_the_command_writes_json_lines_and_needs_a_table(folder: Path, tiny_checkpoint: Path) -> None:
    assert run(folder, tiny_checkpoint, output="out.jsonl") == ANSWERED
    written = [json.loads(line) for line in (folder / "out.jsonl").read_text("utf-8").splitlines()]
    assert written[3]["outcome"] == "problem"
    assert "--table" in written[3]["reason"]


@pytest.mark.parametrize(
    ("more", "output", "message"),
    [
        ([], "out.xlsx", ".csv or .jsonl"),
        ([], "nowhere/out.csv", "no folder"),
        ([], "questions.csv", "overwritten"),
        (["--dialect", "klingon"], "out.csv", "dialect"),
    ],
)
def test_bad_options_are_messages(
    folder: Path,
    tiny_checkpoint: Path,
    capsys: pytest.CaptureFixture[str],
    more: list[str],
    output: str,
    message: str,
) -> None:
    assert run(folder, tiny_checkpoint, *more, output=output) == BAD_INPUT
    assert message in capsys.readouterr().err
