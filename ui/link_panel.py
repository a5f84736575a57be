"""The page's address: it says which sample, question and program are open, and opens them again."""

from __future__ import annotations

import streamlit as st

from neural_programmer.data.sample_tables import SampleTable
from neural_programmer.prepared import PreparedTable
from neural_programmer.shared_link import PROGRAM, QUESTION, TABLE, LinkError, follow_link, read_link, write_link
from neural_programmer.ui.resources import sample_table
from neural_programmer.ui.state import QUESTION_KEY, SessionState
from neural_programmer.ui.wording import escape_markdown

_NAMES = (TABLE, QUESTION, PROGRAM)


def restore(state: SessionState) -> None:
    """Open what the address names, once, when the session begins; a broken address is a message."""
    notebook = state.notebook
    if notebook.link_read:
        return
    notebook.link_read = True
    parameters = {name: str(st.query_params[name]) for name in _NAMES if name in st.query_params}
    if not parameters:
        return
    try:
        link = read_link(parameters)
        if link.sample is None:
            return
        _open(state, link.sample)
        response = follow_link(link, state.prepared) if state.prepared is not None else None
    except LinkError as error:
        notebook.link_problem = str(error)
        return
    if response is not None:
        st.session_state[QUESTION_KEY] = link.question
        state.answer(response)
    elif link.question.strip():
        state.ask(link.question)


def draw_problem(state: SessionState) -> None:
    """Say why the address led to nothing, until something is asked."""
    if state.notebook.link_problem and state.response is None:
        st.error(f"The address of this page could not be followed: {escape_markdown(state.notebook.link_problem)}")


def publish(state: SessionState) -> None:
    """Make the address name what is open now."""
    shown = state.shown
    wanted = write_link(state.source) if shown is None else write_link(state.source, shown.question, shown.program)
    present = {name: str(st.query_params[name]) for name in _NAMES if name in st.query_params}
    if present != wanted:
        others = {name: st.query_params.get_all(name) for name in st.query_params if name not in _NAMES}
        st.query_params.from_dict({**others, **wanted})  # at once: the browser is told of every change


def _open(state: SessionState, sample: SampleTable) -> None:
    state.open(sample.file, PreparedTable(sample_table(sample, sample.file)))
