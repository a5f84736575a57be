"""Accuracy by the official rules over every question, by question type and by rank, with times and abstentions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from neural_programmer.answering import Outcome, Progress, Request, answer_in_processes
from neural_programmer.api import NeuralProgrammer
from neural_programmer.data.evaluator import denotation_equal
from neural_programmer.data.question_types import QuestionType, question_type
from neural_programmer.data.wikitablequestions import DatasetError, Question, WikiTableQuestions

RANKS = (5, 10)


@dataclass(frozen=True, slots=True)
class Judgement:
    """One question's outcome against its target; ``rank`` counts from 1 and is ``None`` where no reading was right."""

    question: Question
    outcome: Outcome
    rank: int | None


@dataclass(frozen=True, slots=True)
class TypeAccuracy:
    """The right answers among the questions of one type."""

    type: QuestionType
    questions: int
    right: int
    right_in_top_five: int


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
        answered = [judgement.rank == 1 for judgement in self.judgements if not judgement.outcome.abstained]
        return sum(answered) / len(answered) if answered else None

    @property
    def by_type(self) -> list[TypeAccuracy]:
        """The accuracy of each type that occurs, the most frequent first."""
        ranks: dict[QuestionType, list[int | None]] = {}
        for judgement in self.judgements:
            ranks.setdefault(question_type(judgement.question.utterance), []).append(judgement.rank)
        rows = [
            TypeAccuracy(kind, len(of_type), of_type.count(1), sum(rank is not None and rank <= 5 for rank in of_type))
            for kind, of_type in ranks.items()
        ]
        return sorted(rows, key=lambda row: (-row.questions, row.type))

    @property
    def calibration_error(self) -> float:
        """The expected calibration error: how far confidence is from accuracy, over ten bins of confidence."""
        confidences = np.array([judgement.outcome.confidence for judgement in self.judgements])
        right = np.array([judgement.rank == 1 for judgement in self.judgements])
        bins = np.minimum((confidences * 10).astype(int), 9)
        gaps = [abs(float(np.sum(right[bins == b]) - np.sum(confidences[bins == b]))) for b in range(10)]
        return sum(gaps) / len(self.judgements)

    def milliseconds(self, percentile: float) -> float:
        """A percentile of the time of one question, its table being prepared, in milliseconds."""
        return float(np.percentile([judgement.outcome.seconds for judgement in self.judgements], percentile)) * 1000

    def to_json(self) -> dict[str, Any]:
        """The figures as JSON values."""
        return {
            "questions": len(self.judgements),
            "right": self.right_within(1),
            "accuracy": self.accuracy(),
            "standard_error": self.standard_error,
            **{f"top_{rank}_accuracy": self.accuracy(rank) for rank in RANKS},
            "abstained": self.abstained,
            "accuracy_of_answered": self.accuracy_of_answered,
            "calibration_error": self.calibration_error,
            "milliseconds": {"median": self.milliseconds(50), "p95": self.milliseconds(95)},
            "by_type": [
                {
                    "type": str(row.type),
                    "questions": row.questions,
                    "right": row.right,
                    "right_in_top_five": row.right_in_top_five,
                }
                for row in self.by_type
            ],
        }


def judge(questions: Sequence[Question], outcomes: Sequence[Outcome]) -> Report:
    """The report of outcomes, one a question in the same order; raises `DatasetError` where a target is absent."""
    if not questions:
        raise DatasetError("there are no questions to evaluate")
    return Report([_judgement(question, outcome) for question, outcome in zip(questions, outcomes, strict=True)])


def _judgement(question: Question, outcome: Outcome) -> Judgement:
    target, canonical = require_target(question), question.canonical
    ranks = (rank for rank, items in enumerate(outcome.readings, start=1) if denotation_equal(target, items, canonical))
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
