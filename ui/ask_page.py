"""The page that asks: a question about the open table, and below it the answer with all that supports it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from neural_programmer.response import Response
from neural_programmer.ui import (
    answer_panel,
    chips_panel,
    columns_panel,
    decision_panel,
    evidence_panel,
    export_panel,
    feedback_panel,
    program_panel,
    question_panel,
    readings_panel,
    sql_panel,
    start_panel,
    words_panel,
)
from neural_programmer.ui.resources import MODEL_ERRORS, SharedModel, shared_model
from neural_programmer.ui.state import SessionState
from neural_programmer.ui.wording import escape_markdown


@dataclass(frozen=True)
class Tab:
    """A tab below the answer: its title, and what draws it."""

    title: str
    draw: Callable[[SessionState, Response], None]


# From left to right. Those named in ``_SLOW`` are drawn last: a large table takes a while to be loaded into a database.
TABS: tuple[Tab, ...] = (
    Tab("Program", program_panel.draw),
    Tab("SQL", sql_panel.draw),
    Tab("Other readings", readings_panel.draw),
    Tab("How the model decided", decision_panel.draw),
    Tab("Export", export_panel.draw),
)
_SLOW = frozenset({"SQL"})


def draw(state: SessionState) -> None:
    """Draw the page for the session that runs the script."""
    model = _model()
    if state.prepared is None:
        start_panel.draw(state, model)
        return
    place = question_panel.draw(state, model) if model is not None else None
    shown = state.shown
    if shown is None:
        columns_panel.draw(state)
        evidence_panel.draw_table(state.prepared.table)
    else:
        _draw_response(state, shown)
        columns_panel.draw(state)
    if model is not None and place is not None:
        question_panel.draw_suggestions(state, model, place)


def _model() -> SharedModel | None:
    """The model, or nothing after a message that says what is wrong with it."""
    try:
        return shared_model()
    except MODEL_ERRORS as error:
        st.error(f"The model could not be loaded. {escape_markdown(str(error))}")
        return None


def _draw_response(state: SessionState, shown: Response) -> None:
    words_panel.draw(state, shown)
    with st.container(border=True, key="card"):
        answer_panel.draw(state, shown)
        chips_panel.draw(state, shown)
        feedback_panel.draw(state, shown)
    if shown.program is None:
        readings_panel.draw(state, shown)
        evidence_panel.draw_table(shown.prepared.table)
        return
    evidence_panel.draw(shown)
    drawn = dict(zip(TABS, st.tabs([tab.title for tab in TABS]), strict=True))
    for tab in sorted(TABS, key=lambda tab: tab.title in _SLOW):
        with drawn[tab]:
            tab.draw(state, shown)
