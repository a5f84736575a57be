"""The commands `sql` and `export`: what they print and write, what they refuse, and how an export goes on."""

from __future__ import annotations

import csv
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from neural_programmer.batch import BatchLine
from neural_programmer.commands.exit_codes import ABSTAINED, ANSWERED, BAD_INPUT, INTERRUPTED
from neural_programmer.commands.main import main
from neural_programmer.sql_export import file_name
from tests.scripted import FIRST_NATION, MOST_GOLD, scripted

QUESTION = "which nation won the most gold?"
QUESTIONS = f"question,table\n{QUESTION},\nwho, then, won?\nzzz?,\nwho?,absent.csv\nWhich nation is (Zoë's) first?,\n"


@pytest.fixture(autouse=True)
def scripted_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "neural_programmer.api.load",
        lambda checkpoint, threshold, members: scripted(
            (MOST_GOLD, 0.6), (FIRST_NATION, 0.2), threshold=threshold or 0.0
        ),
    )


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "medals.csv").write_text("Nation,Gold\nNorway,3\nSweden,1\nDenmark,12\n", encoding="utf-8")
    (tmp_path / "questions.csv").write_text(QUESTIONS, encoding="utf-8")
    return tmp_path


def export(*options: str) -> int:
    return main(["export", "questions.csv", "--table", "medals.csv", "--output", "out", *options])


def index() -> list[dict[str, str]]:
    with Path("out/index.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_only_the_sql_is_printed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sql", "medals.csv", QUESTION]) == ANSWERED
    captured = capsys.readouterr()
    assert captured.out.startswith("SELECT\n  Nation\nFROM medals\n")
    assert captured.out.endswith(";\n")
    assert captured.err == ""


def test_the_query_of_a_table_that_stays_where_it_is_runs_there(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEURAL_PROGRAMMER_CACHE", str(folder / "indexes"))
    stays = ("medals.sqlite#medals", QUESTION, "--large-rows", "2")
    with closing(sqlite3.connect("medals.sqlite")) as connection:
        connection.execute("CREATE TABLE medals (Nation TEXT, Gold INTEGER)")
        connection.executemany("INSERT INTO medals VALUES (?, ?)", [("Norway", 3), ("Sweden", 1), ("Denmark", 12)])
        connection.commit()
        assert main(["sql", *stays]) == ANSWERED
        query = capsys.readouterr().out
        assert query.endswith(";\n")
        assert connection.execute(query).fetchall() == [("Denmark",)]
        assert main(["sql", *stays, "--dialect", "postgres", "--json"]) == ANSWERED
        assert '"Gold"' in json.loads(capsys.readouterr().out)["sql"]


@pytest.mark.parametrize("options", [(), ("--read-file",)])
def test_a_script_runs_in_an_empty_duckdb(
    folder: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...]
) -> None:
    assert main(["sql", "medals.csv", QUESTION, "--form", "script", *options]) == ANSWERED
    script = capsys.readouterr().out
    assert f"-- Question: {QUESTION}\n-- Answer: Denmark\n" in script
    with duckdb.connect(":memory:") as connection:
        assert connection.execute(script).fetchall() == [("Denmark",)]


def test_values_of_places_follow_as_comments_or_in_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sql", "medals.csv", QUESTION, "--form", "parameters", "--dialect", "sqlite"]) == ANSWERED
    assert "value" not in capsys.readouterr().out  # this query has none
    assert main(["sql", "medals.csv", QUESTION, "--form", "parameters", "--json"]) == ANSWERED
    printed = json.loads(capsys.readouterr().out)
    assert printed["answer"] == ["Denmark"]
    assert printed["parameters"] == {}
    assert printed["form"] == "parameters"
    assert printed["sql_agrees"] is True


def test_no_answer_prints_no_sql(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sql", "medals.csv", "zzz?"]) == ABSTAINED
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "No answer: no word of the question has to do with the table." in captured.err
    assert main(["sql", "medals.csv", "zzz?", "--json"]) == ABSTAINED
    assert json.loads(capsys.readouterr().out)["sql"] is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["sql", "absent.csv", "who?"], "absent.csv"),
        (["sql", "medals.csv", "who?", "--dialect", "klingon"], "known dialects: duckdb, sqlite"),
        (["sql", "medals.csv", "who?", "--form", "poem"], "invalid choice: 'poem'"),
        (["sql", "medals.csv", "who?", "--read-file"], "--form script in --dialect duckdb"),
        (["export", "absent.csv", "--output", "out"], "absent.csv"),
        (["export", "questions.csv"], "required: --output"),
        (["export", "questions.csv", "--output", "out", "--dialect", "klingon"], "known dialects"),
        (["export", "questions.csv", "--output", "medals.csv"], "medals.csv is a file; --output names a folder"),
        (["export", "questions.csv", "--output", "."], "holds other files"),
        (["export", "questions.csv", "--output", "out", "--resume", "--overwrite"], "not allowed with"),
    ],
)
def test_nonsense_is_refused_and_changes_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    before = {path: path.read_bytes() for path in Path().iterdir()}
    assert main(arguments) == BAD_INPUT
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.out == ""
    assert {path: path.read_bytes() for path in Path().iterdir()} == before


