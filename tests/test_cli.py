"""The command line: output, exit codes and messages for bad input."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from neural_programmer.calibration import read_settings
from neural_programmer.commands.main import build_parser, main
from neural_programmer.commands.printing import printable, shown
from neural_programmer.evidence import EVIDENCE
from neural_programmer.execution.sql import DIALECTS
from tests.scripted import BY_GOLD, FIRST_NATION, MOST_GOLD, NATIONS, RESPONSE_KEYS, scripted

QUESTION = "which nation won the most gold at Lillehammer?"
COMMANDS = (
    "ask",
    "sql",
    "batch",
    "export",
    "ui",
    "train",
    "evaluate",
    "compare",
    "predict",
    "abstention",
    "invariance",
    "search",
    "calibrate",
    "download",
)


@pytest.fixture
def medals(tmp_path: Path) -> Path:
    """A CSV file."""
    path = tmp_path / "medals.csv"
    path.write_text("Nation,Gold\nNorway,3\nSweden,1\nDenmark,12\n", encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def scripted_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands load scripted programs in place of a trained model."""
    monkeypatch.setattr(
        "neural_programmer.api.load",
        lambda checkpoint, threshold, members: scripted(
            (MOST_GOLD, 0.6), (FIRST_NATION, 0.2), threshold=threshold or 0.0
        ),
    )


