"""The plainest way to say a program: whole texts compared where looking for words gives the same rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from neural_programmer.execution.grounding import Grounding
from neural_programmer.language.program import Program, Step
from neural_programmer.operations.relations import RELATIONS

PLAINER: Mapping[str, str] = MappingProxyType(
    {
        "filter_contains": "filter_equals",
        "filter_not_contains": "filter_not_equals",
        "filter_contains_any": "filter_any",
    }
)
_RELATIONS = {f"filter_{relation.name}": relation for relation in RELATIONS}


def plainer(step: Step, grounding: Grounding) -> Step:
    """The step with the plainer of two filters that hold in the same rows of the whole table, or the step itself."""
    name = PLAINER.get(step.operation)
    if name is None or step.column is None or step.constant is None:
        return step
    said, plain = (grounding.match(_RELATIONS[one], step.column, step.constant) for one in (step.operation, name))
    return replace(step, operation=name) if np.array_equal(said, plain) else step


def plainest(program: Program, grounding: Grounding) -> Program:
    """The program with every step as plain as can be; it gives the same result at every step."""
    return Program(tuple(plainer(step, grounding) for step in program))
