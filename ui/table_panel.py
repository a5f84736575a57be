"""Opening a table: a sample, an upload, a pasted text or a database."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from neural_programmer.data.sample_tables import SampleTable, sample_tables
from neural_programmer.prepared import PreparedTable
from neural_programmer.tables.errors import TableError
from neural_programmer.tables.loaders import list_parts, load_table
from neural_programmer.tables.loaders.databases import is_database
from neural_programmer.tables.table import Table
from neural_programmer.ui.launch import paths_are_offered
from neural_programmer.ui.resources import (
    UPLOAD_LIMITS,
    digest_of,
    pasted_table,
    sample_table,
    uploaded_sheets,
    uploaded_table,
)
from neural_programmer.ui.state import SessionState, keep
from neural_programmer.ui.wording import counted, escape_markdown

UPLOAD_TYPES = ["csv", "tsv", "txt", "xlsx", "xlsm", "xls", "parquet", "json", "jsonl", "ndjson"]
OWN_TABLE_KEY = "own table"
_UPLOAD, _PASTE, _DATABASE = "upload", "paste", "database"
_PASTED_KEY, _DATABASE_KEY = "pasted", "database"
_EXAMPLE = "Name\tPoints\nAnn\t7\nBob\t9"


def draw_in_sidebar(state: SessionState) -> None:
    """Offer the samples and the person's own tables; the table chosen last becomes the open one."""
    st.subheader("Sample tables")
    for sample in sample_tables():
        st.button(
            sample.title,
            key=f"sample {sample.file}",
            help=sample.description,
            width="stretch",
            type="primary" if state.source == sample.file else "secondary",
            on_click=open_sample,
            args=(state, sample),
        )
    st.subheader("Your table")
    draw_own(state)


def open_sample(state: SessionState, sample: SampleTable, question: str = "") -> None:
    """Make a sample the open table, and ask a question about it if there is one."""
    state.open(sample.file, PreparedTable(sample_table(sample, sample.file)))
    if question:
        state.ask(question)


def draw_own(state: SessionState) -> None:
    """Offer the three ways to bring a table of one's own."""
    keep(OWN_TABLE_KEY, _PASTED_KEY, _DATABASE_KEY)
    upload, paste, database = st.tabs(["Upload", "Paste", "Database"], key=OWN_TABLE_KEY, on_change="rerun")
    # A file that is uploaded stays so as long as its field is drawn; the other two are drawn when they are open.
    with upload:
        file = st.file_uploader(
            "CSV, TSV, Excel, Parquet or JSON",
            type=UPLOAD_TYPES,
            key="upload",
            help=f"Up to {UPLOAD_LIMITS.bytes // 1024**2} MB, {UPLOAD_LIMITS.rows:,} rows, "
            f"{UPLOAD_LIMITS.columns:,} columns and {UPLOAD_LIMITS.cells:,} cells.",
        )
        if file is not None:
            _draw_upload(state, file)
    if paste.open:
        with paste:
            _draw_paste(state)
    if database.open:
        with database:
            _draw_database(state)


def _open(state: SessionState, source: str, table: Table) -> None:
    state.open(source, PreparedTable(table))


def _refuse(state: SessionState, place: str, error: TableError) -> None:
    state.opening.refused, state.opening.refusal = place, str(error)
    state.close()


def _draw_refusal(state: SessionState, place: str) -> None:
    if state.opening.refusal and state.opening.refused == place:
        st.error(escape_markdown(state.opening.refusal))


def _draw_upload(state: SessionState, file: UploadedFile) -> None:
    content = file.getvalue()
    digest = digest_of(content)
    try:
        sheets = uploaded_sheets(content, digest)
    except TableError:
        sheets = ()  # reading the table refuses the file with the same message
    sheet = st.selectbox("Sheet", sheets, key=f"sheet {digest}") if len(sheets) > 1 else None
    source = f"{digest} {file.name} {sheet or ''}"
    # Read once when it is uploaded or its sheet changes: a sample chosen afterwards stays open.
    if state.opening.upload != source:
        state.opening.upload, state.opening.refusal = source, ""
        try:
            _open(state, source, uploaded_table(content, digest, file.name, sheet))
        except TableError as error:
            _refuse(state, _UPLOAD, error)
        st.rerun()  # the open table decides what else is on the page
    _draw_refusal(state, _UPLOAD)
    if state.prepared is not None and state.source == source:
        opened = state.prepared.table
        st.caption(f"{counted(opened.number_of_rows, 'row')}, {counted(len(opened.columns), 'column')}")
    elif not state.opening.refusal:
        st.button("Open this file again", on_click=_reopen, args=(state,), width="stretch")


def _reopen(state: SessionState) -> None:
    state.opening.upload = ""


def _draw_paste(state: SessionState) -> None:
    st.text_area(
        "Cells from a spreadsheet, CSV, or a Markdown table", key=_PASTED_KEY, placeholder=_EXAMPLE, height=150
    )
    st.button("Open pasted table", key="open pasted", on_click=_open_pasted, args=(state,), width="stretch")
    _draw_refusal(state, _PASTE)


def _open_pasted(state: SessionState) -> None:
    text = str(st.session_state[_PASTED_KEY])
    state.opening.refusal = ""
    try:
        digest = digest_of(text.encode("utf-8", "surrogatepass"))
        _open(state, f"pasted {digest}", pasted_table(text, digest))
    except TableError as error:
        _refuse(state, _PASTE, error)


def _draw_database(state: SessionState) -> None:
    if not paths_are_offered():
        st.info("Files of this machine are not offered, because the page is served to other machines. Upload a file.")
        return
    path = st.text_input(
        "SQLite or DuckDB file, or a server's address",
        key=_DATABASE_KEY,
        placeholder="/home/ada/sales.duckdb",
        help="A file's path, or postgresql://user:password@host/database. It is only read, never written to. A table "
        "is read from it into memory; the address is forgotten when the page is closed.",
    ).strip()
    if not path:
        return
    try:
        if state.opening.database != path:  # asked once, not whenever the page is drawn
            state.opening.tables = _tables_of(path)
            state.opening.database = path
    except TableError as error:
        st.error(escape_markdown(str(error)))
        return
    table = st.selectbox("Table", state.opening.tables, key=f"table of {digest_of(path.encode())}")
    st.button(
        "Open this table", key="open database", on_click=_open_database, args=(state, path, table), width="stretch"
    )
    _draw_refusal(state, _DATABASE)


def _tables_of(path: str) -> tuple[str, ...]:
    """The tables of a database; ``TableError`` where there is no database, or nothing in it."""
    if "://" not in path and Path(path).expanduser().is_file() and not is_database(Path(path).expanduser()):
        raise TableError(f"{path} is no SQLite or DuckDB file; expected one of these. Upload other files instead.")
    tables = list_parts(path, limits=UPLOAD_LIMITS)
    if not tables:
        raise TableError(f"{path} holds no tables; expected at least one table or view. Choose another database.")
    return tables


def _open_database(state: SessionState, path: str, table: str) -> None:
    state.opening.refusal = ""
    try:
        # Kept in the session alone: another session has to have the path to see it.
        _open(state, f"database {path} {table}", load_table(path, table=table, name=table, limits=UPLOAD_LIMITS))
    except TableError as error:
        _refuse(state, _DATABASE, error)
