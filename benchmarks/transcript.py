"""Ask five questions each of a Parquet file of 10 million rows, an SQLite file and a PostgreSQL table.

Prints, as Markdown, what `neural-programmer ask` says, beside the answer of SQL written by hand for the question.
`PYTHONPATH=. .venv/bin/python benchmarks/transcript.py > docs/large_tables_transcript.md` runs it. The tables are
generated, the same every time; PostgreSQL is a server of its own, as in the tests, and has to be installed.
"""

from __future__ import annotations

import argparse
import datetime
import io
import os
import random
import re
import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.scale import write_orders
from neural_programmer.commands.main import main as command_line
from tests.postgres_server import postgres_server

Row = Sequence[Any]
Query = Callable[[str], Sequence[Row]]


@dataclass(frozen=True)
class Case:
    """A question, and SQL written by hand that answers it from the table ``{table}``."""

    question: str
    sql: str


ORDERS = (
    Case("how many orders went to Bergen?", "SELECT count(*) FROM {table} WHERE \"Town\" = 'Bergen'"),
    Case(
        "which order has the highest price?",
        'SELECT "Order" FROM {table} WHERE "Price" = (SELECT max("Price") FROM {table}) ORDER BY "Id"',
    ),
    Case("what is the product of order A-00007919?", 'SELECT "Product" FROM {table} WHERE "Order" = \'A-00007919\''),
    Case("how many orders have a quantity over 95?", 'SELECT count(*) FROM {table} WHERE "Quantity" > 95'),
    Case("what is the last order?", 'SELECT "Order" FROM {table} ORDER BY "Id" DESC LIMIT 1'),
)
RESULTS = (
    Case("how many athletes are from Norway?", "SELECT count(*) FROM {table} WHERE \"Nation\" = 'Norway'"),
    Case(
        "which nation has the most results?",
        'SELECT "Nation" FROM {table} GROUP BY "Nation" ORDER BY count(*) DESC LIMIT 1',
    ),
    Case("how many results were in biathlon?", "SELECT count(*) FROM {table} WHERE \"Sport\" = 'Biathlon'"),
    Case("what is the total points of Japan?", 'SELECT sum("Points") FROM {table} WHERE "Nation" = \'Japan\''),
    Case("how many results had more than 90 points?", 'SELECT count(*) FROM {table} WHERE "Points" > 90'),
)
VISITS = (
    Case("how many visits were to the Louvre?", "SELECT count(*) FROM {table} WHERE \"Museum\" = 'Louvre'"),
    Case("what is the highest price?", 'SELECT max("Price") FROM {table}'),
    Case(
        "which museum has the most visits?",
        'SELECT "Museum" FROM {table} GROUP BY "Museum" ORDER BY count(*) DESC LIMIT 1',
    ),
    Case(
        "how many visits were after june 2019?",
        "SELECT count(*) FROM {table} WHERE \"Date\" >= DATE '2019-07-01'",
    ),
    Case("what is the museum of the first visit?", 'SELECT "Museum" FROM {table} ORDER BY "Visit" LIMIT 1'),
)

_NATIONS = ("Norway", "Sweden", "Finland", "Germany", "Austria", "Italy", "Japan", "Canada", "United States", "France")
_SPORTS = ("Biathlon", "Curling", "Ski jumping", "Speed skating", "Luge")
_NAMES = ("Anna", "Ben", "Carl", "Dora", "Emil", "Frida", "Hana", "Ivar")
_LAST_NAMES = ("Hansen", "Berg", "Novak", "Rossi", "Sato", "Leroy", "Smith", "Huber")
_MUSEUMS = ("Louvre", "Prado", "Uffizi", "Rijksmuseum", "National Gallery", "Hermitage", "Pergamon Museum")


def write_results(path: Path, rows: int) -> None:
    """An SQLite file with the table ``results``: integers and texts."""
    draw = random.Random(1)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "CREATE TABLE results (Athlete TEXT, Nation TEXT, Sport TEXT, Year INTEGER, Place INTEGER, Points INTEGER)"
        )
        connection.executemany(
            "INSERT INTO results VALUES (?, ?, ?, ?, ?, ?)",
            (
                (
                    f"{draw.choice(_NAMES)} {draw.choice(_LAST_NAMES)} {draw.randrange(2000)}",
                    *(draw.choice(_NATIONS), draw.choice(_SPORTS), draw.randrange(1960, 2023)),
                    *(draw.randrange(1, 60), draw.randrange(101)),
                )
                for _ in range(rows)
            ),
        )
        connection.commit()


def write_visits(address: str, rows: int) -> None:
    """The PostgreSQL table ``visits``: a key, texts, decimals and dates."""
    import psycopg

    draw = random.Random(2)
    first = datetime.date(2010, 1, 1)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(
            'CREATE TABLE visits ("Visit" BIGINT PRIMARY KEY, "Museum" TEXT, "Visitor" TEXT, "Price" NUMERIC(6, 2), '
            '"Persons" INTEGER, "Date" DATE)'
        )
        with connection.cursor().copy("COPY visits FROM STDIN") as copy:
            for number in range(1, rows + 1):
                visitor = f"{draw.choice(_NAMES)} {draw.choice(_LAST_NAMES)} {draw.randrange(500)}"
                price = f"{draw.randrange(3000) / 100:.2f}"
                day = first + datetime.timedelta(days=draw.randrange(4000))
                copy.write_row((number, draw.choice(_MUSEUMS), visitor, price, draw.randrange(1, 9), day))
        connection.execute("GRANT SELECT ON visits TO reader")
        connection.execute("ANALYZE visits")


