"""The answer and the rows behind it as files, and a link to the answer."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from neural_programmer.export import FORMATS, ExportError, Part
from neural_programmer.response import Response
from neural_programmer.shared_link import write_link
from neural_programmer.ui.state import SessionState
from neural_programmer.ui.wording import escape_markdown

_PARTS = {Part.ANSWER: "The answer", Part.ROWS: "The rows behind it"}


def draw(state: SessionState, shown: Response) -> None:
    """Offer the formats, with what each holds, and the link where the table is a sample."""
    chosen = st.segmented_control(
        "Format",
        list(FORMATS),
        default="csv",
        required=True,
        format_func=lambda name: FORMATS[name].title,
        key="format",
    )
    form = FORMATS[chosen]
    part: Part | None = Part.ANSWER
    if form.has_parts:
        part = st.radio("What", list(Part), format_func=_PARTS.__getitem__, horizontal=True, key="part")
    dialect = str(st.session_state.get("dialect", "duckdb"))
    try:
        content = form.write(shown, part or Part.ANSWER, dialect, _file_name(state))
    except ExportError as error:
        st.error(escape_markdown(str(error)))
    else:
        st.download_button(
            f"Download {form.title}",
            content,
            file_name=f"{part or Part.ANSWER if form.has_parts else 'answer'}.{form.ending}",
            mime=form.media_type,
            icon=":material/download:",
            on_click="ignore",
            key="export",
        )
        if form.ending in {"py", "sql"} or chosen == "program":
            st.code(content.decode("utf-8"), language={"py": "python", "sql": "sql"}.get(form.ending, "json"))
    if chosen in {"csv", "excel"}:
        st.caption("Texts that a spreadsheet would run as a formula have an apostrophe before them; numbers stay.")
    _draw_link(state, shown)


def _draw_link(state: SessionState, shown: Response) -> None:
    link = write_link(state.source, shown.question, shown.program)
    if link:
        st.caption("A link to this answer, for whoever can open this page:")
        st.code(f"{_own_address()}?{urlencode(link)}", language=None, wrap_lines=True)
    else:
        st.caption("Answers about your own tables have no link, because the table is on this machine alone.")


def _own_address() -> str:
    """Where the browser found this page, without what follows the path; empty where that is not known."""
    return (st.context.url or "").partition("?")[0]


def _file_name(state: SessionState) -> str:
    """What the script calls the table's file; a sample by its own name."""
    source = state.source
    if not source or source.startswith(("pasted ", "database ")):
        return "table.csv"
    return source.split(" ", 1)[1].strip() if " " in source else source
