"""The SQL of the answer, in the dialect of choice, with the check that it agrees."""

from __future__ import annotations

import streamlit as st

from neural_programmer.execution.sql import DIALECTS
from neural_programmer.execution.sql_script import sql_script
from neural_programmer.response import Response
from neural_programmer.ui.state import SessionState

_NAMES = {
    "duckdb": "DuckDB",
    "sqlite": "SQLite",
    "postgres": "PostgreSQL",
    "mysql": "MySQL",
    "bigquery": "BigQuery",
    "tsql": "SQL Server",
}


def draw(state: SessionState, shown: Response) -> None:
    """Show whether the query agrees with the answer, the query itself, and offer it as a file."""
    # Two runs of the script can overlap, and a table's database serves one at a time.
    with st.spinner("Running the SQL …"), state.database_lock:
        agrees = shown.sql_agrees
    _draw_agreement(agrees)
    dialect = st.selectbox("Dialect", DIALECTS, format_func=lambda name: _NAMES.get(name, name.title()), key="dialect")
    sql = shown.sql(dialect)
    if sql is None:
        st.info("This program has no SQL.")
        return
    st.code(sql, language="sql", wrap_lines=True)
    program, table = shown.program, shown.prepared.table
    assert program is not None
    with st.container(horizontal=True):
        st.download_button("Download query", sql, file_name="query.sql", mime="application/sql", on_click="ignore")
        st.download_button(
            "Download query with table",
            # Written only when it is wanted: it holds the rows too.
            lambda: sql_script(program, table, dialect),
            file_name="table_and_query.sql",
            mime="application/sql",
            on_click="ignore",
        )
    st.caption(
        "The query reads typed columns, which are made from the text of the cells when a table is loaded; "
        "the download with the table creates and fills them."
    )


def _draw_agreement(agrees: bool | None) -> None:
    if agrees:
        st.badge("Program and SQL agree", icon=":material/check:", color="green")
        st.caption("The query was run in DuckDB on this table and gave the same answer.")
    elif agrees is None:
        st.badge("Not run as SQL", color="gray")
    else:
        st.badge("Program and SQL differ", icon=":material/close:", color="red")
        st.caption("The query was run in DuckDB on this table and gave another answer: trust neither before a look.")
