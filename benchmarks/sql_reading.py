"""How much SQL is read back as a program, by operation and dialect, and how long it takes, on generated programs.

`PYTHONPATH=. .venv/bin/python benchmarks/sql_reading.py --tables 20` runs it.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections import Counter
from collections.abc import Iterator

from neural_programmer.execution.exact import Answer, answer
from neural_programmer.execution.grounding import Grounding
from neural_programmer.execution.sql import DIALECTS, sql_text
from neural_programmer.execution.sql_reading import read_sql
from neural_programmer.execution.sql_shapes import shapes
from neural_programmer.language.program import Program
from neural_programmer.operations.registry import OPERATION_NAMES
from neural_programmer.tables.table import Table
from tests.generators import random_candidates, random_program, random_table

SAME, EQUAL, WRONG, MISSING = "the same program", "the same answer", "another answer", "not read"


def cases(tables: int, steps: int) -> Iterator[tuple[str, str, Table, Program]]:
    """An operation, a dialect, a table and a program with that operation, each operation once a table."""
    for seed in range(tables):
        rng = random.Random(f"benchmark {seed}")
        table = random_table(rng, include="Members" if seed % 2 else None)
        candidates = random_candidates(rng, table)
        for number, name in enumerate(OPERATION_NAMES[1:]):
            program = random_program(rng, table, candidates, operation=name, most_operations=steps)
            if program is not None:
                yield name, DIALECTS[(seed + number) % len(DIALECTS)], table, program


def outcome(table: Table, program: Program, read: Program | None) -> str:
    """What became of a program on its way to SQL and back."""
    if read is None:
        return MISSING
    if read == program:
        return SAME
    grounding = Grounding(table)

    def denotation(found: Answer) -> object:
        return found.values, found.defined

    alike = denotation(answer(program, grounding)) == denotation(answer(read, grounding))
    return EQUAL if alike else WRONG


def main() -> None:
    """Print the outcomes, their shares by dialect and by operation, and the processor time that a reading takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=int, default=20, help="how many tables, each with a program an operation")
    parser.add_argument("--steps", type=int, default=4, help="the most operations in a program")
    options = parser.parse_args()
    start = time.process_time()
    shapes()
    print(f"once, before the first reading: {1000 * (time.process_time() - start):.0f} ms")
    outcomes, times = Counter[str](), list[float]()
    tried, read = Counter[str](), Counter[str]()
    for name, dialect, table, program in cases(options.tables, options.steps):
        sql = sql_text(program, table, dialect)
        start = time.process_time()
        found = read_sql(sql, table, dialect).program
        times.append(1000 * (time.process_time() - start))
        result = outcome(table, program, found)
        outcomes[result] += 1
        for key in (name, dialect):
            tried[key] += 1
            read[key] += result in (SAME, EQUAL)
    total = outcomes.total()
    print(f"{total} queries: " + ", ".join(f"{one} {outcomes[one]}" for one in (SAME, EQUAL, WRONG, MISSING)))
    times.sort()
    print(
        f"a reading, processor time: median {statistics.median(times):.0f} ms, "
        f"95th percentile {times[round(0.95 * (len(times) - 1))]:.0f} ms, longest {times[-1]:.0f} ms"
    )
    for names in (DIALECTS, OPERATION_NAMES[1:]):
        print()
        for name in names:
            print(f"{name:28}{read[name]:6} of {tried[name]:4}  {read[name] / max(tried[name], 1):7.1%}")


if __name__ == "__main__":
    main()
