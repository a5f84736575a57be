"""Line charts: points where they belong, names that cannot break the document, powers of ten on logarithmic axes."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from neural_programmer.line_chart import Axis, Curve, line_chart


def test_points_lie_where_their_values_say() -> None:
    chart = line_chart(
        "a <b> & c", Axis("steps", 1, 100, logarithmic=True), Axis("share", 0, 1), [Curve("x < y", [(1, 0), (10, 0.5)])]
    )
    root = ElementTree.fromstring(chart)
    texts = [element.text for element in root.iter() if element.tag.endswith("text")]
    assert {"a <b> & c", "x < y", "steps", "share", "1", "10", "100"} <= set(texts)
    (line,) = (element for element in root.iter() if element.tag.endswith("polyline"))
    first, second = (tuple(map(float, point.split(","))) for point in line.attrib["points"].split())
    ticks = [element for element in root.iter() if element.tag.endswith("line") and element.attrib["stroke"] == "#ddd"]
    across = sorted({float(tick.attrib["x1"]) for tick in ticks if tick.attrib["x1"] == tick.attrib["x2"]})
    up = sorted({float(tick.attrib["y1"]) for tick in ticks if tick.attrib["y1"] == tick.attrib["y2"]})
    assert first == pytest.approx((across[0], up[-1]))
    assert second == pytest.approx((across[1], (up[0] + up[-1]) / 2), abs=0.06)


def test_curves_can_be_told_apart_without_their_colours() -> None:
    axis = Axis("", 0, 1)
    chart = line_chart("", axis, axis, [Curve(str(number), [(0, 0), (1, number / 9)]) for number in range(6)])
    assert len(set(re.findall(r'<polyline.*?stroke-dasharray="([^"]*)"', chart))) == 6
