"""Programs that are given: written in a question's words, made up, and put beside searched ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from neural_programmer.execution.exact import answer
from neural_programmer.execution.grounding import Grounding
from neural_programmer.feedback import FeedbackError
from neural_programmer.language.text_form import read_program, write_program
from neural_programmer.operations.registry import OPERATION_NAMES
from neural_programmer.tables.build import build_table
from neural_programmer.training.config import ConfigError, config_from
from neural_programmer.training.examples import judge_by
from neural_programmer.training.given_programs import UnwritableError, given_example
from neural_programmer.training.given_sources import Given, examples_given, given_by, with_given
from neural_programmer.training.synthetic_programs import PATTERNS, made_up

TABLE = build_table(
    ["City", "Passengers"],
    [["Los Angeles, United States", "14,749"], ["Houston, United States", "5,465"], ["Calgary, Canada", "3,761"]],
    name="flights",
)
WRITTEN = '#0 = all_rows(); #1 = filter_equals(#0, "City":text, "Los Angeles, United States"); '
PROGRAM = read_program(WRITTEN + '#2 = select(#1, "Passengers":text)')


def test_a_program_is_said_in_the_words_of_its_question() -> None:
    (asked,) = judge_by([("one", TABLE, "how many passengers flew to los angeles?", ())])
    example = given_example(PROGRAM, asked)
    said = asked.candidates.decode(example.programs.programs[0], OPERATION_NAMES)
    assert said != PROGRAM
    assert "united states" not in write_program(said).lower()
    assert answer(said, asked.grounding).values == answer(PROGRAM, asked.grounding).values == ("14,749",)


def test_what_the_question_does_not_say_cannot_be_learned() -> None:
    given = [Given("one", "how many passengers were there?", TABLE, PROGRAM)]
    (asked,) = judge_by([("one", TABLE, given[0].question, ())])
    with pytest.raises(UnwritableError, match="does not say Los Angeles"):
        given_example(PROGRAM, asked)
    assert examples_given(given) == []


def test_given_programs_take_the_place_of_searched_ones() -> None:
    given = examples_given([Given("two", "how many passengers flew to los angeles?", TABLE, PROGRAM)])
    (asked,) = judge_by([("one", TABLE, "how many passengers flew to los angeles?", ())])
    searched = [given_example(PROGRAM, asked), *examples_given([Given("two", asked.linking.question, TABLE, PROGRAM)])]
    together = with_given(searched, given)
    assert [one.id for one in together] == ["one", "two"]
    assert together[1] is given[0]


def test_made_up_questions_have_answers_and_can_be_learned() -> None:
    found = made_up([TABLE], 2 * len(PATTERNS), seed=3)
    assert len(found) > len(PATTERNS)
    assert [one.question for one in found] == [one.question for one in made_up([TABLE], 2 * len(PATTERNS), seed=3)]
    grounding = Grounding(TABLE)
    assert all(answer(one.program, grounding).defined for one in found)
    learned = examples_given([Given(str(at), one.question, TABLE, one.program) for at, one in enumerate(found)])
    assert len(learned) > len(PATTERNS)


def test_an_unknown_source_is_named(tmp_path: Path) -> None:
    with pytest.raises(FeedbackError, match="expected given programs from"):
        given_by(str(tmp_path / "nothing.jsonl"), None, [], 1)  # type: ignore[arg-type]


def test_given_programs_are_for_runs_that_learn_programs() -> None:
    with pytest.raises(ConfigError, match="given"):
        config_from({"data": {"given": "gold"}, "reranking": {"folds": 2}})
    with pytest.raises(ConfigError, match="given"):
        config_from({"data": {"given": "gold"}, "optimisation": {"objective": "soft"}})
    assert config_from({"data": {"given": "gold,synthetic"}}).data.given == "gold,synthetic"
