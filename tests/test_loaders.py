"""Loading tables: every kind of source gives the cells a person would read in it."""

from __future__ import annotations

import datetime
import json
import sqlite3
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import pandas
import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neural_programmer.tables.loaders import TableError, list_parts, load_table
from neural_programmer.tables.loaders.cells import cell_text
from neural_programmer.tables.table import Table


def grid(table: Table) -> list[tuple[str, ...]]:
    """The headers as written and the rows of a table."""
    return [
        tuple(column.header for column in table.columns),
        *zip(*(column.cells for column in table.columns), strict=True),
    ]


CITIES = [("City", "Founded", "People"), ("Bern", "1191", "134,794"), ("Genève", "", "203,856")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252"])
def test_delimiter_and_encoding_are_found(tmp_path: Path, delimiter: str, encoding: str) -> None:
    path = tmp_path / "cities.csv"
    path.write_text("\r\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in CITIES), encoding, newline="")
    table = load_table(path)
    assert grid(table) == CITIES
    assert table.name == "cities"


def test_decimal_commas_do_not_hide_a_semicolon(tmp_path: Path) -> None:
    path = tmp_path / "prices.txt"
    path.write_text("Item;Price;Weight\nTea;1,50;0,25\nRye bread;2;1,0\n")
    assert grid(load_table(path)) == [("Item", "Price", "Weight"), ("Tea", "1,50", "0,25"), ("Rye bread", "2", "1,0")]


def test_a_declared_delimiter_is_obeyed(tmp_path: Path) -> None:
    path = tmp_path / "declared.csv"
    path.write_text("sep=|\na,b|c\n1,2|3\n")
    assert grid(load_table(path)) == [("a,b", "c"), ("1,2", "3")]


def test_commas_of_a_single_column_are_text(tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    path.write_text("Name\nLovelace, Ada\nHopper, Grace\n")
    assert grid(load_table(path)) == [("Name",), ("Lovelace, Ada",), ("Hopper, Grace",)]


def test_quotes_delimiters_and_line_breaks_inside_cells_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "quotes.csv"
    path.write_text('Title,Note\n"She said ""no""","a\nb, c"\n"x",5" pipe\n')
    assert grid(load_table(path)) == [("Title", "Note"), ('She said "no"', "a\nb, c"), ("x", '5" pipe')]


def test_an_unclosed_quote_does_not_swallow_the_rows_below(tmp_path: Path) -> None:
    path = tmp_path / "unclosed.csv"
    path.write_text('Part,Size\nPipe,"5\nRod,6\nBolt,7\n')
    assert grid(load_table(path)) == [("Part", "Size"), ("Pipe", '"5'), ("Rod", "6"), ("Bolt", "7")]


def test_rows_of_other_lengths_keep_every_cell(tmp_path: Path) -> None:
    path = tmp_path / "ragged.csv"
    path.write_text("a,b,c\n1,2,3\n4,5\n6,7,8,9\n")
    table = load_table(path)
    assert [row[:3] for row in grid(table)[1:]] == [("1", "2", "3"), ("4", "5", ""), ("6", "7", "8")]
    assert table.columns[3].cells == ("", "", "9")


def test_a_title_and_blank_lines_above_the_header_name_the_table(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    path.write_text("Harbour report,,\nMay 2004\n\n,,\nShip,Flag,Tons\nAda,NO,120\nBea,SE,90\n,,\n")
    table = load_table(path)
    assert table.name == "Harbour report, May 2004"
    assert grid(table) == [("Ship", "Flag", "Tons"), ("Ada", "NO", "120"), ("Bea", "SE", "90")]


def test_lines_in_two_encodings_are_each_read_in_their_own(tmp_path: Path) -> None:
    path = tmp_path / "mixed.csv"
    path.write_bytes("Name,Place\nZoë,Köln\n".encode() + "José,Málaga\n".encode("latin-1") + b"Ann,Rome\n")
    assert grid(load_table(path))[1:] == [("Zoë", "Köln"), ("José", "Málaga"), ("Ann", "Rome")]


@pytest.mark.parametrize(
    ("encoding", "rows"),
    [
        ("cp1251", ["Город,Река,Область", "Москва,Москва-река,Московская", "Тверь,Волга,Тверская"]),
        (
            "cp1250",
            ["Miasto,Rzeka,Województwo", "Wrocław,Odra,dolnośląskie", "Łódź,Łódka,łódzkie", "Kraków,Wisła,małe"],
        ),
        ("shift_jis", ["都市,川,県", "東京,隅田川,東京都", "大阪,淀川,大阪府", "京都,鴨川,京都府"]),
        ("cp1252", ["Ort,Fluss,Größe", "Zürich,Limmat,groß", "Düsseldorf,Rhein,“sehr” groß – 5 €"]),
    ],
)
def test_encodings_that_are_not_declared_are_detected(tmp_path: Path, encoding: str, rows: list[str]) -> None:
    path = tmp_path / "towns.csv"
    path.write_bytes("\n".join([rows[0], *rows[1:] * 8]).encode(encoding))
    assert grid(load_table(path))[: len(rows)] == [tuple(row.split(",")) for row in rows]


def test_wikitablequestions_escapes(tmp_path: Path) -> None:
    comma = tmp_path / "0.csv"
    comma.write_text('"Song","Chart\nUK"\n"\\"Hey\\" \\\\ you","1"\n"",""\n"b, c","2"')
    expected = [("Song", "Chart\nUK"), ('"Hey" \\ you', "1"), ("", ""), ("b, c", "2")]
    assert grid(load_table(comma, dialect="wikitablequestions")) == expected
    tabs = tmp_path / "0.tsv"
    tabs.write_text('Song\tChart\\nUK\n"Hey" \\\\ you\t1\n\t\nb\\pc \\\\n\t2\n')
    expected[-1] = ("b|c \\n", "2")
    assert grid(load_table(tabs, dialect="wikitablequestions")) == expected


def test_escaped_quotes_are_found_without_being_told(tmp_path: Path) -> None:
    path = tmp_path / "escaped.csv"
    path.write_text('"Song","Album"\n"\\"Hey\\"\n(live)","A, B"\n"\\"Ho\\"","C"\n')
    assert grid(load_table(path)) == [("Song", "Album"), ('"Hey"\n(live)', "A, B"), ('"Ho"', "C")]


def test_excel_cells_read_as_they_are_shown(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(["Name", "When", "Count", "Share", "Sum", "At", "Member"])
    sheet.append(["Ann", datetime.datetime(2004, 5, 21), 3.0, 0.125, 0.1 + 0.2, datetime.time(14, 30), True])
    sheet.append(["Bob", datetime.datetime(2004, 5, 21, 9, 5), 4, 1, "=C2+C3", None, False])
    for row in (2, 3):
        sheet.cell(row, 4).number_format = "0.0%"
    path = tmp_path / "members.xlsx"
    workbook.save(path)
    table = load_table(path)
    assert table.name == "members"
    assert grid(table)[1:] == [
        ("Ann", "2004-05-21", "3", "12.5%", "0.3", "14:30", "true"),
        # No program has calculated the formula yet: it is kept rather than read as an empty cell.
        ("Bob", "2004-05-21T09:05", "4", "100%", "=C2+C3", "", "false"),
    ]


def test_excel_titles_merged_cells_and_sheets(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    workbook.create_sheet("Sales")
    sheet = workbook["Sales"]
    sheet["B2"] = "Sales of the year"
    sheet.merge_cells("B2:E2")
    for column, value in zip("BCE", ["Region", "2019", "2020"], strict=True):
        sheet[f"{column}4"] = value
    sheet.merge_cells("C4:D4")
    for column, value in zip("CDE", ["Q1", "Q2", "Q1"], strict=True):
        sheet[f"{column}5"] = value
    body: list[list[str | int | None]] = [["North", 1, 2, 3], [None, 4, 5, 6], ["South", 7, 8, 9]]
    for row, values in enumerate(body, start=6):
        for column, cell in zip("BCDE", values, strict=True):
            sheet[f"{column}{row}"] = cell
    sheet.merge_cells("B6:B7")
    workbook.create_sheet("Notes").append(["Remark"])
    workbook["Notes"].append(["none"])
    path = tmp_path / "sales.xlsx"
    workbook.save(path)
    assert list_parts(path) == ("Sales", "Notes")
    table = load_table(path)
    assert table.name == "Sales of the year"
    assert grid(table) == [
        ("Region", "2019 Q1", "2019 Q2", "2020 Q1"),
        ("North", "1", "2", "3"),
        ("North", "4", "5", "6"),
        ("South", "7", "8", "9"),
    ]
    assert grid(load_table(path, sheet="Notes")) == grid(load_table(f"{path}#Notes")) == [("Remark",), ("none",)]
    with pytest.raises(TableError, match=r"no sheet 'Missing'.*Sales, Notes"):
        load_table(path, sheet="Missing")


FRAME_ROWS = [("Name", "Born", "Points", "Score"), ("Ann", "2004-05-21", "3", "0.1"), ("", "", "", "2.5")]


def sample_frame() -> pandas.DataFrame:
    return pandas.DataFrame(
        {
            "Name": ["Ann", None],
            "Born": pandas.to_datetime(["2004-05-21", None]),
            "Points": [3.0, float("nan")],
            "Score": pandas.array([0.1, 2.5], dtype="float32"),
        }
    )


def test_data_frames_arrow_tables_and_parquet_give_the_same_text(tmp_path: Path) -> None:
    frame = sample_frame()
    before = frame.copy()
    path = tmp_path / "people.parquet"
    frame.to_parquet(path)
    assert grid(load_table(frame, name="people")) == FRAME_ROWS
    assert grid(load_table(pyarrow.Table.from_pandas(frame, preserve_index=True))) == FRAME_ROWS
    assert grid(load_table(path)) == FRAME_ROWS
    pandas.testing.assert_frame_equal(frame, before)


def test_a_meaningful_index_and_header_levels_become_text() -> None:
    frame = pandas.DataFrame([[1, 2], [3, 4]], columns=pandas.MultiIndex.from_tuples([("2019", "Q1"), ("2019", "Q2")]))
    assert grid(load_table(frame[frame[("2019", "Q1")] > 1])) == [("2019 Q1", "2019 Q2"), ("3", "4")]
    frame.index = pandas.Index(["a", "b"], name="id")
    assert grid(load_table(frame)) == [("id", "2019 Q1", "2019 Q2"), ("a", "1", "2"), ("b", "3", "4")]


@pytest.mark.parametrize(
    "content",
    [
        '[{"name": "Ada", "year": 1815}, {"year": 1906, "name": "Grace"}]',
        '{"name": "Ada", "year": 1815}\n{"name": "Grace", "year": 1906}\n',
        '{"people": [{"name": "Ada", "year": 1815}, {"name": "Grace", "year": 1906}]}',
        '{"name": ["Ada", "Grace"], "year": [1815, 1906]}',
        '[["name", "year"], ["Ada", 1815], ["Grace", 1906]]',
        '{"columns": ["name", "year"], "data": [["Ada", 1815], ["Grace", 1906]]}',
    ],
)
def test_json_in_every_usual_shape(tmp_path: Path, content: str) -> None:
    path = tmp_path / "people.json"
    path.write_text(content)
    assert grid(load_table(path)) == [("name", "year"), ("Ada", "1815"), ("Grace", "1906")]


def test_json_keeps_written_digits_lists_and_nested_names(tmp_path: Path) -> None:
    path = tmp_path / "nested.json"
    path.write_text('[{"a": 1.10, "b": {"c": [1, "x"], "d": null}}, {"a": 12345678901234567890, "e": true}]')
    assert grid(load_table(path)) == [
        ("a", "b.c", "b.d", "e"),
        ("1.10", "1, x", "", ""),
        ("12345678901234567890", "", "", "true"),
    ]


def test_records_and_bytes() -> None:
    assert grid(load_table([{"a": 1, "b": 2.0}])) == [("a", "b"), ("1", "2")]
    table = load_table(b"a;b\n1;2\n", filename="upload.csv")
    assert (grid(table), table.name) == ([("a", "b"), ("1", "2")], "upload")
    assert load_table(table) is table


def make_databases(folder: Path) -> list[Path]:
    paths = [folder / "shop.sqlite", folder / "shop.duckdb"]
    with sqlite3.connect(paths[0]) as connection:
        connection.execute('CREATE TABLE "odd ""name" (item TEXT, price REAL, sold DATE)')
        connection.execute("""INSERT INTO "odd ""name" VALUES ('tea', 2.0, '2004-05-21'), (NULL, 2.5, NULL)""")
        connection.execute('CREATE VIEW cheap AS SELECT item FROM "odd ""name" WHERE price < 2.1')
    connection.close()
    with duckdb.connect(str(paths[1])) as database:
        database.execute('CREATE TABLE "odd ""name" (item TEXT, price DECIMAL(5, 2), sold DATE)')
        database.execute("""INSERT INTO "odd ""name" VALUES ('tea', 2.0, '2004-05-21'), (NULL, 2.5, NULL)""")
        database.execute('CREATE VIEW cheap AS SELECT item FROM "odd ""name" WHERE price < 2.1')
    return paths


@pytest.mark.parametrize("kind", [0, 1], ids=["sqlite", "duckdb"])
def test_databases_are_read_and_left_alone(tmp_path: Path, kind: int) -> None:
    path = make_databases(tmp_path)[kind]
    before = path.read_bytes(), path.stat().st_mtime_ns, sorted(tmp_path.iterdir())
    assert list_parts(path) == ("cheap", 'odd "name')
    table = load_table(path, table='odd "name')
    assert grid(table)[0] == ("item", "price", "sold")
    assert grid(table)[1:] in (
        [("tea", "2", "2004-05-21"), ("", "2.5", "")],
        [("tea", "2", "2004-05-21"), ("", "2.50", "")],
    )
    assert grid(load_table(f"{path.suffix[1:]}:///{path}#cheap")) == [("item",), ("tea",)]
    with pytest.raises(TableError, match="holds 2 tables"):
        load_table(path)
    with pytest.raises(TableError, match="no table 'none'"):
        load_table(f"{path}#none")
    assert (path.read_bytes(), path.stat().st_mtime_ns, sorted(tmp_path.iterdir())) == before


def test_every_type_of_a_database_becomes_text(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "types.duckdb")) as database:
        database.execute(
            "CREATE TABLE types AS SELECT TIMESTAMPTZ '2004-05-21 10:00:00+02' AS zoned, INTERVAL 3 DAY AS lasting, "
            "[1, 2] AS items, {'x': 1} AS pair, 12345678901234567890::HUGEINT AS huge, TIME '10:00' AS at, "
            "1.5::FLOAT AS short, DATE '2004-05-21' AS day, TRUE AS yes"
        )
    assert grid(load_table(tmp_path / "types.duckdb"))[1] == (
        "2004-05-21T08:00", "72:00:00", "1, 2", '{"x": 1}', "12345678901234567890", "10:00", "1.5", "2004-05-21", "true"
    )  # fmt: skip
    with sqlite3.connect(tmp_path / "types.sqlite") as connection:
        connection.execute("CREATE TABLE types AS SELECT CAST(x'e9' AS TEXT) AS latin, x'00ff' AS bytes, 5 AS number")
    connection.close()
    assert grid(load_table(tmp_path / "types.sqlite"))[1] == ("é", "0x00ff", "5")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (float("nan"), ""),
        (pandas.NA, ""),
        (pandas.NaT, ""),
        (True, "true"),
        (5.0, "5"),
        (-0.25, "-0.25"),
        (10**20, "100000000000000000000"),
        (Decimal("2.50"), "2.50"),
        (Decimal("1E+3"), "1000"),
        (datetime.date(1999, 5, 1), "1999-05-01"),
        (pandas.Timestamp("1999-05-01 14:30:05"), "1999-05-01T14:30:05"),
        (datetime.timedelta(days=1, hours=2, seconds=3), "26:00:03"),
        (-datetime.timedelta(minutes=1), "-0:01:00"),
        (["a", 1.0], "a, 1"),
        ({"a": 1}, '{"a": 1}'),
        (b"caf\xc3\xa9", "café"),
        (b"\xff\x00", "0xff00"),
    ],
)
def test_values_become_the_text_a_person_would_type(value: object, text: str) -> None:
    assert cell_text(value) == text


CELL = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=8).map(str.strip)


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 4).flatmap(lambda width: st.lists(st.tuples(*[CELL] * width), min_size=2, max_size=6)))
def test_what_json_holds_is_what_is_read(rows: list[tuple[str, ...]]) -> None:
    headers = tuple(f"column {number}" for number in range(len(rows[0])))
    content = json.dumps([headers, *rows]).encode()
    assert grid(load_table(content, filename="any.json")) == [headers, *rows]
