"""What soft meanings read and give: distributions over arguments, and numbers as distributions of atoms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from neural_programmer.operations.soft_helpers import ratio

if TYPE_CHECKING:
    from neural_programmer.execution.soft_table import SoftTable


@dataclass(frozen=True, eq=False)
class SoftNumber:
    """A distribution over numbers: ``values`` and their probabilities ``masses``, both Float[batch, atom].

    What the masses lack to 1 is the probability that the number is undefined.
    """

    values: Tensor
    masses: Tensor

    @property
    def mass(self) -> Tensor:
        """``Float[batch]``: the probability that the number is defined."""
        return self.masses.sum(dim=1)

    @property
    def mean(self) -> Tensor:
        """``Float[batch]``: the expected number, given that it is defined."""
        return ratio((self.values * self.masses).sum(dim=1), self.mass)

    @staticmethod
    def join(parts: Sequence[SoftNumber], like: Tensor) -> SoftNumber:
        """The atoms of all parts; with no parts no atoms, for the batch of ``like`` (Float[batch])."""
        if not parts:
            return SoftNumber(like.new_zeros(len(like), 0), like.new_zeros(len(like), 0))
        return SoftNumber(
            torch.cat([part.values for part in parts], dim=1), torch.cat([part.masses for part in parts], dim=1)
        )


class SoftArguments:
    """Arguments of a soft meaning, for a batch of questions.

    ``rows`` and ``other_rows`` (Float[batch, row]) hold each row's probability of being in the set, independently;
    ``left`` and ``right`` are distributions over numbers. ``column`` (Float[batch, column]) is a distribution over
    column views, ``pair`` (Float[batch, column, constant]) one over views and constants together, ``constant``
    (Float[batch, constant]) one over constants: an operation has whichever its signature calls for. All may sum to
    less than 1; every meaning is linear in them. Asking for an argument that the signature lacks raises ``KeyError``.
    """

    def __init__(self, table: SoftTable, read: Mapping[str, Tensor | SoftNumber]) -> None:
        self.table = table
        self._read = read

    def _tensor(self, name: str) -> Tensor:
        found = self._read[name]
        assert isinstance(found, Tensor)
        return found

    def _number(self, name: str) -> SoftNumber:
        found = self._read[name]
        assert isinstance(found, SoftNumber)
        return found

    @property
    def rows(self) -> Tensor:
        """The first referenced row set."""
        return self._tensor("rows")

    @property
    def other_rows(self) -> Tensor:
        """The second referenced row set."""
        return self._tensor("other_rows")

    @property
    def left(self) -> SoftNumber:
        """The first referenced number."""
        return self._number("left")

    @property
    def right(self) -> SoftNumber:
        """The second referenced number."""
        return self._number("right")

    @property
    def column(self) -> Tensor:
        """The distribution over columns of an operation without a constant."""
        return self._tensor("column")

    @property
    def pair(self) -> Tensor:
        """The joint distribution of an operation with a column and a constant."""
        return self._tensor("pair")

    @property
    def constant(self) -> Tensor:
        """The distribution over constants of an operation without a column."""
        return self._tensor("constant")
