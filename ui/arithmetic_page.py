"""The page of arithmetic: how the smallest neural programmer came to its programs while it learned, and asking it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import altair
import pandas
import streamlit as st

from neural_programmer.arithmetic import ArithmeticAnswer, ArithmeticProgrammer
from neural_programmer.data.arithmetic_reading import NoNumbersError
from neural_programmer.execution.english import explain
from neural_programmer.language.text_form import write_number, write_program
from neural_programmer.recording import RECORDING, USUAL_RUN, RecordedStep, Recording, RecordingError, read_recording
from neural_programmer.ui.resources import MODEL_ERRORS
from neural_programmer.ui.state import SessionState, keep_question
from neural_programmer.ui.wording import escape_markdown

_COLOURS = ["#edf2fa", "#9db9e3", "#1f4e9f"]
_DARK = 0.55
_LEAST_WRITTEN = 0.01
_PIXELS_OF_CURVES = 180


def draw(state: SessionState) -> None:
    """Show the run in the usual folder, checkpoint by checkpoint, and answer a question with the model it ended in."""
    keep_question()
    st.title("Arithmetic")
    st.caption(
        "The smallest member of the family: questions such as “12 plus 7, times the sum of 3 and 4”. The model was "
        "told nothing but the numbers that answer made-up questions. Its program is soft while it learns: every "
        "operation and every earlier result takes part with its probability, and the loss goes through all of them."
    )
    if not (USUAL_RUN / RECORDING).is_file():
        st.info(
            f"There is no run in {escape_markdown(str(USUAL_RUN))} yet. `neural-programmer train arithmetic`, started "
            "in the same folder as this page, makes one in minutes; while it learns, this page shows how far it is.",
            icon=":material/school:",
        )
        return
    try:
        recording = read_recording(USUAL_RUN)
    except RecordingError as error:
        st.error(f"The run cannot be shown. {escape_markdown(str(error))}")
        return
    _draw_run(recording)
    if (USUAL_RUN / "model").is_dir():
        _draw_asking()


def _draw_run(recording: Recording) -> None:
    st.subheader("Watch it learn")
    question = st.selectbox("Question", range(len(recording.questions)), format_func=recording.questions.__getitem__)
    steps = [one.step for one in recording.checkpoints]
    step = st.select_slider("Training steps", steps, value=steps[-1], key="arithmetic step")
    chosen = recording.checkpoints[steps.index(step)]
    value = chosen.values[question]
    left, right = st.columns(2)
    left.metric("Its answer then", "undefined" if value is None else _number(value))
    right.metric("Right on other questions then", f"{chosen.accuracy:.0%}")
    labels = operand_labels(recording.numbers[question], len(chosen.programs[question]))
    st.altair_chart(
        operation_chart(chosen.programs[question], labels), alt="Probability of each operation at each step"
    )
    st.altair_chart(
        sharpening_chart(recording, question, step), alt="How undecided each step is, over the steps of training"
    )
    st.caption(
        "Below, how undecided the operation of each step is, in bits: 2 where all four are alike, 0 where one is "
        "certain. Steps after the end of a program never settle: nothing depends on them."
    )


def operand_labels(numbers: Sequence[float], steps: int) -> list[str]:
    """How earlier results are called: the question's numbers, then steps by their place."""
    return [*map(_number, numbers), *(f"step {place}" for place in range(1, steps + 1))]


def step_label(number: int, step: RecordedStep, labels: Sequence[str]) -> str:
    """A step by its number, its likeliest operands, and how likely the program ends with it."""
    operands = [labels[max(range(len(chances)), key=chances.__getitem__)] for chances in (step.first, step.second)]
    return f"step {number}: {operands[0]}, {operands[1]} (ends {step.stop:.0%})"


