"""The rows that an index keeps are those of the table, and they hold nearly every value that a question may name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow
import pytest

from neural_programmer.large import building, value_index
from neural_programmer.large.held_rows import HeldRows
from neural_programmer.large.opening import open_table
from neural_programmer.large.place import SqlRow
from neural_programmer.large.table import LargeTable
from neural_programmer.tables.build import distinct_cells
from neural_programmer.tables.view_parts import make_view
from tests.large_cases import as_parquet, as_sqlite, rows_table

_VALUES = """
    SELECT 3 * number AS row_index, number::HUGEINT * 100000000000000000000 AS huge,
        (number / 4)::DECIMAL(9, 2) AS price, CASE WHEN number % 3 > 0 THEN 'text ' || number END AS said,
        number / 8::DOUBLE AS weight, number % 2 = 0 AS paid,
        DATE '2020-02-28' + number::INT AS day, TIMESTAMP '2020-02-28 10:00:00.5' + to_hours(number::INT) AS sent
    FROM range(1, 40) AS numbers(number) ORDER BY 1
"""


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEURAL_PROGRAMMER_CACHE", str(tmp_path / "indexes"))


def opened(source: Any) -> LargeTable:
    large = open_table(source, large_rows=0)
    assert isinstance(large, LargeTable)
    return large


def test_rows_in_memory_are_what_the_database_gives() -> None:
    with duckdb.connect() as connection:
        expected = connection.execute(_VALUES).fetchall()
        held = HeldRows(connection.sql(_VALUES).to_arrow_table(), [1])
    for wanted in ([], [3], [1, 2, 200], [117, 6, 6, 7], list(range(150))):
        rows = [row for row in expected if row[0] in wanted]
        found = held.rows(wanted)
        assert found == rows
        assert [list(map(type, row)) for row in found] == [list(map(type, row)) for row in rows]


@pytest.mark.parametrize("make", [as_parquet, as_sqlite])
def test_the_index_keeps_a_row_with_nearly_every_value(
    make: Callable[[pyarrow.Table, Path], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "SAMPLED_ROWS", 60)
    monkeypatch.setattr(building, "_FIRST_ROWS", 40)
    monkeypatch.setattr(building, "MOST_NUMBERS", 200)
    table = rows_table(1_500).select(["Id", "Town", "Quantity", "Price", "Discount", "Paid", "Year"])
    with opened(make(table, tmp_path)) as large:
        stored = large.value_index.stored_rows(range(1, 1_501))
        assert stored == large.place.rows([row[0] for row in stored])
        numbers = {row[0] for row in stored}
        assert set(range(1, 41)) <= numbers  # Id counts the rows
        assert 60 < len(numbers) < 400
        for name, tolerated in (("Quantity", 2), ("Discount", 1), ("Town", 0), ("Year", 1)):
            texts = table[name].to_pylist()
            values = {one for one in texts if one is not None and str(one).strip()}
            kept = {texts[number - 1] for number in numbers}
            assert len(values - kept) <= tolerated, name
        whole = {one for one in table["Price"].to_pylist() if one is not None and one == int(one)}
        assert len(whole - {table["Price"][number - 1].as_py() for number in numbers}) <= 1


def test_questions_of_kept_values_read_nothing_of_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "SAMPLED_ROWS", 60)
    read: list[int] = []
    with opened(as_parquet(rows_table(1_500), tmp_path)) as large:

        def noted(numbers: Iterable[int]) -> list[SqlRow]:
            read.extend(numbers)
            return []

        monkeypatch.setattr(large.place, "rows", noted)
        for question in ("how many orders have a quantity over 95?", "orders by Zoë Hansen 7", "orders in may 2001"):
            assert large.prepared_for(question)[1]
        assert not read


def test_long_texts_stay_in_the_file_and_endless_days_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "days.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            'COPY (SELECT number AS "Id", \'name \' || number AS "Name", CASE WHEN number = 7 THEN '
            "DATE 'infinity' ELSE DATE '2020-01-01' + number::INT END AS \"Day\" "
            f"FROM range(1, 30) AS numbers(number)) TO '{path}'"
        )
    with opened(path) as large:
        rows = large.place.rows(range(1, 30))
        assert large.value_index.stored_rows(range(1, 30)) == rows
        assert large.value_index.stored_rows([8, 9, 700]) == rows[7:9]
        monkeypatch.setattr(value_index, "_MOST_HELD", 10)
    with opened(path) as large:
        assert large.was_indexed
        assert large.value_index.stored_rows([8, 9, 700]) == rows[7:9]


def test_rows_that_add_nothing_are_made_ready_once(tmp_path: Path) -> None:
    with opened(as_parquet(rows_table(300), tmp_path)) as large:
        large.warm()
        first, numbers = large.prepared_for("what?")
        again, _ = large.prepared_for("which one?")
        assert first.table is again.table is large.table
        assert first.index is again.index
        assert len(numbers) == len(large.table.columns[0].cells)
        more, longer = large.prepared_for("how many orders are from New York in 2003?")
        assert len(longer) > len(numbers)
        assert more.index is not first.index


def test_views_of_some_rows_are_those_that_their_values_make(tmp_path: Path) -> None:
    with opened(as_parquet(rows_table(900), tmp_path)) as large:
        for question in ("what?", "how many orders of 7 kg are from New York in 2003?", "orders of Oslo", "what?"):
            proxy, _ = large.prepared_for(question)
            for column in proxy.table.columns:
                known, codes = distinct_cells(column.cells)
                for kind, view in column.views.items():
                    distinct = [view.values[column.cells.index(text)] for text in known.texts]
                    expected = make_view(kind, distinct, codes, view.unit)
                    assert list(view.values) == list(expected.values)
                    assert (view.unit, view.kind) == (expected.unit, kind)
                    for part in ("mask", "keys", "groups", "numbers"):
                        found, wanted = getattr(view, part), getattr(expected, part)
                        assert found.dtype == wanted.dtype
                        np.testing.assert_array_equal(found, wanted)
