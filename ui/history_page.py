"""The page of the questions asked: run again, pinned, two of them compared side by side."""

from __future__ import annotations

import streamlit as st

from neural_programmer.given import GivenResponse, Way
from neural_programmer.history import Entry, compare
from neural_programmer.ui import feedback_panel
from neural_programmer.ui.notebook import ASK, PAGE_KEY
from neural_programmer.ui.state import QUESTION_KEY, SessionState, keep_question
from neural_programmer.ui.wording import answer_texts, escape_markdown, withheld_in_words

_MOST_VALUES = 3
_MOST_SHOWN = 50


def record(state: SessionState) -> None:
    """Take the present response into history, once."""
    notebook = state.notebook
    if state.response is not None and state.response is not notebook.recorded:
        notebook.history.add(state.response, state.source)
        notebook.recorded = state.response
        notebook.said = notebook.feedback_problem = ""


def draw(state: SessionState) -> None:
    """Show the questions of this session, a comparison of two, and what is kept about the open table."""
    keep_question()
    st.title("History")
    history = state.notebook.history
    entries = history.shown()
    if not entries:
        st.info("Nothing was asked yet in this session. What you ask will be here.", icon=":material/history:")
    else:
        st.caption("The questions of this session, the latest first. They go when the page is closed.")
        for entry in entries[:_MOST_SHOWN]:
            _draw_entry(state, entry)
        st.button("Clear all that is not pinned", key="clear history", icon=":material/delete:", on_click=history.clear)
        if len(entries) > 1:
            _draw_comparison(entries)
    feedback_panel.draw_kept(state)


def _draw_entry(state: SessionState, entry: Entry) -> None:
    response = entry.response
    with st.container(border=True, key=f"entry {entry.number}", gap="small"):
        st.text(response.question)
        st.text(_answer(entry))
        st.caption(escape_markdown(f"{response.prepared.table.name}. {response.explanation}"))
        with st.container(horizontal=True, gap="small"):
            st.button(
                "Show", key=f"show {entry.number}", icon=":material/visibility:", on_click=_show, args=(state, entry)
            )
            st.button(
                "Run again", key=f"again {entry.number}", icon=":material/replay:", on_click=_ask, args=(state, entry)
            )
            st.button(
                "Unpin" if entry.pinned else "Pin",
                key=f"pin {entry.number}",
                icon=":material/keep_off:" if entry.pinned else ":material/keep:",
                on_click=state.notebook.history.pin,
                args=(entry.number,),
            )


def _draw_comparison(entries: list[Entry]) -> None:
    st.subheader("Compare two answers")
    left, right = st.columns(2)
    numbers = [entry.number for entry in entries]
    labels = {entry.number: f"{entry.number}. {entry.response.question}" for entry in entries}
    by_number = {entry.number: entry for entry in entries}
    one = left.selectbox("One", numbers, index=0, format_func=labels.__getitem__, key="compare one")
    other = right.selectbox("Other", numbers, index=1, format_func=labels.__getitem__, key="compare other")
    for place, number in ((left, one), (right, other)):
        with place.container(key=f"compared {'one' if place is left else 'other'}"):
            st.text(_answer(by_number[number]))
    found = compare(by_number[one].response, by_number[other].response)
    st.badge("The same answer", color="green") if found.same_answer else st.badge("Different answers", color="orange")
    st.dataframe(
        {
            "": [name for name, _, _ in found.aspects],
            "One": [mine for _, mine, _ in found.aspects],
            "Other": [theirs for _, _, theirs in found.aspects],
        },
        hide_index=True,
        height="content",
        alt="The two answers side by side",
    )


def _answer(entry: Entry) -> str:
    if entry.response.abstained:
        return f"No answer. {withheld_in_words(entry.response)[0]}"
    texts = answer_texts(entry.response)
    more = len(texts) - _MOST_VALUES
    return ", ".join(texts[:_MOST_VALUES]) + (f" and {more} more" if more > 0 else "")


def _show(state: SessionState, entry: Entry) -> None:
    _open(state, entry)
    state.answer(entry.response)
    state.notebook.recorded = entry.response
    st.session_state[QUESTION_KEY] = entry.response.question
    st.session_state[PAGE_KEY] = ASK


def _ask(state: SessionState, entry: Entry) -> None:
    if isinstance(entry.response, GivenResponse) and entry.response.way is Way.FOLLOW_UP:
        _show(state, entry)  # its question says nothing without the one before
        return
    _open(state, entry)
    state.answer(None)
    state.ask(entry.response.question)
    st.session_state[PAGE_KEY] = ASK


def _open(state: SessionState, entry: Entry) -> None:
    prepared = entry.response.prepared
    if state.prepared is None or state.prepared.table is not prepared.table:
        state.open(entry.source, prepared)
