"""Whether the SQL of a program, run by a database, gives the program's exact answer."""

from __future__ import annotations

import math
from collections.abc import Sequence

from neural_programmer.execution.engine import Engine, EngineError, Row
from neural_programmer.execution.exact import Answer
from neural_programmer.execution.exact import answer as exact_answer
from neural_programmer.execution.grounding import Grounding
from neural_programmer.execution.sql import query_tree, write_tree
from neural_programmer.execution.sql_schema import StoredValue, storable
from neural_programmer.language.program import Program

_MOST_SHOWN = 5
_RELATIVE_TOLERANCE = 1e-9
_ABSOLUTE_TOLERANCE = 1e-9


def agrees(program: Program, grounding: Grounding, engine: Engine) -> bool:
    """Whether the query of a program, run by the engine on the same table, gives the program's exact answer."""
    sql = write_tree(query_tree(program, engine.schema), engine.dialect)
    return same_answer(exact_answer(program, grounding), engine.run(sql))


def disagreement(program: Program, grounding: Grounding, engine: Engine) -> str | None:
    """How the query's rows differ from the program's exact answer, or why there are none; ``None`` where they agree."""
    expected = exact_answer(program, grounding)
    try:
        found = engine.run(write_tree(query_tree(program, engine.schema), engine.dialect))
    except EngineError as error:
        return str(error)
    return None if same_answer(expected, found) else f"expected {_shown(expected.values)}, but found {_shown(found)}"


def _shown(values: Sequence[object]) -> str:
    more = f" and {len(values) - _MOST_SHOWN} more" if len(values) > _MOST_SHOWN else ""
    return f"{', '.join(map(repr, values[:_MOST_SHOWN])) or 'nothing'}{more}"


def same_answer(answer: Answer, rows: Sequence[Row]) -> bool:
    """Whether a query's rows are the answer, in its order; numbers may differ by rounding, NULL is no answer."""
    found = [row for row in rows if row[0] is not None and row[0] == row[0]]
    expected = [value if isinstance(value, tuple) else (value,) for value in answer.values]
    return len(found) == len(expected) and all(map(_same_row, expected, found))


def _same_row(expected: Sequence[str | float], found: Row) -> bool:
    return len(expected) == len(found) and all(map(_same_value, expected, found))


def _same_value(expected: str | float, found: StoredValue) -> bool:
    if isinstance(expected, str) or not isinstance(found, float | int):
        return isinstance(expected, str) and storable(expected) == found
    return math.isclose(expected, found, rel_tol=_RELATIVE_TOLERANCE, abs_tol=_ABSOLUTE_TOLERANCE)
