"""`neural-programmer address TABLE "question"`: the row selector of the soft program as a memory address."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from neural_programmer.commands.exit_codes import ABSTAINED, ANSWERED, UserError, bad_input
from neural_programmer.commands.models import load_model
from neural_programmer.commands.options import add_checkpoint_option
from neural_programmer.commands.printing import print_columns, printable

if TYPE_CHECKING:
    from neural_programmer.address_trace import AddressStep
    from neural_programmer.tables.table import Table

_MOST_ROWS = 12
_COLUMNS = ("by content", "by place", "combined", "address", "sharpened")


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "address",
        help="how a question's soft program addresses rows: by content, by place, sharpened",
        description="Run the question's program softly and show its row selector, step by step, as the Neural Turing "
        "Machine shows its memory address: found by content, found by place, both together, and sharpened.",
    )
    parser.add_argument("table", type=Path, metavar="TABLE", help="a file with a table")
    parser.add_argument("question", metavar="QUESTION", help="the question, in quotes")
    parser.add_argument(
        "--sharpen", type=_exponent, default=4.0, metavar="POWER", help="the power, at least 1 (default: %(default)s)"
    )
    parser.add_argument("--figure", type=Path, metavar="FILE.svg", help="draw the addresses as well")
    add_checkpoint_option(parser)
    parser.set_defaults(run=run, threshold=0.0)


def _exponent(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 1 <= value <= 1000:
        raise argparse.ArgumentTypeError(f"expected a number from 1 to 1000, but found {text!r}")
    return value


def run(arguments: argparse.Namespace) -> int:
    """Ask, and print the addresses of every step that may give rows."""
    from neural_programmer.address_trace import AddressTracer
    from neural_programmer.tables.errors import TableError
    from neural_programmer.tables.loaders.load import load_table

    with bad_input(TableError):
        table = load_table(arguments.table)
    programmer = load_model(arguments)
    response = programmer.ask(table, arguments.question, k=1)
    if response.program is None or response.linking is None:
        print(printable(response.explanation))
        return ABSTAINED
    assert isinstance(programmer.predictor, AddressTracer)
    steps = programmer.predictor.address_trace(
        response.prepared, response.linking, len(response.program) - 1, arguments.sharpen
    )
    for step in steps:
        _print_step(step, table)
    if arguments.figure is not None:
        try:
            arguments.figure.write_text(_figure(arguments.question, steps, table), encoding="utf-8")
        except OSError as error:
            raise UserError(f"cannot write {arguments.figure}: {error.strerror or error}") from error
    return ANSWERED


def _print_step(step: AddressStep, table: Table) -> None:
    print(f"Step {step.step}: gives rows with {step.chance:.0%}")
    if step.chance < 0.005:
        return
    ways = ", ".join(f"{way} {chance:.0%}" for way, chance in step.ways.items())
    print(f"  {ways}; one row up {step.shifts[0]:.0%}, one row down {step.shifts[1]:.0%}")
    rows = _shown([step], table)
    print_columns(
        [
            ("  row", *_COLUMNS),
            *((f"  {_label(table, row)}", *(f"{share:.2f}" for share in _shares(step, row))) for row in rows),
        ]
    )


def _shown(steps: Sequence[AddressStep], table: Table) -> list[int]:
    """The rows with the greatest shares anywhere, in the order of the table."""
    greatest = [max(max(_shares(step, row)) for step in steps) for row in range(table.number_of_rows)]
    return sorted(sorted(range(len(greatest)), key=lambda row: -greatest[row])[:_MOST_ROWS])


def _shares(step: AddressStep, row: int) -> list[float]:
    from neural_programmer.address_trace import Addressing

    parts = [step.by[way][row] if way in step.by else 0.0 for way in Addressing]
    return [*parts, step.address[row], step.sharpened[row]]


def _label(table: Table, row: int) -> str:
    cells = " · ".join(column.cells[row] for column in table.columns[:2])
    return printable(f"{row + 1} {cells}"[:34])


def _figure(question: str, steps: Sequence[AddressStep], table: Table) -> str:
    from neural_programmer.heat_map import heat_map

    telling = [step for step in steps if step.chance >= 0.005]
    rows = _shown(telling, table) if telling else []
    return heat_map(
        question,
        [name for _ in telling for name in ("content", "place", "combined", "address", "sharp")],
        [_label(table, row) for row in rows],
        [[share for step in telling for share in _shares(step, row)] for row in rows],
        [(f"step {step.step}, rows {step.chance:.0%}", len(_COLUMNS)) for step in telling],
    )
