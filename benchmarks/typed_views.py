"""Print how typed views in SQL agree with Python on WikiTableQuestions, what needs no mapping, and their speed."""

from __future__ import annotations

import argparse
import statistics
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import duckdb
from sqlglot import exp

from neural_programmer.data.wikitablequestions import WikiTableQuestions
from neural_programmer.execution.sql_schema import Reading
from neural_programmer.execution.typed_views import cleaned_text, needs_mapping, stored_value, typed_expression
from neural_programmer.execution.typed_views_agreement import Agreement, Disagreement
from neural_programmer.tables.build import build_table
from neural_programmer.tables.column_readings import ColumnReadings, column_readings
from neural_programmer.tables.views import ViewKind

SHOWN = 20  # disagreements of each view
_RAW, _CELL = exp.column("written"), exp.column("cell")


def print_agreement(root: Path | None, step: int) -> int:
    """A line for each view and what is stored of it; returns how many cells disagree."""
    dataset = WikiTableQuestions(root)
    paths = sorted(dataset.root.glob("csv/*/*.csv"))[::step]
    agreement = Agreement()
    for path in paths:
        agreement.add(dataset.read_table(str(path.relative_to(dataset.root))))
    cells: Counter[tuple[ViewKind, Reading]] = Counter()
    by_expression: Counter[tuple[ViewKind, Reading]] = Counter()
    wrong: dict[tuple[ViewKind, Reading], list[Disagreement]] = {}
    for compared in agreement.compare():
        kind = (compared.view, compared.reading)
        cells[kind] += compared.cells
        by_expression[kind] += compared.by_expression
        wrong.setdefault(kind, []).extend(compared.disagreements)
    print(f"{len(paths)} tables, {cells.total()} stored cells\n")
    print(f"{'view':16}{'stored as':10}{'cells':>10}{'without mapping':>17}{'disagreements':>15}")
    for view, reading in sorted(cells, key=lambda kind: (list(ViewKind).index(kind[0]), list(Reading).index(kind[1]))):
        kind = (view, reading)
        share = by_expression[kind] / cells[kind]
        print(f"{view:16}{reading:10}{cells[kind]:10}{share:17.2%}{len(wrong[kind]):15}")
    for (view, reading), found in wrong.items():
        for one in found[:SHOWN]:
            print(f"{view} {reading}: {one.table}, {one.column}: {one.text!r} is {one.expected!r}, not {one.found!r}")
    return sum(map(len, wrong.values()))


def seconds(work: Callable[[], object], repeat: int) -> float:
    """The median of the seconds that a core works in some repetitions, whatever else the machine does."""
    times = []
    for _ in range(repeat):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times)


def print_speed(rows: int, repeat: int) -> None:
    """Time the reading of texts such as "1,234 kg" by SQL, by Python, and what DuckDB's own cast takes."""
    table = build_table(
        ["Weight", "Day"], [[f"{n},{n + 200} kg", f"{n % 28 + 1} May {1900 + n}"] for n in range(1, 99)]
    )
    weight, day = (column_readings(column) for column in table.columns)
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        connection.execute(
            "CREATE TABLE texts AS SELECT format('{},{:03d} kg', 1 + number % 997, number % 1000) AS written, "
            "CAST(number % 1000000 AS VARCHAR) AS plain, "
            "format('{} May {}', 1 + number % 28, 1900 + number % 150) AS day "
            f"FROM range({rows}) AS numbers(number)"
        )

        def run(value: exp.Expr, raw: str) -> Callable[[], object]:
            column = exp.column(raw)
            source = (
                exp.select(column.as_("written"), cleaned_text(column).as_("cell")).from_("texts").subquery("source")
            )
            query = exp.select(exp.Max(this=value)).from_(source).sql(dialect="duckdb")
            return lambda: connection.execute(query).fetchall()

        plain = exp.cast(_RAW, exp.DType.DOUBLE)
        lines: list[tuple[str, Callable[[], object]]] = [
            ("CAST of plain digits", run(plain, "plain")),
            ("number of plain digits", run(_value(weight, ViewKind.NUMBER), "plain")),
            ('number of "1,234 kg"', run(_value(weight, ViewKind.NUMBER), "written")),
            ("  which texts are left open", run(_is_open(weight, ViewKind.NUMBER), "written")),
            ('date of "5 May 1990"', run(_value(day, ViewKind.DATE), "day")),
            ('key of "1,234 kg"', run(_value(weight, ViewKind.TEXT, Reading.KEY), "written")),
        ]
        print(f"\n{rows} rows, one thread, median of {repeat}\n")
        print(f"{'':34}{'seconds':>9}{'rows/s':>14}{'of CAST':>10}")
        first = 0.0
        for name, work in lines:
            taken = seconds(work, repeat)
            first = first or taken
            print(f"{name:34}{taken:9.2f}{rows / taken:14,.0f}{taken / first:10.1f}")
        sample = [text for (text,) in connection.execute("SELECT DISTINCT written FROM texts LIMIT 100000").fetchall()]
    start = time.process_time()
    for text in sample:
        stored_value(weight, ViewKind.NUMBER, Reading.RAW, text)
    rate = len(sample) / (time.process_time() - start)
    print(f"{'Python, different texts':34}{rows / rate:9.2f}{rate:14,.0f}{rows / rate / first:10.1f}")


def _value(readings: ColumnReadings, view: ViewKind, reading: Reading = Reading.RAW) -> exp.Expr:
    return typed_expression(readings, view, reading, _RAW, cell=_CELL)


def _is_open(readings: ColumnReadings, view: ViewKind) -> exp.Expr:
    return needs_mapping(readings, [(view, Reading.RAW)], _RAW, cell=_CELL)


def main() -> None:
    """Print what is asked for; the exit code is 1 where a cell disagrees."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dataset", type=Path, metavar="FOLDER", help="where WikiTableQuestions lies")
    parser.add_argument("--step", type=int, default=1, metavar="N", help="compare every N-th table alone")
    parser.add_argument("--rows", type=int, default=10_000_000, metavar="N", help="the rows that are timed")
    parser.add_argument("--repeat", type=int, default=3, metavar="N", help="how often each query is timed")
    parser.add_argument("--only", choices=("agreement", "speed"), help="one of the two parts")
    arguments = parser.parse_args()
    wrong = 0 if arguments.only == "speed" else print_agreement(arguments.dataset, arguments.step)
    if arguments.only != "agreement":
        print_speed(arguments.rows, arguments.repeat)
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
