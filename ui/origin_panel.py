"""Where an answer comes from that the model did not search for: verified, carried on, or given by a link."""

from __future__ import annotations

import streamlit as st

from neural_programmer.follow_up import carried_conditions, without_condition
from neural_programmer.given import GivenResponse, Way
from neural_programmer.ui.state import SessionState
from neural_programmer.ui.wording import escape_markdown


def draw(state: SessionState, shown: GivenResponse) -> None:
    """Show a badge, and what a follow-up question took over as chips that can be dropped."""
    if shown.way is Way.VERIFIED:
        st.badge("Verified: you kept this answer", icon=":material/verified:", color="green")
    elif shown.way is Way.FOLLOW_UP:
        st.badge("Follow-up", icon=":material/subdirectory_arrow_right:", color="blue")
        _draw_context(state, shown)
    else:
        st.badge("From a link, not searched for", icon=":material/link:", color="blue")


def _draw_context(state: SessionState, shown: GivenResponse) -> None:
    st.caption(f"Carried on from “{escape_markdown(shown.previous)}”.")
    with st.container(horizontal=True, key="carried"):
        for condition in carried_conditions(shown):
            st.button(
                escape_markdown(condition.words),
                key=f"carried {condition.step} {shown.explanation}",
                icon=":material/close:",
                help="Carried on from the question before. Press to leave it out.",
                on_click=_drop,
                args=(state, shown, condition.step),
            )
        st.button(
            "Ask it as a question of its own",
            key="ask alone",
            icon=":material/link_off:",
            on_click=_ask_alone,
            args=(state, shown.question),
        )


def _drop(state: SessionState, shown: GivenResponse, step: int) -> None:
    found = without_condition(shown, step)
    if found is not None:
        state.answer(found)


def _ask_alone(state: SessionState, question: str) -> None:
    state.answer(None)  # without an answer there is nothing to carry on
    state.ask(question)
