"""Arithmetic in words: made-up questions, soft execution over pairs of numbers, programs, and the trainer."""

from __future__ import annotations

import itertools
import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import duckdb
import numpy as np
import pytest
import torch

from neural_programmer.arithmetic import ArithmeticProgrammer, is_right
from neural_programmer.checkpoint import CheckpointError
from neural_programmer.commands.main import main
from neural_programmer.data.arithmetic import arithmetic_questions
from neural_programmer.data.arithmetic_reading import ArithmeticReading, NoNumbersError, read_arithmetic
from neural_programmer.data.features import Features
from neural_programmer.execution.english import explain
from neural_programmer.execution.exact import execute
from neural_programmer.execution.grounding import no_table
from neural_programmer.execution.soft import StepDistributions
from neural_programmer.execution.soft_pipe import SoftPipe
from neural_programmer.execution.sql import sql_text
from neural_programmer.language.program import Program, Step
from neural_programmer.language.text_form import write_program
from neural_programmer.model.soft_steps import soft_program
from neural_programmer.operations.registry import ARITHMETIC
from neural_programmer.recording import RecordingError, read_recording
from neural_programmer.training.arithmetic import train_arithmetic
from neural_programmer.training.config import ConfigError, TrainingConfig, config_from, read_config
from neural_programmer.training.reporting import SilentReporter
from neural_programmer.training.run_state import STATE

_CONFIG = Path(__file__).parents[1] / "data" / "configs" / "arithmetic.toml"
_NAMES = tuple(ARITHMETIC)
_TINY = {
    "arithmetic.questions": "96",
    "arithmetic.dev_questions": "12",
    "arithmetic.held_out": "30",
    "optimisation.epochs": "2",
    "optimisation.batch_size": "32",
    "model.width": "16",
    "model.encoder_width": "8",
}

# What a few wordings come to, by hand; what stands around them changes nothing.
_BY_HAND: dict[str, Callable[..., float]] = {
    r"(\d+) plus (\d+)": lambda a, b: a + b,
    r"subtract (\d+) from (\d+)": lambda a, b: b - a,
    r"take (\d+) away from (\d+)": lambda a, b: b - a,
    r"the ratio of (\d+) to (\d+)": lambda a, b: a / b,
    r"(\d+) multiplied by (\d+), minus (\d+)": lambda a, b, c: a * b - c,
    r"(\d+) times the sum of (\d+) and (\d+)": lambda a, b, c: a * (b + c),
    r"take (\d+) and add (\d+), then divide by (\d+)": lambda a, b, c: (a + b) / c,
}
_FRAME = re.compile(r"^(?:what is|how much is|calculate|work out) |[?.]$")


def test_questions_say_what_they_come_to() -> None:
    questions = arithmetic_questions(4000, 3, least=21, most=60)
    assert questions[:50] == arithmetic_questions(50, 3, least=21, most=60)
    assert len({one.text for one in questions}) == 4000
    assert [one.operations for one in questions[:6]] == [1, 2, 3, 1, 2, 3]
    seen = set()
    for one in questions:
        for pattern, meaning in _BY_HAND.items():
            match = re.fullmatch(pattern, _FRAME.sub("", one.text))
            if match:
                seen.add(pattern)
                assert one.answer == pytest.approx(meaning(*map(int, match.groups()))), one.text
    assert seen == set(_BY_HAND)


def test_larger_numbers_can_be_asked_for_and_no_others_come() -> None:
    for one in arithmetic_questions(300, 1, least=100, most=9999):
        numbers = read_arithmetic(one.text).candidates.constants
        assert len(numbers) == one.operations + 1
        assert all(100 <= float(str(number.values[0])) <= 9999 for number in numbers)


def test_there_may_be_too_few_questions() -> None:
    with pytest.raises(ValueError, match="fewer than 400 different questions with numbers from 1 to 1"):
        arithmetic_questions(400, 1, most=1, operations=1)


def test_numbers_are_read_in_order_in_digits_and_words_and_as_often_as_they_come() -> None:
    reading = read_arithmetic("3 plus twelve, times the sum of 3 and 1.5")
    assert [constant.values[0] for constant in reading.candidates.constants] == [3.0, 12.0, 3.0, 1.5]
    spans = reading.features.constant_spans[:, 0].tolist()
    assert spans == sorted(set(spans))


def _arrays(features: Features) -> list[np.ndarray[tuple[int, ...], np.dtype[np.generic]]]:
    return [value for value in vars(features).values() if isinstance(value, np.ndarray)]


