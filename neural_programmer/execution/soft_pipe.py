"""Soft execution of a pipe: numbers that are given, operations that each use up two results and leave one.

The state is a distribution over what is left, not over each result by itself: a program that multiplied first and one
that subtracted first have different results left, and no later step may mix them. So the same choices at every step
have the same consequences as in exact execution, however undecided they are.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from neural_programmer.execution.soft import SoftAnswer, StepDistributions
from neural_programmer.execution.soft_table import SoftTable
from neural_programmer.language.kinds import Kind
from neural_programmer.language.operation import Operation
from neural_programmer.operations.soft_arguments import SoftArguments, SoftNumber
from neural_programmer.tables.constants import ConstantKind

# So many states are told apart after a step.
MOST_KEPT = 64
# What is left of a distribution is not divided by less: the square of that, by which slopes are divided, is not 0.
_LEAST = 1e-18


class SoftPipe:
    """Runs programs over the constants of questions, every step a distribution (`soft.StepDistributions`).

    Place 0 is ``all_rows`` and stands for nothing here; then come the constants and then the steps. The distributions
    over references are renormalised to the results that are left in each state, and in the second reference to those
    that are not the first. ``kept`` states, the likeliest, are told apart after a step; the mass of others is lost.
    Gradients go through the masses: values are those of single programs.
    """

    def __init__(self, table: SoftTable, operations: Mapping[str, Operation], *, kept: int = MOST_KEPT) -> None:
        self._kept = kept
        self._table = table
        self._operations = [
            (index, operation)
            for index, operation in enumerate(operations.values())
            if operation.signature.references == (Kind.NUMBER, Kind.NUMBER)
        ]
        values = table.constant_numbers
        self._next_place = 1 + values.shape[1]
        # All [batch, state, left]: what is left, where it was given or computed, and whether it is there at all.
        self._values = values[:, None]
        self._places = torch.arange(1, self._next_place).expand(values.shape)[:, None]
        self._there = (table.legal_constants(frozenset({ConstantKind.NUMBER})) > 0)[:, None]
        # Chances keep the precision in which they come, numbers that of the table.
        self._masses = torch.ones(len(values), 1)
        self._ended: list[SoftNumber] = []

    def step(self, distributions: StepDistributions) -> None:
        """Run one more step; what of it ends programs is kept for the answer."""
        chances = self._choices(distributions)
        shape, flat = chances.shape, chances.flatten(1)
        chosen = flat.detach().topk(min(self._kept, flat.shape[1]), dim=1).indices
        masses = flat.gather(1, chosen)
        state, operation, first, second = torch.unravel_index(chosen, shape[1:])
        there, values, places = (self._of(part, state) for part in (self._there, self._values, self._places))
        result = self._computed(operation, _at(values, first), _at(values, second))
        # The two that were used go last, and are left out.
        unused = there.scatter(2, torch.stack([first, second], dim=2), False)
        order = unused.int().argsort(dim=2, descending=True, stable=True)[..., : max(0, unused.shape[2] - 2)]
        defined = result.isfinite()
        masses = masses.where(defined, 0.0)
        result = result.where(defined, 0.0)
        self._ended.append(SoftNumber(result, (masses * distributions.stop[:, None]).to(result.dtype)))
        self._masses = masses * (1 - distributions.stop)[:, None]
        self._values = torch.cat([values.gather(2, order), result[..., None]], dim=2)
        newest = torch.full_like(first, self._next_place)
        self._places = torch.cat([places.gather(2, order), newest[..., None]], dim=2)
        self._there = torch.cat([unused.gather(2, order), torch.ones_like(defined)[..., None]], dim=2)
        self._next_place += 1

    def answer(self) -> SoftAnswer:
        """The distribution over the numbers that ended programs give."""
        return SoftAnswer.of_number(SoftNumber.join(self._ended, self._values[:, 0, 0]), self._table)

    def _choices(self, distributions: StepDistributions) -> Tensor:
        """``Float[batch, state, operation, left, left]``: the chance of every state and of every step from it."""
        taken = [index for index, _ in self._operations]
        operation = distributions.operation[:, taken]
        first = self._renormalised(self._referring(distributions.first_reference[:, taken]), self._there[:, :, None])
        size = self._places.shape[2]
        others = self._there[:, :, None] & ~torch.eye(size, dtype=torch.bool)
        second = self._referring(distributions.second_reference[:, taken])
        second = self._renormalised(second[:, :, :, None], others[:, :, None])
        weight = self._masses[:, :, None] * operation[:, None]
        return weight[..., None, None] * first[..., None] * second

    def _referring(self, references: Tensor) -> Tensor:
        """``Float[batch, state, operation, left]``: what distributions over places, Float[batch, operation, place], say
        of the results that are left.
        """
        batch, operations, _ = references.shape
        states, size = self._places.shape[1:]
        places = self._places.flatten(1)[:, None].expand(batch, operations, states * size)
        return references.gather(2, places).view(batch, operations, states, size).transpose(1, 2)

    @staticmethod
    def _renormalised(chances: Tensor, there: Tensor) -> Tensor:
        legal = chances * there
        return legal / legal.sum(dim=-1, keepdim=True).clamp_min(_LEAST)

    @staticmethod
    def _of(part: Tensor, state: Tensor) -> Tensor:
        """The parts of the states (Int[batch, chosen]) that were gone on from."""
        return part.gather(1, state[..., None].expand(*state.shape, part.shape[2]))

    def _computed(self, operation: Tensor, left: Tensor, right: Tensor) -> Tensor:
        """``Float[batch, chosen]``: what the chosen operations make of two numbers; NaN where that is undefined."""
        numbers = [SoftNumber(one.reshape(-1, 1), torch.ones_like(one).reshape(-1, 1)) for one in (left, right)]
        arguments = SoftArguments(self._table, dict(zip(("left", "right"), numbers, strict=True)))
        found = torch.full_like(left, torch.nan)
        for at, (_, one) in enumerate(self._operations):
            result = one.soft(arguments)
            value = result.mean.where(result.mass > 0, torch.nan).view_as(left)
            found = torch.where(operation == at, value, found)
        return found


def _at(values: Tensor, places: Tensor) -> Tensor:
    return values.gather(2, places[..., None])[..., 0]
