"""`neural-programmer export QUESTIONS --table TABLE --output DIR`: the SQL of a file of questions, a file each."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from neural_programmer.commands.batch import BatchTables
from neural_programmer.commands.exit_codes import ANSWERED, INTERRUPTED, bad_input
from neural_programmer.commands.models import check_dialect, load_model
from neural_programmer.commands.options import add_large_options, add_model_options
from neural_programmer.commands.printing import ProgressBar, printable
from neural_programmer.commands.sql import add_form_option, heading

if TYPE_CHECKING:
    from neural_programmer.sql_export import Exported


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "export",
        help="write the SQL of a file of questions, one file a question",
        description="Answer every question of a file, as `batch` reads it, and write the SQL of each into a file of "
        "its own, with an index (index.csv, index.jsonl) that has question, answer, confidence and whether the SQL "
        "gave the answer in DuckDB, and the reason where there is no answer. Ctrl-C stops; --resume goes on.",
    )
    parser.add_argument("questions", type=Path, metavar="QUESTIONS", help="a file of questions")
    parser.add_argument(
        "--table",
        metavar="TABLE",
        help="the table of all questions that name none, a file or the address of a database as `ask` takes it; "
        "files named in the file of questions lie relative to it",
    )
    parser.add_argument("--output", type=Path, required=True, metavar="DIR", help="a new or empty folder")
    add_large_options(parser)
    add_form_option(parser)
    present = parser.add_mutually_exclusive_group()
    present.add_argument("--resume", action="store_true", help="go on with the export that the folder holds")
    present.add_argument("--overwrite", action="store_true", help="write the export that the folder holds anew")
    add_model_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Export, and say how many questions ended how."""
    from neural_programmer.batch import BatchError, Outcome, read_batch
    from neural_programmer.sql_export import ExportFolder, ExportFolderError, Settings, export_lines

    if arguments.dialect is not None:
        check_dialect(arguments.dialect)
    with bad_input(OSError, BatchError):
        lines = read_batch(arguments.questions.read_bytes(), arguments.questions.name)
    programmer = load_model(arguments)
    model = "" if arguments.checkpoint is None else str(arguments.checkpoint)
    settings = Settings(arguments.dialect, arguments.form, model, programmer.threshold)
    with bad_input(OSError, ExportFolderError):
        folder = ExportFolder(arguments.output, settings, resume=arguments.resume, overwrite=arguments.overwrite)
    tables = BatchTables(arguments.questions.parent, arguments.table, arguments.large_rows)
    exported: list[Exported] = []
    stopped = False
    with ProgressBar("questions") as move, bad_input(OSError):
        try:
            for one in export_lines(programmer, lines, tables.table, folder, settings, heading):
                exported.append(one)
                move(len(exported), len(lines))
        except KeyboardInterrupt:
            stopped = True
        folder.finish(exported)
    counts = Counter(one.result.outcome for one in exported)
    print(
        f"{len(exported)} of {len(lines)} questions in {arguments.output}: {counts[Outcome.ANSWERED]} with SQL, "
        f"{counts[Outcome.ABSTAINED]} without an answer, {counts[Outcome.PROBLEM]} that could not be asked"
    )
    for one in exported:
        if one.result.outcome is Outcome.PROBLEM:
            print(f"  line {one.result.line}: {printable(one.result.reason)}")
        elif one.file and not one.agreement:
            print(f"  {one.file}: DuckDB did not give the answer with the query")
    return INTERRUPTED if stopped else ANSWERED
