"""Answering question files in bulk: evaluation and prediction files."""

from __future__ import annotations

import argparse
import functools
import json
import stat
from pathlib import Path

import pytest

from neural_programmer import checkpoint
from neural_programmer.answering import FoundReading, Outcome, Request, answer_in_processes, answer_questions
from neural_programmer.commands.main import main
from neural_programmer.commands.models import warn_of_learned
from neural_programmer.data.wikitablequestions import DatasetError, Question, WikiTableQuestions, read_questions
from neural_programmer.evaluation import Grouping, evaluate, judge
from neural_programmer.prediction import check_output, prediction_line, write_files
from tests.scripted import FIRST_NATION, FIRST_OPENED, LAST_NATION, MOST_GOLD, NATIONS, RESPONSE_KEYS, scripted
from tests.tiny_models import tiny_model

QUESTIONS = [
    ("q-0", "which nation won the most gold?", "csv/1.csv", "Denmark"),
    ("q-1", "how many nations won gold?", "csv/2.csv", "2"),
    ("q-2", "which nation is last?", "csv/1.csv", "Norway"),
    ("q-3", "zzz", "csv/1.csv", "Norway"),
]
SCRIPT = ((MOST_GOLD, 0.6), (NATIONS, 0.2), (FIRST_NATION, 0.1))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A dataset of two tables and four questions."""
    root = tmp_path / "wtq"
    (root / "csv").mkdir(parents=True)
    (root / "data").mkdir()
    header = '"Nation","Gold","Opened"\n'
    (root / "csv" / "1.csv").write_text(
        header + '"Norway","3","21 May 1950"\n"Sweden","1","3 June 1951"\n"Denmark","12","5 July 1952"\n'
    )
    (root / "csv" / "2.csv").write_text(
        header + '"Peru\tand\n\\"C\\"","3","21 May 1950"\n"A|b\\\\n","1","3 June 1951"\n'
    )
    lines = ["\t".join(line) for line in [("id", "utterance", "context", "targetValue"), *QUESTIONS]]
    (root / "data" / "training.tsv").write_text("\n".join(lines) + "\n")
    return root


@pytest.fixture
def scripted_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line loads the scripted programs in place of a trained model."""
    monkeypatch.setattr(
        "neural_programmer.api.load",
        lambda checkpoint, threshold, members: scripted(*SCRIPT, threshold=0.9 if threshold is None else threshold),
    )


def outcome(
    *readings: tuple[str, ...],
    abstained: bool = False,
    confidence: float = 0.5,
    seconds: float = 0.01,
    operation: str = "count",
) -> Outcome:
    found = tuple(FoundReading(items, 0.25, "#0 = all_rows()", "The rows.", operation) for items in readings)
    return Outcome("q", found, (), confidence, abstained, seconds)


def question(target: tuple[str, ...] | None = ("1",), utterance: str = "how many?") -> Question:
    return Question("q", utterance, "csv/1.csv", target)


def test_every_question_counts_whatever_became_of_it() -> None:
    outcomes = [
        outcome(("1",)),
        outcome(("2",), ("1",)),
        outcome(*[(str(number),) for number in range(10, 16)], ("1",)),
        outcome(),
        outcome(("1",), abstained=True),
    ]
    report = judge([question()] * 5, outcomes)
    assert report.accuracy() == pytest.approx(2 / 5)
    assert report.accuracy(5) == pytest.approx(3 / 5)
    assert report.accuracy(10) == pytest.approx(4 / 5)
    assert report.abstained == pytest.approx(1 / 5)
    assert report.accuracy_of_answered == pytest.approx(1 / 4)
    assert report.standard_error == pytest.approx((0.4 * 0.6 / 5) ** 0.5)


def test_types_of_questions_add_up_to_all() -> None:
    questions = [question(utterance=text) for text in ("how many?", "how many again?", "who won?", "when?")]
    report = judge(questions, [outcome(("1",)), outcome(("2",), ("1",)), outcome(), outcome(("1",))])
    assert [(row.name, row.questions, row.right, row.right_in_top_five) for row in report.by(Grouping.TYPE)] == [
        ("count", 2, 1, 2),
        ("when", 1, 1, 1),
        ("who", 1, 0, 0),
    ]
    written = report.to_json()
    assert sum(row["questions"] for row in written["by_type"]) == written["questions"] == 4
    assert json.loads(json.dumps(written)) == written


def test_times_and_calibration_are_measured() -> None:
    outcomes = [outcome(("1",), confidence=0.95, seconds=seconds) for seconds in (0.01, 0.02, 0.03)]
    report = judge([question()] * 3, outcomes)
    assert report.milliseconds(50) == pytest.approx(20)
    assert report.milliseconds(95) == pytest.approx(29)
    assert report.calibration_error == pytest.approx(0.05)


def test_questions_without_a_target_are_not_judged() -> None:
    with pytest.raises(DatasetError, match="q has no targetValue"):
        judge([question(None)], [outcome(("1",))])
    with pytest.raises(DatasetError, match="no questions"):
        judge([], [])


