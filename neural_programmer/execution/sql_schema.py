"""How a table lies in a database: a column of raw text for each of its columns, and typed columns for each view."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from neural_programmer.execution.sql_facts import SqlFacts, facts_of
from neural_programmer.tables.table import Table
from neural_programmer.tables.values import Items, PartialDate, Text, Value, ValueType, text_key, text_words
from neural_programmer.tables.views import View, ViewKind, ViewReference

StoredValue = str | float | int | None

# PostgreSQL reads no more of a name than this, and does not say so; of two names alike so far it would know one.
MOST_BYTES_OF_A_NAME = 63

_LONE_SURROGATES = re.compile("[\ud800-\udfff]")


class StoredAs(StrEnum):
    """The types of stored columns, as databases know them."""

    TEXT = "TEXT"
    NUMBER = "DOUBLE"
    WHOLE_NUMBER = "BIGINT"


class Reading(StrEnum):
    """What a stored column of a text view holds: the raw text, its key (for equality), its words (for containment)."""

    RAW = "raw"
    KEY = "key"
    WORDS = "words"


_FORMS: dict[Reading, Callable[[str], str]] = {
    Reading.RAW: lambda text: text,
    Reading.KEY: text_key,
    Reading.WORDS: text_words,
}


@dataclass(frozen=True, slots=True)
class StoredColumn:
    """A column in the database: its name, its type and how to compute its values."""

    name: str
    stored_as: StoredAs
    values: Callable[[], list[StoredValue]]


def storable(text: str) -> str:
    """The text without the characters that databases refuse: NUL becomes its symbol, a lone surrogate U+FFFD."""
    return _LONE_SURROGATES.sub("\ufffd", text.replace("\x00", "\u2400"))


def item_key(item: str) -> str:
    """The key of a list item as it is stored between bars; a bar within it is escaped."""
    return storable(text_key(item)).replace("~", "~0").replace("|", "~1")


class Names:
    """Names of which no two are the same, whatever their case and where all are cut to PostgreSQL's length."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)

    def unused(self, name: str, ending: str = "") -> str:
        """The name with the ending, or with a number too, such that nothing else has it; it is taken now.

        A name as it is may have any length; one that gets an ending is shortened so that the ending is kept.
        """
        name = storable(name)
        candidate, number = _with_ending(name, ending), 1
        while _as_taken(candidate) in self._taken:
            number += 1
            candidate = _with_ending(name, f"{ending}_{number}")
        self._taken.add(_as_taken(candidate))
        return candidate

    def copy(self) -> Names:
        """The same names, to which others can be added apart."""
        return Names(self._taken)


def _with_ending(name: str, ending: str) -> str:
    return _cut(name, MOST_BYTES_OF_A_NAME - len(ending.encode())) + ending if ending else name


def _as_taken(name: str) -> str:
    return _cut(name, MOST_BYTES_OF_A_NAME).casefold()


def _cut(text: str, most_bytes: int) -> str:
    """The text up to so many bytes of UTF-8, no character cut in two."""
    return text.encode()[:most_bytes].decode(errors="ignore")


