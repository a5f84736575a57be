"""Several models answer together: the average of what they give each program."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import pytest

from neural_programmer.api import Hypothesis, NeuralProgrammer, load
from neural_programmer.checkpoint import CheckpointError
from neural_programmer.members import Members
from neural_programmer.prepared import PreparedTable
from neural_programmer.tables.matching.link import link
from neural_programmer.tables.matching.linking import Linking
from neural_programmer.trace import StepTrace
from tests.scripted import FIRST_NATION, LAST_NATION, MEDALS, MOST_GOLD, ScriptedPredictor

QUESTION = "which nation won the most gold?"


class Tracing(ScriptedPredictor):
    """A scripted predictor whose trace says how many programs it knows and which it was asked about."""

    def trace(self, prepared: PreparedTable, linking: Linking, hypothesis: Hypothesis) -> Sequence[StepTrace]:
        del prepared, linking
        return [StepTrace(len(self.programs), ((str(hypothesis.program), 1.0),), ())]


ONE = Tracing(((MOST_GOLD, 0.6), (LAST_NATION, 0.3)))
OTHER = Tracing(((FIRST_NATION, 0.5), (LAST_NATION, 0.4), (MOST_GOLD, 0.1)))


def test_what_members_give_a_program_is_averaged() -> None:
    prepared = PreparedTable(MEDALS)
    found = Members([ONE, OTHER]).predict(prepared, link(QUESTION, prepared.index), 20)
    assert [round(math.exp(one.log_probability), 6) for one in found] == [0.35, 0.35, 0.25]
    assert [one.answer.values for one in found] == [("Denmark",), ("Denmark",), ("Norway",)]
    assert [one.finder for one in found] == [0, 0, 1]
    assert [one.search_log_probability for one in found] == [one.log_probability for one in found]


def test_one_member_answers_as_it_does_alone() -> None:
    alone, among = NeuralProgrammer(ONE).ask(MEDALS, QUESTION), NeuralProgrammer(Members([ONE])).ask(MEDALS, QUESTION)
    assert among.answer == alone.answer
    assert among.confidence == pytest.approx(alone.confidence)
    assert [one.program for one in among.readings] == [one.program for one in alone.readings]
    assert among.trace == alone.trace


def test_the_member_that_found_a_program_tells_how() -> None:
    prepared = PreparedTable(MEDALS)
    linking = link(QUESTION, prepared.index)
    members = Members([ONE, OTHER])
    traces = [members.trace(prepared, linking, one)[0].step for one in members.predict(prepared, linking, 20)]
    assert traces == [len(ONE.programs), len(ONE.programs), len(OTHER.programs)]


def test_there_must_be_a_member() -> None:
    with pytest.raises(ValueError, match="at least one model"):
        Members([])


def test_the_shipped_model_agrees_with_itself(tmp_path: Path) -> None:
    from neural_programmer.checkpoint import shipped

    alone, twice = load(threshold=0.0), load(threshold=0.0, members=[shipped()])
    one, other = alone.ask(MEDALS, QUESTION), twice.ask(MEDALS, QUESTION)
    assert other.answer == one.answer
    assert other.confidence == pytest.approx(one.confidence, abs=1e-6)
    with pytest.raises(CheckpointError, match="nowhere"):
        load(members=[tmp_path / "nowhere"])