def test_an_answer_is_printed_with_its_reasons(medals: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", str(medals), QUESTION]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    lines = printed.out.splitlines()
    assert lines[0] == "Denmark"
    assert "Confidence: 60%" in lines
    assert "SQL (duckdb; run in DuckDB, it gave the same answer):" in lines
    assert any("SELECT" in line for line in lines)
    assert "  2.  20%  Norway" in lines
    assert lines[-1] == "Words not used: won, Lillehammer"


def test_json_has_the_promised_keys(medals: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", str(medals), QUESTION, "--json", "--k", "1", "--dialect", "sqlite"]) == 0
    written = json.loads(capsys.readouterr().out)
    assert list(written) == RESPONSE_KEYS
    assert written["answer"] == ["Denmark"]
    assert written["dialect"] == "sqlite"
    assert written["sql_agrees"] is True
    assert len(written["readings"]) == 1


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_is_offered(medals: Path, capsys: pytest.CaptureFixture[str], dialect: str) -> None:
    assert main(["ask", str(medals), QUESTION, "--dialect", dialect]) == 0
    assert f"SQL ({dialect};" in capsys.readouterr().out


def test_an_abstention_says_why_and_exits_with_three(medals: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", str(medals), QUESTION, "--threshold", "0.99"]) == 3
    printed = capsys.readouterr().out
    assert printed.startswith("No answer: the confidence, 0.60, is below the threshold, 0.99.")
    assert "  1.  60%  Denmark" in printed
    assert main(["ask", str(medals), ""]) == 3
    assert capsys.readouterr().out == "No answer: the question is empty.\n"
    assert main(["ask", str(medals), QUESTION, "--threshold", "0.99", "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["answer"] == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ask"], "required: TABLE, QUESTION"),
        (["ask", "medals.csv"], "required: QUESTION"),
        (["ask", "absent.csv", "who?"], "there is no file absent.csv"),
        (["ask", "empty.csv", "who?"], "is empty"),
        (["ask", "junk.csv", "who?"], "junk.csv"),
        (["ask", ".", "who?"], "is a folder"),
        (["ask", "medals.csv", "who?", "--dialect", "klingon"], "known dialects: duckdb, sqlite"),
        (["ask", "medals.csv", "who?", "--k", "0"], "a whole number above 0, but found '0'"),
        (["ask", "medals.csv", "who?", "--k", "many"], "a whole number above 0, but found 'many'"),
        (["ask", "medals.csv", "who?", "--threshold", "2"], "a number from 0 to 1, but found '2'"),
        (["ask", "medals.csv", "who?", "--threshold", "nan"], "a number from 0 to 1"),
        (["ask", "medals.csv", "who?", "--nonsense"], "unrecognized arguments: --nonsense"),
        (["dance"], "invalid choice: 'dance'"),
        ([], "required: COMMAND"),
        (["download", "everything"], "invalid choice: 'everything'"),
        (["search", "--split", "x", "--root", "."], "no WikiTableQuestions in '.'"),
        (["evaluate", "absent.tsv"], "cannot read absent.tsv"),
        (["predict", "absent.tsv"], "required: --output"),
    ],
)
def test_nonsense_gets_a_message_and_exit_code_two(
    medals: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(medals.parent)
    Path("empty.csv").touch()
    Path("junk.csv").write_bytes(bytes(range(256)) * 40)
    before = {path: path.read_bytes() for path in Path().iterdir()}
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.out == ""
    assert {path: path.read_bytes() for path in Path().iterdir()} == before


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(capsys: pytest.CaptureFixture[str], command: str) -> None:
    assert main([command, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"usage: neural-programmer {command}")


def test_the_overview_names_every_command() -> None:
    overview = build_parser().format_help()
    assert all(f"\n    {command}" in overview for command in COMMANDS)


def test_terminal_controls_in_cells_are_shown_and_not_sent(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "hostile.json"
    path.write_text(json.dumps([{"Nation": "\x1b]0;owned\x07Norway", "Gold": 3}]))
    main(["ask", str(path), "which nation won the most gold?"])
    printed = capsys.readouterr().out
    assert "\x1b" not in printed
    assert "\x07" not in printed
    assert "Norway" in printed


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3.0, "3"),
        (2.5, "2.5"),
        (-0.0, "0"),
        (1e20, "100000000000000000000"),
        (1 / 3, "0.3333333333"),
        (("Norway", 2.0), "Norway: 2"),
        ("a\nb", "a\\nb"),
        ("é–日本", "é–日本"),
    ],
)
def test_values_are_shown_plainly(value: object, text: str) -> None:
    assert shown(value) == text


def test_control_characters_are_escaped() -> None:
    assert printable("a\tb\x1b\u202e") == "a\\tb\\x1b\\u202e"


def test_pairs_are_printed(medals: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(
        "neural_programmer.api.load", lambda checkpoint, threshold, members: scripted((BY_GOLD, 0.6), (NATIONS, 0.1))
    )
    assert main(["ask", str(medals), "how many nations by gold?"]) == 0
    assert capsys.readouterr().out.startswith("3: 1, 1: 1, 12: 1\n")


def test_download_says_where_the_dataset_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    release = tmp_path / "release.zip"
    with zipfile.ZipFile(release, "w") as opened:
        opened.writestr("WTQ/csv/1.csv", "Nation\nNorway\n")
        opened.writestr("WTQ/data/training.tsv", "id\tutterance\tcontext\ttargetValue\nq\twho?\tcsv/1.csv\tNorway\n")
    place = tmp_path / "cache" / "wtq"
    assert main(["download", "wtq", "--directory", str(place), "--url", release.as_uri()]) == 0
    assert capsys.readouterr().out == f"{place}\n"
    assert (place / "csv" / "1.csv").is_file()
    release.write_bytes(b"not found")
    assert main(["download", "wtq", "--directory", str(tmp_path / "other"), "--url", release.as_uri()]) == 2
    assert "is not the dataset" in capsys.readouterr().err


def test_calibration_is_kept_in_the_checkpoint(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "wtq"
    (root / "csv").mkdir(parents=True)
    (root / "data").mkdir()
    tables = 12
    for number in range(tables):
        (root / "csv" / f"{number}.csv").write_text("Nation,Gold\nNorway,3\nDenmark,12\n")
    lines = [
        f"q-{number}\twhich nation?\tcsv/{number % tables}.csv\t{('Denmark', 'Norway')[number // tables]}"
        for number in range(2 * tables)
    ]
    questions = root / "data" / "training.tsv"
    questions.write_text("\n".join(["id\tutterance\tcontext\ttargetValue", *lines]) + "\n")
    arguments = ["calibrate", str(questions), "--root", str(root)]
    assert main(arguments) == 2
    assert "--checkpoint DIR" in capsys.readouterr().err
    assert main([*arguments, "--checkpoint", str(tmp_path), "--threshold", "0.2"]) == 0
    settings = read_settings(tmp_path)
    assert settings.threshold == 0.2
    evidence = [0.0] * len(EVIDENCE)
    # The scripted answer is right for half of the questions, and nothing tells one from the other.
    assert settings.confidence.of(evidence) == pytest.approx(0.5, abs=0.01)
    printed = capsys.readouterr().out
    assert "threshold 0.2000" in printed
    assert "losing 0.0% of right answers" in printed
    assert main([*arguments, "--checkpoint", str(tmp_path / "absent")]) == 2
    assert "cannot write into" in capsys.readouterr().err
    assert main([*arguments, "--checkpoint", str(tmp_path), "--limit", "1"]) == 2
    assert "at least two tables" in capsys.readouterr().err


def test_the_real_loader_refuses_an_absent_checkpoint(
    medals: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.undo()
    for arguments in (["ask", str(medals), QUESTION], ["ui"], ["evaluate", __file__]):
        code = main([*arguments, "--checkpoint", str(medals.parent / "absent")])
        assert code == 2
        assert capsys.readouterr().out == ""
    assert main(["ask", str(medals), QUESTION, "--checkpoint", str(medals.parent / "absent")]) == 2
    assert "no checkpoint in" in capsys.readouterr().err


def test_a_trained_model_answers_on_the_command_line(
    tiny_checkpoint: Path, medals: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.undo()
    assert main(["ask", str(medals), QUESTION, "--json", "--checkpoint", str(tiny_checkpoint)]) == 0
    assert json.loads(capsys.readouterr().out)["sql_agrees"] is True


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["absent.toml"], "cannot read absent.toml"),
        (["config.toml", "--set", "nonsense"], "TABLE.KEY=VALUE"),
        (["config.toml", "--set", "model.colour=3"], "unknown key 'colour'"),
        (["config.toml", "--root", "."], "no WikiTableQuestions"),
    ],
)
def test_training_refuses_a_bad_configuration_before_it_reads_data(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("config.toml").write_text("[model]\nwidth = 8\n")
    assert main(["train", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_ctrl_c_ends_without_a_traceback(
    medals: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(checkpoint: object, threshold: object, members: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("neural_programmer.api.load", interrupted)
    assert main(["ask", str(medals), QUESTION]) == 130
    assert capsys.readouterr().err == "neural-programmer: interrupted\n"


def run_module(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "neural_programmer", *arguments], capture_output=True, text=True, check=False
    )


def test_the_module_runs_as_a_program() -> None:
    ran = run_module("--version")
    assert ran.returncode == 0
    assert ran.stdout.startswith("neural-programmer ")
    ran = run_module("ask", "absent.csv", "who?")
    assert ran.returncode == 2
    assert "Traceback" not in ran.stderr
    assert "there is no file absent.csv" in ran.stderr


def test_a_closed_pipe_is_no_failure() -> None:
    ran = subprocess.run(
        f"'{sys.executable}' -m neural_programmer --help | true; exit ${{PIPESTATUS[0]}}",
        shell=True,
        executable="/bin/bash",
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in ran.stderr
