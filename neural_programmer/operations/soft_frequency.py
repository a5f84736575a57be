"""Chances that a value is among the most or the least common, for the soft meanings of frequency."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn.functional import pad

from neural_programmer.operations.soft_helpers import SoftGroups

if TYPE_CHECKING:
    from neural_programmer.execution.soft_table import SoftTable


def frequency_extremes(rows: Tensor, table: SoftTable, *, most: bool) -> Tensor:
    """``Float[batch, column, row]``: the chance that a row is the first to hold one of the most (least) common values.

    Values that no row holds are left out. Rows of different values are different rows, so the counts of values are
    independent and the chance is exact.
    """
    groups = SoftGroups(rows, table)
    first = groups.first()
    found = []
    for views, most_rows in table.views_by_frequency:
        chances = first.flatten(0, 1)[views]
        # Where every value is in one row at most, all that are there are as common.
        found.append(chances if most_rows == 1 else chances * _extremes(groups, views, most_rows, most))
    order = torch.cat([views for views, _ in table.views_by_frequency]).argsort()
    return torch.cat(found)[order].view_as(first)


def _extremes(groups: SoftGroups, views: Tensor, most_rows: int, most: bool) -> Tensor:
    """``Float[view, row]``: the chance that the row's value is among the extremes, given that the row is its first.

    ``views`` (Int[view]) are places in the batch's columns laid end to end, whose values are in ``most_rows`` at most.
    """
    table = groups.table
    sizes = table.group_sizes.flatten(0, 1)[views]
    columns = int((sizes > 0).sum(dim=-1).max())
    sizes = sizes[:, :columns]
    ends = table.group_end.flatten(0, 1)[views, :columns]
    later, whole = _counts_within_groups(
        groups.sorted_rows.flatten(0, 1)[views], table.continues.flatten(0, 1)[views], most_rows + 1
    )
    starts = ends - sizes.clamp_min(1) + 1
    counts = whole.gather(1, starts[..., None].expand(*starts.shape, most_rows + 1)) * (sizes > 0)[..., None]
    none = groups.absent.flatten(0, 1)[views, :columns, None]
    # For n = 1, 2, …: that a value occurs at most n times; or at least n times or never.
    allowed = none + (counts[..., 1:].cumsum(-1) if most else counts[..., 1:].flip(-1).cumsum(-1).flip(-1))
    factors = allowed.unbind(dim=1)
    others = torch.stack(
        [before * after for before, after in zip(_running(factors), _running(factors[::-1])[::-1], strict=True)], dim=1
    )
    own = table.group_of_row.flatten(0, 1)[views]
    place = table.place.flatten(0, 1)[views]
    others = others.gather(1, own[..., None].expand(*own.shape, most_rows))
    later = later.gather(1, place[..., None].expand(*place.shape, most_rows + 1))
    # The row is the first of n where n - 1 later rows hold its value.
    return (later[..., :-1] * others).sum(dim=-1)


def _running(factors: Sequence[Tensor]) -> list[Tensor]:
    """The product of the factors before each one."""
    product = torch.ones_like(factors[0])
    found = []
    for factor in factors:
        found.append(product)
        product = product * factor
    return found


def _counts_within_groups(sorted_rows: Tensor, continues: Tensor, states: int) -> tuple[Tensor, Tensor]:
    """Distributions of how many rows hold the value of each sorted place: of those after it, and those from it on.

    Both ``Float[view, row, state]``, of as many states, from rows sorted by value (Float[view, row]) and whether each
    holds the value of the one before (Bool[view, row]).
    """
    nothing = torch.zeros_like(sorted_rows[:, :1]).expand(-1, states).clone()
    nothing[:, 0] = 1
    later: list[Tensor] = []
    whole: list[Tensor] = []
    counts = nothing
    for place in reversed(range(sorted_rows.shape[1])):
        later.append(counts)
        chance = sorted_rows[:, place, None]
        counts = counts * (1 - chance) + pad(counts[:, :-1], (1, 0)) * chance
        whole.append(counts)
        counts = torch.where(continues[:, place, None], counts, nothing)
    return torch.stack(later[::-1], dim=1), torch.stack(whole[::-1], dim=1)
