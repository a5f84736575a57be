"""How the page words numbers and confidence, and how it disarms Markdown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neural_programmer.ui.launch import streamlit_options
from neural_programmer.ui.wording import confidence_in_words, escape_markdown, number_in_words, value_text


@pytest.mark.parametrize(
    ("number", "unit", "expected"),
    [
        (1999.0, None, "1999"),
        (12345678.0, None, "12,345,678"),
        (-3.0, None, "−3"),
        (0.1 + 0.2, None, "0.3"),
        (1 / 3, None, "0.3333"),
        (0.000012345, None, "1.23e−05"),
        (216.9e6, "$", "$216,900,000"),
        (-5.5, "€", "−€5.5"),
        (4.7, "%", "4.7%"),
        (222.0, "min", "222 min"),
        (float("nan"), None, "undefined"),
    ],
)
def test_numbers_are_worded_for_people(number: float, unit: str | None, expected: str) -> None:
    assert number_in_words(number, unit) == expected


def test_values_with_their_counts() -> None:
    assert value_text(("Japan", 3.0)) == "Japan (3)"
    assert value_text("1,234 (est.)") == "1,234 (est.)"


@pytest.mark.parametrize(
    ("confidence", "expected"),
    [
        (1.0, "Very sure: answers like this are right nearly always."),
        (0.72, "Fairly sure: answers like this are right about 7 times in 10."),
        (0.4, "Unsure: answers like this are right about 4 times in 10."),
        (0.0, "Guessing: answers like this are right hardly ever."),
    ],
)
def test_confidence_in_words(confidence: float, expected: str) -> None:
    assert confidence_in_words(confidence) == expected


@given(st.text(max_size=60))
def test_every_sign_of_markdown_is_escaped(text: str) -> None:
    escaped = escape_markdown(text)
    assert "\n" not in escaped
    bare = escaped.replace("\\\\", "")
    for sign in "`*_{}[]()<>#+!|$~:@":
        assert bare.count(sign) == bare.count(f"\\{sign}")


def test_telemetry_and_tracebacks_are_off() -> None:
    options = streamlit_options(8600, headless=True, address="localhost")
    assert "--browser.gatherUsageStats=false" in options
    assert "--client.showErrorDetails=none" in options
    assert "--server.port=8600" in options
    assert "--server.headless=true" in options
