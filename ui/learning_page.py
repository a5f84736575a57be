"""The page of looking inside: the rows as a memory that is addressed, and a run's programs from noise to sense."""

from __future__ import annotations

from collections.abc import Sequence

import pandas
import streamlit as st

from neural_programmer.address_trace import Addressing, AddressStep, AddressTracer
from neural_programmer.evolution import EVOLUTION, USUAL_RUN, Evolution, EvolutionError, Stage, read_evolution
from neural_programmer.response import Response
from neural_programmer.tables.table import Table
from neural_programmer.ui.decision_charts import row_chart
from neural_programmer.ui.resources import MODEL_ERRORS, shared_model
from neural_programmer.ui.state import SessionState, keep_question
from neural_programmer.ui.wording import escape_markdown

_MOST_ROWS = 5_000
_MOST_DRAWN = 25
_LEAST_CHANCE = 0.005
_NAMES = {Addressing.CONTENT: "by content", Addressing.PLACE: "by place", Addressing.COMBINED: "combined"}


def draw(state: SessionState) -> None:
    """Show the addresses of the question asked last, and the record of the run in the usual folder."""
    keep_question()
    st.title("Learning")
    st.subheader("Rows as a memory")
    st.caption(
        "The rows that a step selects are an address, as that of a Neural Turing Machine's memory. Filters and "
        "superlatives find rows by content; previous and next shift the address by a row, and what is shifted over the "
        "table's end is lost. Sharpening raises every share to a power: deciding is sharpening without end."
    )
    _draw_address(state.response)
    st.subheader("From noise to sense")
    _draw_evolution()


def _draw_address(shown: Response | None) -> None:
    if shown is None or shown.program is None or shown.linking is None:
        st.info("Ask a question on the page Ask; its addresses are drawn here.", icon=":material/memory:")
        return
    if shown.prepared.table.number_of_rows > _MOST_ROWS:
        st.caption(f"Not drawn for tables of more than {_MOST_ROWS:,} rows.")
        return
    power = st.slider("Sharpening", 1.0, 20.0, 4.0, key="sharpening")
    model = shared_model()
    tracer = model.programmer.predictor
    if not isinstance(tracer, AddressTracer):
        st.caption("This model cannot run its programs softly.")
        return
    try:
        with model.lock:
            steps = tracer.address_trace(shown.prepared, shown.linking, len(shown.program) - 1, power)
    except MODEL_ERRORS as error:
        st.error(f"The addresses could not be found. {escape_markdown(str(error))}")
        return
    st.markdown(f"**{escape_markdown(shown.question)}**")
    for step in steps:
        if step.chance < _LEAST_CHANCE:
            continue
        up, down = step.shifts
        st.caption(f"Step {step.step} gives rows with {step.chance:.0%}; one row up {up:.0%}, one row down {down:.0%}.")
        st.altair_chart(
            row_chart(address_frame(step, shown.prepared.table)), alt=f"The address of step {step.step}, row by row"
        )


def address_frame(step: AddressStep, table: Table) -> pandas.DataFrame:
    """The rows with the greatest shares by each way, together, and sharpened."""
    shares: list[tuple[str, Sequence[float]]] = [
        (f"{_NAMES[way]} {step.ways[way]:.0%}", step.by[way]) for way in Addressing if way in step.by
    ]
    shares += [("address", step.address), ("sharpened", step.sharpened)]
    greatest = [max(values[row] for _, values in shares) for row in range(table.number_of_rows)]
    rows = sorted(sorted(range(len(greatest)), key=lambda row: -greatest[row])[:_MOST_DRAWN])
    names = {row: f"{row + 1} · {table.columns[0].cells[row]}"[:32] for row in rows}
    cells = [(names[row], name, values[row]) for name, values in shares for row in rows]
    return pandas.DataFrame(cells, columns=["Row", "Step", "Selected"])


def _draw_evolution() -> None:
    if not (USUAL_RUN / EVOLUTION).is_file():
        st.info(
            f"There is no record in {escape_markdown(str(USUAL_RUN))} yet. `neural-programmer train wtq "
            "--set optimisation.snapshots=2` keeps checkpoints along the way, and `neural-programmer evolve "
            f"{escape_markdown(str(USUAL_RUN))}` asks each of them.",
            icon=":material/school:",
        )
        return
    try:
        evolution = read_evolution(USUAL_RUN)
    except EvolutionError as error:
        st.error(f"The run cannot be shown. {escape_markdown(str(error))}")
        return
    number = st.selectbox("Question", range(len(evolution.questions)), format_func=evolution.questions.__getitem__)
    steps = [one.step for one in evolution.moments]
    step = st.select_slider("Training steps", steps, value=steps[-1], key="learning step")
    moment = evolution.moments[steps.index(step)]
    left, middle, right = st.columns(3)
    left.metric("Loss", "–" if moment.loss is None else f"{moment.loss:.2f}")
    middle.metric("Dev accuracy", "–" if moment.accuracy is None else f"{moment.accuracy:.1%}")
    stage = moment.stages[number]
    right.metric("Probability of its program", "–" if stage is None else f"{stage.probability:.0%}")
    if stage is None:
        st.caption("No program was found then.")
    else:
        _draw_stage(stage, evolution, number)


def _draw_stage(stage: Stage, evolution: Evolution, number: int) -> None:
    st.text(stage.english)
    st.text("Answer: " + (", ".join(stage.items) or "none"))
    st.code(stage.program, language=None, wrap_lines=True)
    words = evolution.words[number]
    cells = [
        (f"{at + 1} · {word}", f"step {place}", step[at])
        for place, step in enumerate(stage.attention, start=1)
        for at, word in enumerate(words[: len(step)])
    ]
    if cells:
        frame = pandas.DataFrame(cells, columns=["Row", "Step", "Selected"])
        st.altair_chart(row_chart(frame), alt="Which words it looked at before each step")
