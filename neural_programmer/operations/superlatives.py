"""Superlatives: the rows with the greatest, least or k-th value, all ties included."""

from __future__ import annotations

import numpy as np
import torch
from sqlglot import exp
from torch import Tensor

from neural_programmer.language.kinds import Kind
from neural_programmer.language.operation import ExactArguments, Operation, Signature
from neural_programmer.operations import sql_rows
from neural_programmer.operations.exact_helpers import Rows, best_key, group_counts, number_of, view_of
from neural_programmer.operations.soft_arguments import SoftArguments
from neural_programmer.operations.soft_comparisons import values_where
from neural_programmer.operations.soft_counts import counts_before, ordinal_distribution, ordinal_states
from neural_programmer.operations.soft_helpers import SoftGroups, product_after, product_before, spread
from neural_programmer.tables.constants import ConstantKind
from neural_programmer.tables.values import ValueType

_ORDERED = frozenset({ValueType.NUMBER, ValueType.DATE})
_ORDINAL = frozenset({ConstantKind.ORDINAL})


def _argmax(arguments: ExactArguments) -> Rows:
    view = view_of(arguments)
    rows: Rows = arguments.rows & (view.keys == best_key(arguments.rows, view, greatest=True)[:, None])
    return rows


def _argmin(arguments: ExactArguments) -> Rows:
    view = view_of(arguments)
    rows: Rows = arguments.rows & (view.keys == best_key(arguments.rows, view, greatest=False)[:, None])
    return rows


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


def _soft_argmax(arguments: SoftArguments) -> Tensor:
    groups = SoftGroups(arguments.rows, arguments.table)
    return values_where(product_after(groups.absent), arguments)


def _soft_argmin(arguments: SoftArguments) -> Tensor:
    groups = SoftGroups(arguments.rows, arguments.table)
    return values_where(product_before(groups.absent), arguments)


def _soft_kth_max(arguments: SoftArguments) -> Tensor:
    return _soft_kth(arguments, descending=True)


def _soft_kth_min(arguments: SoftArguments) -> Tensor:
    return _soft_kth(arguments, descending=False)


def _soft_kth(arguments: SoftArguments, *, descending: bool) -> Tensor:
    """A value is the k-th where just k - 1 of the values beyond it are there."""
    table = arguments.table
    present = SoftGroups(arguments.rows, table).present
    states = ordinal_states(arguments, present.shape[-1])
    beyond = counts_before(present.flip(-1), states).flip(-2) if descending else counts_before(present, states)
    wanted = ordinal_distribution(arguments.pair, table.ordinals, states)
    chances = torch.einsum("bvgs,bvs->bvg", beyond, wanted)
    return arguments.rows * (spread(chances, table) * table.mask).sum(dim=1)


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="argmax",
        summary="The rows with the greatest number or latest date, all ties.",
        signature=Signature((Kind.ROWS,), Kind.ROWS, _ORDERED),
        exact=_argmax,
        soft=_soft_argmax,
        sql=sql_rows.best(exp.Max),
        english="{rows} with the highest {column}",
        english_of_dates="{rows} with the latest {column}",
    ),
    Operation(
        name="argmin",
        summary="The rows with the least number or earliest date, all ties.",
        signature=Signature((Kind.ROWS,), Kind.ROWS, _ORDERED),
        exact=_argmin,
        soft=_soft_argmin,
        sql=sql_rows.best(exp.Min),
        english="{rows} with the lowest {column}",
        english_of_dates="{rows} with the earliest {column}",
    ),
    Operation(
        name="kth_max",
        summary="The rows with the k-th greatest of the distinct values, all ties.",
        signature=Signature((Kind.ROWS,), Kind.ROWS, _ORDERED, _ORDINAL),
        exact=_kth_max,
        soft=_soft_kth_max,
        sql=sql_rows.kth(descending=True),
        english="{rows} with the {constant} highest {column}",
        english_of_dates="{rows} with the {constant} latest {column}",
    ),
    Operation(
        name="kth_min",
        summary="The rows with the k-th least of the distinct values, all ties.",
        signature=Signature((Kind.ROWS,), Kind.ROWS, _ORDERED, _ORDINAL),
        exact=_kth_min,
        soft=_soft_kth_min,
        sql=sql_rows.kth(descending=False),
        english="{rows} with the {constant} lowest {column}",
        english_of_dates="{rows} with the {constant} earliest {column}",
    ),
)
