"""The page that asks: a question about the open table, and below it the answer with all that supports it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from neural_programmer.response import Response
from neural_programmer.ui import (
    answer_panel,
    chips_panel,
    columns_panel,
    decision_panel,
    evidence_panel,
    export_panel,
    feedback_panel,
    history_page,
    link_panel,
    notes_panel,
    program_panel,
    question_panel,
    readings_panel,
    sql_panel,
    start_panel,
    words_panel,
)
from neural_programmer.ui.resources import MODEL_ERRORS, SharedModel, shared_model
from neural_programmer.ui.state import ANSWER_FRAGMENT, SessionState, keep
from neural_programmer.ui.wording import escape_markdown


@dataclass(frozen=True)
class Tab:
    """A tab below the answer: its title, and what draws it."""

    title: str
    draw: Callable[[SessionState, Response], None]


# From left to right; only the one that is open is drawn.
TABS: tuple[Tab, ...] = (
    Tab("Program", program_panel.draw),
    Tab("SQL", sql_panel.draw),
    Tab("Other readings", readings_panel.draw),
    Tab("How the model decided", decision_panel.draw),
    Tab("Export", export_panel.draw),
)
TABS_KEY = "tabs"
# How long a browser has for a new answer before it gets the rest of the page.
_SECONDS_TO_PAINT = 0.05
# What was chosen in a tab, and is to be there again when the tab is opened again.
_KEPT = ("dialect", "parameters", "hand sql ", "format", "part", "soft", "step of ")


def draw(state: SessionState) -> None:
    """Draw the page for the session that runs the script."""
    start = st.empty()  # emptied at once when a table is opened
    if state.prepared is None:
        with start.container():
            link_panel.draw_problem(state)
            problem = st.container()
            start_panel.draw(state, lambda: _model(problem))
        return
    model = _model(st.container())
    question_panel.draw_name(state)
    _draw_answer(state, model)


@st.fragment(key=ANSWER_FRAGMENT)
def _draw_answer(state: SessionState, model: SharedModel | None) -> None:
    """The question and all below it. To ask has this alone drawn again, and the answer first of it."""
    if state.prepared is None:  # the table was refused meanwhile
        return
    if model is not None:
        question_panel.draw_form(state)
        question_panel.answer(state, model)
    link_panel.draw_problem(state)
    suggestions = st.container()
    shown = state.shown
    if shown is None:
        notes_panel.draw(state)
        columns_panel.draw(state)
        evidence_panel.draw_table(state.prepared.table)
    else:
        _draw_response(state, shown)
        columns_panel.draw(state)
        notes_panel.draw(state)
    if model is not None:
        question_panel.draw_suggestions(state, model, suggestions)
    history_page.record(state)
    link_panel.publish(state)


def _model(place: DeltaGenerator) -> SharedModel | None:
    """The model, or nothing after a message in that place that says what is wrong with it."""
    try:
        return shared_model()
    except MODEL_ERRORS as error:
        place.error(f"The model could not be loaded. {escape_markdown(str(error))}")
        return None


def _draw_response(state: SessionState, shown: Response) -> None:
    words = st.container()
    with st.container(border=True, key="card"):
        # First of all, and alone: the rest would keep the browser from painting it.
        answer_panel.draw(state, shown)
        if state.response is not state.notebook.recorded:  # it is new
            time.sleep(_SECONDS_TO_PAINT)
        with words:
            words_panel.draw(state, shown)
        chips_panel.draw(state, shown)
        feedback_panel.draw(state, shown)
    if shown.program is None:
        if shown.readings:
            readings_panel.draw(state, shown)
        evidence_panel.draw_table(shown.prepared.table)
        return
    evidence_panel.draw(shown)
    _draw_tabs(state, shown)


@st.fragment
def _draw_tabs(state: SessionState, shown: Response) -> None:
    """The tabs, of which to open one runs this alone."""
    keep(*_KEPT)
    for tab, place in zip(TABS, st.tabs([tab.title for tab in TABS], key=TABS_KEY, on_change="rerun"), strict=True):
        if place.open:
            with place:
                tab.draw(state, shown)
