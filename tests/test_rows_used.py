"""Which rows a program's steps read, gave, and had to pass over."""

from __future__ import annotations

import numpy as np

from neural_programmer.language.text_form import read_program
from neural_programmer.prepared import PreparedTable
from neural_programmer.rows_used import rows_of_steps
from neural_programmer.tables.loaders import load_table

TABLE = load_table(
    [
        {"Name": "Ann", "Points": "7"},
        {"Name": "Bob", "Points": ""},
        {"Name": "Cy", "Points": "injured"},
        {"Name": "Di", "Points": "9"},
    ]
)


def test_rows_given_kept_empty_and_unread() -> None:
    program = read_program('#0 = all_rows(); #1 = filter_greater(#0, "Points":number, 8); #2 = select(#1, "Name":text)')
    every, kept, chosen = rows_of_steps(program, PreparedTable(TABLE))
    assert every.rows is not None
    assert every.rows.all()
    assert np.flatnonzero(kept.given).tolist() == [0, 1, 2, 3]
    assert kept.rows is not None
    assert np.flatnonzero(kept.rows).tolist() == [3]
    assert np.flatnonzero(kept.empty).tolist() == [1]
    assert np.flatnonzero(kept.unread).tolist() == [2]
    assert np.flatnonzero(chosen.given).tolist() == [3]


def test_a_number_has_no_rows_but_was_given_some() -> None:
    _, total = rows_of_steps(read_program('#0 = all_rows(); #1 = sum(#0, "Points":number)'), PreparedTable(TABLE))
    assert total.rows is None
    assert total.given.all()
    assert float(total.result.value) == 16


def test_texts_are_empty_but_never_unread() -> None:
    _, cells = rows_of_steps(read_program('#0 = all_rows(); #1 = select(#0, "Points":text)'), PreparedTable(TABLE))
    assert not cells.unread.any()
    assert np.flatnonzero(cells.empty).tolist() == [1]
