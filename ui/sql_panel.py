"""The SQL of the answer, in the dialect of choice, with the check that it agrees."""

from __future__ import annotations

import streamlit as st

from neural_programmer.execution.sql import DIALECTS
from neural_programmer.response import Response

_NAMES = {
    "duckdb": "DuckDB",
    "sqlite": "SQLite",
    "postgres": "PostgreSQL",
    "mysql": "MySQL",
    "bigquery": "BigQuery",
    "tsql": "SQL Server",
}


def draw(shown: Response) -> None:
    """Show the query and offer it as a file."""
    _draw_agreement(shown.sql_agrees)
    dialect = st.selectbox("Dialect", DIALECTS, format_func=lambda name: _NAMES.get(name, name.title()), key="dialect")
    sql = shown.sql(dialect)
    if sql is None:
        st.info("This program has no SQL.")
        return
    st.code(sql, language="sql", wrap_lines=True)
    st.download_button("Download SQL", sql, file_name="answer.sql", mime="application/sql", on_click="ignore")
    st.caption("The query reads typed columns, which are made from the text of the cells when a table is loaded.")


def _draw_agreement(agrees: bool | None) -> None:
    if agrees:
        st.badge("Program and SQL agree", icon=":material/check:", color="green")
        st.caption("The query was run in DuckDB on this table and gave the same answer.")
    elif agrees is None:
        st.badge("Not run as SQL", color="gray")
    else:
        st.badge("Program and SQL differ", icon=":material/close:", color="red")
        st.caption("The query was run in DuckDB on this table and gave another answer: trust neither before a look.")
