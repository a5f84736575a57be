"""Views: one column seen as values of one type, with a mask of the rows where it could be read so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from neural_programmer.tables.values import Value, ValueType


class ViewKind(StrEnum):
    """The ways in which a column can be read."""

    TEXT = "text"
    NUMBER = "number"
    SECOND_NUMBER = "second_number"
    DIFFERENCE = "difference"
    DATE = "date"
    YEAR = "year"
    LIST = "list"
    ITEM_COUNT = "item_count"
    LENGTH = "length"

    @property
    def value_type(self) -> ValueType:
        """The type of this view's values."""
        return _VALUE_TYPES.get(self, ValueType.NUMBER)


_VALUE_TYPES = {ViewKind.TEXT: ValueType.TEXT, ViewKind.DATE: ValueType.DATE, ViewKind.LIST: ValueType.LIST}


@dataclass(frozen=True, slots=True)
class ViewReference:
    """A column by its unique name together with the way to read it."""

    column: str
    view: ViewKind


@dataclass(frozen=True, eq=False)
class View:
    """The values of one column under one reading.

    ``values`` holds one value a row, ``MISSING`` where ``mask`` is false.
    ``keys`` (float64) orders them: equal values have equal keys, a greater value has a greater key, NaN where masked.
    ``groups`` (int64) numbers the distinct values from 0 in order of first appearance, -1 where masked.
    ``numbers`` (float64) holds the numeric value for views of type number, else NaN everywhere.
    """

    kind: ViewKind
    values: Sequence[Value]
    mask: NDArray[np.bool_]
    keys: NDArray[np.float64]
    groups: NDArray[np.int64]
    numbers: NDArray[np.float64]
    unit: str | None = None

    @property
    def value_type(self) -> ValueType:
        """The type of the values."""
        return self.kind.value_type