def test_every_question_has_a_file_or_a_reason(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert export("--dialect", "sqlite", "--form", "script") == ANSWERED
    printed = capsys.readouterr().out
    assert "5 of 5 questions in out: 2 with SQL, 1 without an answer, 2 that could not be asked" in printed
    assert "line 3: line 3 has 3 fields" in printed
    rows = index()
    assert [row["outcome"] for row in rows] == ["answered", "problem", "no answer", "problem", "answered"]
    assert [row["agreement"] for row in rows] == ["yes", "", "", "", "yes"]
    assert [row["file"] for row in rows if row["file"]] == [
        "00002_which_nation_won_the_most_gold.sql",
        "00006_which_nation_is_zoe_s_first.sql",
    ]
    assert all(row["reason"] for row in rows if not row["file"])
    script = Path("out", rows[0]["file"]).read_text(encoding="utf-8")
    *creation, query = script.split(";\n")[:-1]
    connection = sqlite3.connect(":memory:")
    for statement in creation:
        connection.execute(statement)
    assert connection.execute(query).fetchall() == [("Denmark",)]
    connection.close()


def test_an_export_is_overwritten_only_when_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert export() == ANSWERED
    kept = {path.name: path.read_bytes() for path in Path("out").iterdir()}
    assert export() == BAD_INPUT
    assert "--resume goes on with it, --overwrite writes it anew" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in Path("out").iterdir()} == kept
    Path("questions.csv").write_text("question\nwho is first?\n", encoding="utf-8")
    assert export("--overwrite", "--dialect", "postgres") == ANSWERED
    assert sorted(path.name for path in Path("out").iterdir()) == [
        "00002_who_is_first.sql",
        "index.csv",
        "index.jsonl",
    ]


def test_an_export_that_was_stopped_goes_on(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    programmer = scripted((MOST_GOLD, 0.6), threshold=0.0)
    asked: list[str] = []
    whole = programmer.ask

    def ask(table: object, question: str, **options: object) -> object:
        asked.append(question)
        if len(asked) == 2:
            raise KeyboardInterrupt
        return whole(table, question, k=1)

    monkeypatch.setattr(programmer, "ask", ask)
    monkeypatch.setattr("neural_programmer.api.load", lambda checkpoint, threshold, members: programmer)
    assert export() == INTERRUPTED
    with Path("out/index.jsonl").open("a", encoding="ascii") as file:
        file.write('{"line": 9, "cut o')  # as a computer that loses its power may leave it
    assert export("--resume") == ANSWERED
    assert asked.count(QUESTION) == 1
    assert [row["outcome"] for row in index()] == ["answered", "problem", "no answer", "problem", "answered"]
    Path("out/00002_which_nation_won_the_most_gold.sql").unlink()
    assert export("--resume") == ANSWERED
    assert asked.count(QUESTION) == 2
    assert export("--resume", "--dialect", "trino") == BAD_INPUT
    assert "was exported with other settings" in capsys.readouterr().err
    Path("medals.csv").write_text("Nation,Gold\nNorway,3\nSweden,40\n", encoding="utf-8")
    assert export("--resume") == ANSWERED
    assert index()[0]["answer"] == "Sweden"


def test_a_damaged_index_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("out").mkdir()
    Path("out/index.jsonl").write_text("junk\nmore\n", encoding="ascii")
    for option in ("--resume", "--overwrite"):
        assert export(option) == BAD_INPUT
        assert "is not the index of an export" in capsys.readouterr().err


def test_an_index_names_no_file_elsewhere(folder: Path) -> None:
    assert export() == ANSWERED
    path = Path("out/index.jsonl")
    path.write_text(
        path.read_text("ascii").replace("00002_which_nation_won_the_most_gold.sql", "../medals.csv"), "ascii"
    )
    assert export("--overwrite") == ANSWERED
    assert Path("medals.csv").exists()


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("Who won?", "00007_who_won.sql"),
        ("谁赢了?", "00007.sql"),
        ("../../etc/passwd", "00007_etc_passwd.sql"),
        ("a" * 200, f"00007_{'a' * 60}.sql"),
        (f"{'word ' * 30}", f"00007_{'_'.join(['word'] * 12)}.sql"),
    ],
)
def test_names_of_files_are_stable_and_plain(question: str, name: str) -> None:
    assert file_name(BatchLine(7, question)) == name
