"""Notes below a table, such as "* estimated" in a spreadsheet: offered to be left out, and to be put back."""

from __future__ import annotations

import streamlit as st

from neural_programmer.tables.notes import rows_of_notes
from neural_programmer.ui.state import SessionState
from neural_programmer.ui.wording import counted


def draw(state: SessionState) -> None:
    """Say which rows look like notes, where there are any, with a button to leave them out or to put them back."""
    if state.table.original is None:
        return
    rows = rows_of_notes(state.table.original)
    if not rows:
        return
    left_out = state.table.notes_left_out
    said = (
        f"{counted(len(rows), 'row')} of notes below the table left out."
        if left_out
        else f"{_rows_named(rows)} of notes below the table rather than of the table itself."
    )
    with st.container(horizontal=True, vertical_alignment="center", key="notes"):
        st.caption(said, width="content")
        st.button(
            "Put back" if left_out else "Leave out",
            key="leave out notes",
            icon=":material/undo:" if left_out else ":material/playlist_remove:",
            on_click=_change,
            args=(state, not left_out),
        )


def _rows_named(rows: tuple[int, ...]) -> str:
    if len(rows) == 1:
        return f"Row {rows[0] + 1:,} looks like one"
    return f"Rows {rows[0] + 1:,} to {rows[-1] + 1:,} look like some"


def _change(state: SessionState, left_out: bool) -> None:
    state.table.notes_left_out = left_out
    state.read_again()
