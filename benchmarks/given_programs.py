"""How many given programs are worth how many answers: small runs that differ only in what they learn from."""

from __future__ import annotations

import argparse
import dataclasses
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from neural_programmer.api import load
from neural_programmer.data.evaluator import denotation_equal
from neural_programmer.data.wikitablequestions import Question, WikiTableQuestions, locate
from neural_programmer.line_chart import Axis, Curve, line_chart
from neural_programmer.training.config import TrainingConfig, config_from
from neural_programmer.training.examples import Example, spread
from neural_programmer.training.given_sources import GOLD, SYNTHETIC, Given, examples_given, given_by, with_given
from neural_programmer.training.one_model import TrainingData, read_data, train_on
from neural_programmer.training.reporting import SilentReporter

_SOURCES = ("verified", "gold", "made-up")


def verified(dataset: WikiTableQuestions, questions: Sequence[Question]) -> list[Given]:
    """The shipped model's programs for these questions where the answer is right, as if a person had verified them."""
    programmer = load()
    found = []
    for question in questions:
        prepared = programmer.prepare(dataset.table(question.context))
        readings = programmer.ask(prepared, question.utterance, k=1).readings
        if readings and denotation_equal(question.target or (), readings[0].items):
            found.append(Given(question.id, question.utterance, prepared.table, readings[0].program))
    return found


def run(data: TrainingData, examples: Sequence[Example], config: TrainingConfig) -> tuple[float, float]:
    """Learn from the examples; the dev accuracy of the best epoch, and seconds of the process."""
    started = time.process_time()
    with TemporaryDirectory() as folder:
        result = train_on(
            dataclasses.replace(data, examples=examples),
            config,
            Path(folder),
            resume=False,
            reporter=SilentReporter(),
        )
    return result.accuracy, time.process_time() - started


def main() -> None:
    """Train every run, print the table and draw it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[85, 170], help="how many given programs")
    parser.add_argument("--answers", type=int, nargs="+", default=[85, 170, 340, 680])
    parser.add_argument("--sources", nargs="+", choices=_SOURCES, default=list(_SOURCES), metavar="SOURCE")
    parser.add_argument(
        "--beside", type=int, default=170, help="how many answers gold and made-up programs stand beside"
    )
    parser.add_argument("--steps", type=int, default=200, help="training steps of every run")
    parser.add_argument("--dev", type=int, default=200, help="how many dev questions judge a run")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--root", type=Path, help="the folder of WikiTableQuestions")
    parser.add_argument("--figure", type=Path, help="draw the curves into this SVG file")
    arguments = parser.parse_args()
    most = max(*arguments.answers, arguments.beside)
    base = {
        "data": {"questions": most, "dev_questions": arguments.dev, "least_word_count": 2},
        "model": {"width": 128, "dropout": 0.3},
        "optimisation": {
            "seed": arguments.seed,
            "threads": 1,
            "processes": 1,
            "warm_up_steps": 50,
            "average": 0.98,
            "hide_words": 0.1,
            "patience": 0,
        },
    }
    dataset = WikiTableQuestions(locate(arguments.root))
    data = read_data(config_from(base), arguments.root, SilentReporter())
    asked = spread(dataset.questions("random-split-1-train"), most)
    searched = list(data.examples)
    most_given, sources = max(arguments.sizes), arguments.sources
    given: dict[str, list[Example]] = {}
    if "verified" in sources:
        given["verified"] = examples_given(verified(dataset, spread(asked, round(1.5 * most_given))))
    if "gold" in sources:
        everything = dataset.questions("random-split-1-train")
        given["gold"] = examples_given(given_by(GOLD, dataset, everything, arguments.seed))
    if "made-up" in sources:
        made = given_by(SYNTHETIC, dataset, spread(asked, 60), arguments.seed)
        given["made-up"] = examples_given(spread(made, round(1.5 * most_given)))
    beside = spread(searched, arguments.beside)
    curves: dict[str, list[tuple[float, float]]] = {}
    print(f"{'learned from':44}{'questions':>10}{'dev':>8}{'CPU seconds':>13}")

    def measure(name: str, at: int, examples: Sequence[Example]) -> float:
        batches = -(-len(examples) // 32)
        epochs = max(1, arguments.steps // batches)
        config = config_from(
            {**base, "optimisation": {**base["optimisation"], "epochs": epochs, "evaluate_every": epochs}}
        )
        accuracy, seconds = run(data, examples, config)
        print(f"{name:44}{len(examples):10}{accuracy:8.1%}{seconds:13.0f}", flush=True)
        curves.setdefault(name, []).append((at, 100 * accuracy))
        return accuracy

    accuracies = {size: measure("answers", size, spread(searched, size)) for size in arguments.answers}
    for size in arguments.sizes:
        for name, source in given.items():
            if size <= len(source):
                measure(f"{name} programs alone", size, spread(source, size))
    if arguments.beside not in accuracies:
        accuracies[arguments.beside] = measure("answers", arguments.beside, beside)
    for size in arguments.sizes:
        for name, source in given.items():
            if size <= len(source):
                title = f"{name}, beside answers"
                curves.setdefault(title, [(0, 100 * accuracies[arguments.beside])])
                measure(title, size, with_given(beside, spread(source, size)))
    if arguments.figure is not None:
        every = [point for points in curves.values() for point in points]
        across = Axis("questions (programs where these are added to answers)", 0, max(x for x, _ in every))
        up = Axis("dev accuracy, %", 0, 5 * (max(y for _, y in every) // 5 + 1))
        drawn = [Curve(name, sorted(points)) for name, points in curves.items() if len(points) > 1]
        arguments.figure.write_text(line_chart("Given programs and answers", across, up, drawn), encoding="utf-8")


if __name__ == "__main__":
    main()
