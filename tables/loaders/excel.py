"""Excel workbooks."""

from __future__ import annotations

import io
import warnings
import zipfile
from itertools import pairwise
from typing import TYPE_CHECKING

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from neural_programmer.tables.errors import TableError
from neural_programmer.tables.loaders.cells import cell_text
from neural_programmer.tables.loaders.raw import Limits, RawTable, split_title, without_blank_edges

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell, MergedCell
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_CHUNK = 1 << 20


def read_excel(data: bytes, thing: str, name: str, sheet: str | None, limits: Limits) -> RawTable:
    """One sheet of a workbook: the one named, else the first that holds cells.

    Merged cells repeat their value, formulas give the value stored with them, blank rows and a title above the header
    are left out.
    """
    workbook = _open(data, thing, limits)
    worksheet = _choose(workbook, thing, sheet)
    limits.check_cells(f"{thing}, sheet {worksheet.title!r}", worksheet.max_row, worksheet.max_column)
    formulas = _formulas(data, worksheet.title)
    grid = [[_excel_text(cell, formulas) for cell in row] for row in worksheet.iter_rows()]
    title, headers, rows = _header_and_rows(grid, _merged_areas(worksheet))
    return RawTable(headers, rows, title or (worksheet.title if len(workbook.sheetnames) > 1 else name))


def sheet_names(data: bytes, thing: str, limits: Limits) -> tuple[str, ...]:
    """The sheets of a workbook that hold cells, in its order."""
    workbook = _open(data, thing, limits)
    return tuple(worksheet.title for worksheet in workbook.worksheets if _holds_cells(worksheet))


def _open(data: bytes, thing: str, limits: Limits) -> Workbook:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            limits.check_unpacked(thing, sum(entry.file_size for entry in archive.infolist()))
            _check_sheets(archive, thing, limits)
        return _load(data, data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, OSError, ValueError, SyntaxError) as error:
        if isinstance(error, TableError):
            raise
        raise TableError(
            f"{thing} cannot be read as an Excel workbook ({error}); expected .xlsx. "
            "Open it in a spreadsheet program and save it again as .xlsx or CSV."
        ) from None


def _check_sheets(archive: zipfile.ZipFile, thing: str, limits: Limits) -> None:
    """Count the cells in the text of each sheet, because to build a workbook of too many would take all memory."""
    for entry in archive.infolist():
        if not entry.filename.startswith("xl/worksheets/"):
            continue
        cells, end = 0, b""
        with archive.open(entry) as content:
            while chunk := content.read(_CHUNK):
                # A tag may be cut by the end of a chunk: the last two bytes are looked at with the next.
                text = end + chunk
                cells += text.count(b"<c ") + text.count(b"<c>")
                end = text[-2:]
        if cells > limits.cells:
            raise TableError(
                f"{thing} has {cells:,} cells in {entry.filename}; expected at most {limits.cells:,}. "
                "Load a part of it, or raise the limit with limits=Limits(cells=...)."
            )


def _load(data: bytes, *, data_only: bool = False, read_only: bool = False) -> Workbook:
    with warnings.catch_warnings():
        # openpyxl warns of styles, validations and extensions that it does not keep; none of them holds a cell.
        warnings.simplefilter("ignore", UserWarning)
        return openpyxl.load_workbook(io.BytesIO(data), data_only=data_only, read_only=read_only)


def _choose(workbook: Workbook, thing: str, sheet: str | None) -> Worksheet:
    filled = [worksheet for worksheet in workbook.worksheets if _holds_cells(worksheet)]
    if sheet is not None:
        for worksheet in workbook.worksheets:
            if worksheet.title == sheet:
                return worksheet
        raise TableError(
            f"{thing} has no sheet {sheet!r}; its sheets are {', '.join(workbook.sheetnames)}. Name one of them."
        )
    if not filled:
        raise TableError(f"{thing} is empty; expected a sheet with a header row and rows. Choose a file with data.")
    return filled[0]


def _holds_cells(worksheet: Worksheet) -> bool:
    return any(cell is not None for row in worksheet.iter_rows(values_only=True) for cell in row)


def _formulas(data: bytes, title: str) -> dict[str, str]:
    """The formulas of a sheet by coordinate: what is left of a cell whose program stored no value with its formula."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheets = [archive.read(entry) for entry in archive.namelist() if entry.startswith("xl/worksheets/")]
    if not any(b"<f>" in content or b"<f " in content for content in sheets):
        return {}
    worksheet = _load(data, read_only=True)[title]
    return {
        cell.coordinate: str(cell.value)
        for row in worksheet.iter_rows()
        for cell in row
        if getattr(cell, "data_type", "") == "f"
    }


def _excel_text(cell: Cell | MergedCell, formulas: dict[str, str]) -> str:
    value = cell.value
    if value is None:
        return formulas.get(cell.coordinate, "")
    if isinstance(value, float):
        # Excel keeps and shows 15 digits: 0.1 + 0.2 is written 0.3 there.
        if "%" in cell.number_format:
            return f"{value * 100:.12g}%"
        return cell_text(float(f"{value:.15g}"))
    if isinstance(value, int) and not isinstance(value, bool) and "%" in cell.number_format:
        return f"{value * 100}%"
    return cell_text(value)


def _merged_areas(worksheet: Worksheet) -> list[tuple[int, int, int, int]]:
    """First row, last row, first column and last column of each merged area, counted from 0."""
    return [
        (area.min_row - 1, area.max_row - 1, area.min_col - 1, area.max_col - 1)
        for area in worksheet.merged_cells.ranges
    ]


def _header_and_rows(
    grid: list[list[str]], areas: list[tuple[int, int, int, int]]
) -> tuple[str, list[str], list[list[str]]]:
    filled = [number for number, row in enumerate(grid) if any(cell.strip() for cell in row)]
    title, below = split_title([grid[number] for number in filled])
    if not below:
        return title, [], []
    header_row = filled[len(filled) - len(below)]
    spread = [list(row) for row in grid]
    for first_row, last_row, first_column, last_column in areas:
        if first_row >= header_row:
            for row in range(first_row, last_row + 1):
                for column in range(first_column, last_column + 1):
                    spread[row][column] = grid[first_row][first_column]
    rows = without_blank_edges(spread[header_row:])
    if any(first == header_row and left < right for first, _, left, right in areas) and len(rows) > 2:
        return title, [_joined(upper, lower) for upper, lower in zip(rows[0], rows[1], strict=True)], rows[2:]
    return title, rows[0], rows[1:]


def _joined(upper: str, lower: str) -> str:
    """The header below a merged header: "2019" over "Q1" is "2019 Q1"."""
    parts = [part.strip() for part in (upper, lower) if part.strip()]
    return " ".join(part for part, following in pairwise([*parts, ""]) if part != following)
