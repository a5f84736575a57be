"""Evaluation in groups, lists of errors, comparisons of two systems, and answers that should not change."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from neural_programmer.answering import FoundReading, Outcome
from neural_programmer.commands.main import main
from neural_programmer.comparison import Answers, changed_lines, compare, read_answers
from neural_programmer.data.wikitablequestions import DatasetError, Question, WikiTableQuestions
from neural_programmer.errors_list import error_lines
from neural_programmer.evaluation import Grouping, judge
from neural_programmer.invariance import ADDED, LOWER, SHUFFLED, UPPER, added, invariance, shuffled
from neural_programmer.invariance import changed_lines as invariance_lines
from neural_programmer.tables.build import build_table
from tests.scripted import FIRST_NATION, LAST_NATION, MEDALS, MOST_GOLD, NATIONS, scripted

SCRIPT = ((MOST_GOLD, 0.6), (NATIONS, 0.2), (FIRST_NATION, 0.1))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A dataset of two tables and four questions."""
    root = tmp_path / "wtq"
    (root / "csv").mkdir(parents=True)
    (root / "data").mkdir()
    (root / "csv" / "1.csv").write_text("Nation,Gold\nNorway,3\nDenmark,12\n")
    (root / "csv" / "2.csv").write_text("Nation,Gold,Silver\nPeru,3,1\nChile,4,9\nCuba,1,1\n")
    lines = [
        ("id", "utterance", "context", "targetValue"),
        ("q-0", "which nation won the most gold?", "csv/1.csv", "Denmark"),
        ("q-1", "how many nations won gold?", "csv/2.csv", "3"),
        ("q-2", "which nation is last in gold?", "csv/2.csv", "Cuba"),
        ("q-3", "who won gold?", "csv/1.csv", "Sweden"),
    ]
    (root / "data" / "training.tsv").write_text("\n".join("\t".join(line) for line in lines) + "\n")
    return root


