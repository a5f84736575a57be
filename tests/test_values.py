"""The laws of values: equality, hash, three-valued comparison, and dates in ISO 8601."""

from __future__ import annotations

import datetime
import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from neural_programmer.tables.comparison import Comparison, compare, compare_within
from neural_programmer.tables.values import (
    MISSING,
    Items,
    Missing,
    Number,
    PartialDate,
    Text,
    Value,
    text_key,
    text_words,
)

_FEW_CHARACTERS = st.text("aAáb–- \u2019'", max_size=4)
_TEXTS = _FEW_CHARACTERS | st.text(max_size=6)


@st.composite
def dates(draw: st.DrawFn) -> PartialDate:
    """Any partial date, with few years and months, so that many agree in parts."""
    year = draw(st.none() | st.sampled_from([1950, 1951]))
    month = draw(st.none() | st.sampled_from([5, 6]))
    day = draw(st.none() | st.sampled_from([1, 21]))
    hour = draw(st.none() | st.sampled_from([0, 14]))
    minute = None if hour is None else draw(st.none() | st.sampled_from([0, 30]))
    assume((year, month, day, hour) != (None, None, None, None))
    return PartialDate(year, month, day, hour, minute)


VALUES: st.SearchStrategy[Value] = st.one_of(
    st.just(MISSING),
    st.builds(Text, _TEXTS),
    st.builds(Number, st.sampled_from([0.0, -0.0, 1.0, 2.5]) | st.floats(allow_nan=False, allow_infinity=False)),
    dates(),
    st.builds(Items, st.lists(_FEW_CHARACTERS, max_size=2).map(tuple)),
)


@given(VALUES, VALUES, VALUES)
def test_equality_is_an_equivalence_that_hashing_agrees_with(a: Value, b: Value, c: Value) -> None:
    assert a == a
    assert (a == b) == (b == a)
    if a == b:
        assert hash(a) == hash(b)
        if b == c:
            assert a == c


@given(VALUES, VALUES)
def test_comparison_reverses_and_agrees_with_equality(a: Value, b: Value) -> None:
    assert compare(a, b) is compare(b, a).reverse
    if a is not MISSING:
        assert (compare(a, b) is Comparison.EQUAL) == (a == b)


@given(VALUES, VALUES, VALUES)
def test_known_order_is_transitive(a: Value, b: Value, c: Value) -> None:
    if compare(a, b) is Comparison.LESS and compare(b, c) is Comparison.LESS:
        assert compare(a, c) is Comparison.LESS


def test_missing_compares_with_nothing() -> None:
    assert compare(MISSING, MISSING) is Comparison.UNKNOWN
    assert compare(MISSING, Number(1)) is Comparison.UNKNOWN
    assert Missing() == MISSING
    assert compare(Number(1), Text("1")) is Comparison.UNKNOWN


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("1999", "2000", Comparison.LESS),
        ("1999", "2000-05", Comparison.LESS),
        ("1999", "1999-05", Comparison.UNKNOWN),
        ("1999-05-21", "1999-05-20", Comparison.GREATER),
        ("XXXX-05-21", "XXXX-06", Comparison.LESS),
        ("XXXX-05-21", "1999-05-21", Comparison.UNKNOWN),
        ("1999-XX-21", "1999-XX-22", Comparison.UNKNOWN),
        ("1999-05-21T14:30", "1999-05-21T14:31", Comparison.LESS),
    ],
)
def test_dates_compare_as_far_as_their_parts_tell(left: str, right: str, expected: Comparison) -> None:
    assert compare(PartialDate.parse_iso(left), PartialDate.parse_iso(right)) is expected


@pytest.mark.parametrize(
    ("value", "constant", "expected"),
    [
        ("1999-05-21", "1999", Comparison.EQUAL),
        ("1999", "1999-05", Comparison.UNKNOWN),
        ("2000-01", "1999", Comparison.GREATER),
        ("1998-12-31", "1999", Comparison.LESS),
        ("XXXX-05-21", "XXXX-05", Comparison.EQUAL),
        ("XXXX-05-21", "1999", Comparison.UNKNOWN),
    ],
)
def test_a_date_within_the_span_of_a_constant(value: str, constant: str, expected: Comparison) -> None:
    assert compare_within(PartialDate.parse_iso(value), PartialDate.parse_iso(constant)) is expected


@given(dates())
def test_iso_is_read_back(date: PartialDate) -> None:
    assert PartialDate.parse_iso(date.iso()) == date
    assert PartialDate.parse_iso(date.iso().lower().replace("t", "T")) == date


@given(dates(), dates())
def test_different_dates_are_written_differently(a: PartialDate, b: PartialDate) -> None:
    assert (a.iso() == b.iso()) == (a == b)


@given(st.dates(datetime.date(1000, 1, 1)), st.dates(datetime.date(1000, 1, 1)))
def test_full_dates_compare_as_the_calendar_does(a: datetime.date, b: datetime.date) -> None:
    order = compare(PartialDate(a.year, a.month, a.day), PartialDate(b.year, b.month, b.day))
    assert (order is Comparison.LESS) == (a < b) and (order is Comparison.EQUAL) == (a == b)


@pytest.mark.parametrize(
    "parts", [(1999, 13), (1999, 0), (1999, 2, 29), (None, 6, 31), (1999, 5, 0), (), (-1,), (10000,)]
)
def test_dates_of_no_calendar_are_refused(parts: tuple[int | None, ...]) -> None:
    with pytest.raises(ValueError, match=r"year|month|part"):
        PartialDate(*parts)


def test_times_have_hours_before_minutes() -> None:
    with pytest.raises(ValueError, match="hours before minutes"):
        PartialDate(1999, 5, 21, minute=30)
    with pytest.raises(ValueError, match="below 60"):
        PartialDate(1999, 5, 21, 14, 60)


@pytest.mark.parametrize("written", ["", "19", "1999-5", "1999-05-21 14:30", "21 May 1999", "1999-13"])
def test_other_texts_are_no_iso_dates(written: str) -> None:
    with pytest.raises(ValueError, match=r"ISO 8601|month"):
        PartialDate.parse_iso(written)


@pytest.mark.parametrize("amount", [math.nan, math.inf, -math.inf])
def test_numbers_are_finite(amount: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        Number(amount)


def test_units_take_no_part_in_equality() -> None:
    assert Number(5, "km") == Number(5) and Number(0.0) == Number(-0.0)


@pytest.mark.parametrize(
    ("left", "right"),
    [("Côte d’Ivoire", "COTE D'IVOIRE"), ("2–1", "2-1"), ("a\xa0 b", "A b"), ("Straße", "STRASSE"), ("ﬁn", "fin")],
)
def test_texts_that_are_equal(left: str, right: str) -> None:
    assert Text(left) == Text(right)


@given(st.text(max_size=20))
def test_text_key_is_settled_after_one_round(text: str) -> None:
    assert text_key(text_key(text)) == text_key(text)


def test_words_are_contained_whole() -> None:
    assert text_words("York") in text_words("New-York, NY") and text_words("York") not in text_words("Yorkshire")
    assert text_words("–") == ""
