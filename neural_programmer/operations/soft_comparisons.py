"""Chances that one random number or row set is beyond another, for the soft meanings of comparisons."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import pad

from neural_programmer.operations.soft_arguments import SoftArguments, SoftNumber
from neural_programmer.operations.soft_counts import chances_to_lead
from neural_programmer.operations.soft_helpers import SoftGroups, product_after, spread


def rows_where(passes: Tensor, arguments: SoftArguments) -> Tensor:
    """``Float[batch, row]``: the rows that pass (Float[batch, column, row]) and have a value in the column."""
    passes = passes * arguments.table.mask
    return arguments.rows * torch.einsum("bv,bvr->br", arguments.column, passes)


def values_where(passes: Tensor, arguments: SoftArguments) -> Tensor:
    """``Float[batch, row]``: the rows whose value passes (Float[batch, column, group])."""
    return rows_where(spread(passes, arguments.table), arguments)


def chance_less(number: SoftNumber, arguments: SoftArguments) -> Tensor:
    """``Float[batch, column, group]``: the chance that the number is less than the group's; flat in its values."""
    return _chance_below(number, arguments, inclusive=False)


def chance_greater(number: SoftNumber, arguments: SoftArguments) -> Tensor:
    """``Float[batch, column, group]``: the chance that the number is greater than the group's; flat in its values."""
    return number.mass[:, None, None] - _chance_below(number, arguments, inclusive=True)


def _chance_below(number: SoftNumber, arguments: SoftArguments, *, inclusive: bool) -> Tensor:
    bounds = arguments.table.group_numbers
    values, order = number.values.detach().sort(dim=1)
    # The probability of the first 0, 1, 2 … atoms in ascending order.
    below = pad(number.masses.gather(1, order).cumsum(dim=1), (1, 0))
    places = torch.searchsorted(values, bounds.flatten(1), right=inclusive)
    return below.gather(1, places).view_as(bounds)


def larger_set(first: Tensor, second: Tensor) -> Tensor:
    """``Float[batch, row]``: rows of the set with more rows, of both on a tie; a row of both is always among them."""
    # A row of one set alone gives that set a lead of one: it may be one behind in the other rows.
    first_leads, second_leads = chances_to_lead(first, second, -1)
    return first * second + first * (1 - second) * first_leads + second * (1 - first) * second_leads


def smaller_set(first: Tensor, second: Tensor) -> Tensor:
    """``Float[batch, row]``: rows of the set with fewer rows, of both on a tie; a row of both is always among them."""
    first_leads, second_leads = chances_to_lead(first, second, 1)
    return first * second + first * (1 - second) * second_leads + second * (1 - first) * first_leads


def set_with_best_value(arguments: SoftArguments, *, greatest: bool) -> Tensor:
    """``Float[batch, row]``: rows of the set whose best value is better, of both on a tie, if both have a value.

    The best value of a set that has the row is the row's own or a better one; of a set that has a row without a value
    it may be any.
    """
    table = arguments.table
    first, second = SoftGroups(arguments.rows, table).absent, SoftGroups(arguments.other_rows, table).absent
    groups = first.shape[-1]
    own = table.group_of_row + 1 if greatest else groups - table.group_of_row
    # Place 0 stands for "no value"; then the groups, better ones later.
    own = torch.where(table.mask > 0, own, 0)
    if not greatest:
        first, second = first.flip(-1), second.flip(-1)
    one, two = _Best(first), _Best(second)
    both = _after(one.is_best * two.is_best) + pad(one.none_better * two.none_better, (1, 0))
    first_wins = one.at_least(two).gather(-1, own)
    second_wins = two.at_least(one).gather(-1, own)
    rows, other = arguments.rows[:, None], arguments.other_rows[:, None]
    chosen = rows * first_wins + other * second_wins - rows * other * both.gather(-1, own)
    return torch.einsum("bv,bvr->br", arguments.column, chosen)


class _Best:
    """The distribution of a random set's best value; ``absent`` is Float[batch, column, group], better groups later."""

    def __init__(self, absent: Tensor) -> None:
        self.none_better = product_after(absent)
        self.none_from_here = absent * self.none_better
        self.is_best = self.none_better - self.none_from_here

    def at_least(self, other: _Best) -> Tensor:
        """``Float[batch, column, group + 1]``: that this set's best is at least the other's, which has one.

        Given that this set has a certain group; at place 0 given nothing.
        """
        not_better = pad(other.none_better - other.none_from_here[..., :1], (1, 0))
        return not_better + _after(other.is_best * (1 - self.none_from_here))


def _after(values: Tensor) -> Tensor:
    """``[..., group + 1]``: the sum over the groups beyond each place, where place 0 is before all groups."""
    return pad(values.flip(-1).cumsum(dim=-1).flip(-1), (0, 1))
