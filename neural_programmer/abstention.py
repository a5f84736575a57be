"""How well a model tells questions that its table answers from those that it does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from neural_programmer.answering import Outcome
from neural_programmer.confidence_fitting import losing
from neural_programmer.evaluation import Report

_LOST = (0.01, 0.02, 0.03, 0.04, 0.05, 0.075, 0.1)


@dataclass(frozen=True, slots=True)
class AtThreshold:
    """What a threshold does: the shares abstained of mispaired and off-topic questions, and of right answers lost."""

    threshold: float
    mispaired: float
    off_topic: float
    right_lost: float
    withheld: float


@dataclass(frozen=True)
class AbstentionReport:
    """Questions of their own tables, the same of other tables, and questions about no table."""

    own: Report
    mispaired: Sequence[Outcome]
    off_topic: Sequence[Outcome]

    def at(self, threshold: float) -> AtThreshold:
        """The shares at a threshold; a question without a reading counts as abstained, whatever the threshold."""
        outcomes = [judgement.outcome for judgement in self.own.judgements]
        return AtThreshold(
            threshold,
            _below(self.mispaired, threshold),
            _below(self.off_topic, threshold),
            _below([judgement.outcome for judgement in self.own.judgements if judgement.right], threshold),
            _below(outcomes, threshold),
        )

    @property
    def sweep(self) -> list[AtThreshold]:
        """What the thresholds do that lose given shares of the right answers."""
        right = [judgement.outcome.confidence for judgement in self.own.judgements if judgement.right]
        return [self.at(losing(right, lost)) for lost in _LOST] if right else []

    def to_json(self, threshold: float) -> dict[str, Any]:
        """The figures as JSON values."""
        return {
            "questions": len(self.own.judgements),
            "mispaired_questions": len(self.mispaired),
            "off_topic_questions": len(self.off_topic),
            "at_threshold": _json(self.at(threshold)),
            "sweep": [_json(one) for one in self.sweep],
        }


def _json(one: AtThreshold) -> dict[str, float]:
    return {
        "threshold": one.threshold,
        "mispaired_abstained": one.mispaired,
        "off_topic_abstained": one.off_topic,
        "right_answers_lost": one.right_lost,
        "own_withheld": one.withheld,
    }


def _below(outcomes: Sequence[Outcome], threshold: float) -> float:
    below = [not outcome.readings or outcome.confidence < threshold for outcome in outcomes]
    return sum(below) / max(1, len(below))
