"""The app: a table at the side, and the pages that do something with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import streamlit as st

from neural_programmer.ui import (
    arithmetic_page,
    ask_page,
    batch_page,
    history_page,
    learning_page,
    link_panel,
    table_panel,
)
from neural_programmer.ui.state import SessionState, session_state
from neural_programmer.ui.style import PAGE_ICON, PAGE_STYLE

# The pages by the titles under which they are chosen, the first of them first.
PAGES: Mapping[str, Callable[[SessionState], None]] = MappingProxyType(
    {
        "Ask": ask_page.draw,
        "Batch": batch_page.draw,
        "History": history_page.draw,
        "Arithmetic": arithmetic_page.draw,
        "Learning": learning_page.draw,
    }
)


def main() -> None:
    """Draw the page for the session that runs the script."""
    st.set_page_config(page_title="Neural Programmer", page_icon=PAGE_ICON, layout="wide")
    st.html(PAGE_STYLE)
    state = session_state()
    link_panel.restore(state)
    page = next(iter(PAGES))
    with st.sidebar:
        st.html('<p class="np-brand">Neural Programmer</p>')
        st.badge("Offline: nothing leaves this machine", icon=":material/lock:", color="green")
        if len(PAGES) > 1:
            page = st.segmented_control(
                "Page", list(PAGES), default=page, required=True, key="page", label_visibility="collapsed"
            )
        if state.prepared is not None:
            table_panel.draw_in_sidebar(state)
    for title, draw in PAGES.items():
        # What stands in the place of another page goes at once, also where this run of the script is interrupted.
        place = st.empty()
        if title == page:
            with place.container():
                draw(state)
    link_panel.publish(state)


if __name__ == "__main__":
    main()
