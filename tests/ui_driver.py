"""Driving the page in tests as a person would."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import streamlit
from streamlit.testing.v1 import AppTest

from neural_programmer.ui import resources
from neural_programmer.ui.ask_page import TABS_KEY
from neural_programmer.ui.state import SessionState
from tests.scripted_page import ScriptedPredictor, load_scripted

PAGE = Path(__file__).parents[1] / "ui" / "app.py"


def new_page(monkeypatch: pytest.MonkeyPatch, feedback: Path) -> AppTest:
    """A fresh session of the page, whose model follows the script and whose feedback goes to a file of its own."""
    follow_the_script(monkeypatch)
    monkeypatch.setenv("NEURAL_PROGRAMMER_FEEDBACK", str(feedback))
    return AppTest.from_file(str(PAGE), default_timeout=120)


def follow_the_script(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the page the scripted model; what sessions share stays from test to test, as between people's sessions."""
    monkeypatch.setattr(resources, "load", load_scripted)
    if not isinstance(resources.shared_model().programmer.predictor, ScriptedPredictor):
        streamlit.cache_resource.clear()


def press(page: AppTest, key: str) -> AppTest:
    """Press the button of that key, or else the first whose label holds the text."""
    assert not page.exception
    by_key = [button for button in page.button if button.key == key]
    chosen = by_key or [button for button in page.button if key in button.label]
    assert chosen, f"no button {key}; there are {[button.label for button in page.button]}"
    chosen[0].click().run()
    return whole(page)


def whole(page: AppTest) -> AppTest:
    """The page with all its parts: AppTest forgets what is not in the fragment that a callback has drawn again."""
    assert not page.exception
    page.run()
    assert not page.exception
    return page


def films(page: AppTest) -> AppTest:
    return press(page, "Thirty films")


def ask(page: AppTest, question: str) -> AppTest:
    page.text_input(key="question").set_value(question)
    return press(page, "Ask")


def go_to(page: AppTest, title: str) -> AppTest:
    page.segmented_control(key="page").set_value(title).run()
    assert not page.exception
    return page


def open_tab(page: AppTest, title: str, key: str = TABS_KEY) -> AppTest:
    """Open a tab below the answer, or one of those that the key names: only what is open is drawn."""
    return set_state(page, key, title)


def unfold(page: AppTest, key: str) -> AppTest:
    """Open what can be unfolded, by its key: the columns, or a step of the program."""
    return set_state(page, key, True)


def set_state(page: AppTest, key: str, value: object) -> AppTest:
    page.session_state[key] = value
    page.run()
    assert not page.exception
    return page


def state(page: AppTest) -> SessionState:
    found: SessionState = page.session_state["neural_programmer"]
    return found


def texts(page: AppTest) -> str:
    """All plain text on the page."""
    parts: list[Any] = [
        *page.text, *page.caption, *page.warning, *page.info, *page.error, *page.success, *page.markdown,
    ]  # fmt: skip
    return "\n".join(str(part.value) for part in parts)
