"""`neural-programmer agreement QUESTIONS.tsv`: whether the SQL of a model's programs gives the programs' answers."""

from __future__ import annotations

import argparse
from pathlib import Path

from neural_programmer.commands.datasets import open_questions
from neural_programmer.commands.exit_codes import ANSWERED, bad_input
from neural_programmer.commands.models import load_model
from neural_programmer.commands.options import add_checkpoint_option, add_root_option, positive
from neural_programmer.commands.printing import ProgressBar, print_columns, print_json, printable

_DEFAULT_ENGINES = ("duckdb", "sqlite")


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "agreement",
        help="whether the SQL of a model's programs, run in databases, gives the programs' answers",
        description="Ask every question of a file, run the SQL of its program in each database on the same table, and "
        "compare the rows with the program's exact answer. Every program that does not agree is named with the reason.",
    )
    parser.add_argument("questions", type=Path, metavar="QUESTIONS.tsv", help="a WikiTableQuestions question file")
    add_root_option(parser)
    parser.add_argument("--limit", type=positive, metavar="N", help="only the first N questions")
    add_checkpoint_option(parser)
    parser.add_argument(
        "--engine",
        action="append",
        metavar="ENGINE",
        help="duckdb, sqlite, spark or postgresql://USER:PASSWORD@HOST/DATABASE; may be given several times "
        "(default: duckdb and sqlite)",
    )
    parser.add_argument(
        "--readings", type=positive, default=1, metavar="N", help="programs of a question, best first (default: 1)"
    )
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.set_defaults(run=run, threshold=None)


def run(arguments: argparse.Namespace) -> int:
    """Ask, compare, and print the shares and the exceptions."""
    from neural_programmer.agreement_report import agreement
    from neural_programmer.data.wikitablequestions import DatasetError, WikiTableQuestions
    from neural_programmer.execution.engines import EngineError, engine_opener

    with bad_input(ValueError):
        openers = [engine_opener(choice) for choice in arguments.engine or _DEFAULT_ENGINES]
    questions = open_questions(arguments)
    with bad_input(DatasetError):
        dataset = WikiTableQuestions(arguments.root)
        first = dataset.read_table(questions[0].context)
    for opener in openers:
        # What cannot be opened at all, such as a server that is not there, is told before the work begins.
        with bad_input(EngineError):
            opener(first).close()
    programmer = load_model(arguments)
    with bad_input(DatasetError), ProgressBar("questions") as move:
        reports = agreement(programmer, questions, dataset, openers, readings=arguments.readings, progress=move)
    if arguments.json:
        print_json([report.to_json() for report in reports])
        return ANSWERED
    rows: list[tuple[str, ...]] = [("Database", "questions", "programs", "agree", "share")]
    for report in reports:
        counts = (len(questions), report.programs, report.agreed)
        rows.append((report.engine, *map(str, counts), f"{report.share:.2%}"))
    print_columns(rows)
    for report in reports:
        for one in report.disagreements:
            print()
            print(f"{report.engine}  {printable(one.question)}  {printable(one.program or '(no program)')}")
            print(f"  {printable(one.reason)}")
    return ANSWERED
