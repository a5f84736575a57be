"""Soft execution: what programs give in expectation, when every step is a distribution over steps.

Legend of names in shapes: ``batch`` questions, ``operation`` in registry order, ``earlier`` the steps before this one
(step 0 is ``all_rows``, so the n-th call of ``step`` has n of them), ``column`` the column views and ``constant`` the
constants of the question's ``Candidates``, ``row`` the rows of the table, ``atom`` the single numbers of a
distribution over numbers, ``component`` the ways to answer with cells. Everything is padded to the batch's greatest.

How a controller uses it::

    table = SoftTable.collate([soft_grounding.ground(grounding, candidates) for ...])   # groundings may be kept
    executor = SoftExecutor(table)
    for position in range(1, steps + 1):
        soft_step = executor.step(StepDistributions(...))   # may be read by the controller for its next step
    answer = executor.answer()                              # training.soft_objective makes a loss of it

A ``StepDistributions`` holds the distributions of one step, every one of them given the operation:

- ``operation``         Float[batch, operation]
- ``first_reference``   Float[batch, operation, earlier]   the first reference of the signature
- ``second_reference``  Float[batch, operation, earlier]   the second, chosen independently of the first
- ``column``            Float[batch, operation, column]
- ``constant``          Float[batch, operation, column, constant]   given the column too
- ``lone_constant``     Float[batch, operation, constant]   for operations that take a constant but no column
- ``stop``              Float[batch]   that the program ends here, given that the step gives a number

Distributions over arguments that the operation does not take are not read; they may be anything finite, and any of
the tensors may be expanded views. Cells, groups and phrases always end a program and rows never do, so ``stop`` is
asked of numbers alone; at the last step pass 1. Mass on arguments that do not fit the signature (a reference to a
result of another kind, a column of another type, padding) is lost: a program that is not well-typed has no answer. A
controller with typed masks loses none. The distributions are expected to sum to at most 1 where they are read.

What is computed. A step keeps, given that the program is well-typed and goes on, the probability that it gives rows
and each row's probability of being among them, and the probability that it gives a number with a distribution over
numbers. An operation that refers to several earlier steps reads their mixture, and takes its rows to be independent
of one another: that is what makes execution cheap, and what makes it approximate for long programs. With one-hot
distributions it is exact execution; for programs of one step after ``all_rows``, or of two whose answer is linear in
the rows it reads, it is the expectation over all programs, provided no step reads the same uncertain result twice.
Neural Programmer (Neelakantan et al. 2017, section 2) averages numbers; here every operation and column keeps its own
number, so that a loss can tell which of them is right.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import torch
from torch import Tensor

from neural_programmer.execution.soft_table import SoftTable
from neural_programmer.language.kinds import Kind
from neural_programmer.language.operation import Operation
from neural_programmer.operations.registry import REGISTRY
from neural_programmer.operations.soft_arguments import SoftArguments, SoftNumber
from neural_programmer.operations.soft_helpers import ratio


@dataclass(frozen=True, eq=False)
class StepDistributions:
    """The distributions over one step; shapes and meaning are in the module's docstring."""

    operation: Tensor
    first_reference: Tensor
    second_reference: Tensor
    column: Tensor
    constant: Tensor
    lone_constant: Tensor
    stop: Tensor

    def to(self, dtype: torch.dtype) -> StepDistributions:
        """The same distributions in another precision."""
        return StepDistributions(**{field.name: getattr(self, field.name).to(dtype) for field in fields(self)})


@dataclass(frozen=True, eq=False)
class SoftStep:
    """What a step gives, given that the program is well-typed so far and goes on after it.

    ``rows_weight`` and ``number_weight`` (Float[batch]) are the probabilities that it gives rows or a number;
    ``rows`` (Float[batch, row]) holds each row's probability given rows; ``number`` is the distribution given a number,
    whose masses sum to the probability that the number is defined.
    """

    rows_weight: Tensor
    rows: Tensor
    number_weight: Tensor
    number: SoftNumber


