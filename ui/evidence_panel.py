"""The table, with the cells that the answer was read from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np
import pandas
import streamlit as st
from pandas.io.formats.style import Styler

from neural_programmer.execution.english_words import column_words
from neural_programmer.response import Response
from neural_programmer.rows_used import StepRows, rows_of_steps
from neural_programmer.tables.table import Table
from neural_programmer.ui.style import HIGHLIGHT, PALE_HIGHLIGHT
from neural_programmer.ui.units import mixed_units_in_words
from neural_programmer.ui.wording import counted, escape_markdown

# Past this size the browser gets the table page by page, not whole.
MOST_STYLED_CELLS = 60_000
ROWS_OF_A_PAGE = 1_000
_MOST_ROWS_WHOLE_HEIGHT = 24
_ROWS_IN_SIGHT = 9
_MOST_EXAMPLES = 3
_ALL, _BEHIND = "All rows", "Rows behind the answer"


def draw(shown: Response) -> None:
    """Show the table with the answer's cells highlighted, and say in words which they are."""
    table = shown.prepared.table
    rows = sorted({row for row, _ in shown.cells})
    st.caption(escape_markdown(" ".join(evidence_in_words(shown, rows))))
    which = _ALL
    if 0 < len(rows) < table.number_of_rows:
        # Where the table has to be scrolled, the evidence comes first if it would be out of sight.
        hidden = table.number_of_rows > _MOST_ROWS_WHOLE_HEIGHT and rows[0] >= _ROWS_IN_SIGHT
        which = st.segmented_control(
            "Rows shown",
            [_ALL, _BEHIND],
            default=_BEHIND if hidden or _is_large(table) else _ALL,
            required=True,
            label_visibility="collapsed",
            key=f"rows of {shown.explanation}",
        )
    shown_rows = range(table.number_of_rows) if which == _ALL else rows
    _draw_pages(table, shown_rows, shown.cells, f"evidence {which}", columns_read(shown))


def draw_table(table: Table) -> None:
    """Show the table alone."""
    _draw_pages(table, range(table.number_of_rows), (), "table")


def frame_of(table: Table, rows: Sequence[int]) -> pandas.DataFrame:
    """Some rows of a table as they are written, numbered from 1."""
    columns = {column.name: [column.cells[row] for row in rows] for column in table.columns}
    return pandas.DataFrame(columns, index=[row + 1 for row in rows], dtype="str")


def columns_read(shown: Response) -> tuple[str, ...]:
    """The columns that the program's steps read, in the order of the steps."""
    steps = () if shown.program is None else shown.program.steps
    return tuple(dict.fromkeys(step.column.column for step in steps if step.column is not None))


def highlight(frame: pandas.DataFrame, cells: Iterable[tuple[int, str]], read: Iterable[str] = ()) -> Styler:
    """The frame with the cells of a table highlighted, and beside them, paler, those of the columns that were read.

    Rows count from 0, as in a response.
    """
    rows = {row: place for place, row in enumerate(frame.index.tolist())}
    columns = {column: place for place, column in enumerate(frame.columns.tolist())}
    marked = [(rows[row + 1], columns[column]) for row, column in cells if row + 1 in rows]
    styles = np.full(frame.shape, "", dtype=object)
    for row, _ in marked:
        styles[row, [columns[column] for column in read]] = PALE_HIGHLIGHT
    for row, place in marked:
        styles[row, place] = HIGHLIGHT
    return frame.style.apply(lambda _: pandas.DataFrame(styles, frame.index, frame.columns), axis=None)


def _draw_pages(
    table: Table, rows: Sequence[int], cells: Sequence[tuple[int, str]], key: str, read: Sequence[str] = ()
) -> None:
    """The rows whole where they are few enough for a browser, else page by page: every row can be reached."""
    most = max(1, min(ROWS_OF_A_PAGE, MOST_STYLED_CELLS // max(1, len(table.columns))))
    if len(rows) * len(table.columns) <= MOST_STYLED_CELLS:
        _draw_rows(table, rows, cells, read)
        return
    pages = -(-len(rows) // most)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        page = int(st.number_input("Page", 1, pages, key=f"page of {key}", width=140))
        first = (page - 1) * most
        last = min(first + most, len(rows))
        st.caption(f"Rows {first + 1:,} to {last:,} of {len(rows):,}; page {page:,} of {pages:,}.")
    _draw_rows(table, rows[first:last], cells, read)


def _draw_rows(table: Table, rows: Sequence[int], cells: Sequence[tuple[int, str]], read: Sequence[str]) -> None:
    frame = frame_of(table, rows)
    height: Literal["content", "auto"] = "content" if len(rows) <= _MOST_ROWS_WHOLE_HEIGHT else "auto"
    wanted = set(rows)
    seen = [cell for cell in cells if cell[0] in wanted]
    st.dataframe(highlight(frame, seen, read) if seen else frame, height=height, alt=f"The rows of {table.name}")


def _is_large(table: Table) -> bool:
    return table.number_of_rows * len(table.columns) > MOST_STYLED_CELLS


def evidence_in_words(shown: Response, rows: Sequence[int]) -> list[str]:
    """What is highlighted, left out as totals, in different units, and passed over at which step."""
    table, cells = shown.prepared.table, shown.cells
    if cells:
        answers = {column for _, column in cells}
        beside = [column for column in columns_read(shown) if column not in answers]
        paler = f" Paler: what was read beside {'it' if len(cells) == 1 else 'them'}, {_listed(beside)}."
        found = [
            f"Highlighted: {counted(len(cells), 'cell')} in {counted(len(rows), 'row')} of {table.number_of_rows:,}."
            + (paler if beside else "")
        ]
    else:
        found = ["The answer was read from no single cell."]
    totals = np.flatnonzero(table.totals)
    if totals.size and shown.program is not None and shown.program.steps[0].operation == "all_rows":
        found.append(f"Left out as totals of other rows: {_rows_named(totals.tolist())}.")
    if shown.program is not None:
        found += mixed_units_in_words(shown.program, table)
        for number, step in enumerate(rows_of_steps(shown.program, shown.prepared)):
            found += _skipped_in_words(number, step)
    return list(dict.fromkeys(found))


def _skipped_in_words(number: int, step: StepRows) -> list[str]:
    if step.column is None:
        return []
    name, found = column_words(step.column), []
    if step.empty.any():
        found.append(f"Step #{number} passed over {counted(int(step.empty.sum()), 'row')} without a cell in {name}.")
    if step.unread.any():
        named = _rows_named(np.flatnonzero(step.unread).tolist())
        count = counted(int(step.unread.sum()), "cell")
        kind = str(step.column.view).replace("_", " ")
        found.append(f"Step #{number} passed over {count} of {step.column.column} not readable as {kind}: {named}.")
    return found


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _rows_named(rows: Sequence[int]) -> str:
    named = ", ".join(f"{row + 1:,}" for row in rows[:_MOST_EXAMPLES])
    more = f" and {len(rows) - _MOST_EXAMPLES:,} more" if len(rows) > _MOST_EXAMPLES else ""
    return f"{'row' if len(rows) == 1 else 'rows'} {named}{more}"