def test_evaluate_counts_right_answers_at_every_rank(root: Path) -> None:
    dataset = WikiTableQuestions(root)
    told: list[tuple[int, int]] = []
    report = evaluate(
        scripted(*SCRIPT), dataset.questions("training"), dataset, progress=lambda done, of: told.append((done, of))
    )
    assert [judgement.rank for judgement in report.judgements] == [1, 2, 3, None]
    assert report.abstained == pytest.approx(1 / 4)
    assert told[-1] == (4, 4)


def test_two_processes_answer_as_one_does(root: Path) -> None:
    dataset = WikiTableQuestions(root)
    questions = dataset.questions("training")
    loader = functools.partial(scripted, *SCRIPT)
    alone = answer_in_processes(loader, dataset, questions, Request(details=True))
    shared = answer_in_processes(loader, dataset, questions, Request(details=True), processes=2)
    assert [one.id for one in shared] == [line[0] for line in QUESTIONS]
    assert [(one.readings, one.details) for one in shared] == [(one.readings, one.details) for one in alone]


def test_a_process_that_misses_a_table_says_so(root: Path) -> None:
    (root / "csv" / "2.csv").unlink()
    dataset = WikiTableQuestions(root)
    loader = functools.partial(scripted, *SCRIPT)
    with pytest.raises(DatasetError, match=r"cannot read .*2\.csv"):
        answer_in_processes(loader, dataset, dataset.questions("training"), Request(), processes=2)


def test_prediction_lines_are_plain() -> None:
    assert prediction_line(outcome(("a", "b"))) == "q\ta\tb"
    assert prediction_line(outcome(("a\tb\nc ",))) == "q\ta b c"
    assert prediction_line(outcome()) == "q"
    assert prediction_line(outcome(("a",), abstained=True)) == "q"


def test_dates_and_numbers_are_written_in_the_official_form(root: Path) -> None:
    dataset = WikiTableQuestions(root)
    programmer = scripted((FIRST_OPENED, 0.9), (NATIONS, 0.05))
    (one,) = answer_questions(programmer, dataset, dataset.questions("training")[:1], Request())
    assert [reading.items for reading in one.readings] == [("1950-05-21",), ("3",)]


def test_predict_writes_the_official_format(
    root: Path, scripted_model: None, capsys: pytest.CaptureFixture[str]
) -> None:
    output, details = root.parent / "out.txt", root.parent / "details.jsonl"
    questions = root / "data" / "training.tsv"
    before = questions.read_bytes()
    assert (
        main(["predict", str(questions), "--root", str(root), "--output", str(output), "--details", str(details)]) == 0
    )
    assert output.read_text() == 'q-0\tDenmark\nq-1\tPeru and "C"\nq-2\tDenmark\nq-3\n'
    objects = [json.loads(line) for line in details.read_text().splitlines()]
    assert [one["id"] for one in objects] == [line[0] for line in QUESTIONS]
    assert list(objects[0]) == ["id", "items", *RESPONSE_KEYS]
    assert [one["items"] for one in objects] == [["Denmark"], ['Peru and "C"'], ["Denmark"], []]
    assert all(one["sql_agrees"] for one in objects[:3])
    assert objects[3]["answer"] == []
    assert questions.read_bytes() == before
    assert stat.S_IMODE(output.stat().st_mode) == stat.S_IMODE(questions.stat().st_mode)
    assert "4 predictions" in capsys.readouterr().out


def test_predict_withholds_answers_only_with_a_threshold(root: Path, scripted_model: None) -> None:
    output = root.parent / "out.txt"
    arguments = ["predict", str(root / "data" / "training.tsv"), "--root", str(root), "--output", str(output)]
    assert main([*arguments, "--threshold", "0.9", "--limit", "2"]) == 0
    assert output.read_text() == "q-0\nq-1\n"
    assert main([*arguments, "--threshold", "0.5", "--limit", "2"]) == 0
    assert output.read_text().startswith("q-0\tDenmark\n")


