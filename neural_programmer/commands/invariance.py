"""`neural-programmer invariance QUESTIONS.tsv`: how often answers stay the same where they should."""

from __future__ import annotations

import argparse
from pathlib import Path

from neural_programmer.commands.datasets import open_questions
from neural_programmer.commands.exit_codes import ANSWERED, bad_input
from neural_programmer.commands.models import load_model
from neural_programmer.commands.options import add_model_options, add_root_option, positive
from neural_programmer.commands.printing import ProgressBar, print_columns, print_json


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "invariance",
        help="how often the answer stays the same when only column order, a strange column or letter case changes",
        description="Ask every question of a file anew with the table's columns in another order, with a column of "
        "another table added, and in lower and upper case; print how often the best answer stays the same.",
    )
    parser.add_argument("questions", type=Path, metavar="QUESTIONS.tsv", help="a WikiTableQuestions question file")
    add_root_option(parser)
    parser.add_argument("--limit", type=positive, metavar="N", help="only the first N questions")
    add_model_options(parser)
    parser.add_argument("--changed", type=Path, metavar="FILE", help="write the answers that changed as a list")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Ask and print the figures."""
    from neural_programmer.data.wikitablequestions import DatasetError, WikiTableQuestions
    from neural_programmer.invariance import changed_lines, invariance
    from neural_programmer.prediction import check_outputs, write_files

    questions = open_questions(arguments)
    with bad_input(DatasetError):
        dataset = WikiTableQuestions(arguments.root)
        if arguments.changed is not None:
            check_outputs([arguments.changed], [arguments.questions, dataset.root])
    programmer = load_model(arguments)
    with bad_input(DatasetError), ProgressBar("questions") as move:
        report = invariance(programmer, questions, dataset, progress=move)
    with bad_input(DatasetError):
        if arguments.changed is not None:
            write_files([(arguments.changed, changed_lines(report))])
    if arguments.json:
        print_json([line.to_json() for line in report.lines])
    else:
        rows: list[tuple[str, ...]] = [
            ("Change", "questions", "same answer", "abstains alike", "right before", "right after")
        ]
        for line in report.lines:
            shares = (line.same, line.same_decision, line.right_before, line.right_after)
            rows.append((line.change, str(line.questions), *(f"{share / line.questions:.1%}" for share in shares)))
        print_columns(rows)
    return ANSWERED
