"""What adaptive computation time buys: models trained at several prices of a step, their accuracy and their steps."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from neural_programmer import checkpoint
from neural_programmer.arithmetic import ArithmeticProgrammer
from neural_programmer.data.evaluator import denotation_equal
from neural_programmer.data.features import featurize
from neural_programmer.execution.exact import answer
from neural_programmer.language.program import Program
from neural_programmer.language.validation import InvalidProgramError, validate
from neural_programmer.model.soft_decoding import decided_program
from neural_programmer.model.soft_steps import soft_program
from neural_programmer.operations.registry import REGISTRY
from neural_programmer.response import answer_items
from neural_programmer.training.arithmetic import held_out, train_arithmetic
from neural_programmer.training.config import TrainingConfig
from neural_programmer.training.examples import JudgedQuestion
from neural_programmer.training.one_model import read_data, train_on
from neural_programmer.training.reporting import Reporter

_BATCH = 16


@dataclass(frozen=True)
class PonderPoint:
    """A model that pays ``cost`` for a step: its accuracy, its mean steps and ponder cost (steps and remainder), and
    the mean steps of questions of arithmetic by the operations that they need.
    """

    cost: float
    accuracy: float
    steps: float
    ponder: float
    steps_by_need: Mapping[int, float]


def with_cost(config: TrainingConfig, cost: float) -> TrainingConfig:
    """The configuration for a controller that halts by itself and pays so much for a step."""
    return dataclasses.replace(
        config,
        model=dataclasses.replace(config.model, halting="adaptive"),
        optimisation=dataclasses.replace(config.optimisation, objective="soft", ponder_cost=cost),
    )


def ponder_point(
    config: TrainingConfig, cost: float, folder: Path, root: Path | str | None, reporter: Reporter
) -> PonderPoint:
    """Train at a price and judge: on held-out questions of arithmetic, or on the dev questions of the tables."""
    priced = with_cost(config, cost)
    if priced.arithmetic.questions:
        result = train_arithmetic(priced, folder, resume=False, reporter=reporter)
        programmer = ArithmeticProgrammer.load(result.run.folder)
        judged = held_out(priced)
        steps, costs = programmer.ponder(judged.readings)
        needs = np.array([one.operations for one in judged.questions])
        by_need = {need: float(steps[needs == need].mean()) for need in sorted(set(needs.tolist()))}
        return PonderPoint(cost, result.accuracy, float(steps.mean()), float(costs.mean()), by_need)
    data = read_data(priced, root, reporter)
    soft = priced.optimisation.soft_steps
    data = dataclasses.replace(data, accuracy_of=lambda trained: halting_accuracy(trained, data.judged, soft).accuracy)
    result_of_tables = train_on(data, priced, folder, resume=False, reporter=reporter)
    found = halting_accuracy(checkpoint.load(result_of_tables.folder), data.judged, soft)
    return dataclasses.replace(found, cost=cost)


@torch.no_grad()
def halting_accuracy(trained: checkpoint.TrainedModel, questions: Sequence[JudgedQuestion], steps: int) -> PonderPoint:
    """How the decided soft programs of a halting model do on questions about tables; every question counts."""
    model = trained.model.eval()
    right, lengths, costs = [], [], []
    for start in range(0, len(questions), _BATCH):
        some = questions[start : start + _BATCH]
        features = [featurize(one.grounding, one.linking, one.candidates) for one in some]
        program = soft_program(model, model.encode(trained.batcher.batch(features)), steps, hard=True)
        for at, question in enumerate(some):
            decided = decided_program(program.steps, at, model.grammar, question.candidates)
            right.append(_is_right(decided, question))
            lengths.append(len(decided) - 1)
        if program.halting is not None:
            costs += program.halting.ponder.tolist()
    return PonderPoint(0.0, float(np.mean(right)), float(np.mean(lengths)), float(np.mean(costs or [0.0])), {})


def _is_right(program: Program, question: JudgedQuestion) -> bool:
    try:
        validate(program, REGISTRY, question.grounding.table)
    except InvalidProgramError:
        return False
    found = answer(program, question.grounding)
    return found.defined and denotation_equal(question.target, answer_items(program, found.values))
