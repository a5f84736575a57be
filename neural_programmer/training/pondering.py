"""What adaptive computation time buys: models trained at several prices of a step, their accuracy and their steps."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from neural_programmer import checkpoint
from neural_programmer.arithmetic import ArithmeticProgrammer
from neural_programmer.data.evaluator import denotation_equal
from neural_programmer.data.features import featurize
from neural_programmer.data.question_types import question_type
from neural_programmer.data.wikitablequestions import WikiTableQuestions, locate
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
from neural_programmer.training.row_training import RowAnswerer, answerable, read_rows

_BATCH = 16


@dataclass(frozen=True)
class PonderPoint:
    """A model that pays ``cost`` for a step: its accuracy, its mean steps and ponder cost (steps and remainder), and
    the mean steps of each kind of question: of arithmetic by the operations that they need, of tables by their type.
    """

    cost: float
    accuracy: float
    steps: float
    ponder: float
    steps_by_kind: Mapping[str, float]


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
        kinds = [f"needs {one.operations}" for one in judged.questions]
        return PonderPoint(cost, result.accuracy, float(steps.mean()), float(costs.mean()), _by_kind(steps, kinds))
    if priced.rows.steps:
        return _of_rows(priced, cost, folder, root, reporter)
    data = read_data(priced, root, reporter)
    soft = priced.optimisation.soft_steps
    data = dataclasses.replace(data, accuracy_of=lambda trained: halting_accuracy(trained, data.judged, soft).accuracy)
    result_of_tables = train_on(data, priced, folder, resume=False, reporter=reporter)
    found = halting_accuracy(checkpoint.load(result_of_tables.folder), data.judged, soft)
    return dataclasses.replace(found, cost=cost)


def _of_rows(
    config: TrainingConfig, cost: float, folder: Path, root: Path | str | None, reporter: Reporter
) -> PonderPoint:
    """Train row programs at a price, and judge those of dev questions."""
    ready = read_rows(config, root, reporter)
    result = train_on(ready.data(config), config, folder, resume=False, reporter=reporter)
    trained = checkpoint.load(result.folder)
    asked = answerable(ready.judged, ready.dev)
    programs = RowAnswerer(trained.model, trained.batcher, config.rows).programs(
        [ready.judged[id_] for id_ in asked], [ready.dev[id_] for id_ in asked]
    )
    steps = np.concatenate([one.taken().numpy() for one in programs]).astype(np.float64)
    ponder = np.concatenate([one.halting.ponder.numpy() for one in programs if one.halting is not None])
    utterances = {one.id: one.utterance for one in WikiTableQuestions(locate(root)).questions(config.data.dev)}
    kinds = [question_type(utterances[id_]) for id_ in asked]
    return PonderPoint(cost, result.accuracy, float(steps.mean()), float(ponder.mean()), _by_kind(steps, kinds))


def _by_kind(steps: NDArray[np.float64], kinds: Sequence[str]) -> dict[str, float]:
    """The mean steps of each kind of question, the most frequent kinds first."""
    return {kind: float(steps[np.array(kinds) == kind].mean()) for kind, _ in Counter(kinds).most_common()}


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
