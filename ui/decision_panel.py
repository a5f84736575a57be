"""How the model decided: step by step, all steps together, softly, and what it found in the question."""

from __future__ import annotations

from collections.abc import Sequence

import pandas
import streamlit as st

from neural_programmer.given import GivenResponse, Way
from neural_programmer.language.program import Program
from neural_programmer.response import Response
from neural_programmer.tables.matching.linking import Linking
from neural_programmer.trace import StepTrace
from neural_programmer.ui import soft_panel
from neural_programmer.ui.decision_charts import choice_chart, choice_frame
from neural_programmer.ui.decision_steps import step_labels, steps_html
from neural_programmer.ui.resources import MODEL_ERRORS, shared_model
from neural_programmer.ui.state import SessionState
from neural_programmer.ui.wording import escape_markdown, value_text

_CHARTS = {
    "Operation": "Operations it weighed",
    "Column": "Columns it could have read",
    "Value": "Values it could have compared with",
    "Earlier result": "Earlier results it could have used",
}

_NOT_SEARCHED = {
    Way.VERIFIED: "This program is the one that you kept for the question.",
    Way.FOLLOW_UP: "This program is that of the question before, changed: ask it as a question of its own above.",
    Way.GIVEN: "This program came with the link: press Ask, and the model answers the question itself.",
}


def draw(state: SessionState, shown: Response) -> None:
    """Show each step with what it looked at and chose among, the steps together, the soft program, and the matches."""
    if shown.linking is None:
        return
    trace = _weighed(state, shown)
    if trace and shown.program is not None:
        st.caption(
            "The model writes its program one step at a time. For each step it looks at some words of the question, "
            "chooses an operation, and then points at what the operation needs: a column of the table, a value, "
            "earlier results. Darker words were looked at more; percentages are probabilities."
        )
        st.html(steps_html(trace, shown.program, shown.linking))
        if _was_rewritten(trace, shown.program):
            st.caption("The program was made plainer to read: a step may name another operation than was chosen.")
        _draw_charts(trace, shown.program)
        soft_panel.draw(shown)
    else:
        st.caption(f"What the model weighed is known for the answer it chose itself. {_where_it_is(state, shown)}")
    _draw_matches(shown.linking)


def _where_it_is(state: SessionState, shown: Response) -> str:
    """How to come to the model's own answer."""
    if state.edited is not None:
        return "This program is as you changed it: undo your changes to see how the model came to its own."
    if state.response is not None and state.response.abstained:
        return "It gave none to this question."
    if state.reading is not None:
        return "This is another reading: look at the first one under Other readings."
    if isinstance(shown, GivenResponse):
        return _NOT_SEARCHED[shown.way]
    return ""


def _weighed(state: SessionState, shown: Response) -> tuple[StepTrace, ...] | None:
    """What the model weighed, which is computed now and not while the person waits for the answer."""
    if shown is not state.response or isinstance(shown, GivenResponse) or shown.program is None:
        return None
    try:
        with st.spinner("Looking at how it was decided …"):
            return shared_model().trace(shown)
    except MODEL_ERRORS as error:
        st.error(f"What the model weighed could not be found. {escape_markdown(str(error))}")
        return None


def _was_rewritten(trace: Sequence[StepTrace], program: Program) -> bool:
    """Whether a step's operation was not even among those that the model weighed most."""
    steps = program.steps
    return any(
        step.step >= len(steps) or steps[step.step].operation not in dict(step.operations)
        for step in trace
        if step.operations
    )


def _draw_charts(trace: Sequence[StepTrace], program: Program) -> None:
    """The same choices with the steps side by side, two charts a line."""
    labels = step_labels(trace, program)
    charts = [(title, heading, choice_frame(trace, labels, title)) for title, heading in _CHARTS.items()]
    charts = [chart for chart in charts if not chart[2].empty]
    for start in range(0, len(charts), 2):
        for place, (title, heading, frame) in zip(st.columns(2), charts[start : start + 2], strict=False):
            with place:
                st.markdown(f"**{heading}**")
                st.altair_chart(choice_chart(frame, title, labels), alt=f"{heading}, with their probabilities by step")


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
        st.caption("Before the model begins, the words of the question are looked up in the table.")
        frame = pandas.DataFrame(found, columns=["Words", "As", "Matches", "How"]).drop_duplicates()
        st.dataframe(frame, hide_index=True, alt="Matches between the question and the table")


def _words(linking: Linking, start: int, end: int) -> str:
    return linking.question[linking.tokens[start].start : linking.tokens[end - 1].end]


def _how(source: str) -> str:
    return {"fuzzy": "similar spelling", "lemma": "another form of the word"}.get(source, source.replace("_", " "))
