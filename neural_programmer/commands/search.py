"""`neural-programmer search --split NAME`: how many questions have a program that gives their answer."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from neural_programmer.commands.exit_codes import ANSWERED, bad_input
from neural_programmer.commands.options import add_root_option, positive
from neural_programmer.commands.printing import ProgressBar, print_columns

if TYPE_CHECKING:
    from neural_programmer.search_report import SearchReport


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "search",
        help="find the programs that give the right answers of a split",
        description="Enumerate the programs that give the right answer of every question of a split; "
        "print coverage, programs a question, time, and the share each family of operations adds.",
    )
    add_root_option(parser)
    parser.add_argument(
        "--split", required=True, metavar="NAME", help="a split of the dataset, as random-split-1-train"
    )
    parser.add_argument("--limit", type=positive, metavar="N", help="only the first N questions")
    parser.add_argument(
        "--processes", type=positive, default=2, metavar="N", help="processes to share the work (default: 2)"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Search and print the figures."""
    from neural_programmer.data.wikitablequestions import DatasetError, WikiTableQuestions
    from neural_programmer.evaluation import require_target
    from neural_programmer.search_report import report
    from neural_programmer.supervision import find_programs

    with bad_input(DatasetError), ProgressBar("questions") as move:
        dataset = WikiTableQuestions(arguments.root)
        questions = dataset.questions(arguments.split)[: arguments.limit]
        for question in questions:
            require_target(question)
        found = find_programs(dataset, questions, processes=arguments.processes, progress=move)
    _print_report(report(found, [question.id for question in questions]))
    return ANSWERED


def _print_report(figures: SearchReport) -> None:
    print(f"Coverage  {figures.coverage:.1%}  ({figures.covered} of {figures.questions} questions)")
    print(f"Programs  {figures.median_programs:.0f} a question (median), {figures.mean_programs:.1f} (mean)")
    print(f"Time      {figures.median_seconds:.3f} core-seconds a question (median), {figures.mean_seconds:.3f} (mean)")
    print()
    rows = [("Family of operations", "coverage with it", "adds")]
    before = 0.0
    for name, coverage in figures.families:
        rows.append((name, f"{coverage:.1%}", f"{coverage - before:+.1%}"))
        before = coverage
    print_columns(rows)
    print()
    print_columns(
        [("Steps at most", "coverage"), *((str(steps), f"{coverage:.1%}") for steps, coverage in figures.steps)]
    )
