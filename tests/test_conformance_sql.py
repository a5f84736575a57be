"""For every operation: the exact meaning equals the SQL run in DuckDB and in SQLite, on random messy tables."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

import pytest

from neural_programmer.execution.engines import DuckDBEngine, SQLiteEngine, agrees
from neural_programmer.execution.exact import answer
from neural_programmer.execution.grounding import Grounding
from neural_programmer.execution.sql import sql_text
from neural_programmer.language.candidates import Candidates
from neural_programmer.language.program import Program
from neural_programmer.language.text_form import write_program
from neural_programmer.operations.registry import OPERATION_NAMES, REGISTRY
from neural_programmer.tables.table import Table
from tests.examples import example_programs, example_table, table_for
from tests.generators import enumerate_programs, random_candidates, random_program, random_table

TABLES = 14
PROGRAMS_EACH = 2


class Case:
    """A table in both databases, and what programs about it may use."""

    def __init__(self, table: Table, candidates: Candidates) -> None:
        self.table = table
        self.grounding = Grounding(table)
        self.candidates = candidates
        self.engines = (DuckDBEngine(table), SQLiteEngine(table))

    def close(self) -> None:
        for engine in self.engines:
            engine.close()

    def check(self, program: Program) -> None:
        for engine in self.engines:
            if not agrees(program, self.grounding, engine):
                sql = sql_text(program, self.table, engine.dialect)
                expected, found = answer(program, self.grounding).values, engine.run(sql)
                pytest.fail(f"{write_program(program)}\n{sql}\n{engine.dialect}: expected {expected}, found {found}")


@pytest.fixture(scope="module")
def cases() -> Iterator[list[Case]]:
    found = []
    for seed in range(TABLES):
        rng = random.Random(seed)
        table = random_table(rng, include="Members" if seed % 2 else None)
        found.append(Case(table, random_candidates(rng, table)))
    yield found
    for case in found:
        case.close()


def test_no_operation_lacks_a_meaning() -> None:
    for operation in REGISTRY.values():
        assert callable(operation.exact)
        assert callable(operation.soft), f"{operation.name} has no soft meaning"
        assert callable(operation.sql), f"{operation.name} has no SQL"
        assert operation.english, f"{operation.name} has no English"


@pytest.mark.parametrize("name", [name for name in OPERATION_NAMES if name != "all_rows"])
def test_exact_equals_sql(name: str, cases: list[Case]) -> None:
    kinds: Counter[bool] = Counter()
    for seed, case in enumerate(cases):
        rng = random.Random(f"{name} {seed}")
        for _ in range(PROGRAMS_EACH):
            program = random_program(rng, case.table, case.candidates, operation=name)
            if program is not None:
                case.check(program)
                kinds[answer(program, case.grounding).defined] += 1
    assert kinds.total() >= 5, f"too few programs with {name} were tried"
    assert kinds[True] >= 2, f"too few programs with {name} had an answer"


def test_exact_equals_sql_for_every_program_of_one_operation() -> None:
    table = example_table(total=True)
    constants = tuple(dict.fromkeys(step.constant for program in example_programs().values() for step in program))
    columns = tuple(reference for reference in table.view_references if reference.column in ("Points", "Date"))
    case = Case(table, Candidates(columns, tuple(constant for constant in constants if constant is not None)))
    for program in enumerate_programs(case.candidates, most_operations=1):
        case.check(program)
    two = [program for program in enumerate_programs(case.candidates, most_operations=2) if len(program) == 3]
    for program in random.Random(5).sample(two, 100):
        case.check(program)
    case.close()


@pytest.mark.parametrize(("name", "program"), example_programs().items())
def test_exact_equals_sql_for_the_examples(name: str, program: Program) -> None:
    table = table_for(name)
    with DuckDBEngine(table) as duckdb, SQLiteEngine(table) as sqlite:
        assert agrees(program, Grounding(table), duckdb)
        assert agrees(program, Grounding(table), sqlite)
