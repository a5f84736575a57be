"""Addresses of rows: by content, interpolated, shifted, sharpened; and those of our own soft programs."""

from __future__ import annotations

import math

import pytest
import torch

from neural_programmer.address_trace import Addressing, addressing_of, as_address
from neural_programmer.addressing import by_content, interpolate, sharpen, shift
from neural_programmer.execution.grounding import Grounding
from neural_programmer.execution.soft import SoftExecutor, StepDistributions
from neural_programmer.execution.soft_grounding import ground
from neural_programmer.execution.soft_table import SoftTable
from neural_programmer.heat_map import heat_map
from neural_programmer.language.candidates import Candidates
from neural_programmer.operations.registry import OPERATION_IDS, REGISTRY
from neural_programmer.tables.build import build_table

ROWS = 6


def one_hot(place: int, size: int = ROWS) -> torch.Tensor:
    return torch.nn.functional.one_hot(torch.tensor([place]), size).double()


def some_address() -> torch.Tensor:
    return torch.rand(3, ROWS, generator=torch.Generator().manual_seed(1), dtype=torch.float64).softmax(dim=1)


@pytest.mark.parametrize("by", [-2, -1, 0, 1, 2])
@pytest.mark.parametrize("place", range(ROWS))
def test_a_sure_shift_is_a_roll(place: int, by: int) -> None:
    address, shifts = one_hot(place), one_hot(by + 2, 5)
    assert torch.equal(shift(address, shifts, around=True), address.roll(by, dims=1))
    moved = shift(address, shifts)
    if 0 <= place + by < ROWS:
        assert torch.equal(moved, address.roll(by, dims=1))
    else:
        assert not moved.any()


def test_shifts_mix_and_lose_only_what_leaves_the_table() -> None:
    address = some_address()
    shifts = torch.tensor([[0.2, 0.5, 0.3]], dtype=torch.float64).expand(3, -1)
    expected = 0.2 * address.roll(-1, 1) + 0.5 * address + 0.3 * address.roll(1, 1)
    assert torch.allclose(shift(address, shifts, around=True), expected)
    assert torch.allclose(shift(address, shifts, around=True).sum(dim=1), torch.ones(3, dtype=torch.float64))
    lost = 0.2 * address[:, 0] + 0.3 * address[:, -1]
    assert torch.allclose(shift(address, shifts).sum(dim=1), 1 - lost)


def test_a_shift_beyond_a_short_table_leaves_nothing() -> None:
    address = torch.ones(1, 1, dtype=torch.float64)
    assert not shift(address, one_hot(0, 5)).any()
    assert not shift(address, one_hot(4, 5)).any()


def test_sharpening_keeps_the_sum_and_ends_at_the_greatest() -> None:
    address = shift(some_address(), torch.tensor([[0.0, 0.0, 1.0]], dtype=torch.float64).expand(3, -1))
    for power in (1.0, 2.0, 50.0, 1e6):
        sharp = sharpen(address, torch.full((3,), power, dtype=torch.float64))
        assert torch.allclose(sharp.sum(dim=1), address.sum(dim=1))
        assert torch.isfinite(sharp).all()
    assert torch.allclose(sharpen(address, torch.ones(3, dtype=torch.float64)), address)
    assert torch.equal((sharp > 0.01 * sharp.amax(1, True)).sum(dim=1), torch.ones(3, dtype=torch.long))
    assert torch.equal(sharp.argmax(dim=1), address.argmax(dim=1))


def test_sharpening_shares_between_equals_and_leaves_nothing_nothing() -> None:
    tied = torch.tensor([[0.4, 0.4, 0.2], [0.0, 0.0, 0.0]], dtype=torch.float64)
    sharp = sharpen(tied, torch.full((2,), 1e4, dtype=torch.float64))
    assert torch.allclose(sharp, torch.tensor([[0.5, 0.5, 0.0], [0.0, 0.0, 0.0]], dtype=torch.float64))


