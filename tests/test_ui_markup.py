"""The page with tables full of markup: whatever stands in cells, headers and file names is shown, never interpreted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas
import pytest
from streamlit.testing.v1 import AppTest

from neural_programmer.export import FORMATS
from neural_programmer.feedback import FeedbackStore
from neural_programmer.ui import table_panel
from neural_programmer.ui.ask_page import TABS
from neural_programmer.ui.columns_panel import COLUMNS_KEY
from neural_programmer.ui.program_panel import step_key
from neural_programmer.ui.table_panel import OWN_TABLE_KEY
from tests.ui_driver import ask, go_to, new_page, open_tab, press, set_state, state, unfold

HOSTILE = "<script>alert(1)</script> **bold** ![x](y) [x](javascript:alert(1)) $x$ :red[y] `z` {{7*7}}"
HIGHEST = "which name has the highest points?"
CELLS = [
    HOSTILE,
    f"{HOSTILE} 2",
    "<script>alert(1)</script>",
    "![x](http://127.0.0.1/x.png)",
    "$x$ and $$y$$",
    ":red[z] :material/home: `z`",
    "{{7*7}} ${7*7}",
    "<img src=x onerror=alert(1)>",
]
# What Streamlit draws as it is, or on a canvas; everything else may hold Markdown.
PLAIN_ELEMENTS = {"text", "code", "arrow_data_frame", "arrow_vega_lite_chart", "text_area", "text_input"}
ESCAPED = re.compile(r"\\[^\w\s]")
TAGS = ("<script", "<img")
SIGNS = (*TAGS, "**bold", "![", "[x](", "$x$", ":red[", "`z`", "{{")


def elements(node: Any) -> Iterator[Any]:
    """Every element and every container of a page, from top to bottom."""
    yield node
    for child in getattr(node, "children", {}).values():
        yield from elements(child)


def markup_of(page: AppTest) -> list[str]:
    """Signs of the hostile texts that stand unescaped where the page could read them as Markdown or HTML."""
    found = []
    for element in elements(page._tree):
        proto = getattr(element, "proto", None)
        if proto is None or getattr(element, "type", "") in PLAIN_ELEMENTS:
            continue
        # A container's label is one level below.
        parts = [proto, *(getattr(proto, name) for name in ("expandable", "tab") if hasattr(proto, name))]
        for part in parts:
            for name in ("label", "help", "body", "placeholder", "text"):
                value = getattr(part, name, "")
                bare = ESCAPED.sub("", value) if isinstance(value, str) else ""
                found += [
                    f"{element.type} {name}: {value}"
                    for sign in (TAGS if element.type == "html" else SIGNS)
                    if sign in bare
                ]
    return found


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AppTest:
    monkeypatch.setattr(table_panel, "paths_are_offered", lambda: True)
    store = FeedbackStore(tmp_path / "feedback.sqlite")
    store.consent()
    return new_page(monkeypatch, store.path).run()


def open_hostile(page: AppTest, header: str) -> AppTest:
    """A table whose file name, headers and cells are markup; the first of its rows has the most points."""
    numbers = [str(number) for number in range(len(CELLS))]
    numbers[0] = "99"
    table = pandas.DataFrame({"Name": CELLS, header: [*numbers[:-1], HOSTILE], "Points": numbers})
    name = f"{HOSTILE.replace('/', '')}.csv"
    page.file_uploader(key="upload").set_value((name, table.to_csv(index=False).encode(), "text/csv")).run()
    assert not page.exception
    return page


@pytest.mark.parametrize("header", [HOSTILE, "![x](http://127.0.0.1/x.png) {{7}}"], ids=["markup", "picture"])
def test_markup_stays_text_in_the_answer_and_in_every_panel(page: AppTest, header: str) -> None:
    unfold(open_hostile(page, header), COLUMNS_KEY)
    column = next(box for box in page.selectbox if box.label == "Column")
    column.select(" ".join(header.split())).run()
    assert not markup_of(page)
    ask(page, HIGHEST)
    assert HOSTILE in [element.value for element in page.text], "the answer is shown as it is written"
    for number in range(3):
        unfold(page, step_key(number))
    for tab in TABS:
        open_tab(page, tab.title)
        assert not markup_of(page), tab.title
    for name in FORMATS:
        page.segmented_control(key="format").set_value(name).run()
        assert not markup_of(page), name
    open_tab(page, "How the model decided")
    page.toggle(key="soft").set_value(True).run()
    assert not markup_of(page)


def test_markup_stays_text_in_chips_readings_and_what_was_not_understood(page: AppTest) -> None:
    ask(open_hostile(page, HOSTILE), HIGHEST)
    next(box for box in page.selectbox if box.label == "#2 Column").select_index(2).run()
    assert not page.exception
    assert state(page).edited is not None
    assert not markup_of(page)
    ask(page, f"which name is like {HOSTILE}?")
    assert not markup_of(page)
    ask(page, f"{HOSTILE} is what?")
    assert not markup_of(page)
    open_tab(page, "Database", OWN_TABLE_KEY)
    page.text_input(key="database").set_value(HOSTILE).run()
    assert any("there is no file" in error.value for error in page.error)
    assert not markup_of(page)


def test_markup_stays_text_in_history_feedback_and_batches(page: AppTest) -> None:
    press(ask(open_hostile(page, HOSTILE), HIGHEST), "keep")
    ask(page, f"{HOSTILE} is what?")
    go_to(page, "History")
    assert any(HOSTILE in str(element.value) for element in page.text)
    assert any("Verdict" in frame.value for frame in page.dataframe), "what was kept is listed"
    assert not markup_of(page)
    go_to(page, "Batch")
    page.text_area(key="questions typed").set_value(f"{HIGHEST}\n{HOSTILE}\n")
    press(page, "start batch")
    work = state(page).notebook.batch
    assert work is not None
    assert work.results[0].answer == (HOSTILE,)
    assert not markup_of(page)


def test_the_names_of_downloads_are_plain(page: AppTest) -> None:
    ask(open_hostile(page, HOSTILE), HIGHEST)
    open_tab(page, "Export")
    names = []
    for name in FORMATS:
        set_state(page, "format", name)
        names += [button.proto.url.rsplit("/", 1)[-1] for button in page.get("download_button")]
    assert len(names) >= len(FORMATS)
    assert not [name for name in names if re.search(r"[^\w.-]", name)]


def test_the_check_for_markup_finds_it() -> None:
    def script() -> None:
        import streamlit as st

        st.button(":red[y]")
        st.expander("**bold**")
        st.html("<script>")
        st.text("<script>")
        st.caption("\\<script")
        st.progress(0.5, "$x$")

    assert len(markup_of(AppTest.from_function(script).run())) == 4
