"""Pasted tables, and the limits on what is taken in."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pandas
import pytest

from neural_programmer.tables.errors import TableError
from neural_programmer.tables.loaders import Limits, load_table
from neural_programmer.tables.loaders.pasted import load_pasted

EXPECTED = [("Ann", "7"), ("Bob", "9|1")]


@pytest.mark.parametrize(
    "text",
    [
        "Name\tPoints\nAnn\t7\nBob\t9|1\n",
        "Name,Points\r\nAnn,7\r\nBob,9|1",
        "| Name | Points |\n|:-----|-------:|\n| Ann | 7 |\n| Bob | 9\\|1 |",
        "Name | Points\n--- | ---\nAnn | 7\nBob | 9\\|1\n",
        '[{"Name": "Ann", "Points": 7}, {"Name": "Bob", "Points": "9|1"}]',
    ],
    ids=["spreadsheet", "CSV", "Markdown", "Markdown without edges", "JSON"],
)
def test_what_people_copy_is_a_table(text: str) -> None:
    table = load_pasted(text)
    assert [column.name for column in table.columns] == ["Name", "Points"]
    assert list(zip(*(column.cells for column in table.columns), strict=True)) == EXPECTED
    assert table.name == "pasted table"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "nothing was pasted"),
        (" \n ", "nothing was pasted"),
        ("a\tb", "no rows"),
        ("| a | b |\n|---|---|", "no rows"),
    ],
    ids=["empty", "blank", "header", "Markdown header"],
)
def test_what_is_no_table_is_refused(text: str, message: str) -> None:
    with pytest.raises(TableError, match=message):
        load_pasted(text)


def test_pasted_texts_keep_to_the_limits() -> None:
    markdown = "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 5
    with pytest.raises(TableError, match="at most 10"):
        load_pasted("a,b\n1,2\n3,4\n", limits=Limits(bytes=10))
    with pytest.raises(TableError, match="6 rows; expected at most 3"):
        load_pasted(markdown, limits=Limits(rows=3))


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (Limits(rows=2), "rows; expected at most 2"),
        (Limits(columns=1), "columns; expected at most 1"),
        (Limits(cells=3), "expected at most 3"),
    ],
    ids=["rows", "columns", "cells"],
)
@pytest.mark.parametrize("kind", ["csv", "json", "parquet", "xlsx"])
def test_rows_columns_and_cells_are_bounded_in_every_kind_of_file(kind: str, limits: Limits, message: str) -> None:
    frame = pandas.DataFrame({"a": range(5), "b": range(5)})
    content = io.BytesIO()
    if kind == "parquet":
        frame.to_parquet(content)
    elif kind == "xlsx":
        frame.to_excel(content, index=False)
    else:
        text = frame.to_csv(index=False) if kind == "csv" else frame.to_json(orient="records")
        content.write(text.encode())
    with pytest.raises(TableError, match=message):
        load_table(content.getvalue(), filename=f"x.{kind}", limits=limits)


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_read() -> None:
    workbook = openpyxl.Workbook()
    workbook.active.append(["a"])
    plain = io.BytesIO()
    workbook.save(plain)
    bomb = io.BytesIO()
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            target.writestr(entry, source.read(entry))
        target.writestr("xl/media/large.bin", bytes(4_000_000))
    assert len(bomb.getvalue()) < 20_000
    with pytest.raises(TableError, match=r"unpacks to .* bytes; expected at most 800,000"):
        load_table(bomb.getvalue(), filename="x.xlsx", limits=Limits(bytes=100_000))


def test_a_parquet_file_that_unpacks_to_too_much_is_refused() -> None:
    content = io.BytesIO()
    pandas.DataFrame({"a": [f"{number:0100d}" for number in range(20_000)]}).to_parquet(content, compression="zstd")
    with pytest.raises(TableError, match="unpacks to"):
        load_table(content.getvalue(), filename="x.parquet", limits=Limits(bytes=250_000, expansion=1))