@dataclass(frozen=True, eq=False)
class SoftAnswer:
    """The distribution over answers; what is missing to 1 has no answer, or one that is undefined.

    ``number``: masses (Float[batch, atom]) are probabilities of answering with that atom.
    ``cells`` (Float[batch, component, column, row]): each cell's probability of being in the answer, given that the
    answer is the component's in that column, which has probability ``cell_masses`` (Float[batch, component, column]).
    ``phrases``: masses of answering with the phrase of that number, whatever its words.
    ``groups`` (Float[batch, column, row]): the expected size of each group at its first row, 0 where the program
    answers otherwise; ``group_masses`` (Float[batch, column]): the chance of answering with that column's groups.
    """

    number: SoftNumber
    cells: Tensor
    cell_masses: Tensor
    groups: Tensor
    group_masses: Tensor
    phrases: SoftNumber | None = None

    @staticmethod
    def of_number(number: SoftNumber) -> SoftAnswer:
        """The answer of programs that give a number and have no table."""
        batch = len(number.values)
        none = number.values.new_zeros(batch, 0, 0, 0)
        return SoftAnswer(number, none, none.view(batch, 0, 0), none.view(batch, 0, 0), none.view(batch, 0))

    def expected_cells(self) -> Tensor:
        """``Float[batch, column, row]``: each cell's probability of being in the answer."""
        return torch.einsum("bcv,bcvr->bvr", self.cell_masses, self.cells)


class SoftExecutor:
    """Runs programs of which every step is a distribution, one step at a time.

    ``operations`` may be a smaller registry, whose order is then that of the operation axis.
    """

    def __init__(self, table: SoftTable, operations: Mapping[str, Operation] = REGISTRY) -> None:
        self.table = table
        self._operations = tuple(operations.values())
        one = table.countable.new_ones(table.batch)
        nothing = SoftNumber(one.new_zeros(table.batch, 0), one.new_zeros(table.batch, 0))
        self.steps = [SoftStep(one, table.countable, torch.zeros_like(one), nothing)]
        self._alive = one
        self._numbers: list[SoftNumber] = []
        self._phrases: list[SoftNumber] = []
        self._cells: list[tuple[Tensor, Tensor]] = []
        self._groups: list[tuple[Tensor, Tensor]] = []

    def step(self, distributions: StepDistributions) -> SoftStep:
        """Run one more step; what of it ends programs is kept for the answer."""
        distributions = distributions.to(self.table.mask.dtype)
        references = _References(self.steps, distributions)
        alive, stop = self._alive, distributions.stop
        rows_weight, number_weight = torch.zeros_like(alive), torch.zeros_like(alive)
        rows = torch.zeros_like(self.table.countable)
        numbers: list[SoftNumber] = []
        # An operation that no question of the batch takes is not computed.
        taken = (distributions.operation > 0).any(dim=0).tolist()
        for index, operation in enumerate(self._operations):
            if not taken[index]:
                continue
            weight = distributions.operation[:, index] * references.weight(operation, index)
            kind = operation.signature.result
            if kind is Kind.PHRASE:
                arguments, _ = self._arguments(operation, index, references, distributions)
                result = operation.soft(arguments)
                self._phrases.append(SoftNumber(result.values, (alive * weight)[:, None] * result.masses))
            elif kind in (Kind.ROWS, Kind.NUMBER):
                arguments, fits = self._arguments(operation, index, references, distributions)
                result = operation.soft(arguments)
                if kind is Kind.ROWS:
                    rows_weight = rows_weight + weight * fits
                    rows = rows + weight[:, None] * result
                else:
                    number_weight = number_weight + weight * fits
                    numbers.append(SoftNumber(result.values, weight[:, None] * result.masses))
            else:
                # Every column of its own, so that the result is what the answer is given the column.
                legal = self.table.legal_columns(operation.signature.columns)
                result = operation.soft(self._reading(operation, index, references, column=legal))
                masses = (alive * weight)[:, None] * distributions.column[:, index] * legal
                (self._cells if kind is Kind.CELLS else self._groups).append((masses, result))
        number = SoftNumber.join(numbers, alive)
        self._numbers.append(SoftNumber(number.values, (alive * stop)[:, None] * number.masses))
        going_on = rows_weight + (1 - stop) * number_weight
        self._alive = alive * going_on
        step = SoftStep(
            ratio(rows_weight, going_on),
            ratio(rows, rows_weight[:, None]),
            ratio((1 - stop) * number_weight, going_on),
            SoftNumber(number.values, ratio(number.masses, number_weight[:, None])),
        )
        self.steps.append(step)
        return step

    def answer(self) -> SoftAnswer:
        """The distribution over the answers of all programs that have ended."""
        masses, cells = _stacked(self._cells, self.table)
        group_masses, groups = _stacked(self._groups, self.table)
        return SoftAnswer(
            SoftNumber.join(self._numbers, self._alive),
            cells,
            masses,
            (group_masses[..., None] * groups).sum(dim=1),
            group_masses.sum(dim=1),
            SoftNumber.join(self._phrases, self._alive),
        )

    def _arguments(
        self, operation: Operation, index: int, references: _References, distributions: StepDistributions
    ) -> tuple[SoftArguments, Tensor]:
        """The arguments of a step that gives rows or a number, and the probability that they fit the signature."""
        signature, table = operation.signature, self.table
        if not signature.columns:
            if not signature.constants:
                return self._reading(operation, index, references), torch.ones_like(self._alive)
            constant = distributions.lone_constant[:, index] * table.legal_constants(signature.constants)
            return self._reading(operation, index, references, constant=constant), constant.sum(dim=1)
        column = distributions.column[:, index] * table.legal_columns(signature.columns)
        if not signature.constants:
            return self._reading(operation, index, references, column=column), column.sum(dim=1)
        legal = table.legal_pairs(signature.columns, signature.constants)
        pair = column[..., None] * distributions.constant[:, index] * legal
        return self._reading(operation, index, references, pair=pair), pair.sum(dim=(1, 2))

    def _reading(self, operation: Operation, index: int, references: _References, **chosen: Tensor) -> SoftArguments:
        """The operation's soft arguments: what its references hold, and the chosen column and constant."""
        read: dict[str, Tensor | SoftNumber] = dict(chosen)
        names = {Kind.ROWS: ["rows", "other_rows"], Kind.NUMBER: ["left", "right"]}
        for position, kind in enumerate(operation.signature.references):
            read[names[kind].pop(0)] = references.read(position, kind, index)
        return SoftArguments(self.table, read)


