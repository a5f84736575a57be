"""Array arithmetic over batches of row sets, shared by the exact meanings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from neural_programmer.language.operation import ExactArguments
from neural_programmer.tables.views import View

Rows = NDArray[np.bool_]
Numbers = NDArray[np.float64]


def view_of(arguments: ExactArguments) -> View:
    """The view that the step's column argument names."""
    assert arguments.column is not None
    return arguments.grounding.views[arguments.column]


def number_of(arguments: ExactArguments) -> float:
    """The step's constant as a number."""
    assert arguments.constant is not None
    value = arguments.constant.values[0]
    assert isinstance(value, float | int)
    return float(value)


def best_key(rows: Rows, view: View, greatest: bool) -> Numbers:
    """``Float64[batch]``: the greatest (least) key among the rows, minus (plus) infinity where there is none."""
    worst = -np.inf if greatest else np.inf
    keys = np.where(rows & view.mask, view.keys, worst)
    best: Numbers = keys.max(axis=1, initial=worst) if greatest else keys.min(axis=1, initial=worst)
    return best


def group_counts(rows: Rows, arguments: ExactArguments) -> NDArray[np.int64]:
    """``Int64[batch, group]``: how many of the rows hold each distinct value of the column, groups in their order."""
    assert arguments.column is not None
    order, starts = arguments.grounding.group_order(arguments.column)
    if not starts.size:
        return np.zeros((len(rows), 0), dtype=np.int64)
    counts: NDArray[np.int64] = np.add.reduceat(rows[:, order].astype(np.int64), starts, axis=1)
    return counts


def first_of_groups(rows: Rows, chosen: Rows, arguments: ExactArguments) -> Rows:
    """``Bool[batch, row]``: of each chosen group (``Bool[batch, group]``) the first row that is among the rows."""
    assert arguments.column is not None
    order, starts = arguments.grounding.group_order(arguments.column)
    result = np.zeros_like(rows)
    if not starts.size:
        return result
    inside = rows[:, order]
    seen = np.cumsum(inside, axis=1)
    before: NDArray[np.int64] = seen[:, starts] - inside[:, starts]
    sizes = np.diff(np.append(starts, len(order)))
    first = inside & (seen - np.repeat(before, sizes, axis=1) == 1)
    result[:, order] = first & np.repeat(chosen, sizes, axis=1)
    return result
