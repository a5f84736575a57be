"""Where the accuracy comes from: from the Neural Programmer of 2017 to the shipped recipe, one ingredient at a time.

Each row is a run of its own with all that the rows above it have, judged by all dev questions. Runs are kept in a
folder; the command goes on where it was stopped, and a run that was made before is taken with ``--run``.
"""

from __future__ import annotations

import argparse
import dataclasses
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from neural_programmer import checkpoint, load
from neural_programmer.answering import Request, answer_in_processes
from neural_programmer.api import NeuralProgrammer
from neural_programmer.asking_model import AskingModel
from neural_programmer.commands.exit_codes import INTERRUPTED
from neural_programmer.data.wikitablequestions import WikiTableQuestions, locate
from neural_programmer.evaluation import judge
from neural_programmer.training.config import read_config
from neural_programmer.training.reporting import ConsoleReporter
from neural_programmer.training.run import train

_CONFIGS = Path(__file__).resolve().parents[1] / "data" / "configs"
_DONE = "finished"


@dataclass(frozen=True)
class Ingredient:
    """What a row adds: a run, named, of a configuration with other values, judged with its re-ranker or without."""

    title: str
    run: str
    config: str
    overrides: dict[str, str] = field(default_factory=dict)
    reranked: bool = False


# A longer run makes up for what the later rows learn besides: the first row of wtq.toml has nothing told anew.
_ANSWERS = {"reranking.folds": "0", "data.copies": "0", "optimisation.epochs": "12"}
_TARGETS = {"data.copies": "0", "reranking.again": "false", "optimisation.epochs": "12"}

INGREDIENTS = (
    Ingredient("Neural Programmer of 2017", "2017", "neural-programmer-2017"),
    Ingredient("a column for each operation", "columns", "neural-programmer-2017", {"rows.columns": '"by_operation"'}),
    Ingredient("typed programs, found by search, summed over", "answers", "wtq", _ANSWERS),
    Ingredient("only programs that models of folds support", "targets", "wtq", _TARGETS),
    Ingredient("a re-ranker learned from their candidates", "targets", "wtq", _TARGETS, reranked=True),
    Ingredient("questions told anew (without the re-ranker)", "wtq", "wtq"),
    Ingredient("and the re-ranker: the shipped recipe", "wtq", "wtq", reranked=True),
)


def trained(one: Ingredient, seed: int, folder: Path, root: Path | None) -> Path | None:
    """The folder of the finished run; none where it was interrupted."""
    if not (folder / _DONE).is_file():
        result = train(
            _CONFIGS / f"{one.config}.toml",
            output=folder,
            resume=(folder / "state.pt").is_file(),
            overrides={**one.overrides, "optimisation.seed": str(seed)},
            root=root,
            reporter=ConsoleReporter(name=f"{one.run}: "),
        )
        if not result.finished:
            return None
        (folder / _DONE).write_text(f"{result.accuracy}\n", encoding="utf-8")
    return folder


def asking(model: Path, reranked: bool) -> NeuralProgrammer:
    """The model, with its re-ranker or without."""
    if reranked:
        return load(model)
    return NeuralProgrammer(AskingModel(dataclasses.replace(checkpoint.load(model), reranker=None)))


def right(one: Ingredient, run: Path, dataset: WikiTableQuestions, processes: int) -> tuple[int, int]:
    """How many dev questions are answered rightly, and how many there are."""
    model = run / "model"
    questions = dataset.questions("random-split-1-dev")
    notes = checkpoint.load(model).notes
    if checkpoint.ROW_STEPS in notes:
        # It is judged by all of them while it is trained, and answers no others.
        return round(float(notes["dev_accuracy"]) * len(questions)), len(questions)
    loading = partial(asking, model, one.reranked)
    outcomes = answer_in_processes(loading, dataset, questions, Request(readings=1), processes=processes)
    return judge(questions, outcomes).right_within(1), len(questions)


def _made(text: str) -> tuple[str, Path]:
    name, separator, place = text.partition("=")
    if not separator or name not in {one.run for one in INGREDIENTS}:
        raise argparse.ArgumentTypeError(f"expected NAME=DIR with a run of the table as NAME, but found {text!r}")
    return name, Path(place)


def main() -> int:
    """Train what is missing and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=Path("runs/ingredients"), help="where runs are kept")
    parser.add_argument("--run", dest="made", type=_made, action="append", default=[], metavar="NAME=DIR")
    parser.add_argument("--only", nargs="+", choices=sorted({one.run for one in INGREDIENTS}), metavar="NAME")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--root", type=Path, help="the folder of WikiTableQuestions")
    arguments = parser.parse_args()
    dataset = WikiTableQuestions(locate(arguments.root))
    made = dict(arguments.made)
    processes = read_config(_CONFIGS / "wtq.toml").optimisation.processes
    chosen = [one for one in INGREDIENTS if not arguments.only or one.run in arguments.only]
    print(f"{'each with all above it':48}{'right':>8}{'of':>7}{'accuracy':>10}")
    for one in chosen:
        run = made.get(one.run) or trained(one, arguments.seed, arguments.output / one.run, arguments.root)
        if run is None:
            return INTERRUPTED
        count, questions = right(one, run, dataset, processes)
        print(f"{one.title:48}{count:8,}{questions:7,}{count / questions:10.1%}", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
