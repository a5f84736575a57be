"""How the model decided: what it took from the question, and what it weighed at every step."""

from __future__ import annotations

from collections.abc import Sequence

import altair
import numpy as np
import pandas
import streamlit as st

from neural_programmer.given import GivenResponse
from neural_programmer.language.program import Program
from neural_programmer.language.text_form import write_step
from neural_programmer.response import Response
from neural_programmer.rows_used import rows_of_steps
from neural_programmer.soft_trace import SoftTrace
from neural_programmer.tables.matching.linking import Linking
from neural_programmer.tables.table import Table
from neural_programmer.trace import StepTrace
from neural_programmer.ui.resources import MODEL_ERRORS, shared_model
from neural_programmer.ui.state import SessionState
from neural_programmer.ui.wording import answer_texts, counted, escape_markdown, value_text

_MOST_OPERATIONS = 10
_LEAST_PROBABILITY = 0.005
_LEAST_WRITTEN = 0.01
_DARK = 0.6
_MOST_SOFT_ROWS = 5_000
_MOST_ROWS_DRAWN = 40
_MOST_ANSWERS = 5
_LONGEST_ROW_NAME = 28
_PIXELS_OF_NAMES, _PIXELS_OF_BARS = 150, 140


def draw(state: SessionState, shown: Response) -> None:
    """Show attention, the weighed operations, each step's choices, the soft program, and the words that matched."""
    if shown.linking is None:
        return
    _weigh(state, shown)
    if shown.trace and shown.program is not None:
        labels = _step_labels(shown.trace, shown.program)
        st.caption(
            "The model writes a program step by step. At each step it looks at some words of the question, weighs "
            "every operation, and then points at a column, a value of the question and earlier results. Figures "
            "are probabilities."
        )
        st.markdown("**Where it looked before each step**")
        st.altair_chart(attention_chart(shown.trace, labels, shown.linking), alt="Attention over the question's words")
        st.markdown("**Operations it weighed at each step**")
        st.altair_chart(operation_chart(shown.trace, labels), alt="Probability of operations at each step")
        _draw_step(shown, labels)
        _draw_soft(shown)
    else:
        st.caption("What the model weighed is known for the answer it chose itself, not for another program.")
    _draw_matches(shown.linking)


def _weigh(state: SessionState, shown: Response) -> None:
    """Fill in what the model weighed, which was not recorded while the person waited for the answer."""
    own = shown is state.response and not isinstance(shown, GivenResponse) and shown.program is not None
    if not own or shown.trace is not None:
        return
    try:
        with st.spinner("Looking at how it was decided …"):
            shown.trace = shared_model().trace(shown)
    except MODEL_ERRORS as error:
        st.error(f"What the model weighed could not be found. {escape_markdown(str(error))}")


def _draw_step(shown: Response, labels: Sequence[str]) -> None:
    """One step's choices as lists: what it could have been, and how likely each was."""
    assert shown.trace is not None
    assert shown.program is not None
    st.markdown("**One step's choices**")
    label = st.segmented_control(
        "Step", labels, default=labels[0], required=True, key=f"step of {shown.question}", label_visibility="collapsed"
    )
    number = labels.index(label)
    step, taken = shown.trace[number], shown.program.steps[number + 1] if number + 1 < len(shown.program) else None
    if taken is not None:
        st.code(f"#{number + 1} = {write_step(taken)}", language=None, wrap_lines=True)
    lists = [
        ("Operation", [(name.replace("_", " "), chance) for name, chance in step.operations]),
        ("Column", list(step.columns)),
        ("Value", list(step.constants)),
    ]
    for which, references in enumerate(step.references, start=1):
        title = "Earlier result" if len(step.references) == 1 else f"Earlier result {which}"
        lists.append((title, [(f"#{reference}", chance) for reference, chance in references]))
    lists = [(title, choices) for title, choices in lists if choices]
    for place, (title, choices) in zip(st.columns(len(lists)), lists, strict=True):
        place.dataframe(
            {title: [name for name, _ in choices], "Probability": [chance for _, chance in choices]},
            hide_index=True,
            height="content",
            column_config={
                title: st.column_config.TextColumn(width=_PIXELS_OF_NAMES),
                "Probability": st.column_config.ProgressColumn(
                    format="percent", min_value=0, max_value=1, width=_PIXELS_OF_BARS
                ),
            },
            alt=f"What step {number + 1} weighed: {title.lower()}",
        )
    st.caption("A program that was made plainer to read may name another operation than the one that was chosen.")


