"""The question: typed, or one of the suggestions."""

from __future__ import annotations

import streamlit as st

from neural_programmer.ui.resources import SharedModel
from neural_programmer.ui.state import QUESTION_KEY, SessionState
from neural_programmer.ui.wording import counted, escape_markdown


def draw(state: SessionState, model: SharedModel) -> None:
    """Show the table's name, the question's form and the suggestions; asking fills ``state.response``."""
    assert state.prepared is not None
    table = state.prepared.table
    with st.container(key="table_name"):
        st.text(table.name)
    st.caption(f"{counted(table.number_of_rows, 'row')}, {counted(len(table.columns), 'column')}")
    with st.form("ask", border=False):
        field, button = st.columns([6, 1], vertical_alignment="bottom")
        field.text_input("Question", key=QUESTION_KEY, placeholder="Ask about this table")
        asked = button.form_submit_button("Ask", type="primary", width="stretch")
    if asked or state.waiting:
        with st.spinner("Looking for the answer …"):
            state.answer(model.ask(state.prepared, st.session_state[QUESTION_KEY]))
    if state.suggestions:
        st.caption("Try one of these:")
        with st.container(horizontal=True):
            for number, suggestion in enumerate(state.suggestions):
                st.button(
                    escape_markdown(suggestion),
                    key=f"suggestion {number}",
                    on_click=_ask_suggestion,
                    args=(state, suggestion),
                )


def _ask_suggestion(state: SessionState, suggestion: str) -> None:
    # A callback runs before the page is drawn: the answer is looked for while it is drawn, with a sign of waiting.
    st.session_state[QUESTION_KEY] = suggestion
    state.waiting = True
