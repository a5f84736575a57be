"""The row selector of the 2017 Neural Programmer (Neelakantan et al. 2017, section 2.2 and table 1).

Legend of names in shapes: ``batch`` questions, ``operation`` in the order of ``OPERATIONS``, ``view`` the column
views, ``ordered`` those of numbers and dates, ``pivot`` the numbers and dates of the question, ``row`` the rows.

Every operation reads the row selector of the step before; their results are averaged by the operations' chances.
Comparisons, ``select`` and ``most_frequent`` look at the whole table, as in the paper, not at the rows selected so
far. The answer is that of the last step: the number of selected rows, or the selected cells of a column. With one-hot
distributions every row is selected or not, and the same code is hard execution.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from neural_programmer.execution.row_table import RowTable

# The operations by the paper's names, and those of the registry that they correspond to: the model's grammar, weights
# and checkpoints know them by these. What differs is said in docs/ideas/neural_programmer_2017.md.
OPERATIONS: Mapping[str, str] = MappingProxyType(
    {
        "reset": "all_rows",
        "first": "first",
        "last": "last",
        "previous": "previous",
        "next": "next",
        "argmax": "argmax",
        "argmin": "argmin",
        "greater": "filter_greater",
        "less": "filter_less",
        "greater_equal": "filter_greater_equal",
        "less_equal": "filter_less_equal",
        "select": "filter_equals",
        "most_frequent": "most_common_value",
        "count": "count",
        "print": "select",
    }
)
NAMES = tuple(OPERATIONS)
NUMBER_OF = MappingProxyType({name: number for number, name in enumerate(NAMES)})
SUPERLATIVES = ("argmax", "argmin")
COMPARISONS = ("greater", "less", "greater_equal", "less_equal")
ANSWERS = ("count", "print")

_Scalar = TypeVar("_Scalar", bound=np.generic)


@dataclass(frozen=True, eq=False)
class RowTables:
    """A padded batch of ``RowTable``; masks are Float and 0 in the padding, where nothing is ever selected.

    ``countable`` Float[batch, row]; ``present``, ``matched``, ``most_common`` Float[batch, view, row]; ``ordered``
    Int[batch, ordered] and ``ordered_mask`` Float[batch, ordered]; ``valued`` Float[batch, ordered, row]: ordered cells
    with a value; ``order`` Int[batch, ordered, row]: rows by ascending value, those without one last; ``below`` and
    ``up_to`` Int[batch, ordered, row]: in how many places of that order are smaller values than a row's, and such that
    are at most as great; ``pivots`` Int[batch, pivot] and ``pivot_mask`` Bool[batch, pivot]; ``compared``: by
    comparison, Float[batch, pivot, ordered, row].
    """

    countable: Tensor
    present: Tensor
    matched: Tensor
    most_common: Tensor
    ordered: Tensor
    ordered_mask: Tensor
    valued: Tensor
    order: Tensor
    below: Tensor
    up_to: Tensor
    pivots: Tensor
    pivot_mask: Tensor
    compared: Mapping[str, Tensor]

    def __len__(self) -> int:
        return len(self.countable)

    @staticmethod
    def collate(tables: Sequence[RowTable]) -> RowTables:
        """The batch of some questions' tables."""
        rows = max(len(one.countable) for one in tables)
        views = max(1, *(len(one.present) for one in tables))
        ordered = max(1, *(len(one.ordered) for one in tables))
        pivots = max(1, *(len(one.pivots) for one in tables))

        def flags(name: str, *shape: int) -> Tensor:
            return torch.from_numpy(padded([getattr(one, name) for one in tables], shape, 0)).float()

        ranks = padded([one.ranks for one in tables], (ordered, rows), -1)
        valued = ranks >= 0
        order = np.argsort(np.where(valued, ranks, rows), axis=-1, kind="stable")
        below, up_to = _places(ranks, valued, order)
        greater, less = flags("greater", pivots, ordered, rows), flags("less", pivots, ordered, rows)
        comparable = flags("comparable", pivots, ordered, rows)
        # What is not less is greater or equal where it can be compared at all.
        compared = {"greater": greater, "less": less}
        compared |= {"greater_equal": comparable - less, "less_equal": comparable - greater}
        there = [np.ones(len(one.ordered), dtype=np.bool_) for one in tables]
        asked = [np.ones(len(one.pivots), dtype=np.bool_) for one in tables]
        return RowTables(
            countable=flags("countable", rows),
            present=flags("present", views, rows),
            matched=flags("matched", views, rows),
            most_common=flags("most_common", views, rows),
            ordered=torch.from_numpy(padded([one.ordered for one in tables], (ordered,), 0)).long(),
            ordered_mask=torch.from_numpy(padded(there, (ordered,), False)).float(),
            valued=torch.from_numpy(valued).float(),
            order=torch.from_numpy(order),
            below=torch.from_numpy(below),
            up_to=torch.from_numpy(up_to),
            pivots=torch.from_numpy(padded([one.pivots for one in tables], (pivots,), 0)).long(),
            pivot_mask=torch.from_numpy(padded(asked, (pivots,), False)),
            compared=compared,
        )

    def usable(self) -> Tensor:
        """``Bool[batch, operation]``: the operations that find what they need in the question and its table."""
        usable = torch.ones(len(self), len(NAMES), dtype=torch.bool)
        ordered = self.ordered_mask.any(dim=1)
        for name in SUPERLATIVES:
            usable[:, NUMBER_OF[name]] = ordered
        for name in COMPARISONS:
            usable[:, NUMBER_OF[name]] = (
                self.compared["greater_equal"].amax(dim=(1, 2, 3)) + self.compared["less_equal"].amax(dim=(1, 2, 3)) > 0
            )
        usable[:, NUMBER_OF["select"]] = self.matched.amax(dim=(1, 2)) > 0
        usable[:, NUMBER_OF["most_frequent"]] = self.most_common.amax(dim=(1, 2)) > 0
        return usable


