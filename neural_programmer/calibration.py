"""Confidence that means something: how often answers to which the model gives such a probability are right."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

SETTINGS = "calibration.json"
_EDGE = 1e-6
_STEPS = 200


@dataclass(frozen=True, slots=True)
class Calibration:
    """Platt's map on the log-odds of a probability; it keeps the order of probabilities while ``slope`` is positive."""

    slope: float = 1.0
    intercept: float = 0.0

    def confidence(self, probability: float) -> float:
        """How often an answer of this probability is right, between 0 and 1."""
        return _logistic(self.slope * _log_odds(probability) + self.intercept)


def fit_calibration(probabilities: Sequence[float], right: Sequence[bool]) -> Calibration:
    """The likeliest map for answers known to be right or wrong; the identity where all or none are right."""
    if len(set(right)) < 2:
        return Calibration()
    # Platt's targets keep the fit finite where the two classes can be separated.
    positives = sum(right)
    high, low = (positives + 1) / (positives + 2), 1 / (len(right) - positives + 2)
    points = [(_log_odds(p), high if is_right else low) for p, is_right in zip(probabilities, right, strict=True)]
    slope, intercept = 1.0, 0.0
    for _ in range(_STEPS):
        gradient_slope = gradient_intercept = 0.0
        curve = [[1e-6, 0.0], [0.0, 1e-6]]
        for x, target in points:
            estimate = _logistic(slope * x + intercept)
            weight = estimate * (1 - estimate)
            gradient_slope += (estimate - target) * x
            gradient_intercept += estimate - target
            curve[0][0] += weight * x * x
            curve[0][1] += weight * x
            curve[1][1] += weight
        determinant = curve[0][0] * curve[1][1] - curve[0][1] ** 2
        if determinant <= 0:
            break
        step_slope = (curve[1][1] * gradient_slope - curve[0][1] * gradient_intercept) / determinant
        step_intercept = (curve[0][0] * gradient_intercept - curve[0][1] * gradient_slope) / determinant
        slope, intercept = slope - step_slope, intercept - step_intercept
        if abs(step_slope) + abs(step_intercept) < 1e-9:
            break
    # A negative slope would call the likelier answer the less certain one.
    return Calibration(slope, intercept) if slope > 0 and math.isfinite(slope + intercept) else Calibration()


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
    names = ("slope", "intercept", "threshold")
    if not isinstance(values, dict) or set(values) != set(names) or not all(map(_is_finite, values.values())):
        raise CalibrationError(f"{path} must be an object with the numbers {', '.join(names)}")
    if values["slope"] <= 0 or not 0 <= values["threshold"] <= 1:
        raise CalibrationError(f"{path}: the slope must be above 0 and the threshold between 0 and 1")
    return AskingSettings(Calibration(values["slope"], values["intercept"]), values["threshold"])


def write_settings(folder: Path, settings: AskingSettings) -> None:
    """Keep the settings in a checkpoint's folder."""
    path = folder / SETTINGS
    partial = path.with_suffix(".partial")
    values = {**asdict(settings.calibration), "threshold": settings.threshold}
    partial.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
    partial.replace(path)


def _is_finite(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
