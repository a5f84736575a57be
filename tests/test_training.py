"""Training: sampling, the learning rate, the loop, early stopping, objectives, and the synthetic task."""

from __future__ import annotations

import dataclasses
import itertools
import json
from pathlib import Path

import numpy as np
import pytest

from neural_programmer.execution.exact import Answer
from neural_programmer.language.program import Program, Step
from neural_programmer.model.beam import Hypothesis
from neural_programmer.training.config import OptimisationConfig, TrainingConfig, config_from
from neural_programmer.training.examples import spread, with_programs, with_soft_answering, without_programs
from neural_programmer.training.judging import ranked_answers
from neural_programmer.training.one_model import TrainingData, fresh_model, train_on
from neural_programmer.training.reporting import ConsoleReporter, SilentReporter
from neural_programmer.training.run_record import RECORD, record_start
from neural_programmer.training.sampling import ProgramSampler
from neural_programmer.training.trainer import Trainer
from tests.tiny_models import SHORT, TINY, examples, judged_questions, short_data


class RememberingReporter(SilentReporter):
    """Remembers lines and points of curves."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.points: list[tuple[str, float, int]] = []

    def line(self, text: str) -> None:
        self.lines.append(text)

    def scalar(self, name: str, value: float, step: int) -> None:
        self.points.append((name, value, step))

    def values(self, wanted: str) -> list[float]:
        return [value for name, value, _ in self.points if name == wanted]


def test_draws_follow_the_scores_without_repeating() -> None:
    at, example = next((at, one) for at, one in enumerate(examples(3, 1)) if len(one.programs) >= 8)
    sampler = ProgramSampler(examples(3, 1))
    count = len(example.programs)
    sampler.renew(at, np.arange(count), np.where(np.arange(count) == 3, 0.0, -3.0).astype(np.float32))
    random = np.random.default_rng(0)
    times = np.zeros(count)
    for _ in range(400):
        drawn = sampler.draw(at, 2, random)
        assert len(set(drawn.tolist())) == 2
        times[drawn] += 1
    # The favoured program weighs e^3 times any other.
    favour = np.exp(3.0)
    expected = 1 - (count - 1) / (count - 1 + favour) * (count - 2) / (count - 2 + favour)
    assert times[3] / 400 == pytest.approx(expected, abs=0.1)
    assert np.delete(times, 3).max() < times[3]
    assert len(sampler.draw(at, 10_000, random)) == count


def test_renewed_scores_are_those_of_the_question_alone() -> None:
    sampler = ProgramSampler(examples(3, 1))
    before = sampler.scores.copy()
    start = len(examples(3, 1)[0].programs)
    sampler.renew(1, np.array([0, 2]), np.array([-7.0, -8.0], dtype=np.float32))
    changed = np.flatnonzero(sampler.scores != before)
    assert changed.tolist() == [start, start + 2]


def test_the_learning_rate_warms_up_and_falls() -> None:
    config = dataclasses.replace(SHORT.optimisation, warm_up_steps=4, epochs=10, final_rate=0.1)
    trained = fresh_model(TINY, examples(3, 1), 1, 2)
    trainer = Trainer(trained.model, trained.batcher, examples(3, 1), config)
    total = 10 * trainer.batches
    rates = [trainer.rate(step) / config.learning_rate for step in range(total + 1)]
    assert rates[0] == pytest.approx(0.25)
    assert np.argmax(rates) == 3
    assert rates[total] == pytest.approx(0.1)
    assert all(later <= earlier for earlier, later in itertools.pairwise(rates[3:]))


def test_training_makes_the_loss_smaller_and_says_so(tmp_path: Path) -> None:
    reporter = RememberingReporter()
    config = dataclasses.replace(
        SHORT, optimisation=dataclasses.replace(SHORT.optimisation, epochs=6, patience=0, learning_rate=1e-2)
    )
    result = train_on(short_data(), config, tmp_path, resume=False, reporter=reporter)
    losses = reporter.values("loss")
    assert losses[-1] < losses[0] / 1.5
    assert result.finished
    assert (result.folder / "model.json").is_file()
    assert any("epoch 6: loss" in line for line in reporter.lines)


def test_a_run_that_does_not_get_better_stops_early(tmp_path: Path) -> None:
    nothing_right = [dataclasses.replace(one, target=("no such answer",)) for one in judged_questions(3, 1)[:2]]
    optimisation = dataclasses.replace(SHORT.optimisation, epochs=9, patience=2)
    reporter = RememberingReporter()
    config = dataclasses.replace(SHORT, optimisation=optimisation)
    result = train_on(
        TrainingData(examples(3, 1)[:4], nothing_right), config, tmp_path, resume=False, reporter=reporter
    )
    assert result.finished
    # The first evaluation is the best so far whatever it gives; two more bring nothing better.
    assert reporter.values("dev accuracy") == [0.0, 0.0, 0.0]


def test_there_must_be_something_to_learn_from(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nothing to learn from"):
        train_on(TrainingData([], []), SHORT, tmp_path, resume=False, reporter=SilentReporter())


@pytest.mark.parametrize("objective", ["soft", "both"])
def test_soft_objectives_train(tmp_path: Path, objective: str) -> None:
    judged = {one.id: one for one in judged_questions(3, 1)}
    some = list(examples(3, 1)[:8])
    if objective == "soft":
        some = without_programs({one.id: one.features for one in some})
    ready = with_soft_answering(some, judged)
    assert len(ready) == 8
    optimisation = dataclasses.replace(
        SHORT.optimisation, objective=objective, epochs=5, soft_questions=0, soft_steps=2, patience=0, evaluate_every=5
    )
    config = dataclasses.replace(SHORT, optimisation=optimisation)
    reporter = RememberingReporter()
    train_on(TrainingData(ready, judged_questions(3, 1)[:1]), config, tmp_path, resume=False, reporter=reporter)
    losses = reporter.values("loss")
    assert losses[-1] < losses[0]


def test_questions_that_soft_programs_cannot_answer_are_left_out() -> None:
    one = judged_questions(3, 1)[0]
    hopeless = dataclasses.replace(one, target=("no such answer",))
    assert with_soft_answering(examples(3, 1)[:1], {one.id: hopeless}) == []


def test_questions_without_programs_are_left_out_and_the_others_cut() -> None:
    known = examples(3, 1)
    features = {one.id: one.features for one in known} | {"other": known[0].features}
    found = with_programs(features, {one.id: one.programs for one in known}, 3)
    assert [one.id for one in found] == [one.id for one in known]
    assert max(len(one.programs) for one in found) == 3


def test_questions_are_spread_over_the_split() -> None:
    numbers = list(range(10))
    assert spread(numbers, 3) == [0, 4, 9]
    assert spread(numbers, 0) == spread(numbers, 99) == numbers


def test_answers_are_ranked_by_the_summed_probability_of_their_programs() -> None:
    def hypothesis(value: str | float, probability: float, defined: bool = True) -> Hypothesis:
        program = Program((Step("all_rows"), Step("count", (0,))))
        answer = Answer((value,), (), defined)
        score = float(np.log(probability))
        return Hypothesis(program, score, answer, np.zeros((2, 5), dtype=np.int64), (5, 6), score, np.zeros((2, 5)))

    found = [hypothesis("a", 0.4), hypothesis("b", 0.3), hypothesis("B", 0.2), hypothesis(3.0, 0.9, defined=False)]
    assert ranked_answers(found) == [["b"], ["a"]]


def test_the_console_gets_plain_lines_and_the_folder_gets_curves(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reporter = ConsoleReporter(tmp_path)
    reporter.line("epoch 1: loss [1.0]")
    reporter.progress("epoch 1", 1, 2)
    reporter.scalar("loss", 1.0, 1)
    reporter.close()
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.endswith("min  epoch 1: loss [1.0]\n")
    assert len(printed.err.splitlines()) == 1
    assert list(tmp_path.glob("curves/events.out.tfevents.*"))
    assert (tmp_path / "log.txt").read_text(encoding="utf-8") == printed.err
    point = json.loads((tmp_path / "metrics.jsonl").read_text(encoding="utf-8"))
    assert (point["name"], point["step"], point["value"]) == ("loss", 1, 1.0)


def test_a_run_records_every_start_with_its_configuration_and_commit(tmp_path: Path) -> None:
    record_start(tmp_path / "run", TrainingConfig())
    changed = dataclasses.replace(TrainingConfig(), optimisation=OptimisationConfig(epochs=3))
    record_start(tmp_path / "run", changed)
    record = json.loads((tmp_path / "run" / RECORD).read_text(encoding="utf-8"))
    assert [config_from(start["config"]) for start in record["starts"]] == [TrainingConfig(), changed]
    checkout = Path(__file__).resolve().parents[1]
    if (checkout / ".git").exists():
        assert all(len(start["commit"]) == 40 for start in record["starts"])


@pytest.mark.slow
def test_the_synthetic_task_is_learned(tmp_path: Path) -> None:
    config = dataclasses.replace(
        SHORT,
        model=dataclasses.replace(TINY, width=64, encoder_width=32, word_width=32, ngram_width=32),
        optimisation=OptimisationConfig(
            epochs=20,
            batch_size=20,
            warm_up_steps=20,
            learning_rate=4e-3,
            average=0.98,
            beam=3,
            rescore_epochs=5,
            evaluate_every=4,
            patience=0,
            threads=1,
        ),
    )
    data = TrainingData(examples(80, 1), judged_questions(12, 2))
    result = train_on(data, config, tmp_path, resume=False, reporter=SilentReporter())
    assert result.accuracy >= 0.8
