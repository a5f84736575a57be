"""Typed views in SQL held against the tables that Python builds, cell by cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import duckdb
import pyarrow
from sqlglot import exp

from neural_programmer.execution.sql_schema import Reading, StoredValue, TableSchema, storable
from neural_programmer.execution.typed_views import cleaned_text, needs_mapping, stored_value, typed_expression
from neural_programmer.tables.column_readings import ColumnReadings, column_readings
from neural_programmer.tables.lists import ListConventions
from neural_programmer.tables.table import Table
from neural_programmer.tables.values import ValueType
from neural_programmer.tables.views import ViewKind, ViewReference

_RAW, _CELL = exp.column("written"), exp.column("cell")
_NUMBERS = frozenset((ViewKind.NUMBER, ViewKind.SECOND_NUMBER, ViewKind.DIFFERENCE))
_DATES = frozenset((ViewKind.DATE, ViewKind.YEAR))
_LISTS = frozenset((ViewKind.LIST, ViewKind.ITEM_COUNT))


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A cell of which SQL, or Python reading it alone, says something else than the table that Python built."""

    table: str
    column: str
    text: str
    expected: StoredValue
    found: StoredValue


@dataclass(frozen=True, slots=True)
class Compared:
    """The cells of columns that are read alike: how many, how many by the expression alone, and what went wrong."""

    view: ViewKind
    reading: Reading
    cells: int
    by_expression: int
    disagreements: tuple[Disagreement, ...]


@dataclass
class _Group:
    """The cells of all columns of which a view has the same expression, each different one with a place of it."""

    readings: ColumnReadings
    places: dict[tuple[str, StoredValue, ListConventions | None], _Place] = field(default_factory=dict)
    cells: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class _Place:
    table: str
    column: str
    readings: ColumnReadings


class Agreement:
    """Tables to be compared; columns that are read alike are compared by one query."""

    def __init__(self) -> None:
        self._groups: dict[tuple[ViewKind, Reading, ColumnReadings], _Group] = {}

    def add(self, table: Table) -> None:
        """Takes up every cell of a table under every view, with the values that the table stores."""
        schema = TableSchema(table)
        stored = {column.name: column for column in schema.columns}
        for column in table.columns:
            readings = column_readings(column)
            texts = [storable(cell) for cell in column.cells]
            for view in column.views:
                reference = ViewReference(column.name, view)
                names = {Reading.RAW: schema.value(reference)}
                if view.value_type is ValueType.TEXT:
                    names |= {Reading.KEY: schema.key(reference), Reading.WORDS: schema.words(reference)}
                for reading, name in names.items():
                    told_apart = _told_apart(readings, view)
                    # By the texts between commas Python reads what the expression leaves open; it does not name them.
                    lists = None if told_apart.lists is None else replace(told_apart.lists, known=frozenset())
                    key = (view, reading, replace(told_apart, lists=lists))
                    group = self._groups.setdefault(key, _Group(readings))
                    place = _Place(table.name, column.name, readings)
                    for text, value in zip(texts, stored[name].values(), strict=True):
                        group.places.setdefault((text, value, told_apart.lists), place)
                    group.cells.update(texts)

    def compare(self) -> Iterator[Compared]:
        """What DuckDB gives for each group of columns; texts that the expression leaves open are read in Python."""
        with duckdb.connect(":memory:", config={"threads": 1}) as connection:
            for (view, reading, _), group in self._groups.items():
                yield _compare(connection, view, reading, group)


def _told_apart(readings: ColumnReadings, view: ViewKind) -> ColumnReadings:
    """What of a column's readings the expression of a view depends on."""
    numbers = readings.numbers if view in _NUMBERS | _LISTS else None
    blocked = readings.dates_are_no_numbers and view in _NUMBERS | _LISTS
    return ColumnReadings(
        frozenset((view,)),
        readings.dates if view in _DATES | _LISTS or blocked else None,
        numbers,
        readings.lists if view in _LISTS else None,
        blocked,
        readings.ranges and view is ViewKind.DIFFERENCE,
    )


def _compare(connection: duckdb.DuckDBPyConnection, view: ViewKind, reading: Reading, group: _Group) -> Compared:
    texts = list(dict.fromkeys(text for text, _, _ in group.places))
    connection.register("texts", pyarrow.table({"written": pyarrow.array(texts, pyarrow.string())}))
    value = typed_expression(group.readings, view, reading, _RAW, cell=_CELL)
    is_open = needs_mapping(group.readings, [(view, reading)], _RAW, cell=_CELL)
    source = exp.select(_RAW, cleaned_text(_RAW).as_("cell")).from_("texts").subquery("source")
    query = exp.select(_RAW, value.as_("value"), is_open.as_("is_open")).from_(source)
    rows = connection.execute(query.sql(dialect="duckdb")).fetchall()
    connection.unregister("texts")
    given = {text: stored for text, stored, is_left_open in rows if not is_left_open}
    wrong = []
    for (text, expected, _), place in group.places.items():
        found = given[text] if text in given else stored_value(place.readings, view, reading, text)
        if type(expected) is not type(found) or expected != found:
            wrong.append(Disagreement(place.table, place.column, text, expected, found))
    by_expression = sum(group.cells[text] for text in given)
    return Compared(view, reading, group.cells.total(), by_expression, tuple(wrong))
