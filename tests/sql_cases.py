"""Programs over generated and over real tables, each with its exact answer, to be held against databases."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice

from neural_programmer.execution.engines import EngineOpener, disagreement
from neural_programmer.execution.exact import answer
from neural_programmer.execution.grounding import Grounding
from neural_programmer.execution.sql import query_tree, write_tree
from neural_programmer.language.candidates import Candidates
from neural_programmer.language.program import Program
from neural_programmer.language.text_form import write_program
from neural_programmer.operations.registry import OPERATION_NAMES
from neural_programmer.tables.table import Table
from tests.generators import HARD_COLUMNS, random_candidates, random_program, random_table

OPERATIONS = tuple(name for name in OPERATION_NAMES if name != "all_rows")
_TRIES = 10
# Seconds for a query: agreement is tried here, not speed, and a machine may be busy with much else.
_PATIENCE = 120.0


@dataclass(frozen=True)
class TableCases:
    """A table with programs over it."""

    table: Table
    programs: Sequence[Program]


@dataclass
class Tally:
    """What was tried: cases, those with an answer, how often each operation stood in one, and what disagreed."""

    cases: int = 0
    defined: int = 0
    operations: Counter[str] = field(default_factory=Counter)
    disagreements: list[str] = field(default_factory=list)


def generated_cases(seed: int, cases: int, programs_each: int = 12) -> Iterator[TableCases]:
    """Random tables with random programs, each in turn with another operation; the same for the same seed.

    An operation that finds nothing to do in one table is tried again in the next.
    """
    made, number = 0, 0
    operations = cycle(OPERATIONS)
    again: list[str] = []
    while made < cases:
        rng = random.Random(f"{seed} {number}")
        # A table of lists in turn, for the operations that read them.
        include = ("Members", "Items", None, None)[number % 4]
        table = random_table(rng, columns=rng.randint(1, 6), include=include, pools=HARD_COLUMNS)
        wanted = [*again, *islice(operations, programs_each - len(again))]
        found = _programs(rng, table, random_candidates(rng, table, constants=16), wanted)
        again = [name for name in wanted if name not in found]
        programs = list(found.values())[: cases - made]
        made += len(programs)
        number += 1
        yield TableCases(table, programs)


def cases_of(table: Table, seed: str, programs: int) -> TableCases:
    """Random programs over a given table."""
    rng = random.Random(seed)
    wanted = rng.sample(OPERATIONS, min(programs, len(OPERATIONS)))
    found = _programs(rng, table, random_candidates(rng, table, constants=16), wanted)
    return TableCases(table, list(found.values()))


def _programs(rng: random.Random, table: Table, candidates: Candidates, wanted: Sequence[str]) -> dict[str, Program]:
    """A program for every operation that has something to do in the table."""
    found: dict[str, Program] = {}
    grounding = Grounding(table)
    for name in wanted:
        program = None
        for _ in range(_TRIES):
            program = random_program(rng, table, candidates, operation=name)
            # A program without an answer says less; now and then one of them is right.
            if program is None or answer(program, grounding).defined:
                break
        if program is not None:
            found[name] = program
    return found


def hold_against(cases: TableCases, open_engine: EngineOpener, tally: Tally) -> None:
    """Run every program's SQL and its exact meaning, and add to the tally what came of it."""
    grounding = Grounding(cases.table)
    with open_engine(cases.table) as engine:
        engine.time_limit = max(engine.time_limit, _PATIENCE)
        for program in cases.programs:
            tally.cases += 1
            tally.defined += answer(program, grounding).defined
            tally.operations.update({step.operation for step in program})
            reason = disagreement(program, grounding, engine)
            if reason is not None:
                sql = write_tree(query_tree(program, engine.schema), engine.dialect)
                shown = f"{engine.name}: {write_program(program, separator='; ')}\n{sql}\n{reason}"
                tally.disagreements.append(f"{shown}\n{_shown(cases.table)}")


def _shown(table: Table) -> str:
    return "\n".join(f"{column.name!r}: {list(column.cells)}" for column in table.columns)