def operation_chart(program: Sequence[RecordedStep], labels: Sequence[str]) -> altair.LayerChart:
    """A heat map: the steps from top to bottom, the operations across."""
    rows = [
        (step_label(number, step, labels), name, chance)
        for number, step in enumerate(program, start=1)
        for name, chance in step.operations.items()
    ]
    frame = pandas.DataFrame(rows, columns=["Step", "Operation", "Probability"])
    order = list(dict.fromkeys(frame["Step"]))
    base = altair.Chart(frame, height=altair.Step(34)).encode(
        altair.X("Operation:N", sort=None, title=None, axis=altair.Axis(orient="top", labelAngle=0, ticks=False)),
        altair.Y("Step:N", sort=order, title=None, axis=altair.Axis(labelLimit=320, ticks=False)),
        tooltip=["Step:N", "Operation:N", altair.Tooltip("Probability:Q", format=".1%")],
    )
    scale = altair.Scale(domain=[0, 0.4, 1], range=_COLOURS)
    cells = base.mark_rect(stroke="white").encode(altair.Color("Probability:Q", scale=scale, legend=None))
    figures = (
        base.transform_filter(altair.datum["Probability"] >= _LEAST_WRITTEN)
        .mark_text()
        .encode(
            altair.Text("Probability:Q", format=".0%"),
            color=altair.when(altair.datum["Probability"] > _DARK)
            .then(altair.value("white"))
            .otherwise(altair.value("#1a1a1a")),
        )
    )
    chart: altair.LayerChart = cells + figures
    return chart


def sharpening_chart(recording: Recording, question: int, chosen: int) -> altair.LayerChart:
    """How undecided each step's operation is along the run, with the chosen checkpoint marked."""
    rows = [
        (one.step, f"step {number}", step.entropy)
        for one in recording.checkpoints
        for number, step in enumerate(one.programs[question], start=1)
    ]
    frame = pandas.DataFrame(rows, columns=["Training steps", "Step", "Bits"])
    lines = (
        altair.Chart(frame, height=_PIXELS_OF_CURVES)
        .mark_line(point=True)
        .encode(
            altair.X("Training steps:Q", scale=altair.Scale(type="log")),
            altair.Y("Bits:Q", scale=altair.Scale(domain=[0, 2]), title="undecided (bits)"),
            altair.Color("Step:N", title=None),
            altair.StrokeDash("Step:N", title=None),
            tooltip=["Training steps:Q", "Step:N", altair.Tooltip("Bits:Q", format=".2f")],
        )
    )
    mark = altair.Chart(pandas.DataFrame({"Training steps": [chosen]})).mark_rule(strokeDash=[4, 3]).encode(
        altair.X("Training steps:Q")
    )  # fmt: skip
    chart: altair.LayerChart = lines + mark
    return chart


def _draw_asking() -> None:
    st.subheader("Ask it")
    text = st.text_input(
        "A question of arithmetic",
        placeholder="the sum of 4,000 and 12, divided by 8",
        max_chars=400,
        key="arithmetic question",
    )
    if not text.strip():
        return
    try:
        answer = ArithmeticProgrammer.load(USUAL_RUN / "model").ask(text)
    except NoNumbersError as error:
        st.info(escape_markdown(f"{str(error)[:1].upper()}{str(error)[1:]}."))
        return
    except MODEL_ERRORS as error:
        st.error(f"The model cannot be asked. {escape_markdown(str(error))}")
        return
    _draw_answer(answer)


def _draw_answer(answer: ArithmeticAnswer) -> None:
    st.metric("Answer", "undefined" if not math.isfinite(answer.value) else _number(answer.value))
    st.text(explain(answer.program))
    st.code(write_program(answer.program), language=None, wrap_lines=True)
    numbers = [float(str(step.constant.values[0])) for step in answer.program if step.constant is not None]
    program = [RecordedStep(dict(one.operations), one.first, one.second, one.stop) for one in answer.weighed]
    chart = operation_chart(program, operand_labels(numbers, len(program)))
    st.altair_chart(chart, alt="Probability of each operation at each step of this program")


def _number(value: float) -> str:
    return write_number(float(f"{value:.10g}"))
