"""Seeded random tables, constants and well-typed programs, and all short programs, for the conformance tests."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from neural_programmer.language.candidates import Candidates
from neural_programmer.language.kinds import Kind
from neural_programmer.language.operation import Operation
from neural_programmer.language.program import Program, Step
from neural_programmer.operations.registry import REGISTRY
from neural_programmer.tables.build import build_table
from neural_programmer.tables.constants import COMPARABLE, Constant, ConstantKind
from neural_programmer.tables.table import Table
from neural_programmer.tables.values import Items, Number, PartialDate, Text
from neural_programmer.tables.views import ViewReference

_V = TypeVar("_V")

_NAMES = (
    "Ann",
    "ann",
    "Bea O'Neil",
    "Zoë",
    "Zoe",
    "New York",
    "York",
    'The "Cat"',
    "100%_sure",
    "a|b",
    "Ωmega",
    "–",
    "",
    "n/a",
)
_COUNTRIES = ("France", "FRANCE", "Côte d’Ivoire", "Cote d'Ivoire", "South Korea", "Korea", "")
_NUMBERS = ("1", "2", "2.0", "-3", "−3", "1,250", "$4.50", "12%", "7th", "0", "5 (est.)", "", "unknown")
_SCORES = ("2–1", "2-1", "0–0", "1–3", "3-6", "", "abandoned")
_DATES = ("21 May 1950", "May 1950", "1950", "1951-05-21", "June 3, 1951", "c. 1949", "May 2004", "", "TBA")
_DAYS = ("21 May", "May 21", "June 3", "3 June", "July", "")
_YEARS = ("1949", "1950", "1950", "1951", "2004", "")
_LISTS = ("Ann, Bea and Cy", "Ann, Cy", "Bea, Ann", "Ann", "Cy / Ann", "x|y, Ann", "")
_COLUMNS: tuple[tuple[str, Sequence[str]], ...] = (
    ("Name", _NAMES),
    ("Country", _COUNTRIES),
    ("Points", _NUMBERS),
    ("points", _NUMBERS),
    ("Score", _SCORES),
    ("Date", _DATES),
    ("Day", _DAYS),
    ("Year", _YEARS),
    ("Members", _LISTS),
    ('He said "x"; DROP', _NUMBERS),
    ("row_index", _NUMBERS),
    ("", _COUNTRIES),
)

# What databases read in ways of their own: quotes, marks of comments and patterns, escapes, controls, other alphabets,
# letters whose case or form changes, and numbers and dates at the ends of what there is.
_HARD_TEXTS = (
    "it's",
    "''",
    '"',
    "`x`",
    "a\\b",
    "\\'; DROP TABLE x; --",
    "/* x */",
    "-- x",
    "$1 {x} :x ?",
    "100%",
    "a_b",
    "a*b",
    "a\nb",
    "\ta ",
    " ",
    "a\x00b",
    "\x07",
    "STRASSE",
    "straße",
    "İstanbul",
    "ıstanbul",
    "istanbul",
    "e\u0301te\u0301",
    "été",
    "ﬁn",
    "日本 (東京)",
    "עברית",
    "😀 a😀",
    "\ud800",
    "NULL",
    "null",
    "true",
    "NaN",
    "'",
    "",
)
_HARD_NUMBERS = (
    *("0.1", "0.2", "0.3", "0.1", "-0.1", "1/2", "33.3%", "-0", "0.000000001", "1e-7", "1e300", "9007199254740993"),
    *("123456789012345678", "0.1234567890123456", "1,234,567.89", "-5", "5", "5.0", "€1,5", "∞", "NaN", "1 000", ""),
)
_HARD_DATES = (
    *("1 January 1", "31 December 9999", "29 February 2000", "29 February", "February 2000", "1999", "2000"),
    *("1 BC", "12/31/1999", "1999-12-31", "December 31, 1999", "May 31", "31 May 1999", "the 1990s", "–", ""),
)
_HARD_LISTS = ("it's, a|b", "a|b", "x~1y, x|y", "a, a, a", "É, e", "a / b / c", "'; --, x", "\\, a", "1, 2", "")
HARD_COLUMNS: tuple[tuple[str, Sequence[str]], ...] = (
    *_COLUMNS,
    ("Text", _HARD_TEXTS),
    ("it's; --", _HARD_TEXTS),
    ('a\\b `c` "d" [e] %s :f ?', _HARD_TEXTS),
    ("Größe 日本 😀 " + "sehr " * 15, _HARD_NUMBERS),
    ("Größe 日本 😀 " + "sehr " * 15 + "lang", _HARD_NUMBERS),
    ("Number", _HARD_NUMBERS),
    ("select", _HARD_NUMBERS),
    ("When", _HARD_DATES),
    ("Items", _HARD_LISTS),
)


def random_table(
    rng: random.Random,
    rows: int | None = None,
    columns: int | None = None,
    include: str | None = None,
    pools: Sequence[tuple[str, Sequence[str]]] = _COLUMNS,
) -> Table:
    """A small messy table: ties, missing and unreadable cells, accents, quotes, partial dates, now and then totals.

    ``include`` names one column of the ``pools`` that the table has in any case.
    """
    number_of_rows = rng.choice((0, 1, 2, 3, 5, 8, 12)) if rows is None else rows
    chosen = rng.sample(pools, rng.randint(1, 5) if columns is None else columns)
    if include is not None and include not in dict(chosen):
        chosen[0] = (include, dict(pools)[include])
    cells = []
    for _ in range(number_of_rows):
        cells.append([rng.choice(pool) for _, pool in chosen])
    if number_of_rows > 2 and rng.random() < 0.3:
        cells[-1][0] = "Total"
    name = rng.choice(("table", "Cup results", 'my "table"', "name"))
    return build_table([header for header, _ in chosen], cells, name=name)


def random_candidates(rng: random.Random, table: Table, constants: int = 12) -> Candidates:
    """Every view of the table, with constants of all kinds: values that the table holds, near them, and others."""
    makers = (
        _random_text,
        _random_texts,
        _random_number,
        _random_range,
        _random_date,
        _random_date_range,
        _random_ordinal,
        _random_choice,
        _random_unit,
    )
    chosen = [maker(rng, table) for maker in makers]
    chosen += [rng.choice(makers)(rng, table) for _ in range(max(0, constants - len(chosen)))]
    return Candidates(table.view_references, tuple(dict.fromkeys(chosen)))


def _held(rng: random.Random, table: Table, kind: type[_V]) -> _V | None:
    views = [table.view(reference) for reference in table.view_references]
    values = [value for view in views for value in view.values if isinstance(value, kind)]
    return rng.choice(values) if values else None


def _some_text(rng: random.Random, table: Table) -> str:
    held: Text | Items | None = _held(rng, table, Text) if rng.random() < 0.5 else _held(rng, table, Items)
    if held is None or rng.random() < 0.1:
        return rng.choice(("nowhere", "%", "it's", "york", "cat", "*"))
    if isinstance(held, Items):
        return rng.choice(held.items)
    words = held.written.split()
    return rng.choice((held.written, held.written.upper(), words[0] if words else "x", words[-1] if words else "x"))


def _random_text(rng: random.Random, table: Table) -> Constant:
    return Constant(ConstantKind.TEXT, (_some_text(rng, table),))


def _random_texts(rng: random.Random, table: Table) -> Constant:
    return Constant(ConstantKind.TEXTS, tuple(_some_text(rng, table) for _ in range(rng.choice((2, 2, 3)))))


def _some_number(rng: random.Random, table: Table) -> float:
    held = _held(rng, table, Number)
    if held is None or rng.random() < 0.2:
        return rng.choice((-1.5, 0.0, 0.1, 3.0, 1950.0, 1e20))
    return held.amount + rng.choice((0.0, 0.0, 0.5, -1.0))


def _random_number(rng: random.Random, table: Table) -> Constant:
    return Constant(ConstantKind.NUMBER, (_some_number(rng, table),))


def _random_range(rng: random.Random, table: Table) -> Constant:
    numbers = sorted((_some_number(rng, table), _some_number(rng, table)))
    return Constant(ConstantKind.NUMBER_RANGE, tuple(numbers))


def _some_date(rng: random.Random, table: Table) -> PartialDate:
    held = _held(rng, table, PartialDate)
    if held is None or rng.random() < 0.2:
        return rng.choice((PartialDate(1950), PartialDate(1950, 5), PartialDate(1950, 5, 21), PartialDate(None, 5, 21)))
    cuts = ((held.year, held.month, held.day), (held.year, held.month), (held.year,), (None, held.month, held.day))
    known = [cut for cut in cuts if any(part is not None for part in cut)]
    return PartialDate(*rng.choice(known)) if known else held


def _random_date(rng: random.Random, table: Table) -> Constant:
    return Constant(ConstantKind.DATE, (_some_date(rng, table),))


def _random_date_range(rng: random.Random, table: Table) -> Constant:
    dates = sorted((_some_date(rng, table), _some_date(rng, table)), key=PartialDate.iso)
    return Constant(ConstantKind.DATE_RANGE, tuple(dates))


def _random_ordinal(rng: random.Random, table: Table) -> Constant:
    del table
    return Constant(ConstantKind.ORDINAL, (rng.choice((1, 2, 2, 3, 7)),))


def _random_choice(rng: random.Random, table: Table) -> Constant:
    del table
    return Constant(ConstantKind.CHOICE, rng.choice((("yes", "no"), ("more", "less"), ("it's", "b"))))


def _random_unit(rng: random.Random, table: Table) -> Constant:
    del table
    return Constant(ConstantKind.UNIT, (rng.choice(("years", "games", "men's %")),))


def random_program(
    rng: random.Random,
    table: Table,
    candidates: Candidates,
    operation: str | None = None,
    most_operations: int = 5,
) -> Program | None:
    """A well-typed program of one to ``most_operations`` steps after ``all_rows``, or None where chance found none.

    With ``operation`` named the program has a step of it; None too where the table has no column that it can read.
    """
    for _ in range(30):
        steps = [Step("all_rows")]
        target = rng.randint(1, most_operations)
        place = rng.randint(1, target)
        for number in range(1, target + 1):
            wanted = [REGISTRY[operation]] if operation and number == place else list(REGISTRY.values())
            step = _random_step(rng, steps, candidates, wanted)
            if step is not None:
                steps.append(step)
        program = _keep_what_is_used(steps)
        if program is not None and (operation is None or any(step.operation == operation for step in program)):
            return program
    return None


def _random_step(
    rng: random.Random, steps: Sequence[Step], candidates: Candidates, wanted: Sequence[Operation]
) -> Step | None:
    """One more step of a wanted operation, which prefers the newest results; None where no tried one has arguments."""
    for operation in rng.sample(wanted, len(wanted)):
        if operation.name == "all_rows":
            continue
        choices = list(_reference_choices(operation.signature.references, steps))
        pairs = _arguments_of(operation, candidates.columns, candidates.constants)
        if choices and pairs:
            references = max(choices) if rng.random() < 0.5 else rng.choice(choices)
            column, constant = rng.choice(pairs)
            return Step(operation.name, references, column, constant)
    return None


def _arguments_of(
    operation: Operation, columns: Sequence[ViewReference], constants: Sequence[Constant]
) -> list[tuple[ViewReference | None, Constant | None]]:
    """The columns and constants that an operation takes together."""
    signature = operation.signature
    own_columns = [column for column in columns if column.view.value_type in signature.columns]
    own_constants = [constant for constant in constants if constant.kind in signature.constants]
    return [
        (column, constant)
        for column in (own_columns if signature.columns else [None])
        for constant in (own_constants if signature.constants else [None])
        if column is None or constant is None or constant.kind in COMPARABLE[column.view.value_type]
    ]


def _keep_what_is_used(steps: Sequence[Step]) -> Program | None:
    """The program that ends in the last step that can be an answer, without the steps it does not use."""
    answers = [n for n, step in enumerate(steps) if n and REGISTRY[step.operation].signature.result is not Kind.ROWS]
    if not answers:
        return None
    used = {0, answers[-1]}
    for number in range(answers[-1], 0, -1):
        if number in used:
            used.update(steps[number].references)
    numbers = {old: new for new, old in enumerate(sorted(used))}
    kept = [steps[old] for old in numbers]
    return Program(tuple(replace(step, references=tuple(numbers[r] for r in step.references)) for step in kept))


def enumerate_programs(candidates: Candidates, most_operations: int = 2) -> Iterator[Program]:
    """Every valid program of at most so many steps after ``all_rows``, each once, shorter ones first."""
    for operations in range(1, most_operations + 1):
        extensions = _extensions((Step("all_rows"),), operations, candidates)
        yield from (program for program in extensions if _is_whole(program))


def _extensions(steps: tuple[Step, ...], operations: int, candidates: Candidates) -> Iterator[Program]:
    if not operations:
        yield Program(steps)
        return
    for operation in REGISTRY.values():
        if operation.name == "all_rows":
            continue
        for references in _reference_choices(operation.signature.references, steps):
            for column, constant in _arguments_of(operation, candidates.columns, candidates.constants):
                step = Step(operation.name, references, column, constant)
                yield from _extensions((*steps, step), operations - 1, candidates)


def _reference_choices(kinds: Sequence[Kind], steps: Sequence[Step]) -> list[tuple[int, ...]]:
    """The earlier steps that give results of these kinds, no step twice."""
    results = [REGISTRY[step.operation].signature.result for step in steps]
    fitting = [[number for number, result in enumerate(results) if result is kind] for kind in kinds]
    return [references for references in itertools.product(*fitting) if len(set(references)) == len(references)]


def _is_whole(program: Program) -> bool:
    """Whether the last step is an answer and uses, with those before it, every step (all_rows need not be used)."""
    used = {reference for step in program for reference in step.references}
    last_kind = REGISTRY[program.steps[-1].operation].signature.result
    return last_kind is not Kind.ROWS and used | {0} == set(range(len(program) - 1)) | {0}
