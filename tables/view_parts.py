"""Making views: distinct values and codes into arrays of keys, groups and numbers."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from neural_programmer.tables.values import MISSING, Items, Number, PartialDate, Text, Value, text_key
from neural_programmer.tables.views import View, ViewKind

Codes = NDArray[np.int64]


class CodedValues(Sequence[Value]):
    """Values stored once each and referred to by number, so that a long column of few values stays small."""

    __slots__ = ("_codes", "_distinct")

    def __init__(self, distinct: Sequence[Value], codes: Codes) -> None:
        self._distinct = distinct
        self._codes = codes

    def __len__(self) -> int:
        return len(self._codes)

    @overload
    def __getitem__(self, index: int) -> Value: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Value]: ...
    def __getitem__(self, index: int | slice) -> Value | Sequence[Value]:
        if isinstance(index, slice):
            return CodedValues(self._distinct, self._codes[index])
        return self._distinct[int(self._codes[index])]

    def __iter__(self) -> Iterator[Value]:
        distinct = self._distinct
        return (distinct[code] for code in self._codes.tolist())


def make_view(kind: ViewKind, distinct: Sequence[Value], codes: Codes, unit: str | None = None) -> View:
    """The view of rows whose values are ``distinct[codes]``; ``distinct`` is in order of first appearance."""
    keyed: Callable[[list[Value]], tuple[list[int], list[float]]] = _KEYED[kind.value_type]
    present = [position for position, value in enumerate(distinct) if value is not MISSING]
    groups = np.full(len(distinct), -1, dtype=np.int64)
    keys = np.full(len(distinct), np.nan)
    groups[present], keys[present] = keyed([distinct[position] for position in present])
    row_groups, row_keys = groups[codes], keys[codes]
    numbers = row_keys if kind.value_type == "number" else np.full(len(codes), np.nan)
    return View(kind, CodedValues(distinct, codes), row_groups >= 0, row_keys, row_groups, numbers, unit)


def _numbered(keys: Sequence[Hashable]) -> list[int]:
    """The number of each key among the distinct ones, from 0 in order of first appearance."""
    numbers: dict[Hashable, int] = {}
    return [numbers.setdefault(key, len(numbers)) for key in keys]


def _ranked(keys: Sequence[Any]) -> list[float]:
    ranks = {key: float(rank) for rank, key in enumerate(sorted(set(keys)))}
    return [ranks[key] for key in keys]


def _key_texts(values: list[Value]) -> tuple[list[int], list[float]]:
    keys = [text_key(value.written) for value in values if isinstance(value, Text)]
    return _numbered(keys), _ranked(keys)


def _key_numbers(values: list[Value]) -> tuple[list[int], list[float]]:
    # Adding zero turns -0.0 into 0.0.
    keys = [value.amount + 0.0 for value in values if isinstance(value, Number)]
    return _numbered(keys), keys


def _key_dates(values: list[Value]) -> tuple[list[int], list[float]]:
    keys = [value.iso() for value in values if isinstance(value, PartialDate)]
    return _numbered(keys), _ranked(keys)


def _key_lists(values: list[Value]) -> tuple[list[int], list[float]]:
    keys = [value.keys for value in values if isinstance(value, Items)]
    return _numbered(keys), _ranked(keys)


_KEYED = {"text": _key_texts, "number": _key_numbers, "date": _key_dates, "list": _key_lists}
