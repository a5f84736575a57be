"""A table made ready for execution: views by reference and remembered matches of constants."""

from __future__ import annotations

import functools
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neural_programmer.tables.build import build_table
from neural_programmer.tables.constants import Constant
from neural_programmer.tables.table import Table
from neural_programmer.tables.views import View, ViewReference

if TYPE_CHECKING:
    from neural_programmer.operations.relations import Relation


class Grounding:
    """What exact execution reads of a table; prepared once and used for many programs."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.views: dict[ViewReference, View] = {
            reference: table.view(reference) for reference in table.view_references
        }
        self._matches: dict[tuple[str, ViewReference, Constant], NDArray[np.bool_]] = {}
        self._orders: dict[ViewReference, tuple[NDArray[np.int64], NDArray[np.int64]]] = {}

    @cached_property
    def countable(self) -> NDArray[np.bool_]:
        """``Bool[row]``: the rows that are not totals of others."""
        return ~self.table.totals

    @cached_property
    def no_rows(self) -> NDArray[np.bool_]:
        """``Bool[1, row]``: a batch of one row set without rows, not to be written to."""
        return np.zeros((1, self.table.number_of_rows), dtype=np.bool_)

    def match(self, relation: Relation, column: ViewReference, constant: Constant) -> NDArray[np.bool_]:
        """``Bool[row]``: the rows whose value in the column is known to stand in the relation to the constant."""
        key = (relation.name, column, constant)
        found = self._matches.get(key)
        if found is None:
            found = self._matches[key] = relation.holds(self.views[column], constant)
        return found

    def group_order(self, column: ViewReference) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The rows that hold a value, those of one value together, and where each group of them starts."""
        found = self._orders.get(column)
        if found is None:
            groups = self.views[column].groups
            order = np.argsort(groups, kind="stable")
            order = order[np.count_nonzero(groups < 0) :]
            starts = np.searchsorted(groups[order], np.arange(groups.max(initial=-1) + 1))
            found = self._orders[column] = (order, starts)
        return found


@functools.cache
def no_table() -> Grounding:
    """The table of no columns and no rows, for programs over given numbers alone."""
    return Grounding(build_table((), []))
