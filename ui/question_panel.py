"""The question: typed, or one of the suggestions."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from neural_programmer.response import Response
from neural_programmer.ui.resources import SharedModel, finished_within, now, suggestions_for
from neural_programmer.ui.state import QUESTION_KEY, SessionState, Suggestion
from neural_programmer.ui.wording import counted, escape_markdown

# After the first, waiting is shown with a way to stop; after the second it ends by itself.
_SECONDS_UNTIL_SHOWN = 0.8
SECONDS_AT_MOST = 30.0
_SECONDS_BETWEEN_LOOKS = 0.5


def draw_name(state: SessionState) -> None:
    """Show the table's name and size."""
    assert state.prepared is not None
    table = state.prepared.table
    with st.container(key="table_name", gap=None):
        st.text(table.name)
        st.caption(f"{counted(table.number_of_rows, 'row')}, {counted(len(table.columns), 'column')}")


def draw_form(state: SessionState) -> None:
    """Show the question's form, which belongs to the part of the page that asking has drawn again."""
    with st.form("ask", border=False):
        field, button = st.columns([6, 1], vertical_alignment="bottom")
        field.text_input("Question", key=QUESTION_KEY, placeholder="Ask about this table")
        button.form_submit_button(
            "Ask", type="primary", width="stretch", help="Press Enter in the field", on_click=_ask, args=(state,)
        )


def _ask(state: SessionState) -> None:
    state.waiting = True


def answer(state: SessionState, model: SharedModel) -> None:
    """Have the question answered if one waits, which fills ``state.response``, or say why it was not."""
    assert state.prepared is not None
    if state.waiting:
        previous = state.shown
        state.answer(None)
        state.work = model.start(state.prepared, str(st.session_state[QUESTION_KEY]), previous)
    if state.work is not None:
        _wait(state)
    if state.notice:
        st.warning(state.notice, icon=":material/timer_off:")


def draw_suggestions(state: SessionState, model: SharedModel, place: DeltaGenerator) -> None:
    """Show questions that have answers already, as buttons that ask them."""
    assert state.prepared is not None
    if state.table.suggestions is None:
        state.table.suggestions = _suggestions(state, model, place)
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


def _suggestions(state: SessionState, model: SharedModel, place: DeltaGenerator) -> tuple[Suggestion, ...]:
    """Ask what may be suggested. A question of the person's own interrupts this; what was asked by then is kept."""
    assert state.prepared is not None
    prepared, tried = state.prepared, state.table.tried
    with place:
        note = st.empty()

    def ask(question: str) -> Response:
        if question not in tried:
            note.caption(f"Looking for questions to suggest … {counted(len(tried), 'question')} tried.")
            tried[question] = model.ask(prepared, question)
        return tried[question]

    found = suggestions_for(model, state.source, prepared.table, ask)
    note.empty()
    return found


def _wait(state: SessionState) -> None:
    """Wait for the work to be done; another run of the script goes on waiting for the same work.

    Nothing is drawn at first: the browser has time for the answer when that comes soon.
    """
    assert state.work is not None
    work, started = state.work, state.work.started
    if not finished_within(work, started + _SECONDS_UNTIL_SHOWN - now()):
        place = st.empty()
        with place, st.container(border=True, horizontal=True, vertical_alignment="center", key="working"):
            bar = st.progress(0.0, "Looking for the answer …")
            st.button("Stop", key="stop", icon=":material/stop_circle:", on_click=_stop, args=(state,))
        while not finished_within(work, _SECONDS_BETWEEN_LOOKS):
            seconds = now() - started
            if seconds > SECONDS_AT_MOST:
                place.empty()
                _give_up(
                    state, f"No answer within {SECONDS_AT_MOST:.0f} seconds. Ask less at once, or of a smaller table."
                )
                return
            bar.progress(
                min(seconds / SECONDS_AT_MOST, 1.0),
                f"Looking for the answer … {seconds:.0f} of at most {SECONDS_AT_MOST:.0f} seconds",
            )
        place.empty()
    if state.work is work:  # else it was called off by another run of the script
        state.answer(work.future.result())


def _stop(state: SessionState) -> None:
    _give_up(state, "Stopped. Change the question, or ask again.")


def _give_up(state: SessionState, notice: str) -> None:
    state.answer(None)
    state.notice = notice
