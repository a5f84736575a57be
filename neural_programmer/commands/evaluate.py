"""`neural-programmer evaluate QUESTIONS.tsv`: accuracy by the official rules over every question."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from neural_programmer.commands.datasets import answer_all, open_questions
from neural_programmer.commands.exit_codes import ANSWERED, bad_input
from neural_programmer.commands.options import add_dataset_options, add_model_options
from neural_programmer.commands.printing import print_columns, print_json

if TYPE_CHECKING:
    from neural_programmer.evaluation import Report


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "evaluate",
        help="accuracy on a question file, by the official rules",
        description="Answer every question of a file and judge the answers by the official rules. "
        "The best answer counts even below the threshold; the share withheld is printed beside.",
    )
    add_dataset_options(parser)
    add_model_options(parser)
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Evaluate and print the figures."""
    from neural_programmer.answering import Request
    from neural_programmer.data.wikitablequestions import DatasetError
    from neural_programmer.evaluation import RANKS, judge, require_target

    questions = open_questions(arguments)
    with bad_input(DatasetError):
        for question in questions:
            require_target(question)
    report = judge(questions, answer_all(arguments, questions, Request(readings=max(RANKS))))
    if arguments.json:
        print_json(report.to_json())
    else:
        _print_report(report)
    return ANSWERED


def _print_report(report: Report) -> None:
    from neural_programmer.evaluation import RANKS

    counts = f"{report.right_within(1)} of {len(report.judgements)} questions"
    print(f"Accuracy     {report.accuracy():6.1%}  ± {report.standard_error:.1%}  ({counts})")
    for rank in RANKS:
        print(f"Top {rank:<8} {report.accuracy(rank):6.1%}  (right answer among the first {rank} different answers)")
    among = report.accuracy_of_answered
    others = f"  (of the others {among:.1%} right)" if among is not None else ""
    print(f"Abstained    {report.abstained:6.1%}{others}")
    print(f"Calibration  {report.calibration_error:6.1%}  (expected difference between confidence and accuracy)")
    median, slow = report.milliseconds(50), report.milliseconds(95)
    print(f"Time         {median:.0f} ms a question (median), {slow:.0f} ms (95th percentile)")
    print()
    rows = [("Type of question", "questions", "right", "accuracy", "top 5")]
    rows += [
        (
            str(row.type),
            str(row.questions),
            str(row.right),
            f"{row.right / row.questions:.1%}",
            f"{row.right_in_top_five / row.questions:.1%}",
        )
        for row in report.by_type
    ]
    print_columns(rows)
