"""Confidence that means something: a logistic regression over the evidence for an answer; when to abstain."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neural_programmer.evidence import EVIDENCE

SETTINGS = "calibration.json"
# The share of right answers that a fitted threshold may withhold.
LOST = 0.045
_FAR = 500.0
_PULL = 1.0
_STEPS = 200
_KEYS = {"confidence", "threshold"}
_FORMER_KEYS = {"slope", "intercept", "unused", "threshold"}


@dataclass(frozen=True)
class Score:
    """A probability from evidence: the logistic function of an intercept and of weighed evidence, by its names.

    Without weights of its own it is the probability of the answer as the model gives it.
    """

    intercept: float = 0.0
    weights: Mapping[str, float] = field(default_factory=lambda: {"log_odds": 1.0})

    def of(self, evidence: Sequence[float]) -> float:
        """The probability, from 0 to 1; ``evidence`` is in the order of `evidence.EVIDENCE`."""
        total = self.intercept
        for name, value in zip(EVIDENCE, evidence, strict=True):
            total += self.weights.get(name, 0.0) * value
        return 1 / (1 + math.exp(-total)) if total >= 0 else math.exp(total) / (1 + math.exp(total))


@dataclass(frozen=True)
class AskingSettings:
    """What a checkpoint says of how to use it: its confidence in answers, and the one below which it abstains."""

    confidence: Score = field(default_factory=Score)
    threshold: float = 0.0


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
    totals = own @ np.array([score.weights[name] for name in EVIDENCE])
    shift, slope = _newton(np.column_stack([np.ones(len(own)), totals]), targets, np.ones(len(own)))
    return Score(float(shift), {name: float(slope) * weight for name, weight in score.weights.items()})


def losing(scores_of_right: Sequence[float], lost: float = LOST) -> float:
    """The highest threshold, cut to four decimals, below which no more than the share ``lost`` of these scores lies.

    It is 0 where there are none.
    """
    ordered = sorted(scores_of_right) or [0.0]
    return math.floor(ordered[min(int(lost * len(ordered)), len(ordered) - 1)] * 1e4) / 1e4


def _fitted(features: NDArray[np.float64], targets: NDArray[np.float64], mass: NDArray[np.float64]) -> Score:
    """The logistic regression of targets on evidence, as weights of evidence as it is."""
    mean, spread = features.mean(axis=0), features.std(axis=0)
    spread[spread < 1e-9] = 1.0
    standard = np.column_stack([np.ones(len(features)), (features - mean) / spread])
    coefficients = _newton(standard, targets, mass)
    weights = coefficients[1:] / spread
    intercept = float(coefficients[0] - weights @ mean)
    return Score(intercept, dict(zip(EVIDENCE, weights.tolist(), strict=True)))


def _newton(
    features: NDArray[np.float64], targets: NDArray[np.float64], mass: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The coefficients, the first that of a constant; a pull to 0 keeps the others finite where classes separate."""
    pull = np.full(features.shape[1], _PULL)
    pull[0] = 1e-6
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


class CalibrationError(ValueError):
    """A checkpoint's file of settings is damaged; the message says what was expected."""


def read_settings(folder: Path) -> AskingSettings:
    """The settings kept in a checkpoint's folder; the defaults where it has none. Raises ``CalibrationError``.

    Files of version 0.1, which had three numbers for the confidence, are read too.
    """
    path = folder / SETTINGS
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return AskingSettings()
    except (OSError, ValueError) as error:
        raise CalibrationError(f"cannot read {path}: {error}") from error
    if not isinstance(values, dict) or set(values) not in (_KEYS, _FORMER_KEYS):
        raise CalibrationError(f"{path} must be an object with the keys {', '.join(sorted(_KEYS))}")
    threshold = values["threshold"]
    if not _is_finite(threshold) or not 0 <= threshold <= 1:
        raise CalibrationError(f"{path}: expected a threshold from 0 to 1, but found {threshold!r}")
    if set(values) == _FORMER_KEYS:
        weights = {"log_odds": values["slope"], "unused": values["unused"]}
        former = _score({"intercept": values["intercept"], "weights": weights}, path)
        if former.weights["log_odds"] <= 0 or former.weights["unused"] > 0:
            raise CalibrationError(f"{path}: expected a slope above 0 and unused of at most 0")
        return AskingSettings(former, threshold)
    return AskingSettings(_score(values["confidence"], path), threshold)


def _score(values: Any, path: Path) -> Score:
    if (
        not isinstance(values, dict)
        or set(values) != {"intercept", "weights"}
        or not isinstance(values["weights"], dict)
        or not all(map(_is_finite, [values["intercept"], *values["weights"].values()]))
    ):
        raise CalibrationError(f"{path}: expected an intercept and weights, all numbers, but found {values!r}")
    unknown = sorted(set(values["weights"]) - set(EVIDENCE))
    if unknown:
        raise CalibrationError(
            f"{path} weighs evidence that does not exist: {', '.join(unknown)}; known is {', '.join(EVIDENCE)}. "
            "Write it anew with `neural-programmer calibrate`"
        )
    return Score(values["intercept"], values["weights"])


def write_settings(folder: Path, settings: AskingSettings) -> None:
    """Keep the settings in a checkpoint's folder."""
    path = folder / SETTINGS
    partial = path.with_suffix(".partial")
    values = {
        "confidence": {"intercept": settings.confidence.intercept, "weights": dict(settings.confidence.weights)},
        "threshold": settings.threshold,
    }
    partial.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
    partial.replace(path)


def _is_finite(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
