"""A table made ready for execution: views by reference and remembered matches of constants."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neural_programmer.language.kinds import Constant
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
        self._memberships: dict[ViewReference, NDArray[np.float32]] = {}

    @cached_property
    def countable(self) -> NDArray[np.bool_]:
        """``Bool[row]``: the rows that are not totals of others."""
        return ~self.table.totals

    def match(self, relation: Relation, column: ViewReference, constant: Constant) -> NDArray[np.bool_]:
        """``Bool[row]``: the rows whose value in the column is known to stand in the relation to the constant."""
        key = (relation.name, column, constant)
        found = self._matches.get(key)
        if found is None:
            found = self._matches[key] = relation.holds(self.views[column], constant)
        return found

    def membership(self, column: ViewReference) -> NDArray[np.float32]:
        """``Float32[row, group]``: one where the row's value is that group's, columns in order of first appearance."""
        found = self._memberships.get(column)
        if found is None:
            groups = self.views[column].groups
            found = (groups[:, None] == np.arange(groups.max(initial=-1) + 1)[None, :]).astype(np.float32)
            self._memberships[column] = found
        return found
