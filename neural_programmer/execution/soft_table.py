"""Tables and constants of a batch of questions as padded tensors, made ready for soft execution."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from neural_programmer.execution.soft_grounding import CONSTANT_KINDS, NO_VALUE, VALUE_TYPES, SoftGrounding
from neural_programmer.operations.relations import RELATIONS
from neural_programmer.tables.constants import COMPARABLE, ConstantKind
from neural_programmer.tables.values import ValueType

_Scalar = TypeVar("_Scalar", bound=np.generic)
_FREQUENCY_CLASSES = (1, 6, 24, 96)


@dataclass(frozen=True, eq=False)
class SoftTable:
    """A batch of tables and constants; the legend of names in shapes is in ``execution.soft``.

    ``mask``           Float[batch, column, row]      1 where the view has a value
    ``numbers``        Float[batch, column, row]      the numbers of views of numbers, else 0
    ``row_mask``       Float[batch, row]              1 for rows, 0 for padding
    ``countable``      Float[batch, row]              1 for rows that are not totals of others
    ``value_types``    Int[batch, column]             -1 for padding
    ``constant_kinds`` Int[batch, constant]           -1 for padding
    ``ordinals``       Int[batch, constant]           0 where the constant is none
    ``constant_numbers`` Float[batch, constant]       0 where the constant is no number
    ``matches``        by relation: Int[batch, pair], the place ``column * constants + constant``, and
                       Float[batch, pair, row], 1 where the relation holds; padding holds nowhere

    The rows of each view sorted by value, those without one last, equal values in table order:

    ``order``          Int[batch, column, row]        the row at each sorted place, and
    ``place``          Int[batch, column, row]        the sorted place of each row
    ``continues``      Bool[batch, column, row]       whether the place before holds the same value
    ``together``       pairs of a shift and Bool[batch, column, row]: whether the place that far before does
    ``own_end``        Int[batch, column, row]        the last place that holds the same value
    ``group_of_row``   Int[batch, column, row]        the ascending number of each row's value, 0 where none
    ``group_end``      Int[batch, column, group]      the last place of each value
    ``group_mask``     Bool[batch, column, group]     false for padding
    ``group_sizes``    Int[batch, column, group]      how many rows of the table hold the value
    ``group_numbers``  Float[batch, column, group]    the number, for views of numbers, else 0
    """

    mask: Tensor
    numbers: Tensor
    row_mask: Tensor
    countable: Tensor
    value_types: Tensor
    constant_kinds: Tensor
    ordinals: Tensor
    constant_numbers: Tensor
    matches: Mapping[str, tuple[Tensor, Tensor]]
    order: Tensor
    place: Tensor
    continues: Tensor
    together: tuple[tuple[int, Tensor], ...]
    own_end: Tensor
    group_of_row: Tensor
    group_end: Tensor
    group_mask: Tensor
    group_sizes: Tensor
    group_numbers: Tensor
    _legal: dict[tuple[str, object], Tensor] = field(default_factory=dict, init=False)

    @property
    def batch(self) -> int:
        """How many questions there are."""
        return len(self.mask)

    @cached_property
    def views_by_frequency(self) -> tuple[tuple[Tensor, int], ...]:
        """All columns, by how many rows their most frequent value is in: Int[view], places in the columns of the
        batch laid end to end, and the greatest such number among them, at least 1.

        What counts values needs memory for the product of values and rows a value, which differ much between columns.
        """
        most = self.group_sizes.amax(dim=-1).flatten()
        classes = torch.bucketize(most, torch.tensor(_FREQUENCY_CLASSES, device=most.device))
        views = [(classes == number).nonzero()[:, 0] for number in range(len(_FREQUENCY_CLASSES) + 1)]
        return tuple((found, max(1, int(most[found].max()))) for found in views if len(found))

    def legal_columns(self, types: frozenset[ValueType]) -> Tensor:
        """``Float[batch, column]``: 1 for the views of one of the types."""
        numbers = frozenset(VALUE_TYPES.index(value_type) for value_type in types)
        return self._remembered("columns", numbers, lambda: self._among(self.value_types, numbers))

    def legal_constants(self, kinds: frozenset[ConstantKind]) -> Tensor:
        """``Float[batch, constant]``: 1 for the constants of one of the kinds."""
        numbers = frozenset(CONSTANT_KINDS.index(kind) for kind in kinds)
        return self._remembered("constants", numbers, lambda: self._among(self.constant_kinds, numbers))

    def legal_pairs(self, types: frozenset[ValueType], kinds: frozenset[ConstantKind]) -> Tensor:
        """``Float[batch, column, constant]``: 1 where both are legal and can be compared."""
        return self._remembered("pairs", (types, kinds), lambda: self._comparable(types, kinds))

    def _remembered(self, what: str, key: object, compute: Callable[[], Tensor]) -> Tensor:
        found = self._legal.get((what, key))
        if found is None:
            found = self._legal[what, key] = compute()
        return found

    def _among(self, numbers: Tensor, wanted: frozenset[int]) -> Tensor:
        return torch.isin(numbers, torch.tensor(sorted(wanted), device=numbers.device)).to(self.mask.dtype)

    def _comparable(self, types: frozenset[ValueType], kinds: frozenset[ConstantKind]) -> Tensor:
        legal = self.mask.new_zeros(*self.value_types.shape, self.constant_kinds.shape[1])
        for value_type in types:
            columns = self.legal_columns(frozenset({value_type}))
            legal = legal + columns[..., None] * self.legal_constants(kinds & COMPARABLE[value_type])[:, None]
        return legal

    @staticmethod
    def collate(
        questions: Sequence[SoftGrounding],
        *,
        dtype: torch.dtype = torch.float64,
        device: torch.device | str = "cpu",
        least: tuple[int, int, int] = (1, 1, 1),
    ) -> SoftTable:
        """The batch of the questions, with room for at least so many columns, constants and rows.

        Single precision saves little time and cannot tell large numbers apart, so double is the default.
        """
        columns = max(least[0], *(len(question.ranks) for question in questions))
        constants = max(least[1], *(len(question.ordinals) for question in questions))
        rows = max(least[2], *(len(question.countable) for question in questions))

        def put(flags: NDArray[np.bool_]) -> Tensor:
            return torch.from_numpy(flags).to(device=device, dtype=dtype)

        ranks = _padded([question.ranks for question in questions], (columns, rows), NO_VALUE)
        numbers = _padded([question.numbers for question in questions], (columns, rows), 0.0)
        present = [np.ones(len(question.countable), dtype=np.bool_) for question in questions]
        parts = _sorted_parts(ranks, numbers)
        together = tuple(
            (shift, torch.from_numpy(flags).to(device)) for shift, flags in _together(ranks, parts["order"])
        )
        tensors = {name: torch.from_numpy(array).to(device) for name, array in parts.items()}
        tensors["group_numbers"] = tensors["group_numbers"].to(dtype)

        def numbered(name: str, size: int, fill: int) -> Tensor:
            return torch.from_numpy(_padded([getattr(q, name) for q in questions], (size,), fill)).to(device)

        return SoftTable(
            mask=put(ranks >= 0),
            numbers=torch.from_numpy(numbers).to(device=device, dtype=dtype),
            row_mask=put(_padded(present, (rows,), False)),
            countable=put(_padded([question.countable for question in questions], (rows,), False)),
            value_types=numbered("value_types", columns, NO_VALUE),
            constant_kinds=numbered("constant_kinds", constants, NO_VALUE),
            ordinals=numbered("ordinals", constants, 0),
            constant_numbers=numbered("constant_numbers", constants, 0).to(dtype),
            matches={
                relation.name: _matches(relation.name, questions, rows, constants, dtype, device)
                for relation in RELATIONS
            },
            together=together,
            **tensors,
        )


def _padded(arrays: Sequence[NDArray[_Scalar]], shape: tuple[int, ...], fill: float) -> NDArray[_Scalar]:
    result = np.full((len(arrays), *shape), fill, dtype=arrays[0].dtype)
    for target, array in zip(result, arrays, strict=True):
        target[tuple(slice(size) for size in array.shape)] = array
    return result


def _matches(
    name: str,
    questions: Sequence[SoftGrounding],
    rows: int,
    constants: int,
    dtype: torch.dtype,
    device: torch.device | str,
) -> tuple[Tensor, Tensor]:
    found = [question.matches[name] for question in questions]
    pairs = max(len(places) for places, _ in found)
    # The places are numbered anew for the batch's number of constants.
    renumbered = [
        places // max(1, len(question.ordinals)) * constants + places % max(1, len(question.ordinals))
        for question, (places, _) in zip(questions, found, strict=True)
    ]
    places = torch.from_numpy(_padded(renumbered, (pairs,), 0)).to(device)
    holds = torch.from_numpy(_padded([holds for _, holds in found], (pairs, rows), False))
    return places, holds.to(device=device, dtype=dtype)


def _together(ranks: NDArray[np.int64], order: NDArray[np.int64]) -> list[tuple[int, NDArray[np.bool_]]]:
    """For shifts 1, 2, 4 … up to the most frequent value's: whether the place that far before holds the same value."""
    ordered = np.take_along_axis(ranks, order, axis=-1)
    found: list[tuple[int, NDArray[np.bool_]]] = []
    shift = 1
    while True:
        same = np.zeros(ranks.shape, dtype=np.bool_)
        same[..., shift:] = (ordered[..., shift:] == ordered[..., :-shift]) & (ordered[..., shift:] >= 0)
        if not same.any():
            return found
        found.append((shift, same))
        shift *= 2


