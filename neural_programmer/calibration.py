"""Confidence that means something: a logistic function of the evidence for an answer; when to abstain."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from neural_programmer.evidence import EVIDENCE

SETTINGS = "calibration.json"
# How many spreads from its mean evidence counts in a product; what lies farther counts as much.
_FARTHEST = 3.0
_KEYS = {"confidence", "threshold"}
_SCORE_KEYS = {"intercept", "weights"}
_TIMES = " * "
_FORMER_KEYS = {"slope", "intercept", "unused", "threshold"}


@dataclass(frozen=True, slots=True)
class Scale:
    """What a kind of evidence usually is: its mean and its spread."""

    mean: float
    spread: float

    def of(self, value: float) -> float:
        """How many spreads a value lies from the mean, at most three either way."""
        return max(-_FARTHEST, min((value - self.mean) / self.spread, _FARTHEST))


@dataclass(frozen=True)
class Products:
    """Weights of products of two kinds of evidence (or of one with itself), each on the ``scales`` of its name."""

    scales: Mapping[str, Scale] = field(default_factory=dict)
    weights: Mapping[tuple[str, str], float] = field(default_factory=dict)

    def of(self, evidence: Mapping[str, float]) -> float:
        """The weighed sum."""
        scaled = {name: scale.of(evidence[name]) for name, scale in self.scales.items()}
        return sum(weight * scaled[one] * scaled[other] for (one, other), weight in self.weights.items())


@dataclass(frozen=True)
class Score:
    """A probability from evidence: the logistic function of an intercept, of weighed evidence, by its names, and of
    weighed products.

    Without weights of its own it is the probability of the answer as the model gives it.
    """

    intercept: float = 0.0
    weights: Mapping[str, float] = field(default_factory=lambda: {"log_odds": 1.0})
    products: Products = field(default_factory=Products)

    def of(self, evidence: Sequence[float]) -> float:
        """The probability, from 0 to 1; ``evidence`` is in the order of `evidence.EVIDENCE`."""
        total = self.total(evidence)
        return 1 / (1 + math.exp(-total)) if total >= 0 else math.exp(total) / (1 + math.exp(total))

    def total(self, evidence: Sequence[float]) -> float:
        """The logarithm of the odds."""
        named = dict(zip(EVIDENCE, evidence, strict=True))
        weighed = sum(weight * named[name] for name, weight in self.weights.items())
        return self.intercept + weighed + self.products.of(named)


@dataclass(frozen=True)
class AskingSettings:
    """What a checkpoint says of how to use it: its confidence in answers, and the one below which it abstains."""

    confidence: Score = field(default_factory=Score)
    threshold: float = 0.0


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
        or set(values) not in (_SCORE_KEYS, _SCORE_KEYS | {"products"})
        or not _is_finite(values["intercept"])
        or not _are_finite(values["weights"])
    ):
        raise CalibrationError(f"{path}: expected an intercept and weights, all numbers, but found {values!r}")
    products = _products(values["products"], path) if "products" in values else Products()
    unknown = sorted({*values["weights"], *products.scales} - set(EVIDENCE))
    if unknown:
        raise CalibrationError(
            f"{path} weighs evidence that does not exist: {', '.join(unknown)}; known is {', '.join(EVIDENCE)}. "
            "Write it anew with `neural-programmer calibrate`"
        )
    return Score(values["intercept"], values["weights"], products)


def _products(values: Any, path: Path) -> Products:
    if (
        not isinstance(values, dict)
        or set(values) != {"scales", "weights"}
        or not isinstance(values["scales"], dict)
        or not all(isinstance(scale, list) and len(scale) == 2 for scale in values["scales"].values())
        or not all(_is_finite(mean) and _is_finite(spread) and spread > 0 for mean, spread in values["scales"].values())
        or not _are_finite(values["weights"])
    ):
        raise CalibrationError(
            f"{path}: expected of products scales, each a mean and a spread above 0, and weights, but found {values!r}"
        )
    weights = {tuple(pair.split(_TIMES)): weight for pair, weight in values["weights"].items()}
    if not all(len(pair) == 2 and set(pair) <= set(values["scales"]) for pair in weights):
        raise CalibrationError(f"{path}: expected products of two kinds of evidence that have a scale")
    return Products({name: Scale(*scale) for name, scale in values["scales"].items()}, weights)


def write_settings(folder: Path, settings: AskingSettings) -> None:
    """Keep the settings in a checkpoint's folder."""
    path = folder / SETTINGS
    partial = path.with_suffix(".partial")
    score = settings.confidence
    confidence: dict[str, Any] = {"intercept": score.intercept, "weights": dict(score.weights)}
    if score.products.weights:
        confidence["products"] = {
            "scales": {name: [scale.mean, scale.spread] for name, scale in score.products.scales.items()},
            "weights": {_TIMES.join(pair): weight for pair, weight in score.products.weights.items()},
        }
    values = {"confidence": confidence, "threshold": settings.threshold}
    partial.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
    partial.replace(path)


def _is_finite(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _are_finite(values: object) -> bool:
    return isinstance(values, dict) and all(map(_is_finite, values.values()))
