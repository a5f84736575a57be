"""How the page words numbers and confidence, and how it disarms Markdown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neural_programmer.language.text_form import read_program
from neural_programmer.operations.registry import REGISTRY
from neural_programmer.tables.build import build_table
from neural_programmer.tables.views import ViewKind
from neural_programmer.ui.launch import streamlit_options
from neural_programmer.ui.units import mixed_units_in_words, units_of
from neural_programmer.ui.wording import (
    answer_unit,
    confidence_in_words,
    escape_markdown,
    number_in_words,
    operation_label,
    step_label,
    value_text,
)


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
        (3410.0, "€", "€3,410"),
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
        (1.0, "Very sure: nearly always right on questions held out."),
        (0.72, "Fairly sure: right about 7 times in 10 on questions held out."),
        (0.4, "Unsure: right about 4 times in 10 on questions held out."),
        (0.0, "Guessing: hardly ever right on questions held out."),
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


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("filter_greater", "is more than"),
        ("argmax", "the highest …"),
        ("select", "the … of rows"),
        ("kth_max", "the k-th highest …"),
        ("subtract", "a minus b"),
    ],
    ids=lambda value: str(value).replace(" ", "_"),
)
def test_operations_as_chips_have_them(name: str, expected: str) -> None:
    assert operation_label(name) == expected


def test_operations_on_dates_are_said_of_dates() -> None:
    assert operation_label("filter_greater", of_dates=True) == "is after"
    assert operation_label("argmax", of_dates=True) == "the latest …"
    assert operation_label("select", of_dates=True) == "the … of rows"


@pytest.mark.parametrize("of_dates", [False, True], ids=["others", "dates"])
def test_no_two_operations_that_one_chip_offers_look_alike(of_dates: bool) -> None:
    for operation in REGISTRY.values():
        alike = [other.name for other in REGISTRY.values() if other.signature == operation.signature]
        assert len({operation_label(name, of_dates) for name in alike}) == len(alike)


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ('argmax(#0, "Gold":number)', "the rows of #0 with the highest Gold"),
        ('filter_greater(#0, "Opened":date, @1951-06)', "the rows of #0 where Opened is after June 1951"),
        ("count(#0)", "the number of the rows of #0"),
    ],
    ids=["superlative", "dates", "count"],
)
def test_steps_in_words(step: str, expected: str) -> None:
    assert step_label(read_program(f"#0 = all_rows(); #1 = {step}").steps[1]) == expected


WEIGHTS = build_table(
    ["Name", "Weight", "Length"],
    [
        ["tent", "2.6 kg", "3 days"],
        ["mug", "310 g", "1 day"],
        ["kettle", "820 g", "2 days"],
        ["bag", "690 g", "9 days"],
    ],
    "weights",
)


def test_units_are_counted_and_plurals_are_no_others() -> None:
    assert units_of(WEIGHTS.column("Weight").views[ViewKind.NUMBER]) == ("g", "kg")
    assert len(units_of(WEIGHTS.column("Length").views[ViewKind.NUMBER])) == 1


@pytest.mark.parametrize(
    ("step", "columns"),
    [
        ('argmax(#0, "Weight":number)', ["Weight"]),
        ('argmax(#0, "Length":number)', []),
        ('select(#0, "Weight":number)', []),
        ("count(#0)", []),
    ],
    ids=["several", "one", "only_shown", "none"],
)
def test_numbers_in_different_units_are_pointed_out(step: str, columns: list[str]) -> None:
    said = mixed_units_in_words(read_program(f"#0 = all_rows(); #1 = {step}"), WEIGHTS)
    assert [sentence.split()[3] for sentence in said] == columns
    assert all("in different units, g and kg, and were taken as they stand" in sentence for sentence in said)


def test_a_number_has_a_unit_only_where_its_cells_have_one() -> None:
    heaviest = read_program('#0 = all_rows(); #1 = maximum(#0, "Weight":number)')
    assert answer_unit(heaviest, WEIGHTS, [(2, "Weight")]) == "g"
    assert answer_unit(heaviest, WEIGHTS, [(0, "Weight"), (2, "Weight")]) is None
    assert answer_unit(read_program('#0 = all_rows(); #1 = sum(#0, "Length":number)'), WEIGHTS) == "days"


def test_the_page_can_be_served_below_a_path() -> None:
    assert "--server.baseUrlPath=tables/ask" in streamlit_options(8600, True, "localhost", "/tables/ask/")


def test_telemetry_and_tracebacks_are_off() -> None:
    options = streamlit_options(8600, headless=True, address="localhost")
    assert "--browser.gatherUsageStats=false" in options
    assert "--client.showErrorDetails=none" in options
    assert "--server.port=8600" in options
    assert "--server.headless=true" in options
    assert "--server.showEmailPrompt=false" in options
