"""Choosing a table: a sample or an upload."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from neural_programmer.data.sample_tables import SampleTable, sample_tables
from neural_programmer.prepared import PreparedTable
from neural_programmer.tables.errors import TableError
from neural_programmer.ui.resources import digest_of, sample_table, uploaded_sheets, uploaded_table
from neural_programmer.ui.state import SessionState
from neural_programmer.ui.suggestions import suggest_questions
from neural_programmer.ui.wording import counted, escape_markdown

UPLOAD_TYPES = ["csv", "tsv", "txt", "xlsx", "xlsm", "xls", "parquet", "json", "jsonl", "ndjson"]


def draw(state: SessionState) -> None:
    """Offer the samples and the uploader; the table chosen last becomes the open one."""
    st.subheader("Sample tables")
    for sample in sample_tables():
        st.button(
            sample.title,
            key=f"sample {sample.file}",
            help=sample.description,
            width="stretch",
            type="primary" if state.source == sample.file else "secondary",
            on_click=_open_sample,
            args=(state, sample),
        )
    st.subheader("Your table")
    upload = st.file_uploader("CSV, TSV, Excel, Parquet or JSON", type=UPLOAD_TYPES, key="upload")
    if upload is not None:
        _draw_upload(state, upload)


def _open_sample(state: SessionState, sample: SampleTable) -> None:
    state.open(sample.file, PreparedTable(sample_table(sample, sample.file)), sample.questions)


def _draw_upload(state: SessionState, upload: UploadedFile) -> None:
    content = upload.getvalue()
    digest = digest_of(content)
    try:
        sheets = uploaded_sheets(content, digest)
    except TableError:
        sheets = ()  # reading the table refuses the file with the same message
    sheet = st.selectbox("Sheet", sheets, key=f"sheet {digest}") if len(sheets) > 1 else None
    source = f"{digest} {upload.name} {sheet or ''}"
    # Read once when it is uploaded or its sheet changes: a sample chosen afterwards stays open.
    if state.upload != source:
        state.upload, state.refusal = source, ""
        try:
            table = uploaded_table(content, digest, upload.name, sheet)
            state.open(source, PreparedTable(table), suggest_questions(table))
        except TableError as error:
            state.refusal = str(error)
            state.close()
    if state.refusal:
        st.error(escape_markdown(state.refusal))
    elif state.prepared is not None and state.source == source:
        opened = state.prepared.table
        st.caption(f"{counted(opened.number_of_rows, 'row')}, {counted(len(opened.columns), 'column')}")
    else:
        st.button("Open this file again", on_click=_reopen, args=(state,), width="stretch")


def _reopen(state: SessionState) -> None:
    state.upload = ""
