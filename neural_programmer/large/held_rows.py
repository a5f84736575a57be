"""Whole rows of an index held in memory, so that a question finds most of the rows it needs without a query."""

from __future__ import annotations

import decimal
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow

from neural_programmer.large.place import SqlRow
from neural_programmer.large.vocabulary import Numbers


class HeldRows:
    """Rows in the order of their numbers, which are the first column, as compact columns.

    ``integers`` are the positions of columns of whole numbers, of which Arrow gives the longest as decimals.
    """

    def __init__(self, table: pyarrow.Table, integers: Sequence[int]) -> None:
        self._columns = [column.combine_chunks() for column in table.columns]
        self._numbers: Numbers = table.column(0).to_numpy()
        self._long = [at for at in integers if pyarrow.types.is_decimal(table.column(at).type)]

    def rows(self, numbers: Sequence[int]) -> list[SqlRow]:
        """Those of the rows that are held, whole; ``ValueError`` or ``OverflowError`` for a date without end."""
        wanted = np.asarray(sorted(set(numbers)), dtype=np.int64)
        places = np.searchsorted(self._numbers, wanted)
        within = places < len(self._numbers)
        places, wanted = places[within], wanted[within]
        places = places[self._numbers[places] == wanted]
        taken = pyarrow.array(places)
        columns: list[list[Any]] = [column.take(taken).to_pylist() for column in self._columns]
        for at in self._long:
            columns[at] = [int(one) if isinstance(one, decimal.Decimal) else one for one in columns[at]]
        return list(zip(*columns, strict=True))
