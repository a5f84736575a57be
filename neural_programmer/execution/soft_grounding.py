"""One question's table and candidates as arrays, which batches for soft execution are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from neural_programmer.execution.grounding import Grounding
from neural_programmer.language.candidates import Candidates
from neural_programmer.operations.relations import RELATIONS
from neural_programmer.tables.constants import COMPARABLE, ConstantKind
from neural_programmer.tables.values import ValueType
from neural_programmer.tables.views import View

VALUE_TYPES = tuple(ValueType)
CONSTANT_KINDS = tuple(ConstantKind)
NO_VALUE = -1


@dataclass(frozen=True, eq=False)
class SoftGrounding:
    """One question's table and candidates as arrays, small enough to be kept for a whole training set.

    ``ranks`` (Int64[column, row]) number each view's distinct values in ascending order, -1 where there is none;
    ``numbers`` (Float64[column, row]) are 0 where there is none; ``value_types`` (Int64[column]), ``constant_kinds``,
    ``ordinals`` (Int64[constant]) and ``constant_numbers`` (Float64[constant]), 0 for other kinds, describe the
    candidates. ``matches`` holds for each relation
    the places ``column * constants + constant`` (Int64[pair]) where it holds anywhere and the rows (Bool[pair, row]).
    """

    countable: NDArray[np.bool_]
    ranks: NDArray[np.int64]
    numbers: NDArray[np.float64]
    value_types: NDArray[np.int64]
    constant_kinds: NDArray[np.int64]
    ordinals: NDArray[np.int64]
    constant_numbers: NDArray[np.float64]
    matches: Mapping[str, tuple[NDArray[np.int64], NDArray[np.bool_]]]


def ground(grounding: Grounding, candidates: Candidates) -> SoftGrounding:
    """The arrays of one question's table and candidates."""
    columns, constants = candidates.columns, candidates.constants
    rows = grounding.table.number_of_rows
    views = [grounding.views[column] for column in columns]
    numbers = [np.where(view.mask & ~np.isnan(view.numbers), view.numbers, 0.0) for view in views]
    matches = {}
    for relation in RELATIONS:
        places, found = [], []
        for (i, column), (j, constant) in product(enumerate(columns), enumerate(constants)):
            value_type = column.view.value_type
            if (
                value_type in relation.columns
                and constant.kind in relation.constants
                and constant.kind in COMPARABLE[value_type]
            ):
                holds = grounding.match(relation, column, constant)
                if holds.any():
                    places.append(i * len(constants) + j)
                    found.append(holds)
        matches[relation.name] = (
            np.array(places, dtype=np.int64),
            np.array(found, dtype=np.bool_).reshape(len(found), rows),
        )
    return SoftGrounding(
        countable=grounding.countable,
        ranks=np.array([_ranks(view) for view in views], dtype=np.int64).reshape(len(views), rows),
        numbers=np.array(numbers, dtype=np.float64).reshape(len(views), rows),
        value_types=np.array([VALUE_TYPES.index(column.view.value_type) for column in columns], dtype=np.int64),
        constant_kinds=np.array([CONSTANT_KINDS.index(constant.kind) for constant in constants], dtype=np.int64),
        ordinals=np.array(
            [int(str(c.values[0])) if c.kind is ConstantKind.ORDINAL else 0 for c in constants], dtype=np.int64
        ),
        constant_numbers=np.array(
            [float(str(c.values[0])) if c.kind is ConstantKind.NUMBER else 0.0 for c in constants], dtype=np.float64
        ),
        matches=matches,
    )


def _ranks(view: View) -> NDArray[np.int64]:
    """The place of each row's value among the distinct values: by key where the values are ordered, else any."""
    ordered = view.value_type in (ValueType.NUMBER, ValueType.DATE)
    keys = view.keys if ordered else view.groups
    ranks = np.full(len(view.mask), NO_VALUE, dtype=np.int64)
    ranks[view.mask] = np.unique(keys[view.mask], return_inverse=True)[1]
    return ranks
