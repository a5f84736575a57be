"""An answer and the rows behind it as files: CSV, Excel, Parquet, JSON, SQL, the program, and a Python script.

Spreadsheets run what looks like a formula: texts that begin like one are written with an apostrophe before them, as
OWASP's "CSV injection" has it. Numbers stay numbers, negative ones too.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

import openpyxl
import pyarrow
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from pyarrow import parquet

from neural_programmer.execution.exact import AnswerValue
from neural_programmer.execution.sql import sql_text
from neural_programmer.execution.sql_schema import storable
from neural_programmer.language.json_form import program_to_json
from neural_programmer.language.program import Program
from neural_programmer.language.text_form import write_program
from neural_programmer.response import Response
from neural_programmer.tables.build import unique_names

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\x00")
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
EXCEL_ROWS = 1_048_576
EXCEL_COLUMNS = 16_384
EXCEL_CHARACTERS = 32_767

Cell = str | float | int | None
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ExportError(ValueError):
    """A result that a format cannot hold; the message says what is too large, and which format takes it."""


class Part(StrEnum):
    """What is exported: the answer's values, or the rows that it was read from, whole."""

    ANSWER = "answer"
    ROWS = "rows"


@dataclass(frozen=True)
class Sheet:
    """Columns with names that are all different, and rows of texts and numbers."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def sheet_of(response: Response, part: Part = Part.ANSWER) -> Sheet:
    """The answer, under the name of its column, or the rows behind it with their numbers from 1."""
    return _answer_sheet(response) if part is Part.ANSWER else _rows_sheet(response)


def _answer_sheet(response: Response) -> Sheet:
    column = response.program.steps[-1].column if response.program is not None else None
    name = column.column if column is not None else "Answer"
    rows = [_row(value) for value in response.answer]
    pairs = any(len(row) > 1 for row in rows)
    return Sheet(tuple(unique_names([name, "Rows"] if pairs else [name])), tuple(rows))


def _row(value: AnswerValue) -> tuple[Cell, ...]:
    return (value[0], value[1]) if isinstance(value, tuple) else (value,)


def _rows_sheet(response: Response) -> Sheet:
    table = response.prepared.table
    numbers = sorted({row for row, _ in response.cells})
    names = unique_names(["Row", *(column.name for column in table.columns)])
    rows: list[tuple[Cell, ...]] = [(row + 1, *(column.cells[row] for column in table.columns)) for row in numbers]
    return Sheet(tuple(names), tuple(rows))


def safe_for_spreadsheets(value: Cell) -> Cell:
    """A text that a spreadsheet could take for a formula gets an apostrophe; numbers, also as texts, stay."""
    if not isinstance(value, str) or not value.startswith(_FORMULA_STARTS) or _PLAIN_NUMBER.fullmatch(value):
        return value
    return f"'{value}"


def to_csv(sheet: Sheet) -> bytes:
    """The sheet in CSV, in UTF-8 with the mark by which Excel knows it."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([_csv_cell(name) for name in sheet.columns])
    writer.writerows([_csv_cell(value) for value in row] for row in sheet.rows)
    return file.getvalue().encode("utf-8-sig")


def _csv_cell(value: Cell) -> Cell:
    safe = safe_for_spreadsheets(value)
    if isinstance(safe, float):
        return _whole(safe)
    # A NUL within a text would end it in other programs.
    return storable(safe) if isinstance(safe, str) else safe


def to_excel(sheets: Mapping[str, Sheet]) -> bytes:
    """A workbook with these sheets by name; ``ExportError`` for what Excel does not hold."""
    # Everything is made ready first: a workbook that is left half written complains when it is thrown away.
    ready = {name: _excel_rows(sheet) for name, sheet in sheets.items()}
    workbook = openpyxl.Workbook(write_only=True)
    for name, rows in ready.items():
        page = workbook.create_sheet(name)
        for row in rows:
            page.append(row)
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def _excel_rows(sheet: Sheet) -> list[list[Cell]]:
    if len(sheet.rows) + 1 > EXCEL_ROWS or len(sheet.columns) > EXCEL_COLUMNS:
        raise ExportError(
            f"Excel holds {EXCEL_ROWS:,} rows and {EXCEL_COLUMNS:,} columns, but there are "
            f"{len(sheet.rows):,} rows and {len(sheet.columns):,} columns; take CSV or Parquet"
        )
    return [[_excel_cell(value) for value in row] for row in (sheet.columns, *sheet.rows)]


def _excel_cell(value: Cell) -> Cell:
    safe = safe_for_spreadsheets(value)
    if isinstance(safe, float):
        return _whole(safe)
    if not isinstance(safe, str):
        return safe
    if len(safe) > EXCEL_CHARACTERS:
        raise ExportError(
            f"Excel holds {EXCEL_CHARACTERS:,} characters in a cell, but one has {len(safe):,}; take CSV or Parquet"
        )
    return str(ILLEGAL_CHARACTERS_RE.sub("\ufffd", storable(safe)))


