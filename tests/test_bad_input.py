"""Files that are hardly tables, or not at all: a clear message or every cell, and never a changed file."""

from __future__ import annotations

import gzip
import os
import random
from pathlib import Path

import duckdb
import openpyxl
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neural_programmer.tables.loaders import Limits, TableError, list_parts, load_table
from neural_programmer.tables.table import Table


def state(folder: Path) -> list[tuple[Path, int, bytes]]:
    """Every file of a folder with its time of change and its bytes."""
    return [(path, path.stat().st_mtime_ns, path.read_bytes()) for path in sorted(folder.rglob("*")) if path.is_file()]


def load_unchanged(path: Path) -> Table:
    """The table at a path, after a check that reading changed nothing around it."""
    before = state(path.parent)
    table = load_table(path)
    assert state(path.parent) == before
    return table


def refusal(path: Path) -> str:
    """The message with which a file is refused, after a check that it was left as it was."""
    before = state(path.parent)
    with pytest.raises(TableError) as caught:
        load_table(path)
    assert state(path.parent) == before
    message = str(caught.value)
    assert path.name in message, "the message names the file"
    assert len(message) < 600
    return message


JUNK = random.Random(7).randbytes(4096)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("empty.csv", b"", "is empty"),
        ("blank.csv", b"\n \r\n\t\n", "is empty"),
        ("mark_only.csv", b"\xef\xbb\xbf", "is empty"),
        ("commas.csv", b",,,\n,,,\n", "is empty"),
        ("header.csv", b"Name,Year,Place\n", "a header of 3 columns and no rows"),
        ("empty.json", b"", "is empty"),
        ("junk.csv", JUNK, "holds binary data"),
        ("junk.tsv", b"a\tb\n" + JUNK, "holds binary data"),
        ("junk_without_zeros.csv", JUNK.replace(b"\0", b"\x01"), "holds binary data"),
        ("zeros.csv", b"a,b\n1,\x002\n", "holds binary data"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + JUNK, "holds binary data"),
        ("half.csv", b"\xff\xfea\0b", "holds binary data"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + JUNK, "old .xls"),
        ("packed.csv.gz", gzip.compress(b"a,b\n1,2\n", mtime=0), "gzip"),
        ("paper.pdf", b"%PDF-1.7\n" + JUNK, "PDF"),
        ("broken.xlsx", b"PK\x03\x04" + JUNK, "cannot be read as an Excel workbook"),
        ("text.xlsx", b"a,b\n1,2\n", "its content is plain text"),
        ("broken.parquet", b"PAR1" + JUNK, "cannot be read as Parquet"),
        ("broken.sqlite", b"SQLite format 3\0" + JUNK, "cannot be read as a SQLite database"),
        ("broken.duckdb", b"12345678DUCK" + JUNK, "cannot be read as a DuckDB database"),
        ("broken.json", b'[{"a": 1}, {"a": ', "is not valid JSON"),
        ("broken.jsonl", b'{"a": 1}\n{"a": \n', "record 2"),
        ("number.json", b"42", "does not hold a table"),
        ("mixture.json", b'[{"a": 1}, 2]', "does not hold a table"),
        ("deep.json", b"[" * 100_000, "is not valid JSON"),
        ("nothing.json", b"[]", "is empty"),
    ],
)
def test_what_is_not_a_table_is_refused_clearly(tmp_path: Path, name: str, content: bytes, expected: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    message = refusal(path)
    assert expected in message
    with pytest.raises(TableError):
        load_table(content, filename=name)


def test_an_empty_workbook_is_refused(tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "empty.xlsx")
    assert "is empty" in refusal(tmp_path / "empty.xlsx")
    assert list_parts(tmp_path / "empty.xlsx") == ()


def test_paths_that_are_no_files(tmp_path: Path) -> None:
    (tmp_path / "near.csv").write_text("a\n1\n")
    for source, expected in (
        (tmp_path, "is a folder.*near.csv"),
        (tmp_path / "far.csv", "there is no file.*near.csv"),
        (tmp_path / "near.csv" / "below.csv", "there is no file|cannot be opened"),
        ("/dev/zero", "not a regular file"),
        ("", "no file is named"),
        ("a\0b.csv", "cannot be opened|there is no file"),
        ("x" * 5000 + ".csv", "cannot be opened"),
        ("https://example.org/a.csv", "address on a network"),
        ("Name,Year\nAda,1815\n", "there is no file"),
        (7, "cannot load a table from int"),
        (None, "cannot load a table from NoneType"),
    ):
        with pytest.raises(TableError, match=f"(?s){expected}"):
            load_table(source)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read every file")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "secret.csv"
    path.write_text("a\n1\n")
    path.chmod(0)
    with pytest.raises(TableError, match="permissions"):
        load_table(path)


def test_an_unknown_dialect_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"no dialect 'excel'.*wikitablequestions"):
        load_table(tmp_path / "any.csv", dialect="excel")


