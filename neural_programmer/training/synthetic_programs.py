"""Made-up questions with their programs: a program drawn from patterns about a real table, asked in its own English."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from neural_programmer.execution.english import explain
from neural_programmer.execution.exact import answer
from neural_programmer.execution.grounding import Grounding
from neural_programmer.language.program import Program, Step
from neural_programmer.tables.constants import Constant, ConstantKind
from neural_programmer.tables.table import Table
from neural_programmer.tables.values import Number, Text, ValueType
from neural_programmer.tables.views import ViewKind, ViewReference

_LONGEST_CELL = 40
_TRIES = 20


@dataclass(frozen=True)
class MadeUp:
    """A question about a table with the program that it was made from."""

    question: str
    table: Table
    program: Program


class _Unfit(Exception):
    """The table lacks what the pattern needs."""


@dataclass(frozen=True, eq=False)
class _Drawing:
    """Draws columns and values of a table."""

    grounding: Grounding
    random: np.random.Generator

    def column(self, value_type: ValueType, *besides: ViewReference) -> ViewReference:
        names = {one.column for one in besides}
        plain = {ValueType.TEXT: ViewKind.TEXT, ValueType.NUMBER: ViewKind.NUMBER}[value_type]
        fitting = [one for one in self.grounding.views if one.view is plain and one.column not in names]
        if not fitting:
            raise _Unfit
        return fitting[int(self.random.integers(len(fitting)))]

    def value(self, column: ViewReference) -> Constant:
        values = [
            value
            for value in self.grounding.views[column].distinct
            if isinstance(value, Number) or (isinstance(value, Text) and 0 < len(value.written) <= _LONGEST_CELL)
        ]
        if not values:
            raise _Unfit
        value = values[int(self.random.integers(len(values)))]
        if isinstance(value, Number):
            return Constant(ConstantKind.NUMBER, (value.amount,))
        return Constant(ConstantKind.TEXT, (value.written,))

    def one_of(self, *names: str) -> str:
        return names[int(self.random.integers(len(names)))]


def _count(draw: _Drawing) -> list[Step]:
    column = draw.column(ValueType.TEXT)
    return [Step("filter_equals", (0,), column, draw.value(column)), Step("count", (1,))]


def _count_compared(draw: _Drawing) -> list[Step]:
    column = draw.column(ValueType.NUMBER)
    return [Step(draw.one_of("filter_greater", "filter_less"), (0,), column, draw.value(column)), Step("count", (1,))]


def _look_up(draw: _Drawing) -> list[Step]:
    column = draw.column(ValueType.TEXT)
    other = draw.column(ValueType(draw.one_of(ValueType.TEXT, ValueType.NUMBER)), column)
    return [Step("filter_equals", (0,), column, draw.value(column)), Step("select", (1,), other)]


def _extreme(draw: _Drawing) -> list[Step]:
    measured = draw.column(ValueType.NUMBER)
    return [
        Step(draw.one_of("argmax", "argmin"), (0,), measured),
        Step("select", (1,), draw.column(ValueType.TEXT, measured)),
    ]


def _end(draw: _Drawing) -> list[Step]:
    return [Step(draw.one_of("first", "last"), (0,)), Step("select", (1,), draw.column(ValueType.TEXT))]


def _neighbour(draw: _Drawing) -> list[Step]:
    column = draw.column(ValueType.TEXT)
    return [
        Step("filter_equals", (0,), column, draw.value(column)),
        Step(draw.one_of("previous", "next"), (1,)),
        Step("select", (2,), column),
    ]


def _total(draw: _Drawing) -> list[Step]:
    column = draw.column(ValueType.TEXT)
    return [
        Step("filter_equals", (0,), column, draw.value(column)),
        Step(draw.one_of("sum", "average", "maximum"), (1,), draw.column(ValueType.NUMBER)),
    ]


def _difference(draw: _Drawing) -> list[Step]:
    column, measured = draw.column(ValueType.TEXT), draw.column(ValueType.NUMBER)
    return [
        Step("filter_equals", (0,), column, draw.value(column)),
        Step("number_of", (1,), measured),
        Step("filter_equals", (0,), column, draw.value(column)),
        Step("number_of", (3,), measured),
        Step("difference", (2, 4)),
    ]


def _commonest(draw: _Drawing) -> list[Step]:
    return [Step("most_common_value", (0,), draw.column(ValueType.TEXT))]


PATTERNS: tuple[Callable[[_Drawing], list[Step]], ...] = (
    _count,
    _count_compared,
    _look_up,
    _extreme,
    _end,
    _neighbour,
    _total,
    _difference,
    _commonest,
)


def made_up(tables: Sequence[Table], count: int, seed: int) -> list[MadeUp]:
    """So many questions, one table after the other; fewer where the tables do not fit. The same seed, the same ones.

    Every pattern is tried equally often. The program has an answer on its table.
    """
    random = np.random.default_rng(seed)
    groundings = [Grounding(table) for table in tables]
    found: list[MadeUp] = []
    for number in range(count):
        for _ in range(_TRIES):
            grounding = groundings[int(random.integers(len(groundings)))]
            try:
                steps = PATTERNS[number % len(PATTERNS)](_Drawing(grounding, random))
            except _Unfit:
                continue
            program = Program((Step("all_rows"), *steps))
            if answer(program, grounding).defined:
                said = explain(program, grounding).rstrip(".").replace('"', "").lower()
                found.append(MadeUp(said, grounding.table, program))
                break
    return found
