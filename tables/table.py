"""Immutable tables and columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from neural_programmer.tables.views import View, ViewKind, ViewReference


@dataclass(frozen=True, eq=False)
class Column:
    """A column: a name unique in its table, the header as it was written, the raw cells, and the views that exist.

    ``synonyms`` are other words by which a question may name it.
    """

    name: str
    header: str
    cells: tuple[str, ...]
    views: Mapping[ViewKind, View]
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Table:
    """A table of text cells with typed views of its columns.

    ``totals`` marks the rows recognised as totals of the others; ``fingerprint`` is a hash of headers and cells.
    """

    name: str
    columns: tuple[Column, ...]
    number_of_rows: int
    totals: NDArray[np.bool_]
    fingerprint: str

    @cached_property
    def view_references(self) -> tuple[ViewReference, ...]:
        """Every view of every column, columns from left to right."""
        return tuple(ViewReference(column.name, kind) for column in self.columns for kind in column.views)

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    def column(self, name: str) -> Column:
        """The column of that name; ``KeyError`` names the columns that exist."""
        try:
            return self._by_name[name]
        except KeyError:
            raise KeyError(f"no column {name!r} in table {self.name!r}; it has {sorted(self._by_name)}") from None

    def view(self, reference: ViewReference) -> View:
        """The view that a reference names; ``KeyError`` names the views the column has."""
        column = self.column(reference.column)
        try:
            return column.views[reference.view]
        except KeyError:
            known = ", ".join(column.views)
            raise KeyError(f"column {column.name!r} cannot be read as {reference.view}; it has {known}") from None
