"""The question: typed, or one of the suggestions."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from neural_programmer.ui.resources import SharedModel, finished_within, now, suggestions_for
from neural_programmer.ui.state import QUESTION_KEY, SessionState, Work
from neural_programmer.ui.wording import counted, escape_markdown

# After the first, waiting is shown with a way to stop; after the second it ends by itself.
_SECONDS_UNTIL_SHOWN = 0.8
SECONDS_AT_MOST = 30.0
_SECONDS_BETWEEN_LOOKS = 0.5


def draw(state: SessionState, model: SharedModel) -> DeltaGenerator:
    """Show the table's name and the question's form; asking fills ``state.response``.

    Gives the place of the suggestions, which `draw_suggestions` fills when all else is on the page.
    """
    assert state.prepared is not None
    table = state.prepared.table
    with st.container(key="table_name", gap=None):
        st.text(table.name)
        st.caption(f"{counted(table.number_of_rows, 'row')}, {counted(len(table.columns), 'column')}")
    with st.form("ask", border=False):
        field, button = st.columns([6, 1], vertical_alignment="bottom")
        field.text_input("Question", key=QUESTION_KEY, placeholder="Ask about this table")
        asked = button.form_submit_button("Ask", type="primary", width="stretch", help="Press Enter in the field")
    if asked or state.waiting:
        previous = state.shown
        state.answer(None)
        state.work = Work(model.start(state.prepared, str(st.session_state[QUESTION_KEY]), previous), now())
    place = st.empty()
    if state.work is not None:
        _wait(state, place.container())
        place.empty()
    if state.notice:
        st.warning(state.notice, icon=":material/timer_off:")
    return st.container()


def draw_suggestions(state: SessionState, model: SharedModel, place: DeltaGenerator) -> None:
    """Show questions that have answers already, as buttons that ask them."""
    assert state.prepared is not None
    if state.table.suggestions is None:
        with place, st.spinner("Looking for questions to suggest …"):
            state.table.suggestions = suggestions_for(model, state.source, state.prepared)
    if not state.table.suggestions:
        return
    asked = state.response is not None
    with place, st.expander("Suggested questions", icon=":material/lightbulb:", expanded=not asked):
        st.caption("All of these were asked already; point at one to see its answer.")
        with st.container(horizontal=True):
            for number, suggestion in enumerate(state.table.suggestions):
                st.button(
                    escape_markdown(suggestion.question),
                    key=f"suggestion {number}",
                    help=f"Answer: {escape_markdown(suggestion.answer)}",
                    on_click=state.ask,
                    args=(suggestion.question,),
                )


def _wait(state: SessionState, place: DeltaGenerator) -> None:
    """Wait for the work to be done; another run of the script goes on waiting for the same work."""
    assert state.work is not None
    work, started = state.work.future, state.work.started
    if not finished_within(work, started + _SECONDS_UNTIL_SHOWN - now()):
        with place, st.container(border=True, horizontal=True, vertical_alignment="center", key="working"):
            bar = st.progress(0.0, "Looking for the answer …")
            st.button("Stop", key="stop", icon=":material/stop_circle:", on_click=_stop, args=(state,))
        while not finished_within(work, _SECONDS_BETWEEN_LOOKS):
            seconds = now() - started
            if seconds > SECONDS_AT_MOST:
                _give_up(
                    state, f"No answer within {SECONDS_AT_MOST:.0f} seconds. Ask less at once, or of a smaller table."
                )
                return
            bar.progress(
                min(seconds / SECONDS_AT_MOST, 1.0),
                f"Looking for the answer … {seconds:.0f} of at most {SECONDS_AT_MOST:.0f} seconds",
            )
    state.answer(work.result())


def _stop(state: SessionState) -> None:
    _give_up(state, "Stopped. Change the question, or ask again.")


def _give_up(state: SessionState, notice: str) -> None:
    if state.work is not None:
        state.work.future.cancel()  # has an effect only where it waits behind another session's question
    state.answer(None)
    state.notice = notice
