"""Rows of native values as a small table with chosen views, and the views that each native type has."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from neural_programmer.execution.sql_schema import Reading
from neural_programmer.execution.typed_views import Stored
from neural_programmer.large.place import Place, SqlRow
from neural_programmer.large.profile import ColumnProfile, Native, TableProfile
from neural_programmer.tables.build import build_table
from neural_programmer.tables.column_readings import ColumnReadings, column_readings
from neural_programmer.tables.loaders.cells import cell_text
from neural_programmer.tables.table import Column, Table
from neural_programmer.tables.values import MISSING, Items, Number, PartialDate, Text, Value, ValueType, text_key
from neural_programmer.tables.view_parts import CodedValues, Codes
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
_MOST_REMEMBERED = 50_000
_MOST_ROWS = 2_000

# A value with its key.
_Read = tuple[Value, Hashable]


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


class ProxyMaker:
    """Makes small tables of some rows of a large table; what was read of a cell once is remembered.

    ``readings`` gives how the texts of the column at a position are read.
    """

    def __init__(self, profile: TableProfile, readings: Callable[[int], ColumnReadings]) -> None:
        self._profile = profile
        self._readings = readings
        self._read: list[dict[str, tuple[_Read, ...]]] = [{} for _ in profile.columns]
        self._written: dict[int, list[str]] = {}

    def table(self, rows: Sequence[SqlRow], fingerprint: str) -> Table:
        """The rows as a table of its own, with just the views that the large one has."""
        if len(self._written) > _MOST_ROWS:
            self._written.clear()
        written = [self._written.get(row[0]) or self._written.setdefault(row[0], _texts(row)) for row in rows]
        columns = [
            self._column(at, column, tuple(texts[at] for texts in written), [row[at + 1] for row in rows])
            for at, column in enumerate(self._columns)
        ]
        totals = np.zeros(len(rows), dtype=np.bool_)
        return Table(self._profile.name, tuple(columns), len(rows), totals, fingerprint)

    @property
    def _columns(self) -> tuple[ColumnProfile, ...]:
        return self._profile.columns

    def _column(self, at: int, column: ColumnProfile, cells: tuple[str, ...], values: Sequence[Any]) -> Column:
        numbered: dict[str, int] = {}
        codes = np.fromiter((numbered.setdefault(cell, len(numbered)) for cell in cells), np.int64, len(cells))
        known = self._read[at]
        if len(known) > _MOST_REMEMBERED:
            known.clear()
        if not known.keys() >= numbered.keys():
            first = dict(zip(reversed(cells), reversed(values), strict=True))
            for text in numbered.keys() - known.keys():
                anew = [self._read_anew(at, column.native, kind, text, first[text]) for kind in column.views]
                known[text] = tuple((value, _key(value)) for value in anew)
        read = list(zip(*(known[text] for text in numbered), strict=True)) or [()] * len(column.views)
        views = {
            kind: _view(kind, one, codes, view.unit)
            for (kind, view), one in zip(column.views.items(), read, strict=True)
        }
        return Column(column.name, column.name, cells, views)

    def _read_anew(self, at: int, native: Native, kind: ViewKind, text: str, value: Any) -> Value:
        if not text.strip():
            return MISSING
        if kind is ViewKind.TEXT:
            return Text(text)
        if native is Native.TEXT:
            return self._readings(at).value(kind, text)
        if kind is ViewKind.LENGTH:
            return Number(float(len(text.strip())))
        if kind is ViewKind.YEAR:
            return Number(float(value.year))
        if kind is ViewKind.DATE:
            return _date(native, value)
        return Number(float(value)) if np.isfinite(float(value)) else MISSING


def _key(value: Value) -> Hashable:
    """What two values of a view have in common if and only if they are equal; None of a missing one."""
    if isinstance(value, Text):
        return text_key(value.written)
    if isinstance(value, Number):
        return value.amount + 0.0  # which turns -0.0 into 0.0
    if isinstance(value, PartialDate):
        return value.iso()
    return value.keys if isinstance(value, Items) else None


def _view(kind: ViewKind, read: Sequence[_Read], codes: Codes, unit: str | None) -> View:
    """As ``make_view`` of the values makes it, with their keys known."""
    groups: dict[Any, int] = {}
    numbered = [-1 if key is None else groups.setdefault(key, len(groups)) for _, key in read]
    is_number = kind.value_type is ValueType.NUMBER
    ranks = {key: key if is_number else float(rank) for rank, key in enumerate(groups if is_number else sorted(groups))}
    ranks[None] = math.nan
    row_groups = np.array(numbered, dtype=np.int64)[codes]
    keys = np.array([ranks[key] for _, key in read], dtype=np.float64)[codes]
    numbers = keys if is_number else np.full(len(codes), np.nan)
    return View(
        kind, CodedValues([value for value, _ in read], codes), row_groups >= 0, keys, row_groups, numbers, unit
    )


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
