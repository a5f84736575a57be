"""What the SQL meanings are built from: row sets as conditions on a source, and scalar subqueries over them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sqlglot import exp

from neural_programmer.execution.sql_schema import Names, TableSchema
from neural_programmer.operations.sql_logic import Tree, conjuncts, is_value_of, negated
from neural_programmer.tables.constants import Constant
from neural_programmer.tables.values import ValueType
from neural_programmer.tables.views import ViewReference

_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.In, exp.Like)
# Marks literals that are values of the program, with their numbers, in the nodes' own notes.
GIVEN = "given"
# Rows that are mentioned twice are written once, as a step of their own, where they take more conditions than this.
_MOST_REPEATED = 2


@dataclass(frozen=True, eq=False)
class Place:
    """One of the rows by its place in the table's order: which rows, from which end, and how many to pass over."""

    rows: RowSet
    from_the_end: bool = False
    passed: int = 0


@dataclass(frozen=True, eq=False)
class RowSet:
    """The rows of a source (the table or a common table expression) for which every condition is true.

    ``single`` is set where they cannot be more than one; ``place`` says the same as the conditions, where that is
    known; ``figure`` is the value that all of them have in a column, where they were chosen by it, and is NULL where
    there are none; ``step`` is the step of the program that gave them.
    """

    source: str
    conditions: tuple[Tree, ...] = ()
    single: bool = False
    place: Place | None = None
    figure: tuple[exp.Column, exp.Subquery] | None = None
    step: int = 0


def column_name(schema: TableSchema, name: str) -> exp.Identifier:
    """The name of a stored column; one that comes from the table's headers is quoted until a dialect needs it not."""
    return exp.to_identifier(name, quoted=name not in {schema.row_index, schema.is_total})


def table_name(schema: TableSchema) -> exp.Table:
    """The name of the table, quoted until a dialect needs it not."""
    return exp.Table(this=exp.to_identifier(schema.table_name, quoted=True))


