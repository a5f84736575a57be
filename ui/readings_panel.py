"""The other ways in which the question can be read."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from neural_programmer.response import Reading, Response
from neural_programmer.ui.state import ANSWER_FRAGMENT, SessionState
from neural_programmer.ui.wording import answer_unit, counted, share_in_words, value_text
from neural_programmer.understanding import unused_words

_MOST_VALUES = 5


def reading_as_response(response: Response, number: int) -> Response:
    """The response with one of its readings, counted from 0, in place of its answer."""
    reading = response.readings[number]
    return replace(
        response,
        answer=list(reading.answer),
        cells=list(reading.cells),
        program=reading.program,
        explanation=reading.explanation,
        confidence=reading.probability,
        unused_words=unused_words(reading.program, response.linking) if response.linking is not None else [],
        abstained=False,
        reason="",
        tracing=None,
    )


def draw(state: SessionState, shown: Response) -> None:
    """List the readings with their answers, and let one be looked at in full."""
    response = state.response
    if response is None or not response.readings:
        st.caption("The model found no way to read the question.")
        return
    st.caption(
        f"{counted(len(response.readings), 'different answer')}. Programs that give the same answer count as one "
        "reading, and their probabilities are added."
    )
    for number, reading in enumerate(response.readings):
        _draw_reading(state, response, number, reading)


def _draw_reading(state: SessionState, response: Response, number: int, reading: Reading) -> None:
    is_shown = state.edited is None and (state.reading if state.reading is not None else 0) == number
    is_shown = is_shown and not (response.abstained and state.reading is None)
    with st.container(border=True, key=f"readingcard_{number}"):
        words, share, button = st.columns([6, 2, 2], vertical_alignment="center")
        with words:
            st.text(_answer(reading, response))
            with st.container(key=f"sampleanswer_reading_{number}"):
                st.text(reading.explanation)
        share.progress(min(max(reading.probability, 0.0), 1.0), f"{share_in_words(reading.probability)} probable")
        button.button(
            "Shown above" if is_shown else f"Look at reading {number + 1}",
            key=f"reading {number}",
            disabled=is_shown,
            width="stretch",
            on_click=_choose,
            args=(state, number),
        )


def _choose(state: SessionState, number: int) -> None:
    assert state.response is not None
    state.undo_edits()
    if number == 0 and not state.response.abstained:
        # The first reading is the answer itself, unless that was withheld.
        state.reading = state.chosen = None
    else:
        state.reading, state.chosen = number, reading_as_response(state.response, number)
    st.rerun(ANSWER_FRAGMENT)  # more than the tab changes


def _answer(reading: Reading, response: Response) -> str:
    unit = answer_unit(reading.program, response.prepared.table, reading.cells)
    texts = [value_text(value, unit) for value in reading.answer[:_MOST_VALUES]]
    more = len(reading.answer) - len(texts)
    return ", ".join(texts) + (f" and {more} more" if more else "")
