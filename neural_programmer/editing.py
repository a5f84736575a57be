"""Changing a program by hand: what stands in each of its places, what else could, and the answer it then has.

for slot in slots(response.program, response.prepared, response.linking):
    ...  # slot.value is what stands there, slot.alternatives what else may
response = run(response, replace(response.program, slot, slot.alternatives[0], response.prepared))
reading = read_query('SELECT COUNT(*) FROM films', response.prepared)  # SQL is a way to write a program too
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from neural_programmer.execution.english import explain
from neural_programmer.execution.exact import answer
from neural_programmer.execution.sql_reading import SqlReading, read_sql
from neural_programmer.given import GivenResponse, respond
from neural_programmer.language.operation import Operation
from neural_programmer.language.program import Program, Step
from neural_programmer.language.text_form import ProgramTextError, read_program
from neural_programmer.language.validation import InvalidProgramError, validate
from neural_programmer.operations.registry import REGISTRY
from neural_programmer.prepared import PreparedTable
from neural_programmer.response import Response
from neural_programmer.tables.constants import COMPARABLE, Constant, ConstantKind
from neural_programmer.tables.dates import read_date
from neural_programmer.tables.matching.linking import Linking
from neural_programmer.tables.numbers import read_number
from neural_programmer.tables.table import Table
from neural_programmer.tables.values import Items, Number, PartialDate, Text, Value, ValueType
from neural_programmer.tables.views import ViewReference
from neural_programmer.understanding import unused_words

MOST_VALUES = 200
_ORDINAL = re.compile(r"\s*(\d{1,6})(?:st|nd|rd|th)?\s*", re.IGNORECASE)
_RANGE = re.compile(r"\s+(?:and|to)\s+|\s*\.\.\s*|\s*–\s*", re.IGNORECASE)
_LIST = re.compile(r"\s*;\s*|\s+or\s+", re.IGNORECASE)


class Place(StrEnum):
    """The places of a step that can be changed."""

    OPERATION = "operation"
    COLUMN = "column"
    CONSTANT = "constant"


Choice = str | ViewReference | Constant


@dataclass(frozen=True, slots=True)
class Slot:
    """One place of one step: what stands there, and what else may without changing anything else.

    ``value`` and ``alternatives`` are names of operations, column views or constants, as ``place`` says; the value is
    among the alternatives, which come in the order in which they are best offered. ``left_out`` counts values of a
    column that are not listed because there are too many; they may be chosen all the same.
    """

    step: int
    place: Place
    value: Choice
    alternatives: tuple[Choice, ...]
    left_out: int = 0


def slots(program: Program, prepared: PreparedTable, linking: Linking | None = None) -> tuple[Slot, ...]:
    """Every place of the program that can be changed, in the order of its steps; step 0 has none."""
    found: list[Slot] = []
    for number, step in enumerate(program):
        if number == 0:
            continue
        names = tuple(name for name, operation in REGISTRY.items() if _may_stand(operation, step))
        if len(names) > 1:
            found.append(Slot(number, Place.OPERATION, step.operation, names))
        if step.column is not None:
            views = tuple(_views(step, prepared.table))
            found.append(Slot(number, Place.COLUMN, step.column, _with(step.column, views)))
        if step.constant is not None:
            constants, left_out = _constants(step, step.constant, prepared.table, linking)
            found.append(Slot(number, Place.CONSTANT, step.constant, constants, left_out))
    return tuple(found)


def replace(program: Program, slot: Slot, value: Choice, prepared: PreparedTable) -> Program:
    """The program with another value in one place.

    Raises ``InvalidProgramError`` where the result would be no program of the table.
    """
    steps = list(program.steps)
    steps[slot.step] = _replaced(steps[slot.step], slot.place, value)
    changed = Program(tuple(steps))
    validate(changed, REGISTRY, prepared.table)
    return changed


def _replaced(step: Step, place: Place, value: Choice) -> Step:
    match place, value:
        case Place.OPERATION, str():
            return dataclasses.replace(step, operation=value)
        case Place.COLUMN, ViewReference():
            return dataclasses.replace(step, column=value)
        case Place.CONSTANT, Constant():
            return dataclasses.replace(step, constant=value)
    raise InvalidProgramError(f"expected a value for the place {place}, but found {value!r}")


def read_constant(text: str, like: Constant) -> Constant:
    """The constant that a person wrote where another of the same kind stands.

    Ranges are written "5 to 9", several texts with semicolons or "or" between them, a rank as "3" or "3rd".
    Raises ``ValueError``, which says what was expected.
    """
    match like.kind:
        case ConstantKind.TEXT if text.strip():
            return Constant(ConstantKind.TEXT, (" ".join(text.split()),))
        case ConstantKind.TEXTS:
            texts = tuple(part.strip() for part in _LIST.split(text) if part.strip())
            if len(texts) < 2:
                raise ValueError(f'expected two texts or more, such as "red; blue", but found {text!r}')
            return Constant(ConstantKind.TEXTS, texts)
        case ConstantKind.ORDINAL:
            found = _ORDINAL.fullmatch(text)
            if found is None or int(found[1]) < 1:
                raise ValueError(f"expected a rank such as 2 or 2nd, but found {text!r}")
            return Constant(ConstantKind.ORDINAL, (int(found[1]),))
        case ConstantKind.NUMBER:
            return Constant(ConstantKind.NUMBER, (_number(text),))
        case ConstantKind.DATE:
            return Constant(ConstantKind.DATE, (_date(text),))
        case ConstantKind.NUMBER_RANGE:
            lower, upper = _two(text)
            return Constant(ConstantKind.NUMBER_RANGE, (_number(lower), _number(upper)))
        case ConstantKind.DATE_RANGE:
            lower, upper = _two(text)
            return Constant(ConstantKind.DATE_RANGE, (_date(lower), _date(upper)))
    raise ValueError("expected a text, but found nothing")


def program_of_text(text: str, prepared: PreparedTable) -> Program:
    """The program that a text writes, checked against the table.

    Raises ``ValueError``, which names the line or the step, what was expected and what came.
    """
    program = read_program(text)
    validate(program, REGISTRY, prepared.table)
    return program


def read_query(sql: str, prepared: PreparedTable, dialect: str = "duckdb") -> SqlReading:
    """What a text of SQL is read as: the program that asks the same of the table, or why there is none."""
    if type(prepared) is not PreparedTable:
        # Others hold some rows of a table only, and what is true of these need not be true of all.
        return SqlReading(None, "only queries of tables in memory are read as programs")
    return read_sql(sql, prepared.table, dialect, lambda: prepared.engine)


def respond_to_sql(sql: str, prepared: PreparedTable, dialect: str = "duckdb", question: str = "") -> GivenResponse:
    """The answer of the program that a text of SQL is read as; ``ValueError`` says why where it is read as none."""
    reading = read_query(sql, prepared, dialect)
    if reading.program is None:
        raise ValueError(f"the query is read as no program: {reading.reason}")
    return respond(reading.program, prepared, question)


def run(response: Response, program: Program) -> Response:
    """The response to the same question with another program: its answer, cells, English and SQL.

    ``confidence`` is the probability that the model gives the answer, 0 where it is none of its readings. Raises
    ``InvalidProgramError`` where the table cannot run the program.
    """
    prepared = response.prepared
    validate(program, REGISTRY, prepared.table)
    found = answer(program, prepared.grounding)
    same = (reading.probability for reading in response.readings if reading.answer == found.values and found.defined)
    return dataclasses.replace(
        response,
        answer=list(found.values),
        cells=list(found.cells),
        program=program,
        explanation=explain(program, prepared.grounding),
        confidence=next(same, 0.0),
        unused_words=unused_words(program, response.linking) if response.linking is not None else [],
        abstained=False,
        reason="" if found.defined else "nothing in the table fits the program",
        tracing=None,
    )


def _may_stand(operation: Operation, step: Step) -> bool:
    """Whether an operation takes the step's references, column and constant, and gives what its operation gives."""
    mine, other = REGISTRY[step.operation].signature, operation.signature
    if (mine.references, mine.result) != (other.references, other.result) or operation.name == "all_rows":
        return False
    if (step.column is None) != (not other.columns) or (step.constant is None) != (not other.constants):
        return False
    if step.column is not None and step.column.view.value_type not in other.columns:
        return False
    return step.constant is None or step.constant.kind in _comparable(other.constants, step.column)


