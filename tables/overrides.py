"""What a person says of a table's columns: how to read their cells, and other words for their headers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum

import numpy as np

from neural_programmer.tables.dates import read_date
from neural_programmer.tables.errors import TableError
from neural_programmer.tables.numbers import read_number
from neural_programmer.tables.table import Column, Table
from neural_programmer.tables.values import MISSING, Number, PartialDate, Value
from neural_programmer.tables.view_parts import Codes, make_view
from neural_programmer.tables.views import View, ViewKind


class ColumnType(StrEnum):
    """What a person can say the cells of a column are; ``auto`` leaves it to the cells."""

    AUTO = "auto"
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"


# The views that each type keeps; of the others a column read so has none.
_KEPT = {
    ColumnType.TEXT: (ViewKind.TEXT, ViewKind.LENGTH),
    ColumnType.NUMBER: (ViewKind.TEXT, ViewKind.NUMBER, ViewKind.SECOND_NUMBER, ViewKind.DIFFERENCE),
    ColumnType.DATE: (ViewKind.TEXT, ViewKind.DATE, ViewKind.YEAR),
}


def with_overrides(
    table: Table,
    column_types: Mapping[str, str] | None = None,
    synonyms: Mapping[str, Sequence[str]] | None = None,
) -> Table:
    """The table with some columns read as the given types, and with other words by which questions may name columns.

    Both go by the names of columns. Cells that cannot be read as their column's type are missing there and stay in its
    text. Raises ``TableError`` for a column or a type that does not exist.
    """
    types = {_known(table, name): _type(name, wanted) for name, wanted in (column_types or {}).items()}
    types = {name: wanted for name, wanted in types.items() if wanted is not ColumnType.AUTO}
    words = {_known(table, name): _cleaned(said) for name, said in (synonyms or {}).items()}
    words = {name: said for name, said in words.items() if said}
    if not types and not words:
        return table
    columns = tuple(
        replace(
            column,
            views=_views_as(column, types[column.name]) if column.name in types else column.views,
            synonyms=words.get(column.name, column.synonyms),
        )
        for column in table.columns
    )
    # Another reading of the same cells is another table to whoever remembers something by its fingerprint.
    said = repr((table.fingerprint, sorted(types.items()), sorted(words.items())))
    return replace(table, columns=columns, fingerprint=hashlib.blake2b(said.encode(), digest_size=16).hexdigest())


def _known(table: Table, name: str) -> str:
    if all(column.name != name for column in table.columns):
        known = ", ".join(column.name for column in table.columns)
        raise TableError(f"there is no column {name!r} in table {table.name!r}; it has {known}. Name one of these.")
    return name


def _type(name: str, wanted: str) -> ColumnType:
    try:
        return ColumnType(wanted)
    except ValueError:
        known = ", ".join(ColumnType)
        raise TableError(f"column {name!r}: there is no type {wanted!r}; expected one of {known}.") from None


def _cleaned(said: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(" ".join(words.split()) for words in said if words.strip()))


def _views_as(column: Column, wanted: ColumnType) -> dict[ViewKind, View]:
    """The column's views of that type; made of the cells that can be read so where most cannot."""
    views = {kind: view for kind, view in column.views.items() if kind in _KEPT[wanted]}
    if wanted is ColumnType.TEXT or ViewKind(wanted) in views:
        return views
    numbered: dict[str, int] = {}
    codes: Codes = np.fromiter(
        (numbered.setdefault(cell, len(numbered)) for cell in column.cells), np.int64, len(column.cells)
    )
    values = [_number(text) if wanted is ColumnType.NUMBER else _date(text) for text in numbered]
    if any(value is not MISSING for value in values):
        views[ViewKind(wanted)] = make_view(ViewKind(wanted), values, codes)
    return views


def _number(text: str) -> Value:
    reading = read_number(text)
    return MISSING if reading is None else Number(reading.amount, reading.unit)


def _date(text: str) -> Value:
    reading = read_date(text)
    date: PartialDate | None = None if reading is None else reading.date or reading.other
    return date or MISSING
