"""SQL text read as a program: the way back from what a person typed or edited.

A program is given only where its own SQL and the text are the same query in normal form (`sql_normal_form`), so that no
reading can be wrong: it may only be missing, and then the reason is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache

import sqlglot
from sqlglot import exp

from neural_programmer.execution.engines import DuckDBEngine
from neural_programmer.execution.exact import execute
from neural_programmer.execution.grounding import Grounding
from neural_programmer.execution.safe_sql import UnsafeSqlError, check_sql
from neural_programmer.execution.sql import write_tree
from neural_programmer.execution.sql_loosening import Loosening
from neural_programmer.execution.sql_normal_conditions import StoredNames
from neural_programmer.execution.sql_normal_form import NormalForm, UnreadableSqlError
from neural_programmer.execution.sql_schema import TableSchema
from neural_programmer.execution.sql_search import Search, TooInvolvedError
from neural_programmer.language.grammar import MAX_STEPS
from neural_programmer.language.program import Program
from neural_programmer.language.validation import InvalidProgramError, validate
from neural_programmer.operations.registry import REGISTRY
from neural_programmer.tables.table import Table

_TIES = "several rows are the first or last in its order, and it takes one of them"


@dataclass(frozen=True)
class SqlReading:
    """What a text of SQL was read as.

    ``program`` is ``None`` where no program says the same, and ``reason`` then says why not, as the end of a sentence.
    ``notes`` say what was taken for something else: a raw column for its numbers.
    """

    program: Program | None
    reason: str = ""
    notes: tuple[str, ...] = ()


def read_sql(
    sql: str, table: Table, dialect: str = "duckdb", open_engine: Callable[[], DuckDBEngine] | None = None
) -> SqlReading:
    """The program whose SQL is the text, for a text in one of the dialects that are written.

    ``open_engine`` gives the table in DuckDB where it is open already; else it is opened where hand-written conditions
    have to be compared with those of filters.
    """
    schema = TableSchema(table)
    try:
        checked = check_sql(sql, schema.table_name, dialect)
    except UnsafeSqlError as error:
        return SqlReading(None, str(error))
    names = StoredNames(schema)
    with ExitStack() as opened:
        own = cache(lambda: opened.enter_context(DuckDBEngine(table)))
        loosening = Loosening(names, open_engine or own)
        tree = loosening.with_names(checked)
        reading = _read(tree, names)
        if reading.program is None and dialect != "duckdb":
            reading = _better(reading, _read(tree, names, lambda written: _reread(written, dialect)))
        if reading.program is None:
            for loosened in _loosened(tree, loosening):
                reading = _better(reading, _read(loosened, names))
                if reading.program is not None:
                    break
    return SqlReading(reading.program, reading.reason, tuple(loosening.notes) if reading.program else ())


def _loosened(tree: exp.Expr, loosening: Loosening) -> Iterable[exp.Expr]:
    typed = loosening.with_types(tree)
    if typed != tree:
        yield typed
    filtered = loosening.with_filters(typed)
    if filtered != typed:
        yield filtered


def _better(one: SqlReading, other: SqlReading) -> SqlReading:
    """The reading that is one, or else the reason that says more."""
    return one if other.program is None and other.reason != _TIES else other


def _reread(tree: exp.Expr, dialect: str) -> exp.Expr:
    """A tree as it comes back from its text in a dialect."""
    return sqlglot.parse_one(write_tree(tree, dialect), dialect=dialect)


def _read(tree: exp.Expr, names: StoredNames, reread: Callable[[exp.Expr], exp.Expr] | None = None) -> SqlReading:
    form = NormalForm(names)
    try:
        query = form.of(tree)
        taken = tuple(form.single)
        search = Search(form, query, reread)
        program = search.run()
        if program is None:
            return SqlReading(None, f"no program of at most {MAX_STEPS} steps asks the same")
        table = names.schema.table
        validate(program, REGISTRY, table)
    except UnreadableSqlError as error:
        return SqlReading(None, str(error))
    except TooInvolvedError:
        return SqlReading(None, "it is too involved to be read")
    except InvalidProgramError as error:
        return SqlReading(None, f"the program that it says is none of this table: {error}")
    if not all(_is_one_row(search, conditions, table) for conditions in taken):
        return SqlReading(None, _TIES)
    return SqlReading(program)


def _is_one_row(search: Search, conditions: frozenset[int], table: Table) -> bool:
    """Whether just one row fulfils conditions that a step of the program found has."""
    steps = search.steps_to(conditions)
    return steps is not None and int(execute(Program(steps), Grounding(table))[-1].value.sum()) == 1
