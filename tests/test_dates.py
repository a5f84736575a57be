"""Reading dates from cells and from whole columns."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neural_programmer.tables.build import build_table
from neural_programmer.tables.dates import DateForm, read_date
from neural_programmer.tables.values import MISSING, PartialDate
from neural_programmer.tables.views import ViewKind
from tests.parsing_cases import cases


def iso(date: PartialDate | None) -> str:
    return "none" if date is None else date.iso()


def written(cell: str) -> str:
    reading = read_date(cell)
    if reading is None:
        return "none"
    if reading.form is DateForm.DIGITS:
        return f"digits {iso(reading.date)} or {iso(reading.other)}"
    if reading.form is DateForm.YEAR_AND_TWO_DIGITS:
        return f"season {iso(reading.date)} or {iso(reading.other)}"
    return iso(reading.date) + {DateForm.YEAR: " year", DateForm.EMBEDDED: " embedded", DateForm.MONTH: " month"}.get(
        reading.form, ""
    )


@pytest.mark.parametrize(("cell", "expected"), cases("dates"))
def test_cell(cell: str, expected: str) -> None:
    assert written(cell) == expected


@given(
    st.dates(datetime.date(1000, 1, 1), datetime.date(2100, 12, 31)),
    st.sampled_from(["%d %B %Y", "%b %d, %Y", "%Y-%m-%d"]),
)
def test_written_dates_are_read_back(date: datetime.date, form: str) -> None:
    reading = read_date(date.strftime(form))
    assert reading is not None and iso(reading.date) == date.isoformat()


@given(st.text(max_size=200))
def test_any_text_is_read_without_failing(text: str) -> None:
    reading = read_date(text)
    assert reading is None or (reading.date or reading.other) is not None


def column(*cells: str) -> list[str | None] | None:
    view = build_table(["header", "other"], [[cell, "x"] for cell in cells]).columns[0].views.get(ViewKind.DATE)
    if view is None:
        return None
    return [value.iso() if isinstance(value, PartialDate) else None for value in view.values]


def test_the_column_tells_day_from_month() -> None:
    assert column("03/04/2005", "25/04/2005") == ["2005-04-03", "2005-04-25"]
    assert column("03/04/2005", "04/25/2005") == ["2005-03-04", "2005-04-25"]
    # Where every cell allows both, the reading that runs in order.
    assert column("1/2/2005", "1/9/2005", "2/6/2005") == ["2005-01-02", "2005-01-09", "2005-02-06"]
    assert column("2/1/2005", "9/1/2005", "6/2/2005") == ["2005-01-02", "2005-01-09", "2005-02-06"]


def test_months_and_seasons_written_alike() -> None:
    assert column("1999-00", "2000-01", "2001-02") == ["1999", "2000", "2001"]
    assert column("1999-05", "2000-11") == ["1999-05", "2000-11"]


def test_months_alone_are_dates_where_most_cells_are_months() -> None:
    assert column("January", "March", "n/a") == ["XXXX-01", "XXXX-03", None]
    assert column("Lola", "March", "Penske", "Eagle") is None


def test_dates_with_and_without_years_do_not_mix() -> None:
    assert column("21 May", "3 June", "12 May 1999") == ["XXXX-05-21", "XXXX-06-03", None]


def test_plain_years_are_dates_where_all_numbers_could_be_years() -> None:
    assert column("1950", "1961", "n/a") == ["1950", "1961", None]
    assert column("1950", "300", "12", "7000") is None


def test_the_view_of_years_needs_finer_dates() -> None:
    finer = build_table(["Date", "x"], [["21 May 1950", ""], ["1951", ""], ["TBA", ""]]).columns[0]
    assert finer.views[ViewKind.YEAR].numbers[:2].tolist() == [1950, 1951]
    assert finer.views[ViewKind.YEAR].values[2] is MISSING
    assert ViewKind.YEAR not in build_table(["Year", "x"], [["1950", ""], ["1951", ""]]).columns[0].views
    assert ViewKind.YEAR not in build_table(["Day", "x"], [["21 May", ""], ["3 June", ""]]).columns[0].views


def test_order_keys_follow_the_calendar() -> None:
    rows = [["June 1950", ""], ["1951", ""], ["3 June 1950", ""], ["June 1950", ""]]
    view = build_table(["Date", "x"], rows).columns[0].views[ViewKind.DATE]
    assert view.keys[0] == view.keys[3] < view.keys[2] < view.keys[1]
    assert view.groups.tolist() == [0, 1, 2, 0]
