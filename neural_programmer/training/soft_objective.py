"""A loss on soft answers: minus the log-probability of the right answer, made smooth enough to learn from.

An answer may be right in several ways: as a number, or as cells of any column that holds all its items. The
probabilities of all of them are added, so where a numeric answer also stands in the table the model chooses
(Neelakantan et al. 2017, section 3, take a soft minimum of the two losses).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from neural_programmer.execution.soft import SoftAnswer
from neural_programmer.language.candidates import Candidates
from neural_programmer.search.goal import Goal


@dataclass(frozen=True, eq=False)
class SoftTargets:
    """The right answers of a batch.

    ``items`` (Int[batch, column, row]) numbers the item of the answer that each cell matches from 1, 0 for none;
    ``item_mask`` (Bool[batch, item + 1]) is true for the items there are and false at 0; ``in_column`` (Bool[batch,
    column]) is true where the column holds all items; ``number`` (Float[batch]) is the answer where ``is_number``
    (Bool[batch]).
    """

    items: Tensor
    item_mask: Tensor
    in_column: Tensor
    number: Tensor
    is_number: Tensor

    @property
    def reachable(self) -> Tensor:
        """``Bool[batch]``: whether some way to answer could be right; the loss of others is 0."""
        return self.is_number | self.in_column.any(dim=1)


def soft_targets(goals: Sequence[Goal], candidates: Sequence[Candidates], cells: Tensor) -> SoftTargets:
    """The right answers of questions, in the shape, precision and device of their tables' cells, Float[batch, column,
    row].
    """
    items = np.zeros(cells.shape, dtype=np.int64)
    in_column = np.zeros(cells.shape[:2], dtype=np.bool_)
    for question, (goal, offered) in enumerate(zip(goals, candidates, strict=True)):
        for reference, found in goal.hits.items():
            column = offered.column_index.get(reference)
            if column is not None:
                numbered = np.where(found.any(axis=0), found.argmax(axis=0) + 1, 0)
                items[question, column, : len(numbered)] = numbered
                in_column[question, column] = True
    counts = np.array([goal.items for goal in goals])
    every = np.arange(counts.max(initial=0) + 1)
    numbers = [goal.number for goal in goals]
    device = cells.device
    return SoftTargets(
        items=torch.from_numpy(items).to(device),
        item_mask=torch.from_numpy((every > 0) & (every <= counts[:, None])).to(device),
        in_column=torch.from_numpy(in_column).to(device),
        number=torch.tensor([number or 0.0 for number in numbers], dtype=cells.dtype, device=device),
        is_number=torch.tensor([number is not None for number in numbers], device=device),
    )


@dataclass(frozen=True)
class SoftObjective:
    """The loss on soft answers.

    ``doubt`` is the chance, for each cell, that it is in the answer or not by mistake: it bounds what one wrong cell
    costs. ``width`` is by how much a number may be wrong before it counts as another number, as a share of the right
    one where that is below 1. ``accident`` is added to every probability: a question whose right answer is less likely
    than that teaches little, instead of drawing programs to whatever comes nearest to it.
    """

    doubt: float = 0.01
    width: float = 0.5
    accident: float = 0.0

    def __call__(self, answer: SoftAnswer, targets: SoftTargets) -> Tensor:
        """``Float[batch]``: the loss of each question, at least 0; 0 where the targets are not reachable."""
        cells = self._cells(answer.cells, targets)
        scores = torch.cat([cells.flatten(1), self._numbers(answer.number.values, targets)], dim=1)
        masses = torch.cat([answer.cell_masses.flatten(1), answer.number.masses], dim=1)
        # Weighing by mass outside the logarithm leaves slopes finite for ways that have no mass yet.
        best = scores.detach().where(masses > 0, -torch.inf).amax(dim=1, keepdim=True).clamp_min(_LEAST)
        probability = (masses * (scores - best).clamp_max(0.0).exp()).sum(dim=1)
        tiny = torch.finfo(probability.dtype).tiny
        chance = probability.clamp_min(tiny).log() + best[:, 0]
        if self.accident:
            chance = torch.logaddexp(chance, torch.full_like(chance, self.accident).log())
        loss = -chance
        return loss.where(targets.reachable, 0.0)

    def _cells(self, cells: Tensor, targets: SoftTargets) -> Tensor:
        """``Float[batch, component, column]``: the log-probability of cells of every item and no others."""
        shape = cells.shape
        left_out = (1 - self.doubt - (1 - 2 * self.doubt) * cells).log()
        items = targets.items[:, None].expand(shape)
        bins = left_out.new_zeros(*shape[:3], targets.item_mask.shape[1]).scatter_add(-1, items, left_out)
        # At 0 the cells that are no item; beyond, each item's cells, of which at least one must be in.
        missed = (1 - bins[..., 1:].exp()).clamp_min(_SMALLEST).log()
        score = bins[..., 0] + missed.where(targets.item_mask[:, None, None, 1:], 0.0).sum(dim=-1)
        return score.where(targets.in_column[:, None], -torch.inf)

    def _numbers(self, values: Tensor, targets: SoftTargets) -> Tensor:
        """``Float[batch, atom]``: how right each number is, as the logarithm of a Cauchy density scaled to 1."""
        size = targets.number.abs()
        width = self.width * torch.where(size == 0, 1.0, size.clamp(0.02, 1.0))
        off = (values - targets.number[:, None]) / width[:, None]
        return (-torch.log1p(off.square())).where(targets.is_number[:, None], -torch.inf)


# The least log-probability that is told from 0, and the least chance whose logarithm is taken.
_LEAST = -1e4
_SMALLEST = 1e-12