class _References:
    """What the references of a step read: mixtures of the results of the steps before it."""

    def __init__(self, steps: list[SoftStep], distributions: StepDistributions) -> None:
        rows_weights = torch.stack([step.rows_weight for step in steps], dim=1)
        self._numbers = [step.number for step in steps]
        self._weights: dict[tuple[int, Kind], Tensor] = {}
        self._totals: dict[tuple[int, Kind], Tensor] = {}
        number_weights = torch.stack([step.number_weight for step in steps], dim=1)
        for position, reference in enumerate((distributions.first_reference, distributions.second_reference)):
            for kind, weights in ((Kind.ROWS, rows_weights), (Kind.NUMBER, number_weights)):
                weighted = reference * weights[:, None]
                self._weights[position, kind] = weighted
                self._totals[position, kind] = weighted.sum(dim=-1)
        rows = torch.stack([step.rows for step in steps], dim=1)
        self._rows = [
            ratio(self._weights[position, Kind.ROWS] @ rows, self._totals[position, Kind.ROWS][..., None])
            for position in (0, 1)
        ]

    def weight(self, operation: Operation, index: int) -> Tensor:
        """``Float[batch]``: the probability that all references lead to results of the right kind."""
        weight = torch.ones_like(self._totals[0, Kind.ROWS][:, 0])
        for position, kind in enumerate(operation.signature.references):
            weight = weight * self._totals[position, kind][:, index]
        return weight

    def read(self, position: int, kind: Kind, index: int) -> Tensor | SoftNumber:
        """The mixture that the reference leads to, given that it leads to a result of the kind."""
        if kind is Kind.ROWS:
            return self._rows[position][:, index]
        weights = ratio(self._weights[position, kind][:, index], self._totals[position, kind][:, index, None])
        parts = [
            SoftNumber(number.values, weights[:, step, None] * number.masses)
            for step, number in enumerate(self._numbers)
        ]
        return SoftNumber.join(parts, weights[:, 0])


def _stacked(answers: list[tuple[Tensor, Tensor]], table: SoftTable) -> tuple[Tensor, Tensor]:
    """Masses ``Float[batch, component, column]`` and results ``Float[batch, component, column, row]``."""
    if not answers:
        empty = table.mask.new_zeros(table.batch, 0, *table.mask.shape[1:])
        return empty[..., 0], empty
    return torch.stack([masses for masses, _ in answers], dim=1), torch.stack([result for _, result in answers], dim=1)
