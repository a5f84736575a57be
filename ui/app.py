"""The page: a table on the left, a question in the middle, and below it the answer with all that supports it."""

from __future__ import annotations

import streamlit as st

from neural_programmer.ui import (
    answer_panel,
    columns_panel,
    decision_panel,
    evidence_panel,
    program_panel,
    question_panel,
    readings_panel,
    sql_panel,
    table_panel,
)
from neural_programmer.ui.resources import SharedModel, shared_model
from neural_programmer.ui.state import SessionState, session_state
from neural_programmer.ui.style import PAGE_ICON, PAGE_STYLE
from neural_programmer.ui.wording import escape_markdown


def main() -> None:
    """Draw the page for the session that runs the script."""
    st.set_page_config(page_title="Neural Programmer", page_icon=PAGE_ICON, layout="wide")
    st.html(PAGE_STYLE)
    state = session_state()
    with st.sidebar:
        st.header("Neural Programmer")
        st.caption(
            "Questions about a table, answered by a small program that you can check. "
            "Offline: nothing leaves this machine."
        )
        table_panel.draw(state)
    if state.prepared is None:
        _draw_start()
        return
    model = _model()
    if model is not None:
        question_panel.draw(state, model)
    if state.response is None:
        evidence_panel.draw_table(state.prepared.table)
        columns_panel.draw(state.prepared.table)
    else:
        _draw_response(state)


def _draw_start() -> None:
    st.title("Ask your table")
    st.markdown(
        "Choose one of the sample tables on the left, or upload your own: CSV, TSV, Excel, Parquet or JSON. "
        "Then ask a question in plain English."
    )


def _model() -> SharedModel | None:
    """The model, or nothing after a message that says what is wrong with it."""
    try:
        return shared_model()
    except (OSError, ValueError, RuntimeError) as error:
        st.error(f"The model could not be loaded. {escape_markdown(str(error))}")
        return None


def _draw_response(state: SessionState) -> None:
    shown = state.shown
    assert shown is not None
    with st.container(border=True, key="card"):
        answer_panel.draw(state, shown)
    if shown.program is None:
        readings_panel.draw(state)
        evidence_panel.draw_table(shown.prepared.table)
        columns_panel.draw(shown.prepared.table)
        return
    evidence_panel.draw(shown)
    steps, sql, readings, decision = st.tabs(["Program", "SQL", "Other readings", "How the model decided"])
    with steps:
        program_panel.draw(shown)
    with readings:
        readings_panel.draw(state)
    with decision:
        decision_panel.draw(shown)
    columns_panel.draw(shown.prepared.table)
    # Last, because a large table takes a while to be loaded into the database.
    with sql:
        sql_panel.draw(state, shown)


if __name__ == "__main__":
    main()
