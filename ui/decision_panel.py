"""How the model decided: what it took from the question, and what it weighed at every step."""

from __future__ import annotations

from collections.abc import Sequence

import altair
import pandas
import streamlit as st

from neural_programmer.language.program import Program
from neural_programmer.response import Response
from neural_programmer.tables.matching.linking import Linking
from neural_programmer.trace import StepTrace
from neural_programmer.ui.state import SessionState
from neural_programmer.ui.wording import value_text

_MOST_OPERATIONS = 10
_LEAST_PROBABILITY = 0.005
_LEAST_WRITTEN = 0.01
_DARK = 0.6


def draw(state: SessionState, shown: Response) -> None:
    """Show the heat maps of attention and operations, and the matches between question and table."""
    if shown.linking is None:
        return
    if shown.trace and shown.program is not None:
        labels = _step_labels(shown.trace, shown.program)
        st.markdown("**Where the model looked at each step**")
        st.altair_chart(attention_chart(shown.trace, labels, shown.linking), alt="Attention over the question's words")
        st.markdown("**Operations it weighed at each step**")
        st.altair_chart(operation_chart(shown.trace, labels), alt="Probability of operations at each step")
    else:
        st.caption("What the model weighed is known for the answer it chose itself.")
    _draw_matches(shown.linking)


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
