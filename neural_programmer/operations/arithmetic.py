"""Arithmetic on two earlier numbers; undefined where either is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from sqlglot import exp
from torch import Tensor

from neural_programmer.language.kinds import Kind
from neural_programmer.language.operation import ExactArguments, Operation, Signature
from neural_programmer.operations import sql_values
from neural_programmer.operations.exact_helpers import Numbers
from neural_programmer.operations.soft_arguments import SoftArguments, SoftNumber
from neural_programmer.operations.soft_helpers import ratio

_SIGNATURE = Signature((Kind.NUMBER, Kind.NUMBER), Kind.NUMBER)


def _add(arguments: ExactArguments) -> Numbers:
    return arguments.left + arguments.right


def _subtract(arguments: ExactArguments) -> Numbers:
    return arguments.left - arguments.right


def _difference(arguments: ExactArguments) -> Numbers:
    return np.abs(arguments.left - arguments.right)


def _multiply(arguments: ExactArguments) -> Numbers:
    return arguments.left * arguments.right


def _divide(arguments: ExactArguments) -> Numbers:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(arguments.right == 0, np.nan, arguments.left / arguments.right)


def _soft_means(left: SoftNumber, right: SoftNumber, combine: Callable[[Tensor, Tensor], Tensor]) -> SoftNumber:
    """What comes of the means, where both are defined."""
    return SoftNumber(combine(left.mean, right.mean)[:, None], (left.mass * right.mass)[:, None])


def _soft_add(arguments: SoftArguments) -> SoftNumber:
    return _soft_means(arguments.left, arguments.right, torch.add)


def _soft_subtract(arguments: SoftArguments) -> SoftNumber:
    return _soft_means(arguments.left, arguments.right, torch.sub)


def _soft_difference(arguments: SoftArguments) -> SoftNumber:
    left, right = arguments.left, arguments.right
    apart = (left.values[:, :, None] - right.values[:, None]).abs()
    total = torch.einsum("bl,blr,br->b", left.masses, apart, right.masses)
    mass = left.mass * right.mass
    return SoftNumber(ratio(total, mass)[:, None], mass[:, None])


def _soft_multiply(arguments: SoftArguments) -> SoftNumber:
    return _soft_means(arguments.left, arguments.right, torch.mul)


def _soft_divide(arguments: SoftArguments) -> SoftNumber:
    right = arguments.right
    divisible = right.values != 0
    masses = torch.where(divisible, right.masses, 0.0)
    inverse = SoftNumber(1 / torch.where(divisible, right.values, 1.0), masses)
    return _soft_means(arguments.left, inverse, torch.mul)


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="add",
        summary="The sum of two numbers.",
        signature=_SIGNATURE,
        exact=_add,
        soft=_soft_add,
        sql=sql_values.arithmetic(exp.Add),
        english="{left} plus {right}",
    ),
    Operation(
        name="subtract",
        summary="The first number less the second.",
        signature=_SIGNATURE,
        exact=_subtract,
        soft=_soft_subtract,
        sql=sql_values.arithmetic(exp.Sub),
        english="{left} minus {right}",
    ),
    Operation(
        name="difference",
        summary="By how much two numbers differ, never negative.",
        signature=_SIGNATURE,
        exact=_difference,
        soft=_soft_difference,
        sql=sql_values.difference,
        english="the difference between {left} and {right}",
    ),
    Operation(
        name="multiply",
        summary="The product of two numbers.",
        signature=_SIGNATURE,
        exact=_multiply,
        soft=_soft_multiply,
        sql=sql_values.arithmetic(exp.Mul),
        english="{left} times {right}",
    ),
    Operation(
        name="divide",
        summary="The first number divided by the second, undefined where that is zero.",
        signature=_SIGNATURE,
        exact=_divide,
        soft=_soft_divide,
        sql=sql_values.quotient,
        english="{left} divided by {right}",
    ),
)
