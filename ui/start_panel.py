"""The first visit: sample tables with questions that have answers, and the ways to bring a table of one's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from neural_programmer.data.sample_tables import SampleTable, sample_tables
from neural_programmer.ui import table_panel
from neural_programmer.ui.resources import SharedModel, sample_suggestion, sample_table
from neural_programmer.ui.state import SessionState
from neural_programmer.ui.wording import counted, escape_markdown

_QUESTIONS = 2
_ACROSS = 3
_WELCOME = """
<p class="np-hero">Ask your table</p>
<p class="np-lead">Type a question in plain English. You get an answer, the cells it came from, and SQL that gives the
same answer. A small model writes a short program you can read, check and change.</p>
"""


def draw(state: SessionState, load_model: Callable[[], SharedModel | None]) -> None:
    """Show the sample tables as cards, each with questions to press, and a card to open a table of one's own.

    The model is loaded for the answers only after all of this can be seen and pressed.
    """
    st.html(_WELCOME)
    st.html('<p class="np-label">Start with a sample: press a question</p>')
    samples = sample_tables()
    places: list[tuple[SampleTable, str, DeltaGenerator]] = []
    cards = [*samples, None]  # the last card is for the person's own table
    for start in range(0, len(cards), _ACROSS):
        for column, sample in zip(st.columns(_ACROSS), cards[start : start + _ACROSS], strict=False):
            if sample is None:
                with column, st.container(border=True, height="stretch", key="own", gap="small"):
                    st.html('<p class="np-own">Your own table</p>')
                    table_panel.draw_own(state)
                continue
            with column, st.container(border=True, height="stretch", key=f"samplecard_{_key(sample)}", gap="small"):
                places += [(sample, *place) for place in _draw_card(state, sample)]
    model = load_model()
    if model is not None:
        # After everything can be pressed: on the first visit of all, each of these answers takes a moment.
        for sample, question, place in places:
            suggestion = sample_suggestion(model, sample, question)
            place.text(f"→ {suggestion.answer}" if suggestion is not None else "")


def _draw_card(state: SessionState, sample: SampleTable) -> Iterator[tuple[str, DeltaGenerator]]:
    """A card; gives its questions with the places where their answers go."""
    table = sample_table(sample, sample.file)
    st.button(
        f"**{escape_markdown(sample.title)}**",
        key=f"sample {sample.file}",
        help="Open this table",
        type="tertiary",
        icon=":material/table:",
        on_click=table_panel.open_sample,
        args=(state, sample),
    )
    st.caption(
        f"{escape_markdown(sample.description)} "
        f"{counted(table.number_of_rows, 'row')}, {counted(len(table.columns), 'column')}."
    )
    for number, question in enumerate(sample.questions[:_QUESTIONS]):
        st.button(
            escape_markdown(question),
            key=f"start {sample.file} {number}",
            width="stretch",
            on_click=table_panel.open_sample,
            args=(state, sample, question),
        )
        with st.container(key=f"sampleanswer_{_key(sample)}_{number}"):
            yield question, st.empty()


def _key(sample: SampleTable) -> str:
    return sample.file.partition(".")[0]