@dataclass(frozen=True, eq=False)
class RowStep:
    """The distributions of a step: ``operation`` Float[batch, operation]; given it, ``column`` Float[batch, operation,
    view] and ``pivot`` Float[batch, operation, pivot].
    """

    operation: Tensor
    column: Tensor
    pivot: Tensor


@dataclass(frozen=True, eq=False)
class RowAnswer:
    """What a program gives: ``number`` Float[batch], the count; and cells: ``printed`` Float[batch], the chance that
    they are the answer, ``column`` Float[batch, view] and ``rows`` Float[batch, row]. ``counted`` is the chance that
    the number is the answer.
    """

    number: Tensor
    counted: Tensor
    printed: Tensor
    column: Tensor
    rows: Tensor

    def cells(self) -> Tensor:
        """``Float[batch, view, row]``: the lookup answer, every cell's chance of being in it."""
        return (self.printed[:, None] * self.column)[..., None] * self.rows[:, None]


def first_rows(tables: RowTables) -> Tensor:
    """``Float[batch, row]``: the row selector before the first step, which selects every row."""
    return tables.countable


def select_rows(tables: RowTables, rows: Tensor, step: RowStep) -> Tensor:
    """``Float[batch, row]``: the row selector after a step, given that before it."""
    selected = _by_place(tables, rows, step.operation) + _by_column(tables, step) + _by_pivot(tables, step)
    return selected * tables.countable + _superlatives(tables, rows, step)


def answer_of_rows(rows: Tensor, step: RowStep) -> RowAnswer:
    """The answer of the last step, given the row selector before it."""
    counted, printed = (step.operation[:, NUMBER_OF[name]] for name in ANSWERS)
    return RowAnswer(counted * rows.sum(dim=1), counted, printed, step.column[:, NUMBER_OF["print"]], rows)


