"""Work that is called off: it ends between two steps, and the next work begins."""

from __future__ import annotations

import threading
import time
from concurrent.futures import CancelledError as FutureCancelledError

import pytest

from neural_programmer.api import NeuralProgrammer
from neural_programmer.execution.cancellation import CancelledError, cancelled_when, go_on
from neural_programmer.prepared import PreparedTable
from neural_programmer.tables.matching.linking import Linking
from neural_programmer.ui.resources import SharedModel
from tests.scripted import MEDALS, ScriptedHypothesis, ScriptedPredictor
from tests.tiny_models import judged_questions, tiny_model


def test_work_goes_on_until_it_is_called_off() -> None:
    go_on()
    called_off = threading.Event()
    with cancelled_when(called_off.is_set):
        go_on()
        called_off.set()
        with pytest.raises(CancelledError):
            go_on()
    go_on()


def test_work_of_another_thread_is_not_called_off() -> None:
    with cancelled_when(lambda: True):
        other = threading.Thread(target=go_on)
        other.start()
        other.join()
        with pytest.raises(CancelledError):
            go_on()


def test_the_search_for_programs_ends_between_two_steps() -> None:
    question = judged_questions(3, 1)[0]
    parts = (question.grounding, question.linking, question.candidates)
    predictor = tiny_model().predictor()
    asked = 0

    def called_off() -> bool:
        nonlocal asked
        asked += 1
        return asked == 2

    with cancelled_when(called_off), pytest.raises(CancelledError):
        predictor.predict(*parts)
    assert asked == 2
    assert predictor.predict(*parts).hypotheses


class Endless(ScriptedPredictor):
    """A model whose search for one of the questions has no end."""

    def predict(self, prepared: PreparedTable, linking: Linking, beam: int) -> list[ScriptedHypothesis]:
        while "endless" in linking.question:
            time.sleep(0.001)
            go_on()
        return super().predict(prepared, linking, beam)


def test_a_question_that_is_called_off_makes_way_for_the_next() -> None:
    model = SharedModel(NeuralProgrammer(Endless()))
    table = PreparedTable(MEDALS)
    works = [model.start(table, f"most endless gold {number}?") for number in range(3)]
    last = model.start(table, "most gold?")
    for work in works:
        work.stop()
    assert last.future.result(timeout=60).answer == ["Denmark"]
    for work in works:
        with pytest.raises((CancelledError, FutureCancelledError)):
            work.future.result(timeout=60)
