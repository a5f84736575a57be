"""Accuracy by the official rules over every question, in groups and by rank, with calibration and times."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from neural_programmer.answering import Outcome, Progress, Request, answer_in_processes
from neural_programmer.api import NeuralProgrammer
from neural_programmer.data.evaluator import denotation_equal
from neural_programmer.data.question_types import question_type
from neural_programmer.data.wikitablequestions import DatasetError, Question, WikiTableQuestions
from neural_programmer.reliability import Bin, bins_of, calibration_error, surest

RANKS = (5, 10)
_NO_PROGRAM = "(no program)"


class Grouping(StrEnum):
    """By what the questions of a report can be put together."""

    TYPE = "type"
    OPERATION = "operation"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Judgement:
    """One question's outcome against its target; ``rank`` counts from 1 and is ``None`` where no reading was right."""

    question: Question
    outcome: Outcome
    rank: int | None

    @property
    def right(self) -> bool:
        """Whether the best answer is right."""
        return self.rank == 1


@dataclass(frozen=True, slots=True)
class GroupAccuracy:
    """The right answers among the questions of one group."""

    name: str
    questions: int
    right: int
    right_in_top_five: int

    def to_json(self, kind: str) -> dict[str, Any]:
        """The figures as JSON values, the name under the kind of group."""
        return {
            kind: self.name,
            "questions": self.questions,
            "right": self.right,
            "right_in_top_five": self.right_in_top_five,
        }


_NAMES: dict[Grouping, Callable[[Judgement], str]] = {
    Grouping.TYPE: lambda judgement: str(question_type(judgement.question.utterance)),
    Grouping.OPERATION: lambda judgement: judgement.outcome.operation or _NO_PROGRAM,
    Grouping.TABLE: lambda judgement: judgement.question.context,
}


@dataclass(frozen=True)
class Report:
    """Figures over all the questions asked.

    An abstention's best reading counts in the accuracies, whose denominator never shrinks.
    """

    judgements: Sequence[Judgement]

    def right_within(self, rank: int) -> int:
        """How many questions had the right answer among the first ``rank`` different answers."""
        return sum(judgement.rank is not None and judgement.rank <= rank for judgement in self.judgements)

    def accuracy(self, rank: int = 1) -> float:
        """The share of all questions with the right answer among the first ``rank`` different answers."""
        return self.right_within(rank) / len(self.judgements)

    @property
    def standard_error(self) -> float:
        """The standard error of the accuracy of the best answer."""
        accuracy = self.accuracy()
        return math.sqrt(accuracy * (1 - accuracy) / len(self.judgements))

    @property
    def abstained(self) -> float:
        """The share of questions whose answer was withheld."""
        return sum(judgement.outcome.abstained for judgement in self.judgements) / len(self.judgements)

    @property
    def accuracy_of_answered(self) -> float | None:
        """The accuracy among the questions that were answered; ``None`` where none was."""
        answered = [judgement.right for judgement in self.judgements if not judgement.outcome.abstained]
        return sum(answered) / len(answered) if answered else None

    @property
    def right_withheld(self) -> float | None:
        """The share of the right answers that were withheld; ``None`` where there are none."""
        withheld = [judgement.outcome.abstained for judgement in self.judgements if judgement.right]
        return sum(withheld) / len(withheld) if withheld else None

    def by(self, grouping: Grouping) -> list[GroupAccuracy]:
        """The accuracy of each group that occurs, the largest first; tables with the most wrong answers first."""
        ranks: dict[str, list[int | None]] = {}
        for judgement in self.judgements:
            ranks.setdefault(_NAMES[grouping](judgement), []).append(judgement.rank)
        rows = [
            GroupAccuracy(name, len(found), found.count(1), sum(rank is not None and rank <= 5 for rank in found))
            for name, found in ranks.items()
        ]
        if grouping is Grouping.TABLE:
            return sorted(rows, key=lambda row: (row.right - row.questions, row.right / row.questions, row.name))
        return sorted(rows, key=lambda row: (-row.questions, row.name))

    @property
    def confidences(self) -> list[float]:
        """The confidence of every question, 0 where there is no reading."""
        return [judgement.outcome.confidence for judgement in self.judgements]

    @property
    def rights(self) -> list[bool]:
        """Whether every question's best answer is right."""
        return [judgement.right for judgement in self.judgements]

    @property
    def bins(self) -> list[Bin]:
        """Bins of equal numbers of questions, the least confident first."""
        return bins_of(self.confidences, self.rights)

    @property
    def calibration_error(self) -> float:
        """The expected calibration error: how far confidence is from accuracy, over bins of equal mass."""
        return calibration_error(self.bins)

    def accuracy_of_surest(self, share: float) -> float:
        """The accuracy of this share of the questions, those with the highest confidence."""
        return surest(self.confidences, self.rights, share)

    def milliseconds(self, percentile: float) -> float:
        """A percentile of the time of one question, its table being prepared, in milliseconds."""
        return float(np.percentile([judgement.outcome.seconds for judgement in self.judgements], percentile)) * 1000

    @property
    def questions_a_second(self) -> float:
        """How many questions one process answers in a second, their tables being prepared."""
        return len(self.judgements) / max(sum(judgement.outcome.seconds for judgement in self.judgements), 1e-9)

    def to_json(self, groupings: Sequence[Grouping] = (Grouping.TYPE,)) -> dict[str, Any]:
        """The figures as JSON values."""
        return {
            "questions": len(self.judgements),
            "right": self.right_within(1),
            "accuracy": self.accuracy(),
            "standard_error": self.standard_error,
            **{f"top_{rank}_accuracy": self.accuracy(rank) for rank in RANKS},
            "abstained": self.abstained,
            "accuracy_of_answered": self.accuracy_of_answered,
            "right_withheld": self.right_withheld,
            "calibration_error": self.calibration_error,
            "accuracy_of_surest_half": self.accuracy_of_surest(0.5),
            "accuracy_of_surest_tenth": self.accuracy_of_surest(0.1),
            "milliseconds": {"median": self.milliseconds(50), "p95": self.milliseconds(95)},
            "questions_a_second": self.questions_a_second,
            **{f"by_{grouping}": [row.to_json(str(grouping)) for row in self.by(grouping)] for grouping in groupings},
        }


def judge(questions: Sequence[Question], outcomes: Sequence[Outcome]) -> Report:
    """The report of outcomes, one a question in the same order; raises `DatasetError` where a target is absent."""
    if not questions:
        raise DatasetError("there are no questions to evaluate")
    return Report([_judgement(question, outcome) for question, outcome in zip(questions, outcomes, strict=True)])


def _judgement(question: Question, outcome: Outcome) -> Judgement:
    target, canonical = require_target(question), question.canonical
    ranks = (
        rank
        for rank, reading in enumerate(outcome.readings, start=1)
        if denotation_equal(target, reading.items, canonical)
    )
    return Judgement(question, outcome, next(ranks, None))


def require_target(question: Question) -> tuple[str, ...]:
    """The question's target; raises `DatasetError` where it has none."""
    if question.target is None:
        raise DatasetError(f"question {question.id} has no targetValue, so its answer cannot be judged; use `predict`")
    return question.target


def evaluate(
    programmer: NeuralProgrammer,
    questions: Sequence[Question],
    dataset: WikiTableQuestions,
    *,
    progress: Progress | None = None,
) -> Report:
    """The report of a model on questions of a dataset, in this process."""
    for question in questions:
        require_target(question)
    outcomes = answer_in_processes(
        lambda: programmer, dataset, questions, Request(readings=max(RANKS)), progress=progress
    )
    return judge(questions, outcomes)
