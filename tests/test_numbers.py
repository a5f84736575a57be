"""Reading numbers from cells and from whole columns."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neural_programmer.tables.build import build_table
from neural_programmer.tables.dates import read_date
from neural_programmer.tables.numbers import Certainty, read_number
from neural_programmer.tables.views import ViewKind
from tests.parsing_cases import cases


def written(cell: str) -> str:
    reading = read_number(cell)
    if reading is None:
        return "none"
    text = f"{reading.amount:.15g}" + (f" [{reading.unit}]" if reading.unit else "")
    text += "" if reading.second is None else f" & {reading.second:.15g}"
    return text + ("" if reading.certainty is Certainty.WHOLE else f" {reading.certainty.name.lower()}")


@pytest.mark.parametrize(("cell", "expected"), cases("numbers"))
def test_cell(cell: str, expected: str) -> None:
    assert written(cell) == expected


@given(st.integers(-(10**15), 10**15))
def test_grouped_integers_are_read_back(number: int) -> None:
    reading = read_number(f"{number:,}")
    assert reading is not None and reading.amount == number


@given(st.text(max_size=300))
def test_any_text_is_read_without_failing(text: str) -> None:
    reading = read_number(text)
    assert reading is None or abs(reading.amount) < float("inf")


@pytest.mark.parametrize(
    "piece", ["() ", "(1) ", "1,", "1 000 ", "1-", "1:23 ", "1 m ", "$ ", "1/", "a1", ". ", "th ", "1 ("]
)
def test_no_text_takes_long(piece: str) -> None:
    started = time.process_time()
    for before in ("", "1", "1 m", "May 1"):
        for after in ("", "x", "("):
            read_number.__wrapped__(before + piece * (150 // len(piece)) + after)
            read_date.__wrapped__(before + piece * (110 // len(piece)) + after)
    assert time.process_time() - started < 0.5


def column(header: str, *cells: str) -> list[float | None]:
    view = build_table([header, "other"], [[cell, "x"] for cell in cells]).columns[0].views.get(ViewKind.NUMBER)
    assert view is not None
    return [float(n) if known else None for n, known in zip(view.numbers, view.mask, strict=True)]


def has_number(*cells: str) -> bool:
    table = build_table(["header", "other"], [[cell, "x"] for cell in cells])
    return ViewKind.NUMBER in table.columns[0].views


def test_parentheses_are_negative_only_among_accounts() -> None:
    assert column("Rank", "(12)", "7") == [12, 7]
    assert column("Balance", "1,200", "(3,400)") == [1200, -3400]
    assert column("Result", "$12", "($7)") == [12, -7]


def test_heights_in_feet_and_inches() -> None:
    assert column("Height", "5-9", "6-4", "6-10½") == [69, 76, 82.5]
    assert column("Score", "5-9", "6-4") == [5, 6]


def test_times_behind_a_winner_are_added_to_his() -> None:
    times = column("Time", "1:00:01.5", "+8.25", "+1:00.0", "+2 Laps", "Accident")
    assert times == [3601.5, 3609.75, 3661.5, None, None]
    assert column("Change", "+5", "+8", "-2") == [5, 8, -2]


def test_a_word_before_the_number_counts_only_as_the_way_of_a_column() -> None:
    assert column("Week", "Week 1", "Week 2", "Bye") == [1, 2, None]
    assert column("Result", "W 27–21", "L 3–7", "W 10–9") == [27, 3, 10]
    assert not has_number("Alien 3", "Heat", "Psycho", "Vertigo")
    assert column("Count", "4", "6", "Group 7", "8", "9", "2") == [4, 6, None, 8, 9, 2]


def test_days_of_dates_are_no_numbers() -> None:
    assert not has_number("21 May 1950", "3 June 1951")
    assert not has_number("May 1950", "1951")  # the view of years holds 1951


def test_cells_that_do_not_parse_are_masked_and_not_zero() -> None:
    assert column("Points", "0", "–", "n/a", "", "3") == [0, None, None, None, 3]


def test_a_view_needs_a_fifth_of_the_filled_cells() -> None:
    assert has_number("1", "a", "b", "c", "d")
    assert not has_number("1", "a", "b", "c", "d", "e")
    assert has_number("1", "", "-", "n/a", "", "?")
