"""`neural-programmer compare QUESTIONS.tsv A B`: two models or two files of answers, pair by pair."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from neural_programmer.commands.datasets import answer_all, open_questions
from neural_programmer.commands.exit_codes import ANSWERED, UserError, bad_input
from neural_programmer.commands.options import add_dataset_options
from neural_programmer.commands.printing import print_json

if TYPE_CHECKING:
    from neural_programmer.comparison import Answers, Comparison
    from neural_programmer.data.wikitablequestions import Question


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "compare",
        help="two models on the same questions: the difference and what changed",
        description="Compare two systems on every question of a file, by the official rules. A system is the folder of "
        "a checkpoint or of a training run, which answers here and now, or a file that `predict` wrote.",
    )
    add_dataset_options(parser)
    parser.add_argument("first", type=Path, metavar="A", help="a folder, or a file of predictions or of details")
    parser.add_argument("second", type=Path, metavar="B", help="the same, compared with A")
    parser.add_argument("--changed", type=Path, metavar="FILE", help="write the questions that changed as a list")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Compare and print the figures."""
    from neural_programmer.comparison import changed_lines, compare
    from neural_programmer.data.wikitablequestions import DatasetError, locate
    from neural_programmer.evaluation import require_target
    from neural_programmer.prediction import check_outputs, write_files

    questions = open_questions(arguments)
    files = [path for path in (arguments.first, arguments.second) if path.is_file()]
    with bad_input(DatasetError):
        for question in questions:
            require_target(question)
        if arguments.changed is not None:
            check_outputs([arguments.changed], [arguments.questions, *files, locate(arguments.root)])
        first, second = (_answers(arguments, path, questions) for path in (arguments.first, arguments.second))
        comparison = compare(questions, first, second)
        if arguments.changed is not None:
            write_files([(arguments.changed, changed_lines(comparison))])
    if arguments.json:
        print_json(comparison.to_json())
    else:
        _print(comparison, first.name, second.name)
    return ANSWERED


def _answers(arguments: argparse.Namespace, place: Path, questions: Sequence[Question]) -> Answers:
    from neural_programmer.answering import Request
    from neural_programmer.checkpoint import DESCRIPTION
    from neural_programmer.comparison import Answers, read_answers

    if place.is_file():
        return read_answers(place)
    folder = next((one for one in (place, place / "model") if (one / DESCRIPTION).is_file()), None)
    if folder is None:
        raise UserError(
            f"{place} is neither a file of answers nor the folder of a checkpoint or run: it has no {DESCRIPTION}"
        )
    asked = argparse.Namespace(**{**vars(arguments), "checkpoint": folder, "threshold": 0.0})
    outcomes = answer_all(asked, questions, Request(readings=1))
    return Answers(str(place), {outcome.id: outcome.items for outcome in outcomes})


def _print(comparison: Comparison, first: str, second: str) -> None:
    low, high = comparison.interval
    print(f"Questions    {len(comparison.pairs)}")
    print(f"A            {comparison.first_accuracy:6.1%}  {first}")
    print(f"B            {comparison.second_accuracy:6.1%}  {second}")
    print(f"Difference   {comparison.difference:+6.1%}  (95% confidence: {low:+.1%} to {high:+.1%})")
    print(f"Changed      {len(comparison.gained)} only B right, {len(comparison.lost)} only A right")
    print(f"By chance    {comparison.chance:.2g}  (so uneven a change, if neither were better; McNemar's exact test)")
