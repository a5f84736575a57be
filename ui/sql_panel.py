"""The SQL of the answer, in the dialect of choice, with the check that it agrees; and a place to edit and run it.

An edited query that says what some program says changes the program, and with it all that is shown.
"""

from __future__ import annotations

import streamlit as st

from neural_programmer.editing import read_query
from neural_programmer.execution.engines import TIME_LIMIT_SECONDS, EngineError
from neural_programmer.execution.safe_sql import MOST_CHARACTERS, MOST_ROWS, UnsafeSqlError, run_sql
from neural_programmer.execution.sql import DIALECTS
from neural_programmer.execution.sql_parameters import parameterised
from neural_programmer.execution.sql_script import sql_script
from neural_programmer.language.text_form import write_program
from neural_programmer.response import Response
from neural_programmer.ui.notebook import HandSql
from neural_programmer.ui.state import ANSWER_FRAGMENT, SessionState
from neural_programmer.ui.wording import counted, escape_markdown

_NAMES = {
    "duckdb": "DuckDB",
    "sqlite": "SQLite",
    "postgres": "PostgreSQL",
    "mysql": "MySQL",
    "bigquery": "BigQuery",
    "tsql": "SQL Server",
}


def draw(state: SessionState, shown: Response) -> None:
    """Show whether the query agrees with the answer, the query, its files, and the editor."""
    # Two runs of the script can overlap, and a table's database serves one at a time.
    with st.spinner("Running the SQL …"), state.database_lock:
        agrees = shown.sql_agrees
    _draw_agreement(agrees)
    dialect = st.selectbox("Dialect", DIALECTS, format_func=lambda name: _NAMES.get(name, name.title()), key="dialect")
    sql = shown.sql(dialect)
    if sql is None:
        st.info("This program has no SQL.")
        return
    _draw_query(shown, dialect, sql)
    _draw_files(shown, dialect, sql)
    _draw_editor(state, shown, dialect, sql)


def _draw_query(shown: Response, dialect: str, sql: str) -> None:
    program, table = shown.program, shown.prepared.table
    assert program is not None
    apart = st.toggle(
        "Values apart from the query",
        key="parameters",
        help="The values that cells are compared with become places, to be given by your program.",
    )
    if not apart:
        st.code(sql, language="sql", wrap_lines=True)
        return
    query = parameterised(program, table, dialect)
    st.code(query.sql, language="sql", wrap_lines=True)
    if query.parameters:
        st.dataframe(
            {
                "Place": list(query.parameters),
                "Value": [str(value) for value in query.parameters.values()],
                "Type": ["text" if isinstance(value, str) else "number" for value in query.parameters.values()],
            },
            hide_index=True,
            alt="The values of the query's places",
        )
    else:
        st.caption("This query compares cells with no value: there is nothing to keep apart.")


def _draw_files(shown: Response, dialect: str, sql: str) -> None:
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


def _draw_editor(state: SessionState, shown: Response, dialect: str, sql: str) -> None:
    """A copy of the query to change and run: it can read the table, and do nothing else.

    What says the same as a program changes the program; anything else is only run.
    """
    with st.expander("Edit the query and run it", icon=":material/edit_note:", expanded=bool(_own(state, shown).text)):
        st.caption(
            f"One SELECT over this table, in the dialect chosen above, for at most {TIME_LIMIT_SECONDS:.0f} seconds. "
            "Where a program says the same, the program changes with it. It runs on a copy in memory and reaches no "
            "file and no network."
        )
        key = f"hand sql {dialect} {shown.prepared.table.fingerprint} {shown.explanation}"
        st.text_area("Query", sql, key=key, height=220, max_chars=MOST_CHARACTERS)
        st.button("Run", key="run sql", icon=":material/play_arrow:", on_click=_run, args=(state, shown, key, dialect))
        _draw_result(_own(state, shown))


def _own(state: SessionState, shown: Response) -> HandSql:
    """What was run by hand, if it was about this table."""
    hand = state.notebook.hand_sql
    return hand if hand.fingerprint == shown.prepared.table.fingerprint else HandSql()


def _run(state: SessionState, shown: Response, key: str, dialect: str) -> None:
    hand = HandSql(shown.prepared.table.fingerprint, str(st.session_state[key]))
    state.notebook.hand_sql = hand
    with state.database_lock:
        reading = read_query(hand.text, shown.prepared, dialect)
        hand.notes, hand.reason = reading.notes, reading.reason
        if reading.program is None:
            _run_by_hand(hand, shown, dialect)
    if reading.program is not None:
        hand.program = write_program(reading.program)
        if reading.program != shown.program:
            state.edit(reading.program)
            st.rerun(ANSWER_FRAGMENT)  # more than the tab changes


def _run_by_hand(hand: HandSql, shown: Response, dialect: str) -> None:
    try:
        found = run_sql(hand.text, shown.prepared.engine, dialect)
        hand.columns, hand.rows, hand.more = found.columns, found.rows, found.more
    except (UnsafeSqlError, EngineError) as error:
        hand.problem = f"Not run: {error}."


def _draw_result(hand: HandSql) -> None:
    if not hand.text:
        return
    if hand.program:
        st.badge("Read as a program", icon=":material/check:", color="green")
        st.caption("The query says what the program above says; the SQL above is the program's own.")
        for note in hand.notes:
            st.caption(escape_markdown(f"{note}."))
        return
    st.badge("Edited by hand", icon=":material/edit:", color="violet")
    if hand.problem:
        st.error(escape_markdown(hand.problem))
        return
    st.caption(escape_markdown(f"Run as it is, not read as a program: {hand.reason}."))
    more = f" (the first {MOST_ROWS:,})" if hand.more else ""
    st.caption(f"{counted(len(hand.rows), 'row')}{more}. Nothing has checked that this answers the question.")
    cells = {
        f"{number}. {name}": [None if row[number - 1] is None else str(row[number - 1]) for row in hand.rows]
        for number, name in enumerate(hand.columns, start=1)
    }
    st.dataframe(cells, hide_index=True, alt="What the edited query gives")


def _draw_agreement(agrees: bool | None) -> None:
    if agrees:
        st.badge("Program and SQL agree", icon=":material/check:", color="green")
        st.caption("The query was run in DuckDB on this table and gave the same answer.")
    elif agrees is None:
        st.badge("Not run as SQL", color="gray")
    else:
        st.badge("Program and SQL differ", icon=":material/close:", color="red")
        st.caption("The query was run in DuckDB on this table and gave another answer: trust neither before a look.")
