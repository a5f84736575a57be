"""Making tables of typed columns from headers and rows of text."""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Sequence

import numpy as np

from neural_programmer.tables.column_cells import ENOUGH, Cells
from neural_programmer.tables.date_columns import read_dates
from neural_programmer.tables.lists import read_lists
from neural_programmer.tables.number_columns import is_range, read_numbers
from neural_programmer.tables.numbers import NumberReading
from neural_programmer.tables.table import Column, Table
from neural_programmer.tables.text_parts import read_heads, read_tails
from neural_programmer.tables.totals import find_totals
from neural_programmer.tables.values import MISSING, Number, Text, Value
from neural_programmer.tables.view_parts import Codes, make_view
from neural_programmer.tables.views import View, ViewKind
from neural_programmer.tables.word_lists import word_list

_PLACEHOLDERS = frozenset(["", *word_list("placeholders")])
COMMON_UNIT = 0.5


def build_table(headers: Sequence[str], rows: Sequence[Sequence[str]], name: str = "table") -> Table:
    """The table of these cells, with every view in which its columns can be read.

    An empty header becomes "column 3", a repeated one "name (2)". Short rows are filled up with empty cells, and
    cells beyond the last header get columns of their own: nothing is cut.
    """
    width = max([len(headers), *map(len, rows)])
    names = unique_names([*headers, *[""] * (width - len(headers))])
    padded = [row if len(row) == width else [*row, *[""] * (width - len(row))] for row in rows]
    by_column = list(zip(*padded, strict=True)) if padded else [()] * width
    columns = tuple(
        _build_column(unique, headers[position] if position < len(headers) else "", cells)
        for position, (unique, cells) in enumerate(zip(names, by_column, strict=True))
    )
    return Table(name, columns, len(rows), find_totals(columns, len(rows)), _fingerprint(headers, by_column))


def unique_names(headers: Sequence[str]) -> list[str]:
    """A name for each header: blanks for line breaks and control characters, numbered where empty or repeated.

    No two names differ in case alone, since databases would take them for one.
    """
    cleaned = [_clean_name(header) or f"column {position}" for position, header in enumerate(headers, 1)]
    taken: set[str] = set()
    names = []
    wanted = {name.casefold() for name in cleaned}
    for cleaned_name in cleaned:
        name, number = cleaned_name, 2
        while name.casefold() in taken or (number > 2 and name.casefold() in wanted):
            name, number = f"{cleaned_name} ({number})", number + 1
        taken.add(name.casefold())
        names.append(name)
    return names


def _clean_name(header: str) -> str:
    if header.isascii() and header.isprintable():
        return " ".join(header.split())
    printable = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in header)
    return " ".join("".join(c for c in printable if unicodedata.category(c) not in ("Cf", "Cs")).split())


def _fingerprint(headers: Sequence[str], by_column: Sequence[tuple[str, ...]]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for texts in (headers, *by_column):
        digest.update(f"{len(texts)};".encode())
        lengths = ",".join(str(len(text)) for text in texts)
        digest.update(f"{lengths};{''.join(texts)}".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def distinct_cells(cells: Sequence[str]) -> tuple[Cells, Codes]:
    """The distinct texts of a column, and for each row the number of its text."""
    numbered: dict[str, int] = {}
    codes: Codes = np.fromiter((numbered.setdefault(cell, len(numbered)) for cell in cells), np.int64, len(cells))
    counts = np.bincount(codes, minlength=len(numbered)).tolist()
    distinct = list(numbered)
    filled = sum(
        count for text, count in zip(distinct, counts, strict=True) if text.strip().lower() not in _PLACEHOLDERS
    )
    return Cells(distinct, counts, filled), codes


def _build_column(name: str, header: str, cells: tuple[str, ...]) -> Column:
    distinct, codes = distinct_cells(cells)
    return Column(name, header, cells, _build_views(distinct, header, codes))


def _build_views(cells: Cells, header: str, codes: Codes) -> dict[ViewKind, View]:
    texts: list[Value] = [Text(text) if text.strip() else MISSING for text in cells.texts]
    views = {ViewKind.TEXT: make_view(ViewKind.TEXT, texts, codes)}
    if not cells.filled:
        return views

    def add(kind: ViewKind, values: list[Value], unit: str | None = None) -> None:
        views[kind] = make_view(kind, values, codes, unit)

    dates = read_dates(cells)
    numbers = read_numbers(cells, header, dates)
    if numbers is not None:
        values: list[Value] = [Number(reading.amount, reading.unit) if reading else MISSING for reading in numbers]
        add(ViewKind.NUMBER, values, _common_unit(cells, numbers))
        seconds = [None if reading is None else reading.second for reading in numbers]
        differences = _differences(numbers)
        # The second year of a season says no more than the first.
        if cells.share(seconds) >= ENOUGH and (len(set(differences) - {None}) > 1 or not is_range(numbers)):
            add(ViewKind.SECOND_NUMBER, _numbers(seconds))
            add(ViewKind.DIFFERENCE, _numbers(differences))
    if dates is not None:
        add(ViewKind.DATE, [date or MISSING for date in dates])
        if any(date and date.year is not None and date.month is not None for date in dates):
            add(ViewKind.YEAR, _numbers([None if date is None else date.year for date in dates]))
    lists = read_lists(cells, dates, numbers)
    if lists is not None:
        add(ViewKind.LIST, [items or MISSING for items in lists])
        add(ViewKind.ITEM_COUNT, _numbers([None if items is None else len(items.items) for items in lists]))
    if numbers is None or cells.share(numbers) <= 0.5:
        add(ViewKind.LENGTH, _numbers([len(text.strip()) or None for text in cells.texts]))
        if dates is None:
            for kind, parts in ((ViewKind.HEAD, read_heads(cells)), (ViewKind.TAIL, read_tails(cells))):
                if parts is not None:
                    add(kind, [MISSING if part is None else Text(part) for part in parts])
    return views


def _numbers(amounts: Sequence[float | None]) -> list[Value]:
    return [MISSING if amount is None else Number(float(amount)) for amount in amounts]


def _differences(readings: Sequence[NumberReading | None]) -> list[float | None]:
    """First less second, as in a score; what lies between them, where the column is one of ranges."""
    sign = -1.0 if is_range(readings) else 1.0
    return [
        None if reading is None or reading.second is None else sign * (reading.amount - reading.second)
        for reading in readings
    ]


def _common_unit(cells: Cells, readings: Sequence[NumberReading | None]) -> str | None:
    """The unit of most numbers of a column, if most have the same one."""
    units: Counter[str | None] = Counter()
    for reading, count in zip(readings, cells.counts, strict=True):
        if reading is not None:
            units[reading.unit] += count
    unit, count = units.most_common(1)[0]
    return unit if count > COMMON_UNIT * units.total() else None