def _sorted_parts(ranks: NDArray[np.int64], numbers: NDArray[np.float64]) -> dict[str, NDArray[Any]]:
    rows = ranks.shape[-1]
    order = np.argsort(np.where(ranks < 0, rows, ranks), axis=-1, kind="stable")
    ordered = np.take_along_axis(ranks, order, axis=-1)
    groups = max(1, int(ranks.max(initial=0)) + 1)
    # Rows without a value, of rank -1, are counted in a place of their own at the end.
    sizes = np.zeros((*ranks.shape[:2], groups + 1), dtype=np.int64)
    np.add.at(sizes, (*np.ogrid[: len(ranks), : ranks.shape[1], :1][:2], ranks), 1)
    sizes = sizes[..., :-1]
    group_end = np.maximum(np.cumsum(sizes, axis=-1) - 1, 0)
    continues = np.zeros(ranks.shape, dtype=np.bool_)
    continues[..., 1:] = (ordered[..., 1:] == ordered[..., :-1]) & (ordered[..., 1:] >= 0)
    own_end = np.where(ordered >= 0, np.take_along_axis(group_end, np.maximum(ordered, 0), axis=-1), np.arange(rows))
    group_rows = np.take_along_axis(order, group_end, axis=-1)
    return {
        "order": order,
        "place": np.argsort(order, axis=-1, kind="stable"),
        "continues": continues,
        "own_end": own_end,
        "group_of_row": np.maximum(ranks, 0),
        "group_end": group_end,
        "group_mask": sizes > 0,
        "group_sizes": sizes,
        "group_numbers": np.where(sizes > 0, np.take_along_axis(numbers, group_rows, axis=-1), 0.0),
    }
