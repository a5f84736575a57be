"""The goal of a search: a question's right answer as seen from its table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from neural_programmer.data.evaluator import NumberValue, Target, parse_targets
from neural_programmer.execution.grounding import Grounding
from neural_programmer.language.candidates import Candidates
from neural_programmer.search.goal import Goal
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
    number = None
    if len(targets) == 1 and isinstance(targets[0].value, NumberValue):
        number = targets[0].value.amount
    return Goal(len(targets), hits, number)


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
