"""Notes below a table: found where only they stand alone, and left out without a trace."""

from __future__ import annotations

import numpy as np
import pytest

from neural_programmer.tables.build import build_table
from neural_programmer.tables.notes import rows_of_notes, without_rows

HEADERS = ["Region", "Sales", "Staff"]
ROWS = [["North", "12", "3"], ["South", "7", "2"], ["Total", "19", "5"]]
NOTES = [["* estimated", "", ""], ["Source: finance", "", " "]]


def test_notes_are_found_and_left_out() -> None:
    table = build_table(HEADERS, [*ROWS, *NOTES], "Sales")
    assert rows_of_notes(table) == (3, 4)
    plain = without_rows(table, (3, 4))
    assert plain.fingerprint == build_table(HEADERS, ROWS, "Sales").fingerprint
    assert plain.name == "Sales"
    assert np.flatnonzero(plain.totals).tolist() == [2]
    assert rows_of_notes(plain) == ()


@pytest.mark.parametrize(
    ("headers", "rows"),
    [
        (HEADERS, ROWS),
        (HEADERS, [ROWS[0], ["East", "", ""], ROWS[1], NOTES[0]]),
        (HEADERS, [*ROWS, ["2024", "", ""]]),
        (HEADERS, [ROWS[0], *NOTES]),
        (HEADERS, NOTES),
        (HEADERS, []),
        (HEADERS[:2], [["North", "12"], ["South", "7"], ["East", ""]]),
    ],
    ids=["no such row", "one among the others", "no words", "one row above", "nothing else", "no rows", "two columns"],
)
def test_rows_that_may_be_the_tables_own_are_none(headers: list[str], rows: list[list[str]]) -> None:
    assert rows_of_notes(build_table(headers, rows)) == ()