def _draw_soft(shown: Response) -> None:
    """The soft program beside the exact one, when it is asked for."""
    st.markdown("**Soft and exact**")
    st.caption(
        "The same network can run without deciding: every operation, column and value takes part with its probability, "
        "and every row is more or less selected. That is how Neural Programmer learns from answers alone. The rows get "
        "sharper as the model gets surer."
    )
    if shown.prepared.table.number_of_rows > _MOST_SOFT_ROWS:
        st.caption(
            f"Not run on tables of more than {_MOST_SOFT_ROWS:,} rows: it computes every operation on every row."
        )
        return
    if not st.toggle("Run the program softly", key="soft"):
        return
    try:
        soft = shared_model().soft(shown)
    except MODEL_ERRORS as error:
        st.error(f"The soft program could not be run. {escape_markdown(str(error))}")
        return
    if soft is None:
        st.caption("This model cannot run its programs softly.")
        return
    frame, hidden = row_frame(soft, shown)
    if not frame.empty:
        st.altair_chart(row_chart(frame), alt="How much each row is selected at each step, softly and exactly")
    if hidden:
        st.caption(f"{counted(hidden, 'row')} that no step selects with more than 1% are not drawn.")
    left, right = st.columns(2)
    with left:
        st.markdown("**Soft answer**: its likeliest parts")
        parts = [(text, column, chance) for text, column, chance in soft.cells]
        parts += [(text, "computed", chance) for text, chance in soft.numbers]
        parts.sort(key=lambda part: -part[2])
        parts = parts[:_MOST_ANSWERS]
        st.dataframe(
            {
                "Value": [part[0] for part in parts],
                "From": [part[1] for part in parts],
                "Probability": [part[2] for part in parts],
            },
            hide_index=True,
            height="content",
            column_config={"Probability": st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1)},
            alt="The soft answer",
        )
    with right:
        st.markdown("**Exact answer**")
        texts = answer_texts(shown)
        st.dataframe({"Value": texts}, hide_index=True, height="auto", alt="The exact answer")


def row_frame(soft: SoftTrace, shown: Response) -> tuple[pandas.DataFrame, int]:
    """How much each row is selected at each step, softly and exactly, and how many rows are left out as unselected."""
    assert shown.program is not None
    exact = rows_of_steps(shown.program, shown.prepared)
    steps: list[tuple[str, np.ndarray[tuple[int], np.dtype[np.float64]]]] = []
    for step in soft.steps:
        if step.rows_weight > _LEAST_WRITTEN:
            steps.append((f"#{step.step} soft", np.asarray(step.rows, dtype=np.float64) * step.rows_weight))
        found = exact[step.step].rows if step.step < len(exact) else None
        if found is not None:
            steps.append((f"#{step.step} exact", found.astype(np.float64)))
    if not steps:
        return pandas.DataFrame(), 0
    highest = np.max([values for _, values in steps], axis=0)
    likeliest = np.argsort(-highest, kind="stable")[:_MOST_ROWS_DRAWN]
    rows = sorted(row for row in likeliest.tolist() if highest[row] > _LEAST_WRITTEN)
    names = {row: _row_name(shown.prepared.table, row) for row in rows}
    cells = [(names[row], label, float(values[row])) for label, values in steps for row in rows]
    return pandas.DataFrame(cells, columns=["Row", "Step", "Selected"]), shown.prepared.table.number_of_rows - len(rows)


def _row_name(table: Table, row: int) -> str:
    """The row's number, and its first cell that is a text rather than a number."""
    cells = (column.cells[row] for column in table.columns)
    text = next((cell for cell in cells if any(character.isalpha() for character in cell)), "")
    short = text if len(text) <= _LONGEST_ROW_NAME else f"{text[:_LONGEST_ROW_NAME]}…"
    return f"{row + 1}  {' '.join(short.split())}"


def row_chart(frame: pandas.DataFrame) -> altair.LayerChart:
    """A heat map: the table's rows from top to bottom, the steps from left to right, soft beside exact."""
    rows = list(dict.fromkeys(frame["Row"]))
    steps = list(dict.fromkeys(frame["Step"]))
    base = altair.Chart(frame, height=altair.Step(22)).encode(
        altair.X("Step:N", sort=steps, title=None, axis=altair.Axis(orient="top", labelAngle=0)),
        altair.Y("Row:N", sort=rows, title=None, axis=altair.Axis(labelLimit=260)),
        tooltip=["Row:N", "Step:N", altair.Tooltip("Selected:Q", format=".1%")],
    )
    return _coloured(base, "Selected")