def _comparable(kinds: frozenset[ConstantKind], column: ViewReference | None) -> frozenset[ConstantKind]:
    return kinds if column is None else kinds & COMPARABLE[column.view.value_type]


def _views(step: Step, table: Table) -> list[ViewReference]:
    signature = REGISTRY[step.operation].signature
    return [
        reference
        for reference in table.view_references
        if reference.view.value_type in signature.columns
        and (step.constant is None or step.constant.kind in _comparable(signature.constants, reference))
    ]


def _constants(step: Step, standing: Constant, table: Table, linking: Linking | None) -> tuple[tuple[Choice, ...], int]:
    """What the question offers first, then the values of the column, the most frequent first."""
    allowed = _comparable(REGISTRY[step.operation].signature.constants, step.column)
    offered = [mention.constant for mention in linking.mentions if mention.constant.kind in allowed] if linking else []
    if step.column is None or standing.kind is ConstantKind.ORDINAL:
        first = [Constant(ConstantKind.ORDINAL, (rank,)) for rank in range(1, 11)]
        ranks = first if ConstantKind.ORDINAL in allowed else []
        return _with(standing, tuple(dict.fromkeys([*offered, *ranks]))), 0
    values, left_out = _values(table, step.column)
    values = [constant for constant in values if constant.kind in allowed]
    return _with(standing, tuple(dict.fromkeys([*offered, *values]))), left_out


