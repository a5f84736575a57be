"""The page of looking inside, with the shipped model."""

from __future__ import annotations

from pathlib import Path

import pytest
import streamlit
from streamlit.testing.v1 import AppTest

from tests.ui_driver import PAGE, ask, films, go_to, texts


@pytest.mark.slow
def test_the_addresses_of_a_question_are_drawn(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NEURAL_PROGRAMMER_FEEDBACK", str(tmp_path / "feedback.sqlite"))
    streamlit.cache_resource.clear()
    page = AppTest.from_file(str(PAGE), default_timeout=600).run()
    page = go_to(ask(films(page), "which film was released after The Matrix?"), "Learning")
    assert not page.exception
    assert "Step 1 gives rows with" in texts(page)
    page.slider(key="sharpening").set_value(10.0).run()
    assert not page.exception
    streamlit.cache_resource.clear()
