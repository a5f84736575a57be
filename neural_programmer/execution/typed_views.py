"""Typed views where the table lives: what a raw text column holds under each view, as SQL of the column alone.

A view's expression says outright what most texts mean. The texts that it leaves open are those that `needs_mapping`
selects; the Python parser reads each different one of them once (`mapping_rows`), and the expression takes their
values from the column that it is given as ``mapped``. So every cell has the value that the Python parser gives it:

    SELECT CASE WHEN … THEN … ELSE mapped.price_number END
    FROM orders LEFT JOIN mapped ON orders.price = mapped.text
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sqlglot import exp

from neural_programmer.execution.sql_schema import Reading, StoredValue, item_key, storable
from neural_programmer.execution.typed_views_cases import Case
from neural_programmer.execution.typed_views_columns import cases_of
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
) -> exp.Expr:
    """The stored value of a cell under a view, of the column ``raw`` of texts and, for what it leaves open, ``mapped``.

    Without ``mapped`` the texts left open are NULL. ``KeyError`` where the column has no such view.
    """
    cases = _cases(readings, view, reading, raw, dialect)
    otherwise = exp.Null() if mapped is None else mapped.copy()
    if not cases:
        return otherwise
    chosen = exp.Case(default=otherwise)
    for case in cases:
        chosen = chosen.when(case.condition.copy(), case.value.copy())
    return chosen


def needs_mapping(
    readings: ColumnReadings, stored: Iterable[Stored], raw: exp.Expr, dialect: str = "duckdb"
) -> exp.Expr:
    """Whether a row's text is left open by the expression of one of the stored columns; false where it is NULL."""
    filled = exp.Not(this=exp.Is(this=raw.copy(), expression=exp.Null()))
    open_ones = [_is_left_open(_cases(readings, view, reading, raw, dialect)) for view, reading in stored]
    return exp.and_(filled, exp.or_(*open_ones)) if open_ones else exp.false()


def mapping_rows(
    readings: ColumnReadings, stored: Sequence[Stored], texts: Iterable[str]
) -> Iterator[tuple[StoredValue, ...]]:
    """A row for each text: the text, and what the Python parser stores of it in each of the stored columns."""
    for text in texts:
        yield (text, *(stored_value(readings, view, reading, text) for view, reading in stored))


def _cases(readings: ColumnReadings, view: ViewKind, reading: Reading, raw: exp.Expr, dialect: str) -> list[Case]:
    if view not in readings.views:
        raise KeyError(f"the column has no view {view}; it has {', '.join(sorted(readings.views))}")
    return cases_of(readings, view, reading, raw) if dialect in DIALECTS else []


def _is_left_open(cases: Sequence[Case]) -> exp.Expr:
    return exp.and_(*(exp.Not(this=exp.paren(case.condition.copy())) for case in cases)) if cases else exp.true()
