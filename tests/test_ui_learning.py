"""The page of looking inside: addresses of the last question, and a run's programs checkpoint by checkpoint."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from neural_programmer.address_trace import Addressing, AddressStep
from neural_programmer.evolution import EVOLUTION, USUAL_RUN, Evolution, Moment, Stage, write_evolution
from neural_programmer.tables.build import build_table
from neural_programmer.ui.learning_page import address_frame
from tests.ui_driver import go_to, new_page, texts

PROGRAM = "#0 = all_rows(); #1 = count(#0)"
EVOLUTION_OF_TWO = Evolution(
    ("how many <b>rows</b> are there?",),
    (("how", "many", "<b>rows</b>", "are", "there", "?"),),
    (
        Moment(0, None, None, (None,)),
        Moment(50, 3.25, 0.125, (Stage(PROGRAM, "The number of all rows.", ("2",), 0.75, ((0.1,) * 6,)),)),
    ),
)


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AppTest:
    monkeypatch.chdir(tmp_path)
    return go_to(new_page(monkeypatch, tmp_path / "feedback.sqlite").run(), "Learning")


def test_without_a_question_and_a_run_the_page_says_what_to_do(page: AppTest) -> None:
    assert not page.exception
    assert "Ask a question" in page.info[0].value
    assert "neural-programmer evolve" in page.info[1].value


def test_a_run_is_shown_checkpoint_by_checkpoint(page: AppTest) -> None:
    USUAL_RUN.mkdir(parents=True)
    write_evolution(USUAL_RUN, EVOLUTION_OF_TWO)
    page.run()
    assert not page.exception
    assert [one.value for one in page.metric] == ["3.25", "12.5%", "75%"]
    assert page.code[0].value == PROGRAM
    page.select_slider(key="learning step").set_value(0).run()
    assert not page.exception
    assert [one.value for one in page.metric] == ["–", "–", "–"]
    assert "No program was found then." in texts(page)


def test_a_damaged_record_is_said(page: AppTest) -> None:
    USUAL_RUN.mkdir(parents=True)
    (USUAL_RUN / EVOLUTION).write_text("{}")
    page.run()
    assert not page.exception
    assert "is no record of a run" in texts(page)


def test_an_address_is_drawn_by_its_ways() -> None:
    table = build_table(["Name"], [["a"], ["b"]], name="letters")
    step = AddressStep(
        1, 1.0, {Addressing.PLACE: 1.0}, {Addressing.PLACE: (0.25, 0.75)}, (0.0, 1.0), (0.25, 0.75), (0.1, 0.9)
    )
    frame = address_frame(step, table)
    assert list(dict.fromkeys(frame["Step"])) == ["by place 100%", "address", "sharpened"]
    assert frame["Selected"].tolist() == [0.25, 0.75, 0.25, 0.75, 0.1, 0.9]
    assert list(dict.fromkeys(frame["Row"])) == ["1 · a", "2 · b"]
