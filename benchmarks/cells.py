"""Recurrent cells side by side: accuracy, time and weights of one small run each, for several seeds."""

from __future__ import annotations

import argparse
import dataclasses
import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from neural_programmer import checkpoint
from neural_programmer.model.config import CELLS
from neural_programmer.training.arithmetic import train_arithmetic
from neural_programmer.training.config import TrainingConfig, read_config
from neural_programmer.training.one_model import read_data, train_on
from neural_programmer.training.reporting import SilentReporter

_CONFIGS = Path(__file__).resolve().parents[1] / "data" / "configs"


@dataclass(frozen=True)
class CellRun:
    """One run: its accuracy (held out for arithmetic, dev for tables), seconds of its process, and weights."""

    accuracy: float
    seconds: float
    weights: int


def run(config: TrainingConfig, cell: str, seed: int, folder: Path, root: Path | None) -> CellRun:
    """Train with a cell and a seed."""
    config = dataclasses.replace(
        config,
        model=dataclasses.replace(config.model, cell=cell),
        optimisation=dataclasses.replace(config.optimisation, seed=seed),
    )
    started = time.process_time()
    if config.arithmetic.questions:
        result = train_arithmetic(config, folder, resume=False, reporter=SilentReporter())
        accuracy, place = result.accuracy, result.run.folder
    else:
        found = train_on(
            read_data(config, root, SilentReporter()), config, folder, resume=False, reporter=SilentReporter()
        )
        accuracy, place = found.accuracy, found.folder
    seconds = time.process_time() - started
    return CellRun(accuracy, seconds, checkpoint.count_weights(checkpoint.load(place).model))


def row(cell: str, runs: list[CellRun]) -> str:
    """A line of the table: mean and range of the accuracy, median seconds, weights."""
    accuracies = [one.accuracy for one in runs]
    spread = f"{min(accuracies):.1%} to {max(accuracies):.1%}"
    seconds = statistics.median(one.seconds for one in runs)
    return f"{cell:16}{statistics.mean(accuracies):10.1%}{spread:>20}{seconds:12.0f}{runs[0].weights:12,}"


def main() -> None:
    """Train every cell with every seed and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, default=_CONFIGS / "arithmetic.toml", help="a run's configuration")
    parser.add_argument("--cells", nargs="+", choices=list(CELLS), default=list(CELLS), metavar="CELL")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--set", dest="overrides", action="append", default=[], metavar="TABLE.KEY=VALUE")
    parser.add_argument("--root", type=Path, help="the folder of WikiTableQuestions, for a run about tables")
    arguments = parser.parse_args()
    config = read_config(arguments.config, dict(text.split("=", 1) for text in arguments.overrides))
    print(f"{'cell':16}{'accuracy':>10}{'range':>20}{'CPU seconds':>12}{'weights':>12}")
    for cell in arguments.cells:
        with TemporaryDirectory() as folder:
            runs = [run(config, cell, seed, Path(folder) / str(seed), arguments.root) for seed in arguments.seeds]
        print(row(cell, runs), flush=True)


if __name__ == "__main__":
    main()
