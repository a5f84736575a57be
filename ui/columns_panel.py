"""How each column was read, and the ways to say it better: another type, and other words for its header."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas
import streamlit as st

from neural_programmer.tables.overrides import ColumnType
from neural_programmer.tables.table import Column, Table
from neural_programmer.tables.values import PartialDate, ValueType
from neural_programmer.tables.views import View, ViewKind
from neural_programmer.ui.resources import digest_of
from neural_programmer.ui.state import SessionState
from neural_programmer.ui.units import units_of
from neural_programmer.ui.wording import counted, escape_markdown

_WORDS = {
    ViewKind.NUMBER: "number",
    ViewKind.SECOND_NUMBER: "second number",
    ViewKind.DIFFERENCE: "difference of two numbers",
    ViewKind.DATE: "date",
    ViewKind.LIST: "list",
}
_TYPES = {
    ColumnType.AUTO: "As found",
    ColumnType.TEXT: "Text",
    ColumnType.NUMBER: "Number",
    ColumnType.DATE: "Date",
}
COLUMNS_KEY = "columns"
_MOST_EXAMPLES = 3
_MOST_COLUMNS_WHOLE_HEIGHT = 24
_PRECISIONS = ("year", "month", "day", "time")


def draw(state: SessionState) -> None:
    """Show one line a column, and let a column's type and synonyms be changed, in an expander."""
    assert state.prepared is not None
    table = state.prepared.table
    changed = len({*state.table.column_types, *state.table.synonyms})
    title = "Columns: how they were read" + (f" · {counted(changed, 'column')} changed by you" if changed else "")
    # Under another title it is another expander: it stays open.
    is_open = bool(st.session_state.get(COLUMNS_KEY, False))
    with st.expander(title, is_open, icon=":material/view_column:", key=COLUMNS_KEY, on_change="rerun") as place:
        if place.open:
            _draw_list(table)
            _draw_editor(state, table)


def _draw_list(table: Table) -> None:
    st.dataframe(
        {
            "Column": [column.name for column in table.columns],
            "Read as": [", ".join(["text", *_readings(column)]) for column in table.columns],
            "Unit": [_unit(column) for column in table.columns],
            "Dates known to": [precision(column) for column in table.columns],
            "Not readable": [_unread(column) for column in table.columns],
            "Also called": [", ".join(column.synonyms) for column in table.columns],
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


def _draw_editor(state: SessionState, table: Table) -> None:
    st.html('<p class="np-label">Correct how a column is read</p>')
    names = [column.name for column in table.columns]
    name = st.selectbox("Column", names, key=f"column to change of {state.source}")
    # What is typed belongs to one column of one table, as it is read now.
    identity = digest_of(f"{table.fingerprint} {name}".encode("utf-8", "surrogatepass"))[:16]
    kind, words, button = st.columns([2, 4, 1], vertical_alignment="bottom")
    kind.selectbox(
        "Read its cells as",
        list(ColumnType),
        index=list(ColumnType).index(ColumnType(state.table.column_types.get(name, ColumnType.AUTO))),
        format_func=_TYPES.__getitem__,
        key=f"type {identity}",
    )
    words.text_input(
        "Other words for it, with commas between them",
        value=", ".join(state.table.synonyms.get(name, ())),
        placeholder="duration, length",
        key=f"synonyms {identity}",
    )
    button.button("Apply", key="apply column", width="stretch", on_click=_apply, args=(state, name, identity))
    column = table.column(name)
    view = _checked_view(column)
    unread = _rows_without(column, view) if view is not None else []
    if view is not None and unread:
        st.caption(
            f"{counted(len(unread), 'cell')} of {escape_markdown(name)} not readable as {view.kind.replace('_', ' ')}; "
            "to numbers and dates they are missing, in the text they stay:"
        )
        frame = pandas.DataFrame({"Row": [row + 1 for row in unread], "Cell": [column.cells[row] for row in unread]})
        st.dataframe(frame, hide_index=True, alt="Cells that could not be read")


def _apply(state: SessionState, name: str, identity: str) -> None:
    chosen, said = st.session_state[f"type {identity}"], str(st.session_state[f"synonyms {identity}"])
    state.table.column_types.pop(name, None)
    state.table.synonyms.pop(name, None)
    if chosen != ColumnType.AUTO:
        state.table.column_types[name] = str(chosen)
    words = tuple(word.strip() for word in said.split(",") if word.strip())
    if words:
        state.table.synonyms[name] = words
    state.read_again()


def _readings(column: Column) -> list[str]:
    return [word for kind, word in _WORDS.items() if kind in column.views]


def _unit(column: Column) -> str:
    units = (units_of(view) for view in column.views.values() if view.value_type is ValueType.NUMBER)
    return next((", ".join(found) for found in units if found), "")


def precision(column: Column) -> str:
    """How exactly the dates of a column are known, the commonest first: "day (25), month (3)"."""
    view = column.views.get(ViewKind.DATE)
    if view is None:
        return ""
    counts = Counter(_precision(value) for value in view.values if isinstance(value, PartialDate))
    if len(counts) == 1:
        return next(iter(counts))
    return ", ".join(f"{name} ({count:,})" for name, count in counts.most_common())


def _precision(date: PartialDate) -> str:
    known = [date.month is not None, date.day is not None, date.hour is not None]
    return _PRECISIONS[max((place + 1 for place, there in enumerate(known) if there), default=0)]


def _checked_view(column: Column) -> View | None:
    return column.views.get(ViewKind.NUMBER) or column.views.get(ViewKind.DATE)


def _unread(column: Column) -> str:
    """The filled cells without a number where there are numbers, else without a date where there are dates."""
    view = _checked_view(column)
    if view is None:
        return ""
    rows = _rows_without(column, view)
    examples = ", ".join(column.cells[row] for row in rows[:_MOST_EXAMPLES])
    return f"{len(rows):,}: {examples}{' …' if len(rows) > _MOST_EXAMPLES else ''}" if rows else ""


def _rows_without(column: Column, view: View) -> list[int]:
    return [row for row in np.flatnonzero(~view.mask).tolist() if column.cells[row].strip()]
