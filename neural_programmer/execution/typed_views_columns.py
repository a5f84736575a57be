"""The cases of each view of a column."""

from __future__ import annotations

from sqlglot import exp

from neural_programmer.execution.sql_schema import Reading
from neural_programmer.execution.typed_views_cases import Case
from neural_programmer.tables.column_readings import ColumnReadings
from neural_programmer.tables.views import ViewKind


def cases_of(readings: ColumnReadings, view: ViewKind, reading: Reading, raw: exp.Expr) -> list[Case]:
    """The texts that are read by expressions under a view, most frequent first."""
    return []
