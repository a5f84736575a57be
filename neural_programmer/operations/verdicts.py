"""Operations that answer in words: which of two words holds, and a number with its unit.

A verdict is 1 for the first word of its constant and 0 for the second.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import pad

from neural_programmer.language.kinds import Kind
from neural_programmer.language.operation import ExactArguments, Operation, Signature
from neural_programmer.operations import sql_phrases
from neural_programmer.operations.exact_helpers import Numbers, best_key, group_counts, number_of, view_of
from neural_programmer.operations.soft_arguments import SoftArguments, SoftNumber
from neural_programmer.operations.soft_helpers import SoftGroups, product_before, product_up_to
from neural_programmer.operations.sql_helpers import SqlArguments
from neural_programmer.operations.sql_logic import Tree
from neural_programmer.tables.constants import ConstantKind
from neural_programmer.tables.phrases import LARGEST_COUNT
from neural_programmer.tables.values import ValueType

_ORDERED = frozenset({ValueType.NUMBER, ValueType.DATE})
_ANY_COLUMN = frozenset({ValueType.TEXT, ValueType.NUMBER, ValueType.DATE})
_CHOICE = frozenset({ConstantKind.CHOICE})


def _verdict(holds: NDArray[np.bool_], known: NDArray[np.bool_]) -> Numbers:
    return np.where(known, holds.astype(np.float64), np.nan)


def _some(flags: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """``Bool[batch]``: whether any flag of each line is set."""
    found: NDArray[np.bool_] = np.greater(flags.sum(axis=1), 0)
    return found


def _greater(arguments: ExactArguments) -> Numbers:
    view = view_of(arguments)
    first = best_key(arguments.rows, view, greatest=True)
    second = best_key(arguments.other_rows, view, greatest=True)
    return _verdict(first > second, np.isfinite(first) & np.isfinite(second))


def _same(arguments: ExactArguments) -> Numbers:
    first = group_counts(arguments.rows, arguments) > 0
    second = group_counts(arguments.other_rows, arguments) > 0
    return _verdict(_some(first & second), _some(first) & _some(second))


def _more_rows(arguments: ExactArguments) -> Numbers:
    verdict: Numbers = (arguments.rows.sum(axis=1) > arguments.other_rows.sum(axis=1)).astype(np.float64)
    return verdict


def _listed_before(arguments: ExactArguments) -> Numbers:
    if not arguments.rows.shape[1]:
        return np.full(len(arguments.rows), np.nan)
    known = _some(arguments.rows) & _some(arguments.other_rows)
    return _verdict(arguments.rows.argmax(axis=1) < arguments.other_rows.argmax(axis=1), known)


def _any_rows(arguments: ExactArguments) -> Numbers:
    return _some(arguments.rows).astype(np.float64)


def _exceeds(arguments: ExactArguments) -> Numbers:
    left, right = arguments.left, arguments.right
    with np.errstate(invalid="ignore"):
        return _verdict(left > right, ~np.isnan(left) & ~np.isnan(right))


def _with_unit(arguments: ExactArguments) -> Numbers:
    number = arguments.left
    with np.errstate(invalid="ignore"):
        is_count = (np.abs(number) < LARGEST_COUNT) & (number == np.round(number))
    return np.where(is_count, number, np.nan)


def _given_number(arguments: ExactArguments) -> Numbers:
    return np.full(len(arguments.rows), number_of(arguments))


def _soft_verdict(holds: Tensor, known: Tensor, chosen: Tensor) -> SoftNumber:
    """The chance that the verdict is 1 (Float[batch, way]) and that it is defined, weighted by ``chosen``."""
    values = torch.cat([torch.ones_like(holds), torch.zeros_like(holds)], dim=1)
    return SoftNumber(values, torch.cat([chosen * holds, chosen * (known - holds)], dim=1))


def _both_sets(arguments: SoftArguments) -> tuple[SoftGroups, SoftGroups, Tensor, Tensor]:
    """The values of both row sets, the chance (Float[batch, column]) that both have one, and of each column."""
    first, second = SoftGroups(arguments.rows, arguments.table), SoftGroups(arguments.other_rows, arguments.table)
    known = (1 - first.none()) * (1 - second.none())
    return first, second, known, arguments.pair.sum(dim=-1)


def _soft_greater(arguments: SoftArguments) -> SoftNumber:
    first, second, known, column = _both_sets(arguments)
    lower = second.greatest().cumsum(dim=-1) - second.greatest()
    return _soft_verdict((first.greatest() * lower).sum(dim=-1), known, column)


def _soft_same(arguments: SoftArguments) -> SoftNumber:
    first, second, known, column = _both_sets(arguments)
    shared = 1 - product_up_to(1 - first.present * second.present)[..., -1]
    return _soft_verdict(shared, known, column)


def _soft_more_rows(arguments: SoftArguments) -> SoftNumber:
    first, second = arguments.rows, arguments.other_rows
    rows = first.shape[1]
    # The distribution of the difference of both numbers, from -rows to rows.
    differences = torch.zeros_like(first[:, :1]).expand(len(first), 2 * rows + 1).clone()
    differences[:, rows] = 1
    for one, other in zip(first.unbind(dim=1), second.unbind(dim=1), strict=True):
        more, fewer = (one * (1 - other))[:, None], (other * (1 - one))[:, None]
        around = pad(differences, (1, 1))
        differences = around[:, 1:-1] * (1 - more - fewer) + around[:, :-2] * more + around[:, 2:] * fewer
    holds = differences[:, rows + 1 :].sum(dim=1, keepdim=True)
    return _soft_verdict(holds, torch.ones_like(holds), arguments.constant.sum(dim=1, keepdim=True))


def _soft_listed_before(arguments: SoftArguments) -> SoftNumber:
    first = arguments.rows * product_before(1 - arguments.rows)
    none_yet = product_up_to(1 - arguments.other_rows)
    holds = (first * (none_yet - none_yet[:, -1:])).sum(dim=1, keepdim=True)
    known = (1 - product_up_to(1 - arguments.rows)[:, -1:]) * (1 - none_yet[:, -1:])
    return _soft_verdict(holds, known, arguments.constant.sum(dim=1, keepdim=True))


def _soft_any_rows(arguments: SoftArguments) -> SoftNumber:
    holds = 1 - product_up_to(1 - arguments.rows)[:, -1:]
    return _soft_verdict(holds, torch.ones_like(holds), arguments.constant.sum(dim=1, keepdim=True))


def _soft_exceeds(arguments: SoftArguments) -> SoftNumber:
    left, right = arguments.left, arguments.right
    above = (left.values[:, :, None] > right.values[:, None]).to(left.masses.dtype)
    holds = torch.einsum("bl,blr,br->b", left.masses, above, right.masses)[:, None]
    return _soft_verdict(holds, (left.mass * right.mass)[:, None], arguments.constant.sum(dim=1, keepdim=True))


def _soft_with_unit(arguments: SoftArguments) -> SoftNumber:
    left = arguments.left
    is_count = (left.values.abs() < LARGEST_COUNT) & (left.values == left.values.round())
    return SoftNumber(left.values, left.masses * is_count * arguments.constant.sum(dim=1, keepdim=True))


def _soft_given_number(arguments: SoftArguments) -> SoftNumber:
    return SoftNumber(arguments.table.constant_numbers, arguments.constant)


def _operation(
    name: str,
    summary: str,
    signature: Signature,
    meanings: tuple[
        Callable[[ExactArguments], Numbers],
        Callable[[SoftArguments], SoftNumber],
        Callable[[SqlArguments], Tree],
    ],
    english: str,
    english_of_dates: str | None = None,
) -> Operation:
    exact, soft, sql = meanings
    return Operation(name, summary, signature, exact, soft, sql, english, english_of_dates=english_of_dates)


_TWO_SETS = (Kind.ROWS, Kind.ROWS)

OPERATIONS: tuple[Operation, ...] = (
    _operation(
        "verdict_greater",
        "The first word if the greatest value of the rows is greater than that of the other rows, else the second.",
        Signature(_TWO_SETS, Kind.PHRASE, _ORDERED, _CHOICE),
        (_greater, _soft_greater, sql_phrases.greater),
        "whether the value of {column} is more for {rows} than for {other_rows}: {constant}",
        "whether the value of {column} is later for {rows} than for {other_rows}: {constant}",
    ),
    _operation(
        "verdict_same",
        "The first word if the rows and the other rows share a value, else the second.",
        Signature(_TWO_SETS, Kind.PHRASE, _ANY_COLUMN, _CHOICE),
        (_same, _soft_same, sql_phrases.same),
        "whether the value of {column} is the same for {rows} and for {other_rows}: {constant}",
    ),
    _operation(
        "verdict_more_rows",
        "The first word if there are more of the rows than of the other rows, else the second.",
        Signature(_TWO_SETS, Kind.PHRASE, frozenset(), _CHOICE),
        (_more_rows, _soft_more_rows, sql_phrases.more_rows),
        "whether there are more of {rows} than of {other_rows}: {constant}",
    ),
    _operation(
        "verdict_listed_before",
        "The first word if the first of the rows stands above the first of the other rows, else the second.",
        Signature(_TWO_SETS, Kind.PHRASE, frozenset(), _CHOICE),
        (_listed_before, _soft_listed_before, sql_phrases.listed_before),
        "whether {rows} stand above {other_rows}: {constant}",
    ),
    _operation(
        "verdict_any_rows",
        "The first word if there are any of the rows, else the second.",
        Signature((Kind.ROWS,), Kind.PHRASE, frozenset(), _CHOICE),
        (_any_rows, _soft_any_rows, sql_phrases.any_rows),
        "whether there are any of {rows}: {constant}",
    ),
    _operation(
        "verdict_exceeds",
        "The first word if the first number is greater than the second, else the second word.",
        Signature((Kind.NUMBER, Kind.NUMBER), Kind.PHRASE, frozenset(), _CHOICE),
        (_exceeds, _soft_exceeds, sql_phrases.exceeds),
        "whether {left} is more than {right}: {constant}",
    ),
    _operation(
        "with_unit",
        "A whole number with its unit.",
        Signature((Kind.NUMBER,), Kind.PHRASE, frozenset(), frozenset({ConstantKind.UNIT})),
        (_with_unit, _soft_with_unit, sql_phrases.with_unit),
        "{left}, in {constant}",
    ),
    _operation(
        "given_number",
        "A number that the question gives.",
        Signature((), Kind.NUMBER, frozenset(), frozenset({ConstantKind.NUMBER})),
        (_given_number, _soft_given_number, sql_phrases.given_number),
        "{constant}",
    ),
)
