"""The goal of a search: a question's right answer as seen from its table."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from neural_programmer.data.evaluator import NumberValue, Target, parse_targets
from neural_programmer.execution.grounding import Grounding
from neural_programmer.language.candidates import Candidates
from neural_programmer.search.goal import Goal
from neural_programmer.tables.constants import ConstantKind
from neural_programmer.tables.phrases import phrase
from neural_programmer.tables.values import PartialDate, Text, Value, ValueType
from neural_programmer.tables.views import View


def goal_of(items: Sequence[str], grounding: Grounding, candidates: Candidates) -> Goal:
    """The cells that match each item of the right answer by the official rules, and its number if it is one."""
    targets = parse_targets(items)
    hits = {}
    for reference in candidates.columns:
        view = grounding.views[reference]
        if view.value_type is not ValueType.LIST:
            found = np.stack([_rows_that_match(view, target) for target in targets])
            if found.any(axis=1).all():
                hits[reference] = found
    if len(targets) > 1:
        return Goal(len(targets), hits, None)
    return Goal(1, hits, _number(targets[0]), _phrases(targets[0], candidates))


_COUNTED = re.compile(r"(\d+) \S.*")


def _phrases(target: Target, candidates: Candidates) -> dict[int, float]:
    """The number for which each constant's words are the answer, where there is one."""
    found = {}
    counted = _COUNTED.fullmatch(target.value.normalised)
    for place, constant in enumerate(candidates.constants):
        numbers: tuple[float, ...] = ()
        if constant.kind is ConstantKind.CHOICE:
            numbers = (1.0, 0.0)
        elif constant.kind is ConstantKind.UNIT and counted:
            numbers = (float(counted[1]),)
        right = [number for number in numbers if target.matches_text(phrase(constant, number))]
        if len(right) == 1:
            found[place] = right[0]
    return found


# The evaluator reads "52,277" as a number where it is given the canonical form; the public files do not give it.
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")


def _number(target: Target) -> float | None:
    if isinstance(target.value, NumberValue):
        return target.value.amount
    if _THOUSANDS.fullmatch(target.value.normalised):
        return float(target.value.normalised.replace(",", ""))
    return None


def _rows_that_match(view: View, target: Target) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    found = np.zeros(len(view.mask), dtype=np.bool_)
    verdicts: dict[str | float, bool] = {}
    for row in np.flatnonzero(view.mask):
        # Cells of equal text may be written differently, and the evaluator looks at how they are written.
        value = view.values[int(row)]
        key = value.written if isinstance(value, Text) else float(view.keys[row])
        verdict = verdicts.get(key)
        if verdict is None:
            verdict = verdicts[key] = _matches(target, value, float(view.numbers[row]))
        found[row] = verdict
    return found


def _matches(target: Target, value: Value, number: float) -> bool:
    if isinstance(value, Text):
        return target.matches_text(value.written)
    if isinstance(value, PartialDate):
        return target.matches_iso_date(value.iso())
    return target.matches_number(number)
