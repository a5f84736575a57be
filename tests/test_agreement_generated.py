"""The SQL of random programs, run in DuckDB and SQLite on generated and on real tables, gives the exact answers."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from neural_programmer.data.wikitablequestions import WikiTableQuestions
from neural_programmer.execution.engines import DuckDBEngine, EngineOpener, SQLiteEngine
from tests.sql_cases import OPERATIONS, TableCases, Tally, cases_of, generated_cases, hold_against

IN_MEMORY: tuple[EngineOpener, ...] = (DuckDBEngine, SQLiteEngine)
FAST_CASES = 150
SLOW_PARTS = 10
SLOW_CASES = 1_000
REAL_PARTS = 5
REAL_TABLES = 50
PROGRAMS_EACH = 6


def check(cases: list[TableCases], operations: Sequence[str]) -> None:
    """Every case agrees in both databases, most have an answer, and none of the operations is left out."""
    for opener in IN_MEMORY:
        tally = Tally()
        for case in cases:
            hold_against(case, opener, tally)
        assert not tally.disagreements, "\n\n".join(tally.disagreements[:3])
        assert tally.cases == sum(len(case.programs) for case in cases)
        assert tally.defined > tally.cases / 2
        assert set(tally.operations) >= set(operations)


def test_sql_agrees_on_generated_tables() -> None:
    cases = list(generated_cases(seed=1, cases=FAST_CASES))
    assert sum(len(case.programs) for case in cases) == FAST_CASES
    check(cases, OPERATIONS)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(SLOW_PARTS))
def test_sql_agrees_on_ten_thousand_generated_cases(part: int) -> None:
    cases = list(generated_cases(seed=100 + part, cases=SLOW_CASES))
    assert sum(len(case.programs) for case in cases) == SLOW_CASES
    check(cases, OPERATIONS)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(REAL_PARTS))
def test_sql_agrees_on_real_tables(part: int, wikitablequestions: WikiTableQuestions) -> None:
    names = sorted({question.context for question in wikitablequestions.questions("training")})
    chosen = random.Random(3).sample(names, REAL_PARTS * REAL_TABLES)[part::REAL_PARTS]
    # So few programs, drawn at random, need not have every operation; the generated ones have.
    check([cases_of(wikitablequestions.read_table(name), name, PROGRAMS_EACH) for name in chosen], ())