def test_limits_are_kept_before_anything_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    path.write_text("a,b\n" + "1,2\n" * 1000)
    with pytest.raises(TableError, match="4,004 bytes; expected at most 1,000"):
        load_table(path, limits=Limits(bytes=1000))
    with pytest.raises(TableError, match="1,001 rows and 2 columns; expected at most 100 cells"):
        load_table(path, limits=Limits(cells=100))
    with pytest.raises(TableError, match="1,000 rows and 1 columns; expected at most 100 cells"):
        load_table(pandas.DataFrame({"a": range(1000)}), limits=Limits(cells=100))


def test_empty_data_frames_are_refused() -> None:
    for frame, expected in ((pandas.DataFrame(), "is empty"), (pandas.DataFrame({"a": []}), "no rows")):
        with pytest.raises(TableError, match=expected):
            load_table(frame)


def test_one_column_and_500_columns(tmp_path: Path) -> None:
    narrow = tmp_path / "narrow.csv"
    narrow.write_text("Value\n1\n2\n")
    assert load_unchanged(narrow).columns[0].cells == ("1", "2")
    wide = tmp_path / "wide.csv"
    wide.write_text(",".join(f"c{n}" for n in range(500)) + "\n" + (",".join(map(str, range(500))) + "\n") * 3)
    table = load_unchanged(wide)
    assert (len(table.columns), table.number_of_rows, table.columns[499].cells) == (500, 3, ("499",) * 3)


def test_200_000_rows(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("id,name,amount\n" + "".join(f"{n},item {n % 1000},{n % 97}.5\n" for n in range(200_000)))
    table = load_unchanged(path)
    assert table.number_of_rows == 200_000
    assert table.columns[0].cells[-1] == "199999"


def test_repeated_and_empty_headers_stay_apart(tmp_path: Path) -> None:
    path = tmp_path / "repeated.csv"
    path.write_text("Points,Points,,Points\n1,2,3,4\n")
    table = load_unchanged(path)
    assert len({column.name for column in table.columns}) == 4
    assert [column.cells for column in table.columns] == [("1",), ("2",), ("3",), ("4",)]


HOSTILE = [
    'He said "hi"',
    "'; DROP TABLE students; --",
    "\"; COPY t TO '/tmp/x'; --",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "a\nb\r\nc",
    "**bold** [link](javascript:alert(1)) $x^2$",
    "=HYPERLINK(1)",
    "{{7*7}}",
    "%s%n",
    "\u202eabc",
    "\u200b",
    "é" * 300,
    "\\",
    "\\n",
]


@pytest.mark.parametrize("suffix", ["csv", "json", "xlsx", "parquet"])
def test_hostile_headers_and_cells_are_only_text(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"hostile.{suffix}"
    headers = [f"{text} {number}" for number, text in enumerate(HOSTILE)]
    # A workbook would calculate a cell that begins with "="; as text it is what an export holds.
    cells = [f" {text}" if suffix == "xlsx" and text.startswith("=") else text for text in HOSTILE]
    frame = pandas.DataFrame([cells, cells[::-1]], columns=headers)
    if suffix == "csv":
        frame.to_csv(path, index=False)
    elif suffix == "json":
        frame.to_json(path, orient="records")
    elif suffix == "xlsx":
        frame.to_excel(path, index=False)
    else:
        frame.to_parquet(path)
    table = load_unchanged(path)
    read = [[column.cells[row].replace("\r\n", "\n") for column in table.columns] for row in (0, 1)]
    written = [text.replace("\r\n", "\n") for text in cells]
    assert read == [written, written[::-1]]


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["csv", "tsv", "json", "jsonl", "xlsx", "parquet", "txt"]))
def test_any_bytes_are_a_table_or_a_clear_refusal(content: bytes, suffix: str) -> None:
    message = ""
    try:
        assert load_table(content, filename=f"upload.{suffix}").number_of_rows >= 1
    except TableError as error:
        message = str(error)
    assert not message or f"upload.{suffix}" in message


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("ab1,;\t|\"\\\n\r' é"), max_size=60))
def test_any_delimited_text_keeps_its_letters(text: str) -> None:
    try:
        table = load_table(text.encode(), filename="upload.csv")
    except TableError:
        return
    read = "".join(column.header + "".join(column.cells) for column in table.columns) + table.name.removeprefix(
        "upload"
    )
    for letter in "ab1é":
        assert read.count(letter) == text.count(letter)


def test_a_view_of_a_database_cannot_read_other_files(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("password\nhunter2\n")
    path = tmp_path / "shop.duckdb"
    with duckdb.connect(str(path)) as database:
        database.execute(f"CREATE VIEW leak AS SELECT * FROM read_csv('{tmp_path / 'secret.csv'}')")
    assert "cannot be read as a DuckDB database" in refusal(path)
