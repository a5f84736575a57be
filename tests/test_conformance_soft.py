"""Every operation's soft meaning against its exact one: at certainty, in expectation, under padding, and its slopes."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from neural_programmer.execution.grounding import Grounding
from neural_programmer.execution.soft_grounding import ground
from neural_programmer.execution.soft_table import SoftTable
from neural_programmer.language.candidates import Candidates
from neural_programmer.language.kinds import Kind
from neural_programmer.language.operation import Operation
from neural_programmer.operations.registry import REGISTRY
from neural_programmer.tables.views import ViewKind
from tests.generators import random_candidates, random_table
from tests.soft_cases import (
    Choice,
    choices,
    chosen_name,
    chosen_tensor,
    exact_result,
    number_names,
    repeated,
    row_subsets,
    small_candidates,
    small_table,
    soft_result,
    subset_chances,
)

Numbers = NDArray[Any]
every_operation = pytest.mark.parametrize("operation", REGISTRY.values(), ids=REGISTRY)
_EVERY_TYPE = {ViewKind.TEXT, ViewKind.NUMBER, ViewKind.DATE, ViewKind.LIST}
_NUMBERS = (3.0, -1.5, 0.0, 2.0, np.nan)


def _certain_references(operation: Operation, rows: int, rng: np.random.Generator, size: int) -> dict[str, Numbers]:
    """Random sets of rows, at most and at least full ones among them, and numbers, some undefined."""
    found: dict[str, Numbers] = {}
    for name, kind in number_names(operation):
        if kind is Kind.ROWS:
            found[name] = rng.random((size, rows)) < rng.choice([0.0, 0.3, 0.6, 1.0], size=(size, 1))
        else:
            found[name] = rng.choice(_NUMBERS, size=size)
    return found


def _certain_inputs(references: Mapping[str, Numbers]) -> dict[str, Tensor]:
    inputs = {}
    for name, values in references.items():
        if values.ndim == 2:
            inputs[name] = torch.from_numpy(values.astype(np.float64))
        else:
            inputs[f"{name}_values"] = torch.from_numpy(np.nan_to_num(values))[:, None]
            inputs[f"{name}_masses"] = torch.from_numpy((~np.isnan(values)).astype(np.float64))[:, None]
    return inputs


def _at_certainty(
    operation: Operation, candidates: Candidates, choice: Choice, references: Mapping[str, Numbers]
) -> dict[str, Tensor]:
    inputs = _certain_inputs(references)
    name = chosen_name(operation)
    if name is not None:
        one = chosen_tensor(operation, candidates, {choice: 1.0})
        inputs[name] = one.expand(max([1, *map(len, references.values())]), *one.shape).clone()
    return inputs


@every_operation
def test_equals_exact_where_nothing_is_uncertain(operation: Operation) -> None:
    compared = 0
    for seed in range(12):
        rng = random.Random(seed)
        table = random_table(rng)
        candidates = random_candidates(rng, table)
        grounding = Grounding(table)
        generator = np.random.default_rng(seed)
        possible = choices(operation, candidates)
        for choice in rng.sample(possible, min(6, len(possible))):
            size = 16 if operation.signature.references else 1
            references = _certain_references(operation, table.number_of_rows, generator, size)
            exact = exact_result(operation, grounding, candidates, references, choice)
            soft_table = repeated(grounding, candidates, len(exact))
            inputs = _at_certainty(operation, candidates, choice, references)
            inputs = {name: _with_rows(name, tensor, soft_table) for name, tensor in inputs.items()}
            soft = soft_result(operation, soft_table, inputs).numpy()
            rows = table.number_of_rows
            if operation.signature.result not in (Kind.NUMBER, Kind.PHRASE):
                assert not soft[..., rows:].any()
                soft = soft[..., :rows]
            np.testing.assert_allclose(soft, exact, rtol=1e-9, atol=1e-9, err_msg=f"{operation.name} {choice}")
            compared += exact.size
    assert compared


@every_operation
def test_equals_exact_on_a_larger_table(operation: Operation) -> None:
    """Some parts are computed otherwise for many rows, or for values that many rows share."""
    rng = random.Random(3)
    table = random_table(rng, rows=60, columns=len(_EVERY_TYPE))
    while not {reference.view for reference in table.view_references} >= _EVERY_TYPE:
        table = random_table(rng, rows=60, columns=8)
    candidates = random_candidates(rng, table)
    grounding = Grounding(table)
    choice = rng.choice(choices(operation, candidates))
    references = _certain_references(
        operation, 60, np.random.default_rng(3), 8 if operation.signature.references else 1
    )
    exact = exact_result(operation, grounding, candidates, references, choice)
    inputs = _at_certainty(operation, candidates, choice, references)
    soft_table = repeated(grounding, candidates, len(exact))
    np.testing.assert_allclose(soft_result(operation, soft_table, inputs), exact, rtol=1e-9, atol=1e-9)
    assert all(torch.isfinite(slope).all() for slope in _slopes(operation, soft_table, inputs).values())


def _with_rows(name: str, tensor: Tensor, table: SoftTable) -> Tensor:
    """The tensor padded to the table's rows, where it is over rows."""
    missing = table.countable.shape[1] - tensor.shape[-1]
    return torch.nn.functional.pad(tensor, (0, missing)) if name in ("rows", "other_rows") else tensor


