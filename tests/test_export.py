"""Exports of an answer: every format read back, and nothing in them that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import json
import runpy
from pathlib import Path

import openpyxl
import pytest
from pyarrow import parquet

from neural_programmer import run_program
from neural_programmer.export import FORMATS, ExportError, Part, Sheet, safe_for_spreadsheets, sheet_of, to_excel
from neural_programmer.language.json_form import program_from_json
from neural_programmer.response import Response
from neural_programmer.tables.build import build_table
from neural_programmer.tables.loaders.load import load_table
from tests.scripted import BY_GOLD, GOLD_OF_FRANCE, MEDALS, MOST_GOLD, scripted

HOSTILE = [
    '=HYPERLINK("http://evil","x")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\x00=1",
    "-5",
    "+5",
    "-5.25",
    "5",
    "plain",
    "'quoted",
    "a=b",
    'line\nbreak, "quoted"',
    "\ud800 half",
]
TABLE = build_table(["=header", "Points"], [[text, str(n - 3)] for n, text in enumerate(HOSTILE)], name="hostile")
EVERYTHING = '#0 = all_rows(); #1 = select(#0, "=header":text)'


def response(program: str = EVERYTHING, table: object = TABLE) -> Response:
    return run_program(table, program, "what is there?")


def write(name: str, shown: Response, part: Part = Part.ANSWER) -> bytes:
    return FORMATS[name].write(shown, part, "sqlite", "medals.csv")


def read_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        *[(text, f"'{text}") for text in HOSTILE[:7]],
        *[(text, text) for text in HOSTILE[7:]],
        (-5.0, -5.0),
        (-3, -3),
        ("-", "'-"),
        ("-5%", "'-5%"),
        ("-5\n=1", "'-5\n=1"),
        ("", ""),
        (None, None),
    ],
)
def test_texts_that_look_like_formulas_get_an_apostrophe(text: str | float | None, safe: object) -> None:
    assert safe_for_spreadsheets(text) == safe


def test_csv_holds_every_value_and_no_formula() -> None:
    rows = read_csv(write("csv", response()))
    assert rows[0] == ["'=header"]
    assert len(rows) == len(HOSTILE) + 1
    assert [row[0] for row in rows[8:14]] == ["-5", "+5", "-5.25", "5", "plain", "'quoted"]
    assert all(not row[0].startswith(("=", "@", "\t", "\r", "\x00")) for row in rows)
    assert rows[15][0] == HOSTILE[14]


def test_the_rows_behind_an_answer_come_whole_with_their_numbers() -> None:
    shown = response(MOST_GOLD, MEDALS)
    assert read_csv(write("csv", shown, Part.ROWS)) == [
        ["Row", "Nation", "Gold", "Opened"],
        ["4", "Denmark", "12", "5 July 1952"],
    ]
    assert read_csv(write("csv", shown)) == [["Nation"], ["Denmark"]]


def test_negative_answers_stay_numbers() -> None:
    shown = response('#0 = all_rows(); #1 = minimum(#0, "Points":number)')
    assert shown.answer == [-3.0]
    assert read_csv(write("csv", shown)) == [["Points"], ["-3"]]
    book = openpyxl.load_workbook(io.BytesIO(write("excel", shown)))
    assert book["Answer"]["A2"].value == -3


def test_values_with_their_counts_have_two_columns() -> None:
    assert sheet_of(response(BY_GOLD, MEDALS)) == Sheet(("Gold", "Rows"), ((3.0, 1.0), (1.0, 2.0), (12.0, 1.0)))


def test_excel_has_two_sheets_without_formulas() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write("excel", response())))
    assert book.sheetnames == ["Answer", "Rows"]
    for sheet in book.worksheets:
        cells = [cell for row in sheet.iter_rows() for cell in row]
        assert all(cell.data_type != "f" for cell in cells)
    assert book["Answer"].max_row == len(HOSTILE) + 1
    assert book["Answer"]["A2"].value == f"'{HOSTILE[0]}"
    assert [cell.value for cell in book["Rows"][1]] == ["Row", "'=header", "Points"]


@pytest.mark.parametrize(
    "sheet",
    [Sheet(("a",), (("x" * 40_000,),)), Sheet(tuple(f"c{n}" for n in range(16_385)), ())],
    ids=["long cell", "many columns"],
)
def test_what_excel_cannot_hold_is_refused_and_never_cut(sheet: Sheet) -> None:
    with pytest.raises(ExportError, match="take CSV or Parquet"):
        to_excel({"Answer": sheet})


def test_parquet_keeps_types_and_texts_as_they_are() -> None:
    answer = parquet.read_table(io.BytesIO(write("parquet", response())))
    assert answer.column_names == ["=header"]
    assert answer["=header"][0].as_py() == HOSTILE[0]
    numbers = parquet.read_table(io.BytesIO(write("parquet", response(BY_GOLD, MEDALS))))
    assert numbers.to_pydict() == {"Gold": [3.0, 1.0, 12.0], "Rows": [1.0, 2.0, 1.0]}
    rows = parquet.read_table(io.BytesIO(write("parquet", response(MOST_GOLD, MEDALS), Part.ROWS)))
    assert rows["Row"].to_pylist() == [4]


def test_json_has_the_response_and_the_rows() -> None:
    value = json.loads(write("json", response(MOST_GOLD, MEDALS)))
    assert value["answer"] == ["Denmark"]
    assert value["dialect"] == "sqlite"
    assert value["rows"] == [{"Row": 4, "Nation": "Denmark", "Gold": "12", "Opened": "5 July 1952"}]
    assert json.loads(write("json", response()))["answer"][0] == HOSTILE[0]


def test_the_program_and_its_sql_are_those_of_the_answer() -> None:
    shown = response(MOST_GOLD, MEDALS)
    value = json.loads(write("program", shown))
    assert program_from_json(value["program"]) == shown.program
    assert value["table"] == {"name": "medals", "fingerprint": MEDALS.fingerprint}
    assert write("sql", shown).decode().strip() == shown.sql("sqlite")


def test_the_python_script_gives_the_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / 'the "medals".csv'
    file.write_text('Nation,Gold,Note\nNorway,3,a\n"Den ""mark"" \\ """""",12,b\n', encoding="utf-8")
    shown = run_program(load_table(file), MOST_GOLD, 'who "won" \\ the most? """')
    script = tmp_path / "script.py"
    script.write_bytes(FORMATS["python"].write(shown, Part.ANSWER, "duckdb", str(file)))
    runpy.run_path(str(script))
    assert capsys.readouterr().out == f"{shown.answer}\n{shown.sql('duckdb')}\n"


def test_without_a_program_there_is_no_program_to_export() -> None:
    nothing = scripted().ask(MEDALS, "")
    for name in ("sql", "program", "python"):
        with pytest.raises(ExportError, match="no program"):
            write(name, nothing)
    assert read_csv(write("csv", nothing)) == [["Answer"]]
    empty = response(GOLD_OF_FRANCE, MEDALS)
    assert parquet.read_table(io.BytesIO(write("parquet", empty))).num_rows == 0
