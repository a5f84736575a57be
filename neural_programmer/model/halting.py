"""Adaptive computation time: a controller that halts by itself (Graves 2016, section 2)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

# A question halts once its halting chances leave no more than this (the paper's epsilon).
LEFT_OVER = 0.01


@dataclass(frozen=True, eq=False)
class Halting:
    """How a batch of questions halted.

    ``distribution`` (Float[batch, step]) is each step's share of the answer: its halting chance, and at the step where
    the question halts the ``remainder`` (Float[batch]) of the budget of 1. ``steps`` (Float[batch]) counts the steps
    up to that one.
    """

    distribution: Tensor
    remainder: Tensor
    steps: Tensor

    @property
    def ponder(self) -> Tensor:
        """``Float[batch]``: the ponder cost, steps and remainder (equation 12); its slope is that of the remainder."""
        return self.steps + self.remainder


class HaltingBudget:
    """The budget of 1 that each question of a batch spends on its steps, one step after the other."""

    def __init__(self, size: int, left_over: float = LEFT_OVER) -> None:
        self._left_over = left_over
        self._running = torch.ones(size, dtype=torch.bool)
        self._left = torch.ones(size)
        self._remainder = torch.zeros(size)
        self._steps = torch.zeros(size)
        self._shares: list[Tensor] = []

    def spend(self, chance: Tensor, *, last: bool) -> Tensor:
        """Take a step with its halting chance, Float[batch]; the ``last`` step takes all that is left.

        Returns the chance to halt at this step given that no step before did, ``Float[batch]``; 1 after the end.
        """
        ends = self._running & ((self._left - chance <= self._left_over) | torch.tensor(last))
        share = torch.where(ends, self._left, torch.where(self._running, chance, 0.0))
        given = torch.where(self._running & ~ends, chance / self._left, 1.0)
        self._remainder = torch.where(ends, self._left, self._remainder)
        self._steps = self._steps + self._running
        self._left = torch.where(ends, 0.0, self._left - share)
        # What has ended divides by 1, not by 0: that would make the slope of the other branch undefined.
        self._left = torch.where(self._running & ~ends, self._left, 1.0)
        self._running = self._running & ~ends
        self._shares.append(share)
        return given

    def halting(self) -> Halting:
        """How the questions halted, after the last step."""
        return Halting(torch.stack(self._shares, dim=1), self._remainder, self._steps)
