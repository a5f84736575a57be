"""Soft execution of a pipe: numbers that are given, operations that each use up two results and leave one.

The state is a distribution over what is left, not over each result by itself: a program that multiplied first and one
that subtracted first have different results left, and no later step may mix them. So the same choices at every step
have the same consequences as in exact execution, however undecided they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from neural_programmer.execution.grounding import no_table
from neural_programmer.execution.soft import SoftAnswer, StepDistributions
from neural_programmer.language.candidates import Candidates
from neural_programmer.language.kinds import Kind
from neural_programmer.language.operation import ExactArguments, Operation
from neural_programmer.operations.soft_arguments import SoftNumber
from neural_programmer.tables.constants import ConstantKind

# So many states are told apart after a step.
MOST_KEPT = 64
# By how much a number may differ from a goal that it is, as a share of either.
_ROUNDING = 1e-9
# What is left of a distribution is not divided by less: the square of that, by which slopes are divided, is not 0.
_LEAST = 1e-18


class SoftPipe:
    """Runs programs over the constants of questions, every step a distribution (`soft.StepDistributions`).

    Place 0 is ``all_rows`` and stands for nothing here; then come the constants and then the steps. The distributions
    over references are renormalised to the results that are left in each state, and in the second reference to those
    that are not the first. ``kept`` states, the likeliest, are told apart after a step; the mass of others is lost.
    With ``goals``, the numbers that are looked for (Float[batch]), those that give them in at most one more step come
    before all others: however unlikely a right program is, a loss can tell. Gradients go through the masses: values are
    those of single programs.
    """

    def __init__(
        self,
        candidates: Sequence[Candidates],
        operations: Mapping[str, Operation],
        *,
        kept: int = MOST_KEPT,
        goals: Sequence[float] | None = None,
    ) -> None:
        self._kept = kept
        self._goals = None if goals is None else torch.tensor(goals, dtype=torch.float64)
        self._operations = [
            (index, operation)
            for index, operation in enumerate(operations.values())
            if operation.signature.references == (Kind.NUMBER, Kind.NUMBER)
        ]
        values, there = _numbers(candidates)
        self._next_place = 1 + values.shape[1]
        # All [batch, state, left]: what is left, where it was given or computed, and whether it is there at all.
        self._values = values[:, None]
        self._places = torch.arange(1, self._next_place).expand(values.shape)[:, None]
        self._there = there[:, None]
        # Numbers are in double precision, chances in that in which they come.
        self._masses = torch.ones(len(values), 1)
        self._ended: list[SoftNumber] = []

    @property
    def most_steps(self) -> int:
        """So many steps leave one result of the most constants that a question has, and every program ends there."""
        return max(1, self._values.shape[2] - 1)

    def step(self, distributions: StepDistributions) -> None:
        """Run one more step; what of it ends programs is kept for the answer."""
        chances = self._choices(distributions)
        shape, flat = chances.shape, chances.flatten(1)
        worth = flat.detach()
        if self._goals is not None:
            worth = worth + self._leads(chances.detach() > 0, self._goals).flatten(1)
        chosen = worth.topk(min(self._kept, flat.shape[1]), dim=1).indices
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
        return SoftAnswer.of_number(SoftNumber.join(self._ended, self._values[:, 0, 0]))

    def _choices(self, distributions: StepDistributions) -> Tensor:
        """``Float[batch, state, operation, left, left]``: the chance of every state and of every step from it."""
        taken = [index for index, _ in self._operations]
        first, second = (
            self._referring(references[:, taken])
            for references in (distributions.first_reference, distributions.second_reference)
        )
        same = torch.eye(first.shape[-1], dtype=torch.bool)
        weight = self._masses[:, :, None] * distributions.operation[:, None, taken]
        # Each renormalised to what is left, the second to what is left without the first.
        weight = weight / first.sum(dim=-1).clamp_min(_LEAST)
        others = second @ (~same).to(second.dtype)
        first = weight[..., None] * first / others.clamp_min(_LEAST)
        return (first[..., None] * second[..., None, :]).masked_fill(same, 0.0)

    def _referring(self, references: Tensor) -> Tensor:
        """``Float[batch, state, operation, left]``: what distributions over places, Float[batch, operation, place], say
        of the results that are left, 0 where none is.
        """
        batch, operations, _ = references.shape
        states, size = self._places.shape[1:]
        places = self._places.flatten(1)[:, None].expand(batch, operations, states * size)
        found = references.gather(2, places).view(batch, operations, states, size).transpose(1, 2)
        return found * self._there[:, :, None]

    @staticmethod
    def _of(part: Tensor, state: Tensor) -> Tensor:
        """The parts of the states (Int[batch, chosen]) that were gone on from."""
        return part.gather(1, state[..., None].expand(*state.shape, part.shape[2]))

    def _computed(self, operation: Tensor, left: Tensor, right: Tensor) -> Tensor:
        """``Float64[batch, chosen]``: what the chosen operations make of two numbers; NaN where that is undefined."""
        found = torch.full_like(left, torch.nan)
        for at, value in enumerate(self._all_of(left, right)):
            found = torch.where(operation == at, value, found)
        return found

    def _leads(self, possible: Tensor, goals: Tensor) -> Tensor:
        """``Bool[batch, state, operation, left, left]``: which possible steps give the goal, or another does next.

        Where more than one result is left besides that of the step, nobody looks further ahead.
        """
        # Most places stand for nothing that could be read, so only pairs that can be are computed with.
        batch, state, first, second = possible.any(dim=2).nonzero(as_tuple=True)
        left, right = self._values[batch, state, first], self._values[batch, state, second]
        values, goal = torch.stack(self._all_of(left, right), dim=1), goals[batch, None]
        found = _equal(values, goal)
        one_left = (self._there.sum(dim=2)[batch, state] == 3).nonzero()[:, 0]
        if len(one_left):
            total = (self._values * self._there).sum(dim=2)[batch, state]
            other = (total - left - right)[one_left, None].expand(-1, values.shape[1])
            values, goal = values[one_left], goal[one_left]
            after = [_equal(value, goal) for value in (*self._all_of(values, other), *self._all_of(other, values))]
            found[one_left] |= torch.stack(after).any(dim=0)
        leads = torch.zeros(possible.shape, dtype=torch.bool)
        leads.permute(0, 1, 3, 4, 2)[batch, state, first, second] = found
        return leads & possible

    def _all_of(self, left: Tensor, right: Tensor) -> list[Tensor]:
        """What each operation makes of two numbers; NaN where that is undefined."""
        none = np.zeros((left.numel(), 0), dtype=np.bool_)
        numbers = (left.flatten().numpy(), right.flatten().numpy())
        arguments = ExactArguments(no_table(), none, none, *numbers, column=None, constant=None)
        return [torch.from_numpy(one.exact(arguments)).view_as(left) for _, one in self._operations]


def _equal(values: Tensor, goal: Tensor) -> Tensor:
    return (values - goal).abs() <= _ROUNDING * goal.abs().clamp_min(1.0)


def _numbers(candidates: Sequence[Candidates]) -> tuple[Tensor, Tensor]:
    """``Float64[batch, constant]``: the numbers among the constants, and ``Bool`` of the same shape: where they are."""
    values = np.zeros((len(candidates), max(len(one.constants) for one in candidates)))
    there = np.zeros(values.shape, dtype=np.bool_)
    for at, one in enumerate(candidates):
        for place, constant in enumerate(one.constants):
            if constant.kind is ConstantKind.NUMBER:
                values[at, place], there[at, place] = float(str(constant.values[0])), True
    return torch.from_numpy(values), torch.from_numpy(there)


def _at(values: Tensor, places: Tensor) -> Tensor:
    return values.gather(2, places[..., None])[..., 0]
