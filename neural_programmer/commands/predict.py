"""`neural-programmer predict QUESTIONS.tsv --output FILE`: answers in the official prediction format."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

from neural_programmer.commands.datasets import answer_all, open_questions
from neural_programmer.commands.exit_codes import ANSWERED, bad_input
from neural_programmer.commands.models import check_dialect
from neural_programmer.commands.options import add_dataset_options, add_members_option, add_model_options


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "predict",
        help="write answers in the official prediction format",
        description="Answer every question of a file and write one line a question: the id and the answer's items, "
        "separated by tabs; only the id where there is no answer.",
    )
    add_dataset_options(parser)
    add_model_options(parser, threshold="0, so that every question with a reading gets an answer")
    add_members_option(parser)
    parser.add_argument("--output", type=Path, required=True, metavar="FILE", help="where to write the predictions")
    parser.add_argument(
        "--details", type=Path, metavar="FILE.jsonl", help="also write whole responses, one JSON object a line"
    )
    parser.add_argument(
        "--dialect", default="duckdb", metavar="NAME", help="the SQL dialect of the details (default: duckdb)"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Predict and write the files, which appear only when every question has been answered."""
    from neural_programmer.answering import Request
    from neural_programmer.data.wikitablequestions import DatasetError, locate
    from neural_programmer.prediction import check_outputs, details_line, prediction_line, write_files

    check_dialect(arguments.dialect)
    if arguments.threshold is None:
        arguments.threshold = 0.0
    questions = open_questions(arguments)
    outputs = [path for path in (arguments.output, arguments.details) if path is not None]
    with bad_input(DatasetError):
        check_outputs(outputs, [arguments.questions, locate(arguments.root)])
    request = Request(readings=5, details=arguments.details is not None, dialect=arguments.dialect)
    outcomes = answer_all(arguments, questions, request)
    contents: list[tuple[Path, Iterable[str]]] = [
        (arguments.output, (prediction_line(outcome) for outcome in outcomes))
    ]
    if arguments.details is not None:
        contents.append((arguments.details, map(details_line, outcomes)))
    with bad_input(DatasetError):
        write_files(contents)
    print(f"{len(outcomes)} predictions in {arguments.output}")
    return ANSWERED
