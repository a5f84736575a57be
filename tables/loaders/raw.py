"""What every reader returns before a table is built, and the limits it keeps to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from neural_programmer.tables.errors import TableError


@dataclass(frozen=True, slots=True)
class RawTable:
    """Headers and rows of text as they were read; a row may be shorter or longer than the headers."""

    headers: Sequence[str]
    rows: Sequence[Sequence[str]]
    name: str


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest source that is read: ``bytes`` of a file; ``cells``, ``rows`` and ``columns`` of a table.

    ``expansion`` is how many times larger than the limit of bytes a compressed file may be once it is unpacked.
    """

    bytes: int = 512 * 1024**2
    cells: int = 20_000_000
    rows: int = 10_000_000
    columns: int = 20_000
    expansion: int = 8

    def check_bytes(self, thing: str, size: int) -> None:
        """Raise ``TableError`` where ``size`` bytes are too many."""
        if size > self.bytes:
            raise TableError(
                f"{thing} has {size:,} bytes; expected at most {self.bytes:,}. "
                "Load a part of it, or raise the limit with limits=Limits(bytes=...)."
            )

    def check_unpacked(self, thing: str, size: int) -> None:
        """Raise ``TableError`` where a compressed file has too many bytes once it is unpacked."""
        if size > self.bytes * self.expansion:
            raise TableError(
                f"{thing} unpacks to {size:,} bytes; expected at most {self.bytes * self.expansion:,}. "
                "Load a part of it, or raise the limit with limits=Limits(bytes=...)."
            )

    def check_cells(self, thing: str, rows: int, columns: int) -> None:
        """Raise ``TableError`` where there are too many rows or columns, or too many cells in them."""
        for found, most, noun in ((rows, self.rows, "rows"), (columns, self.columns, "columns")):
            if found > most:
                raise TableError(
                    f"{thing} has {found:,} {noun}; expected at most {most:,}. "
                    f"Load a part of it, or raise the limit with limits=Limits({noun}=...)."
                )
        if rows * columns > self.cells:
            raise TableError(
                f"{thing} has {rows:,} rows and {columns:,} columns; expected at most {self.cells:,} cells. "
                "Load a part of it, or raise the limit with limits=Limits(cells=...)."
            )


def without_blank_edges(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """The rows that hold a cell, without the columns at either end that hold none anywhere."""
    kept = [list(row) for row in rows if any(cell.strip() for cell in row)]
    filled = [[position for position, cell in enumerate(row) if cell.strip()] for row in kept]
    left = min((positions[0] for positions in filled), default=0)
    right = max((positions[-1] + 1 for positions in filled), default=0)
    return [row[left:right] for row in kept]


def split_title(rows: list[list[str]]) -> tuple[str, list[list[str]]]:
    """The title lines above the header, if there are any, as one line, and the rows from the header on.

    A title is a leading row with a single cell, over rows of which most have three cells or more.
    """
    lines: list[str] = []
    while len(rows) >= 3 and _number_of_cells(rows[0]) == 1:
        wide = sum(_number_of_cells(row) >= 3 for row in rows[1:])
        if wide * 2 < len(rows) - 1:
            break
        lines.append(next(cell.strip() for cell in rows[0] if cell.strip()))
        rows = rows[1:]
    return ", ".join(lines), rows


def require_rows(thing: str, raw: RawTable) -> RawTable:
    """The table itself; ``TableError`` where it has no columns or no rows."""
    if not raw.headers:
        raise TableError(f"{thing} is empty; expected a header row and rows below it. Choose a file with data.")
    if not raw.rows:
        raise TableError(
            f"{thing} has a header of {len(raw.headers)} columns and no rows; expected at least one row below the "
            "header. Add rows, or choose another file."
        )
    return raw


def _number_of_cells(row: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in row)
