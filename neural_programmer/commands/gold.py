"""`neural-programmer gold`: the annotated programs of WikiTableQuestions, and whether a model finds the same ones."""

from __future__ import annotations

import argparse
from collections import Counter
from typing import TYPE_CHECKING

from neural_programmer.commands.exit_codes import ANSWERED, bad_input
from neural_programmer.commands.models import load_model
from neural_programmer.commands.options import add_model_options, add_root_option
from neural_programmer.commands.printing import ProgressBar, print_json

if TYPE_CHECKING:
    from neural_programmer.gold_report import Found, GoldReport

_MOST_REASONS = 14


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "gold",
        help="the 300 annotated programs of WikiTableQuestions: which can be said here, and which a model finds",
        description="Translate the logical forms that come with WikiTableQuestions into programs, compare their "
        "answers with the official ones, and ask a model the same questions: is its program the same, and not "
        "merely its answer?",
    )
    add_root_option(parser)
    add_model_options(parser)
    parser.add_argument(
        "--held-out",
        metavar="SPLIT",
        help="also count alone the questions of a split that the model has not learned from, as random-split-1-dev",
    )
    parser.add_argument("--no-model", action="store_true", help="translate only, ask no model")
    parser.add_argument("--json", action="store_true", help="print every question with its programs as one JSON object")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Translate, ask and print the figures."""
    from neural_programmer.data.wikitablequestions import DatasetError, WikiTableQuestions
    from neural_programmer.gold_report import gold_report

    with bad_input(DatasetError):
        split = WikiTableQuestions(arguments.root).questions(arguments.held_out) if arguments.held_out else []
        held_out = {one.id for one in split}
    programmer = None if arguments.no_model else load_model(arguments)
    with bad_input(DatasetError), ProgressBar("questions") as move:
        report = gold_report(programmer, arguments.root, progress=move)
    if arguments.json:
        print_json(report.to_json())
        return ANSWERED
    _print(report)
    if report.found:
        _print_found("whose gold program gives the official answer", report.found)
        if held_out:
            some = [one for one in report.found if one.gold.form.id in held_out]
            _print_found(f"of these that are in {arguments.held_out}", some)
    return ANSWERED


def _print(report: GoldReport) -> None:
    annotated = [one for one in report.programs if one.annotated]
    translated = [one for one in annotated if one.program is not None]
    right = [one for one in translated if one.right]
    print(f"{len(report.programs)} questions, {len(annotated)} with a logical form")
    print(f"{len(translated)} of these forms are programs here; {len(right)} of these give the official answer")
    _print_reasons("no program", report.reasons(annotated=True))
    _print_reasons("no logical form, in the annotators' words", report.reasons(annotated=False))


def _print_reasons(title: str, reasons: list[tuple[str, int]]) -> None:
    print(f"\n{sum(count for _, count in reasons):4}  {title}")
    for reason, count in reasons[:_MOST_REASONS]:
        print(f"  {count:4}  {reason}")
    if len(reasons) > _MOST_REASONS:
        print(f"  {sum(count for _, count in reasons[_MOST_REASONS:]):4}  other reasons, which --json gives")


def _print_found(which: str, found: list[Found]) -> None:
    right = [one for one in found if one.right]
    print(f"\nThe model on the {len(found)} questions {which}")
    for title, some in (("answer right", right), ("answer wrong", [one for one in found if not one.right])):
        print(f"{len(some):4}  {title}")
        kinds = Counter("no program" if one.sameness is None else str(one.sameness) for one in some)
        for kind, count in kinds.most_common():
            print(f"  {count:4}  {kind}")
