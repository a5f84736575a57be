"""What is known of a large table: its columns, their types and ranges, and the views in which each can be read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from neural_programmer.tables.views import ViewKind


class Native(StrEnum):
    """What a database holds in a column."""

    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"
    TEXT = "text"

    @property
    def is_number(self) -> bool:
        """Whether the values are numbers."""
        return self in (Native.INTEGER, Native.NUMBER)

    @property
    def is_date(self) -> bool:
        """Whether the values are days or times of a day."""
        return self in (Native.DATE, Native.TIMESTAMP)


class Indexed(StrEnum):
    """How a column's values are found by what a question says of them."""

    CELLS = "cells"  # every distinct text with its words
    POSTINGS = "postings"  # the rows of each rare word: too many distinct texts to keep
    NUMBERS = "numbers"  # every distinct number
    DAYS = "days"  # every distinct day
    WHOLES = "wholes"  # every distinct whole number, and of the others the ends alone: they are too many to keep
    RANGE = "range"  # the lowest and the highest alone: too many distinct numbers to keep


class Way(StrEnum):
    """How the database computes a view of a column."""

    NATIVE = "native"  # from a native type
    EXPRESSION = "expression"  # from the raw text, by an expression that reads every distinct text as Python does
    MAPPED = "mapped"  # by a join with the distinct texts and what Python reads in them


@dataclass(frozen=True)
class ViewProfile:
    """One view of a column: how it is computed, its usual unit, and whether every row has a value.

    ``dates`` are the different dates of a date view in ISO 8601, as far as they are known.
    """

    way: Way
    unit: str | None = None
    complete: bool = False
    dates: tuple[str, ...] = ()


@dataclass(frozen=True)
class ColumnProfile:
    """A column: its unique name, its native type and how it is indexed.

    ``distinct`` is how many different values there are, None where they were not counted. ``filled`` counts the rows
    whose cell is not blank; ``blanks`` tells whether there are texts of nothing but blanks. ``low`` and ``high`` are
    the ends of a column of numbers (or the ISO forms of days). ``alike`` tells whether texts that are equal are also
    written alike; where not, ``spellings`` takes each other way of writing to the one that stands for all, if they
    are few.
    """

    name: str
    native: Native
    indexed: Indexed
    filled: int
    distinct: int | None
    blanks: bool
    low: float | str | None
    high: float | str | None
    alike: bool
    serial: bool = False
    spellings: Mapping[str, str] = field(default_factory=dict)
    views: Mapping[ViewKind, ViewProfile] = field(default_factory=dict)


@dataclass(frozen=True)
class TableProfile:
    """The columns of a table from left to right, and how many rows it has."""

    name: str
    number_of_rows: int
    columns: tuple[ColumnProfile, ...]

    def to_json(self) -> str:
        """The profile as a JSON text."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> TableProfile:
        """The profile that ``to_json`` wrote."""
        content: dict[str, Any] = json.loads(text)
        columns = [
            {
                **column,
                "native": Native(column["native"]),
                "indexed": Indexed(column["indexed"]),
                "views": {
                    ViewKind(kind): ViewProfile(**{**view, "way": Way(view["way"]), "dates": tuple(view["dates"])})
                    for kind, view in column["views"].items()
                },
            }
            for column in content["columns"]
        ]
        return cls(content["name"], content["number_of_rows"], tuple(ColumnProfile(**column) for column in columns))
