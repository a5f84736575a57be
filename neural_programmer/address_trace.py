"""The row selector of a soft program seen as a memory address: by content, by place, and sharpened.

Filters, superlatives and comparisons find rows by what they hold. Previous, next, first, last, above and below find
them by where they are; the chances of previous and next are a distribution over shifts. A step of ours does the one or
the other with some probability, which is the gate: what the Neural Turing Machine does within a step takes two here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

import torch
from torch import Tensor

from neural_programmer.addressing import sharpen
from neural_programmer.execution.grounding import Grounding
from neural_programmer.execution.soft import SoftExecutor, StepDistributions
from neural_programmer.execution.soft_grounding import ground
from neural_programmer.execution.soft_table import SoftTable
from neural_programmer.language.candidates import Candidates
from neural_programmer.language.kinds import Kind
from neural_programmer.language.operation import Operation
from neural_programmer.model.predictor import Predictor
from neural_programmer.operations.registry import REGISTRY
from neural_programmer.prepared import PreparedTable
from neural_programmer.tables.matching.linking import Linking

SHARPENING = 4.0
_SHIFTS: Mapping[str, int] = {"previous": -1, "next": 1}


class Addressing(StrEnum):
    """The ways in which a step finds rows."""

    CONTENT = "content"
    PLACE = "place"
    COMBINED = "combined"


def addressing_of(operation: Operation) -> Addressing | None:
    """By what an operation finds rows; ``None`` where it gives something else."""
    signature = operation.signature
    if signature.result is not Kind.ROWS:
        return None
    if signature.columns:
        return Addressing.CONTENT
    return Addressing.PLACE if len(signature.references) == 1 else Addressing.COMBINED


@dataclass(frozen=True)
class AddressStep:
    """One step's address of rows.

    ``chance`` is the probability that the step's operation gives rows; the others are given that it does. ``ways`` are
    the chances of the ways of addressing; ``by`` the address of each, Float[row] with sum 1 where there is any row;
    ``shifts`` the chances of one row up and one row down. ``address`` is all ways together, ``sharpened`` the same
    raised to a power.
    """

    step: int
    chance: float
    ways: Mapping[Addressing, float]
    by: Mapping[Addressing, tuple[float, ...]]
    shifts: tuple[float, float]
    address: tuple[float, ...]
    sharpened: tuple[float, ...]


@runtime_checkable
class AddressTracer(Protocol):
    """A predictor that can show its row selector as an address."""

    def address_trace(
        self, prepared: PreparedTable, linking: Linking, steps: int, sharpening: float
    ) -> tuple[AddressStep, ...]:
        """The addresses of a soft program of ``steps`` steps after ``all_rows``."""


@torch.inference_mode()
def address_trace(
    predictor: Predictor[Any],
    grounding: Grounding,
    linking: Linking,
    candidates: Candidates,
    steps: int,
    sharpening: float = SHARPENING,
) -> tuple[AddressStep, ...]:
    """The addresses of the soft program of one question."""
    names = predictor.model.grammar.names
    operations = {name: REGISTRY[name] for name in names}
    table = SoftTable.collate([ground(grounding, candidates)])
    executor = SoftExecutor(table, operations)
    found = []
    for number, distributions in enumerate(predictor.soft_steps(grounding, linking, candidates, steps), start=1):
        found.append(_step(number, distributions, executor, operations, sharpening))
        executor.step(distributions)
    return tuple(found)


def _step(
    number: int,
    distributions: StepDistributions,
    before: SoftExecutor,
    operations: Mapping[str, Operation],
    sharpening: float,
) -> AddressStep:
    kinds = [addressing_of(operation) for operation in operations.values()]
    chances = distributions.operation[0]
    chance = float(chances[_places(kinds, list(Addressing))].sum())
    ways: dict[Addressing, float] = {}
    by: dict[Addressing, Tensor] = {}
    for way in Addressing:
        only = torch.zeros_like(distributions.operation)
        places = _places(kinds, [way])
        only[:, places] = distributions.operation[:, places]
        part = float(only.sum())
        if part <= 0 or chance <= 0:
            continue
        # A step of this way alone, after the same steps as the whole one.
        alone = SoftExecutor(before.table, operations)
        alone.steps = list(before.steps)
        ways[way] = part / chance
        by[way] = as_address(alone.step(replace(distributions, operation=only / part)).rows)[0]
    rows = before.table.countable
    address = sum((ways[way] * by[way] for way in ways), start=torch.zeros_like(rows[0]))
    sharpened = sharpen(address[None], address.new_tensor([sharpening]))[0]
    up, down = (float(chances[list(operations).index(name)]) if name in operations else 0.0 for name in _SHIFTS)
    return AddressStep(
        step=number,
        chance=chance,
        ways=ways,
        by={way: tuple(found.tolist()) for way, found in by.items()},
        shifts=(up / chance, down / chance) if chance > 0 else (0.0, 0.0),
        address=tuple(address.tolist()),
        sharpened=tuple(sharpened.tolist()),
    )


def _places(kinds: Sequence[Addressing | None], wanted: Sequence[Addressing]) -> list[int]:
    return [place for place, kind in enumerate(kinds) if kind in wanted]


def as_address(rows: Tensor) -> Tensor:
    """Chances of being selected, Float[batch, row], as an address: shares with sum 1, all 0 where none is selected."""
    whole = rows.sum(dim=1, keepdim=True)
    return torch.where(whole > 0, rows / whole.clamp_min(torch.finfo(rows.dtype).tiny), 0.0)
