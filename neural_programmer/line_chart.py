"""A line chart as an SVG document: a few curves over one axis, for the figures of the documents."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_WIDTH, _HEIGHT = 640, 380
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 190, 46, 52
_COLOURS = ("#1f5fa8", "#c0561e", "#3f8f3a", "#7b4ea3", "#8a8a2a", "#555555")
_DASHES = ("", "6 3", "2 3", "8 3 2 3", "1 2", "10 4")


@dataclass(frozen=True)
class Curve:
    """A named curve through points from left to right."""

    name: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Axis:
    """What an axis measures, where it starts and ends, and whether it is logarithmic."""

    title: str
    least: float
    most: float
    logarithmic: bool = False

    def share(self, value: float) -> float:
        """How far along the axis a value is, 0 to 1."""
        if self.logarithmic:
            return math.log(value / self.least) / math.log(self.most / self.least)
        return (value - self.least) / (self.most - self.least)

    def ticks(self) -> list[float]:
        """Values to write at the axis: powers of ten, or five steps of equal size."""
        if self.logarithmic:
            exponents = range(math.ceil(math.log10(self.least)), math.floor(math.log10(self.most)) + 1)
            return [10.0**exponent for exponent in exponents]
        return [self.least + (self.most - self.least) * number / 5 for number in range(6)]


def line_chart(title: str, across: Axis, up: Axis, curves: Sequence[Curve]) -> str:
    """The document; curves differ in colour and in dashes, and are named at the right."""
    bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT

    def place(x: float, y: float) -> tuple[float, float]:
        return _LEFT + across.share(x) * (right - _LEFT), bottom - up.share(y) * (bottom - _TOP)

    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        'font-family="sans-serif" font-size="13">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
        f'<text x="{_LEFT}" y="26" font-size="15">{escape(title)}</text>',
    ]
    for tick in across.ticks():
        x, _ = place(tick, up.least)
        lines.append(f'<line x1="{x:.1f}" y1="{_TOP}" x2="{x:.1f}" y2="{bottom}" stroke="#ddd"/>')
        lines.append(f'<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">{tick:.4g}</text>')
    for tick in up.ticks():
        _, y = place(across.least, tick)
        lines.append(f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}" stroke="#ddd"/>')
        lines.append(f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{tick:.4g}</text>')
    for number, curve in enumerate(curves):
        colour, dashes = _COLOURS[number % len(_COLOURS)], _DASHES[number % len(_DASHES)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in curve.points))
        drawn = f'fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dashes}"'
        y = _TOP + 12 + 22 * number
        lines += [
            f'<polyline points="{path}" {drawn}/>',
            f'<line x1="{right + 12}" y1="{y}" x2="{right + 40}" y2="{y}" {drawn}/>',
            f'<text x="{right + 46}" y="{y + 4}">{escape(curve.name)}</text>',
        ]
    middle = (_TOP + bottom) / 2
    lines += [
        f'<text x="{(_LEFT + right) / 2}" y="{_HEIGHT - 12}" text-anchor="middle">{escape(across.title)}</text>',
        f'<text transform="translate(18 {middle}) rotate(-90)" text-anchor="middle">{escape(up.title)}</text>',
        "</svg>",
    ]
    return "\n".join(lines) + "\n"
