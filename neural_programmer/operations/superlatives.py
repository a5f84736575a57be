"""Superlatives: the rows with the greatest, least or k-th value, all ties included."""

from __future__ import annotations

import numpy as np

from neural_programmer.language.kinds import Kind
from neural_programmer.language.operation import ExactArguments, Operation, Signature
from neural_programmer.operations.exact_helpers import Rows, best_key, group_counts, number_of, view_of
from neural_programmer.tables.constants import ConstantKind
from neural_programmer.tables.values import ValueType

_ORDERED = frozenset({ValueType.NUMBER, ValueType.DATE})
_ORDINAL = frozenset({ConstantKind.ORDINAL})


def _argmax(arguments: ExactArguments) -> Rows:
    view = view_of(arguments)
    return arguments.rows & (view.keys == best_key(arguments.rows, view, greatest=True)[:, None])


def _argmin(arguments: ExactArguments) -> Rows:
    view = view_of(arguments)
    return arguments.rows & (view.keys == best_key(arguments.rows, view, greatest=False)[:, None])


def _kth_max(arguments: ExactArguments) -> Rows:
    return _kth(arguments, descending=True)


def _kth_min(arguments: ExactArguments) -> Rows:
    return _kth(arguments, descending=False)


def _kth(arguments: ExactArguments, *, descending: bool) -> Rows:
    view = view_of(arguments)
    held = group_counts(arguments.rows, arguments) > 0
    if not held.shape[1]:
        return np.zeros_like(arguments.rows)
    group_keys = np.empty(held.shape[1])
    group_keys[view.groups[view.mask]] = view.keys[view.mask]
    ranking = np.argsort(-group_keys if descending else group_keys)
    ranked = held[:, ranking]
    chosen = np.zeros_like(held)
    chosen[:, ranking] = ranked & (np.cumsum(ranked, axis=1) == number_of(arguments))
    return arguments.rows & view.mask & chosen[:, view.groups]


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="argmax",
        summary="The rows with the greatest number or latest date, all ties.",
        signature=Signature((Kind.ROWS,), Kind.ROWS, _ORDERED),
        exact=_argmax,
        soft=None,
        sql=None,
        english="{rows} with the highest {column}",
    ),
    Operation(
        name="argmin",
        summary="The rows with the least number or earliest date, all ties.",
        signature=Signature((Kind.ROWS,), Kind.ROWS, _ORDERED),
        exact=_argmin,
        soft=None,
        sql=None,
        english="{rows} with the lowest {column}",
    ),
    Operation(
        name="kth_max",
        summary="The rows with the k-th greatest of the distinct values, all ties.",
        signature=Signature((Kind.ROWS,), Kind.ROWS, _ORDERED, _ORDINAL),
        exact=_kth_max,
        soft=None,
        sql=None,
        english="{rows} with the {constant} highest {column}",
    ),
    Operation(
        name="kth_min",
        summary="The rows with the k-th least of the distinct values, all ties.",
        signature=Signature((Kind.ROWS,), Kind.ROWS, _ORDERED, _ORDINAL),
        exact=_kth_min,
        soft=None,
        sql=None,
        english="{rows} with the {constant} lowest {column}",
    ),
)