def test_predict_needs_no_targets(root: Path, scripted_model: None) -> None:
    questions, output = root.parent / "questions.tsv", root.parent / "out.txt"
    questions.write_text("id\tutterance\tcontext\nx\twhich nation won the most gold?\tcsv/1.csv\n")
    assert main(["predict", str(questions), "--root", str(root), "--output", str(output)]) == 0
    assert output.read_text() == "x\tDenmark\n"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("malformed", "line 2: 2 fields"),
        ("missing table", "cannot read"),
        ("absent file", "absent.tsv"),
        ("absent root", "no WikiTableQuestions"),
        ("onto questions", "would be overwritten"),
        ("onto a table", "would be overwritten"),
        ("onto a folder", "is a folder"),
        ("into no folder", "there is no folder"),
        ("twice", "the same file"),
        ("dialect", "known dialects: duckdb"),
        ("no questions", "holds no questions"),
    ],
)
def test_predict_refuses_bad_input_and_writes_nothing(
    root: Path, scripted_model: None, capsys: pytest.CaptureFixture[str], change: str, message: str
) -> None:
    questions, output = root.parent / "questions.tsv", root.parent / "out.txt"
    questions.write_text("id\tutterance\tcontext\nx\twhich nation?\tcsv/1.csv\n")
    more: list[str] = []
    match change:
        case "malformed":
            questions.write_text("id\tutterance\tcontext\nx\twhich nation?\n")
        case "missing table":
            questions.write_text("id\tutterance\tcontext\nx\twhich nation?\tcsv/9.csv\n")
        case "absent file":
            questions = root / "absent.tsv"
        case "absent root":
            root = root / "csv"
        case "onto questions":
            output = questions
        case "onto a table":
            output = root / "csv" / "1.csv"
        case "onto a folder":
            output = root
        case "into no folder":
            output = root / "absent" / "out.txt"
        case "twice":
            more = ["--details", str(output)]
        case "dialect":
            more = ["--dialect", "klingon"]
        case "no questions":
            questions.write_text("id\tutterance\tcontext\n")
    before = {path: path.read_bytes() for path in root.parent.rglob("*") if path.is_file()}
    assert main(["predict", str(questions), "--root", str(root), "--output", str(output), *more]) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.out == ""
    assert {path: path.read_bytes() for path in root.parent.rglob("*") if path.is_file()} == before


def test_evaluate_prints_the_figures(root: Path, scripted_model: None, capsys: pytest.CaptureFixture[str]) -> None:
    questions = str(root / "data" / "training.tsv")
    assert main(["evaluate", questions, "--root", str(root)]) == 0
    printed = capsys.readouterr().out
    assert "Accuracy      25.0%  ± 21.7%  (1 of 4 questions)" in printed
    assert "Top 5         75.0%" in printed
    assert "Abstained    100.0%" in printed
    assert "superlative" in printed
    assert main(["evaluate", questions, "--root", str(root), "--threshold", "0.5"]) == 0
    assert (
        "Abstained     25.0%  (of the others 33.3% right; 0.0% of the right answers withheld)"
        in capsys.readouterr().out
    )
    assert main(["evaluate", questions, "--root", str(root), "--json", "--limit", "2"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["questions"] == 2
    assert figures["right"] == 1


def test_evaluate_refuses_questions_without_targets(
    root: Path, scripted_model: None, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = root.parent / "questions.tsv"
    questions.write_text("id\tutterance\tcontext\nx\twhich nation?\tcsv/1.csv\n")
    assert main(["evaluate", str(questions), "--root", str(root)]) == 2
    assert "use `predict`" in capsys.readouterr().err


def test_files_appear_together_or_not_at_all(tmp_path: Path) -> None:
    def failing() -> list[str]:
        raise OSError(28, "No space left on device", "second")

    first = tmp_path / "first"
    first.write_text("old")
    with pytest.raises(DatasetError, match="No space left"):
        write_files([(first, ["new"]), (tmp_path / "second", (line for _ in [0] for line in failing()))])
    assert first.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["first"]


def test_an_earlier_prediction_may_be_replaced(tmp_path: Path) -> None:
    output = tmp_path / "out.txt"
    output.write_text("old")
    output.chmod(0o640)
    check_output(output, [tmp_path / "questions.tsv"])
    write_files([(output, ["new"])])
    assert output.read_text() == "new\n"
    assert stat.S_IMODE(output.stat().st_mode) == 0o640


def test_real_questions_are_answered_and_judged(wikitablequestions: WikiTableQuestions) -> None:
    questions = read_questions(wikitablequestions.root / "data" / "random-split-1-dev.tsv")[:40]
    report = evaluate(
        scripted((NATIONS, 0.5), ("#0 = all_rows(); #1 = last(#0); #2 = count(#1)", 0.1)), questions, wikitablequestions
    )
    assert len(report.judgements) == 40
    assert all(len(judgement.outcome.readings) <= 2 for judgement in report.judgements)
    assert report.right_within(10) >= 1


def test_last_is_told_from_first(root: Path) -> None:
    dataset = WikiTableQuestions(root)
    (one,) = answer_questions(scripted((LAST_NATION, 1.0)), dataset, dataset.questions("training")[:1], Request())
    assert one.items == ("Denmark",)


@pytest.mark.parametrize(("split", "said"), [("training", "has learned from 4 of these 4"), ("absent", ""), (None, "")])
def test_questions_that_the_model_has_learned_from_are_told(
    split: str | None, said: str, root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notes = {} if split is None else {checkpoint.LEARNED_FROM: split}
    checkpoint.save(tmp_path / "model", tiny_model(), notes=notes)
    arguments = argparse.Namespace(checkpoint=tmp_path / "model", root=root)
    warn_of_learned(arguments, WikiTableQuestions(root).questions("training"))
    told = capsys.readouterr()
    assert said in told.err
    assert bool(told.err) == bool(said)
    assert not told.out
