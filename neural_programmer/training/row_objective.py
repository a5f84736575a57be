"""The loss of the 2017 Neural Programmer: a number by how far off it is, cells by their logarithm, the smaller counts.

Neelakantan et al. 2017, section 2.4; figures that the paper leaves open are those of its authors' published program.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from neural_programmer.execution.row_selector import RowAnswer
from neural_programmer.language.candidates import Candidates
from neural_programmer.search.goal import Goal

# The least chance whose logarithm is taken: slopes stay finite, and one hopeless example does not outweigh a batch.
_LEAST = 1e-6


@dataclass(frozen=True, eq=False)
class RowGoal:
    """A question's right answer: ``items`` Int[view, row] number the item that each cell matches from 1, 0 for none;
    ``number`` Float[1] is the number that it is, NaN where it is none.
    """

    items: NDArray[np.int16]
    number: NDArray[np.float64]

    @property
    def reachable(self) -> bool:
        """Whether the answer is a number or stands in the table."""
        return bool(self.items.any()) or not np.isnan(self.number[0])


def row_goal(goal: Goal, candidates: Candidates, rows: int) -> RowGoal:
    """The right answer as numbered cells; the views keep the order of the candidates."""
    items = np.zeros((len(candidates.columns), rows), dtype=np.int16)
    for reference, found in goal.hits.items():
        column = candidates.column_index.get(reference)
        if column is not None:
            items[column] = np.where(found.any(axis=0), found.argmax(axis=0) + 1, 0)
    return RowGoal(items, np.array([np.nan if goal.number is None else goal.number]))


@dataclass(frozen=True, eq=False)
class RowTargets:
    """The right answers of a batch: ``items`` Int[batch, view, row]; ``number`` Float[batch], 0 where ``is_number``
    Bool[batch] is false; ``in_table`` Bool[batch]; ``rows`` and ``cells`` Float[batch]: the sizes of the tables.
    """

    items: Tensor
    number: Tensor
    is_number: Tensor
    in_table: Tensor
    rows: Tensor
    cells: Tensor

    @staticmethod
    def collate(goals: Sequence[RowGoal]) -> RowTargets:
        """The batch of some questions' right answers."""
        views, rows = (max(one.items.shape[axis] for one in goals) for axis in (0, 1))
        items = np.zeros((len(goals), views, rows), dtype=np.int64)
        for at, one in enumerate(goals):
            items[at, : one.items.shape[0], : one.items.shape[1]] = one.items
        number = torch.tensor([float(one.number[0]) for one in goals])
        found = torch.from_numpy(items)
        return RowTargets(
            items=found,
            number=number.nan_to_num(),
            is_number=~number.isnan(),
            in_table=(found > 0).flatten(1).any(dim=1),
            rows=torch.tensor([float(one.items.shape[1]) for one in goals]),
            cells=torch.tensor([float(one.items.size) for one in goals]),
        )


@dataclass(frozen=True)
class RowObjective:
    """The loss on the answers of row programs.

    ``most_scalar`` bounds the loss of a number; ``lookup_weight`` is that of cells, whose loss is divided by the number
    of cells; ``sharpness`` is how near the soft minimum of the two is to their minimum.
    """

    most_scalar: float = 3.0
    lookup_weight: float = 50.0
    sharpness: float = 5.0

    def __call__(self, answer: RowAnswer, targets: RowTargets) -> Tensor:
        """``Float[batch]``: the loss of each question, at least 0; 0 where its answer can be found in no way."""
        scalar, lookup = self.scalar(answer, targets), self.lookup(answer, targets)
        either = -torch.logsumexp(-self.sharpness * torch.stack([scalar, lookup]), dim=0) / self.sharpness
        lone = scalar.where(targets.is_number, 0.0) + lookup.where(targets.in_table, 0.0)
        return torch.where(targets.is_number & targets.in_table, either.clamp_min(0), lone)

    def scalar(self, answer: RowAnswer, targets: RowTargets) -> Tensor:
        """``Float[batch]``: half the squared error of the number a row of the table, up to a bound."""
        off = answer.number - targets.number
        return (0.5 * off.square() / targets.rows).clamp_max(self.most_scalar)

    def lookup(self, answer: RowAnswer, targets: RowTargets) -> Tensor:
        """``Float[batch]``: minus the logarithms of the chances that cells are right, a cell of the table.

        Of the cells that match an item the likeliest counts, for it is enough to find one; cells that match none must
        stay out.
        """
        cells = answer.cells()
        wrong = (1 - cells).clamp_min(_LEAST).log()
        wrong = -wrong.where(targets.items == 0, 0.0).flatten(1).sum(dim=1)
        most = int(targets.items.max())
        flat, items = cells.flatten(1), targets.items.flatten(1)
        nothing = flat.new_zeros(len(flat), most + 1)
        best = nothing.scatter_reduce(1, items, flat, "amax")[:, 1:]
        there = nothing.scatter(1, items, 1.0)[:, 1:]
        missed = -(best.clamp_min(_LEAST).log() * there).sum(dim=1)
        return self.lookup_weight * (wrong + missed) / targets.cells
