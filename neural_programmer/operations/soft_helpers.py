"""Products and sums over rows and distinct values, shared by the soft meanings.

Products of many probabilities are taken by doubling: only multiplications, so values and gradients are right and
finite at exactly 0 and 1, where a logarithm or a division by a factor would not be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn.functional import pad

if TYPE_CHECKING:
    from neural_programmer.execution.soft_table import SoftTable


def ratio(numerator: Tensor, denominator: Tensor) -> Tensor:
    """The quotient; where the denominator is a probability too small to be told from 0 it is not divided by."""
    return numerator / denominator.clamp_min(16 * torch.finfo(denominator.dtype).eps)


def product_up_to(factors: Tensor) -> Tensor:
    """``Float[..., place]``: the product of the factors at and before each place."""
    step = 1
    while step < factors.shape[-1]:
        factors = factors * pad(factors[..., :-step], (step, 0), value=1.0)
        step *= 2
    return factors


def product_before(factors: Tensor) -> Tensor:
    """``Float[..., place]``: the product of the factors before each place, 1 at the first."""
    return product_up_to(pad(factors[..., :-1], (1, 0), value=1.0))


def product_after(factors: Tensor) -> Tensor:
    """``Float[..., place]``: the product of the factors after each place, 1 at the last."""
    return product_before(factors.flip(-1)).flip(-1)


class SoftGroups:
    """Row probabilities seen through the distinct values of every column view.

    ``absent`` (Float[batch, column, group]) is the probability that none of the rows holds the value, the values of a
    view in ascending order; 1 for padding. ``sorted_rows`` (Float[batch, column, row]) are the rows of each view in the
    order of their values, 0 for those without one.
    """

    def __init__(self, rows: Tensor, table: SoftTable) -> None:
        self.table = table
        present = rows[:, None] * table.mask
        self.sorted_rows = present.gather(-1, table.order)
        absent = 1 - self.sorted_rows
        for shift, together in table.together:
            absent = torch.where(together, absent * pad(absent[..., :-shift], (shift, 0), value=1.0), absent)
        self._absent_so_far = absent
        self.absent = torch.where(table.group_mask, absent.gather(-1, table.group_end), 1.0)

    @property
    def present(self) -> Tensor:
        """``Float[batch, column, group]``: the probability that some row holds the value."""
        return 1 - self.absent

    def none(self) -> Tensor:
        """``Float[batch, column]``: the probability that no row has a value."""
        return product_up_to(self.absent)[..., -1]

    def greatest(self) -> Tensor:
        """``Float[batch, column, group]``: the probability that the value is the greatest of the rows'."""
        return self.present * product_after(self.absent)

    def least(self) -> Tensor:
        """``Float[batch, column, group]``: the probability that the value is the least of the rows'."""
        return self.present * product_before(self.absent)

    def only(self) -> Tensor:
        """``Float[batch, column, group]``: the probability that the rows hold this value and no other."""
        return self.present * product_before(self.absent) * product_after(self.absent)

    def first(self) -> Tensor:
        """``Float[batch, column, row]``: the probability that the row is the first to hold its value."""
        before = pad(self._absent_so_far[..., :-1], (1, 0), value=1.0)
        before = torch.where(self.table.continues, before, 1.0)
        return self.unsorted(self.sorted_rows * before)

    def unsorted(self, values: Tensor) -> Tensor:
        """``Float[batch, column, row]`` in table order, from the order of values in which the groups lie together."""
        return values.gather(-1, self.table.place)

    def later(self) -> Tensor:
        """``Float[batch, column, row]``: how many later rows are expected to hold the row's value."""
        total = self.sorted_rows.cumsum(dim=-1)
        return self.unsorted(total.gather(-1, self.table.own_end) - total)


def spread(groups: Tensor, table: SoftTable) -> Tensor:
    """``Float[batch, column, row]``: the figure of the group (Float[batch, column, group]) that each row is in.

    Rows without a value are given the first group's figure: multiply by ``table.mask`` where it matters.
    """
    return groups.gather(-1, table.group_of_row)
