"""Settings fitted to what a model answered, and the same tried on tables that a fit has not seen."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from neural_programmer.answering import Outcome
from neural_programmer.calibration import AskingSettings, Score
from neural_programmer.confidence_fitting import agreeing, fit_confidence, losing
from neural_programmer.evaluation import Judgement, Report
from neural_programmer.reliability import bins_of, calibration_error, surest

_FOLDS = 5


@dataclass(frozen=True)
class Asked:
    """Questions asked of their own tables, and the same questions, in the same order, asked of other tables."""

    own: Report
    mispaired: Sequence[Outcome]


@dataclass(frozen=True, slots=True)
class CrossFitted:
    """Figures of fits on other tables: calibration, the surest half, abstentions and what they cost."""

    folds: int
    calibration_error: float
    surest_half: float
    mispaired: float
    right_lost: float


def fit(asked: Asked, threshold: float | None = None, weights: Score | None = None) -> AskingSettings:
    """The settings for a model that answered so, with the threshold if one is given.

    With ``weights`` the evidence keeps what it weighs there, and only slope and intercept are fitted.
    """
    return _fit(asked.own.judgements, asked.mispaired, threshold, weights)


def _fit(
    own: Sequence[Judgement], mispaired: Sequence[Outcome], threshold: float | None, weights: Score | None
) -> AskingSettings:
    answered = [judgement for judgement in own if judgement.outcome.readings]
    evidence = [judgement.outcome.evidence for judgement in answered]
    right = [judgement.right for judgement in answered]
    foreign = [outcome.evidence for outcome in mispaired if outcome.readings]
    confidence = fit_confidence(evidence, right, foreign) if weights is None else agreeing(weights, evidence, right)
    if threshold is None:
        threshold = losing([confidence.of(one.outcome.evidence) for one in answered if one.right])
    return AskingSettings(confidence, threshold)


def cross_fitted(asked: Asked, weights: Score | None = None) -> CrossFitted:
    """The figures of every table under settings fitted to other tables; ``ValueError`` where there are too few.

    A question of another table counts with the fold of the table it came from, and that table's fit has seen neither.
    """
    own = asked.own.judgements
    folds = [zlib.crc32(judgement.question.context.encode()) % _FOLDS for judgement in own]
    confidences, rights = [], []
    abstained, lost = [], []
    for fold in sorted(set(folds)):
        inside = [at for at, number in enumerate(folds) if number == fold]
        outside = [at for at, number in enumerate(folds) if number != fold]
        if not outside:
            raise ValueError("expected questions about more tables: all of them fall into one part")
        settings = _fit([own[at] for at in outside], [asked.mispaired[at] for at in outside], None, weights)
        for at in inside:
            confidence, other = _confidence(settings, own[at].outcome), _confidence(settings, asked.mispaired[at])
            confidences.append(confidence)
            rights.append(own[at].right)
            abstained.append(other < settings.threshold)
            if own[at].right:
                lost.append(confidence < settings.threshold)
    return CrossFitted(
        folds=len(set(folds)),
        calibration_error=calibration_error(bins_of(confidences, rights)),
        surest_half=surest(confidences, rights, 0.5),
        mispaired=sum(abstained) / len(abstained),
        right_lost=sum(lost) / max(1, len(lost)),
    )


def _confidence(settings: AskingSettings, outcome: Outcome) -> float:
    return settings.confidence.of(outcome.evidence) if outcome.readings else 0.0
