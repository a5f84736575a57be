"""Distributions of how many of many independent rows or values are there (Poisson binomial), by dynamic programming."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import pad
from torch.utils.checkpoint import checkpoint

from neural_programmer.operations.soft_arguments import SoftArguments

_ROWS_KEPT = 48


def counts_before(present: Tensor, states: int) -> Tensor:
    """``Float[..., place, state]``: the probability that just 0, 1, … of the places before each one are present.

    ``present`` (Float[..., place]) are independent probabilities; counts of ``states`` and more are left out.
    """
    counts = torch.zeros_like(present[..., :1]).expand(*present.shape[:-1], states).clone()
    counts[..., 0] = 1
    found = []
    for probability in present.unbind(dim=-1):
        found.append(counts)
        chance = probability[..., None]
        counts = counts * (1 - chance) + pad(counts[..., :-1], (1, 0)) * chance
    return torch.stack(found, dim=-2)


def ordinal_states(arguments: SoftArguments, places: int) -> int:
    """How many counts must be told apart to find the k-th of so many places for every ordinal of the batch."""
    return max(1, min(places, int(arguments.table.ordinals.max())))


def ordinal_distribution(chances: Tensor, ordinals: Tensor, states: int) -> Tensor:
    """``Float[batch, ..., state]``: the chance of each ordinal, of distributions over constants.

    ``chances`` are Float[batch, ..., constant]. State 0 is "first"; constants that are no ordinals, or count beyond
    ``states``, are left out.
    """
    wanted = ordinals[..., None] == torch.arange(1, states + 1, device=ordinals.device)
    return torch.einsum("b...k,bks->b...s", chances, wanted.to(chances.dtype))


def chances_to_lead(first: Tensor, second: Tensor, lead: int) -> tuple[Tensor, Tensor]:
    """The chances that among the other rows the first set outnumbers the second by ``lead``, and the second the first.

    Both ``Float[batch, row]``. Both sets hold each row independently (Float[batch, row]); the row itself is left out.
    """
    # What is kept for the slopes grows with the square of the rows: for large tables it is computed a second time.
    if first.shape[-1] > _ROWS_KEPT:
        found: tuple[Tensor, Tensor] = checkpoint(_chances_to_lead, first, second, lead, use_reentrant=False)
        return found
    return _chances_to_lead(first, second, lead)


def _chances_to_lead(first: Tensor, second: Tensor, lead: int) -> tuple[Tensor, Tensor]:
    rows = first.shape[-1]
    more, fewer = first * (1 - second), second * (1 - first)
    # Distributions of the difference over the rows before each row, and over those after it, in one pass.
    more = torch.cat([more, more.flip(-1)])
    fewer = torch.cat([fewer, fewer.flip(-1)])
    same = 1 - more - fewer
    differences = torch.zeros_like(more[:, :1]).expand(len(more), 2 * rows + 1).clone()
    differences[:, rows] = 1
    found = []
    for place in range(rows):
        found.append(differences)
        around = pad(differences, (1, 1))
        up, down = around[:, :-2] * more[:, place, None], around[:, 2:] * fewer[:, place, None]
        differences = around[:, 1:-1] * same[:, place, None] + up + down
    before, after = torch.stack(found, dim=1).chunk(2)
    after = after.flip(1)
    return _chance_of_at_least(before, after, lead), _chance_of_at_least(before.flip(-1), after.flip(-1), lead)


def _chance_of_at_least(before: Tensor, after: Tensor, threshold: int) -> Tensor:
    """That two independent differences (Float[..., 2 * rows + 1], from -rows to rows) add up to a threshold or more."""
    size = before.shape[-1]
    at_least = after.flip(-1).cumsum(dim=-1).flip(-1)
    # Where the first is its i-th value, i - rows, the second must be at least threshold - (i - rows).
    wanted = threshold + size - 1 - torch.arange(size, device=before.device)
    enough = torch.where(wanted < size, at_least[..., wanted.clamp(0, size - 1)], 0.0)
    return (before * enough).sum(dim=-1)