def test_sharpening_is_equation_9() -> None:
    sharp = sharpen(torch.tensor([[0.5, 0.3, 0.2]], dtype=torch.float64), torch.tensor([2.0], dtype=torch.float64))
    total = 0.5**2 + 0.3**2 + 0.2**2
    assert torch.allclose(sharp, torch.tensor([[0.25, 0.09, 0.04]], dtype=torch.float64) / total)


def test_content_is_the_softmax_of_cosines() -> None:
    memory = torch.tensor([[[1.0, 0.0], [0.0, 2.0], [3.0, 3.0]]])
    address = by_content(memory, torch.tensor([[2.0, 0.0]]), torch.tensor([1.5]))[0]
    weights = [math.exp(1.5 * similarity) for similarity in (1.0, 0.0, 1 / math.sqrt(2))]
    assert address.tolist() == pytest.approx([weight / sum(weights) for weight in weights])
    alike = by_content(memory, torch.tensor([[2.0, 0.0]]), torch.tensor([0.0]))[0]
    assert alike.tolist() == pytest.approx([1 / 3] * 3)


def test_content_at_endless_strength_is_a_filter() -> None:
    holds = torch.tensor([0.0, 1.0, 1.0, 0.0])
    memory = torch.stack([holds, 1 - holds], dim=-1)[None]
    address = by_content(memory, torch.tensor([[1.0, 0.0]]), torch.tensor([1e3]))
    assert torch.allclose(address, as_address(holds[None]))


def test_the_gate_chooses_between_content_and_before() -> None:
    content, before = one_hot(1), one_hot(4)
    assert torch.equal(interpolate(content, before, torch.ones(1)), content)
    assert torch.equal(interpolate(content, before, torch.zeros(1)), before)
    assert interpolate(content, before, torch.tensor([0.25]))[0].tolist() == [0, 0.25, 0, 0, 0.75, 0]


def test_previous_and_next_of_a_soft_program_are_a_shift() -> None:
    table = build_table(["Name"], [[name] for name in "abcdef"], name="letters")
    soft = SoftTable.collate([ground(Grounding(table), Candidates(table.view_references, ()))])
    executor = SoftExecutor(soft)
    operation = torch.zeros(1, len(REGISTRY), dtype=torch.float64)
    operation[0, OPERATION_IDS["previous"]], operation[0, OPERATION_IDS["next"]] = 0.3, 0.7
    rows = torch.tensor([[0.1, 0.9, 0.0, 0.5, 0.0, 1.0]], dtype=torch.float64)
    executor.steps[0] = type(executor.steps[0])(
        executor.steps[0].rows_weight, rows, executor.steps[0].number_weight, executor.steps[0].number
    )
    first = torch.ones(1, len(REGISTRY), 1, dtype=torch.float64)
    columns = torch.zeros(1, len(REGISTRY), soft.mask.shape[1], dtype=torch.float64)
    constants = soft.constant_numbers.shape[1]
    step = executor.step(
        StepDistributions(
            operation=operation,
            first_reference=first,
            second_reference=first,
            column=columns,
            constant=columns[..., None].expand(-1, -1, -1, constants),
            lone_constant=torch.zeros(1, len(REGISTRY), constants, dtype=torch.float64),
            stop=torch.zeros(1, dtype=torch.float64),
        )
    )
    assert torch.allclose(step.rows, shift(rows, torch.tensor([[0.3, 0.0, 0.7]], dtype=torch.float64)))


def test_every_operation_that_gives_rows_has_one_way_of_addressing() -> None:
    ways = {name: addressing_of(operation) for name, operation in REGISTRY.items()}
    assert ways["filter_equals"] is ways["argmax"] is Addressing.CONTENT
    assert ways["previous"] is ways["first"] is ways["kth_row"] is Addressing.PLACE
    assert ways["union"] is ways["all_rows"] is Addressing.COMBINED
    assert ways["count"] is ways["select"] is None


def test_a_heat_map_escapes_its_labels() -> None:
    drawn = heat_map("<b>", ["a&b"], ["<i>"], [[0.5]], [("<u>", 1)])
    assert "&lt;b&gt;" in drawn and "a&amp;b" in drawn and "&lt;i&gt;" in drawn and "<i>" not in drawn
    assert "0.50" in drawn
