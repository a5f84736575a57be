"""The page of arithmetic: a run, checkpoint by checkpoint, and questions to the model it ended in."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from neural_programmer.recording import RECORDING, USUAL_RUN, read_recording
from neural_programmer.training.arithmetic import train_arithmetic
from neural_programmer.training.config import read_config
from neural_programmer.training.reporting import SilentReporter
from neural_programmer.ui import arithmetic_page
from tests.ui_driver import go_to, new_page, texts

_CONFIG = Path(__file__).parents[1] / "data" / "configs" / "arithmetic.toml"
_TINY = {
    "arithmetic.questions": "96",
    "arithmetic.dev_questions": "12",
    "arithmetic.held_out": "9",
    "optimisation.epochs": "1",
    "optimisation.batch_size": "8",
    "model.width": "16",
    "model.encoder_width": "8",
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a short run in it."""
    folder = tmp_path_factory.mktemp("place")
    train_arithmetic(read_config(_CONFIG, _TINY), folder / USUAL_RUN, resume=False, reporter=SilentReporter())
    return folder


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, place: Path) -> AppTest:
    monkeypatch.chdir(place)
    return go_to(new_page(monkeypatch, tmp_path / "feedback.sqlite").run(), "Arithmetic")


def test_every_checkpoint_can_be_looked_at(page: AppTest, place: Path) -> None:
    recording = read_recording(place / USUAL_RUN)
    assert [one.step for one in recording.checkpoints] == [1, 10]
    for one in recording.checkpoints:
        page.select_slider(key="arithmetic step").set_value(one.step).run()
        assert not page.exception
        assert page.metric[1].value == f"{one.accuracy:.0%}"


def test_a_question_is_answered_with_its_program(page: AppTest) -> None:
    page.text_input(key="arithmetic question").set_value("5 times the sum of 30 and 4").run()
    assert not page.exception
    assert len(page.metric) == 3
    assert "#3 = given_number(4)" in page.code[0].value


@pytest.mark.parametrize("question", ["how are you?", "<b>no</b> [numbers](http://example.org)"])
def test_a_question_without_numbers_is_told_so(page: AppTest, question: str) -> None:
    page.text_input(key="arithmetic question").set_value(question).run()
    assert not page.exception
    assert "needs 1 to 12 numbers" in page.info[0].value
    assert len(page.metric) == 2


def test_without_a_run_the_page_says_how_to_make_one(
    page: AppTest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    page.run()
    assert not page.exception
    assert "neural-programmer train arithmetic" in page.info[0].value


def test_a_damaged_run_is_said(page: AppTest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / USUAL_RUN).mkdir(parents=True)
    (tmp_path / USUAL_RUN / RECORDING).write_text("[]")
    monkeypatch.chdir(tmp_path)
    page.run()
    assert not page.exception
    assert "no recording of a run" in texts(page)


def test_labels_name_operands_by_their_numbers(place: Path) -> None:
    recording = read_recording(place / USUAL_RUN)
    labels = arithmetic_page.operand_labels(recording.numbers[0], 3)
    assert labels == ["12", "7", "3", "4", "step 1", "step 2", "step 3"]
    step = recording.checkpoints[-1].programs[0][0]
    assert arithmetic_page.step_label(1, step, labels).startswith("step 1: ")