@dataclass(eq=False)
class Query:
    """A query in the making: where the table lies, and the common table expressions it needs."""

    schema: TableSchema
    expressions: list[tuple[str, exp.Select]] = field(default_factory=list)
    names: Names = field(init=False)
    number_of_values: int = 0

    def __post_init__(self) -> None:
        self.names = self.schema.names.copy()

    def given(self, literal: Tree) -> Tree:
        """The literal marked as a value that the program gives; its copies, wherever they stand, are the same value."""
        for node in literal.find_all(exp.Literal):
            self.number_of_values += 1
            node.meta[GIVEN] = self.number_of_values
        return literal

    def column(self, name: str) -> exp.Column:
        """A stored column."""
        return exp.column(column_name(self.schema, name))

    @property
    def row_index(self) -> exp.Column:
        """The number of a row, from 1."""
        return self.column(self.schema.row_index)

    @property
    def all_rows(self) -> RowSet:
        """Every row that is not a total."""
        is_total = self.schema.is_total
        return RowSet(self.schema.table_name, (self.column(is_total).eq(0),) if is_total else ())

    @property
    def total_rows(self) -> RowSet:
        """Every row that is a total of others."""
        is_total = self.schema.is_total
        return RowSet(self.schema.table_name, (self.column(is_total).eq(1) if is_total else exp.false(),))

    def select(self, rows: RowSet, *values: Tree) -> exp.Select:
        """The values in the rows, in no order."""
        is_table = rows.source == self.schema.table_name
        source = table_name(self.schema) if is_table else exp.to_table(rows.source)
        return exp.select(*values).from_(source).where(*rows.conditions)

    def listed(self, rows: RowSet, *values: Tree) -> exp.Select:
        """The values in the rows, in the table's order."""
        place = rows.place
        if place is not None:
            order = exp.Ordered(this=self.row_index, desc=place.from_the_end or None)
            first = self.select(place.rows, *values).order_by(order).limit(1)
            return first.offset(place.passed) if place.passed else first
        selected = self.select(rows, *values)
        return selected if rows.single else selected.order_by(self.row_index)

    def scalar(self, rows: RowSet, value: Tree) -> exp.Subquery:
        """One value over the rows, such as their maximum."""
        return self.select(rows, value).subquery()

    def figure(self, rows: RowSet, aggregate: type[exp.AggFunc], column: exp.Column) -> exp.Subquery:
        """The greatest or least value of a column in the rows, which is the value itself where there is but one."""
        if rows.figure is not None and rows.figure[0] == column:
            return rows.figure[1].copy()
        return self.scalar(rows, column if rows.single else aggregate(this=column))

    def numbers_of(self, rows: RowSet) -> exp.Select:
        """The row numbers of the rows."""
        return self.select(rows, self.row_index)

    def edge(self, rows: RowSet, aggregate: type[exp.AggFunc]) -> exp.Subquery:
        """The number of the first (``exp.Min``) or last (``exp.Max``) of the rows."""
        return self.number_at(rows.place) or self.figure(rows, aggregate, self.row_index)

    def number_at(self, place: Place | None) -> exp.Subquery | None:
        """The number of the row at a place; None where there is no place."""
        if place is None:
            return None
        if not place.passed:
            return self.figure(place.rows, exp.Max if place.from_the_end else exp.Min, self.row_index)
        return self.listed(RowSet(place.rows.source, place=place), self.row_index).subquery()

    def at(self, place: Place) -> RowSet:
        """The row at a place."""
        condition = exp.EQ(this=self.row_index, expression=self.number_at(place))
        return RowSet(self.schema.table_name, (condition,), single=True, place=place)

    def on_table(self, rows: RowSet) -> tuple[Tree, ...]:
        """Conditions that single the rows out in the table itself."""
        if rows.source == self.schema.table_name:
            return rows.conditions
        return (self.row_index.isin(query=self.numbers_of(rows)),)

    def restricted(self, rows: RowSet, *conditions: Tree) -> RowSet:
        """Those of the rows for which the conditions are true as well."""
        known = list(rows.conditions)
        for part in (part for condition in conditions for part in conjuncts(condition)):
            if part not in known:
                known.append(part)
        if len(known) == len(rows.conditions):
            return rows
        single = rows.single or any(map(self._names_one_row, known))
        return RowSet(rows.source, tuple(known), single, step=rows.step)

    def _names_one_row(self, condition: Tree) -> bool:
        """Whether the condition holds a column, of which no two values are the same, to one value."""
        schema = self.schema
        return any(
            is_value_of(condition, (schema.key(reference), schema.value(reference)))
            and schema.facts.is_unique(reference)
            for reference in schema.table.view_references
            if reference.view.value_type is not ValueType.LIST
        )

    def table_rows(self, *conditions: Tree) -> RowSet:
        """The rows of the table, totals left out, for which the conditions are true."""
        return self.restricted(self.all_rows, *conditions)

    def shared(self, rows: RowSet) -> RowSet:
        """The same rows, cheap to mention twice: what is long moves into a common table expression."""
        nested = any(condition.find(exp.Select) for condition in rows.conditions)
        if not nested and len(rows.conditions) <= _MOST_REPEATED:
            return rows
        named = self.named(f"step_{rows.step}", self.select(rows, exp.Star()))
        return RowSet(named, single=rows.single, step=rows.step)

    def named(self, name: str, select: exp.Select) -> str:
        """The name of a new common table expression for the selection."""
        unused = self.names.unused(name)
        self.expressions.append((unused, select))
        return unused

    def figures(self, first: Tree, second: Tree) -> tuple[str, str, str]:
        """A common table expression with one row of two figures: its name and those of its columns."""
        names = [self.names.unused(name) for name in ("first_figure", "second_figure")]
        both = exp.select(*(exp.alias_(figure, name) for figure, name in zip((first, second), names, strict=True)))
        return self.named("figures", both), names[0], names[1]

    def without(self, rows: RowSet, other_rows: RowSet) -> Tree:
        """The condition that one of the rows is none of the other rows."""
        if rows.source == other_rows.source:
            more = [condition for condition in other_rows.conditions if condition not in rows.conditions]
            if len(more) == 1 and (opposite := self._negated(more[0], rows)) is not None:
                return opposite
        # Sound where the conditions of the other rows are unknown, neither true nor false, for one of these.
        return self.row_index.isin(query=self.numbers_of(other_rows)).not_()

    def _negated(self, condition: Tree, rows: RowSet) -> Tree | None:
        """The condition that another is not true of one of the rows, where that can be said shortly."""
        column = condition.this
        if not isinstance(column, exp.Column):
            return None
        select = condition.find(exp.Select)
        if select is not None and select not in (
            self.select(rows, exp.Max(this=column)),
            self.select(rows, exp.Min(this=column)),
        ):
            return None  # a figure of other rows, which may be none
        opposite = negated(condition)
        if opposite is None or column.name == self.schema.row_index or self._is_filled(column.name):
            return opposite
        return exp.or_(opposite, exp.Is(this=column.copy(), expression=exp.Null()))

    def _is_filled(self, name: str) -> bool:
        return any(
            self.schema.is_of(name, reference) and self.schema.is_complete(reference)
            for reference in self.schema.table.view_references
        )

    def finish(self, select: exp.Select) -> exp.Select:
        """The selection with the common table expressions before it."""
        for name, expression in self.expressions:
            select = select.with_(name, as_=expression)
        return select


