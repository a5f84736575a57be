"""Asking from Python: answers, readings, abstentions, SQL and JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas
import pytest

import neural_programmer
from neural_programmer.api import NeuralProgrammer, load
from neural_programmer.calibration import AskingSettings, Score, write_settings
from neural_programmer.checkpoint import CheckpointError
from neural_programmer.execution.engines import agrees
from neural_programmer.prepared import PreparedTable
from neural_programmer.tables.build import build_table
from neural_programmer.tables.errors import TableError
from tests.scripted import (
    BY_GOLD,
    FIRST_NATION,
    FIRST_OPENED,
    GOLD_IN_ALL,
    GOLD_OF_FRANCE,
    LAST_NATION,
    MEDALS,
    MOST_GOLD,
    NATIONS,
    RESPONSE_KEYS,
    ScriptedPredictor,
    scripted,
)

QUESTION = "which nation won the most gold at Lillehammer?"


def test_an_answer_comes_with_everything_needed_to_check_it() -> None:
    response = scripted().ask(MEDALS, QUESTION)
    assert response.answer == ["Denmark"]
    assert response.cells == [(3, "Nation")]
    assert not response.abstained
    assert response.reason == ""
    assert "Gold" in response.explanation
    assert response.program == response.readings[0].program
    assert response.unused_words == ["won", "Lillehammer"]
    assert response.sql_agrees is True
    assert "SELECT" in (response.sql("sqlite") or "")
    assert "FROM medals" in (response.sql("postgres") or "")
    assert '"Gold_number"' in (response.sql("postgres") or "")


def test_programs_with_the_same_answer_count_together() -> None:
    response = scripted().ask(MEDALS, QUESTION)
    assert [reading.answer for reading in response.readings] == [("Denmark",), ("Norway",), (4.0,)]
    assert [reading.probability for reading in response.readings] == pytest.approx([0.7, 0.1, 0.05])
    assert response.confidence == pytest.approx(0.7)
    together = scripted((FIRST_NATION, 0.4), (MOST_GOLD, 0.3), (LAST_NATION, 0.25)).ask(MEDALS, QUESTION)
    assert together.answer == ["Denmark"]
    assert together.program is not None
    assert together.program.steps[1].operation == "argmax"


def test_k_limits_the_readings_and_not_the_search() -> None:
    predictor = ScriptedPredictor()
    programmer = NeuralProgrammer(predictor, beam=7)
    assert len(programmer.ask(MEDALS, QUESTION, k=1).readings) == 1
    assert len(programmer.ask(MEDALS, QUESTION, k=2).readings) == 2
    programmer.ask(MEDALS, QUESTION, k=30)
    assert predictor.beams == [7, 7, 30]
    with pytest.raises(ValueError, match="at least one reading"):
        programmer.ask(MEDALS, QUESTION, k=0)


def test_confidence_does_not_depend_on_k() -> None:
    assert scripted().ask(MEDALS, QUESTION, k=1).confidence == scripted().ask(MEDALS, QUESTION, k=5).confidence


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("", "the question is empty"),
        (" \n\t", "the question is empty"),
        ("nation " * 10_000, "too long"),
        ("zzz qqq", "no word of the question has to do with the table"),
        ("¿qué?", "no word of the question has to do with the table"),
        ("\udcff\ud800 \x00", "no word of the question has to do with the table"),
    ],
)
def test_what_cannot_be_a_question_about_the_table_gets_an_abstention(question: str, reason: str) -> None:
    response = scripted().ask(MEDALS, question)
    assert response.abstained
    assert reason in response.reason
    assert response.answer == []
    assert response.program is None
    assert response.sql() is None
    assert response.sql_agrees is None
    assert response.confidence == 0
    assert reason in response.explanation


def test_an_uncertain_answer_is_withheld_but_its_readings_are_shown() -> None:
    response = scripted(threshold=0.71).ask(MEDALS, QUESTION)
    assert response.abstained
    assert response.answer == []
    assert response.confidence == pytest.approx(0.7)
    assert response.readings[0].answer == ("Denmark",)
    assert "0.70" in response.reason
    assert "0.71" in response.reason
    assert not scripted(threshold=0.69).ask(MEDALS, QUESTION).abstained


def test_programs_without_an_answer_are_no_readings() -> None:
    response = scripted((GOLD_OF_FRANCE, 0.9)).ask(MEDALS, QUESTION)
    assert response.abstained
    assert "no program" in response.reason
    assert scripted((GOLD_OF_FRANCE, 0.9), (NATIONS, 0.1)).ask(MEDALS, QUESTION).answer == [4.0]


@pytest.mark.parametrize(
    ("program", "answer", "written", "items"),
    [
        (GOLD_IN_ALL, [17.0], [17], ["17"]),
        (FIRST_OPENED, ["1950-05-21"], ["1950-05-21"], ["1950-05-21"]),
        (BY_GOLD, [(3.0, 1.0), (1.0, 2.0), (12.0, 1.0)], [[3, 1], [1, 2], [12, 1]], ["3: 1", "1: 2", "12: 1"]),
    ],
)
def test_answers_of_every_kind(program: str, answer: list[object], written: list[object], items: list[str]) -> None:
    response = scripted((program, 1.0)).ask(MEDALS, "how many nations?")
    assert response.answer == answer
    assert response.to_json()["answer"] == written
    assert response.readings[0].items == items
    assert response.sql_agrees is True


def test_the_json_form_has_exactly_the_promised_keys() -> None:
    for response in (scripted().ask(MEDALS, QUESTION), scripted().ask(MEDALS, "")):
        written = response.to_json("postgres")
        assert list(written) == RESPONSE_KEYS
        assert json.loads(json.dumps(written)) == written
        assert written["dialect"] == "postgres"
        assert written["sql"] == response.sql("postgres")
    reading = scripted().ask(MEDALS, QUESTION).to_json()["readings"][0]
    assert reading["answer"] == ["Denmark"]
    assert reading["program"] == MOST_GOLD
    with pytest.raises(ValueError, match="known are duckdb"):
        scripted().ask(MEDALS, QUESTION).to_json("klingon")


def test_every_kind_of_table_is_taken_and_prepared_once(tmp_path: Path) -> None:
    programmer = scripted()
    path = tmp_path / "medals.csv"
    path.write_text("Nation,Gold\nNorway,3\nDenmark,12\n", encoding="utf-8")
    frame = pandas.DataFrame({"Nation": ["Norway", "Denmark"], "Gold": [3, 12]})
    for source in (path, str(path), frame, programmer.prepare(frame)):
        assert programmer.ask(source, QUESTION).answer == ["Denmark"]
    prepared = programmer.prepare(MEDALS)
    assert programmer.prepare(prepared) is prepared
    assert programmer.ask(prepared, QUESTION).prepared is prepared
    with pytest.raises(TableError, match="no file"):
        programmer.ask(tmp_path / "absent.csv", QUESTION)


def test_the_same_question_gets_the_same_response() -> None:
    programmer = scripted()
    assert programmer.ask(MEDALS, QUESTION).to_json() == programmer.ask(MEDALS, QUESTION).to_json()


def test_an_engine_that_fails_leaves_agreement_open(monkeypatch: pytest.MonkeyPatch) -> None:
    response = scripted().ask(MEDALS, QUESTION)
    response.prepared.engine.close()
    assert response.sql_agrees is None


def test_hostile_names_reach_sql_and_json_whole() -> None:
    nation = "Na\"tion\n'; DROP TABLE x; --<script>"
    table = build_table([nation, "Gold"], [["a\tb\x00", "1"], ["c\nd", "2"]])
    program = f"#0 = all_rows(); #1 = last(#0); #2 = select(#1, {json.dumps(table.columns[0].name)}:text)"
    response = scripted((program, 1.0)).ask(table, "last gold?")
    assert response.answer == ["c\nd"]
    assert response.sql_agrees is True


def test_a_number_beyond_all_numbers_is_no_answer() -> None:
    table = build_table(["Nation", "Gold"], [["a", "9" * 100], ["b", "1"]])
    fourth_power = f"{GOLD_IN_ALL}; #2 = multiply(#1, #1); #3 = multiply(#2, #2)"
    response = scripted((fourth_power, 0.9), (NATIONS, 0.1)).ask(table, "total gold of the nations?")
    assert response.answer == [2.0]


@pytest.mark.parametrize("threshold", [-0.1, 1.1, float("nan")])
def test_a_threshold_is_a_probability(threshold: float) -> None:
    with pytest.raises(ValueError, match="threshold"):
        scripted(threshold=threshold)


def test_a_model_answers_the_same_each_time_it_is_loaded(tiny_checkpoint: Path) -> None:
    one, other = load(tiny_checkpoint), load(str(tiny_checkpoint), threshold=0.0)
    for question in (QUESTION, "how many nations?", "which nation opened after June 1951?"):
        response = one.ask(MEDALS, question)
        assert response.to_json() == other.ask(MEDALS, question).to_json()
        assert response.readings
        assert 0 < response.confidence < 1
        assert sum(reading.probability for reading in response.readings) <= 1 + 1e-6
        assert len({str(reading.items) for reading in response.readings}) == len(response.readings)
        for reading in response.readings:
            assert agrees(reading.program, response.prepared.grounding, response.prepared.engine)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("which nation won the most gold?", ["Denmark"]),
        ("how many nations are there?", [4.0]),
        ("how many nations won more than 2 gold?", [2.0]),
        ("what is the total gold?", [17.0]),
        ("which nation is listed after Sweden?", ["Finland"]),
        ("what is the difference in gold between Denmark and Norway?", [9.0]),
    ],
)
def test_the_model_that_comes_with_the_package_answers_plain_questions(question: str, answer: list[object]) -> None:
    response = load().ask(MEDALS, question)
    assert response.answer == answer
    assert response.sql_agrees is True


def test_the_model_tells_what_it_weighed(tiny_checkpoint: Path) -> None:
    programmer = load(tiny_checkpoint)
    response = programmer.ask(MEDALS, QUESTION)
    assert response.program is not None
    assert response.linking is not None
    assert response.trace is not None
    assert [step.step for step in response.trace] == list(range(1, len(response.program)))
    for step in response.trace:
        assert len(step.attention) == len(response.linking.tokens)
        assert sum(step.attention) == pytest.approx(1, abs=1e-4)
        assert [chance for _, chance in step.operations] == sorted(
            (chance for _, chance in step.operations), reverse=True
        )
    assert scripted().ask(MEDALS, QUESTION).trace is None


def test_a_checkpoint_keeps_its_threshold_and_calibration(tiny_checkpoint: Path, tmp_path: Path) -> None:
    for path in tiny_checkpoint.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    assert load(tmp_path).threshold == 0
    settings = AskingSettings(Score(-1.0, {"log_odds": 0.5, "unused": -0.5}), 0.25)
    write_settings(tmp_path, settings)
    assert load(tmp_path).threshold == 0.25
    assert load(tmp_path).settings == settings
    assert load(tmp_path, threshold=0.1).threshold == 0.1


def test_an_absent_checkpoint_is_named(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="absent"):
        load(tmp_path / "absent")


def test_importing_the_package_is_quick_and_its_names_are_there() -> None:
    code = (
        "import sys, neural_programmer\n"
        "assert not {'torch', 'duckdb', 'spacy', 'pandas'} & set(sys.modules), 'the package imports heavy libraries'\n"
        "assert set(neural_programmer.__all__) <= set(dir(neural_programmer))\n"
        "for name in neural_programmer.__all__: getattr(neural_programmer, name)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    with pytest.raises(AttributeError, match="no attribute 'lode'"):
        _ = neural_programmer.lode
    assert neural_programmer.PreparedTable is PreparedTable


def test_a_similar_spelling_is_always_reported() -> None:
    table = pandas.DataFrame({"Town": ["Trondheim", "Stavanger", "Kristiansand"], "Inhabitants": [215, 149, 116]})
    programmer = load()
    misspelt = programmer.ask(table, "how many inhabitants does Stavangr have?")
    assert misspelt.answer == ["149"]
    assert misspelt.respellings == [("Stavangr", "Stavanger")]
    assert '"Stavangr" was read as "Stavanger"' in misspelt.to_json()["explanation"]
    assert programmer.ask(table, "how many inhabitants does Stavanger have?").respellings == []
