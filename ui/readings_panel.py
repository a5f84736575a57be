"""The other ways in which the question can be read."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from neural_programmer.response import Reading, Response
from neural_programmer.ui.state import SessionState
from neural_programmer.ui.wording import answer_unit, value_text

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
        unused_words=[],
        abstained=False,
        reason="",
        trace=None,
    )


def draw(state: SessionState) -> None:
    """List the readings with their answers, and let one be looked at in full."""
    response = state.response
    assert response is not None
    if not response.readings:
        return
    st.dataframe(
        {
            "Reading": list(range(1, len(response.readings) + 1)),
            "Answer": [_answer(reading, response) for reading in response.readings],
            "Probability": [reading.probability for reading in response.readings],
            "In words": [reading.explanation for reading in response.readings],
        },
        hide_index=True,
        height="content",
        column_config={
            "Reading": st.column_config.NumberColumn(width="small"),
            "Probability": st.column_config.ProgressColumn(format="percent", min_value=0.0, max_value=1.0),
        },
        alt="The readings of the question with their answers",
    )
    with st.container(horizontal=True):
        for number in range(len(response.readings)):
            st.button(f"Look at reading {number + 1}", key=f"reading {number}", on_click=_choose, args=(state, number))


def _choose(state: SessionState, number: int) -> None:
    assert state.response is not None
    if number == 0 and not state.response.abstained:
        # The first reading is the answer itself, unless that was withheld.
        state.reading = state.chosen = None
    else:
        state.reading, state.chosen = number, reading_as_response(state.response, number)


def _answer(reading: Reading, response: Response) -> str:
    unit = answer_unit(reading.program, response.prepared.table)
    texts = [value_text(value, unit) for value in reading.answer[:_MOST_VALUES]]
    more = len(reading.answer) - len(texts)
    return ", ".join(texts) + (f" and {more} more" if more else "")