def said(table: str, question: str) -> str:
    """What `neural-programmer ask` prints."""
    out = io.StringIO()
    with redirect_stdout(out):
        command_line(["ask", table, question, "--k", "1"])
    return out.getvalue().replace(f"{Path.cwd()}/", "")


def as_number(text: str) -> float | None:
    """A number that a text is."""
    try:
        return float(text)
    except ValueError:
        return None


def same(printed: str, rows: Sequence[Row]) -> bool:
    """Whether the answer that was printed is what the rows hold; a value may stand there more than once."""
    lines = printed.split("\n")
    while lines[0].endswith(",") and len(lines) > 1:  # a long answer goes on in the next line
        lines[:2] = [f"{lines[0]} {lines[1]}"]
    plain = re.sub(r" \((?:at least )?[\d,]+ times\)", "", lines[0])
    return _values(plain.split(", ")) == _values([str(row[0]) for row in rows])


def _values(texts: Sequence[str]) -> set[str]:
    numbers = [(text.strip(), as_number(text)) for text in texts]
    return {text if number is None else f"{number:.9g}" for text, number in numbers}


def transcript(title: str, table: str, shown: str, cases: Sequence[Case], query: Query, relation: str) -> int:
    """Print the questions about one table with their answers; gives how many are those of the SQL by hand."""
    print(f"\n## {title}\n", flush=True)
    right = 0
    for case in cases:
        printed = said(table, case.question)
        rows = query(case.sql.format(table=relation))
        is_same = same(printed, rows)
        right += is_same
        by_hand = ", ".join(str(row[0]) for row in rows[:5]) + (f" and {len(rows) - 5} more" if len(rows) > 5 else "")
        print(f'```console\n$ neural-programmer ask {shown} "{case.question}" --k 1\n{printed.rstrip()}\n```\n')
        print(f"{'The same' if is_same else '**Not the same**'} by hand, {by_hand}: ", end="")
        print(f"`{case.sql.format(table=relation)}`\n", flush=True)
    return right


def main() -> None:
    """Make the tables, ask, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=10_000_000, metavar="ROWS", help="rows of the Parquet file")
    parser.add_argument("--results", type=int, default=100_000, metavar="ROWS", help="rows of the SQLite table")
    parser.add_argument("--visits", type=int, default=100_000, metavar="ROWS", help="rows of the PostgreSQL table")
    parser.add_argument(
        "--folder", type=Path, metavar="DIR", help="keep files and indexes here, and use those that are there already"
    )
    options = parser.parse_args()
    print("# Three large tables, five questions each\n")
    print(
        "Printed by `PYTHONPATH=. .venv/bin/python benchmarks/transcript.py`, which makes the tables, asks the shipped "
        "model by the command line, and runs SQL written by hand beside it."
    )
    right = 0
    with tempfile.TemporaryDirectory(prefix="transcript-") as temporary, postgres_server() as server:
        folder = (options.folder or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        os.environ["NEURAL_PROGRAMMER_CACHE"] = f"{folder}/indexes"
        os.chdir(folder)
        if not Path("orders.parquet").exists():
            write_orders(Path("orders.parquet"), options.orders)
        if not Path("results.sqlite").exists():
            write_results(Path("results.sqlite"), options.results)
        write_visits(server.superuser_address, options.visits)
        with duckdb.connect() as orders, closing(sqlite3.connect("results.sqlite")) as results:
            orders.execute("SET enable_progress_bar = false")
            orders.execute("SET memory_limit = '1GB'")
            right += transcript(
                f"A Parquet file of {options.orders:,} rows",
                *("orders.parquet", "orders.parquet", ORDERS),
                lambda sql: orders.execute(sql).fetchall(),
                "'orders.parquet'",
            )
            right += transcript(
                f"An SQLite file of {options.results:,} rows",
                *("sqlite:///results.sqlite#results", "sqlite:///results.sqlite#results", RESULTS),
                lambda sql: results.execute(sql).fetchall(),
                "results",
            )
        right += transcript(
            f"A PostgreSQL table of {options.visits:,} rows",
            *(f"{server.address()}#visits", "postgresql://reader:…@127.0.0.1/postgres#visits", VISITS),
            lambda sql: by_psql(server.superuser_address, sql),
            "visits",
        )
        os.chdir("/")
    print(f"{right} of {sum(map(len, (ORDERS, RESULTS, VISITS)))} answers are those of the SQL by hand.")


def by_psql(address: str, sql: str) -> list[Row]:
    """The rows of a query in PostgreSQL."""
    import psycopg

    with psycopg.connect(address) as connection:
        return list(connection.execute(sql.encode()).fetchall())


if __name__ == "__main__":
    main()
