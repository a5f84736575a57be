"""Soft execution against brute force over all programs of a tiny table, and against exact execution."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from neural_programmer.execution.exact import execute
from neural_programmer.execution.grounding import Grounding
from neural_programmer.execution.soft import SoftAnswer, SoftExecutor, StepDistributions
from neural_programmer.execution.soft_grounding import ground
from neural_programmer.execution.soft_table import SoftTable
from neural_programmer.language.candidates import Candidates
from neural_programmer.language.kinds import Kind
from neural_programmer.language.operation import Operation
from neural_programmer.language.program import Program, Step
from neural_programmer.operations.registry import REGISTRY
from tests.generators import random_candidates, random_program, random_table
from tests.soft_cases import choices, exact_result, small_candidates, small_table

# Answers that are linear in the rows they read, so that reading a mixture of row sets loses nothing.
LINEAR_ANSWERS = ("select", "count")


def _certain(program: Program, candidates: Candidates, table: SoftTable) -> list[StepDistributions]:
    """Distributions that leave no doubt about the program, for a batch of it alone."""
    columns, constants = len(candidates.columns), len(candidates.constants)
    names = list(REGISTRY)
    found = []
    for number, step in enumerate(program.steps[1:], start=1):
        shapes = {"first_reference": [number], "second_reference": [number], "column": [columns]}
        shapes |= {"constant": [columns, constants], "lone_constant": [constants]}
        zeros = {name: torch.zeros(1, len(names), *shape, dtype=torch.float64) for name, shape in shapes.items()}
        operation = torch.zeros(1, len(names), dtype=torch.float64)
        index = names.index(step.operation)
        operation[0, index] = 1
        for name, reference in zip(("first_reference", "second_reference"), step.references, strict=False):
            zeros[name][0, index, reference] = 1
        column = None if step.column is None else candidates.column_index[step.column]
        if column is not None:
            zeros["column"][0, index, column] = 1
        if step.constant is not None:
            zeros["lone_constant"][0, index, candidates.constant_index[step.constant]] = 1
            if column is not None:
                zeros["constant"][0, index, column, candidates.constant_index[step.constant]] = 1
        stop = torch.full((1,), float(number == len(program) - 1), dtype=torch.float64)
        found.append(StepDistributions(operation=operation, stop=stop, **zeros))
    return found


def _run(table: SoftTable, steps: Sequence[StepDistributions], operations: Mapping[str, Operation]) -> SoftAnswer:
    executor = SoftExecutor(table, operations)
    for step in steps:
        executor.step(step)
    return executor.answer()


@pytest.mark.parametrize("operation", [name for name in REGISTRY if name != "all_rows"])
def test_certain_programs_are_executed_exactly(operation: str) -> None:
    compared = 0
    seeds = itertools.count()
    while compared < 5:
        rng = random.Random(next(seeds))
        table = random_table(rng)
        candidates = random_candidates(rng, table)
        program = random_program(rng, table, candidates, operation)
        if program is None:
            continue
        grounding = Grounding(table)
        soft_table = SoftTable.collate([ground(grounding, candidates)], dtype=torch.float64)
        answer = _run(soft_table, _certain(program, candidates, soft_table), REGISTRY)
        exact = execute(program, grounding)[-1]
        rows, last = table.number_of_rows, program.steps[-1]
        if exact.kind in (Kind.NUMBER, Kind.PHRASE):
            defined = not np.isnan(exact.value)
            told = answer.number if exact.kind is Kind.NUMBER else answer.phrases
            assert told is not None
            assert float(told.mass) == pytest.approx(float(defined), abs=1e-9)
            if defined:
                assert float(told.mean) == pytest.approx(float(exact.value), rel=1e-9, abs=1e-9)
        else:
            assert last.column is not None
            column = candidates.column_index[last.column]
            found = answer.expected_cells() if exact.kind is Kind.CELLS else answer.groups
            np.testing.assert_allclose(found[0, column, :rows], exact.value.astype(float), atol=1e-9)
            found[0, column] = 0
            assert not found.any()
        compared += 1


# Brute force. A choice is an operation with its references, column and constant, and its probability.
Choice = tuple[Step, float]


class _Expectation:
    """The expectation of the answer over all programs: mass and mean of numbers, cells and groups."""

    def __init__(self, grounding: Grounding, candidates: Candidates, operations: Mapping[str, Operation]) -> None:
        self.grounding, self.candidates, self.operations = grounding, candidates, operations
        size = (len(candidates.columns), grounding.table.number_of_rows)
        self.number = np.zeros(2)
        self.cells, self.groups = np.zeros(size), np.zeros(size)

    def visit(
        self,
        results: list[tuple[Kind, NDArray[np.float64]]],
        choices_by_step: Sequence[Sequence[Choice]],
        stops: Sequence[float],
        probability: float,
    ) -> None:
        """Every continuation of a program with these results so far."""
        position = len(results)
        if position > len(choices_by_step) or not probability:
            return
        for step, chance in choices_by_step[position - 1]:
            operation = self.operations[step.operation]
            kinds = tuple(results[reference][0] for reference in step.references)
            is_last = position == len(choices_by_step)
            if kinds != operation.signature.references or (is_last and operation.signature.result is Kind.ROWS):
                continue
            value = self._execute(operation, step, results)
            kind = operation.signature.result
            chance = chance * probability
            if kind is Kind.PHRASE:
                continue
            if kind is Kind.CELLS:
                self.cells += chance * value
            elif kind is Kind.GROUPS:
                self.groups += chance * value
            else:
                stop = stops[position - 1] if kind is Kind.NUMBER else 0.0
                if kind is Kind.NUMBER:
                    self.number += chance * stop * value
                self.visit([*results, (kind, value)], choices_by_step, stops, chance * (1 - stop))

    def _execute(
        self, operation: Operation, step: Step, results: list[tuple[Kind, NDArray[np.float64]]]
    ) -> NDArray[np.float64]:
        names = {Kind.ROWS: ["rows", "other_rows"], Kind.NUMBER: ["left", "right"]}
        references = {}
        for reference in step.references:
            kind, value = results[reference]
            defined = value if kind is Kind.ROWS else (value[1] if value[0] else np.nan)
            references[names[kind].pop(0)] = np.array(defined)[None]
        choice = (step.column, step.constant)
        result: NDArray[np.float64] = exact_result(operation, self.grounding, self.candidates, references, choice)[0]
        return result


def _random_steps(
    candidates: Candidates, operations: Mapping[str, Operation], steps: int, seed: int, second_from_table: bool
) -> tuple[list[StepDistributions], list[list[Choice]], list[float]]:
    """Random distributions over steps, as tensors and as lists of all choices with their probabilities.

    Where ``second_from_table``, second references lead to step 0 alone and first ones elsewhere, so that no step reads
    the same uncertain result twice.
    """
    generator = torch.Generator().manual_seed(seed)
    columns, constants = candidates.columns, candidates.constants

    def distribution(*shape: int) -> Tensor:
        return torch.rand(1, len(operations), *shape, generator=generator, dtype=torch.float64).pow(2).softmax(dim=-1)

    tensors, every, stops = [], [], []
    for number in range(1, steps + 1):
        operation = torch.rand(1, len(operations), generator=generator, dtype=torch.float64).softmax(dim=-1)
        first, second = distribution(number), distribution(number)
        if second_from_table:
            second = torch.nn.functional.one_hot(torch.zeros(1, len(operations), dtype=torch.long), number).double()
        step = StepDistributions(
            operation=operation,
            first_reference=first,
            second_reference=second,
            column=distribution(len(columns)),
            constant=distribution(len(columns), len(constants)),
            lone_constant=distribution(len(constants)),
            stop=torch.rand(1, generator=generator, dtype=torch.float64) if number < steps else torch.ones(1).double(),
        )
        tensors.append(step)
        stops.append(float(step.stop))
        every.append([c for i, o in enumerate(operations.values()) for c in _choices(o, i, step, candidates)])
    return tensors, every, stops


def _choices(operation: Operation, index: int, step: StepDistributions, candidates: Candidates) -> list[Choice]:
    found = []
    arity = len(operation.signature.references)
    references = [((), 1.0)] if not arity else [((a,), float(p)) for a, p in enumerate(step.first_reference[0, index])]
    if arity == 2:
        seconds = list(enumerate(step.second_reference[0, index].tolist()))
        references = [((*a, b), p * q) for a, p in references for b, q in seconds if q]
    for column, constant in choices(operation, candidates):
        chance = float(step.operation[0, index])
        if column is not None:
            chance *= float(step.column[0, index, candidates.column_index[column]])
        if constant is not None:
            place = candidates.constant_index[constant]
            lone = step.lone_constant[0, index] if column is None else None
            of_column = step.constant[0, index, candidates.column_index[column]] if column is not None else lone
            assert of_column is not None
            chance *= float(of_column[place])
        found += [(Step(operation.name, refs, column, constant), chance * p) for refs, p in references]
    return found


def _compare(operations: Mapping[str, Operation], steps: int, seed: int) -> None:
    table = small_table()
    candidates = small_candidates(table)
    grounding = Grounding(table)
    tensors, every, stops = _random_steps(candidates, operations, steps, seed, second_from_table=True)
    expectation = _Expectation(grounding, candidates, operations)
    start = (Kind.ROWS, grounding.countable.astype(np.float64))
    expectation.visit([start], every, stops, 1.0)
    answer = _run(SoftTable.collate([ground(grounding, candidates)], dtype=torch.float64), tensors, operations)
    number = answer.number
    total = float((number.values * number.masses).sum())
    assert expectation.number[0] > 1e-3
    assert expectation.cells.max() > 1e-3
    np.testing.assert_allclose([float(number.mass), total], expectation.number, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(answer.expected_cells()[0], expectation.cells, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(answer.groups[0], expectation.groups, rtol=1e-9, atol=1e-12)
    mass = float(number.mass + answer.cell_masses.sum() + answer.group_masses.sum())
    assert 0 < mass <= 1 + 1e-12


@pytest.mark.parametrize("seed", range(3))
def test_one_step_of_any_operation_is_the_expectation_over_all_programs(seed: int) -> None:
    _compare(REGISTRY, 1, seed)


@pytest.mark.parametrize("seed", range(2))
def test_two_steps_with_a_linear_second_are_the_expectation_over_all_programs(seed: int) -> None:
    any_rows = {name: one for name, one in REGISTRY.items() if one.signature.result is Kind.ROWS}
    _compare(any_rows | {name: REGISTRY[name] for name in LINEAR_ANSWERS}, 2, seed)


def test_a_second_step_that_is_not_linear_reads_rows_as_if_they_were_independent() -> None:
    with pytest.raises(AssertionError, match="Not equal"):
        _compare({name: REGISTRY[name] for name in ("first", "last", "count", "select", "maximum")}, 2, seed=0)
