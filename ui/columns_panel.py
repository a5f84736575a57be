"""How each column was read: its types, its unit, and the cells that a type could not be made of."""

from __future__ import annotations

import numpy as np
import streamlit as st

from neural_programmer.tables.table import Column, Table
from neural_programmer.tables.views import View, ViewKind

_WORDS = {
    ViewKind.NUMBER: "number",
    ViewKind.SECOND_NUMBER: "second number",
    ViewKind.DIFFERENCE: "difference of two numbers",
    ViewKind.DATE: "date",
    ViewKind.LIST: "list",
}
_MOST_EXAMPLES = 3
_MOST_COLUMNS_WHOLE_HEIGHT = 24


def draw(table: Table) -> None:
    """Show one line a column, in an expander."""
    with st.expander("How the columns were read"):
        st.dataframe(
            {
                "Column": [column.name for column in table.columns],
                "Read as": [", ".join(["text", *_readings(column)]) for column in table.columns],
                "Unit": [_unit(column) for column in table.columns],
                "Not read so": [_unread(column) for column in table.columns],
            },
            hide_index=True,
            height="content" if len(table.columns) <= _MOST_COLUMNS_WHOLE_HEIGHT else "auto",
            alt="The columns of the table and how they were read",
        )
        totals = np.flatnonzero(table.totals)
        if totals.size:
            rows = ", ".join(str(row + 1) for row in totals[:_MOST_EXAMPLES])
            more = " …" if totals.size > _MOST_EXAMPLES else ""
            st.caption(f"Left out of counts and sums as totals of the other rows: row {rows}{more}.")


def _readings(column: Column) -> list[str]:
    return [word for kind, word in _WORDS.items() if kind in column.views]


def _unit(column: Column) -> str:
    return next((view.unit for view in column.views.values() if view.unit), "")


def _unread(column: Column) -> str:
    """The filled cells without a number where there are numbers, else without a date where there are dates."""
    view = column.views.get(ViewKind.NUMBER) or column.views.get(ViewKind.DATE)
    if view is None:
        return ""
    cells = _cells_without(column, view)
    examples = ", ".join(cells[:_MOST_EXAMPLES])
    return f"{len(cells):,}: {examples}{' …' if len(cells) > _MOST_EXAMPLES else ''}" if cells else ""


def _cells_without(column: Column, view: View) -> list[str]:
    return [column.cells[row] for row in np.flatnonzero(~view.mask) if column.cells[row].strip()]
