"""The answer, how sure it is, and what it says; or why there is none."""

from __future__ import annotations

import altair
import pandas
import streamlit as st

from neural_programmer.given import GivenResponse
from neural_programmer.language.text_form import write_step
from neural_programmer.response import Response
from neural_programmer.rows_used import rows_of_steps
from neural_programmer.ui import origin_panel
from neural_programmer.ui.state import SessionState
from neural_programmer.ui.wording import (
    answer_texts,
    answer_unit,
    confidence_colour,
    confidence_in_words,
    counted,
    escape_markdown,
    number_in_words,
    withheld_in_words,
)

_MOST_SHOWN_LARGE = 6
_MOST_BARS = 30
_MOST_NAMES = 8


def draw(state: SessionState, shown: Response) -> None:
    """Show the response, the reading of it that was chosen, or the answer of the program as it was changed."""
    if shown.abstained:
        _draw_abstention(shown)
    elif not shown.answer:
        _draw_nothing(shown)
        _draw_origin(state, shown)
    else:
        _draw_answer(state, shown)
    _draw_inexact(shown)


def _draw_abstention(shown: Response) -> None:
    """Say why there is no answer, and what to do next."""
    first, *others = withheld_in_words(shown)
    st.warning(f"**No answer.** {escape_markdown(first)}", icon=":material/help:")
    if others:
        st.markdown(escape_markdown(" ".join(others)))
    if shown.readings:
        st.caption(
            "Next: look at the reading below that you meant, and correct it; or ask again, with the names of columns "
            "and with values as they stand in the table."
        )
        return
    names = ", ".join(f"“{escape_markdown(column.name)}”" for column in shown.prepared.table.columns[:_MOST_NAMES])
    more = " …" if len(shown.prepared.table.columns) > _MOST_NAMES else "."
    st.caption(f"Next: use the words of the table. Its columns are {names}{more}")


def _draw_nothing(shown: Response) -> None:
    """Say at which step nothing was left."""
    assert shown.program is not None
    steps = rows_of_steps(shown.program, shown.prepared)
    number = next(
        (at for at, step in enumerate(steps) if step.rows is not None and not step.rows.any()), len(steps) - 1
    )
    st.warning(
        f"**No value.** Nothing is left after step \\#{number}, "
        f"{escape_markdown(write_step(shown.program.steps[number]))}. Change it below.",
        icon=":material/search_off:",
    )


def _draw_answer(state: SessionState, shown: Response) -> None:
    texts = answer_texts(shown)
    with st.container(key="answer"):
        for text in texts[:_MOST_SHOWN_LARGE]:
            st.text(text)
    if len(texts) > _MOST_SHOWN_LARGE:
        with st.expander(f"All {counted(len(texts), 'value')}", expanded=True):
            st.dataframe({"Answer": texts}, hide_index=True)
    with st.container(key="explanation"):
        st.text(shown.explanation)
    _draw_origin(state, shown)
    frame = chart_frame(shown)
    if frame is not None:
        st.altair_chart(bar_chart(frame), alt="The answer's values as bars")


def _draw_origin(state: SessionState, shown: Response) -> None:
    """Say whose program it is: the model's, with how often it is right; or the person's."""
    if state.edited is not None:
        st.badge("Edited by you", icon=":material/edit:", color="violet")
    elif state.reading is not None:
        st.badge(f"Reading {state.reading + 1}", icon=":material/alt_route:", color="gray")
        st.caption(f"You chose reading {state.reading + 1}; its probability is {shown.confidence:.0%}.")
    elif isinstance(shown, GivenResponse):
        origin_panel.draw(state, shown)
    else:
        st.badge(
            f"{confidence_in_words(shown.confidence)}",
            icon=":material/speed:",
            color=confidence_colour(shown.confidence),
            help=f"Confidence {shown.confidence:.0%}: of the questions held out for measuring, that share of answers "
            "with this confidence was right.",
        )


def chart_frame(shown: Response) -> pandas.DataFrame | None:
    """Labels and numbers where the answer is a list of values with numbers that bars suit; else nothing."""
    pairs = [value for value in shown.answer if isinstance(value, tuple)]
    if len(pairs) != len(shown.answer) or not 2 <= len(pairs) <= _MOST_BARS:
        return None
    unit = answer_unit(shown.program, shown.prepared.table, shown.cells)
    return pandas.DataFrame(
        {
            "Value": [str(number_in_words(first) if isinstance(first, float) else first) for first, _ in pairs],
            "Number": [float(number) for _, number in pairs],
            "Written": [number_in_words(float(number), unit) for _, number in pairs],
        }
    )


def bar_chart(frame: pandas.DataFrame) -> altair.LayerChart:
    """Bars with their figures, greatest first."""
    longest = float(frame["Number"].max())
    base = altair.Chart(frame, height=altair.Step(26)).encode(
        altair.Y("Value:N", sort="-x", title=None, axis=altair.Axis(labelLimit=220, ticks=False, domain=False)),
        altair.X("Number:Q", title=None, axis=None, scale=altair.Scale(domainMax=longest * 1.15 if longest > 0 else 1)),
        tooltip=["Value:N", "Written:N"],
    )
    chart: altair.LayerChart = base.mark_bar(cornerRadiusEnd=3, color="#4c82d3") + base.mark_text(
        align="left", dx=5, color="#808080"
    ).encode(text="Written:N")
    return chart


def _draw_inexact(shown: Response) -> None:
    """Say which words were taken for others: a spelling is never corrected silently."""
    for written, meant in shown.respellings:
        st.info(f"“{escape_markdown(written)}” is not in the table and was read as “{escape_markdown(meant)}”.")
