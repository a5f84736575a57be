"""`neural-programmer batch QUESTIONS --table TABLE --output FILE`: answer a file of questions."""

from __future__ import annotations

import argparse
from collections import Counter, OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING

from neural_programmer.commands.exit_codes import ANSWERED, INTERRUPTED, UserError, bad_input
from neural_programmer.commands.models import check_dialect, load_model
from neural_programmer.commands.options import add_large_options, add_model_options
from neural_programmer.commands.printing import ProgressBar, printable

if TYPE_CHECKING:
    from neural_programmer.batch import BatchResult
    from neural_programmer.prepared import PreparedTable

_MOST_TABLES = 8
_ENDINGS = (".csv", ".jsonl")


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "batch",
        help="answer a file of questions about one table or several",
        description="Answer every question of a file and write answers, confidence, program and SQL, one line a "
        'question. A file with a column "question" is read as CSV or TSV and may name the table of each question in a '
        'column "table"; in any other file each line is a question. Lines that cannot be asked are in the result with '
        "their number and the reason. Ctrl-C stops, and what was answered is written.",
    )
    parser.add_argument("questions", type=Path, metavar="QUESTIONS", help="a file of questions")
    parser.add_argument(
        "--table",
        metavar="TABLE",
        help="the table of all questions that name none, a file or the address of a database as `ask` takes it; "
        "files named in the file of questions lie relative to it",
    )
    parser.add_argument(
        "--output", type=Path, required=True, metavar="FILE", help="where to write the results, as .csv or .jsonl"
    )
    add_large_options(parser)
    add_model_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Answer and write, and say how many lines ended how."""
    from neural_programmer.batch import BatchError, Outcome, read_batch, results_csv, results_jsonl, run_batch

    if arguments.dialect is not None:
        check_dialect(arguments.dialect)
    output: Path = arguments.output
    if output.suffix.lower() not in _ENDINGS:
        raise UserError(f"--output ends in .csv or .jsonl, but found {output.name!r}")
    if not output.parent.is_dir():
        raise UserError(f"there is no folder {output.parent} to write {output.name} into")
    inputs = [arguments.questions, *([_file_of(arguments.table)] if arguments.table else [])]
    if output.exists() and output.resolve() in {one.resolve() for one in inputs}:
        raise UserError(f"{output} is an input and would be overwritten; name another file")
    with bad_input(OSError, BatchError):
        lines = read_batch(arguments.questions.read_bytes(), arguments.questions.name)
    tables = BatchTables(arguments.questions.parent, arguments.table, arguments.large_rows)
    programmer = load_model(arguments)
    results: list[BatchResult] = []
    stopped = False
    with ProgressBar("questions") as move:
        try:
            for result in run_batch(programmer, lines, tables.table, arguments.dialect):
                results.append(result)
                move(len(results), len(lines))
        except KeyboardInterrupt:
            stopped = True
    write = results_jsonl if output.suffix.lower() == ".jsonl" else results_csv
    with bad_input(OSError):
        partial = output.with_name(f".{output.name}.partial")
        partial.write_bytes(write(results))
        partial.replace(output)
    counts = Counter(result.outcome for result in results)
    print(
        f"{len(results)} of {len(lines)} questions in {output}: {counts[Outcome.ANSWERED]} answered, "
        f"{counts[Outcome.ABSTAINED]} without an answer, {counts[Outcome.PROBLEM]} that could not be asked"
    )
    for result in results:
        if result.outcome is Outcome.PROBLEM:
            print(f"  line {result.line}: {printable(result.reason)}")
    return INTERRUPTED if stopped else ANSWERED


class BatchTables:
    """The tables of a batch, the last few of them kept prepared; large ones stay where they are."""

    def __init__(self, folder: Path, default: str | None, large_rows: int | None = None) -> None:
        self._folder = folder
        self._default = default
        self._large_rows = large_rows
        self._kept: OrderedDict[str, PreparedTable] = OrderedDict()

    def table(self, name: str) -> PreparedTable:
        """The table of a line, which may name none."""
        from neural_programmer.large.opening import LARGE_ROWS, open_table
        from neural_programmer.large.table import LargeTable
        from neural_programmer.tables.errors import TableError

        source = self._default
        if name:
            source = name if "://" in name else str(self._folder / name)
        if source is None:
            raise TableError('the line names no table; give it in a column "table", or one for all with --table')
        if source not in self._kept:
            self._kept[source] = open_table(source, large_rows=self._large_rows or LARGE_ROWS)
            if len(self._kept) > _MOST_TABLES:
                _, left = self._kept.popitem(last=False)
                if isinstance(left, LargeTable):
                    left.close()
        self._kept.move_to_end(source)
        return self._kept[source]


def _file_of(source: str) -> Path:
    """The file of a table, where it is one."""
    path = Path(source)
    return path if path.exists() else Path(source.partition("#")[0].removeprefix("duckdb://").removeprefix("sqlite://"))
