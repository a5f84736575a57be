"""Training on arithmetic: made-up questions, only their numbers as supervision, soft execution end to end."""

from __future__ import annotations

import dataclasses
import json
import math
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from neural_programmer import checkpoint
from neural_programmer.arithmetic import ArithmeticProgrammer, is_right
from neural_programmer.data.arithmetic import ArithmeticQuestion, arithmetic_questions
from neural_programmer.data.arithmetic_reading import ArithmeticReading, read_arithmetic
from neural_programmer.operations.registry import ARITHMETIC
from neural_programmer.recording import RECORDING
from neural_programmer.search.goal import Goal
from neural_programmer.training.config import TrainingConfig
from neural_programmer.training.examples import Example, without_programs
from neural_programmer.training.lessons import Lessons
from neural_programmer.training.one_model import TrainingData, TrainingResult, train_on
from neural_programmer.training.reporting import Reporter
from neural_programmer.training.soft_training import SoftAnswering
from neural_programmer.training.trainer import Trainer

# The questions whose programs are recorded along a run.
WATCHED = (
    "12 plus 7, times the sum of 3 and 4",
    "subtract 8 from 50",
    "the product of 6 and the difference between 30 and 12",
    "take 90 and divide it by 15, then add 4, minus 2",
)
# After which steps: further and further apart.
_RECORDED = frozenset({1, *(round(10 * 1.35**number) for number in range(40))})
_JUDGED_WHILE_RECORDING = 100
# So many questions are worth several processes to read them.
_MANY = 2_000


@dataclass(frozen=True)
class ArithmeticResult:
    """A run, and the shares of held-out questions that the finished model answers, by the number of operations."""

    run: TrainingResult
    accuracy: float
    by_operations: dict[int, float]
    held_out: int


@dataclass(frozen=True, eq=False)
class ArithmeticSet:
    """Questions with their readings."""

    questions: Sequence[ArithmeticQuestion]
    readings: Sequence[ArithmeticReading]

    @staticmethod
    def of(questions: Sequence[ArithmeticQuestion], processes: int = 1) -> ArithmeticSet:
        """The questions, read, by several processes where they are many."""
        texts = [one.text for one in questions]
        if processes == 1 or len(texts) < _MANY:
            return ArithmeticSet(questions, [read_arithmetic(text) for text in texts])
        with ProcessPoolExecutor(processes) as pool:
            return ArithmeticSet(questions, list(pool.map(read_arithmetic, texts, chunksize=_MANY // 4)))

    def examples(self) -> list[Example]:
        """What the soft objective learns from."""
        features = {f"arithmetic-{number}": one.features for number, one in enumerate(self.readings)}
        return [
            dataclasses.replace(example, soft=SoftAnswering(None, reading.candidates, Goal(1, {}, question.answer)))
            for example, reading, question in zip(
                without_programs(features), self.readings, self.questions, strict=True
            )
        ]

    def right(self, programmer: ArithmeticProgrammer) -> list[bool]:
        """Which of the questions are answered rightly."""
        values = programmer.values(self.readings)
        return [is_right(value, one.answer) for value, one in zip(values.tolist(), self.questions, strict=True)]


def held_out(config: TrainingConfig) -> ArithmeticSet:
    """The questions over larger numbers than any that the model learns from."""
    made = config.arithmetic
    return ArithmeticSet.of(
        arithmetic_questions(
            made.held_out,
            config.optimisation.seed,
            least=made.most + 1,
            most=made.held_out_most,
            operations=made.operations,
        )
    )


def train_arithmetic(config: TrainingConfig, folder: Path, *, resume: bool, reporter: Reporter) -> ArithmeticResult:
    """Train on made-up questions; the model is in ``folder``/model, and ``RECORDING`` shows how it came about.

    Raises ``ResumeError``.
    """
    made, optimisation = config.arithmetic, config.optimisation
    everything = arithmetic_questions(
        made.questions + made.dev_questions,
        optimisation.seed,
        most=made.most,
        operations=made.operations,
        mostly_long=True,
    )
    learned = ArithmeticSet.of(
        [one for one in everything[: made.questions] if one.text not in WATCHED], optimisation.processes
    )
    dev = ArithmeticSet.of(everything[made.questions :])
    reporter.line(f"{len(learned.questions)} questions with numbers up to {made.most}, and only their answers")
    folder.mkdir(parents=True, exist_ok=True)
    recorder = _Recorder(folder / RECORDING, dev, optimisation.soft_steps, resume)

    def accuracy_of(trained: checkpoint.TrainedModel) -> float:
        return float(np.mean(dev.right(ArithmeticProgrammer(trained.model, trained.batcher, optimisation.soft_steps))))

    short = np.array([one.operations < made.operations for one in learned.questions])
    data = TrainingData(
        learned.examples(),
        (),
        operations=tuple(ARITHMETIC),
        accuracy_of=accuracy_of,
        watch=recorder.watch,
        lessons=Lessons(made.lessons if short.any() else 0, np.flatnonzero(short), made.practice),
    )
    run = train_on(data, config, folder, resume=resume, reporter=reporter)
    trained = checkpoint.load(run.folder)
    judged = held_out(config)
    right = np.array(judged.right(ArithmeticProgrammer(trained.model, trained.batcher, optimisation.soft_steps)))
    operations = np.array([one.operations for one in judged.questions])
    found = ArithmeticResult(
        run,
        float(right.mean()),
        {number: float(right[operations == number].mean()) for number in sorted(set(operations.tolist()))},
        len(right),
    )
    notes = {**trained.notes, "soft_steps": optimisation.soft_steps, "held_out_accuracy": found.accuracy}
    checkpoint.save(run.folder, trained, notes=notes)
    return found


class _Recorder:
    """Writes down what the model weighs for a few questions while it learns."""

    def __init__(self, path: Path, dev: ArithmeticSet, steps: int, resume: bool) -> None:
        self.path = path
        self.dev = ArithmeticSet(dev.questions[:_JUDGED_WHILE_RECORDING], dev.readings[:_JUDGED_WHILE_RECORDING])
        self.steps = steps
        self.readings = [read_arithmetic(text) for text in WATCHED]
        self.checkpoints: list[dict[str, Any]] = []
        if resume and path.is_file():
            self.checkpoints = json.loads(path.read_text(encoding="utf-8"))["checkpoints"]

    def watch(self, trainer: Trainer) -> None:
        """Record the model as it is now, if it is time for it."""
        step = trainer.step
        if step not in _RECORDED or (self.checkpoints and self.checkpoints[-1]["step"] >= step):
            return
        programmer = ArithmeticProgrammer(trainer.best_model, trainer.batcher, self.steps)
        self.checkpoints.append(
            {
                "step": step,
                "seconds": round(trainer.progress.seconds, 1),
                "accuracy": round(float(np.mean(self.dev.right(programmer))), 4),
                "programs": [
                    {
                        "value": None if math.isnan(answer.value) else answer.value,
                        "steps": [one.to_json() for one in answer.weighed],
                    }
                    for answer in programmer.answers(self.readings)
                ],
            }
        )
        self._write()

    def _write(self) -> None:
        recorded = {
            "questions": [
                {"text": one.text, "numbers": [float(str(c.values[0])) for c in one.candidates.constants]}
                for one in self.readings
            ],
            "checkpoints": self.checkpoints,
        }
        partial = self.path.with_suffix(".partial")
        partial.write_text(json.dumps(recorded, indent=1) + "\n", encoding="utf-8")
        os.replace(partial, self.path)
