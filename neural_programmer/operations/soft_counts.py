"""Distributions of how many of many independent rows or values are there (Poisson binomial), by dynamic programming."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn.functional import pad

from neural_programmer.operations.soft_arguments import SoftArguments
from neural_programmer.operations.soft_helpers import SoftGroups

if TYPE_CHECKING:
    from neural_programmer.execution.soft_table import SoftTable


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
        up = pad(differences[:, :-1], (1, 0)) * more[:, place, None]
        down = pad(differences[:, 1:], (0, 1)) * fewer[:, place, None]
        differences = differences * same[:, place, None] + up + down
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


def frequency_extremes(rows: Tensor, table: SoftTable, *, most: bool) -> Tensor:
    """``Float[batch, column, row]``: the chance that a row is the first to hold one of the most (least) common values.

    Values that no row holds are left out. Rows of different values are different rows, so the counts of values are
    independent and the chance is exact.
    """
    groups = SoftGroups(rows, table)
    later, whole = _counts_within_groups(groups)
    start = table.group_end - table.group_sizes.clamp_min(1) + 1
    counts = whole.gather(2, start[..., None].expand(*start.shape, whole.shape[-1]))
    counts = torch.where(table.group_mask[..., None], counts, counts.new_zeros(()))
    none = groups.absent[..., None]
    # For n = 1, 2, …: that a value occurs at most n times; or at least n times or never.
    allowed = none + (counts[..., 1:].cumsum(-1) if most else counts[..., 1:].flip(-1).cumsum(-1).flip(-1))
    factors = allowed.unbind(dim=2)
    others = torch.stack(
        [before * after for before, after in zip(_running(factors), _running(factors[::-1])[::-1], strict=True)], dim=2
    )
    own_group = table.group_of_row[..., None].expand(*table.group_of_row.shape, others.shape[-1])
    later = later.gather(2, table.place[..., None].expand(*table.place.shape, later.shape[-1]))
    return groups.first() * (later[..., :-1] * others.gather(2, own_group)).sum(dim=-1)


def _running(factors: Sequence[Tensor]) -> list[Tensor]:
    """The product of the factors before each one."""
    product = torch.ones_like(factors[0])
    found = []
    for factor in factors:
        found.append(product)
        product = product * factor
    return found


def _counts_within_groups(groups: SoftGroups) -> tuple[Tensor, Tensor]:
    """Distributions of how many rows hold the value of each sorted place: of those after it, and those from it on.

    Both ``Float[batch, column, row, state]``, states from 0 to the count of the table's most frequent value.
    """
    states = int(groups.table.group_sizes.max()) + 1
    nothing = torch.zeros_like(groups.sorted_rows[..., :1]).expand(*groups.sorted_rows.shape[:-1], states).clone()
    nothing[..., 0] = 1
    later: list[Tensor] = []
    whole: list[Tensor] = []
    counts = nothing
    places = zip(groups.sorted_rows.unbind(dim=-1), groups.table.continues.unbind(dim=-1), strict=True)
    for probability, continues in reversed(list(places)):
        later.append(counts)
        chance = probability[..., None]
        counts = counts * (1 - chance) + pad(counts[..., :-1], (1, 0)) * chance
        whole.append(counts)
        counts = torch.where(continues[..., None], counts, nothing)
    return torch.stack(later[::-1], dim=2), torch.stack(whole[::-1], dim=2)
