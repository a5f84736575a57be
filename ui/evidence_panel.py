"""The table, with the cells that the answer was read from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import pandas
import streamlit as st
from pandas.io.formats.style import Styler

from neural_programmer.response import Response
from neural_programmer.tables.table import Table
from neural_programmer.ui.style import HIGHLIGHT
from neural_programmer.ui.wording import counted

# Past this size the browser gets the rows behind the answer and the first rows, not the whole table.
MOST_STYLED_CELLS = 60_000
_MOST_ROWS_WHOLE_HEIGHT = 24
_ROWS_IN_SIGHT = 9
_FIRST_ROWS = 1_000
_ALL, _BEHIND = "All rows", "Rows behind the answer"


def draw(shown: Response) -> None:
    """Show the table with the answer's cells highlighted, and say in words which they are."""
    table = shown.prepared.table
    rows = sorted({row for row, _ in shown.cells})
    st.caption(_evidence_in_words(table, shown.cells, rows))
    if _is_large(table):
        if rows:
            st.caption(f"Rows behind the answer{_cut(len(rows))}:")
            _draw_rows(table, rows[:_FIRST_ROWS], shown.cells)
        draw_table(table)
        return
    which = _ALL
    if 0 < len(rows) < table.number_of_rows:
        # Where the table has to be scrolled, the evidence comes first if it would be out of sight.
        hidden = table.number_of_rows > _MOST_ROWS_WHOLE_HEIGHT and rows[0] >= _ROWS_IN_SIGHT
        which = st.segmented_control(
            "Rows shown",
            [_ALL, _BEHIND],
            default=_BEHIND if hidden else _ALL,
            required=True,
            label_visibility="collapsed",
            key=f"rows of {shown.explanation}",
        )
    _draw_rows(table, range(table.number_of_rows) if which == _ALL else rows, shown.cells)


def draw_table(table: Table) -> None:
    """Show the table alone; of a large one the first rows, and say so."""
    rows = range(table.number_of_rows)
    if _is_large(table):
        st.caption(f"The table{_cut(table.number_of_rows)}:")
        rows = rows[:_FIRST_ROWS]
    _draw_rows(table, rows, ())


def frame_of(table: Table, rows: Sequence[int]) -> pandas.DataFrame:
    """Some rows of a table as they are written, numbered from 1."""
    columns = {column.name: [column.cells[row] for row in rows] for column in table.columns}
    return pandas.DataFrame(columns, index=[row + 1 for row in rows], dtype="str")


def highlight(frame: pandas.DataFrame, cells: Iterable[tuple[int, str]]) -> Styler:
    """The frame with the cells of a table highlighted; rows count from 0, as in a response."""
    styles = pandas.DataFrame("", index=frame.index, columns=frame.columns)
    for row, column in cells:
        if row + 1 in styles.index:
            styles.loc[row + 1, column] = HIGHLIGHT
    return frame.style.apply(lambda _: styles, axis=None)


def _draw_rows(table: Table, rows: Sequence[int], cells: Sequence[tuple[int, str]]) -> None:
    frame = frame_of(table, rows)
    height: Literal["content", "auto"] = "content" if len(rows) <= _MOST_ROWS_WHOLE_HEIGHT else "auto"
    st.dataframe(highlight(frame, cells) if cells else frame, height=height, alt=f"The rows of {table.name}")


def _is_large(table: Table) -> bool:
    return table.number_of_rows * len(table.columns) > MOST_STYLED_CELLS


def _cut(number: int) -> str:
    return f" (the first {_FIRST_ROWS:,} of {number:,})" if number > _FIRST_ROWS else ""


def _evidence_in_words(table: Table, cells: Sequence[tuple[int, str]], rows: Sequence[int]) -> str:
    if not cells:
        return "The answer was read from no single cell."
    return f"Highlighted: {counted(len(cells), 'cell')} in {counted(len(rows), 'row')} of {table.number_of_rows:,}."
