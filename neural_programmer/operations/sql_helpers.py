"""What the SQL meanings are built from: row sets as conditions on a source, and scalar subqueries over them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlglot import exp

from neural_programmer.execution.sql_schema import Names, TableSchema
from neural_programmer.tables.constants import Constant
from neural_programmer.tables.views import ViewReference

Tree = exp.Expr

_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.In, exp.Like)


@dataclass(frozen=True, eq=False)
class RowSet:
    """The rows of a source (the table or a common table expression) for which every condition is true."""

    source: str
    conditions: tuple[Tree, ...] = ()


def column_name(schema: TableSchema, name: str) -> exp.Identifier:
    """The name of a stored column, in quotes where it comes from the table's headers."""
    return exp.to_identifier(name, quoted=name not in {schema.row_index, schema.is_total})


def table_name(schema: TableSchema) -> exp.Table:
    """The name of the table, always in quotes."""
    return exp.Table(this=exp.to_identifier(schema.table_name, quoted=True))


@dataclass(eq=False)
class Query:
    """A query in the making: where the table lies, and the common table expressions it needs."""

    schema: TableSchema
    expressions: list[tuple[str, exp.Select]] = field(default_factory=list)
    names: Names = field(init=False)

    def __post_init__(self) -> None:
        self.names = self.schema.names.copy()

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

    def scalar(self, rows: RowSet, value: Tree) -> exp.Subquery:
        """One value over the rows, such as their maximum."""
        return self.select(rows, value).subquery()

    def numbers_of(self, rows: RowSet) -> exp.Select:
        """The row numbers of the rows."""
        return self.select(rows, self.row_index)

    def on_table(self, rows: RowSet) -> tuple[Tree, ...]:
        """Conditions that single the rows out in the table itself."""
        if rows.source == self.schema.table_name:
            return rows.conditions
        return (self.row_index.isin(query=self.numbers_of(rows)),)

    def restricted(self, rows: RowSet, *conditions: Tree) -> RowSet:
        """Those of the rows for which the conditions are true as well."""
        parts = [part for condition in conditions for part in _conjuncts(condition)]
        return RowSet(rows.source, (*rows.conditions, *parts))

    def table_rows(self, *conditions: Tree) -> RowSet:
        """The rows of the table, totals left out, for which the conditions are true."""
        return self.restricted(self.all_rows, *conditions)

    def shared(self, rows: RowSet) -> RowSet:
        """The same rows, cheap to mention twice: conditions with subqueries move into a common table expression."""
        if not any(condition.find(exp.Select) for condition in rows.conditions):
            return rows
        return RowSet(self.named("step", self.select(rows, exp.Star())))

    def named(self, name: str, select: exp.Select) -> str:
        """The name of a new common table expression for the selection."""
        unused = self.names.unused(f"{name}_{len(self.expressions) + 1}")
        self.expressions.append((unused, select))
        return unused

    def without(self, other_rows: RowSet) -> Tree:
        """The condition that a row is none of the other rows; sound where their conditions are unknown for it."""
        return self.row_index.isin(query=self.numbers_of(other_rows)).not_()

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
        """The stored column that compares and orders the values of the column argument."""
        return self.query.column(self.query.schema.key(self.reference))

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
        schema = self.query.schema
        if schema.is_complete(self.reference) or any(self._implies_present(c) for c in self.rows.conditions):
            return self.rows
        return self.query.restricted(self.rows, self.present)

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


def _conjuncts(condition: Tree) -> Iterator[Tree]:
    return condition.flatten() if isinstance(condition, exp.And) else iter((condition,))


def number_literal(number: float) -> Tree:
    """A number such that every database reads it as exactly this floating-point number.

    Databases read short decimals correctly; long ones get an exponent, which keeps them from becoming decimals.
    """
    written = repr(float(number)).removesuffix(".0")
    if "e" not in written and len(written.lstrip("-")) > 15:
        written += "e0"
    return exp.Literal.number(written)
