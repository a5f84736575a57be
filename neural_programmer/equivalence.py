"""Whether two programs mean the same: the same steps, or the same answers on many tables like the one asked about.

Two programs with one answer on one table may agree by accident. On tables with the same cells in other places the
accidental ones come apart (Pasupat and Liang 2016, "Inferring Logical Forms From Denotations", section 5).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from neural_programmer.data.evaluator import to_values
from neural_programmer.execution.exact import answer
from neural_programmer.execution.grounding import Grounding
from neural_programmer.execution.plainness import plainest
from neural_programmer.language.program import Program
from neural_programmer.response import answer_items
from neural_programmer.tables.build import build_table
from neural_programmer.tables.constants import Constant, ConstantKind
from neural_programmer.tables.table import Table
from neural_programmer.tables.values import text_key

PERTURBED = 30
LEAST_TELLING = 5
# Operations whose two references may change places.
_SYMMETRIC = frozenset({"union", "intersect", "add", "multiply", "difference", "larger_set", "smaller_set"})
_Term = tuple[object, ...]


class Sameness(StrEnum):
    """How two programs compare."""

    SAME = "the same program"
    EQUAL = "the same answers on every table"
    DIFFERENT = "other answers on some table"
    UNTOLD = "too few tables tell"


def perturbed(table: Table, count: int = PERTURBED, seed: int = 0) -> list[Grounding]:
    """Tables with the cells of this one in other places: rows in another order, some left out, columns shuffled.

    The first third only moves and drops whole rows; in the others every column is also shuffled for itself, so that
    what stood side by side no longer does. Tables whose columns are then read in other ways are left out.
    """
    draw = random.Random(seed)
    found = []
    for number in range(count):
        rows = list(range(table.number_of_rows))
        draw.shuffle(rows)
        kept = rows[: max(2, round(len(rows) * draw.uniform(0.6, 1.0)))]
        columns = []
        for column in table.columns:
            places = draw.sample(kept, len(kept)) if number >= count // 3 else kept
            columns.append([column.cells[row] for row in places])
        moved = build_table([column.header for column in table.columns], list(zip(*columns, strict=True)), name="moved")
        if moved.view_references == table.view_references:
            found.append(Grounding(moved))
    return found


def compare(first: Program, second: Program, table: Table, others: Sequence[Grounding]) -> Sameness:
    """How two programs about a table compare, judged on it and on ``others``, tables like it.

    They are equal where all tables give the same answers and at least ``LEAST_TELLING`` give any.
    """
    home = Grounding(table)
    if normal_form(first, home) == normal_form(second, home):
        return Sameness.SAME
    telling = 0
    for grounding in (home, *others):
        one, other = (_denotation(program, grounding) for program in (first, second))
        if one != other:
            return Sameness.DIFFERENT
        telling += one is not None
    return Sameness.EQUAL if telling >= LEAST_TELLING else Sameness.UNTOLD


def _denotation(program: Program, grounding: Grounding) -> frozenset[object] | None:
    found = answer(program, grounding)
    return frozenset[object](to_values(answer_items(program, found.values))) if found.defined else None


def normal_form(program: Program, grounding: Grounding) -> _Term:
    """The program as one term: filters one after another in a fixed order, whatever they were written in.

    Two programs with the same term have the same meaning on every table of the same columns.
    """
    terms: list[_Term] = []
    for step in plainest(program, grounding):
        given = [terms[reference] for reference in step.references]
        if step.operation in _SYMMETRIC:
            given.sort(key=repr)
        own = (step.operation, repr(step.column), repr(_plain(step.constant)))
        if step.operation.startswith("filter_") and len(given) == 1:
            # Filters that take nothing but a constant may change places: ("filtered", rows, filters).
            rows, filters = (given[0][1], given[0][2]) if given[0][0] == "filtered" else (given[0], ())
            assert isinstance(filters, tuple)
            terms.append(("filtered", rows, tuple(sorted({*filters, own}))))
        else:
            terms.append((*own, *given))
    return terms[-1]


def _plain(constant: Constant | None) -> Constant | None:
    """The constant with its texts in the form in which they are compared, in order where order says nothing."""
    if constant is None or constant.kind not in (ConstantKind.TEXT, ConstantKind.TEXTS):
        return constant
    return replace(constant, values=tuple(sorted(text_key(str(text)) for text in constant.values)))
