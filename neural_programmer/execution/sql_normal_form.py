"""Queries in normal form: two texts whose terms are equal give the same answer on the table.

Every rule holds for all rows, or for the rows that the table has (a column without gaps needs no ``IS NOT NULL``).
Common table expressions and plain subqueries are put in their places, names are resolved, conditions become sets, a
selection of several aggregates becomes an expression over selections of one each, and ``ORDER BY … LIMIT 1`` becomes
the comparison with the extreme that it means.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from neural_programmer.execution.sql_normal_conditions import Conditions, StoredNames
from neural_programmer.execution.sql_terms import SelectParts, Terms

# Selections within selections that are written out one in the other, and parts of a query that are looked at.
_DEEPEST = 60
_COMPARISONS: Mapping[type[exp.Expr], str] = {
    exp.EQ: "equal",
    exp.NEQ: "unequal",
    exp.GT: "greater",
    exp.GTE: "greater or equal",
    exp.LT: "less",
    exp.LTE: "less or equal",
}
_TEXT_TYPES = frozenset(exp.DataType.TEXT_TYPES)
_WHOLE_TYPES = frozenset(exp.DataType.INTEGER_TYPES)
# What a parser notes beside a node that is the same query in every dialect.
_NOTES = frozenset({"negate", "big_int", "safe", "typed", "coalesce", "nested", "_type", "default", "requires_string"})


class UnreadableSqlError(ValueError):
    """A query has no normal form; the message names what stands in the way."""


@dataclass(frozen=True)
class _Source:
    """What a selection reads under one name: its columns as terms, by their folded names, in their order."""

    alias: str
    columns: Mapping[str, int]


@dataclass(frozen=True)
class _From:
    """The sources of a selection: what they are, which rows of them are meant, and their names."""

    terms: tuple[int, ...] = ()
    conditions: tuple[int, ...] = ()
    sources: tuple[_Source, ...] = ()


@dataclass
class _Scope:
    """Where names are looked up. ``rows`` are there while a value over all the rows is read."""

    sources: tuple[_Source, ...]
    outer: _Scope | None
    expressions: Mapping[str, exp.Expr]
    rows: SelectParts | None = None


@dataclass
class NormalForm:
    """Brings queries over one stored table into normal form, all of them in the same terms.

    ``single`` collects what had to be taken for granted: conditions that exactly one row of the table fulfils, where a
    query sorts by a column and takes one row without saying which of several equal ones.
    """

    names: StoredNames
    terms: Terms = field(default_factory=Terms)
    single: list[frozenset[int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.conditions = Conditions(self.terms, self.names)
        self.table = self.terms.of(("table",))
        self.row_index = self._stored(self.names.schema.row_index, 0)
        self._depth = 0
        self._columns: dict[int, Mapping[str, int]] = {}

    def of(self, tree: exp.Expr) -> int:
        """The term of a query; ``UnreadableSqlError`` where it has none."""
        try:
            return self._query(tree, None, {}, "answer")
        except RecursionError:
            raise UnreadableSqlError("it is nested too deeply") from None

    def _stored(self, name: str, position: int) -> int:
        return self.terms.of(("column", 0, position, name, self.names.role(name)))

    # Selections.

    def _query(self, tree: exp.Expr, outer: _Scope | None, given: Mapping[str, exp.Expr], use: str) -> int:
        """The term of a query that is used as an answer, as one value, as a set of values, or as a source of rows."""
        if self._depth > _DEEPEST:
            raise UnreadableSqlError("its queries are nested too deeply")
        self._depth += 1
        try:
            while isinstance(tree, exp.Subquery | exp.Paren):
                tree = tree.this
            if isinstance(tree, exp.Select):
                return self._select(tree, outer, _with(tree, given), use)
            return self._generic(tree, _Scope((), outer, _with(tree, given)))
        finally:
            self._depth -= 1

    def _select(self, tree: exp.Select, outer: _Scope | None, given: Mapping[str, exp.Expr], use: str) -> int:
        found = self._from(tree, outer, given, 0)
        scope = _Scope(found.sources, outer, given)
        if tree.args.get("qualify") or tree.args.get("windows") or tree.args.get("laterals"):
            raise UnreadableSqlError("it has a QUALIFY, WINDOW or LATERAL clause")
        values = [_unaliased(value) for value in tree.expressions]
        rows = SelectParts(found.terms, self._where(tree, scope, found), ())
        distinct = tree.args.get("distinct")
        if distinct is not None and distinct.args.get("on"):
            raise UnreadableSqlError("it has DISTINCT ON")
        if not found.terms and len(values) == 1 and not rows.conditions:
            return self._value(values[0], scope)
        if tree.args.get("group") is None and tree.args.get("having") is None and any(map(_aggregates, values)):
            return self._aggregated(tree, values, scope, rows)
        parts = dataclasses.replace(
            rows,
            values=self._values(values, scope),
            groups=frozenset(self._groups(tree, values, scope)),
            having=self._having(tree, scope),
            order=tuple(self._order(tree, values, scope)),
            limit=_limit(tree),
            offset=_offset(tree),
            distinct=distinct is not None,
        )
        return self._finished(parts, use)

    def _values(self, values: Iterable[exp.Expr], scope: _Scope) -> tuple[int, ...]:
        found: list[int] = []
        for value in values:
            if isinstance(value, exp.Star) or (isinstance(value, exp.Column) and isinstance(value.this, exp.Star)):
                found.extend(column for source in scope.sources for column in source.columns.values())
            else:
                found.append(self._value(value, scope))
        return tuple(found)

    def _where(self, tree: exp.Select, scope: _Scope, found: _From) -> frozenset[int]:
        conditions = list(found.conditions)
        if tree.args.get("where") is not None:
            conditions.append(self._truth(tree.args["where"].this, scope))
        for join in tree.args.get("joins") or ():
            if join.args.get("on") is not None:
                conditions.append(self._truth(join.args["on"], scope))
        return self.conditions.reduced(conditions)

    def _aggregated(self, tree: exp.Select, values: list[exp.Expr], scope: _Scope, rows: SelectParts) -> int:
        """An expression over aggregates: one row, whatever is ordered."""
        if _offset(tree) or _limit(tree) == 0:
            raise UnreadableSqlError("it leaves out the only row there is")
        scope.rows = rows
        found = [self._value(value, scope) for value in values]
        return found[0] if len(found) == 1 else self.terms.of(("row",), *found)

    def _groups(self, tree: exp.Select, values: list[exp.Expr], scope: _Scope) -> Iterator[int]:
        group = tree.args.get("group")
        if group is None:
            return
        if any(group.args.get(name) for name in ("rollup", "cube", "grouping_sets", "totals", "all")):
            raise UnreadableSqlError("it groups in several ways at once")
        for expression in group.expressions:
            yield self._by_place(expression, values, scope)

    def _by_place(self, expression: exp.Expr, values: list[exp.Expr], scope: _Scope) -> int:
        """The term of what is grouped or sorted by; a whole number counts the values of the selection."""
        if isinstance(expression, exp.Literal) and not expression.is_string:
            place = int(expression.this) - 1 if expression.this.isdecimal() else -1
            if not 0 <= place < len(values):
                raise UnreadableSqlError(f"it has no value number {expression.this}")
            expression = values[place]
        return self._value(expression, scope)

    def _having(self, tree: exp.Select, scope: _Scope) -> frozenset[int]:
        having = tree.args.get("having")
        return frozenset() if having is None else self.conditions.reduced([self._truth(having.this, scope)])

    def _order(self, tree: exp.Select, values: list[exp.Expr], scope: _Scope) -> Iterator[int]:
        order = tree.args.get("order")
        for ordered in order.expressions if order is not None else ():
            this = ordered.this if isinstance(ordered, exp.Ordered) else ordered
            named = [value.this for value in tree.expressions if isinstance(value, exp.Alias)]
            aliases = dict(zip((v.alias for v in tree.expressions if isinstance(v, exp.Alias)), named, strict=True))
            if isinstance(this, exp.Column) and not this.table and this.name in aliases:
                this = aliases[this.name]
            term = self._by_place(this, values, scope)
            nulls_first = bool(ordered.args.get("nulls_first")) and not self._is_complete(term)
            yield self.terms.of(("ordered", bool(ordered.args.get("desc")), nulls_first), term)

    def _is_complete(self, term: int) -> bool:
        """Whether a value is there in every row, or for every group."""
        label = self.terms.label(term)
        if label[0] in ("min", "max", "sum", "avg"):
            return self._is_complete(self.terms.children(term)[0])
        if label[0] != "column":
            return label[0] in ("count", "count distinct")
        return bool(label[5]) if label[4] == "derived" else self.names.is_complete(str(label[3]))

    # Sources.

    def _from(self, tree: exp.Select, outer: _Scope | None, given: Mapping[str, exp.Expr], position: int) -> _From:
        source = tree.args.get("from_")
        if source is None:
            return _From()
        found = self._source(source.this, outer, given, position)
        for join in tree.args.get("joins") or ():
            plain = not join.args.get("side") and not join.args.get("method") and not join.args.get("using")
            if not plain or (join.args.get("kind") or "").upper() not in ("", "INNER", "CROSS"):
                raise UnreadableSqlError("it joins otherwise than by INNER JOIN … ON")
            other = self._source(join.this, outer, given, position + len(found.terms))
            found = _From(found.terms + other.terms, found.conditions + other.conditions, found.sources + other.sources)
        return found

    def _source(self, tree: exp.Expr, outer: _Scope | None, given: Mapping[str, exp.Expr], position: int) -> _From:
        alias = tree.alias_or_name.casefold()
        if tree.args.get("alias") is not None and tree.args["alias"].args.get("columns"):
            raise UnreadableSqlError("it gives columns other names")
        if isinstance(tree, exp.Table) and tree.name.casefold() in given:
            name = tree.name.casefold()
            # What a common table expression is made of was written before it.
            before = dict(list(given.items())[: list(given).index(name)])
            return self._derived(given[name], None, before, position, alias)
        if isinstance(tree, exp.Subquery):
            return self._derived(tree.this, outer, given, position, alias)
        schema = self.names.schema
        if not isinstance(tree, exp.Table) or tree.name.casefold() != schema.table_name.casefold():
            raise UnreadableSqlError("it reads something else than the table")
        return _From((self.table,), (), (_Source(alias, self._columns_at(position)),))

    def _columns_at(self, position: int) -> Mapping[str, int]:
        """The columns of the stored table, as the source at a position."""
        if position not in self._columns:
            stored = self.names.by_folded_name.items()
            self._columns[position] = {folded: self._stored(name, position) for folded, name in stored}
        return self._columns[position]

    def _derived(
        self, tree: exp.Expr, outer: _Scope | None, given: Mapping[str, exp.Expr], position: int, alias: str
    ) -> _From:
        """A query in the place of a table; one that only leaves out rows and columns becomes part of the outer one."""
        if self._depth > _DEEPEST:
            raise UnreadableSqlError("its queries are nested too deeply")
        if isinstance(tree, exp.Select) and _is_plain(tree):
            self._depth += 1
            given = _with(tree, given)
            found = self._from(tree, outer, given, position)
            scope = _Scope(found.sources, outer, given)
            if any(map(_aggregates, tree.expressions)):
                # One row of figures, each of which is a query of its own.
                scope.rows = SelectParts(found.terms, self._where(tree, scope, found), ())
                found = _From()
            columns: dict[str, int] = {}
            for value in tree.expressions:
                if isinstance(value, exp.Star):
                    columns.update(column for source in found.sources for column in source.columns.items())
                else:
                    columns[value.alias_or_name.casefold()] = self._value(_unaliased(value), scope)
            conditions = () if scope.rows else tuple(self._where(tree, scope, found))
            self._depth -= 1
            return _From(found.terms, conditions, (_Source(alias, columns),))
        term = self._query(tree, outer, given, "source")
        names = [value.alias_or_name.casefold() for value in getattr(tree, "expressions", ())]
        parts = self.terms.selects.get(term)
        values = parts.values if parts is not None and len(parts.values) == len(names) else ()
        columns = {
            name: self.terms.of(
                ("column", 0, position, number, "derived", bool(values) and self._is_complete(values[number]))
            )
            for number, name in enumerate(names)
        }
        return _From((self.terms.of(("derived",), term),), (), (_Source(alias, columns),))

    # What a selection comes to.

    def _finished(self, parts: SelectParts, use: str) -> int:
        if parts.limit is None and not parts.offset:
            if use != "answer" or parts.order[:1] == (self.terms.of(("ordered", False, False), self.row_index),):
                parts = dataclasses.replace(parts, order=())
        elif parts.limit == 1 and parts.sources == (self.table,) and not parts.groups and parts.order:
            taken = self._one_row(parts, use)
            if isinstance(taken, int):
                return taken
            parts = taken
        if use in ("set", "set to avoid") and parts.limit is None:
            parts = dataclasses.replace(parts, distinct=False)
        if use in ("answer", "value", "set") and len(parts.values) == 1 and not parts.groups and parts.limit is None:
            # An answer is made of values: a row without one is no part of it. As one value it is as good as none,
            # and nothing equals it.
            parts = dataclasses.replace(parts, conditions=self._without_presence(parts.conditions, parts.values[0]))
        if use == "answer" and parts.groups == set(parts.values[:1]) and parts.limit is None:
            # Groups come in the order of their first rows, and that of no value is no part of the answer.
            first_rows = self.terms.of(("ordered", False, False), self.terms.of(("min",), self.row_index))
            kept = self._without_presence(parts.conditions, parts.values[0])
            order = () if parts.order == (first_rows,) else parts.order
            parts = dataclasses.replace(parts, conditions=kept, order=order)
        return self.terms.select(parts)

    def _without_presence(self, conditions: frozenset[int], value: int) -> frozenset[int]:
        """The conditions without the one that a value is there."""
        if self.terms.kind(value) != "column":
            return conditions
        shown = self.conditions.shown(value)
        return frozenset(one for one in conditions if self.conditions.present_column(one) != shown)

    def _one_row(self, parts: SelectParts, use: str) -> SelectParts | int:
        """What a selection of one row in some order means; the parts as they are where that cannot be said."""
        first = parts.order[0]
        (key,), (_, descending, nulls_first) = self.terms.children(first), self.terms.label(first)
        extreme = "max" if descending else "min"
        if self.terms.reach(key) != 0 or any(self.terms.reach(one) > 0 for one in parts.conditions):
            return parts
        if nulls_first and self.conditions.shown(key) not in self._needed(parts.conditions):
            return parts
        alone = dataclasses.replace(parts, order=(self.terms.of(("ordered", descending, False), key),))
        if use in ("value", "set") and parts.values == (key,):
            if not parts.offset:
                return self._over(alone, (extreme,), key)
            # Of too few values none is taken, which is the same as one that is not there.
            return dataclasses.replace(alone, conditions=self._without_presence(parts.conditions, key))
        if parts.distinct:
            return parts
        if key == self.row_index:
            number = (
                self._over(alone, (extreme,), key)
                if not parts.offset
                else self.terms.select(dataclasses.replace(alone, values=(key,)))
            )
            kept = frozenset((self.conditions.compared("equal", key, number),))
        else:
            if parts.offset:
                return parts
            best = self.conditions.compared("equal", key, self._over(alone, (extreme,), key))
            kept = self.conditions.reduced([*parts.conditions, best])
            if parts.order[1:2] == (self.terms.of(("ordered", False, False), self.row_index),):
                number = self._over(dataclasses.replace(alone, conditions=kept), ("min",), self.row_index)
                kept = frozenset((self.conditions.compared("equal", self.row_index, number),))
                # Of rows none of which has a value the first is taken all the same, but then there is no such row.
                is_sure = self._is_complete(key) or self.conditions.shown(key) in self._needed(parts.conditions)
            else:
                is_sure = False
            if not is_sure:
                self.single.append(kept)
        rows = SelectParts(parts.sources, kept, parts.values)
        return rows

    def _needed(self, conditions: Iterable[int]) -> frozenset[int]:
        return frozenset().union(*(self.conditions.needs(one) for one in conditions))

    def _over(self, rows: SelectParts, label: tuple[object, ...], *values: int) -> int:
        """The selection of one aggregate over rows."""
        conditions = rows.conditions
        if values:
            conditions = self._without_presence(conditions, values[0])
        value = self.terms.of(label, *values)
        return self.terms.select(SelectParts(rows.sources, conditions, (value,), aggregate=True))

    # Values.

    def _value(self, tree: exp.Expr, scope: _Scope) -> int:
        terms = self.terms
        match tree:
            case exp.Paren() | exp.Alias():
                return self._value(tree.this, scope)
            case exp.Literal():
                return terms.of(("text", tree.this) if tree.is_string else ("number", _number(tree.this)))
            case exp.National():
                return terms.of(("text", str(tree.this)))
            case exp.Boolean():
                return terms.true if tree.this else terms.false
            case exp.Null():
                return terms.of(("null",))
            case exp.Neg(this=exp.Literal() as literal) if not literal.is_string:
                return terms.of(("number", -_number(literal.this)))
            case exp.Column():
                return self._column(tree, scope)
            case exp.Subquery() | exp.Select():
                return self._query(tree, scope, scope.expressions, "value")
            case exp.AggFunc() | exp.Filter() if not _in_window(tree):
                return self._aggregate(tree, scope)
            case exp.Cast():
                return self._cast(self._value(tree.this, scope), tree.to)
            case exp.Add() if any(map(_is_text, tree.flatten())):
                return terms.of(("concat",), *self._joined(tree, scope))
            case exp.Add() | exp.Mul():
                return terms.unordered((tree.key,), (self._value(one, scope) for one in (tree.left, tree.right)))
            case exp.Sub():
                return terms.of(("sub",), self._value(tree.left, scope), self._value(tree.right, scope))
            case exp.Div():
                return self._division(tree, scope)
            case exp.Case() | exp.If():
                return self._case(tree, scope)
            case exp.Nullif():
                return terms.of(("nullif",), self._value(tree.this, scope), self._value(tree.expression, scope))
            case exp.Concat() | exp.DPipe():
                return terms.of(("concat",), *self._joined(tree, scope))
            case exp.Substring() | exp.Left():
                start = tree.args.get("start") or exp.Literal.number(1)
                length = tree.args.get("length") if isinstance(tree, exp.Substring) else tree.expression
                parts = [tree.this, start] if length is None else [tree.this, start, length]
                return terms.of(("substring",), *(self._value(part, scope) for part in parts))
            case exp.StrPosition(this=text, args={"substr": sought}) if not tree.args.get("position"):
                return terms.of(("strposition",), self._value(text, scope), self._value(sought, scope))
            case exp.Predicate() | exp.Not() if not isinstance(tree, exp.SubqueryPredicate):
                return self._truth(tree, scope)
        return self._generic(tree, scope)

    def _column(self, tree: exp.Column, scope: _Scope) -> int:
        name, table = tree.name.casefold(), tree.table.casefold()
        depth, at = 0, scope
        while True:
            found = {
                source.columns[name] for source in at.sources if name in source.columns and table in ("", source.alias)
            }
            if len(found) > 1:
                raise UnreadableSqlError(f"{tree.name!r} may be one of several columns")
            if found:
                return self._seen_from(found.pop(), depth, scope)
            if at.outer is None:
                raise UnreadableSqlError(f"there is no column {tree.name!r}")
            at, depth = at.outer, depth + 1

    def _seen_from(self, term: int, depth: int, scope: _Scope) -> int:
        """A column of a selection so much further out; of the rows themselves only within an aggregate."""
        if not depth:
            if scope.rows is not None:
                raise UnreadableSqlError("it has a column beside an aggregate")
            return term
        label = self.terms.label(term)
        if self.terms.reach(term) < 0:
            return term
        if label[0] != "column":
            raise UnreadableSqlError("it computes with a computed column of an outer query")
        return self.terms.of(("column", depth, *label[2:]))

    def _aggregate(self, tree: exp.Expr, scope: _Scope) -> int:
        """An aggregate: of the rows of its selection, or of a group where the selection has groups."""
        rows, scope.rows = scope.rows, None
        try:
            return self._aggregate_over(tree, scope, rows)
        finally:
            scope.rows = rows

    def _aggregate_over(self, tree: exp.Expr, scope: _Scope, rows: SelectParts | None) -> int:
        conditions: list[int] = []
        while isinstance(tree, exp.Filter):
            conditions.append(self._truth(tree.expression.this, scope))
            tree = tree.this
        this = tree.this
        if isinstance(tree, exp.CountIf):
            conditions.append(self._truth(this, scope))
            this = exp.Star()
        label: tuple[object, ...] = (tree.key,)
        values: tuple[int, ...] = ()
        if isinstance(tree, exp.Count | exp.CountIf):
            label = ("count",)
            if isinstance(this, exp.Distinct) and len(this.expressions) == 1:
                label, values = ("count distinct",), (self._value(this.expressions[0], scope),)
            elif isinstance(this, exp.Distinct):
                raise UnreadableSqlError("it counts different values of several columns together")
            elif not isinstance(this, exp.Star | exp.Literal):
                conditions.append(self.conditions.present(self._value(this, scope)))
        elif isinstance(tree, exp.Sum | exp.Avg | exp.Min | exp.Max) and not isinstance(this, exp.Distinct):
            values = (self._value(this, scope),)
        else:
            label, values = ("aggregate",), (self._generic(tree, scope),)
        if rows is None:
            value = self.terms.of(label, *values)
            conditions = [one for one in conditions if one != self.terms.true]
            return self.terms.of(("filter",), value, self.conditions.all_of(conditions)) if conditions else value
        kept = dataclasses.replace(rows, conditions=self.conditions.reduced([*rows.conditions, *conditions]))
        return self._over(kept, label, *values)

    def _cast(self, value: int, to: exp.DataType) -> int:
        if to.this in _TEXT_TYPES:
            kind = "text"
            if self._is_text(value):
                return value
        elif to.this in _WHOLE_TYPES:
            kind = "whole"
        elif to.this in exp.DataType.NUMERIC_TYPES:
            kind = "number"
            if self.terms.kind(value) == "number" or self._is_floating(value):
                return value
        else:
            kind = to.sql()
        return self.terms.of(("cast", kind), value)

    def _division(self, tree: exp.Div, scope: _Scope) -> int:
        """A quotient that is NULL where it is divided by zero, as a whole number where the dialect takes it so."""
        left, right = (self._value(one, scope) for one in (tree.left, tree.right))
        if tree.args.get("safe") and self.terms.kind(right) != "nullif":
            right = self.terms.of(("nullif",), right, self.terms.of(("number", 0.0)))
        if tree.args.get("typed") and not self._is_floating(left) and not self._is_floating(right):
            return self.terms.of(("div", "whole"), left, right)
        if self.terms.label(left) == ("cast", "number"):
            (left,) = self.terms.children(left)
        return self.terms.of(("div",), left, right)

    def _is_floating(self, term: int) -> bool:
        """Whether a number is a floating-point one, as those of every column of the table are."""
        terms = self.terms
        kind, children = terms.kind(term), terms.children(term)
        if kind == "column":
            return terms.label(term)[4] == "own" and self.names.is_number(str(terms.label(term)[3]))
        if term in terms.selects:
            return self._is_floating(terms.selects[term].values[0])
        if kind in ("avg", "div") or terms.label(term) == ("cast", "number"):
            return True
        return kind in ("min", "max", "sum", "add", "sub", "mul", "nullif", "sql abs") and any(
            map(self._is_floating, children)
        )

    def _case(self, tree: exp.Case | exp.If, scope: _Scope) -> int:
        branches = tree.args["ifs"] if isinstance(tree, exp.Case) else [tree]
        parts: list[int] = []
        for branch in branches:
            condition = branch.this
            if isinstance(tree, exp.Case) and tree.this is not None:
                condition = exp.EQ(this=tree.this.copy(), expression=condition.copy())
            parts += [self._truth(condition, scope), self._value(branch.args["true"], scope)]
        default = tree.args.get("default" if isinstance(tree, exp.Case) else "false")
        if default is not None and not isinstance(default, exp.Null):
            parts.append(self._value(default, scope))
        return self.terms.of(("case",), *parts)

    def _joined(self, tree: exp.Expr, scope: _Scope) -> Iterator[int]:
        """The texts that a concatenation joins, one after the other."""
        while isinstance(tree, exp.Paren):
            tree = tree.this
        if isinstance(tree, exp.Coalesce) and len(tree.expressions) == 1 and tree.expressions[0].name == "":
            tree = tree.this  # how some dialects write that a concatenation takes NULL for nothing
        if isinstance(tree, exp.DPipe | exp.Add):
            yield from self._joined(tree.left, scope)
            yield from self._joined(tree.right, scope)
        elif isinstance(tree, exp.Concat):
            for part in tree.expressions:
                yield from self._joined(part, scope)
        else:
            yield self._value(tree, scope)

    def _is_text(self, term: int) -> bool:
        return self.terms.kind(term) == "text" or self.terms.label(term) == ("cast", "text")

    def _generic(self, tree: exp.Expr, scope: _Scope) -> int:
        """Anything else: its name, what the parser noted of it, and the terms of what it is made of."""
        notes: list[object] = []
        children: list[int] = []
        for name, value in sorted(tree.args.items()):
            parts = value if isinstance(value, list) else [value]
            if name in _NOTES or name == "with_" or not any(part is not None and part is not False for part in parts):
                continue
            notes.append((name, len(parts)))
            for part in parts:
                if isinstance(part, exp.DataType | exp.Identifier | exp.Var):
                    notes.append(part.sql())
                elif isinstance(part, exp.Expr):
                    children.append(self._part(part, scope))
                else:
                    notes.append(str(part))
        return self.terms.of((f"sql {tree.key}", *notes), *children)

    def _part(self, tree: exp.Expr, scope: _Scope) -> int:
        if isinstance(tree, exp.Select):
            return self._query(tree, scope, scope.expressions, "source")
        return self._value(tree, scope)

    # Conditions.

    def _truth(self, tree: exp.Expr, scope: _Scope, *, negated: bool = False) -> int:
        """A condition that is wanted to be true, or known to be false where it is negated."""
        conditions = self.conditions
        negated = negated != bool(tree.args.get("negate"))
        match tree:
            case exp.Paren():
                return self._truth(tree.this, scope, negated=negated)
            case exp.Not():
                return self._truth(tree.this, scope, negated=not negated)
            case exp.And() | exp.Or():
                parts = [self._truth(part, scope, negated=negated) for part in tree.flatten()]
                return (conditions.all_of if isinstance(tree, exp.And) != negated else conditions.any_of)(parts)
            case exp.Boolean():
                return self.terms.true if bool(tree.this) != negated else self.terms.false
            case exp.EQ(expression=exp.Any(this=exp.Query() as query)):
                return self._among(self._value(tree.left, scope), query, scope, negated=negated)
            case exp.NEQ(expression=exp.All(this=exp.Query() as query)):
                return self._among(self._value(tree.left, scope), query, scope, negated=not negated)
            case exp.EQ() | exp.NEQ() | exp.GT() | exp.GTE() | exp.LT() | exp.LTE():
                comparison = _COMPARISONS[type(tree)]
                left, right = self._value(tree.left, scope), self._value(tree.right, scope)
                return conditions.compared(comparison, left, right, negated=negated)
            case exp.Between():
                return self._between(tree, scope, negated=negated)
            case exp.In():
                return self._in(tree, scope, negated=negated)
            case exp.Is():
                found = self._is_null(tree, scope, negated=negated)
                if found is not None:
                    return found
            case exp.Like() | exp.ILike():
                name = ("not " if negated else "") + tree.key
                return self.terms.of((name,), self._value(tree.this, scope), self._value(tree.expression, scope))
            case exp.Contains():
                sides = self._value(tree.this, scope), self._value(tree.expression, scope)
                return self.terms.of(("not contains" if negated else "contains",), *sides)
            case exp.Exists():
                return self._exists(tree, scope, negated=negated)
        value = self._generic(tree, scope) if isinstance(tree, exp.Predicate) else self._value(tree, scope)
        if value in (self.terms.true, self.terms.false):
            return value if not negated else self.terms.true + self.terms.false - value
        return self.terms.of(("not",), value) if negated else value

    def _between(self, tree: exp.Between, scope: _Scope, *, negated: bool) -> int:
        value, low, high = (self._value(tree.args[name], scope) for name in ("this", "low", "high"))
        parts = [
            self.conditions.compared("greater or equal", value, low, negated=negated),
            self.conditions.compared("less or equal", value, high, negated=negated),
        ]
        return self.conditions.any_of(parts) if negated else self.conditions.all_of(parts)

    def _in(self, tree: exp.In, scope: _Scope, *, negated: bool) -> int:
        value = self._value(tree.this, scope)
        query = tree.args.get("query")
        if query is None:
            if tree.args.get("unnest") or tree.args.get("field"):
                return self._generic(tree, scope)
            parts = [
                self.conditions.compared("equal", value, self._value(one, scope), negated=negated)
                for one in tree.expressions
            ]
            return self.conditions.all_of(parts) if negated else self.conditions.any_of(parts)
        return self._among(value, query, scope, negated=negated)

    def _among(self, value: int, query: exp.Expr, scope: _Scope, *, negated: bool) -> int:
        """The condition that a value is one of those that a query gives, or none of them."""
        found = self._query(query, scope, scope.expressions, "set to avoid" if negated else "set")
        parts_of = self.terms.selects.get(found)
        if parts_of is None or parts_of.aggregate or (parts_of.limit == 1 and not negated):
            return self.conditions.compared("equal", value, found, negated=negated)
        if self._is_row_of(value, parts_of) and not negated:
            return self.conditions.all_of(parts_of.conditions)
        return self.terms.of(("not in" if negated else "in",), value, found)

    def _is_row_of(self, value: int, parts: SelectParts) -> bool:
        """Whether a row is asked to be among rows of the same table, so that their conditions may be its own."""
        plain = parts == SelectParts((self.table,), parts.conditions, (self.row_index,))
        return value == self.row_index and plain and all(self.terms.reach(one) <= 0 for one in parts.conditions)

    def _is_null(self, tree: exp.Is, scope: _Scope, *, negated: bool) -> int | None:
        null = tree.expression
        if isinstance(null, exp.Not):
            null, negated = null.this, not negated
        if not isinstance(null, exp.Null):
            return None
        return self.conditions.present(self._value(tree.this, scope), negated=not negated)

    def _exists(self, tree: exp.Exists, scope: _Scope, *, negated: bool) -> int:
        inner = tree.this
        while isinstance(inner, exp.Subquery):
            inner = inner.this
        found = self._query(inner, scope, scope.expressions, "set to avoid")
        parts = self.terms.selects.get(found)
        if parts is not None and not parts.sources and parts.limit is None:
            met = self.conditions.all_of(parts.conditions)
            if not negated and all(self.terms.reach(one) < 0 for one in parts.conditions):
                return met
        if parts is not None and parts.conditions == {self.terms.false} and not parts.aggregate:
            return self.terms.true if negated else self.terms.false
        if parts is None or parts.aggregate or parts.groups or parts.offset or parts.limit == 0:
            return self.terms.of(("not exists" if negated else "exists",), found)
        count = self._over(parts, ("count",))
        return self.terms.of(("none" if negated else "some",), count)


def _with(tree: exp.Expr, given: Mapping[str, exp.Expr]) -> Mapping[str, exp.Expr]:
    """The common table expressions that a query can name, in the order in which they were written."""
    clause = tree.args.get("with_")
    if clause is None:
        return given
    if clause.args.get("recursive"):
        raise UnreadableSqlError("it is recursive")
    found = dict(given)
    for expression in clause.expressions:
        columns = expression.args["alias"].args.get("columns")
        if columns:
            raise UnreadableSqlError("it names the columns of a common table expression apart")
        found.pop(expression.alias.casefold(), None)
        found[expression.alias.casefold()] = expression.this
    return found


def _unaliased(tree: exp.Expr) -> exp.Expr:
    return tree.this if isinstance(tree, exp.Alias) else tree


def _is_text(tree: exp.Expr) -> bool:
    """Whether an expression is written as a text: a sum of texts joins them in some dialects."""
    if isinstance(tree, exp.Cast):
        return tree.to.this in _TEXT_TYPES
    return isinstance(tree, exp.National) or (isinstance(tree, exp.Literal) and bool(tree.is_string))


def _in_window(tree: exp.Expr) -> bool:
    return isinstance(tree.parent, exp.Window | exp.IgnoreNulls | exp.RespectNulls)


def _aggregates(tree: exp.Expr) -> bool:
    """Whether an expression has an aggregate of its own selection."""
    if isinstance(tree, exp.Query | exp.Window):
        return False
    return isinstance(tree, exp.AggFunc) or any(map(_aggregates, tree.iter_expressions()))


def _is_plain(tree: exp.Select) -> bool:
    """Whether a selection only leaves out rows and columns, or gives one row of figures."""
    clauses = ("group", "having", "distinct", "order", "limit", "offset", "qualify", "windows", "laterals")
    if any(tree.args.get(clause) for clause in clauses):
        return False
    return not any(value.find(exp.Window) for value in tree.expressions)


def _limit(tree: exp.Select) -> int | None:
    clause = tree.args.get("limit")
    if clause is None:
        return None
    count = clause.args.get("count") if isinstance(clause, exp.Fetch) else clause.expression
    options = clause.args.get("limit_options")
    shares = options is not None and (options.args.get("percent") or options.args.get("with_ties"))
    if clause.args.get("expressions") or shares:
        raise UnreadableSqlError("it takes a share of the rows")
    return _whole(count)


def _offset(tree: exp.Select) -> int:
    clause = tree.args.get("offset")
    return 0 if clause is None else _whole(clause.expression)


def _whole(tree: exp.Expr | None) -> int:
    while isinstance(tree, exp.Paren):
        tree = tree.this
    if not isinstance(tree, exp.Literal) or not str(tree.this).isdecimal():
        raise UnreadableSqlError("it takes a computed number of rows")
    return int(tree.this)


def _number(written: str) -> float:
    try:
        number = float(written)
    except ValueError:
        raise UnreadableSqlError(f"{written!r} is no number that can be compared") from None
    if not math.isfinite(number):
        raise UnreadableSqlError(f"{written!r} is too large a number")
    return number + 0.0
