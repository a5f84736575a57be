"""Fitting the confidence: a logistic regression over evidence, its squares and its products; choosing the threshold."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import NDArray

from neural_programmer.calibration import Products, Scale, Score
from neural_programmer.evidence import EVIDENCE

# The share of right answers that a fitted threshold may withhold.
LOST = 0.045
_PAIRS = tuple(combinations_with_replacement(range(len(EVIDENCE)), 2))
_FAR = 500.0
# Products are many and each says little: they are pulled to 0 more strongly than the evidence itself.
_PULL, _PULL_OF_PRODUCTS = 1.0, 200.0
_STEPS = 200


def fit_confidence(
    evidence: Sequence[Sequence[float]], right: Sequence[bool], unanswerable: Sequence[Sequence[float]] = ()
) -> Score:
    """The map from evidence to how often answers are right; the identity where all or none are right.

    ``unanswerable`` is the evidence for answers to questions that the table does not answer. They count as wrong, and
    together as much as the others, in what the evidence is worth; how sure that makes an answer is then fitted without
    them (Platt 1999, "Probabilistic Outputs for Support Vector Machines"), so that the confidence in answers to
    questions about the table is right.
    """
    if len(set(right)) < 2:
        return Score()
    own, targets = np.asarray(evidence, dtype=np.float64), np.asarray(right, dtype=np.float64)
    if not len(unanswerable):
        return _fitted(own, targets, np.ones(len(own)))
    score = _fitted(
        np.concatenate([own, np.asarray(unanswerable, dtype=np.float64)]),
        np.concatenate([targets, np.zeros(len(unanswerable))]),
        np.concatenate([np.ones(len(own)), np.full(len(unanswerable), len(own) / len(unanswerable))]),
    )
    return agreeing(score, own.tolist(), right)


def agreeing(score: Score, evidence: Sequence[Sequence[float]], right: Sequence[bool]) -> Score:
    """The score with another slope and intercept, so that it says how often such answers are right (Platt 1999); the
    same score where all or none are right.
    """
    if len(set(right)) < 2:
        return score
    totals = np.array([score.total(one) for one in evidence]) - score.intercept
    targets, pull = np.asarray(right, dtype=np.float64), np.array([1e-6, _PULL])
    shift, slope = _newton(
        np.column_stack([np.ones(len(totals)), totals]), targets, np.ones(len(totals)), pull
    ).tolist()
    products = {pair: slope * weight for pair, weight in score.products.weights.items()}
    return Score(
        shift,
        {name: slope * weight for name, weight in score.weights.items()},
        Products(score.products.scales, products),
    )


def losing(scores_of_right: Sequence[float], lost: float = LOST) -> float:
    """The highest threshold, cut to four decimals, below which no more than the share ``lost`` of these scores lies.

    It is 0 where there are none.
    """
    ordered = sorted(scores_of_right) or [0.0]
    return math.floor(ordered[min(int(lost * len(ordered)), len(ordered) - 1)] * 1e4) / 1e4


def _fitted(features: NDArray[np.float64], targets: NDArray[np.float64], mass: NDArray[np.float64]) -> Score:
    """The logistic regression of targets on evidence and products, as weights of evidence as it is."""
    mean, spread = features.mean(axis=0), features.std(axis=0)
    spread[spread < 1e-9] = 1.0
    scales = [Scale(float(one), float(other)) for one, other in zip(mean, spread, strict=True)]
    scaled = np.array(
        [[scale.of(value) for scale, value in zip(scales, row, strict=True)] for row in features.tolist()]
    )
    products = np.column_stack([scaled[:, one] * scaled[:, other] for one, other in _PAIRS])
    standard = np.column_stack([np.ones(len(features)), (features - mean) / spread, products])
    pull = np.concatenate([[1e-6], np.full(len(mean), _PULL), np.full(len(_PAIRS), _PULL_OF_PRODUCTS)])
    coefficients = _newton(standard, targets, mass, pull)
    weights = coefficients[1 : len(mean) + 1] / spread
    intercept = float(coefficients[0] - weights @ mean)
    return Score(
        intercept,
        dict(zip(EVIDENCE, weights.tolist(), strict=True)),
        Products(
            dict(zip(EVIDENCE, scales, strict=True)),
            {
                (EVIDENCE[one], EVIDENCE[other]): weight
                for (one, other), weight in zip(_PAIRS, coefficients[len(mean) + 1 :].tolist(), strict=True)
            },
        ),
    )


def _newton(
    features: NDArray[np.float64], targets: NDArray[np.float64], mass: NDArray[np.float64], pull: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The coefficients; each is pulled to 0 by its ``pull``, which keeps them finite where classes separate."""
    coefficients = np.zeros(features.shape[1])
    for _ in range(_STEPS):
        estimates = 1 / (1 + np.exp(-np.clip(features @ coefficients, -_FAR, _FAR)))
        gradient = features.T @ (mass * (estimates - targets)) + pull * coefficients
        curve = (features * (mass * estimates * (1 - estimates))[:, None]).T @ features + np.diag(pull)
        step = np.linalg.solve(curve, gradient)
        # Far from the best point a whole step can overshoot.
        step *= min(1.0, 1 / np.abs(step).max()) if step.any() else 1.0
        coefficients = coefficients - step
        if np.abs(step).max() < 1e-9:
            break
    return coefficients