@pytest.fixture(autouse=True)
def scripted_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line loads the scripted programs in place of a trained model."""
    monkeypatch.setattr(
        "neural_programmer.api.load",
        lambda checkpoint, threshold, members: scripted(*SCRIPT, threshold=threshold or 0.0),
    )


def outcome(*answers: str, operation: str = "count") -> Outcome:
    found = tuple(FoundReading((text,), 0.5, "#0 = all_rows()", "The rows.", operation) for text in answers)
    return Outcome("q", found, (), 0.5, False, 0.01)


def question(number: int, target: str = "1", context: str = "csv/1.csv") -> Question:
    return Question(f"q-{number}", "how many?", context, (target,))


def test_answers_are_grouped_by_operation_and_table() -> None:
    questions = [question(0), question(1), question(2, context="csv/2.csv"), question(3, context="csv/3.csv")]
    report = judge(
        questions, [outcome("1", operation="sum"), outcome("2", "1"), outcome("3"), Outcome("q", (), (), 0, True, 0.01)]
    )
    operations = [(row.name, row.questions, row.right, row.right_in_top_five) for row in report.by(Grouping.OPERATION)]
    assert operations == [("count", 2, 0, 1), ("(no program)", 1, 0, 0), ("sum", 1, 1, 1)]
    assert [row.name for row in report.by(Grouping.TABLE)] == ["csv/2.csv", "csv/3.csv", "csv/1.csv"]
    written = report.to_json([Grouping.TABLE])
    assert written["by_table"][0] == {"table": "csv/2.csv", "questions": 1, "right": 0, "right_in_top_five": 0}
    assert "by_type" not in written
    assert json.loads(json.dumps(written)) == written


def test_errors_are_listed_with_the_place_of_the_right_answer() -> None:
    asked = [question(0), question(1), question(2)]
    lines = list(error_lines(judge(asked, [outcome("1"), outcome("2\n3", "1"), outcome("4")])))
    assert lines[0] == "2 of 3 questions answered wrongly; the right answer is among the other readings of 1"
    text = "\n".join(lines)
    assert "q-0" not in text
    assert "  gold       1\n  answer     2 3  (confidence 50%)" in text
    assert "  right one  reading 2" in text
    assert " *  2.  50%  1" in text
    assert "  right one  not found" in text


def test_evaluate_writes_what_is_asked_for(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    errors, drawn = root.parent / "errors.txt", root.parent / "diagram.svg"
    arguments = ["evaluate", str(root / "data" / "training.tsv"), "--root", str(root)]
    assert main([*arguments, "--by", "operation,table", "--errors", str(errors), "--diagram", str(drawn)]) == 0
    printed = capsys.readouterr().out
    assert "Last operation" in printed
    assert "Table, most wrong answers first" in printed
    assert "Type of question" not in printed
    assert "Surest half" in printed
    assert "questions a second" in printed
    assert errors.read_text().startswith("3 of 4 questions answered wrongly")
    assert drawn.read_text().startswith("<svg")
    assert main([*arguments, "--by", "colour"]) == 2
    assert "expected some of type, operation, table" in capsys.readouterr().err
    assert main([*arguments, "--errors", str(errors), "--diagram", str(errors)]) == 2
    assert "the same file" in capsys.readouterr().err


def test_a_comparison_counts_pairs() -> None:
    questions = [question(number) for number in range(100)]
    right, wrong = ("1",), ("2",)
    first = Answers("a", {f"q-{at}": right if at < 50 else wrong for at in range(100)})
    second = Answers("b", {f"q-{at}": right if 2 <= at < 62 else wrong for at in range(100)})
    found = compare(questions, first, second)
    assert (found.first_accuracy, found.second_accuracy) == (0.5, 0.6)
    assert (len(found.gained), len(found.lost)) == (12, 2)
    assert found.difference == pytest.approx(0.1)
    low, high = found.interval
    # The standard error of the difference of pairs is 0.036.
    assert low == pytest.approx(0.1 - 1.96 * 0.036, abs=0.015)
    assert high == pytest.approx(0.1 + 1.96 * 0.036, abs=0.015)
    assert found.interval == (low, high)
    # Two-sided: twice the chance of at most 2 heads in 14 throws.
    assert found.chance == pytest.approx(2 * (1 + 14 + 91) / 2**14)
    lines = list(changed_lines(found))
    assert lines[0] == "Only the second is right: 12 questions"
    assert "Only the first is right: 2 questions" in lines
    assert "q-0  csv/1.csv" in lines
    assert json.loads(json.dumps(found.to_json()))["lost"] == ["q-0", "q-1"]


def test_equal_systems_do_not_differ() -> None:
    answers = Answers("a", {"q-0": ("1",), "q-1": ()})
    found = compare([question(0), question(1)], answers, answers)
    assert (found.difference, found.interval, found.chance) == (0, (0, 0), 1)
    with pytest.raises(DatasetError, match="no questions"):
        compare([], answers, answers)


def test_both_kinds_of_files_that_predict_writes_are_compared(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    questions, output, details = (root.parent / name for name in ("q.tsv", "out.txt", "details.jsonl"))
    questions.write_text((root / "data" / "training.tsv").read_text())
    common = [str(questions), "--root", str(root)]
    assert main(["predict", *common, "--output", str(output), "--details", str(details)]) == 0
    assert read_answers(output).items == read_answers(details).items
    worse = root.parent / "worse.txt"
    worse.write_text(output.read_text().replace("q-0\tDenmark", "q-0"))
    changed = root.parent / "changed.txt"
    capsys.readouterr()
    assert main(["compare", *common, str(worse), str(details), "--changed", str(changed)]) == 0
    printed = capsys.readouterr().out
    assert "Difference   +25.0%" in printed
    assert "1 only B right, 0 only A right" in printed
    assert "Denmark" in changed.read_text()
    assert main(["compare", *common, str(worse), str(details), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["gained"] == ["q-0"]


def test_a_folder_answers_here_and_now(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run, output = root.parent / "run", root.parent / "out.txt"
    (run / "model").mkdir(parents=True)
    (run / "model" / "model.json").write_text("{}")
    common = [str(root / "data" / "training.tsv"), "--root", str(root)]
    assert main(["predict", *common, "--output", str(output)]) == 0
    assert main(["compare", *common, str(run), str(output)]) == 0
    assert "Difference    +0.0%" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "neither a file of answers nor the folder"),
        ("q-0\tx\n", "has no line for question q-1"),
        ("q-0\tx\nq-0\ty\n", "has a line already"),
        ('{"id": "q-0"}\n', "as `predict --details` writes it"),
        ('{"id": "q-0", "items": [1]}\n', "items a list of texts"),
        ('{"id": \n', "line 1"),
        (b"\xff\xfe\x00", "cannot read"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    root: Path, capsys: pytest.CaptureFixture[str], content: str | bytes | None, message: str
) -> None:
    place = root.parent / "answers"
    if isinstance(content, bytes):
        place.write_bytes(content)
    elif content is not None:
        place.write_text(content)
    assert main(["compare", str(root / "data" / "training.tsv"), "--root", str(root), str(place), str(place)]) == 2
    assert message in capsys.readouterr().err


def test_changed_tables_keep_their_cells() -> None:
    other = build_table(["Gold", "Colour"], [["1", "red"]])
    moved = shuffled(MEDALS, random.Random(1))
    names = [column.name for column in MEDALS.columns]
    assert sorted(column.name for column in moved.columns) == sorted(names)
    assert [column.name for column in moved.columns] != names
    assert all(moved.column(name).cells == MEDALS.column(name).cells for name in names)
    more = added(MEDALS, other, random.Random(1))
    assert more.column("Colour").cells == ("red", "", "", "")
    assert [column.name for column in more.columns if column.name != "Colour"] == names


def test_invariance_counts_what_stays_the_same(root: Path) -> None:
    dataset = WikiTableQuestions(root)
    questions = dataset.questions("training")
    report = invariance(scripted(*SCRIPT), questions, dataset)
    assert [line.change for line in report.lines] == [SHUFFLED, ADDED, LOWER, UPPER]
    # Scripted programs name their columns, so nothing changes.
    assert all(line.same == line.same_decision == line.questions == 4 for line in report.lines)
    assert report.changed == []


def test_an_answer_that_changes_is_shown(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programmer, shouting = scripted(*SCRIPT), scripted((LAST_NATION, 0.9))
    usual = programmer.predictor.predict
    monkeypatch.setattr(
        programmer.predictor,
        "predict",
        lambda prepared, linking, beam: (shouting.predictor.predict if linking.question.isupper() else usual)(
            prepared, linking, beam
        ),
    )
    dataset = WikiTableQuestions(root)
    report = invariance(programmer, dataset.questions("training"), dataset)
    by_change = {line.change: line for line in report.lines}
    assert by_change[LOWER].same == 4
    assert by_change[UPPER].same == 2
    assert (by_change[UPPER].right_before, by_change[UPPER].right_after) == (1, 2)
    assert {one.change for one in report.changed} == {UPPER}
    assert "  after     Cuba" in list(invariance_lines(report))


def test_the_commands_of_trust_print_their_figures(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    common = [str(root / "data" / "training.tsv"), "--root", str(root)]
    changed = root.parent / "changed.txt"
    assert main(["invariance", *common, "--changed", str(changed)]) == 0
    assert "question in upper case" in capsys.readouterr().out
    assert changed.read_text() == ""
    assert main(["invariance", *common, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["same"] == 4
    assert main(["abstention", *common, "--processes", "1", "--threshold", "0.7"]) == 0
    printed = capsys.readouterr().out
    assert "100.0% of 4 questions asked of another table" in printed
    assert "100.0% of the 1 questions of their own table that it answers rightly" in printed
    assert main(["abstention", *common, "--processes", "1", "--threshold", "0.1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["at_threshold"]["right_answers_lost"] == 0
