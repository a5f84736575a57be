"""What the person says of an answer: thumbs with a reason, the right program, and answers to keep."""

from __future__ import annotations

import streamlit as st

from neural_programmer.feedback import (
    CONSENT,
    Feedback,
    FeedbackError,
    FeedbackStore,
    Verdict,
    now,
    read_feedback,
    write_feedback,
)
from neural_programmer.given import GivenResponse, Way
from neural_programmer.language.program import Program
from neural_programmer.language.text_form import write_program
from neural_programmer.response import Response
from neural_programmer.tables.table import Table
from neural_programmer.ui.resources import digest_of
from neural_programmer.ui.state import SessionState
from neural_programmer.ui.wording import counted, escape_markdown

_MOST_REASON = 1_000
_MOST_MEGABYTES = 50
_SAID = {
    Verdict.RIGHT: "Thank you: noted as right.",
    Verdict.WRONG: "Thank you: noted as wrong. Correct the program above, and save it as the right one.",
    Verdict.CORRECTED: "Thank you: noted as the right program.",
    Verdict.VERIFIED: "Kept: the same question about this table will be answered like this.",
}


def draw(state: SessionState, shown: Response) -> None:
    """Offer thumbs, the right program and keeping, for the answer that is looked at."""
    if shown.program is None or state.response is None:
        return
    if isinstance(shown, GivenResponse) and shown.way is Way.FOLLOW_UP:
        st.caption("To keep or to correct this answer, ask the whole question: alone this one says too little.")
        return
    notebook = state.notebook
    identity = _identity(shown)
    with st.container(key="feedback", gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption("Is this right?", width="content")
            thumb = st.feedback("thumbs", key=f"thumbs {identity}")
            if state.edited is not None or state.chosen is not None:
                st.button(
                    "Save as the right program",
                    key="save correction",
                    icon=":material/school:",
                    on_click=_give,
                    args=(state, shown, Verdict.CORRECTED),
                )
            st.button(
                "Keep this answer",
                key="keep",
                icon=":material/bookmark_add:",
                help="The same question about this table will be answered by this program, with a badge.",
                on_click=_give,
                args=(state, shown, Verdict.VERIFIED),
            )
        if thumb is not None:
            _draw_reason(state, shown, Verdict.RIGHT if thumb == 1 else Verdict.WRONG, identity)
        if notebook.said_about != identity:
            return
        if notebook.pending is not None:
            _draw_consent(state)
        if notebook.feedback_problem:
            st.error(escape_markdown(notebook.feedback_problem))
        elif notebook.said:
            st.success(notebook.said, icon=":material/check:")


def draw_kept(state: SessionState) -> None:
    """Show what is kept about the open table, to be exported, brought in from a file, and forgotten."""
    st.subheader("Feedback")
    if state.prepared is None:
        st.caption("Open a table to see what is kept about it.")
        return
    table = state.prepared.table
    store = FeedbackStore()
    try:
        records = store.records(table.fingerprint)
    except FeedbackError as error:
        st.error(escape_markdown(str(error)))
        return
    st.caption(f"{escape_markdown(CONSENT)} The file is {escape_markdown(str(store.path))}.")
    if not records:
        st.caption("Nothing is kept about this table yet.")
    else:
        _draw_records(records, table)
    upload = st.file_uploader(
        "Bring in feedback from a file", type=["jsonl"], key="import feedback", max_upload_size=_MOST_MEGABYTES
    )
    if upload is not None:
        st.button("Import", key="import", on_click=_import, args=(state, upload.getvalue()))
    if state.notebook.feedback_problem:
        st.error(escape_markdown(state.notebook.feedback_problem))
    elif state.notebook.said:
        st.success(state.notebook.said)


def _draw_records(records: list[Feedback], table: Table) -> None:
    st.dataframe(
        {
            "Time": [record.time for record in records],
            "Verdict": [str(record.verdict) for record in records],
            "Question": [record.question for record in records],
            "Reason": [record.reason for record in records],
            "Right program": [
                "" if record.right_program is None else write_program(record.right_program, "; ") for record in records
            ],
        },
        hide_index=True,
        alt="What is kept about this table",
    )
    with st.container(horizontal=True):
        st.download_button(
            "Export as JSONL",
            lambda: write_feedback(records),
            file_name="feedback.jsonl",
            mime="application/jsonl",
            icon=":material/download:",
            on_click="ignore",
        )
        st.button("Forget all of it", key="forget feedback", icon=":material/delete:", on_click=_forget, args=(table,))
    st.caption("`neural-programmer train --feedback feedback.jsonl --output DIR` makes a model that learned from it.")


def _identity(shown: Response) -> str:
    program = "" if shown.program is None else write_program(shown.program)
    return digest_of(f"{shown.question}\n{program}".encode("utf-8", "surrogatepass"))[:12]


def _draw_reason(state: SessionState, shown: Response, verdict: Verdict, identity: str) -> None:
    with st.form(f"reason {identity} {verdict}", border=False):
        field, button = st.columns([5, 1], vertical_alignment="bottom")
        field.text_input("Why? (may be left empty)", key=f"why {identity} {verdict}", max_chars=_MOST_REASON)
        if button.form_submit_button("Save", width="stretch"):
            _give(state, shown, verdict, str(st.session_state[f"why {identity} {verdict}"]))


def _draw_consent(state: SessionState) -> None:
    with st.container(border=True):
        st.markdown(f"**Before the first feedback is kept.** {escape_markdown(CONSENT)}")
        st.caption(f"The file: {escape_markdown(str(FeedbackStore().path))}")
        with st.container(horizontal=True):
            st.button("Agree and keep", key="consent", type="primary", on_click=_consent, args=(state,))
            st.button("No, keep nothing", key="refuse consent", on_click=_refuse, args=(state,))


def _give(state: SessionState, shown: Response, verdict: Verdict, reason: str = "") -> None:
    """Keep what was said, or ask for consent first."""
    assert state.response is not None
    notebook = state.notebook
    notebook.said = notebook.feedback_problem = ""
    notebook.said_about = _identity(shown)
    corrected = verdict is Verdict.CORRECTED
    record = Feedback(
        question=shown.question,
        table=shown.prepared.table,
        verdict=verdict,
        program=_found_program(state) if corrected else shown.program,
        corrected=shown.program if corrected else None,
        reason=reason.strip(),
        time=now(),
    )
    store = FeedbackStore()
    try:
        if not store.consented:
            notebook.pending = record
            return
        store.add(record)
        notebook.pending, notebook.said = None, _SAID[verdict]
    except FeedbackError as error:
        notebook.pending, notebook.feedback_problem = None, str(error)


def _found_program(state: SessionState) -> Program | None:
    """The program that the model had for the question, also where it withheld its answer."""
    assert state.response is not None
    if state.response.program is not None:
        return state.response.program
    return state.response.readings[0].program if state.response.readings else None


def _consent(state: SessionState) -> None:
    notebook = state.notebook
    record, notebook.pending = notebook.pending, None
    store = FeedbackStore()
    try:
        store.consent()
        if record is not None:
            store.add(record)
            notebook.said = _SAID[record.verdict]
    except FeedbackError as error:
        notebook.feedback_problem = str(error)


def _refuse(state: SessionState) -> None:
    state.notebook.pending = None
    state.notebook.said = "Nothing was kept."


def _import(state: SessionState, content: bytes) -> None:
    notebook = state.notebook
    notebook.said = notebook.feedback_problem = ""
    try:
        if len(content) > _MOST_MEGABYTES * 1024**2:
            raise FeedbackError(f"the file has {len(content):,} bytes; at most {_MOST_MEGABYTES} MB are read")
        records = read_feedback(content.decode("utf-8"))
        store = FeedbackStore()
        if not store.consented:
            store.consent()  # who brings feedback in wants it kept
        notebook.said = f"{counted(store.add_all(records), 'record')} brought in."
    except UnicodeDecodeError:
        notebook.feedback_problem = "the file is not text in UTF-8; expected one that was exported here"
    except FeedbackError as error:
        notebook.feedback_problem = str(error)


def _forget(table: Table) -> None:
    FeedbackStore().forget(table.fingerprint)
