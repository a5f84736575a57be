"""Which column and which cells the names in the gold logical forms mean: `r.total_votes`, `c.1st`, `c.null`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from neural_programmer.tables.table import Table
from neural_programmer.tables.values import text_key

_NUMBERED = re.compile(r"(.+)_(\d+)")


def name_of(text: str) -> str:
    """The name of a header or cell: letters and digits without accents in lower case, all else one underscore.

    Underscores at the ends are left out on both sides, since the forms keep some of them and drop others.
    """
    return re.sub(r"[^a-z0-9]+", "_", text_key(text)).strip("_") or "null"


def find_column(table: Table, name: str) -> str | None:
    """The unique name of the column that `r.name` means, where there is one; `_2` is the second of that header."""
    return _find([column.header for column in table.columns], [column.name for column in table.columns], name)


def find_cells(table: Table, column: str, name: str) -> tuple[str, ...]:
    """The different cells of a column that `c.name` means, as written; none where there is no such cell.

    Cells that are written differently share a name but for a number at its end, which counts them.
    """
    distinct = list(dict.fromkeys(table.column(column).cells))
    wanted = name.strip("_")
    found = [cell for cell in distinct if name_of(cell) == wanted]
    numbered = _NUMBERED.fullmatch(wanted)
    if not found and numbered is not None:
        # The number counts the cells of the whole data set's table, some of which lie in other columns.
        found = [cell for cell in distinct if name_of(cell) == numbered[1]][:1]
    return tuple(found)


def _find(written: Sequence[str], kept: Sequence[str], name: str) -> str | None:
    wanted = name.strip("_")
    for text, one in zip(written, kept, strict=True):
        if name_of(text) == wanted:
            return one
    numbered = _NUMBERED.fullmatch(wanted)
    if numbered is None:
        return None
    alike = [one for text, one in zip(written, kept, strict=True) if name_of(text) == numbered[1]]
    place = int(numbered[2]) - 1
    return alike[place] if 0 <= place < len(alike) else None
