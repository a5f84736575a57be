"""Confidence that means something: how often answers to which the model gives such a probability are right."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SETTINGS = "calibration.json"
_EDGE = 1e-6
_FAR = 500.0
_PULL = 1e-6
_STEPS = 200


@dataclass(frozen=True, slots=True)
class Calibration:
    """Platt's map on the log-odds of a probability, lowered by the share of the question that was left unused.

    It keeps the order of probabilities, since ``slope`` is above 0; ``unused`` is at most 0.
    """

    slope: float = 1.0
    intercept: float = 0.0
    unused: float = 0.0

    def confidence(self, probability: float, unused_share: float = 0.0) -> float:
        """How often answers of this probability, with this share of content words unused, are right: from 0 to 1."""
        return _logistic(self.slope * _log_odds(probability) + self.intercept + self.unused * unused_share)


def fit_calibration(
    probabilities: Sequence[float], unused_shares: Sequence[float], right: Sequence[bool]
) -> Calibration:
    """The likeliest map for answers known to be right or wrong; the identity where all or none are right."""
    if len(set(right)) < 2:
        return Calibration()
    features = np.stack([[_log_odds(p) for p in probabilities], np.ones(len(right)), unused_shares], axis=1)
    # Platt's targets keep the fit finite where the two classes can be separated.
    positives = sum(right)
    high, low = (positives + 1) / (positives + 2), 1 / (len(right) - positives + 2)
    targets = np.where(right, high, low)
    fitted = _newton(features, targets)
    if fitted[2] > 0:
        # More confidence for more unused words would be an accident of few questions.
        fitted = np.append(_newton(features[:, :2], targets), 0.0)
    slope, intercept, unused = fitted.tolist()
    # A negative slope would call the likelier answer the less certain one.
    return Calibration(slope, intercept, unused) if slope > 0 and np.isfinite(fitted).all() else Calibration()


def _newton(features: NDArray[np.float64], targets: NDArray[np.float64]) -> NDArray[np.float64]:
    """The coefficients of a logistic regression; a faint pull to 0 keeps them defined where features are constant."""
    coefficients = np.zeros(features.shape[1])
    for _ in range(_STEPS):
        estimates = 1 / (1 + np.exp(-np.clip(features @ coefficients, -_FAR, _FAR)))
        gradient = features.T @ (estimates - targets) + _PULL * coefficients
        weights = estimates * (1 - estimates)
        curve = (features * weights[:, None]).T @ features + _PULL * np.eye(len(coefficients))
        step = np.linalg.solve(curve, gradient)
        # Far from the best point a whole step can overshoot.
        step *= min(1.0, 1 / np.abs(step).max()) if step.any() else 1.0
        coefficients = coefficients - step
        if np.abs(step).max() < 1e-9:
            break
    return coefficients


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def _log_odds(probability: float) -> float:
    inside = min(max(probability, _EDGE), 1 - _EDGE)
    return math.log(inside / (1 - inside))


class CalibrationError(ValueError):
    """A checkpoint's file of settings is damaged; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class AskingSettings:
    """What a checkpoint says of how to use it: its calibration, and the confidence below which it abstains."""

    calibration: Calibration = field(default_factory=Calibration)
    threshold: float = 0.0


def read_settings(folder: Path) -> AskingSettings:
    """The settings kept in a checkpoint's folder; the defaults where it has none. Raises ``CalibrationError``."""
    path = folder / SETTINGS
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return AskingSettings()
    except (OSError, ValueError) as error:
        raise CalibrationError(f"cannot read {path}: {error}") from error
    names = ("slope", "intercept", "unused", "threshold")
    if not isinstance(values, dict) or set(values) != set(names) or not all(map(_is_finite, values.values())):
        raise CalibrationError(f"{path} must be an object with the numbers {', '.join(names)}")
    if values["slope"] <= 0 or values["unused"] > 0 or not 0 <= values["threshold"] <= 1:
        raise CalibrationError(f"{path}: expected a slope above 0, unused of at most 0 and a threshold from 0 to 1")
    return AskingSettings(Calibration(values["slope"], values["intercept"], values["unused"]), values["threshold"])


def write_settings(folder: Path, settings: AskingSettings) -> None:
    """Keep the settings in a checkpoint's folder."""
    path = folder / SETTINGS
    partial = path.with_suffix(".partial")
    values = {**asdict(settings.calibration), "threshold": settings.threshold}
    partial.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
    partial.replace(path)


def _is_finite(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
