"""`neural-programmer sql TABLE "question"`: the SQL that answers a question, in a dialect and a form."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from neural_programmer.commands.exit_codes import ABSTAINED, ANSWERED, UserError, bad_input
from neural_programmer.commands.models import check_dialect, load_model
from neural_programmer.commands.options import add_large_options, add_model_options
from neural_programmer.commands.printing import print_json, printable, shown_values

if TYPE_CHECKING:
    from neural_programmer.response import Response

FORMS = ("query", "script", "parameters")


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "sql",
        help="print the SQL that answers a question",
        description="Print the SQL that answers a question, and nothing else, so that it can be given to a database.",
        epilog="Exit codes: 0 answered, 2 bad input, 3 no answer (abstained).",
    )
    parser.add_argument(
        "table",
        metavar="TABLE",
        help="a CSV, TSV, Excel, Parquet or JSON file, a DuckDB or SQLite database (as FILE#TABLE, or with --table), "
        "or the address of a database (postgresql://user:password@host/database#TABLE)",
    )
    parser.add_argument("question", metavar="QUESTION", help="the question, in quotes")
    add_large_options(parser)
    add_form_option(parser)
    parser.add_argument(
        "--read-file",
        action="store_true",
        help="a script reads the CSV, TSV or Parquet file itself in place of holding the rows (DuckDB)",
    )
    parser.add_argument(
        "--json", action="store_true", help="print SQL, values, answer and agreement as one JSON object"
    )
    parser.add_argument("--sheet", metavar="NAME", help="the sheet of a workbook")
    parser.add_argument("--table", dest="part", metavar="NAME", help="the table of a database")
    add_model_options(parser)
    parser.set_defaults(run=run)


def add_form_option(parser: argparse.ArgumentParser) -> None:
    """The option that chooses the form of the SQL."""
    parser.add_argument(
        "--form",
        choices=FORMS,
        default="query",
        help="query: the query alone; script: with statements that make the table, to be run in an empty database; "
        "parameters: with places for the values, which follow as comments (default: query)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Ask, print the SQL, and say by the exit code whether there was an answer."""
    from neural_programmer.execution.sql_file_script import FileScriptError
    from neural_programmer.large.asking import LargeResponse, NoScriptError
    from neural_programmer.large.opening import LARGE_ROWS, open_table
    from neural_programmer.tables.errors import TableError

    if arguments.dialect is not None:
        check_dialect(arguments.dialect)
    if arguments.read_file and (arguments.form, arguments.dialect or "duckdb") != ("script", "duckdb"):
        raise UserError("--read-file is for --form script in --dialect duckdb, which can read the file")
    options = {"table": arguments.part, **({"sheet": arguments.sheet} if arguments.sheet else {})}
    with bad_input(TableError):
        table = open_table(arguments.table, large_rows=arguments.large_rows or LARGE_ROWS, **options)
    response = load_model(arguments).ask(table, arguments.question, k=1)
    place = response.large.place.dialect if isinstance(response, LargeResponse) else "duckdb"
    arguments.dialect = arguments.dialect or place
    if response.abstained:
        if arguments.json:
            print_json(_as_json(response, arguments, None))
        print(f"neural-programmer: {printable(response.explanation)}", file=sys.stderr)
        return ABSTAINED
    with bad_input(FileScriptError, NoScriptError):
        sql = _sql(response, arguments)
    if arguments.json:
        print_json(_as_json(response, arguments, sql))
    else:
        print(sql, end="")
    if not response.sql_agrees:
        print("neural-programmer: DuckDB did not give the answer with this query; see `ask`", file=sys.stderr)
    return ANSWERED


def heading(response: Response) -> list[str]:
    """What stands above the SQL as comments, where it is more than the query."""
    checked = {True: "DuckDB gave this answer with the query.", False: "DuckDB gave ANOTHER answer with the query."}
    return [
        f"Question: {response.question}",
        f"Answer: {shown_values(response.answer)}",
        f"In words: {response.explanation}",
        checked.get(response.sql_agrees, "DuckDB could not run the query to its end."),  # type: ignore[arg-type]
    ]


def _sql(response: Response, arguments: argparse.Namespace) -> str:
    from neural_programmer.execution.sql_file_script import file_script
    from neural_programmer.execution.sql_forms import SqlForm, sql_file
    from neural_programmer.large.asking import LargeResponse

    form = SqlForm(arguments.form)
    lines = heading(response) if form is SqlForm.SCRIPT else []
    if isinstance(response, LargeResponse):
        return response.sql_file(arguments.dialect, form, lines)
    program, table = response.program, response.prepared.table
    assert program is not None
    if arguments.read_file:
        return file_script(program, table, Path(arguments.table), lines)
    return sql_file(program, table, arguments.dialect, form, lines)


def _as_json(response: Response, arguments: argparse.Namespace, sql: str | None) -> dict[str, object]:
    whole = response.to_json(arguments.dialect)
    parameters = response.sql_parameters(arguments.dialect) if arguments.form == "parameters" else {}
    kept = ("question", "answer", "confidence", "explanation", "program", "dialect", "sql_agrees")
    return {**{key: whole[key] for key in kept}, "form": arguments.form, "sql": sql, "parameters": parameters}
