"""Building tables: names, ragged rows, totals, fingerprints, odd sizes."""

from __future__ import annotations

import time
import unicodedata
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neural_programmer.data.wikitablequestions import WikiTableQuestions
from neural_programmer.tables.build import build_table, unique_names
from neural_programmer.tables.views import ViewKind


@pytest.mark.parametrize(
    ("headers", "names"),
    [
        (["a", "b"], ["a", "b"]),
        (["", "b", " "], ["column 1", "b", "column 3"]),
        (["x", "x", "X"], ["x", "x (2)", "X (3)"]),
        (["x", "x (2)", "x"], ["x", "x (2)", "x (3)"]),
        (["a\nb", "a\t b\x00"], ["a b", "a b (2)"]),
        (['"; DROP TABLE t; --', "<script>"], ['"; DROP TABLE t; --', "<script>"]),
        (["\ufeffName", "\u202eeman"], ["Name", "eman"]),
    ],
)
def test_names(headers: list[str], names: list[str]) -> None:
    assert unique_names(headers) == names


@given(st.lists(st.text(max_size=4) | st.sampled_from(["", "a", "A", "a (2)", "column 2", "ß", "SS"]), max_size=8))
def test_names_are_unique_even_without_case(headers: list[str]) -> None:
    names = unique_names(headers)
    assert len({name.casefold() for name in names}) == len(headers) and all(names)
    assert not any(unicodedata.category(character) in ("Cc", "Cf", "Cs") for name in names for character in name)


def test_headers_and_cells_stay_as_they_were_written() -> None:
    table = build_table(["a\nb", ""], [[" x\n", "−3"]])
    assert [column.header for column in table.columns] == ["a\nb", ""]
    assert [column.cells for column in table.columns] == [(" x\n",), ("−3",)]


def test_a_very_long_header_is_kept() -> None:
    assert build_table(["h" * 10_000], [["1"]]).columns[0].name == "h" * 10_000


def test_short_rows_are_filled_and_long_rows_get_columns() -> None:
    table = build_table(["a", "b"], [["1"], ["2", "3", "4"], []])
    assert [column.name for column in table.columns] == ["a", "b", "column 3"]
    assert [column.cells for column in table.columns] == [("1", "2", ""), ("", "3", ""), ("", "4", "")]
    assert table.number_of_rows == 3


@pytest.mark.parametrize(("headers", "rows"), [([], []), (["a"], []), ([], [[], []])])
def test_tables_without_rows_or_columns(headers: list[str], rows: list[list[str]]) -> None:
    table = build_table(headers, rows)
    assert len(table.columns) == len(headers) and table.number_of_rows == len(rows) == len(table.totals)
    assert all(list(column.views) == [ViewKind.TEXT] for column in table.columns)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.text(max_size=5), max_size=4), max_size=4), st.lists(st.text(max_size=5), max_size=3))
def test_nothing_is_cut(rows: list[list[str]], headers: list[str]) -> None:
    table = build_table(headers, rows)
    for number, row in enumerate(rows):
        kept = [column.cells[number] for column in table.columns]
        assert kept[: len(row)] == row and not any(kept[len(row) :])


def test_fingerprints_tell_tables_apart() -> None:
    tables = [
        build_table(["a", "b"], [["1", "2"]]),
        build_table(["a", "b"], [["12", ""]]),
        build_table(["a", "b"], [["1"], ["2"]]),
        build_table(["a", "c"], [["1", "2"]]),
        build_table(["a", "b"], [["2", "1"]]),
    ]
    assert len({table.fingerprint for table in tables}) == len(tables)
    assert build_table(["a", "b"], [["1", "2"]], name="other").fingerprint == tables[0].fingerprint


def totals(*rows: tuple[str, ...]) -> list[int]:
    table = build_table([f"h{position}" for position in range(len(rows[0]))], rows)
    return [number for number, total in enumerate(table.totals) if total]


@pytest.mark.parametrize("label", ["Total", "TOTALS:", "Grand total", "Team totals", "Total (2 shops)", "All"])
def test_total_rows(label: str) -> None:
    assert totals(("North", "3"), ("South", "4"), (label, "7")) == [2]


def test_a_total_may_stand_beside_an_empty_first_cell_or_in_the_middle() -> None:
    assert totals(("1", "North", "3"), ("", "Total", "3"), ("2", "South", "4")) == [1]


def test_a_record_whose_name_begins_with_total_is_no_total() -> None:
    assert totals(("Heart of Glass", "9"), ("Total Eclipse of the Heart", "4"), ("Africa", "7")) == []
    assert totals(("Africa", "7"), ("Average", "5"), ("Roma", "3")) == []
    assert totals(("Africa", "7"), ("Roma", "3"), ("Average", "5")) == [2]


def test_a_table_of_nothing_but_totals_has_none() -> None:
    assert totals(("Total", "3"), ("Total", "4")) == []


def test_many_columns() -> None:
    table = build_table([f"c{position}" for position in range(500)], [[str(row)] * 500 for row in range(5)])
    assert len(table.columns) == 500 and ViewKind.NUMBER in table.columns[499].views


def test_cost_grows_with_the_distinct_cells() -> None:
    started = time.process_time()
    table = build_table(["a", "b"], [[str(row % 50), "21 May 1950"] for row in range(100_000)])
    assert table.number_of_rows == 100_000
    assert time.process_time() - started < 3


def test_long_columns_are_read_as_short_ones_are() -> None:
    for share, kinds in ((0.02, {"text", "length"}), (0.3, {"text", "number", "length"})):
        cells = [f"{row}" if row % 100 < share * 100 else f"name of {row}" for row in range(10_000)]
        for length in (500, 10_000):
            views = build_table(["a", "b"], [[cell, ""] for cell in cells[:length]]).columns[0].views
            assert set(map(str, views)) == kinds


def test_tables_of_wikitablequestions_are_read(wikitablequestions: WikiTableQuestions) -> None:
    """Every second one; each keeps the shape of its views, and few columns of years, dates or scores go unread."""
    contexts = sorted({question.context for question in wikitablequestions.questions("training")})[::2]
    read: Counter[str] = Counter()
    for context in contexts:
        table = wikitablequestions.read_table(context)
        for column in table.columns:
            assert all(len(view.mask) == table.number_of_rows for view in column.views.values())
            header = column.header.strip().lower()
            if header in _EXPECTED:
                read[header] += 1
                read[f"{header} unread"] += _EXPECTED[header] not in column.views
    for header in _EXPECTED:
        assert read[f"{header} unread"] <= 0.1 * read[header] and read[header] > 20


_EXPECTED = {
    "year": ViewKind.NUMBER,
    "date": ViewKind.DATE,
    "rank": ViewKind.NUMBER,
    "points": ViewKind.NUMBER,
    "attendance": ViewKind.NUMBER,
    "time": ViewKind.NUMBER,
}
