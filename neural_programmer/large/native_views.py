"""Rows of native values as a small table with chosen views, and the views that each native type has."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from neural_programmer.execution.sql_schema import Reading
from neural_programmer.execution.typed_views import Stored
from neural_programmer.large.place import Place, SqlRow
from neural_programmer.large.profile import Native, TableProfile
from neural_programmer.tables.build import build_table, distinct_cells
from neural_programmer.tables.column_readings import ColumnReadings, column_readings
from neural_programmer.tables.loaders.cells import cell_text
from neural_programmer.tables.table import Column, Table
from neural_programmer.tables.values import MISSING, Number, PartialDate, Text, Value, ValueType
from neural_programmer.tables.view_parts import make_view
from neural_programmer.tables.views import View, ViewKind

# The views that can be computed from a native value; those of texts are read from the text.
NATIVE_VIEWS: Mapping[Native, frozenset[ViewKind]] = {
    Native.INTEGER: frozenset({ViewKind.TEXT, ViewKind.NUMBER, ViewKind.DATE}),
    Native.NUMBER: frozenset({ViewKind.TEXT, ViewKind.NUMBER}),
    Native.BOOLEAN: frozenset({ViewKind.TEXT, ViewKind.LENGTH}),
    Native.DATE: frozenset({ViewKind.TEXT, ViewKind.DATE, ViewKind.YEAR, ViewKind.LENGTH}),
    Native.TIMESTAMP: frozenset({ViewKind.TEXT, ViewKind.DATE, ViewKind.YEAR, ViewKind.LENGTH}),
    Native.TEXT: frozenset(ViewKind),
}
FIRST_YEAR, LAST_YEAR = 1000, 2100


def native_table(place: Place, rows: Sequence[SqlRow]) -> Table:
    """The table of some rows, each after its number, with the views in which its cells can be read."""
    return build_table([column.name for column in place.columns], [_texts(row) for row in rows], place.name)


def _texts(row: SqlRow) -> list[str]:
    return [cell_text(value) for value in row[1:]]


def readings_of(typed: Column) -> ColumnReadings:
    """How the texts of a column are read, decided by a sample of its rows."""
    return column_readings(typed)


def stored_readings(views: Iterable[ViewKind]) -> list[Stored]:
    """What is stored of each view of a column of texts besides the texts themselves."""
    return [
        (kind, reading)
        for kind in ViewKind
        if kind in set(views) and kind is not ViewKind.TEXT
        for reading in (tuple(Reading) if kind.value_type is ValueType.TEXT else (Reading.RAW,))
    ]


def day_of(value: datetime.date) -> str:
    """A day, or a time of a day, in ISO 8601 as cells write it."""
    return cell_text(value)


def proxy_table(
    profile: TableProfile,
    readings: Mapping[int, ColumnReadings],
    rows: Sequence[SqlRow],
    fingerprint: str,
) -> Table:
    """Some rows of a large table as a table of its own, with just the views that the large one has.

    ``readings`` are those of the columns of texts, by position.
    """
    columns = []
    for at, column in enumerate(profile.columns):
        values = [row[at + 1] for row in rows]
        cells = tuple(cell_text(value) for value in values)
        read = _reader(column.native, readings.get(at))
        known, codes = distinct_cells(cells)
        first: dict[str, Any] = {}
        for text, value in zip(cells, values, strict=True):
            first.setdefault(text, value)
        views: dict[ViewKind, View] = {}
        for kind, view in column.views.items():
            distinct: list[Value] = [read(kind, text, first[text]) for text in known.texts]
            views[kind] = make_view(kind, distinct, codes, view.unit)
        columns.append(Column(column.name, column.name, cells, views))
    totals = np.zeros(len(rows), dtype=np.bool_)
    return Table(profile.name, tuple(columns), len(rows), totals, fingerprint)


def _reader(native: Native, readings: ColumnReadings | None) -> Callable[[ViewKind, str, Any], Value]:
    def read(kind: ViewKind, text: str, value: Any) -> Value:
        if not text.strip():
            return MISSING
        if kind is ViewKind.TEXT:
            return Text(text)
        if native is Native.TEXT:
            assert readings is not None
            return readings.value(kind, text)
        if kind is ViewKind.LENGTH:
            return Number(float(len(text.strip())))
        if kind is ViewKind.YEAR:
            return Number(float(value.year))
        if kind is ViewKind.DATE:
            return _date(native, value)
        return Number(float(value)) if np.isfinite(float(value)) else MISSING

    return read


def _date(native: Native, value: Any) -> Value:
    if native.is_number:
        return PartialDate(int(value)) if FIRST_YEAR <= value <= LAST_YEAR else MISSING
    if native is Native.DATE:
        return PartialDate(value.year, value.month, value.day)
    if value.time() == datetime.time():
        return PartialDate(value.year, value.month, value.day)
    parts = (value.year, value.month, value.day, value.hour, value.minute)
    # A fraction of a second is no part of a date: with it there are seconds, if only none.
    return PartialDate(*parts, value.second) if value.second or value.microsecond else PartialDate(*parts)
