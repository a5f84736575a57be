"""The same rows in every kind of place that a large table can live in."""

from __future__ import annotations

import csv
import datetime
import random
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pyarrow
import pyarrow.parquet

from neural_programmer.tables.loaders.cells import cell_text

_TOWNS = ("Oslo", "OSLO", "Bergen", "New York", "São Paulo", "Sao Paulo", "Rome", " Rome", "", None)
_NAMES = ("Anna", "Ben", "Zoë", "Carl", "O'Neil", 'The "Cat"', "100%_sure")
_WEIGHTS = ("1,250 kg", "3.5 kg", "12 kg", "900 g", "n/a", "", "7 kg (est.)", None)
_SENT = ("21 May 1950", "May 1951", "3 June 1952", "1953", "TBA", "")
SCHEMA = pyarrow.schema(
    [
        ("Id", pyarrow.int64()),
        ("Order", pyarrow.string()),
        ("Town", pyarrow.string()),
        ("Customer", pyarrow.string()),
        ("Quantity", pyarrow.int32()),
        ("Price", pyarrow.float64()),
        ("Discount", pyarrow.decimal128(4, 2)),
        ("Date", pyarrow.date32()),
        ("Shipped", pyarrow.timestamp("us")),
        ("Paid", pyarrow.bool_()),
        ("Weight", pyarrow.string()),
        ("Sent", pyarrow.string()),
        ("Year", pyarrow.int64()),
    ]
)


def rows_table(rows: int, seed: int = 0) -> pyarrow.Table:
    """A table of orders with nulls, blanks, ties, and texts that are equal but written otherwise."""
    from decimal import Decimal

    draw = random.Random(seed)
    day = datetime.date(2001, 1, 1)
    moment = datetime.datetime(2001, 1, 1)
    columns: dict[str, list[Any]] = {name: [] for name in SCHEMA.names}
    for number in range(rows):
        values = {
            "Id": number + 1,
            "Order": f"A-{(number * 7919) % 100_003:06d}",
            "Town": draw.choice(_TOWNS),
            "Customer": f"{draw.choice(_NAMES)} {draw.choice(('Hansen', 'Smith', 'Berg'))} {draw.randrange(40)}",
            "Quantity": draw.choice((None, *range(100))),
            "Price": draw.choice((None, 0.1, draw.randrange(100_000) / 100)),
            "Discount": Decimal(draw.randrange(50)) / 100,
            "Date": draw.choice((None, *(day + datetime.timedelta(days=draw.randrange(900)) for _ in range(9)))),
            "Shipped": moment + datetime.timedelta(seconds=draw.choice((0, 60, 3600, 1)) * draw.randrange(86_400)),
            "Paid": draw.choice((True, False, None)),
            "Weight": draw.choice(_WEIGHTS),
            "Sent": draw.choice(_SENT),
            "Year": draw.randrange(1990, 2020),
        }
        for name, value in values.items():
            columns[name].append(value)
    return pyarrow.table(columns, schema=SCHEMA)


def as_parquet(table: pyarrow.Table, folder: Path) -> str:
    path = folder / "orders.parquet"
    pyarrow.parquet.write_table(table, path)
    return str(path)


def as_csv(table: pyarrow.Table, folder: Path) -> str:
    path = folder / "orders.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(table.column_names)
        writer.writerows([cell_text(value) for value in row] for row in zip(*table.to_pydict().values(), strict=True))
    return str(path)


def as_duckdb(table: pyarrow.Table, folder: Path) -> str:
    path = folder / "orders.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.register("given", table)
        connection.execute("CREATE TABLE orders AS SELECT * FROM given")
        connection.execute("CREATE TABLE others (a INTEGER)")
    return f"duckdb:///{path}#orders"


def as_sqlite(table: pyarrow.Table, folder: Path) -> str:
    path = folder / "orders.sqlite"
    with closing(sqlite3.connect(path)) as connection, connection:
        kinds = {"int64": "INTEGER", "int32": "INTEGER", "double": "REAL"}
        columns = ", ".join(f'"{field.name}" {kinds.get(str(field.type), "TEXT")}' for field in table.schema)
        connection.execute(f"CREATE TABLE orders ({columns})")
        places = ", ".join("?" for _ in table.schema)
        rows = zip(*table.to_pydict().values(), strict=True)
        plain = (int, float, str, type(None))
        connection.executemany(
            f"INSERT INTO orders VALUES ({places})",
            [[value if type(value) in plain else cell_text(value) for value in row] for row in rows],
        )
    return f"sqlite:///{path}#orders"
