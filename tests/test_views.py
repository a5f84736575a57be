"""Views: which exist for a column, and what their arrays promise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neural_programmer.tables.build import build_table
from neural_programmer.tables.table import Column
from neural_programmer.tables.values import MISSING, Items, Number, ValueType
from neural_programmer.tables.views import View, ViewKind, ViewReference

_MESSY = [
    "",
    " ",
    "-",
    "n/a",
    "0",
    "-0",
    "7",
    "7.0",
    "1,234",
    "2–1",
    "1–2",
    "1990–95",
    "21 May 1950",
    "May 1950",
    "1950",
    "05/06/1989",
    "A, B and C",
    "B",
    "a; c",
    "New York",
    "new  york",
    "Total",
    "$5m",
    "Week 3",
    "😀",
    "\x00",
]


def column(*cells: str, header: str = "header") -> Column:
    return build_table([header, "other"], [[cell, "x"] for cell in cells]).columns[0]


def kinds(*cells: str) -> set[str]:
    return {str(kind) for kind in column(*cells).views}


def numbers(view: View) -> list[float | None]:
    return [float(number) if known else None for number, known in zip(view.numbers, view.mask, strict=True)]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(_MESSY) | st.text(max_size=8), max_size=12))
def test_arrays_keep_their_promises(cells: list[str]) -> None:
    for kind, view in column(*cells).views.items():
        assert view.kind is kind
        assert view.mask.dtype == np.bool_ and view.groups.dtype == np.int64
        assert len(view.values) == len(view.mask) == len(view.keys) == len(view.groups) == len(cells)
        known = list(view.values)
        assert [value is not MISSING for value in known] == view.mask.tolist()
        assert (np.isnan(view.keys) == ~view.mask).all() and ((view.groups < 0) == ~view.mask).all()
        firsts = [group for group in dict.fromkeys(view.groups.tolist()) if group >= 0]
        assert firsts == list(range(len(firsts)))
        if kind.value_type is ValueType.NUMBER:
            amounts = [value.amount if isinstance(value, Number) else np.nan for value in known]
            assert np.array_equal(view.numbers, amounts, equal_nan=True)
            assert np.array_equal(view.keys, view.numbers, equal_nan=True)
        else:
            assert np.isnan(view.numbers).all()
        for a in np.flatnonzero(view.mask):
            for b in np.flatnonzero(view.mask):
                equal = known[a] == known[b]
                assert (view.groups[a] == view.groups[b]) == equal == (view.keys[a] == view.keys[b])


def test_which_views_exist() -> None:
    assert kinds("a", "b") == {"text", "length"}
    assert kinds("1", "2") == {"text", "number"}
    assert kinds("1950", "1951") == {"text", "number", "date"}
    assert kinds("21 May 1950", "1951") == {"text", "date", "year", "length"}
    assert kinds("2–1", "0–3") == {"text", "number", "second_number", "difference"}
    assert kinds("a, b", "b, c and d") == {"text", "list", "item_count", "length", "head"}
    assert kinds("at Rice", "vs. #5 Reds\nnote", "BYU*") == {"text", "length", "head"}
    assert kinds("Bern (SUI)", "Chur (SUI)", "Oslo, Norway") == {"text", "length", "head", "tail"}
    assert kinds("", "n/a", "-") == {"text"}


def test_seasons_have_no_second_number() -> None:
    assert kinds("1999–00", "2000–01", "2001/02") == {"text", "number", "date"}
    assert "second_number" in kinds("1999–2002", "2001–2010")


def test_difference_of_scores_and_of_ranges() -> None:
    assert numbers(column("2–1", "0–3", "w/o").views[ViewKind.DIFFERENCE]) == [1, -3, None]
    assert numbers(column("1990–1995", "2001–02", "1999").views[ViewKind.DIFFERENCE]) == [5, 1, None]
    lenses = column("25–250 mm", "29–87 mm", "28–140 mm", "10–20 mm").views
    assert numbers(lenses[ViewKind.DIFFERENCE]) == [225, 58, 112, 10]
    assert numbers(lenses[ViewKind.SECOND_NUMBER]) == [250, 87, 140, 20]


def test_placeholders_are_texts_and_blanks_are_missing() -> None:
    views = column("-", "", "  ", "5", "6").views
    assert views[ViewKind.TEXT].mask.tolist() == [True, False, False, True, True]
    assert views[ViewKind.NUMBER].mask.tolist() == [False, False, False, True, True]


def test_equal_texts_share_a_group() -> None:
    assert column("Zoë", "zoe", "Ann", "ZOE ").views[ViewKind.TEXT].groups.tolist() == [0, 0, 1, 0]


def test_length_counts_characters() -> None:
    assert numbers(column(" abc ", "", "de").views[ViewKind.LENGTH]) == [3, None, 2]


@pytest.mark.parametrize(
    ("cells", "unit"),
    [(("5 km", "7 km", "8"), "km"), (("5 km", "7 m", "8 ft"), None), (("12%", "3%"), "%"), (("1:20", "0:59"), "s")],
)
def test_the_unit_of_most_numbers(cells: tuple[str, ...], unit: str | None) -> None:
    assert column(*cells).views[ViewKind.NUMBER].unit == unit


def items(*cells: str) -> list[tuple[str, ...] | None]:
    view = column(*cells).views.get(ViewKind.LIST)
    assert view is not None, "no list view"
    return [value.items if isinstance(value, Items) else None for value in view.values]


def test_lists_by_separator() -> None:
    assert items("A, B and C", "B, D", "") == [("A", "B", "C"), ("B", "D"), None]
    assert items("Ann / Bea", "Cy / Dee / Ann") == [("Ann", "Bea"), ("Cy", "Dee", "Ann")]
    assert items("A; B", "C", "C; A") == [("A", "B"), ("C",), ("C", "A")]
    assert items("Ann, Oslo\nBea, Rome", "Cy, Bern\nDee, Oslo\nEve, Rome")[0] == ("Ann, Oslo", "Bea, Rome")
    assert items("Moore (2, 45), Hinnigan", "Ward", "Moore, Ward, Kay") == [
        ("Moore (2, 45)", "Hinnigan"),
        ("Ward",),
        ("Moore", "Ward", "Kay"),
    ]


def test_and_divides_only_known_items() -> None:
    cells = ("Trinidad and Tobago", "Rome and Paris", "Paris, Oslo", "Oslo, Rome, Bern")
    assert items(*cells)[:2] == [("Trinidad and Tobago",), ("Rome", "Paris")]


@pytest.mark.parametrize(
    "cells",
    [
        ("Paris, France", "Rome, Italy", "Oslo, Norway"),
        ("1,234", "5,678"),
        ("July 8, 1982", "May 3, 1983"),
        ("68 years, 3 days", "5 years, 1 day"),
        ("He left, having said what he had to say, and never came back.", "She stayed, as far as anyone could tell."),
    ],
)
def test_commas_that_make_no_list(cells: tuple[str, ...]) -> None:
    assert "list" not in kinds(*cells)


def test_values_are_a_sequence_with_slices() -> None:
    values = column("1", "x", "3").views[ViewKind.NUMBER].values
    assert list(values[1:]) == [MISSING, Number(3)] and values[-1] == Number(3) and Number(1) in values


def test_an_unknown_column_or_view_names_those_that_exist() -> None:
    table = build_table(["Name"], [["Ann"]])
    with pytest.raises(KeyError, match=r"no column 'Nome'.*Name"):
        table.view(ViewReference("Nome", ViewKind.TEXT))
    with pytest.raises(KeyError, match="'Name' cannot be read as number; it has text, length"):
        table.view(ViewReference("Name", ViewKind.NUMBER))