@dataclass(frozen=True, eq=False)
class SqlArguments:
    """Arguments of an SQL meaning: the trees of the referenced rows and numbers, the column and the constant."""

    query: Query
    row_sets: tuple[RowSet, ...]
    numbers: tuple[Tree, ...]
    column: ViewReference | None
    constant: Constant | None

    @property
    def rows(self) -> RowSet:
        """The first row set."""
        return self.row_sets[0]

    @property
    def other_rows(self) -> RowSet:
        """The second row set."""
        return self.row_sets[1]

    @property
    def left(self) -> Tree:
        """The first number."""
        return self.numbers[0].copy()

    @property
    def right(self) -> Tree:
        """The second number."""
        return self.numbers[1].copy()

    @property
    def reference(self) -> ViewReference:
        """The column argument."""
        assert self.column is not None
        return self.column

    @property
    def key(self) -> exp.Column:
        """The stored column in which the values of the column argument are equal, greater or less.

        It is the one that shows the values, where equal values are written alike.
        """
        schema = self.query.schema
        if schema.facts.spelled_alike(self.reference):
            return self.value
        return self.query.column(schema.key(self.reference))

    @property
    def value(self) -> exp.Column:
        """The stored column that shows the values of the column argument."""
        return self.query.column(self.query.schema.value(self.reference))

    @property
    def present(self) -> Tree:
        """The condition that the column argument has a value."""
        return exp.Is(this=self.value, expression=exp.Not(this=exp.Null()))

    @property
    def present_rows(self) -> RowSet:
        """Those of the rows that have a value in the column argument, a condition only where it is not plain."""
        return self.present_of(self.rows)

    def present_of(self, rows: RowSet) -> RowSet:
        """Those of other rows that have a value in the column argument, in the same way."""
        schema = self.query.schema
        if schema.is_complete(self.reference) or any(self._implies_present(c) for c in rows.conditions):
            return rows
        return self.query.restricted(rows, self.present)

    def _implies_present(self, condition: Tree) -> bool:
        """Whether the condition compares the column argument, which it is never true of where there is no value."""
        column = condition.this if isinstance(condition, _COMPARISONS) else None
        return isinstance(column, exp.Column) and self.query.schema.is_of(column.name, self.reference)

    @property
    def absent(self) -> Tree:
        """The condition that the column argument has no value."""
        return exp.Is(this=self.value, expression=exp.Null())

    @property
    def ordinal(self) -> int:
        """The constant as a whole number."""
        assert self.constant is not None
        value = self.constant.values[0]
        assert isinstance(value, int)
        return value


def numbered(result: RowSet | Tree, step: int) -> RowSet | Tree:
    """The result of a step, with the step's number where it is rows."""
    return replace(result, step=step) if isinstance(result, RowSet) else result


def number_literal(number: float) -> Tree:
    """A number such that every database reads it as exactly this floating-point number.

    Databases read short decimals correctly; long ones get an exponent, which keeps them from becoming decimals.
    """
    written = repr(float(number)).removesuffix(".0")
    if "e" not in written and len(written.lstrip("-")) > 15:
        short = f"{number:.1g}".replace("e+", "e")
        written = short if float(short) == number else f"{written}e0"
    return exp.Literal.number(written)
