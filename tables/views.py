"""Views: one column seen as values of one type, with a mask of the rows where it could be read so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from neural_programmer.tables.values import Items, PartialDate, Text, Value, ValueType, text_key, text_words


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
    HEAD = "head"
    TAIL = "tail"

    @property
    def value_type(self) -> ValueType:
        """The type of this view's values."""
        return _VALUE_TYPES.get(self, ValueType.NUMBER)


_VALUE_TYPES = {
    ViewKind.TEXT: ValueType.TEXT,
    ViewKind.DATE: ValueType.DATE,
    ViewKind.LIST: ValueType.LIST,
    ViewKind.HEAD: ValueType.TEXT,
    ViewKind.TAIL: ValueType.TEXT,
}


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

    @cached_property
    def distinct(self) -> tuple[Value, ...]:
        """The distinct values, each as its first row has it, in the order of their groups."""
        groups, rows = np.unique(self.groups, return_index=True)
        return tuple(self.values[int(row)] for group, row in zip(groups, rows, strict=True) if group >= 0)

    @cached_property
    def group_of_key(self) -> dict[str, int]:
        """The group of each ``text_key``, for views of texts."""
        return {text_key(value.written): at for at, value in enumerate(self.distinct) if isinstance(value, Text)}

    @cached_property
    def words_of_groups(self) -> tuple[str, ...]:
        """The ``text_words`` of each distinct value, for views of texts."""
        return tuple(text_words(value.written) if isinstance(value, Text) else "" for value in self.distinct)

    @cached_property
    def items_of_groups(self) -> tuple[frozenset[str], ...]:
        """The ``text_key`` of every item of each distinct value, for views of lists."""
        return tuple(
            frozenset(map(text_key, value.items)) if isinstance(value, Items) else frozenset()
            for value in self.distinct
        )

    @cached_property
    def iso_of_groups(self) -> tuple[str, ...]:
        """The ISO form of each distinct value, for views of dates."""
        return tuple(value.iso() if isinstance(value, PartialDate) else "" for value in self.distinct)