def to_parquet(sheet: Sheet) -> bytes:
    """The sheet in Parquet; texts are as they are, since nothing runs them. A column of one type keeps it."""
    columns = list(zip(*sheet.rows, strict=True)) or [()] * len(sheet.columns)
    table = pyarrow.Table.from_arrays([_array(column) for column in columns], names=list(map(storable, sheet.columns)))
    file = io.BytesIO()
    parquet.write_table(table, file)
    return file.getvalue()


def _array(values: Sequence[Cell]) -> pyarrow.Array:
    if all(isinstance(value, int) for value in values):
        return pyarrow.array(values, pyarrow.int64())
    if all(isinstance(value, float | int) for value in values):
        return pyarrow.array([float(value) for value in values if value is not None], pyarrow.float64())
    return pyarrow.array([None if value is None else storable(str(value)) for value in values], pyarrow.string())


def to_json(response: Response, dialect: str = "duckdb") -> bytes:
    """The whole response and the rows behind the answer as one JSON object."""
    rows = _rows_sheet(response)
    value = {
        **response.to_json(dialect),
        "table": response.prepared.table.name,
        "rows": [dict(zip(rows.columns, row, strict=True)) for row in rows.rows],
    }
    # Escaped, so that halves of surrogate pairs in cells can be written too.
    return (json.dumps(value, ensure_ascii=True, indent=1) + "\n").encode("ascii")


def to_program_json(response: Response) -> bytes:
    """The question, the table's name and fingerprint, and the program as JSON values."""
    program = _program(response)
    table = response.prepared.table
    value = {
        "question": response.question,
        "table": {"name": table.name, "fingerprint": table.fingerprint},
        "program": program_to_json(program),
    }
    return (json.dumps(value, ensure_ascii=True, indent=1) + "\n").encode("ascii")


def to_sql(response: Response, dialect: str = "duckdb") -> bytes:
    """The program's query in a dialect."""
    return (sql_text(_program(response), response.prepared.table, dialect) + "\n").encode("utf-8", "replace")


def to_python(response: Response, source: str) -> bytes:
    """A script that gives the same answer with this package's public names, from the file ``source``."""
    lines = write_program(_program(response)).split("\n")
    program = "\n".join(f"    {json.dumps(line)}" for line in [f"{line}; " for line in lines[:-1]] + lines[-1:])
    script = f'''"""{_comment(response.explanation)}"""

from neural_programmer import load_table, run_program

table = load_table({json.dumps(source)})  # the table that was asked; give the path of your copy
program = (
{program}
)
response = run_program(table, program, question={json.dumps(response.question)})
print(response.answer)
print(response.sql(dialect="duckdb"))
'''
    return script.encode("utf-8", "replace")


def _comment(text: str) -> str:
    return " ".join(text.split()).replace("\\", "\\\\").replace('"', "'")


def _program(response: Response) -> Program:
    if response.program is None:
        raise ExportError("there is no program to export: the question was not answered")
    return response.program


def _whole(number: float) -> float | int:
    """Whole numbers without a fraction, as a person would type them."""
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


@dataclass(frozen=True)
class Format:
    """A kind of file: what a person calls it, its ending and media type, and how to write a part of a response.

    ``write`` takes the response, the part, an SQL dialect and the name of the table's file; formats that have no parts
    ignore it.
    """

    title: str
    ending: str
    media_type: str
    write: Callable[[Response, Part, str, str], bytes]
    has_parts: bool = False


def _workbook(response: Response) -> bytes:
    return to_excel({"Answer": _answer_sheet(response), "Rows": _rows_sheet(response)})


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "csv": Format("CSV", "csv", "text/csv", lambda r, part, _, __: to_csv(sheet_of(r, part)), True),
        "excel": Format("Excel", "xlsx", SHEET_TYPE, lambda r, *_: _workbook(r)),
        "parquet": Format(
            "Parquet",
            "parquet",
            "application/vnd.apache.parquet",
            lambda r, part, _, __: to_parquet(sheet_of(r, part)),
            True,
        ),
        "json": Format("JSON", "json", "application/json", lambda r, _, dialect, __: to_json(r, dialect)),
        "sql": Format("SQL", "sql", "application/sql", lambda r, _, dialect, __: to_sql(r, dialect)),
        "program": Format("Program", "json", "application/json", lambda r, *_: to_program_json(r)),
        "python": Format("Python", "py", "text/x-python", lambda r, _, __, source: to_python(r, source)),
    }
)