def _uncertain_inputs(operation: Operation, candidates: Candidates, seed: int) -> dict[str, Tensor]:
    """Chances strictly between 0 and 1 for everything that the operation reads, on a table of three rows."""
    generator = torch.Generator().manual_seed(seed)

    def uniform(*shape: int) -> Tensor:
        return 0.1 + 0.8 * torch.rand(*shape, generator=generator, dtype=torch.float64)

    inputs: dict[str, Tensor] = {}
    for name, kind in number_names(operation):
        if kind is Kind.ROWS:
            inputs[name] = uniform(1, 3)
        else:
            inputs[f"{name}_values"] = torch.tensor([[2.0, -1.5, 0.0]], dtype=torch.float64)
            inputs[f"{name}_masses"] = 0.3 * uniform(1, 3)
    chosen = chosen_name(operation)
    if chosen is not None:
        possible = choices(operation, candidates)
        weights = uniform(len(possible))
        shares = (0.9 * weights / weights.sum()).tolist()
        inputs[chosen] = chosen_tensor(operation, candidates, dict(zip(possible, shares, strict=True)))[None]
    return inputs


def _brute_force(operation: Operation, inputs: Mapping[str, Tensor]) -> Numbers:
    """The expectation over every subset of rows, every atom of a number, every column and constant."""
    table = small_table()
    candidates = small_candidates(table)
    grounding = Grounding(table)
    axes: list[tuple[str, Numbers, Numbers]] = []
    for name, kind in number_names(operation):
        if kind is Kind.ROWS:
            axes.append((name, row_subsets(3), subset_chances(inputs[name][0].numpy())))
        else:
            masses = inputs[f"{name}_masses"][0].numpy()
            values = np.append(inputs[f"{name}_values"][0].numpy(), np.nan)
            axes.append((name, values, np.append(masses, 1 - masses.sum())))
    if not axes and chosen_name(operation) is None:
        alone: Numbers = exact_result(operation, grounding, candidates, {}, (None, None))[0]
        return alone
    places = np.array(list(itertools.product(*(range(len(chances)) for _, _, chances in axes))))
    references = {name: values[places[:, axis]] for axis, (name, values, _) in enumerate(axes)}
    every = np.ones(len(places))
    chances = np.prod([every, *(found[places[:, axis]] for axis, (_, _, found) in enumerate(axes))], axis=0)
    expected: Numbers = np.zeros(())
    chosen = chosen_name(operation)
    for choice in choices(operation, candidates):
        exact = exact_result(operation, grounding, candidates, references, choice)
        chance = 1.0
        if chosen is not None:
            mask = chosen_tensor(operation, candidates, {choice: 1.0})
            chance = float((inputs[chosen][0] * mask).sum())
        expected = expected + chance * np.tensordot(chances, exact, axes=1)
    return expected


@every_operation
def test_is_the_expectation_over_rows_and_arguments(operation: Operation) -> None:
    if operation.soft_relaxation is not None:
        pytest.skip(f"by declaration not the expectation but {operation.soft_relaxation}")
    table = small_table()
    candidates = small_candidates(table)
    soft_table = repeated(Grounding(table), candidates, 1)
    for seed in range(3):
        inputs = _uncertain_inputs(operation, candidates, seed)
        soft = soft_result(operation, soft_table, inputs)[0]
        expected = _brute_force(operation, inputs)
        assert np.abs(expected).max() > 1e-3, "a case that says nothing"
        np.testing.assert_allclose(soft.numpy(), expected, rtol=1e-9, atol=1e-9)