class TableSchema:
    """The names and types under which a table and its views are stored; every name is unique whatever its case.

    ``row_index`` counts the rows from 1; ``is_total`` (1 for a total row) is None where the table has no totals.
    ``facts`` are what is known of the rows and lets a query be shorter.
    """

    def __init__(self, table: Table) -> None:
        self.table = table
        self.facts: SqlFacts = facts_of(table, storable)
        self.names = Names()
        self.table_name = self.names.unused(table.name or "table")
        self._columns: dict[tuple[ViewReference, Reading], StoredColumn] = {}
        raw_names = {column.name: self.names.unused(column.name) for column in table.columns}
        self.row_index = self.names.unused("row_index")
        self.is_total = self.names.unused("is_total") if table.totals.any() else None
        for reference in table.view_references:
            raw_name = raw_names[reference.column]
            for reading in _readings(reference.view):
                ending = "" if reference.view is ViewKind.TEXT else f"_{reference.view}"
                if reading is not Reading.RAW:
                    ending += f"_{reading}"
                name = self.names.unused(raw_name, ending) if ending else raw_name
                self._columns[reference, reading] = self._stored(name, reference, reading)

    def _stored(self, name: str, reference: ViewReference, reading: Reading) -> StoredColumn:
        view = self.table.view(reference)
        if reference.view.value_type is ValueType.TEXT:
            return StoredColumn(name, StoredAs.TEXT, lambda: self._texts(reference, reading))
        if reference.view is ViewKind.DATE:
            return StoredColumn(name, StoredAs.TEXT, lambda: _each(view, _iso))
        if reference.view is ViewKind.LIST:
            return StoredColumn(name, StoredAs.TEXT, lambda: _each(view, _items))
        # Adding zero turns the negative zero, which databases group apart, into zero.
        return StoredColumn(name, StoredAs.NUMBER, lambda: _numbers(view))

    def _texts(self, reference: ViewReference, reading: Reading) -> list[StoredValue]:
        view = self.table.view(reference)
        if reading is Reading.RAW and reference.view is ViewKind.TEXT:
            cells = self.table.column(reference.column).cells
            return [storable(cell) if held else None for cell, held in zip(cells, view.mask, strict=True)]
        form = _FORMS[reading]
        return _each(view, lambda value: storable(form(value.written)) if isinstance(value, Text) else None)

    def value(self, reference: ViewReference) -> str:
        """The stored column with the values an answer shows: for text views the raw text."""
        return self._columns[reference, Reading.RAW].name

    def key(self, reference: ViewReference) -> str:
        """The stored column in which equal values of the view are equal, and greater ones greater."""
        reading = Reading.KEY if reference.view.value_type is ValueType.TEXT else Reading.RAW
        return self._columns[reference, reading].name

    def words(self, reference: ViewReference) -> str:
        """The stored column with the words of a text view."""
        return self._columns[reference, Reading.WORDS].name

    def is_of(self, name: str, reference: ViewReference) -> bool:
        """Whether the stored column holds the view in any form."""
        return any(self._columns[reference, reading].name == name for reading in _readings(reference.view))

    def is_complete(self, reference: ViewReference) -> bool:
        """Whether every row has a value under the view."""
        return bool(self.table.view(reference).mask.all())

    def dates(self, reference: ViewReference) -> list[str]:
        """The different dates of a date view in ISO 8601."""
        return sorted({value.iso() for value in self.table.view(reference).values if isinstance(value, PartialDate)})

    @cached_property
    def columns(self) -> tuple[StoredColumn, ...]:
        """Every stored column: the row index, the raw columns and, after each, the typed ones."""
        return tuple(self._all_columns())

    def _all_columns(self) -> Iterator[StoredColumn]:
        numbers = range(1, self.table.number_of_rows + 1)
        yield StoredColumn(self.row_index, StoredAs.WHOLE_NUMBER, lambda: list(numbers))
        if self.is_total is not None:
            totals = self.table.totals
            yield StoredColumn(self.is_total, StoredAs.WHOLE_NUMBER, lambda: [int(total) for total in totals])
        yield from self._columns.values()


def _readings(view: ViewKind) -> tuple[Reading, ...]:
    return tuple(Reading) if view.value_type is ValueType.TEXT else (Reading.RAW,)


def _each(view: View, form: Callable[[Value], str | None]) -> list[StoredValue]:
    return [form(value) if held else None for value, held in zip(view.values, view.mask, strict=True)]


def _iso(value: Value) -> str | None:
    return value.iso() if isinstance(value, PartialDate) else None


def _items(value: Value) -> str | None:
    return f"|{'|'.join(item_key(item) for item in value.items)}|" if isinstance(value, Items) else None


def _numbers(view: View) -> list[StoredValue]:
    return [float(number) + 0.0 if held else None for number, held in zip(view.numbers, view.mask, strict=True)]
