"""The price of a step against accuracy and steps: one halting model trained at each price (Graves 2016)."""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from neural_programmer.line_chart import Axis, Curve, line_chart
from neural_programmer.training.config import read_config
from neural_programmer.training.pondering import PonderPoint, ponder_point
from neural_programmer.training.reporting import ConsoleReporter

_CONFIGS = Path(__file__).resolve().parents[1] / "data" / "configs"


def row(point: PonderPoint) -> str:
    """A line of the table."""
    kinds = ", ".join(f"{kind} {mean:.2f}" for kind, mean in point.steps_by_kind.items())
    return f"{point.cost:10.3g}{point.accuracy:10.1%}{point.steps:8.2f}{point.ponder:8.2f}  {kinds}"


def chart(points: list[PonderPoint]) -> str:
    """Accuracy and mean steps (as a share of the most) over the prices, in the order in which they were given."""
    most = max(point.steps for point in points)
    places = range(len(points))
    curves = [
        Curve("accuracy", [(place, points[place].accuracy) for place in places]),
        Curve(f"mean steps / {most:.2f}", [(place, points[place].steps / most) for place in places]),
    ]
    prices = ", ".join(f"{point.cost:g}" for point in points)
    across = Axis(f"price of a step: {prices}", 0, max(1, len(points) - 1))
    return line_chart("What a step may cost", across, Axis("", 0, 1), curves)


def main() -> None:
    """Train at every price and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, default=_CONFIGS / "arithmetic.toml", help="a run's configuration")
    parser.add_argument("--costs", type=float, nargs="+", default=[0.0, 0.01, 0.1, 0.5, 2.0], help="prices of a step")
    parser.add_argument("--set", dest="overrides", action="append", default=[], metavar="TABLE.KEY=VALUE")
    parser.add_argument("--root", type=Path, help="the folder of WikiTableQuestions, for a run about tables")
    parser.add_argument("--figure", type=Path, help="draw the curve as an SVG")
    arguments = parser.parse_args()
    overrides = dict(text.split("=", 1) for text in arguments.overrides)
    config = read_config(arguments.config, overrides)
    print(f"{'price':>10}{'accuracy':>10}{'steps':>8}{'ponder':>8}  mean steps by kind of question")
    points = []
    with TemporaryDirectory() as folder:
        for number, cost in enumerate(arguments.costs):
            place = Path(folder) / str(number)
            reporter = ConsoleReporter(name=f"price {cost:g}: ")
            points.append(ponder_point(config, cost, place, arguments.root, reporter))
            print(row(points[-1]), flush=True)
    if arguments.figure is not None:
        arguments.figure.write_text(chart(points), encoding="utf-8")


if __name__ == "__main__":
    main()
