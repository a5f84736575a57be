"""Typed views where the table lives: what a raw text column holds under each view, as SQL of the column alone.

A view's expression says outright what most texts mean. The texts that it leaves open are those that `needs_mapping`
selects; the Python parser reads each different one of them once (`mapping_rows`), and the expression takes their
values from the column that it is given as ``mapped``. So every cell has the value that the Python parser gives it:

    SELECT CASE WHEN … THEN … ELSE mapped.price_number END
    FROM orders LEFT JOIN mapped ON orders.price = mapped.text

Where there is no expression, in other dialects than DuckDB's, all texts are mapped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from sqlglot import exp

from neural_programmer.execution.sql_schema import Reading, StoredValue, item_key, storable
from neural_programmer.execution.typed_views_cases import Case
from neural_programmer.execution.typed_views_columns import cases_of
from neural_programmer.execution.typed_views_patterns import cleaned
from neural_programmer.tables.column_readings import ColumnReadings
from neural_programmer.tables.values import Items, Number, PartialDate, Text, text_key, text_words
from neural_programmer.tables.views import ViewKind

# The databases for which texts are read by expressions; everywhere else all texts are mapped.
DIALECTS = ("duckdb",)

Stored = tuple[ViewKind, Reading]


def stored_value(readings: ColumnReadings, view: ViewKind, reading: Reading, text: str) -> StoredValue:
    """What the Python parser stores of a cell: the values of `TableSchema`'s columns, one at a time."""
    value = readings.value(view, text)
    if isinstance(value, Number):
        return value.amount + 0.0
    if isinstance(value, PartialDate):
        return value.iso()
    if isinstance(value, Items):
        return f"|{'|'.join(item_key(item) for item in value.items)}|"
    if not isinstance(value, Text):
        return None
    if reading is Reading.KEY:
        return storable(text_key(value.written))
    return storable(text_words(value.written) if reading is Reading.WORDS else value.written)


def typed_expression(
    readings: ColumnReadings,
    view: ViewKind,
    reading: Reading,
    raw: exp.Expr,
    dialect: str = "duckdb",
    mapped: exp.Expr | None = None,
    cell: exp.Expr | None = None,
) -> exp.Expr:
    """The stored value of a cell under a view, of the column ``raw`` of texts and, for what it leaves open, ``mapped``.

    Without ``mapped`` the texts left open are NULL. ``cell`` is a column with the `cleaned_text` of the raw one; where
    there is none, numbers and dates are several times slower. ``KeyError`` where the column has no such view.
    """
    cases = _cases(readings, view, reading, raw, cell, dialect)
    return _written(cases, lambda case: case.value, exp.Null() if mapped is None else mapped)


def needs_mapping(
    readings: ColumnReadings,
    stored: Iterable[Stored],
    raw: exp.Expr,
    dialect: str = "duckdb",
    cell: exp.Expr | None = None,
) -> exp.Expr:
    """Whether a row's text is left open by the expression of one of the stored columns; false where it is NULL."""
    filled = exp.Not(this=exp.Is(this=raw.copy(), expression=exp.Null()))
    open_ones = [
        exp.paren(_written(_cases(readings, view, reading, raw, cell, dialect), _is_read, exp.true()))
        for view, reading in stored
    ]
    return exp.and_(filled, exp.or_(*open_ones, copy=False), copy=False) if open_ones else exp.false()


def mapping_rows(
    readings: ColumnReadings, stored: Sequence[Stored], texts: Iterable[str]
) -> Iterator[tuple[StoredValue, ...]]:
    """A row for each text: the text, and what the Python parser stores of it in each of the stored columns."""
    for text in texts:
        yield (text, *(stored_value(readings, view, reading, text) for view, reading in stored))


def cleaned_text(raw: exp.Expr) -> exp.Expr:
    """The text as numbers and dates are read of it: without footnotes, with plain blanks, dashes and quotes."""
    return cleaned(raw)


def _cases(
    readings: ColumnReadings, view: ViewKind, reading: Reading, raw: exp.Expr, cell: exp.Expr | None, dialect: str
) -> list[Case]:
    if view not in readings.views:
        raise KeyError(f"the column has no view {view}; it has {', '.join(sorted(readings.views))}")
    if dialect not in DIALECTS:
        return []
    return cases_of(readings, view, reading, raw, cleaned(raw) if cell is None else cell)


def _is_read(case: Case) -> exp.Expr | None:
    return None if case.value is None else exp.false()


def _written(cases: Sequence[Case], give: Callable[[Case], exp.Expr | None], otherwise: exp.Expr) -> exp.Expr:
    """The cases in order, each with what ``give`` says of it; ``otherwise`` where it says nothing."""
    if not cases:
        return otherwise.copy()
    ifs = []
    for case in cases:
        given = give(case)
        ifs.append(exp.If(this=case.condition.copy(), true=(otherwise if given is None else given).copy()))
    return exp.Case(ifs=ifs, default=otherwise.copy())