def attention_chart(trace: Sequence[StepTrace], labels: Sequence[str], linking: Linking) -> altair.LayerChart:
    """A heat map: the question's words from left to right, the steps from top to bottom."""
    words = [f"{number + 1} {token.text}" for number, token in enumerate(linking.tokens)]
    cells = [
        (label, word, weight)
        for step, label in zip(trace, labels, strict=True)
        for word, weight in zip(words, step.attention, strict=False)
    ]
    frame = pandas.DataFrame(cells, columns=["Step", "Word", "Attention"])
    # Words are numbered to keep repeated ones apart; the number is not shown.
    return _heat_map(frame, "Word", "Attention", words, labels, label="split(datum.label, ' ')[1]")


def operation_chart(trace: Sequence[StepTrace], labels: Sequence[str]) -> altair.LayerChart:
    """A heat map: the operations that were likeliest at some step, the steps from top to bottom."""
    best: dict[str, float] = {}
    for step in trace:
        for name, probability in step.operations:
            best[name] = max(best.get(name, 0.0), probability)
    names = [name for name in sorted(best, key=lambda name: -best[name]) if best[name] >= _LEAST_PROBABILITY]
    names = names[:_MOST_OPERATIONS]
    cells = [
        (label, name, probability)
        for step, label in zip(trace, labels, strict=True)
        for name, probability in step.operations
        if name in names
    ]
    frame = pandas.DataFrame(cells, columns=["Step", "Operation", "Probability"])
    return _heat_map(frame, "Operation", "Probability", names, labels)


def _heat_map(
    frame: pandas.DataFrame,
    across: str,
    measure: str,
    columns: Sequence[str],
    labels: Sequence[str],
    label: str = "datum.label",
) -> altair.LayerChart:
    axis = altair.Axis(orient="top", labelAngle=-35, labelExpr=label, labelLimit=0)
    # The figures are written into the cells, so that the map can be read without its colours.
    base = altair.Chart(frame, height=altair.Step(34)).encode(
        altair.X(f"{across}:N", sort=list(columns), title=None, axis=axis),
        altair.Y("Step:N", sort=list(labels), title=None),
        tooltip=["Step:N", f"{across}:N", altair.Tooltip(f"{measure}:Q", format=".1%")],
    )
    return _coloured(base, measure)


def _coloured(base: altair.Chart, measure: str) -> altair.LayerChart:
    """Cells coloured by a probability, with the figures written into them."""
    scale = altair.Scale(scheme="blues", domain=[0, 1])
    cells = base.mark_rect(stroke="white").encode(altair.Color(f"{measure}:Q", scale=scale, legend=None))
    dark = altair.datum[measure] > _DARK
    figures = (
        base.transform_filter(altair.datum[measure] >= _LEAST_WRITTEN)
        .mark_text()
        .encode(
            altair.Text(f"{measure}:Q", format=".0%"),
            color=altair.when(dark).then(altair.value("white")).otherwise(altair.value("#1a1a1a")),
        )
    )
    chart: altair.LayerChart = cells + figures
    return chart


def _step_labels(trace: Sequence[StepTrace], program: Program) -> list[str]:
    names = [step.operation for step in program]
    return [f"#{step.step} {names[step.step] if step.step < len(names) else 'end'}" for step in trace]


def _draw_matches(linking: Linking) -> None:
    found: list[tuple[str, str, str, str]] = []
    for match in linking.column_matches:
        found.append((_words(linking, match.start, match.end), "column", match.column, _how(match.source)))
    for mention in linking.mentions:
        kind = mention.constant.kind.replace("_", " ")
        meant = ", ".join(value_text(value) for value in mention.constant.values)
        found.append((_words(linking, mention.start, mention.end), kind, meant, _how(mention.source)))
    for cue in linking.cues:
        found.append((_words(linking, cue.start, cue.end), "cue", cue.kind.replace("_", " "), ""))
    if found:
        st.markdown("**What was found in the question**")
        frame = pandas.DataFrame(found, columns=["Words", "As", "Matches", "How"]).drop_duplicates()
        st.dataframe(frame, hide_index=True, alt="Matches between the question and the table")


def _words(linking: Linking, start: int, end: int) -> str:
    return linking.question[linking.tokens[start].start : linking.tokens[end - 1].end]


def _how(source: str) -> str:
    return {"fuzzy": "similar spelling", "lemma": "another form of the word"}.get(source, source.replace("_", " "))