def _values(table: Table, column: ViewReference) -> tuple[list[Constant], int]:
    """The column's most frequent values, and how many more there are."""
    view = table.view(column)
    if column.view.value_type is ValueType.LIST:
        items = Counter(item for value in view.values if isinstance(value, Items) for item in value.items)
        found = [Constant(ConstantKind.TEXT, (item,)) for item, _ in items.most_common(MOST_VALUES)]
        return found, max(len(items) - MOST_VALUES, 0)
    counts = np.bincount(view.groups[view.mask], minlength=len(view.distinct))
    likeliest = np.argsort(-counts, kind="stable")[:MOST_VALUES].tolist()
    return [_constant(view.distinct[group]) for group in likeliest], max(len(counts) - MOST_VALUES, 0)


def _constant(value: Value) -> Constant:
    if isinstance(value, Number):
        return Constant(ConstantKind.NUMBER, (value.amount,))
    if isinstance(value, PartialDate):
        return Constant(ConstantKind.DATE, (value,))
    assert isinstance(value, Text)
    return Constant(ConstantKind.TEXT, (value.written,))


def _with(value: Choice, alternatives: tuple[Choice, ...]) -> tuple[Choice, ...]:
    return alternatives if value in alternatives else (value, *alternatives)


def _number(text: str) -> float:
    reading = read_number(text)
    if reading is None:
        raise ValueError(f"expected a number such as 1,500 or 2.5, but found {text!r}")
    return float(reading.amount)


def _date(text: str) -> PartialDate:
    reading = read_date(text)
    date: PartialDate | None = None if reading is None else reading.date or reading.other
    if date is None:
        raise ValueError(f"expected a date such as 21 May 1950, May 1950 or 1950, but found {text!r}")
    return date


def _two(text: str) -> tuple[str, str]:
    parts = _RANGE.split(text.strip())
    if len(parts) != 2:
        raise ValueError(f'expected two values, such as "5 to 9", but found {text!r}')
    return parts[0], parts[1]


__all__ = [
    "Choice",
    "InvalidProgramError",
    "Place",
    "ProgramTextError",
    "Slot",
    "SqlReading",
    "program_of_text",
    "read_constant",
    "read_query",
    "replace",
    "respond_to_sql",
    "run",
    "slots",
]
