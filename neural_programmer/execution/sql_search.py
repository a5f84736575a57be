"""The program whose SQL is a given query: put together from below, keeping only what the query contains.

A step is kept where its own SQL, in normal form, stands in the query: the conditions of its rows side by side in one
place, its number as a whole. Whatever is found was written as SQL by ``query_tree`` and equals the query.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from neural_programmer.execution.sql import query_tree
from neural_programmer.execution.sql_literals import constants, literals_of
from neural_programmer.execution.sql_normal_form import NormalForm, UnreadableSqlError
from neural_programmer.execution.sql_shapes import Rows, Shape, counted, rows_of_count, shapes, without_presence
from neural_programmer.execution.sql_terms import SelectParts
from neural_programmer.language.grammar import MAX_STEPS
from neural_programmer.language.kinds import Kind
from neural_programmer.language.operation import Operation
from neural_programmer.language.program import Program, Step
from neural_programmer.operations.registry import REGISTRY
from neural_programmer.tables.constants import COMPARABLE, Constant
from neural_programmer.tables.views import ViewReference

MOST_TRIED = 1_200
_MOST_PLACES = 400


class TooInvolvedError(ValueError):
    """More programs would have to be tried for a query than is reasonable."""


@dataclass(frozen=True, eq=False)
class _Part:
    """A step with the steps it is built on."""

    operation: str
    references: tuple[_Part, ...] = ()
    column: ViewReference | None = None
    constant: Constant | None = None
    steps: frozenset[_Part] = field(init=False)

    def __post_init__(self) -> None:
        own = frozenset() if self.operation == "all_rows" else frozenset((self,))
        object.__setattr__(self, "steps", own.union(*(part.steps for part in self.references)))

    def program(self) -> tuple[Step, ...]:
        """All steps in an order in which each stands after those that it reads."""
        numbers: dict[_Part, int] = {}
        written = [Step("all_rows")]

        def write(part: _Part) -> int:
            if part.operation == "all_rows":
                return 0
            if part not in numbers:
                references = tuple(write(reference) for reference in part.references)
                numbers[part] = len(written)
                written.append(Step(part.operation, references, part.column, part.constant))
            return numbers[part]

        write(self)
        return tuple(written)


@dataclass(frozen=True)
class _Filter:
    """A filter that adds the same conditions to whatever rows it is given."""

    operation: str
    column: ViewReference | None
    constant: Constant | None
    conditions: frozenset[int]


@dataclass(frozen=True)
class _Choice:
    """An operation with the column and the constant that it may have in the query.

    ``rank`` counts the constants of a kind, from those that say what the query says.
    """

    operation: Operation
    column: ViewReference | None
    constant: Constant | None
    shape: Shape
    rank: int = 0


class Search:
    """The search for the program of one query, whose term in ``form`` is ``query``.

    ``reread`` gives a tree as it comes back from the text of a dialect, where that is not as it was.
    """

    def __init__(self, form: NormalForm, query: int, reread: Callable[[exp.Expr], exp.Expr] | None = None) -> None:
        self._form = form
        self._terms = form.terms
        self._schema = form.names.schema
        self._query = query
        self._reread = reread
        self._below = self._terms.below(query)
        self._numbered: set[int] = set()
        self._places = self._first_places()
        self._alone: set[frozenset[int]] = set()
        self._opposites: set[frozenset[int]] = set()
        self._lists = [set(self._terms.children(term)) for term in self._below if self._terms.kind(term) == "or"]
        self._tried = 0
        self._all = _Part("all_rows")
        self._rows: dict[Rows, _Part] = {}
        self._known: dict[_Part, Rows] = {}
        self._kinds: dict[Kind, list[list[tuple[_Part, Rows | None]]]] = {
            kind: [[] for _ in range(MAX_STEPS)] for kind in (Kind.ROWS, Kind.NUMBER)
        }
        self._numbers: set[int] = set()
        self._of_filters: frozenset[int] = frozenset()

    def _first_places(self) -> set[frozenset[int]]:
        """The sets of conditions that stand together in the query, or would if nothing were written in common.

        What two alternatives have in common may be written before them, and of a row by its place the number alone.
        """
        terms, found = self._terms, set(self._terms.conjunctions(self._query))
        for term in self._below & terms.selects.keys():
            value = terms.selects[term].values[0] if terms.selects[term].values else term
            if self._form.row_index in (value, *terms.children(value)):
                self._numbered.add(self._form.conditions.compared("equal", self._form.row_index, term))
        found |= {frozenset((one,)) for one in self._numbered}
        waiting = list(found)
        while waiting and len(found) < _MOST_PLACES:
            place = waiting.pop()
            for condition in (one for one in place if terms.kind(one) == "or"):
                rest = place - {condition}
                new = {rest | terms.conjuncts(one) for one in terms.children(condition)} - found
                found |= new
                waiting.extend(new)
        return found

    def _add_opposites(self) -> None:
        """Places where rows are left out by the opposite of a condition that no filter has."""
        for place in list(self._places):
            for condition in place - self._of_filters:
                opposite = self._form.conditions.negated(condition)
                if opposite is not None:
                    conditions = self._terms.conjuncts(opposite)
                    self._opposites.add(conditions)
                    self._places |= {conditions, (place - {condition}) | conditions}
        self._alone = {without_presence(self._terms, place) for place in self._places}

    def run(self) -> Program | None:
        """The shortest program with the query's SQL; ``TooInvolvedError`` where too many would have to be tried."""
        base = self._rows_of(self._all)
        if base is None:
            return None
        self._keep_rows(self._all, base)
        adding, others = self._sorted_out(sorted(self._choices(), key=lambda one: one.rank), base)
        self._of_filters = frozenset().union(*(one.conditions for one in adding if self._holds(one.conditions)))
        self._add_opposites()
        filters = [one for one in adding if self._holds(one.conditions)]
        self._add_totals(base)
        for size in range(1, MAX_STEPS):
            for one in others:
                if one.operation.signature.result is not Kind.ROWS:
                    found = self._answers(one, size)
                    if found is not None:
                        return found
            for part, rows in list(self._kinds[Kind.ROWS][size - 1]):
                assert rows is not None
                self._filtered(part, rows, filters)
            for one in others:
                if one.operation.signature.result is Kind.ROWS:
                    self._extend(one, size)
        return None

    def steps_to(self, conditions: frozenset[int]) -> tuple[Step, ...] | None:
        """Steps that give the rows which fulfil conditions; ``None`` where the search came upon none."""
        return next((part.program() for rows, part in self._rows.items() if rows.conditions == conditions), None)

    # What may be used.

    def _choices(self) -> Iterator[_Choice]:
        """The operations that the query can hold, with the columns and constants that they can have in it."""
        terms, table = self._terms, self._schema.table
        numbered = [SelectParts((self._form.table,), frozenset((one,)), ()) for one in self._numbered]
        edges = terms.edges(self._query).union(*(terms.edges(terms.select(one)) for one in numbered))
        literals = literals_of(terms, self._form.names, self._query)
        names = {terms.label(term)[3] for term in self._below if terms.kind(term) == "column"}
        views = dict.fromkeys(view for name, view in self._form.names.view_of.items() if name in names)
        for (name, value_type), shape in shapes().items():
            operation = REGISTRY[name]
            if name == "all_rows" or not shape.edges <= edges:
                continue
            columns: Sequence[ViewReference | None] = [None]
            if value_type is not None:
                columns = [view for view in views if view.view.value_type is value_type]
            for column in columns:
                kinds = operation.signature.constants
                if not kinds:
                    yield _Choice(operation, column, None, shape)
                    continue
                comparable = kinds if value_type is None else kinds & COMPARABLE[value_type]
                for kind in sorted(comparable):
                    for rank, constant in enumerate(constants(literals, kind, column, table)):
                        yield _Choice(operation, column, constant, shape, rank)

    def _sorted_out(self, choices: Sequence[_Choice], base: Rows) -> tuple[list[_Filter], list[_Choice]]:
        """The filters, in the order of the query and each condition once, and the choices that are no filters."""
        filters: dict[frozenset[int], _Filter] = {}
        others: list[_Choice] = []
        for one in choices:
            added = self._added(one, base)
            if added is None:
                others.append(one)
            elif added:
                filters.setdefault(added, _Filter(one.operation.name, one.column, one.constant, added))
        return sorted(filters.values(), key=lambda one: min(one.conditions)), others

    def _added(self, one: _Choice, base: Rows) -> frozenset[int] | None:
        """The conditions that an operation adds to any rows; ``None`` where it does something else."""
        signature = one.operation.signature
        if signature.references != (Kind.ROWS,) or signature.result is not Kind.ROWS:
            return None
        rows = self._rows_of(_Part(one.operation.name, (self._all,), one.column, one.constant))
        if rows is None or rows.sources != base.sources:
            return None
        added = rows.conditions - base.conditions
        keeps = base.conditions <= rows.conditions or self._terms.false in added
        return added if keeps and not self._asks(added) else None

    def _asks(self, conditions: frozenset[int]) -> bool:
        """Whether there is a query within the conditions."""
        return any(below in self._terms.selects for one in conditions for below in self._terms.below(one))

    def _add_totals(self, base: Rows) -> None:
        """Rows that the query need not name: the totals, and all rows with them, where the query leaves none out."""
        plain = [part for part in self._terms.selects if part in self._below]
        everywhere = all(base.conditions <= self._terms.selects[one].conditions for one in plain if self._reads(one))
        if everywhere and self._terms.false not in self._below:
            return
        starts = [self._all]
        for operation in REGISTRY.values():
            signature = operation.signature
            if signature.result is Kind.ROWS and not signature.references and operation.name != "all_rows":
                part = _Part(operation.name)
                starts.append(part)
                self._keep(part, self._rows_of(part))
        for operation in REGISTRY.values():
            signature = operation.signature
            if signature.references != (Kind.ROWS, Kind.ROWS) or signature.result is not Kind.ROWS or signature.columns:
                continue
            for pair in itertools.permutations(starts, 2):
                part = _Part(operation.name, pair)
                rows = self._rows_of(part)
                if rows is not None and not self._asks(rows.conditions):
                    self._keep(part, rows)

    def _reads(self, select: int) -> bool:
        return self._form.table in self._terms.selects[select].sources

    # What is put together.

    def _combinations(self, one: _Choice, size: int) -> Iterator[tuple[_Part, ...]]:
        """The earlier results that an operation may read in a program of so many steps."""
        kinds = one.operation.signature.references
        if not kinds:
            if size == 1:
                yield ()
            return
        pools = [
            [
                [part for part, rows in found if rows is None or self._may_be_read(rows, one, at)]
                for found in self._kinds[kind]
            ]
            for at, kind in enumerate(kinds)
        ]
        if len(pools) == 1:
            yield from ((part,) for part in pools[0][size - 1])
            return
        if kinds[0] is kinds[1] is Kind.NUMBER:
            # A number and the same number once more, as two steps.
            yield from ((part, dataclasses.replace(part)) for part in pools[0][max(size - 2, 0)])
        for first_size, second_size in itertools.product(range(size), repeat=2):
            if first_size + second_size < size - 1:
                continue
            for first, second in itertools.product(pools[0][first_size], pools[1][second_size]):
                if first is not second and len(first.steps | second.steps) == size - 1:
                    yield first, second

    def _answers(self, one: _Choice, size: int) -> Program | None:
        """The program that ends in an operation and is the query's; numbers that the query contains are kept."""
        for references in self._combinations(one, size):
            part = _Part(one.operation.name, references, one.column, one.constant)
            term = self._term(Program(part.program()))
            if term == self._query:
                return Program(part.program())
            is_new = term is not None and term in self._below and term not in self._numbers
            if one.operation.signature.result is Kind.NUMBER and is_new:
                assert term is not None
                self._numbers.add(term)
                self._kinds[Kind.NUMBER][size].append((part, None))
        return None

    def _extend(self, one: _Choice, size: int) -> None:
        for references in self._combinations(one, size):
            part = _Part(one.operation.name, references, one.column, one.constant)
            rows = self._joined(references) if one.shape.joins else self._rows_of(part)
            if rows is not None and self._holds(rows.conditions):
                self._keep(part, rows)

    def _joined(self, references: tuple[_Part, ...]) -> Rows | None:
        """The rows that fulfil the conditions of two row sets."""
        first, second = (self._known[part] for part in references)
        if first.sources != second.sources:
            return None
        return Rows(first.sources, self._form.conditions.reduced(first.conditions | second.conditions))

    def _filtered(self, part: _Part, rows: Rows, filters: Sequence[_Filter]) -> None:
        """Rows with one condition more; what their SQL is need not be tried."""
        for one in filters:
            if one.conditions and not one.conditions <= rows.conditions:
                both = self._form.conditions.reduced(rows.conditions | one.conditions)
                if self._holds(both):
                    self._keep(_Part(one.operation, (part,), one.column, one.constant), Rows(rows.sources, both))

    def _keep(self, part: _Part, rows: Rows | None) -> None:
        if rows is not None and rows not in self._rows and len(part.steps) < MAX_STEPS:
            self._keep_rows(part, rows)

    def _keep_rows(self, part: _Part, rows: Rows) -> None:
        self._rows[rows] = part
        self._known[part] = rows
        self._kinds[Kind.ROWS][len(part.steps)].append((part, rows))

    # What the query contains.

    def _holds(self, conditions: frozenset[int]) -> bool:
        """Whether conditions stand together in the query; one of alternatives may stand among more of them."""
        apart = {
            one
            for one in conditions
            if self._terms.kind(one) == "or" and any(set(self._terms.children(one)) <= among for among in self._lists)
        }
        return any(conditions <= place or conditions - apart <= place for place in self._places)

    def _may_be_read(self, rows: Rows, one: _Choice, at: int) -> bool:
        """Whether it is worth trying what an operation makes of rows.

        Where it adds to their conditions, some must stand beside them that no filter adds. Else nothing may.
        """
        if one.shape.keeps[at]:
            known = rows.conditions | self._of_filters
            return any(not place <= known for place in self._places if rows.conditions <= place)
        conditions = without_presence(self._terms, rows.conditions)
        return (
            conditions in self._alone
            or any(opposite <= conditions for opposite in self._opposites)
            or any(self._terms.kind(one) == "or" and one not in self._below for one in conditions)
        )

    def _rows_of(self, part: _Part) -> Rows | None:
        term = self._term(counted(part.program()))
        return None if term is None else rows_of_count(self._terms, term)

    def _term(self, program: Program) -> int | None:
        """The SQL of a program in normal form, where it has one."""
        self._tried += 1
        if self._tried > MOST_TRIED:
            raise TooInvolvedError
        tree: exp.Expr = query_tree(program, self._schema)
        if self._reread is not None:
            tree = self._reread(tree)
        try:
            return self._form.of(tree)
        except UnreadableSqlError:
            return None