def test_the_model_cannot_see_how_large_a_number_is() -> None:
    small, large = (read_arithmetic(text).features for text in ("what is 5 minus 7?", "what is 1984 minus 40000?"))
    assert small.words == large.words
    for one, other in zip(_arrays(small), _arrays(large), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(("text", "numbers"), [("what is that?", 0), ("", 0), (" plus ".join("1" * 13), 13)])
def test_questions_without_numbers_are_refused(text: str, numbers: int) -> None:
    with pytest.raises(NoNumbersError, match=f"needs 1 to 12 numbers, but this has {numbers}"):
        read_arithmetic(text)


def _steps(random: np.random.Generator, earlier: int, count: int) -> list[StepDistributions]:
    """Random distributions over steps of arithmetic; step 0 and the giving of numbers are never chosen."""
    found = []
    for position in range(count):
        length = earlier + position
        operation = random.dirichlet(np.ones(4), size=1)
        references = random.dirichlet(np.ones(length - 1), size=(2, 1, len(_NAMES)))
        references = np.concatenate([np.zeros((2, 1, len(_NAMES), 1)), references], axis=-1)
        found.append(
            StepDistributions(
                operation=torch.tensor(np.concatenate([np.zeros((1, 2)), operation], axis=1)),
                first_reference=torch.tensor(references[0]),
                second_reference=torch.tensor(references[1]),
                column=torch.zeros(1, len(_NAMES), 1),
                constant=torch.zeros(1, len(_NAMES), 1, 1),
                lone_constant=torch.zeros(1, len(_NAMES), 1),
                stop=torch.tensor(random.random(1) if position < count - 1 else np.ones(1)),
            )
        )
    return found


def _all_programs(
    steps: list[StepDistributions], written: tuple[Step, ...], left: tuple[int, ...], chance: float
) -> Iterator[tuple[float, float]]:
    """Every program by itself: its value, where it has one, and its chance; ``left`` are the unused results."""
    step, *later = steps

    def share(chances: torch.Tensor, place: int, among: tuple[int, ...]) -> float:
        return float(chances[place] / chances[list(among)].sum())

    for operation, first in itertools.product(range(2, 6), left):
        others = tuple(place for place in left if place != first)
        for second in others:
            taken = chance * float(step.operation[0, operation])
            taken *= share(step.first_reference[0, operation], first, left)
            taken *= share(step.second_reference[0, operation], second, others)
            program = (*written, Step(_NAMES[operation], (first, second)))
            value = float(execute(Program(program), no_table())[-1].value)
            if math.isnan(value):
                continue
            stop = float(step.stop[0])
            yield value, taken * stop
            rest = (*(place for place in others if place != second), len(written))
            if later and len(rest) > 1:
                yield from _all_programs(later, program, rest, taken * (1 - stop))


def _summed(values: Iterable[tuple[float, float]]) -> dict[float, float]:
    found: dict[float, float] = defaultdict(float)
    for value, chance in values:
        found[round(value, 9)] += chance
    return found


def _piped(
    readings: Sequence[ArithmeticReading],
    steps: Sequence[StepDistributions],
    kept: int = 100_000,
    goals: Sequence[float] | None = None,
) -> dict[float, float]:
    """What the first of the questions gives."""
    pipe = SoftPipe([one.candidates for one in readings], ARITHMETIC, kept=kept, goals=goals)
    for step in steps:
        pipe.step(step)
    number = pipe.answer().number
    return _summed(zip(number.values[0].tolist(), number.masses[0].tolist(), strict=True))


# A number that is 0 makes divisions undefined; of two equal numbers each is another.
@pytest.mark.parametrize(("text", "seed"), [("3 4", 1), ("3 0 4", 2), ("3 4 0 5", 3), ("7 7 2 3", 4)])
def test_with_all_states_kept_a_soft_pipe_is_the_sum_over_all_programs(text: str, seed: int) -> None:
    reading = read_arithmetic(text)
    constants = reading.candidates.constants
    steps = _steps(np.random.default_rng(seed), 1 + len(constants), len(constants) - 1)
    given = (Step("all_rows"), *(Step("given_number", constant=constant) for constant in constants))
    expected = _summed(_all_programs(steps, given, tuple(range(1, len(given))), 1.0))
    found = _piped([reading], steps)
    for value in set(found) | set(expected):
        assert found[value] == pytest.approx(expected[value], abs=1e-12), value


def test_a_pipe_that_keeps_fewer_states_loses_mass_and_invents_none() -> None:
    reading = read_arithmetic("3 4 10 50")
    steps = _steps(np.random.default_rng(8), 5, 3)
    few, all_of_them = _piped([reading], steps, kept=20), _piped([reading], steps)
    assert 0 < sum(few.values()) < sum(all_of_them.values()) == pytest.approx(1)
    assert all(chance <= all_of_them[value] + 1e-12 for value, chance in few.items())


@pytest.mark.parametrize(("text", "goal"), [("3 4", 7.0), ("3 4 10", 70.0), ("3 4 10 50", 47.0), ("6 30 12 5", 90.0)])
def test_programs_that_give_the_goal_are_never_given_up(text: str, goal: float) -> None:
    reading = read_arithmetic(text)
    constants = reading.candidates.constants
    steps = _steps(np.random.default_rng(4), 1 + len(constants), len(constants) - 1)
    everything = _piped([reading], steps)
    # More than there are first steps over four numbers (which nobody sees the goal from), or ways to the goal.
    assert everything[goal] > 0
    assert _piped([reading], steps, kept=160, goals=[goal])[goal] == pytest.approx(everything[goal], abs=1e-12)
    if len(constants) == 4:
        assert _piped([reading], steps, kept=160)[goal] < everything[goal]


def test_what_a_question_gives_does_not_depend_on_its_company() -> None:
    readings = [read_arithmetic("3 4 9"), read_arithmetic("3 4 9 5")]
    steps = _steps(np.random.default_rng(6), 5, 2)

    # The places of the shorter question's steps come after the numbers that it has not.
    def both(chances: torch.Tensor) -> torch.Tensor:
        return chances.expand(2, *chances.shape[1:])

    def without_the_fourth(chances: torch.Tensor) -> torch.Tensor:
        return torch.cat([chances[..., :4], chances[..., 5:]], dim=-1)

    parts = [vars(step) for step in steps]
    together = [StepDistributions(**{name: both(part) for name, part in one.items()}) for one in parts]
    references = ("first_reference", "second_reference")
    alone = [
        StepDistributions(
            **{name: without_the_fourth(part) if name in references else part for name, part in one.items()}
        )
        for one in parts
    ]
    found, expected = _piped(readings, together), _piped(readings[:1], alone)
    for value in set(found) | set(expected):
        assert found[value] == pytest.approx(expected[value], abs=1e-12), value


def test_a_program_has_its_other_meanings_too() -> None:
    reading = read_arithmetic("12 plus 7, times the sum of 3 and 4")
    steps = [Step("all_rows"), *(Step("given_number", constant=constant) for constant in reading.candidates.constants)]
    program = Program((*steps, Step("add", (1, 2)), Step("add", (3, 4)), Step("multiply", (5, 6))))
    assert float(execute(program, no_table())[-1].value) == 133.0
    query = sql_text(program, no_table().table)
    assert duckdb.connect().execute(query).fetchall() == [(133.0,)]
    assert explain(program) == "(12 plus 7) times (3 plus 4)."


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a short run by the command line."""
    folder = tmp_path_factory.mktemp("arithmetic") / "run"
    overrides = itertools.chain.from_iterable(("--set", f"{key}={value}") for key, value in _TINY.items())
    assert main(["train", "arithmetic", "--output", str(folder), *overrides]) == 0
    return folder


def test_a_short_run_leaves_a_model_and_a_recording(run: Path) -> None:
    programmer = ArithmeticProgrammer.load(run / "model")
    readings = [read_arithmetic(one.text) for one in arithmetic_questions(12, 9)]
    encoded = programmer.model.encode(programmer.batcher.batch([one.features for one in readings]))
    executor = SoftPipe([one.candidates for one in readings], ARITHMETIC)
    for decided in soft_program(programmer.model, encoded, 3, hard=True).steps:
        executor.step(decided)
    decided_number = executor.answer().number
    for at, (reading, answer) in enumerate(zip(readings, programmer.answers(readings), strict=True)):
        # The program is the same whatever company the question is in, and is what soft execution decides.
        assert write_program(programmer.ask(reading.text).program) == write_program(answer.program)
        assert float(decided_number.mass[at]) == (0 if math.isnan(answer.value) else 1)
        assert math.isnan(answer.value) or is_right(float(decided_number.mean[at]), answer.value)
        for number, step in enumerate(answer.weighed):
            assert sum(chance for _, chance in step.operations) == pytest.approx(1, abs=1e-5)
            for references in (step.first, step.second):
                assert len(references) == len(reading.candidates.constants) + number
                assert sum(references) == pytest.approx(1, abs=1e-5)
    recording = read_recording(run)
    assert [one.step for one in recording.checkpoints] == [1]
    assert recording.checkpoints[0].values and len(recording.checkpoints[0].programs) == len(recording.questions)
    for program in recording.checkpoints[0].programs:
        assert all(0 < step.entropy <= 2 for step in program)


def test_a_recording_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="no recording in"):
        read_recording(tmp_path)
    (tmp_path / "recording.json").write_text('{"questions": [], "checkpoints": [{}]}')
    with pytest.raises(RecordingError, match="is no recording of a run on arithmetic: KeyError"):
        read_recording(tmp_path)


def test_a_program_uses_every_number_and_result_once(run: Path) -> None:
    programmer = ArithmeticProgrammer.load(run / "model")
    readings = [read_arithmetic(one.text) for one in arithmetic_questions(24, 5)]
    for reading, answer in zip(readings, programmer.answers(readings), strict=True):
        steps = answer.program.steps
        used = [reference for step in steps for reference in step.references]
        assert len(steps) - 1 == 2 * len(reading.candidates.constants) - 1
        # All rows come first, and what comes last is the answer.
        assert sorted(used) == list(range(1, len(steps) - 1)), write_program(answer.program)


def test_a_model_of_tables_is_no_model_of_arithmetic() -> None:
    with pytest.raises(CheckpointError, match="was not trained for arithmetic"):
        ArithmeticProgrammer.load(Path(__file__).parents[1] / "data" / "checkpoint")


def test_the_loss_falls(tmp_path: Path) -> None:
    found: list[float] = []

    class Losses(SilentReporter):
        def scalar(self, name: str, value: float, step: int) -> None:
            if name == "loss":
                found.append(value)

    reporter = Losses()
    schedule = {"optimisation.epochs": "8", "optimisation.warm_up_steps": "2", "optimisation.learning_rate": "8e-3"}
    config = read_config(_CONFIG, {**_TINY, **schedule, "arithmetic.lessons": "0", "arithmetic.practice": "0"})
    train_arithmetic(config, tmp_path, resume=False, reporter=reporter)
    assert found[-1] < found[0] - 0.1


def test_a_run_that_practises_goes_on_where_it_was_interrupted(tmp_path: Path) -> None:
    schedule = {
        "optimisation.epochs": "3",
        "optimisation.checkpoint_minutes": "0.0",
        "arithmetic.lessons": "0",
        "arithmetic.practice": "0.7",
    }
    config = read_config(_CONFIG, {**_TINY, **schedule})

    class Interrupting(SilentReporter):
        def progress(self, name: str, done: int, total: int) -> None:
            # In the second practising epoch, when some of its own losses have been seen already.
            if (name, done) == ("epoch 3", 3):
                raise KeyboardInterrupt

    folders = [tmp_path / "whole", tmp_path / "interrupted"]
    train_arithmetic(config, folders[0], resume=False, reporter=SilentReporter())
    with pytest.raises(KeyboardInterrupt):
        train_arithmetic(config, folders[1], resume=False, reporter=Interrupting())
    train_arithmetic(config, folders[1], resume=True, reporter=SilentReporter())
    whole, resumed = (torch.load(folder / STATE, weights_only=True) for folder in folders)
    for name, tensor in whole["model"].items():
        assert torch.equal(tensor, resumed["model"][name]), name
    assert torch.equal(whole["losses"], resumed["losses"])


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"optimisation": {"objective": "programs"}}, 'has "soft" alone'),
        ({"arithmetic": {"practice": 1.0}}, "practice: expected 0 to less than 1, but found 1.0"),
        ({"arithmetic": {"operations": 9}}, "operations: expected 1 to soft_steps, 3, but found 9"),
        ({"arithmetic": {"most": 10_000}}, "most: expected at least 20 and less than held_out_most"),
        ({"arithmetic": {"held_out": 0}}, "held_out: expected at least 1"),
    ],
)
def test_a_wrong_configuration_is_refused(values: dict[str, dict[str, object]], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        config_from(
            {
                "optimisation": {"objective": "soft", **values.get("optimisation", {})},
                "arithmetic": {"questions": 9, **values.get("arithmetic", {})},
            }
        )


def test_other_runs_are_about_tables() -> None:
    assert not TrainingConfig().arithmetic.questions


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_arithmetic_is_learned_from_answers_alone(tmp_path: Path) -> None:
    # The run as it is configured. It ends between 99 and 100%, depending on the seed and the machine's rounding.
    result = train_arithmetic(read_config(_CONFIG, {}), tmp_path, resume=False, reporter=SilentReporter())
    assert result.held_out >= 1000
    assert result.accuracy >= 0.98
    assert ArithmeticProgrammer.load(tmp_path / "model").ask("7 plus 5").value == 12.0