@every_operation
def test_padding_changes_nothing(operation: Operation) -> None:
    table = small_table()
    candidates = small_candidates(table)
    question = ground(Grounding(table), candidates)
    rng = random.Random(1)
    other_table = random_table(rng, rows=5, columns=4)
    other = ground(Grounding(other_table), random_candidates(rng, other_table))
    alone = SoftTable.collate([question], dtype=torch.float64)
    padded = SoftTable.collate([other, question, other], dtype=torch.float64, least=(30, 20, 9))
    inputs = _uncertain_inputs(operation, candidates, seed=5)
    sizes = {"rows": (9,), "other_rows": (9,), "column": padded.mask.shape[1:2], "constant": padded.ordinals.shape[1:]}
    sizes["pair"] = (*sizes["column"], *sizes["constant"])
    widened = {}
    for name, tensor in inputs.items():
        shape = sizes.get(name, (7,))
        full = torch.full((3, *shape), 0.01, dtype=torch.float64)
        full[1] = 0
        _corner(full[1], tensor.shape[1:]).copy_(tensor[0])
        widened[name] = full
    expected = soft_result(operation, alone, inputs)[0]
    found = soft_result(operation, padded, widened)[1]
    torch.testing.assert_close(_corner(found, expected.shape), expected, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(found.sum(), expected.sum(), rtol=1e-12, atol=1e-12)


def _corner(tensor: Tensor, shape: Sequence[int]) -> Tensor:
    for axis, size in enumerate(shape):
        tensor = tensor.narrow(axis, 0, size)
    return tensor


def _slopes(operation: Operation, table: SoftTable, inputs: dict[str, Tensor]) -> dict[str, Tensor]:
    leaves = {name: tensor.clone().requires_grad_() for name, tensor in inputs.items()}
    result = soft_result(operation, table, leaves)
    if not result.requires_grad:
        return {}
    weights = torch.linspace(1, 2, result.numel(), dtype=result.dtype).reshape(result.shape)
    found = torch.autograd.grad((result * weights).sum(), list(leaves.values()), materialize_grads=True)
    return dict(zip(leaves, found, strict=True))


@every_operation
def test_slopes_are_finite_where_nothing_is_uncertain(operation: Operation) -> None:
    table = small_table()
    candidates = small_candidates(table)
    grounding = Grounding(table)
    subsets = row_subsets(3)
    combinations = np.array(list(itertools.product(range(len(subsets)), repeat=2)))
    size = max(len(_NUMBERS) ** 2, len(combinations)) if operation.signature.references else 1
    numbers = np.array(list(itertools.product(_NUMBERS, _NUMBERS)))
    references: dict[str, Numbers] = {}
    for axis, (name, kind) in enumerate(number_names(operation)):
        repeats = np.arange(size)
        if kind is Kind.ROWS:
            references[name] = subsets[combinations[repeats % len(combinations), axis]]
        else:
            references[name] = numbers[repeats % len(numbers), axis]
    for dtype in (torch.float64, torch.float32):
        soft_table = SoftTable.collate([ground(grounding, candidates)] * size, dtype=dtype)
        for choice in choices(operation, candidates):
            inputs = _at_certainty(operation, candidates, choice, references)
            slopes = _slopes(operation, soft_table, {name: tensor.to(dtype) for name, tensor in inputs.items()})
            assert bool(slopes) == bool(inputs)
            for name, slope in slopes.items():
                assert torch.isfinite(slope).all(), f"{operation.name}, {choice}: {name}"


@every_operation
def test_slopes_agree_with_finite_differences(operation: Operation) -> None:
    table = small_table()
    candidates = small_candidates(table)
    soft_table = repeated(Grounding(table), candidates, 1)
    inputs = _uncertain_inputs(operation, candidates, seed=9)
    if not inputs:
        pytest.skip("reads nothing uncertain")
    # Away from the kinks: the numbers of the table, 0, and equal numbers on both sides.
    for name, shift in (("left_values", 0.1), ("right_values", 0.27)):
        if name in inputs:
            inputs[name] = inputs[name] + shift
    leaves = [tensor.requires_grad_() for tensor in inputs.values()]

    def result(*tensors: Tensor) -> Tensor:
        return soft_result(operation, soft_table, dict(zip(inputs, tensors, strict=True)))

    assert torch.autograd.gradcheck(result, leaves)
