"""The one ordered registry of operations; it alone gives operations their numbers."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from neural_programmer.language.operation import Operation
from neural_programmer.operations import (
    aggregates,
    arithmetic,
    base_rows,
    cells,
    comparisons,
    filters,
    order,
    sets,
    superlatives,
    verdicts,
)

REGISTRY: Mapping[str, Operation] = MappingProxyType(
    {
        operation.name: operation
        for family in (
            base_rows,
            filters,
            comparisons,
            superlatives,
            order,
            sets,
            cells,
            aggregates,
            arithmetic,
            verdicts,
        )
        for operation in family.OPERATIONS
    }
)
OPERATION_NAMES: tuple[str, ...] = tuple(REGISTRY)
OPERATION_IDS: Mapping[str, int] = MappingProxyType({name: number for number, name in enumerate(OPERATION_NAMES)})

# What arithmetic without a table needs, in this order.
ARITHMETIC: Mapping[str, Operation] = MappingProxyType(
    {name: REGISTRY[name] for name in ("all_rows", "given_number", "add", "subtract", "multiply", "divide")}
)
