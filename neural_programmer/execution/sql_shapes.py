"""What the SQL of each operation is always made of, found out by writing some, so that few programs need be tried.

This only says where looking is in vain: what is found is compared with the whole query all the same.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from neural_programmer.execution.sql import query_tree
from neural_programmer.execution.sql_normal_conditions import StoredNames
from neural_programmer.execution.sql_normal_form import NormalForm
from neural_programmer.execution.sql_schema import TableSchema
from neural_programmer.execution.sql_terms import Edge, SelectParts, Terms
from neural_programmer.language.kinds import Kind
from neural_programmer.language.operation import Operation
from neural_programmer.language.program import Program, Step
from neural_programmer.operations.registry import REGISTRY
from neural_programmer.tables.build import build_table
from neural_programmer.tables.constants import COMPARABLE, Constant, ConstantKind
from neural_programmer.tables.table import Table
from neural_programmer.tables.values import PartialDate, ValueType
from neural_programmer.tables.views import ViewKind, ViewReference


@dataclass(frozen=True)
class Shape:
    """What the SQL of an operation is always made of.

    ``edges`` are those of `Terms.edges`, without the ones of plain counting. ``keeps`` says for each earlier row set
    whether its conditions are always among those of the rows that the operation gives, ``joins`` whether these are
    just the conditions of both row sets that it takes.
    """

    edges: frozenset[Edge]
    keeps: tuple[bool, ...]
    joins: bool


@dataclass(frozen=True)
class Rows:
    """Rows in normal form: what they are rows of, and the conditions that they fulfil."""

    sources: tuple[int, ...]
    conditions: frozenset[int]


def counted(steps: Sequence[Step]) -> Program:
    """The program that counts the rows which the last of the steps gives."""
    return Program((*steps, Step("count", (len(steps) - 1,))))


def rows_of_count(terms: Terms, term: int) -> Rows | None:
    """The rows whose number a term is; ``None`` where it is something else."""
    parts = terms.selects.get(term)
    if parts is None or parts != SelectParts(parts.sources, parts.conditions, parts.values, aggregate=True):
        return None
    return Rows(parts.sources, parts.conditions) if terms.kind(parts.values[0]) == "count" else None


def without_presence(terms: Terms, conditions: frozenset[int]) -> frozenset[int]:
    """The conditions but for those that say that a value is there, which may be written or not."""
    return frozenset(one for one in conditions if terms.kind(one) != "present")


# Two tables: one whose values are all there, different and written alike, and one that needs every precaution.
_HEADERS = ("Word", "Kind", "Amount", "Time", "Parts")
_PLAIN = (
    ("ash", "tree", "1", "1950-01-02", "oak, elm"),
    ("bee", "insect", "2", "1951-03-04", "elm, fir"),
    ("cat", "mammal", "3.5", "1952-05-06", "fir, oak"),
)
_MESSY = (
    ("ash", "tree", "1", "1950", "oak, elm"),
    ("Ash", "Tree", "2", "May 1951", "elm, fir"),
    ("bee", "", "", "1952-05-06", ""),
    ("", "insect", "2", "", "oak, fir"),
    ("bee", "insect", "n/a", "3 June 1953", "oak"),
)
_COLUMNS: Mapping[ValueType, tuple[ViewReference, ...]] = {
    ValueType.TEXT: (ViewReference("Word", ViewKind.TEXT), ViewReference("Kind", ViewKind.TEXT)),
    ValueType.NUMBER: (ViewReference("Amount", ViewKind.NUMBER), ViewReference("Word", ViewKind.LENGTH)),
    ValueType.DATE: (ViewReference("Time", ViewKind.DATE),),
    ValueType.LIST: (ViewReference("Parts", ViewKind.LIST),),
}
_CONSTANTS: Mapping[ConstantKind, tuple[Constant, ...]] = {
    ConstantKind.TEXT: (Constant(ConstantKind.TEXT, ("ash",)), Constant(ConstantKind.TEXT, ("oak",))),
    ConstantKind.TEXTS: (Constant(ConstantKind.TEXTS, ("ash", "bee")),),
    ConstantKind.NUMBER: (Constant(ConstantKind.NUMBER, (2.0,)),),
    ConstantKind.NUMBER_RANGE: (Constant(ConstantKind.NUMBER_RANGE, (1.0, 2.0)),),
    ConstantKind.DATE: (
        Constant(ConstantKind.DATE, (PartialDate(1951),)),
        Constant(ConstantKind.DATE, (PartialDate(1951, 5),)),
        Constant(ConstantKind.DATE, (PartialDate(1951, 5, 6),)),
    ),
    ConstantKind.DATE_RANGE: (
        Constant(ConstantKind.DATE_RANGE, (PartialDate(1950), PartialDate(1951, 5))),
        Constant(ConstantKind.DATE_RANGE, (PartialDate(1950, 1, 1), PartialDate(1951, 5, 6))),
    ),
    ConstantKind.ORDINAL: (Constant(ConstantKind.ORDINAL, (2,)), Constant(ConstantKind.ORDINAL, (1,))),
    ConstantKind.CHOICE: (Constant(ConstantKind.CHOICE, ("yes", "no")),),
    ConstantKind.UNIT: (Constant(ConstantKind.UNIT, ("years",)),),
}
# Rows to begin with: all of them, and those that some steps give, each with the steps that lead there.
_ROWS: tuple[tuple[Step, ...], ...] = (
    (),
    (Step("filter_greater", (0,), ViewReference("Amount", ViewKind.NUMBER), Constant(ConstantKind.NUMBER, (1.0,))),),
    (Step("filter_equals", (0,), ViewReference("Word", ViewKind.TEXT), Constant(ConstantKind.TEXT, ("bee",))),),
    (Step("argmax", (0,), ViewReference("Time", ViewKind.DATE)),),
    (Step("first", (0,)),),
    (Step("filter_equals", (0,), ViewReference("Word", ViewKind.TEXT), Constant(ConstantKind.TEXT, ("cat",))),),
    (Step("filter_contains", (0,), ViewReference("Kind", ViewKind.TEXT), Constant(ConstantKind.TEXT, ("insect",))),),
)
_NUMBERS: tuple[tuple[Step, ...], ...] = (
    (Step("count", (0,)),),
    (Step("given_number", (), None, Constant(ConstantKind.NUMBER, (7.0,))),),
    (Step("maximum", (0,), ViewReference("Amount", ViewKind.NUMBER)),),
    (*_ROWS[2], Step("number_of", (1,), ViewReference("Amount", ViewKind.NUMBER))),
    (Step("count", (0,)), Step("minimum", (0,), ViewReference("Amount", ViewKind.NUMBER)), Step("add", (1, 2))),
    (*_ROWS[5], Step("average", (1,), ViewReference("Amount", ViewKind.NUMBER))),
)


@functools.lru_cache(maxsize=1)
def shapes() -> Mapping[tuple[str, ValueType | None], Shape]:
    """The shape of every operation, for each type of column that it reads; made once, in about a second."""
    tables = [_Samples(build_table(_HEADERS, cells, name="sample")) for cells in (_PLAIN, _MESSY)]
    found: dict[tuple[str, ValueType | None], Shape] = {}
    for operation in REGISTRY.values():
        for value_type in operation.signature.columns or (None,):
            # What reads one result needs fewer samples: each on one table is enough.
            both = len(operation.signature.references) > 1
            tries = enumerate(_arguments(operation, value_type))
            some = [
                table.shape(operation, *given)
                for turn, given in tries
                for table in (tables if both else (tables[turn % 2],))
            ]
            found[operation.name, value_type] = functools.reduce(_common, (one for one in some if one is not None))
    return found


_Context = tuple[tuple[Step, ...], ...]


def _arguments(
    operation: Operation, value_type: ValueType | None
) -> Iterator[tuple[_Context, ViewReference | None, Constant | None]]:
    """What an operation is tried with: for each try its earlier results, its column and its constant."""
    signature = operation.signature
    columns: Sequence[ViewReference | None] = (None,) if value_type is None else _COLUMNS[value_type]
    kinds = signature.constants & (COMPARABLE[value_type] if value_type else signature.constants)
    constants: Sequence[Constant | None] = [one for kind in sorted(kinds) for one in _CONSTANTS[kind]] or (None,)
    contexts = list(_contexts(signature.references))
    for turn in range(max(len(columns), len(constants), len(contexts))):
        at = turn + turn // len(contexts)
        yield contexts[turn % len(contexts)], columns[at % len(columns)], constants[at % len(constants)]


def _common(one: Shape, other: Shape) -> Shape:
    return Shape(
        one.edges & other.edges,
        tuple(map(operator.and_, one.keeps, other.keeps)),
        one.joins and other.joins,
    )


class _Samples:
    """Programs of every operation over one table, and what their SQL is made of."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._schema = TableSchema(table)
        self._form = NormalForm(StoredNames(self._schema))
        self._of_counting = self._form.terms.edges(self._term(counted((Step("all_rows"),))))

    def _term(self, program: Program) -> int:
        return self._form.of(query_tree(program, self._schema))

    def shape(
        self, operation: Operation, context: _Context, column: ViewReference | None, constant: Constant | None
    ) -> Shape | None:
        """The shape of a program that ends in the operation, or counts its rows; ``None`` where these are no others."""
        steps = [Step("all_rows")]
        references, enclosed = [], []
        for part, kind in zip(context, operation.signature.references, strict=True):
            before = len(steps) - 1
            for step in part:
                shifted = tuple(reference + before if reference else 0 for reference in step.references)
                steps.append(Step(step.operation, shifted, step.column, step.constant))
            references.append(len(steps) - 1 if part else 0)
            enclosed.append(self._rows(part) if kind is Kind.ROWS else None)
        steps.append(Step(operation.name, tuple(references), column, constant))
        result = operation.signature.result
        gives_rows = result is Kind.ROWS
        term = self._term(counted(steps) if gives_rows else Program(tuple(steps)))
        terms = self._form.terms
        own = rows_of_count(terms, term) if gives_rows else None
        if own is not None and own in enclosed:
            return None
        sets = [rows.conditions for rows in enclosed if rows is not None]
        edges = terms.edges(term)
        if gives_rows:
            edges -= self._of_counting
        elif result is Kind.NUMBER:
            edges = frozenset(edge for edge in edges if edge[0] != "root")
        joins = own is not None and len(sets) > 1 and own.conditions == frozenset().union(*sets)
        kept = own.conditions if own is not None else frozenset()
        keeps = tuple(rows is not None and own is not None and rows.conditions <= kept for rows in enclosed)
        return Shape(edges, keeps, joins)

    @functools.cache  # noqa: B019 - goes with the samples, which are made once
    def _rows(self, part: tuple[Step, ...]) -> Rows | None:
        return rows_of_count(self._form.terms, self._term(counted((Step("all_rows"), *part))))


def _contexts(kinds: Sequence[Kind]) -> Iterator[_Context]:
    """What the references of an operation may stand for."""
    if list(kinds) == [Kind.ROWS, Kind.ROWS]:
        yield from ((_ROWS[one], _ROWS[other]) for one, other in ((1, 2), (0, 1), (2, 5), (3, 1), (5, 4), (6, 1)))
        return
    choices = [_ROWS if kind is Kind.ROWS else _NUMBERS for kind in kinds]
    for number in range(max(map(len, choices), default=1)):
        yield tuple(some[(number + at) % len(some)] for at, some in enumerate(choices))
