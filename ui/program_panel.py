"""The program, step by step, with what went in and what came out."""

from __future__ import annotations

import numpy as np
import streamlit as st

from neural_programmer.execution.exact import cell_value
from neural_programmer.language.kinds import Kind
from neural_programmer.language.program import Program
from neural_programmer.language.text_form import write_program, write_step
from neural_programmer.response import Response
from neural_programmer.rows_used import StepRows, rows_of_steps
from neural_programmer.ui.evidence_panel import frame_of, highlight
from neural_programmer.ui.state import SessionState
from neural_programmer.ui.wording import counted, escape_markdown, number_in_words, operation_summary, step_label

MOST_PREVIEWED = 100
_NOUNS = {Kind.ROWS: "row", Kind.CELLS: "cell", Kind.GROUPS: "value"}


def draw(state: SessionState, shown: Response) -> None:
    """Show each step with its meaning, what it was given and its result, to be opened for a look at its rows."""
    assert shown.program is not None
    program = shown.program
    steps = rows_of_steps(program, shown.prepared)
    st.caption("Each step reads the results of earlier ones. Open a step to see its rows.")
    for number, (step, rows) in enumerate(zip(program, steps, strict=True)):
        given = ", ".join(f"#{reference}: {size(steps[reference])}" for reference in step.references)
        flow = f"{given} → {size(rows)}" if given else size(rows)
        title = f"**\\#{number} {escape_markdown(step_label(step))}** · {escape_markdown(flow)}"
        with st.expander(title, key=step_key(number), on_change="rerun") as place:
            if place.open:
                st.code(write_step(step), language=None, wrap_lines=True)
                st.caption(escape_markdown(operation_summary(step.operation)))
                _draw_rows(number, rows, shown, program)
    st.caption("The whole program as text:")
    st.code(write_program(program), language=None, wrap_lines=True)


def step_key(number: int) -> str:
    """By which key a step is opened."""
    return f"step {number}"


def size(rows: StepRows) -> str:
    """A step's result in a few words: a number, or how many rows, cells or values."""
    if rows.result.kind is Kind.PHRASE:
        return "words"
    if rows.rows is None:
        return number_in_words(float(rows.result.value))
    return counted(int(rows.rows.sum()), _NOUNS[rows.result.kind])


def _draw_rows(number: int, rows: StepRows, shown: Response, program: Program) -> None:
    prepared = shown.prepared
    found = rows.rows if rows.rows is not None else rows.given
    places = np.flatnonzero(found)
    column = program.steps[number].column
    if rows.rows is None:
        st.text(f"= {size(rows)}")
        if not places.size:
            return
        st.caption("Computed from these rows:")
    if not places.size:
        st.info("No rows are left after this step.")
        return
    if places.size > MOST_PREVIEWED:
        st.caption(f"The first {MOST_PREVIEWED} of {places.size:,} rows; the whole table stands above.")
    first = places[:MOST_PREVIEWED].tolist()
    if rows.result.kind is Kind.GROUPS and column is not None:
        values = [str(cell_value(prepared.grounding, column, row)) for row in first]
        st.dataframe({"Value": values, "Rows": [float(rows.result.value[row]) for row in first]}, hide_index=True)
        return
    frame = frame_of(prepared.table, first)
    cells = [(row, column.column) for row in first] if column is not None else []
    st.dataframe(highlight(frame, cells) if cells else frame, height="auto", alt=f"The rows after step {number}")
