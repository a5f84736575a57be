"""`neural-programmer ask TABLE "question"`: the answer, why, and the SQL that gives it."""

from __future__ import annotations

import argparse
import sys
import textwrap
from typing import TYPE_CHECKING

from neural_programmer.commands.exit_codes import ABSTAINED, ANSWERED, bad_input
from neural_programmer.commands.models import check_dialect, load_model
from neural_programmer.commands.options import add_members_option, add_model_options, positive
from neural_programmer.commands.printing import print_json, printable, shown_values

if TYPE_CHECKING:
    from neural_programmer.response import Response

_VERDICTS = {
    True: "run in DuckDB, it gave the same answer",
    False: "run in DuckDB, it gave ANOTHER answer",
    None: "DuckDB could not run it to its end",
}


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "ask",
        help="answer a question about a table",
        description="Answer a question about a table, with the program, its SQL and other readings of the question.",
        epilog="Exit codes: 0 answered, 2 bad input, 3 no answer (abstained).",
    )
    parser.add_argument(
        "table",
        metavar="TABLE",
        help="a CSV, TSV, Excel, Parquet or JSON file, a DuckDB or SQLite database (as FILE#TABLE, or with --table), "
        "or the address of a database (postgresql://user:password@host/database#TABLE)",
    )
    parser.add_argument("question", metavar="QUESTION", help="the question, in quotes")
    parser.add_argument("--k", type=positive, default=5, metavar="N", help="how many readings to give (default: 5)")
    parser.add_argument(
        "--dialect", metavar="NAME", help="the SQL dialect (default: duckdb, or that of the database a table lives in)"
    )
    parser.add_argument("--json", action="store_true", help="print the response as one JSON object")
    parser.add_argument("--sheet", metavar="NAME", help="the sheet of a workbook")
    parser.add_argument("--table", dest="part", metavar="NAME", help="the table of a database")
    parser.add_argument(
        "--large-rows",
        type=positive,
        metavar="N",
        help="tables of more rows than this stay where they are and are answered by their database (default: 50000)",
    )
    add_model_options(parser)
    add_members_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Ask, print, and say by the exit code whether there was an answer."""
    from neural_programmer.large.asking import LargeResponse
    from neural_programmer.tables.errors import TableError

    if arguments.dialect is not None:
        check_dialect(arguments.dialect)
    with bad_input(TableError):
        from neural_programmer.large.opening import LARGE_ROWS, open_table

        options = {"sheet": arguments.sheet} if arguments.sheet else {}
        table = open_table(
            arguments.table,
            large_rows=arguments.large_rows or LARGE_ROWS,
            report=_say,
            table=arguments.part,
            **options,
        )
    response = load_model(arguments).ask(table, arguments.question, k=arguments.k)
    if isinstance(response, LargeResponse):
        dialect = arguments.dialect or response.large.place.dialect
        response = response.with_all_readings()
    else:
        dialect = arguments.dialect or "duckdb"
    if arguments.json:
        print_json(response.to_json(dialect))
    else:
        _print_response(response, dialect)
    return ABSTAINED if response.abstained else ANSWERED


def _say(said: str) -> None:
    """Progress of something that takes long, for a person who waits."""
    if sys.stderr.isatty():
        print(said, file=sys.stderr)


def _verdict(response: Response) -> str:
    from neural_programmer.large.asking import LargeResponse

    if not isinstance(response, LargeResponse):
        return _VERDICTS[response.sql_agrees]
    return f"it gave the answer, over all {response.large.number_of_rows:,} rows"


def _print_response(response: Response, dialect: str) -> None:
    from neural_programmer.large.asking import LargeResponse

    more = isinstance(response, LargeResponse) and response.more
    print(_wrapped(shown_values(response.answer, more=more) if response.answer else printable(response.explanation)))
    if response.program is not None:
        print(_wrapped(printable(response.explanation)))
        for written, meant in response.respellings:
            print(_wrapped(printable(f'"{written}" is not in the table and was read as "{meant}".')))
        if more:
            print(f"These are the first {len(response.answer):,} values; there are more.")
        verdict = _verdict(response)
        print(f"\nConfidence: {response.confidence:.0%}")
        print(f"\nSQL ({dialect}; {verdict}):")
        print(textwrap.indent(_printable_lines(response.sql(dialect) or ""), "  "))
    if response.readings[1 if response.program is not None else 0 :]:
        print("\nReadings:")
        for number, reading in enumerate(response.readings, start=1):
            answer = textwrap.shorten(shown_values(reading.answer), 60, placeholder=" …")
            print(f"  {number}. {reading.probability:4.0%}  {answer}")
            print(textwrap.indent(_wrapped(printable(reading.explanation), 100), " " * 12))
    if response.unused_words:
        print(f"\nWords not used: {', '.join(map(printable, response.unused_words))}")


def _wrapped(text: str, width: int = 112) -> str:
    return textwrap.fill(text, width, break_long_words=False, break_on_hyphens=False)


def _printable_lines(text: str) -> str:
    return "\n".join(map(printable, text.split("\n")))