def _by_place(tables: RowTables, rows: Tensor, operation: Tensor) -> Tensor:
    """Reset, first, last, previous and next, each times its chance."""
    nothing = torch.zeros_like(rows[:, :1])
    before = rows.cumsum(dim=1) - rows
    after = rows.sum(dim=1, keepdim=True) - before - rows
    results = (
        ("reset", tables.countable),
        ("first", (rows - before).clamp_min(0)),
        ("last", (rows - after).clamp_min(0)),
        ("previous", torch.cat([rows[:, 1:], nothing], dim=1)),
        ("next", torch.cat([nothing, rows[:, :-1]], dim=1)),
    )
    chances = operation[:, [NUMBER_OF[name] for name, _ in results]]
    return torch.einsum("bo,bor->br", chances, torch.stack([result for _, result in results], dim=1))


def _by_column(tables: RowTables, step: RowStep) -> Tensor:
    """Select and most frequent, each times its chance."""
    found = torch.zeros_like(tables.countable)
    for name, cells in (("select", tables.matched), ("most_frequent", tables.most_common)):
        chances = step.operation[:, NUMBER_OF[name], None] * step.column[:, NUMBER_OF[name]]
        found = found + torch.bmm(chances[:, None], cells)[:, 0]
    return found


def _by_pivot(tables: RowTables, step: RowStep) -> Tensor:
    """The comparisons, each times its chance."""
    found = torch.zeros_like(tables.countable)
    for name in COMPARISONS:
        number = NUMBER_OF[name]
        column = step.column[:, number].gather(1, tables.ordered) * tables.ordered_mask
        pairs = step.operation[:, number, None, None] * step.pivot[:, number, :, None] * column[:, None]
        found = found + torch.bmm(pairs.flatten(1)[:, None], tables.compared[name].flatten(1, 2))[:, 0]
    return found


def _superlatives(tables: RowTables, rows: Tensor, step: RowStep) -> Tensor:
    """Argmax and argmin: a row stays as far as no selected row has a greater or smaller value (paper, table 1)."""
    mine = rows[:, None] * tables.valued
    # The selected mass in ascending order of value, summed up; a 0 before the first.
    sums = torch.nn.functional.pad(mine.gather(2, tables.order).cumsum(dim=2), (1, 0))
    smaller = sums.gather(2, tables.below)
    greater = sums[..., -1:] - sums.gather(2, tables.up_to)
    found = torch.zeros_like(rows)
    for name, others in (("argmax", greater), ("argmin", smaller)):
        number = NUMBER_OF[name]
        column = step.column[:, number].gather(1, tables.ordered) * tables.ordered_mask
        chances = step.operation[:, number, None] * column
        found = found + torch.bmm(chances[:, None], (mine - others).clamp_min(0))[:, 0]
    return found


def padded(arrays: Sequence[NDArray[_Scalar]], shape: tuple[int, ...], fill: float) -> NDArray[_Scalar]:
    """The arrays in one of ``(len(arrays), *shape)``, filled up."""
    result = np.full((len(arrays), *shape), fill, dtype=arrays[0].dtype)
    for target, array in zip(result, arrays, strict=True):
        target[tuple(slice(size) for size in array.shape)] = array
    return result


def _places(
    ranks: NDArray[np.int16], valued: NDArray[np.bool_], order: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each row how many places of the order hold smaller values, and how many such that are at most as great."""
    ordered = np.take_along_axis(np.where(valued, ranks, np.iinfo(np.int16).max), order, axis=-1)
    place = np.arange(ordered.shape[-1])
    starts = np.ones(ordered.shape, dtype=np.bool_)
    starts[..., 1:] = ordered[..., 1:] != ordered[..., :-1]
    ends = np.roll(starts, -1, axis=-1)
    ends[..., -1] = True
    first = np.maximum.accumulate(np.where(starts, place, 0), axis=-1)
    last = np.minimum.accumulate(np.where(ends, place, ordered.shape[-1])[..., ::-1], axis=-1)[..., ::-1] + 1
    below, up_to = np.zeros(ordered.shape, dtype=np.int64), np.zeros(ordered.shape, dtype=np.int64)
    np.put_along_axis(below, order, first, axis=-1)
    np.put_along_axis(up_to, order, last, axis=-1)
    return below, up_to
