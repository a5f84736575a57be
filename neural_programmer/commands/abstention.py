"""`neural-programmer abstention QUESTIONS.tsv`: whether a model keeps silent where the table has no answer."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from neural_programmer.commands.datasets import answer_all, open_questions
from neural_programmer.commands.exit_codes import ANSWERED, bad_input
from neural_programmer.commands.models import model_errors
from neural_programmer.commands.options import add_dataset_options, add_model_options
from neural_programmer.commands.printing import print_columns, print_json

if TYPE_CHECKING:
    from neural_programmer.abstention import AbstentionReport, AtThreshold


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "abstention",
        help="how often it abstains from questions that the table does not answer",
        description="Ask every question of a file of its own table and of another table of the file, and ask questions "
        "about no table at all; print how many of each the model abstains from, and how many right answers that costs.",
    )
    add_dataset_options(parser)
    add_model_options(parser)
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Ask and print the figures."""
    from neural_programmer.abstention import AbstentionReport
    from neural_programmer.answering import Request
    from neural_programmer.calibration import read_settings
    from neural_programmer.checkpoint import shipped
    from neural_programmer.data.wikitablequestions import DatasetError
    from neural_programmer.evaluation import judge, require_target
    from neural_programmer.mispairing import mispaired, off_topic

    questions = open_questions(arguments)
    with bad_input(DatasetError, *model_errors()):
        for question in questions:
            require_target(question)
        other, nothing = mispaired(questions), off_topic(questions)
        settings = read_settings(arguments.checkpoint or shipped())
    threshold = settings.threshold if arguments.threshold is None else arguments.threshold
    outcomes = answer_all(arguments, [*questions, *other, *nothing], Request(readings=1))
    end = len(questions) + len(other)
    report = AbstentionReport(
        judge(questions, outcomes[: len(questions)]), outcomes[len(questions) : end], outcomes[end:]
    )
    if arguments.json:
        print_json(report.to_json(threshold))
    else:
        _print(report, threshold)
    return ANSWERED


def _print(report: AbstentionReport, threshold: float) -> None:
    now = report.at(threshold)
    right = sum(judgement.right for judgement in report.own.judgements)
    print(f"At the threshold of {threshold:.4f} it abstains from")
    print(f"  {now.mispaired:6.1%} of {len(report.mispaired)} questions asked of another table")
    print(f"  {now.off_topic:6.1%} of {len(report.off_topic)} questions about no table")
    print(f"  {now.right_lost:6.1%} of the {right} questions of their own table that it answers rightly")
    print(f"  {now.withheld:6.1%} of all {len(report.own.judgements)} questions of their own table")
    print()
    rows = [("Threshold", "another table", "no table", "right answers lost", "own table in all")]
    print_columns([*rows, *map(_row, report.sweep)])


def _row(one: AtThreshold) -> tuple[str, ...]:
    shares = (one.mispaired, one.off_topic, one.right_lost, one.withheld)
    return (f"{one.threshold:.4f}", *(f"{share:.1%}" for share in shares))
