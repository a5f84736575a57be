"""The answer, how sure it is, and what it says; or why there is none."""

from __future__ import annotations

import streamlit as st

from neural_programmer.response import Response
from neural_programmer.tables.matching.linking import CueKind
from neural_programmer.ui.state import SessionState
from neural_programmer.ui.wording import answer_texts, confidence_in_words, counted, escape_markdown

_MOST_SHOWN_LARGE = 6
_MOST_UNUSED = 20


def draw(state: SessionState, shown: Response) -> None:
    """Show the response, or the reading of it that was chosen, and warn of words that it leaves out."""
    if shown.abstained:
        st.warning(f"**No answer.** {escape_markdown(_sentence(shown.reason))}", icon=":material/help:")
        if shown.readings:
            st.caption("These are the readings that were considered. Choose one to look at it.")
        else:
            st.caption("Use the words of the table: its column names and the values in its cells.")
    else:
        _draw_answer(state, shown)
    _draw_unused(shown)
    _draw_inexact(shown)


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
    if state.reading is None:
        st.caption(f"{confidence_in_words(shown.confidence)} Confidence {shown.confidence:.0%}.")
    else:
        st.caption(f"You chose reading {state.reading + 1}; its probability is {shown.confidence:.0%}.")


def _draw_unused(shown: Response) -> None:
    if shown.linking is None:
        return
    counted_things = _counted_things(shown)
    unused = [word for word in shown.unused_words if word not in counted_things]
    if unused:
        words = ", ".join(f"“{escape_markdown(word)}”" for word in unused[:_MOST_UNUSED])
        st.warning(f"Not used for the answer: {words}. If they matter, say it in the words of the table.")


def _counted_things(shown: Response) -> set[str]:
    """The words after "how many" where the program counts rows: they name the rows, and need not be in the table."""
    if shown.linking is None or shown.program is None or shown.program.steps[-1].operation != "count":
        return set()
    tokens = shown.linking.tokens
    ends = [cue.end for cue in shown.linking.cues if cue.kind is CueKind.COUNT and cue.end < len(tokens)]
    return {tokens[end].text for end in ends}


def _draw_inexact(shown: Response) -> None:
    """Say which words were taken for others: a spelling is never corrected silently."""
    for written, meant in shown.respellings:
        st.info(f"“{escape_markdown(written)}” is not in the table and was read as “{escape_markdown(meant)}”.")


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"
