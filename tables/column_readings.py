"""How the cells of one column are read: which views it has, and what its cells together say of each.

Once this is decided, of a whole column or of a sample of its rows, any further text of the column can be read alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from neural_programmer.tables.build import distinct_cells
from neural_programmer.tables.date_columns import DateConventions, date_conventions, read_dates
from neural_programmer.tables.lists import ListConventions, is_one_value, list_conventions
from neural_programmer.tables.number_columns import NumberConventions, is_range, number_conventions, read_numbers
from neural_programmer.tables.numbers import NumberReading, read_number
from neural_programmer.tables.table import Column
from neural_programmer.tables.text_parts import head, tail
from neural_programmer.tables.values import MISSING, Number, PartialDate, Text, Value
from neural_programmer.tables.views import ViewKind


@dataclass(frozen=True, slots=True)
class ColumnReadings:
    """The views of a column and the conventions by which its cells are read.

    ``dates_are_no_numbers`` tells whether a text read as a date with a month has no number; ``ranges`` whether the
    pairs of the column lead from a lower number to a higher one.
    """

    views: frozenset[ViewKind]
    dates: DateConventions | None = None
    numbers: NumberConventions | None = None
    lists: ListConventions | None = None
    dates_are_no_numbers: bool = False
    ranges: bool = False

    def value(self, view: ViewKind, text: str) -> Value:
        """What a cell of the column holds under a view; ``KeyError`` where the column has no such view."""
        if view not in self.views:
            raise KeyError(f"the column has no view {view}; it has {', '.join(sorted(self.views))}")
        if view is ViewKind.TEXT:
            return Text(text) if text.strip() else MISSING
        if view in (ViewKind.DATE, ViewKind.YEAR):
            date = self._date(text)
            return (date or MISSING) if view is ViewKind.DATE else _number(None if date is None else date.year)
        if view in (ViewKind.LIST, ViewKind.ITEM_COUNT):
            items = None if self.lists is None else self.lists.items_of(text, self._is_one_value(text))
            return (items or MISSING) if view is ViewKind.LIST else _number(None if items is None else len(items.items))
        if view in (ViewKind.HEAD, ViewKind.TAIL):
            part = (head(text) or None) if view is ViewKind.HEAD else tail(text)
            return MISSING if part is None else Text(part)
        if view is ViewKind.LENGTH:
            return _number(len(text.strip()) or None)
        reading = self._number(text)
        if reading is None or (view is not ViewKind.NUMBER and reading.second is None):
            return MISSING
        if view is ViewKind.NUMBER:
            return Number(reading.amount, reading.unit)
        second = reading.second or 0.0
        return _number(second if view is ViewKind.SECOND_NUMBER else self._difference(reading.amount, second))

    def _difference(self, first: float, second: float) -> float:
        return second - first if self.ranges else first - second

    def _date(self, text: str) -> PartialDate | None:
        return None if self.dates is None else self.dates.date_of(text)

    def _number(self, text: str) -> NumberReading | None:
        if self.numbers is None:
            return None
        if self.dates_are_no_numbers:
            date = self._date(text)
            if date is not None and date.month is not None:
                return None
        return self.numbers.explained(read_number(text))

    def _is_one_value(self, text: str) -> bool:
        return is_one_value(text, self._date(text), self._number(text))


def _number(amount: float | None) -> Value:
    return MISSING if amount is None else Number(float(amount))


def column_readings(column: Column) -> ColumnReadings:
    """How the cells of a built column are read.

    Where a person has said what the column is, and its cells would not have, each cell is taken as it comes.
    """
    cells, _ = distinct_cells(column.cells)
    views = frozenset(column.views)
    if not cells.filled:
        return ColumnReadings(views)
    dates = read_dates(cells)
    date_ways = date_conventions(cells)
    numbers = read_numbers(cells, column.header, dates)
    number_ways = number_conventions(cells, column.header, dates)
    list_ways = list_conventions(cells, dates, numbers) if ViewKind.LIST in views else None
    return ColumnReadings(
        views,
        DateConventions() if date_ways is None and ViewKind.DATE in views else date_ways,
        NumberConventions() if number_ways is None and ViewKind.NUMBER in views else number_ways,
        list_ways,
        date_ways is not None and number_ways is not None,
        numbers is not None and is_range(numbers),
    )
