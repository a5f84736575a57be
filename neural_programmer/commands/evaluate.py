"""`neural-programmer evaluate QUESTIONS.tsv`: accuracy by the official rules over every question."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from neural_programmer.commands.datasets import answer_all, open_questions
from neural_programmer.commands.exit_codes import ANSWERED, bad_input
from neural_programmer.commands.models import warn_of_learned
from neural_programmer.commands.options import add_dataset_options, add_members_option, add_model_options
from neural_programmer.commands.printing import print_columns, print_json, printable

if TYPE_CHECKING:
    from neural_programmer.evaluation import GroupAccuracy, Grouping, Report

_GROUPINGS = ("type", "operation", "table")
_TITLES = {"type": "Type of question", "operation": "Last operation", "table": "Table, most wrong answers first"}
_TABLES_SHOWN = 20


def _groupings(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(","))
    unknown = [name for name in names if name not in _GROUPINGS]
    if unknown:
        raise argparse.ArgumentTypeError(
            f"expected some of {', '.join(_GROUPINGS)}, separated by commas, but found {text!r}"
        )
    return tuple(dict.fromkeys(names))


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
    add_members_option(parser)
    parser.add_argument(
        "--by",
        type=_groupings,
        default=("type",),
        metavar="GROUPS",
        help="accuracy by type, operation (the program's last) or table, separated by commas (default: type)",
    )
    parser.add_argument("--errors", type=Path, metavar="FILE", help="write the wrong answers as a list to read")
    parser.add_argument("--diagram", type=Path, metavar="FILE.svg", help="draw confidence against accuracy")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Evaluate, print the figures and write the files that are asked for."""
    from neural_programmer.answering import Request
    from neural_programmer.data.wikitablequestions import DatasetError, locate
    from neural_programmer.errors_list import error_lines
    from neural_programmer.evaluation import RANKS, Grouping, judge, require_target
    from neural_programmer.prediction import check_outputs, write_files
    from neural_programmer.reliability import diagram

    questions = open_questions(arguments)
    warn_of_learned(arguments, questions)
    outputs = [path for path in (arguments.errors, arguments.diagram) if path is not None]
    with bad_input(DatasetError):
        for question in questions:
            require_target(question)
        check_outputs(outputs, [arguments.questions, locate(arguments.root)])
    report = judge(questions, answer_all(arguments, questions, Request(readings=max(RANKS))))
    with bad_input(DatasetError):
        if arguments.errors is not None:
            write_files([(arguments.errors, error_lines(report))])
        if arguments.diagram is not None:
            title = f"{len(questions)} questions, calibration error {report.calibration_error:.1%}"
            write_files([(arguments.diagram, diagram(report.bins, title).splitlines())])
    groupings = [Grouping(name) for name in arguments.by]
    if arguments.json:
        print_json(report.to_json(groupings))
    else:
        _print_report(report, groupings)
    return ANSWERED


def _print_report(report: Report, groupings: list[Grouping]) -> None:
    from neural_programmer.evaluation import RANKS

    counts = f"{report.right_within(1)} of {len(report.judgements)} questions"
    print(f"Accuracy     {report.accuracy():6.1%}  ± {report.standard_error:.1%}  ({counts})")
    for rank in RANKS:
        print(f"Top {rank:<8} {report.accuracy(rank):6.1%}  (right answer among the first {rank} different answers)")
    half, tenth = report.accuracy_of_surest(0.5), report.accuracy_of_surest(0.1)
    print(
        f"Surest half  {half:6.1%}  (right among the half with the highest confidence; of the surest tenth {tenth:.1%})"
    )
    among, withheld = report.accuracy_of_answered, report.right_withheld
    others = f"of the others {among:.1%} right" if among is not None else "no other"
    lost = f"; {withheld:.1%} of the right answers withheld" if withheld is not None else ""
    print(f"Abstained    {report.abstained:6.1%}  ({others}{lost})")
    print(
        f"Calibration  {report.calibration_error:6.1%}  "
        f"(expected difference between confidence and accuracy, {len(report.bins)} bins of equal mass)"
    )
    median, slow = report.milliseconds(50), report.milliseconds(95)
    print(
        f"Time         {median:.0f} ms a question (median), {slow:.0f} ms (95th percentile), "
        f"{report.questions_a_second:.1f} questions a second and process"
    )
    for grouping in groupings:
        rows = report.by(grouping)
        print()
        _print_groups(_TITLES[grouping], rows[:_TABLES_SHOWN] if grouping == "table" else rows)
        if grouping == "table" and len(rows) > _TABLES_SHOWN:
            perfect = sum(row.right == row.questions for row in rows)
            print(f"… {len(rows) - _TABLES_SHOWN} more tables; no wrong answer in {perfect} of {len(rows)}")


def _print_groups(title: str, groups: list[GroupAccuracy]) -> None:
    rows = [(title, "questions", "right", "accuracy", "top 5")]
    rows += [
        (
            printable(group.name),
            str(group.questions),
            str(group.right),
            f"{group.right / group.questions:.1%}",
            f"{group.right_in_top_five / group.questions:.1%}",
        )
        for group in groups
    ]
    print_columns(rows)
