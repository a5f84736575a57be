"""The page that answers a file of questions, with progress, a way to stop, and the results as files."""

from __future__ import annotations

import streamlit as st

from neural_programmer.batch import (
    MOST_MEGABYTES,
    MOST_QUESTIONS,
    BatchError,
    BatchResult,
    Outcome,
    answer_text,
    ask_line,
    read_batch,
    results_csv,
    results_jsonl,
)
from neural_programmer.data.sample_tables import sample_tables
from neural_programmer.prepared import PreparedTable
from neural_programmer.tables.errors import TableError
from neural_programmer.ui.notebook import BatchWork
from neural_programmer.ui.resources import MODEL_ERRORS, SharedModel, now, sample_table, shared_model
from neural_programmer.ui.state import SessionState, keep_question
from neural_programmer.ui.wording import counted, escape_markdown, guess_in_words

# The page is drawn anew after so many seconds, so that progress is seen and Stop is heard.
_SECONDS_A_SLICE = 0.5
_FILE_KEY, _TEXT_KEY = "questions file", "questions typed"
_EXAMPLE = "which film has the longest running time?\nhow many films did Steven Spielberg direct?"


def draw(state: SessionState) -> None:
    """Take questions, answer them while the page stays usable, and offer the results."""
    keep_question()
    st.title("Many questions at once")
    st.caption(
        f"Up to {MOST_QUESTIONS:,} questions: one a line, or CSV or TSV with a column “question” and perhaps a column "
        "“table”. A table is named by a sample's file, such as films.csv; without a name the open table is asked."
    )
    work = state.notebook.batch
    if work is None or not work.running:
        _draw_input(state)
    if state.notebook.batch_problem:
        st.error(escape_markdown(state.notebook.batch_problem))
    if work is not None:
        _draw_work(state, work)


def _draw_input(state: SessionState) -> None:
    st.file_uploader("A file of questions", type=["txt", "csv", "tsv"], key=_FILE_KEY, max_upload_size=MOST_MEGABYTES)
    st.text_area("Or type them, one a line", key=_TEXT_KEY, placeholder=_EXAMPLE, height=120)
    st.button(
        "Answer them",
        key="start batch",
        type="primary",
        icon=":material/play_arrow:",
        on_click=_start,
        args=(state,),
    )


def _start(state: SessionState) -> None:
    # Read here: what was typed last is not in the button that was drawn before it.
    upload, typed = st.session_state[_FILE_KEY], str(st.session_state[_TEXT_KEY])
    content = typed.encode("utf-8", "replace") if upload is None else upload.getvalue()
    name = "the text" if upload is None else upload.name
    notebook = state.notebook
    notebook.batch, notebook.batch_problem = None, ""
    try:
        lines = read_batch(content, name)
    except BatchError as error:
        notebook.batch_problem = str(error)
        return
    tables: dict[str, PreparedTable] = {}
    if state.prepared is not None:
        tables[""] = tables[state.prepared.table.name] = state.prepared
    notebook.batch = BatchWork(name, lines, tables)


def _draw_work(state: SessionState, work: BatchWork) -> None:
    done, total = len(work.results), len(work.lines)
    with st.container(horizontal=True, vertical_alignment="center", key="batch progress"):
        st.progress(done / total, f"{done:,} of {counted(total, 'question')}")
        if work.running:
            st.button("Stop", key="stop batch", icon=":material/stop_circle:", on_click=_stop, args=(work,))
    if not work.running and done < total:
        st.warning(f"Stopped after {done:,} of {counted(total, 'question')}; what was answered is below.")
        st.button("Go on", key="go on", icon=":material/play_arrow:", on_click=_go_on, args=(work,))
    if work.results:
        _draw_results(work.results)
    if work.running:
        try:
            model = shared_model()
        except MODEL_ERRORS as error:
            work.running = False
            st.error(f"The model could not be loaded. {escape_markdown(str(error))}")
            return
        _answer_some(work, model)
        st.rerun()


def _answer_some(work: BatchWork, model: SharedModel) -> None:
    """Answer questions until a slice of time is over; each is kept as soon as it is answered."""
    started = now()
    while len(work.results) < len(work.lines) and now() - started < _SECONDS_A_SLICE and work.running:
        line = work.lines[len(work.results)]
        with model.lock:
            result = ask_line(model.programmer, line, lambda name: _table(work, name))
        work.results.append(result)
    if len(work.results) == len(work.lines):
        work.running = False


def _table(work: BatchWork, name: str) -> PreparedTable:
    """The table that a line names: the open one, or a sample."""
    if name in work.tables:
        return work.tables[name]
    for sample in sample_tables():
        if name in (sample.file, sample.title):
            work.tables[name] = PreparedTable(sample_table(sample, sample.file))
            return work.tables[name]
    if not name:
        raise TableError('no table is open and the line names none; open one, or add a column "table"')
    raise TableError(f"there is no table {name!r} here; expected the open table's name or a sample's file")


def _draw_results(results: list[BatchResult]) -> None:
    counts = {outcome: sum(result.outcome is outcome for result in results) for outcome in Outcome}
    st.caption(
        f"{counts[Outcome.ANSWERED]:,} answered, {counts[Outcome.ABSTAINED]:,} without an answer, "
        f"{counts[Outcome.PROBLEM]:,} that could not be asked."
    )
    st.dataframe(
        {
            "Line": [result.line for result in results],
            "Question": [result.question for result in results],
            "Answer": [answer_text(result) or _reason(result) for result in results],
            # In whole percent: more figures would say more than is known.
            "Confidence": [
                round(result.confidence, 2) if result.outcome is Outcome.ANSWERED else None for result in results
            ],
            "In words": [result.explanation for result in results],
            "SQL": [" ".join(result.sql.split()) for result in results],
        },
        hide_index=True,
        column_config={
            "Line": st.column_config.NumberColumn(width="small"),
            "Confidence": st.column_config.ProgressColumn(format="percent", min_value=0.0, max_value=1.0),
        },
        alt="The questions with their answers",
    )
    with st.container(horizontal=True):
        st.download_button(
            "Download CSV", lambda: results_csv(results), file_name="answers.csv", mime="text/csv", on_click="ignore"
        )
        st.download_button(
            "Download JSON lines",
            lambda: results_jsonl(results),
            file_name="answers.jsonl",
            mime="application/jsonl",
            on_click="ignore",
        )


def _reason(result: BatchResult) -> str:
    """Why a line has no answer."""
    withheld = result.outcome is Outcome.ABSTAINED and result.confidence > 0  # without a reading it is 0
    return f"No answer. {guess_in_words(result.confidence)}" if withheld else result.reason


def _stop(work: BatchWork) -> None:
    work.running = False


def _go_on(work: BatchWork) -> None:
    work.running = True
