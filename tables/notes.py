"""Notes that stand below a table, as in spreadsheets: "* estimated", "Source: …"; found, and left out when asked to."""

from __future__ import annotations

from collections.abc import Collection

from neural_programmer.tables.build import build_table
from neural_programmer.tables.table import Table

_LEAST_COLUMNS = 3
_LEAST_ROWS = 2


def rows_of_notes(table: Table) -> tuple[int, ...]:
    """The last rows, from 0, that have a text in the first column and nothing else, where no other row is like that.

    Only tables of three columns and more are looked at: with fewer, such a row may as well be one of the table's.
    """
    if len(table.columns) < _LEAST_COLUMNS:
        return ()
    start = table.number_of_rows
    while start and _stands_alone(table, start - 1):  # most tables have none, which the last row shows at once
        start -= 1
    if start == table.number_of_rows or start < _LEAST_ROWS:
        return ()
    if any(_stands_alone(table, row) for row in range(start)):
        return ()
    rows = range(start, table.number_of_rows)
    has_words = (any(character.isalpha() for character in table.columns[0].cells[row]) for row in rows)
    return tuple(rows) if all(has_words) else ()


def _stands_alone(table: Table, row: int) -> bool:
    first, *others = table.columns
    return bool(first.cells[row].strip()) and not any(column.cells[row].strip() for column in others)


def without_rows(table: Table, rows: Collection[int]) -> Table:
    """The table without some rows, from 0, read anew: what it says of columns and totals is that of the other rows."""
    kept = [row for row in range(table.number_of_rows) if row not in rows]
    cells = [[column.cells[row] for column in table.columns] for row in kept]
    return build_table([column.header for column in table.columns], cells, table.name)
