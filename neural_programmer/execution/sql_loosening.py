"""What a person means who writes a query by hand: raw columns for the typed ones, and texts compared as they stand.

Columns are found without regard to case, spaces and signs. A raw column that is compared or computed with numbers means
its numbers. A condition on one column is taken for that of a filter only where both hold in the same rows of the table,
or where what was written stands nowhere in the column.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sqlglot import exp

from neural_programmer.execution.engine import EngineError
from neural_programmer.execution.engines import DuckDBEngine
from neural_programmer.execution.sql_normal_conditions import StoredNames
from neural_programmer.operations.registry import REGISTRY
from neural_programmer.operations.sql_helpers import Query, RowSet, SqlArguments, column_name, table_name
from neural_programmer.tables.constants import COMPARABLE, Constant, ConstantKind
from neural_programmer.tables.dates import read_date
from neural_programmer.tables.values import PartialDate
from neural_programmer.tables.views import ViewKind, ViewReference

_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)
_ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Div)
_NUMBERS = (ViewKind.NUMBER, ViewKind.YEAR)
# The filters that a condition written by hand may mean, by what it is written with.
_FILTERS: dict[type[exp.Expr], tuple[str, ...]] = {
    exp.EQ: ("filter_equals",),
    exp.NEQ: ("filter_not_equals",),
    exp.GT: ("filter_greater",),
    exp.GTE: ("filter_greater_equal",),
    exp.LT: ("filter_less",),
    exp.LTE: ("filter_less_equal",),
    exp.Between: ("filter_between",),
    exp.In: ("filter_any", "filter_equals"),
    exp.Like: ("filter_contains", "filter_equals", "filter_has_item"),
    exp.ILike: ("filter_contains", "filter_equals", "filter_has_item"),
    exp.Contains: ("filter_contains", "filter_has_item"),
}
_NEGATED = {"filter_contains": "filter_not_contains", "filter_equals": "filter_not_equals"}
_MOST_CONDITIONS = 20


@dataclass
class Loosening:
    """Changes queries over one stored table into what was meant; ``notes`` say what was taken for what.

    ``engine`` opens the table in DuckDB, where conditions are compared; it is asked only when there are some.
    """

    names: StoredNames
    engine: Callable[[], DuckDBEngine]
    notes: dict[str, None] = field(default_factory=dict)

    def with_names(self, tree: exp.Expr) -> exp.Expr:
        """The query with the stored name in the place of every name that differs from it by spaces and signs."""
        tree = tree.copy()
        given = {one.alias.casefold() for one in tree.find_all(exp.Alias, exp.TableAlias) if one.alias}
        stored: dict[str, list[str]] = {}
        for name in self.names.by_folded_name.values():
            stored.setdefault(_squeezed(name), []).append(name)
        for column in list(tree.find_all(exp.Column)):
            name = column.name
            if not name or name.casefold() in self.names.by_folded_name or name.casefold() in given:
                continue
            found = stored.get(_squeezed(name), [])
            if len(found) == 1:
                self._note(name, found[0])
                column.set("this", exp.to_identifier(found[0], quoted=True))
        return tree

    def with_types(self, tree: exp.Expr) -> exp.Expr:
        """The query with typed columns where raw ones are compared, sorted or computed with as numbers or dates."""
        tree = tree.copy()
        for node in reversed(list(tree.walk())):
            if isinstance(node, exp.Sum | exp.Avg | exp.Max | exp.Min | exp.Median):
                self._type(node.this, None if isinstance(node, exp.Max | exp.Min) else _NUMBERS)
            elif isinstance(node, _ARITHMETIC):
                self._type(node.left, (ViewKind.NUMBER,))
                self._type(node.right, (ViewKind.NUMBER,))
            elif isinstance(node, exp.Ordered) and _is_limited(node):
                self._type(node.this)
            elif isinstance(node, exp.Between):
                if _is_number(node.args["low"]) or _is_number(node.args["high"]):
                    self._type(node.this, _NUMBERS)
            elif isinstance(node, exp.In) and node.expressions and all(map(_is_number, node.expressions)):
                self._type(node.this, _NUMBERS)
            elif isinstance(node, _COMPARISONS):
                self._type_sides(node.left, node.right)
                self._type_sides(node.right, node.left)
            elif isinstance(node, exp.Year) or (isinstance(node, exp.Extract) and node.name.casefold() == "year"):
                self._take_year(node)
        return tree

    def _type_sides(self, side: exp.Expr, other: exp.Expr) -> None:
        if _is_number(other):
            self._type(side, _NUMBERS)
            return
        column = self._raw(side)
        if column is None:
            return
        inner = other.unnest()
        if isinstance(inner, exp.Select) and len(inner.expressions) == 1:
            for found in inner.expressions[0].find_all(exp.Column):
                view = self.names.view_of.get(self.names.by_folded_name.get(found.name.casefold(), ""))
                if view is not None and view.column == column.column and view.view is not ViewKind.TEXT:
                    self._replace(side, view)

    def _raw(self, node: exp.Expr) -> ViewReference | None:
        """The text view of a raw column, where the node is one."""
        node = node.unnest()
        if not isinstance(node, exp.Column):
            return None
        name = self.names.by_folded_name.get(node.name.casefold())
        view = self.names.view_of.get(name) if name is not None else None
        return view if view is not None and view.view is ViewKind.TEXT and name == self._shown(view) else None

    def _type(self, node: exp.Expr, kinds: tuple[ViewKind, ...] | None = None) -> None:
        raw = self._raw(node)
        if raw is None:
            return
        views = self.names.schema.table.column(raw.column).views
        if kinds is None:  # numbers or dates, whichever are read in more of the cells
            both = [kind for kind in (ViewKind.NUMBER, ViewKind.DATE) if kind in views]
            kinds = tuple(sorted(both, key=lambda kind: -int(views[kind].mask.sum())))
        for kind in kinds:
            if kind in views:
                self._replace(node, ViewReference(raw.column, kind))
                return

    def _take_year(self, node: exp.Year | exp.Extract) -> None:
        inner = node.expression if isinstance(node, exp.Extract) else node.this
        inner = inner.this if isinstance(inner, exp.Cast) else inner
        if isinstance(inner, exp.TsOrDsToDate):
            inner = inner.this
        if isinstance(inner, exp.Column):
            name = self.names.by_folded_name.get(inner.name.casefold(), "")
            view = self.names.view_of.get(name)
            if view is not None and ViewKind.YEAR in self.names.schema.table.column(view.column).views:
                year = ViewReference(view.column, ViewKind.YEAR)
                self._note(f"YEAR of {inner.name}", self._shown(year))
                node.replace(exp.column(column_name(self.names.schema, self._shown(year))))

    def _replace(self, node: exp.Expr, view: ViewReference) -> None:
        column = node.unnest()
        self._note(column.name, self._shown(view))
        column.set("this", column_name(self.names.schema, self._shown(view)))

    def _shown(self, view: ViewReference) -> str:
        return self.names.schema.value(view)

    def _note(self, written: str, meant: str) -> None:
        if written != meant:
            self.notes[f'"{written}" is read as the column "{meant}"'] = None

    def with_filters(self, tree: exp.Expr) -> exp.Expr:
        """The query with the conditions of filters for conditions that hold in the same rows."""
        tree = tree.copy()
        for node in list(self._conditions(tree))[:_MOST_CONDITIONS]:
            whole = node.parent if isinstance(node.parent, exp.Not) else node
            meant = self._meant(node, whole)
            if meant is not None and meant != whole:
                whole.replace(exp.paren(meant))
        return tree

    def _conditions(self, tree: exp.Expr) -> Iterator[exp.Expr]:
        """The conditions that compare one column of the table with what is written out."""
        for node in tree.find_all(*_FILTERS):
            columns = {column.name.casefold() for column in node.find_all(exp.Column)}
            if len(columns) == 1 and columns <= self.names.by_folded_name.keys() and not node.find(exp.Select):
                yield node

    def _meant(self, node: exp.Expr, whole: exp.Expr) -> exp.Expr | None:
        """The condition of a filter that holds where this one does; ``whole`` has the negation before it too."""
        column = next(node.find_all(exp.Column))
        view = self.names.view_of.get(self.names.by_folded_name[column.name.casefold()])
        if view is None:
            return None
        written = whole.copy()
        for one in written.find_all(exp.Column):
            one.set("this", column_name(self.names.schema, self.names.by_folded_name[one.name.casefold()]))
            one.set("table", None)
        rows = self._rows(written)
        negated = whole is not node or bool(node.args.get("negate"))
        for condition, constant in self._filters_of(node, view, negated=negated):
            same = self._rows(condition)
            if rows is not None and rows == same and self._is_same_under_not(written, condition, whole):
                return condition
            if rows == frozenset() and same and isinstance(node, exp.EQ) and constant.kind is ConstantKind.TEXT:
                written_so = f"{constant.values[0]!r} is written otherwise in the column"
                self.notes[f'{written_so} "{view.column}", whose texts are compared without case and accents'] = None
                return condition
            if rows != same and self._is_meant_as_date(node, view, constant):
                self._note(column.name, self._shown(ViewReference(view.column, ViewKind.DATE)))
                return condition
        return None

    def _is_same_under_not(self, written: exp.Expr, condition: exp.Expr, whole: exp.Expr) -> bool:
        """Whether two conditions that hold in the same rows also fail in the same rows, where that matters."""
        if whole.find_ancestor(exp.Not) is None:
            return True
        return self._rows(exp.not_(written)) == self._rows(exp.not_(condition))

    def _is_meant_as_date(self, node: exp.Expr, view: ViewReference, constant: Constant) -> bool:
        """Whether a raw column is compared with a date, which its text does not begin with."""
        ordered = isinstance(node, exp.GT | exp.GTE | exp.LT | exp.LTE | exp.Between)
        return ordered and view.view is ViewKind.TEXT and constant.kind in (ConstantKind.DATE, ConstantKind.DATE_RANGE)

    def _filters_of(self, node: exp.Expr, view: ViewReference, *, negated: bool) -> Iterator[tuple[exp.Expr, Constant]]:
        table = self.names.schema.table
        own = list(table.column(view.column).views) if view.view is ViewKind.TEXT else [view.view]
        literals = [str(literal.this) for literal in node.find_all(exp.Literal) if literal.is_string]
        for name in _filters_meant(node):
            operation = REGISTRY.get(_NEGATED.get(name, "") if negated else name)
            for kind in own if operation is not None else ():
                assert operation is not None
                reference = ViewReference(view.column, kind)
                if kind.value_type not in operation.signature.columns:
                    continue
                for constant in _constants(literals, operation.signature.constants & COMPARABLE[kind.value_type]):
                    query = Query(self.names.schema)
                    arguments = SqlArguments(query, (RowSet(self.names.schema.table_name),), (), reference, constant)
                    rows = operation.sql(arguments)
                    if isinstance(rows, RowSet) and rows.conditions and not query.expressions:
                        yield exp.and_(*rows.conditions), constant

    def _rows(self, condition: exp.Expr) -> frozenset[object] | None:
        """The numbers of the rows for which a condition is true; ``None`` where it cannot be asked."""
        schema = self.names.schema
        query = exp.select(exp.column(column_name(schema, schema.row_index))).from_(table_name(schema))
        try:
            return frozenset(row[0] for row in self.engine().run(query.where(condition).sql(dialect="duckdb")))
        except EngineError:
            return None


def _filters_meant(node: exp.Expr) -> tuple[str, ...]:
    """The filters that a condition may mean; a pattern with signs elsewhere than around a text means none."""
    names = _FILTERS[type(node)]
    if not isinstance(node, exp.Like | exp.ILike):
        return names
    pattern = node.expression.name
    inner = pattern.removeprefix("%").removesuffix("%")
    if "%" in inner or "_" in inner:
        return ()
    if inner == pattern:
        return tuple(name for name in names if name == "filter_equals")
    return tuple(name for name in names if name != "filter_equals") if len(pattern) == len(inner) + 2 else ()


def _constants(literals: list[str], kinds: frozenset[ConstantKind]) -> Iterator[Constant]:
    """The constants of some kinds that texts may stand for."""
    plain = [text.strip("%").strip() for text in literals]
    dates = [date for date in map(_date, literals) if date is not None]
    if ConstantKind.TEXT in kinds and len(plain) == 1 and plain[0]:
        yield Constant(ConstantKind.TEXT, (plain[0],))
    if ConstantKind.TEXTS in kinds and len(plain) > 1:
        yield Constant(ConstantKind.TEXTS, tuple(plain))
    if ConstantKind.DATE in kinds and len(dates) == len(literals) == 1:
        yield Constant(ConstantKind.DATE, (dates[0],))
    if ConstantKind.DATE_RANGE in kinds and len(dates) == len(literals) == 2:
        yield Constant(ConstantKind.DATE_RANGE, tuple(dates))


def _date(written: str) -> PartialDate | None:
    try:
        return PartialDate.parse_iso(written.removesuffix("%"))
    except ValueError:
        reading = read_date(written)
        return None if reading is None else reading.date


def _is_number(node: exp.Expr) -> bool:
    node = node.unnest()
    if isinstance(node, exp.Neg | exp.Cast):
        node = node.this.unnest()
    return isinstance(node, exp.Literal) and not node.is_string


def _is_limited(node: exp.Ordered) -> bool:
    select = node.find_ancestor(exp.Select)
    return select is not None and select.args.get("limit") is not None


def _squeezed(name: str) -> str:
    """A name without what people leave out or put in: case, spaces and signs."""
    return re.sub(r"[\W_]+", "", name.casefold())
