"""How well confidence agrees with accuracy: bins of equal mass, their expected error, and a diagram as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

BINS = 15


@dataclass(frozen=True, slots=True)
class Bin:
    """Questions of similar confidence: how many, their mean confidence, and the share that was answered rightly."""

    questions: int
    confidence: float
    accuracy: float


def bins_of(confidences: Sequence[float], right: Sequence[bool], bins: int = BINS) -> list[Bin]:
    """Bins of (nearly) equal numbers of questions, the least confident first; fewer where there are few questions."""
    order = np.argsort(np.asarray(confidences), kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    confidence, rights = np.asarray(confidences, dtype=np.float64), np.asarray(right, dtype=np.float64)
    return [Bin(len(part), float(confidence[part].mean()), float(rights[part].mean())) for part in parts]


def calibration_error(bins: Sequence[Bin]) -> float:
    """The expected calibration error: the mean distance of confidence from accuracy, weighed by questions.

    Guo et al. 2017, "On Calibration of Modern Neural Networks", section 2, with bins of equal mass.
    """
    total = sum(one.questions for one in bins)
    return sum(one.questions * abs(one.accuracy - one.confidence) for one in bins) / total


def surest(confidences: Sequence[float], right: Sequence[bool], share: float) -> float:
    """The accuracy of this share of the questions, at least one: those with the highest confidence."""
    order = np.argsort(-np.asarray(confidences), kind="stable")[: max(1, round(share * len(confidences)))]
    return float(np.asarray(right, dtype=np.float64)[order].mean())


_SIZE = 420
_MARGIN = 56


def diagram(bins: Sequence[Bin], title: str) -> str:
    """The reliability diagram as an SVG document: one point a bin, its area by its questions, and the diagonal."""
    ticks = [number / 5 for number in range(6)]
    side = _SIZE + 2 * _MARGIN
    most = max(one.questions for one in bins)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{side}" height="{side}" viewBox="0 0 {side} {side}" '
        'font-family="sans-serif" font-size="13">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{side}" height="{side}" fill="white"/>',
        f'<text x="{side / 2}" y="28" text-anchor="middle" font-size="15">{escape(title)}</text>',
    ]
    for tick in ticks:
        x, y = _place(tick, tick)
        left, top = _place(0, 1)
        right, bottom = _place(1, 0)
        lines += [
            f'<line x1="{x:.1f}" y1="{top:.1f}" x2="{x:.1f}" y2="{bottom:.1f}" stroke="#ddd"/>',
            f'<line x1="{left:.1f}" y1="{y:.1f}" x2="{right:.1f}" y2="{y:.1f}" stroke="#ddd"/>',
            f'<text x="{x:.1f}" y="{bottom + 18:.1f}" text-anchor="middle">{tick:.0%}</text>',
            f'<text x="{left - 8:.1f}" y="{y + 4:.1f}" text-anchor="end">{tick:.0%}</text>',
        ]
    (x1, y1), (x2, y2) = _place(0, 0), _place(1, 1)
    points = [_place(one.confidence, one.accuracy) for one in bins]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    lines += [
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#888" stroke-dasharray="5 4"/>',
        f'<polyline points="{path}" fill="none" stroke="#1f5fa8" stroke-width="1.5"/>',
    ]
    for one, (x, y) in zip(bins, points, strict=True):
        told = f"{one.questions} questions: confidence {one.confidence:.1%}, right {one.accuracy:.1%}"
        radius = 5 * (one.questions / most) ** 0.5
        lines.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="#1f5fa8"><title>{told}</title></circle>'
        )
    middle = side / 2
    lines += [
        f'<text x="{middle}" y="{side - 14}" text-anchor="middle">confidence (mean of the bin)</text>',
        f'<text transform="translate(16 {middle}) rotate(-90)" text-anchor="middle">answered rightly</text>',
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _place(confidence: float, accuracy: float) -> tuple[float, float]:
    return _MARGIN + confidence * _SIZE, _MARGIN + (1 - accuracy) * _SIZE
