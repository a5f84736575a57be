"""Training the 2017 Neural Programmer: soft execution of its own programs while it learns, the likeliest to answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from neural_programmer.checkpoint import ROW_STEPS, TrainedModel
from neural_programmer.data.batches import Batcher
from neural_programmer.data.features import Features
from neural_programmer.data.wikitablequestions import WikiTableQuestions, locate
from neural_programmer.execution.row_selector import OPERATIONS, RowTables
from neural_programmer.model.encoders import Encoded
from neural_programmer.model.programmer import Programmer
from neural_programmer.model.row_programs import RowProgram, row_program
from neural_programmer.training.config import RowConfig, TrainingConfig
from neural_programmer.training.examples import Example, features_of, spread, without_programs
from neural_programmer.training.one_model import TrainingData
from neural_programmer.training.reporting import Reporter
from neural_programmer.training.row_examples import RowQuestion, row_questions
from neural_programmer.training.row_objective import RowObjective, RowTargets

_BATCH = 64


@dataclass(frozen=True, eq=False)
class RowAnswerer:
    """Answers questions by the likeliest row programs."""

    model: Programmer
    batcher: Batcher
    config: RowConfig

    @torch.no_grad()
    def programs(self, features: Sequence[Features], questions: Sequence[RowQuestion]) -> Iterator[RowProgram]:
        """The likeliest programs of questions, one batch after the other."""
        self.model.eval()
        config = self.config
        for start in range(0, len(questions), _BATCH):
            encoded = self.model.encode(self.batcher.batch(features[start : start + _BATCH]))
            tables = RowTables.collate([one.table for one in questions[start : start + _BATCH]])
            yield row_program(self.model, encoded, tables, config.steps, columns=config.columns, hard=True)

    def answers(self, features: Sequence[Features], questions: Sequence[RowQuestion]) -> list[list[str]]:
        """The items that each question's program gives; none where it selects no cell."""
        found: list[list[str]] = []
        for program in self.programs(features, questions):
            answer = program.likeliest()
            for at, question in enumerate(questions[len(found) : len(found) + len(answer.rows)]):
                if answer.counted[at] > answer.printed[at]:
                    found.append([str(round(float(answer.number[at])))])
                else:
                    rows = answer.rows[at, : len(question.table.countable)].numpy() > 0.5
                    found.append(question.items(int(answer.column[at].argmax()), rows))
        return found


def row_loss(
    model: Programmer, encoded: Encoded, questions: Sequence[RowQuestion], config: RowConfig, ponder_cost: float = 0.0
) -> Tensor:
    """``Float[batch]``: the loss of the soft programs of a batch.

    Where the controller halts by itself, that to be expected from the answers at which programs may halt, and the price
    of their steps (Graves 2016, equation 13).
    """
    tables = RowTables.collate([one.table for one in questions])
    program = row_program(model, encoded, tables, config.steps, columns=config.columns)
    objective = RowObjective(config.most_scalar, config.lookup_weight, config.sharpness)
    targets = RowTargets.collate([one.goal for one in questions])
    losses = torch.stack([objective(answer, targets) for answer in program.answers], dim=1)
    loss = (program.shares * losses).sum(dim=1)
    return loss if program.halting is None else loss + ponder_cost * program.halting.ponder


def row_data(
    examples: Sequence[Example],
    questions: Mapping[str, RowQuestion],
    judged: Mapping[str, Features],
    dev: Mapping[str, RowQuestion],
    config: RowConfig,
    ponder_cost: float = 0.0,
) -> TrainingData:
    """What a run learns from and is judged by; every step costs ``ponder_cost`` where the controller halts by itself.

    Left out of learning: answers that are no number and stand in no column, and tables of many rows.
    """
    learned = [
        one
        for one in examples
        if len(one.features.column_kinds)
        and questions[one.id].goal.reachable
        and len(questions[one.id].table.countable) <= config.rows
    ]

    def loss_of(model: Programmer, encoded: Encoded, some: Sequence[Example]) -> Tensor:
        return row_loss(model, encoded, [questions[one.id] for one in some], config, ponder_cost)

    def accuracy_of(trained: TrainedModel) -> float:
        asked = answerable(judged, dev)
        ready = [dev[id_] for id_ in asked]
        found = RowAnswerer(trained.model, trained.batcher, config).answers([judged[id_] for id_ in asked], ready)
        right = sum(question.is_right(items) for question, items in zip(ready, found, strict=True))
        return right / max(1, len(dev))

    return TrainingData(
        learned,
        (),
        operations=tuple(OPERATIONS.values()),
        accuracy_of=accuracy_of if dev else None,
        loss_of=loss_of,
        notes={ROW_STEPS: config.steps},
    )


def answerable(judged: Mapping[str, Features], dev: Mapping[str, RowQuestion]) -> list[str]:
    """The questions with any column, those of like tables together: the longest makes room for itself in a batch."""
    return sorted((id_ for id_ in dev if len(judged[id_].column_kinds)), key=lambda id_: len(dev[id_].table.countable))


@dataclass(frozen=True, eq=False)
class RowSplits:
    """The questions of the configured splits: to learn from ``features`` and ``questions``, to be judged by ``judged``
    and ``dev``.
    """

    features: Mapping[str, Features]
    questions: Mapping[str, RowQuestion]
    judged: Mapping[str, Features]
    dev: Mapping[str, RowQuestion]

    def data(self, config: TrainingConfig) -> TrainingData:
        """What a run with this configuration learns from and is judged by."""
        price = config.optimisation.ponder_cost
        return row_data(without_programs(self.features), self.questions, self.judged, self.dev, config.rows, price)


def read_row_data(config: TrainingConfig, root: Path | str | None, reporter: Reporter) -> TrainingData:
    """The questions of the configured splits as a run learns from them and is judged by them."""
    splits = read_rows(config, root, reporter)
    data = splits.data(config)
    reporter.line(f"{len(data.examples)} of {len(splits.questions)} questions of {config.data.train} are learned from")
    return data


def read_rows(config: TrainingConfig, root: Path | str | None, reporter: Reporter) -> RowSplits:
    """The questions of the configured splits, from the cache where they are."""
    dataset = WikiTableQuestions(locate(root))
    processes = config.optimisation.processes
    found = []
    for split, count in ((config.data.train, config.data.questions), (config.data.dev, config.data.dev_questions)):
        asked = spread(dataset.questions(split), count) if split else []
        features = features_of(
            dataset,
            asked,
            processes=processes,
            progress=lambda done, total: reporter.progress("reading tables", done, total),
        )
        ready = row_questions(
            dataset,
            asked,
            processes=processes,
            progress=lambda done, total: reporter.progress("preparing rows", done, total),
        )
        found.append((features, ready))
    (features, questions), (judged, dev) = found
    return RowSplits(features, questions, judged, dev)
