"""A table as the row selector of the 2017 Neural Programmer sees it: small arrays, made once for each question.

Everything that does not depend on weights is decided here: which cells the question's words match, which rows hold a
column's most frequent value, how values are ordered, and which are greater or less than the question's numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neural_programmer.execution.grounding import Grounding
from neural_programmer.language.candidates import Candidates
from neural_programmer.operations.relations import CONTAINS, EQUALS, GREATER, LESS
from neural_programmer.tables.constants import COMPARABLE, ConstantKind
from neural_programmer.tables.values import ValueType
from neural_programmer.tables.views import View, ViewReference

_ORDERED = (ValueType.NUMBER, ValueType.DATE)
_PIVOTS = (ConstantKind.NUMBER, ConstantKind.DATE)
NO_RANK = -1


@dataclass(frozen=True, eq=False)
class RowTable:
    """One question's table.

    ``countable`` Bool[row]: rows that are no totals; ``present`` Bool[view, row]: cells with a value; ``matched``
    Bool[view, row]: cells that words of the question match; ``most_common`` Bool[view, row]: cells with the column's
    most frequent value. ``ordered`` Int[ordered view] are the places of the views of numbers and dates, ``ranks``
    Int[ordered view, row] the ascending rank of each value, ``NO_RANK`` where there is none. ``pivots`` Int[pivot] are
    the places of the numbers and dates among the constants, ``greater`` and ``less`` Bool[pivot, ordered view, row] the
    cells known to be greater and less than them, ``comparable`` Bool[pivot, ordered view, row] those that are known to
    be greater, equal or less.
    """

    countable: NDArray[np.bool_]
    present: NDArray[np.bool_]
    matched: NDArray[np.bool_]
    most_common: NDArray[np.bool_]
    ordered: NDArray[np.int16]
    ranks: NDArray[np.int16]
    pivots: NDArray[np.int16]
    greater: NDArray[np.bool_]
    less: NDArray[np.bool_]
    comparable: NDArray[np.bool_]


def row_table(grounding: Grounding, candidates: Candidates) -> RowTable:
    """The arrays of one question; the views keep the order of the candidates."""
    columns, rows = candidates.columns, grounding.table.number_of_rows
    views = [grounding.views[column] for column in columns]
    ordered = [at for at, column in enumerate(columns) if column.view.value_type in _ORDERED]
    pivots = [at for at, constant in enumerate(candidates.constants) if constant.kind in _PIVOTS]
    shape = (len(pivots), len(ordered), rows)
    greater, less, equal = (np.zeros(shape, dtype=np.bool_) for _ in range(3))
    for at, pivot in enumerate(pivots):
        constant = candidates.constants[pivot]
        for place, view in enumerate(ordered):
            if constant.kind in COMPARABLE[columns[view].view.value_type]:
                for relation, found in ((GREATER, greater), (LESS, less), (EQUALS, equal)):
                    found[at, place] = grounding.match(relation, columns[view], constant)
    empty = np.zeros((0, rows), dtype=np.bool_)
    return RowTable(
        countable=grounding.countable,
        present=np.stack([view.mask for view in views]) if views else empty,
        matched=np.stack([_matched(grounding, column, candidates) for column in columns]) if views else empty,
        most_common=np.stack([_most_common(view, grounding.countable) for view in views]) if views else empty,
        ordered=np.array(ordered, dtype=np.int16),
        ranks=np.array([_ranks(views[at]) for at in ordered], dtype=np.int16).reshape(len(ordered), rows),
        pivots=np.array(pivots, dtype=np.int16),
        greater=greater,
        less=less,
        comparable=greater | less | equal,
    )


def _matched(grounding: Grounding, column: ViewReference, candidates: Candidates) -> NDArray[np.bool_]:
    """``Bool[row]``: cells equal to a constant of the question, or for a text that no cell equals, containing it."""
    found = np.zeros(grounding.table.number_of_rows, dtype=np.bool_)
    value_type = column.view.value_type
    if value_type not in EQUALS.columns:
        return found
    for constant in candidates.constants:
        if constant.kind not in COMPARABLE[value_type] or constant.kind not in EQUALS.constants:
            continue
        holds = grounding.match(EQUALS, column, constant)
        if constant.kind is ConstantKind.TEXT and not holds.any():
            holds = grounding.match(CONTAINS, column, constant)
        found |= holds
    return found


def _most_common(view: View, countable: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """``Bool[row]``: rows that hold a most frequent value; none where every value is there once."""
    counted = view.mask & countable
    groups = view.groups[counted]
    sizes = np.bincount(groups, minlength=1)
    most = sizes.max(initial=0)
    if most < 2:
        return np.zeros(len(view.mask), dtype=np.bool_)
    return counted & np.isin(view.groups, np.flatnonzero(sizes == most))


def _ranks(view: View) -> NDArray[np.int64]:
    ranks = np.full(len(view.mask), NO_RANK, dtype=np.int64)
    ranks[view.mask] = np.unique(view.keys[view.mask], return_inverse=True)[1]
    return ranks
