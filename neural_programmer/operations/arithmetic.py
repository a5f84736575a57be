"""Arithmetic on two earlier numbers; undefined where either is."""

from __future__ import annotations

import numpy as np

from neural_programmer.language.kinds import Kind
from neural_programmer.language.operation import ExactArguments, Operation, Signature
from neural_programmer.operations.exact_helpers import Numbers

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


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="add",
        summary="The sum of two numbers.",
        signature=_SIGNATURE,
        exact=_add,
        soft=None,
        sql=None,
        english="{left} plus {right}",
    ),
    Operation(
        name="subtract",
        summary="The first number less the second.",
        signature=_SIGNATURE,
        exact=_subtract,
        soft=None,
        sql=None,
        english="{left} minus {right}",
    ),
    Operation(
        name="difference",
        summary="By how much two numbers differ, never negative.",
        signature=_SIGNATURE,
        exact=_difference,
        soft=None,
        sql=None,
        english="the difference between {left} and {right}",
    ),
    Operation(
        name="multiply",
        summary="The product of two numbers.",
        signature=_SIGNATURE,
        exact=_multiply,
        soft=None,
        sql=None,
        english="{left} times {right}",
    ),
    Operation(
        name="divide",
        summary="The first number divided by the second, undefined where that is zero.",
        signature=_SIGNATURE,
        exact=_divide,
        soft=None,
        sql=None,
        english="{left} divided by {right}",
    ),
)
