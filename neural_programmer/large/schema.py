"""How a large table's views are computed where it lives: stored columns as expressions over the raw ones."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from sqlglot import exp

from neural_programmer.execution.sql_facts import SqlFacts
from neural_programmer.execution.sql_schema import Reading, TableSchema
from neural_programmer.execution.typed_views import typed_expression
from neural_programmer.large.dates import comparable, literal_of, never
from neural_programmer.large.native_views import FIRST_YEAR, LAST_YEAR
from neural_programmer.large.place import NativeColumn, Place
from neural_programmer.large.profile import ColumnProfile, Indexed, Native, TableProfile, Way
from neural_programmer.large.value_index import ValueIndex
from neural_programmer.operations.sql_helpers import column_name, number_literal
from neural_programmer.tables.column_readings import ColumnReadings
from neural_programmer.tables.loaders.cells import cell_text
from neural_programmer.tables.phrases import LARGEST_COUNT
from neural_programmer.tables.table import Table
from neural_programmer.tables.values import text_key
from neural_programmer.tables.views import ViewKind, ViewReference

Readings = Callable[[int], ColumnReadings]

_MOST_SPELLINGS = 200
_ROWS = "np_rows"
_PLAIN_NUMBERS = 1e15
_PLAIN_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


class LargeFacts(SqlFacts):
    """What the profile and the index know of a large table's rows."""

    def __init__(self, profile: TableProfile, index: ValueIndex) -> None:
        self._positions = {column.name: at for at, column in enumerate(profile.columns)}
        self._profile = profile
        self._index = index

    def _of(self, reference: ViewReference) -> tuple[int, ColumnProfile]:
        at = self._positions[reference.column]
        return at, self._profile.columns[at]

    def spellings(self, reference: ViewReference, text: str) -> tuple[str, ...] | None:
        """As the index has them; None where it cannot tell, or they are many."""
        at, column = self._of(reference)
        if reference.view is not ViewKind.TEXT:
            return None
        if column.native is not Native.TEXT:
            return (text_key(text),) if _is_written(column.native, text_key(text)) else (text,)
        found = self._index.spellings(at, text)
        if found is None or len(found) > _MOST_SPELLINGS or not all(map(str.isprintable, found)):
            return None
        return found or (text,)

    def spelled_alike(self, reference: ViewReference) -> bool:
        """Of native values always; of texts as the profile has it."""
        _, column = self._of(reference)
        return reference.view is ViewKind.TEXT and column.alike

    def pattern(self, reference: ViewReference, text: str) -> str | None:
        """Where the index keeps every text of the column."""
        at, column = self._of(reference)
        kept = reference.view is ViewKind.TEXT and column.native is Native.TEXT and column.indexed is Indexed.CELLS
        return self._index.pattern(at, text) if kept else None

    def is_unique(self, reference: ViewReference) -> bool:
        """Where the profile has counted the values."""
        _, column = self._of(reference)
        plain = reference.view is ViewKind.TEXT or (reference.view is ViewKind.NUMBER and column.native.is_number)
        return plain and column.alike and column.distinct == column.filled

    def are_counts(self, reference: ViewReference) -> bool:
        """Whether a column of whole numbers is small enough in sum."""
        _, column = self._of(reference)
        if column.native is not Native.INTEGER or reference.view is not ViewKind.NUMBER:
            return False
        ends = [abs(end) for end in (column.low, column.high) if isinstance(end, float)]
        return max(ends, default=0.0) * max(1, column.filled) < LARGEST_COUNT / 2


class LargeSchema(TableSchema):
    """The names of a large table's stored columns, as a small table with the same views has them."""

    def __init__(self, like: Table, profile: TableProfile, index: ValueIndex) -> None:
        super().__init__(like)
        self.facts = LargeFacts(profile, index)
        self.profile = profile
        self._profiles = {column.name: column for column in profile.columns}

    def is_complete(self, reference: ViewReference) -> bool:
        """Whether every row has a value under the view."""
        return self._profiles[reference.column].views[reference.view].complete

    def dates(self, reference: ViewReference) -> list[str]:
        """The different dates of a date view, or its first and last where they are known to be alike."""
        return list(self._profiles[reference.column].views[reference.view].dates)

    def stored(self) -> Mapping[str, tuple[ViewReference, Reading]]:
        """The view and the reading of every stored column, by name."""
        return {column.name: stored for stored, column in self._columns.items()}


@dataclass(frozen=True)
class _Source:
    """What a stored column is made of: an expression, and the position of the texts it has to be joined with."""

    expression: exp.Expr
    joined: int | None = None


class Physical:
    """Queries over stored columns rewritten as queries that a place can run."""

    def __init__(self, place: Place, schema: LargeSchema, index: ValueIndex, readings: Readings) -> None:
        self._place = place
        self._schema = schema
        self._index = index
        self._readings = readings
        self._stored = schema.stored()
        self._positions = {column.name: at for at, column in enumerate(place.columns)}

    def tree(self, tree: exp.Select) -> exp.Select:
        """The query on the place's own table; with a common table expression of typed columns where it needs one."""
        tree = tree.copy()
        self._name_texts(tree)
        dated = self._compare_dates(tree)
        sources = {name: self._source(name, dated) for name in self._names_read(tree)}
        plain = all(source.joined is None and _is_short(source.expression) for source in sources.values())
        # What a star stands for must hold the row index, which no table does.
        if plain and not any(isinstance(star.parent, exp.Select) for star in tree.find_all(exp.Star)):
            return self._inlined(tree, sources)
        return self._wrapped(tree, sources)

    def _names_read(self, tree: exp.Expr) -> list[str]:
        known = {self._schema.row_index, *self._stored}
        return list(dict.fromkeys(column.name for column in tree.find_all(exp.Column) if column.name in known))

    def _tables(self, tree: exp.Expr) -> Iterator[exp.Table]:
        for table in list(tree.find_all(exp.Table)):
            if table.name == self._schema.table_name and not table.args.get("db"):
                yield table

    def _inlined(self, tree: exp.Select, sources: Mapping[str, _Source]) -> exp.Select:
        for table in self._tables(tree):
            table.replace(self._place.relation())
        for column in list(tree.find_all(exp.Column)):
            source = sources.get(column.name)
            if source is not None:
                new = source.expression.copy()
                if isinstance(column.parent, exp.Order | exp.Ordered) and isinstance(new, exp.Add):
                    new = new.this  # rows counted from 1 are in the order of those counted from 0
                if isinstance(new, exp.Binary) and isinstance(column.parent, exp.Binary):
                    new = exp.paren(new)
                column.replace(new)
        return tree

    def _wrapped(self, tree: exp.Select, sources: Mapping[str, _Source]) -> exp.Select:
        name = self._schema.names.copy().unused("typed")
        for table in self._tables(tree):
            table.replace(exp.to_table(name))
        # What a star stands for has to hold the row index too.
        starred = any(isinstance(star.parent, exp.Select) for star in tree.find_all(exp.Star))
        numbered = starred or not sources or self._schema.row_index in sources
        names = [self._schema.row_index] if numbered else []
        names += [one for one in sources if one != self._schema.row_index]
        chosen = []
        joins: dict[int, exp.Expr] = {}
        for one in names:
            source = sources.get(one) or self._source(one, frozenset())
            chosen.append(exp.alias_(source.expression, column_name(self._schema, one), copy=False))
            if source.joined is not None:
                joins[source.joined] = self._place.columns[source.joined].expression.copy()
        relation = self._place.relation()
        if joins:
            for expression in (*chosen, *joins.values()):
                for column in expression.find_all(exp.Column):
                    if not column.table:
                        column.set("table", exp.to_identifier(_ROWS))
            relation = exp.alias_(relation, _ROWS, table=True)
        select = exp.Select(expressions=chosen).from_(relation, copy=False)
        for at, raw in joins.items():
            told = exp.table_(f"texts_{at}", db="np_index", alias=f"np_texts_{at}")
            condition = exp.EQ(this=exp.column("text", table=f"np_texts_{at}"), expression=raw)
            select = select.join(told, on=condition, join_type="left", copy=False)
        inner = tree.args.get("with_")
        tree.set("with_", None)
        # The expressions may be long, and are not to be copied again and again.
        tree.with_(name, as_=select, copy=False)
        for expression in inner.expressions if inner is not None else ():
            tree.with_(expression.alias, as_=expression.this, copy=False)
        return tree

    def _source(self, name: str, dated: frozenset[str]) -> _Source:
        if name == self._schema.row_index:
            return _Source(self._place.row_index())
        reference, reading = self._stored[name]
        at = self._positions[reference.column]
        native, profile = self._place.columns[at], self._schema.profile.columns[at]
        if reference.view is ViewKind.TEXT:
            return _Source(self._text(at, native, profile, reading))
        view = profile.views[reference.view]
        if view.way is Way.NATIVE:
            return _Source(_native_view(native, profile, reference.view, name in dated))
        if view.way is Way.EXPRESSION:
            return _Source(
                typed_expression(
                    self._readings(at), reference.view, reading, native.expression.copy(), self._place.dialect
                )
            )
        told = f"{reference.view}_{reading}"
        if self._place.joins_index:
            return _Source(exp.column(told, table=f"np_texts_{at}", quoted=True), at)
        listed = exp.Case(this=native.expression.copy())
        for text, value in self._index.told(at, told):
            listed = listed.when(exp.Literal.string(text), exp.convert(value))
        return _Source(listed)

    def _text(self, at: int, native: NativeColumn, profile: ColumnProfile, reading: Reading) -> exp.Expr:
        raw = native.expression.copy()
        if reading is Reading.RAW:
            return _held(raw, profile)
        text = raw if native.native is Native.TEXT else _written(native)
        if reading is Reading.KEY:
            if profile.alike:
                return _held(raw, profile)
            if profile.spellings:
                same = exp.Case(this=raw, default=_held(raw, profile))
                for written, usual in profile.spellings.items():
                    same = same.when(exp.Literal.string(written), exp.Literal.string(usual))
                return same
            return exp.Lower(this=exp.Trim(this=_held(raw, profile)))
        blank = exp.Literal.string(" ")
        words: exp.Expr = exp.Lower(this=text)
        if self._place.dialect in ("duckdb", "postgres"):
            marks = exp.Literal.string("[^[:alnum:]]+")
            words = exp.RegexpReplace(
                this=words, expression=marks, replacement=blank.copy(), modifiers=exp.Literal.string("g")
            )
        return exp.DPipe(this=exp.DPipe(this=blank, expression=exp.Trim(this=words)), expression=blank.copy())

    def _name_texts(self, tree: exp.Expr) -> None:
        """Words that are looked for in a column become the texts that hold them, where the index knows these."""
        for like in list(tree.find_all(exp.Like)):
            column, wanted = like.this, like.expression
            if not isinstance(column, exp.Column) or not isinstance(wanted, exp.Literal):
                continue
            stored = self._stored.get(column.name)
            if stored is None or stored[0].view is not ViewKind.TEXT or stored[1] is not Reading.WORDS:
                continue
            at = self._positions[stored[0].column]
            texts = self._index.texts_with(at, wanted.this.strip("%"), _MOST_SPELLINGS)
            if texts is not None:
                value = exp.column(column_name(self._schema, self._schema.value(stored[0])))
                found = [self._literal(at, text) for text in texts]
                like.replace(exp.In(this=value, expressions=found) if found else never(value, like))
        for literal in list(tree.find_all(exp.Literal)):
            self._retype(literal)

    def _literal(self, at: int, text: str) -> exp.Expr:
        native = self._place.columns[at].native
        if native is Native.BOOLEAN:
            return exp.convert(text == "true")
        if native.is_number:
            return number_literal(float(text))
        return literal_of(native, text) if native.is_date else exp.Literal.string(text)

    def _retype(self, literal: exp.Literal) -> None:
        """A text that is compared with a column of other native values becomes such a value."""
        comparison = literal.parent
        if not literal.is_string or not isinstance(comparison, exp.EQ | exp.NEQ | exp.In):
            return
        column = comparison.this
        stored = self._stored.get(column.name) if isinstance(column, exp.Column) else None
        if stored is None or stored[0].view is not ViewKind.TEXT:
            return
        native = self._place.columns[self._positions[stored[0].column]].native
        if native is Native.TEXT:
            return
        if not _is_written(native, literal.this):
            # No value is written so: nothing equals it, and everything that there is differs.
            if isinstance(comparison, exp.NEQ):
                comparison.replace(column.is_(exp.Null()).not_())
            elif isinstance(comparison, exp.In) and len(comparison.expressions) > 1:
                literal.pop()
            else:
                comparison.replace(never(column, comparison))
        elif native is Native.BOOLEAN:
            literal.replace(exp.convert(literal.this == "true"))
        elif native.is_number:
            literal.replace(number_literal(float(literal.this)))
        else:
            literal.replace(literal_of(native, literal.this))

    def _compare_dates(self, tree: exp.Expr) -> frozenset[str]:
        """The stored columns of native dates that the query can do with as they are, its constants made dates."""
        names = {
            name: self._place.columns[self._positions[reference.column]].native
            for name, (reference, _) in self._stored.items()
            if reference.view is ViewKind.DATE and self._place.columns[self._positions[reference.column]].native.is_date
        }
        return frozenset(name for name, native in names.items() if comparable(tree, name, native))


def _native_view(native: NativeColumn, profile: ColumnProfile, view: ViewKind, dated: bool) -> exp.Expr:
    raw = native.expression.copy()
    if view is ViewKind.NUMBER:
        return _held(raw, profile)
    if view is ViewKind.YEAR:
        return exp.cast(exp.Extract(this=exp.var("YEAR"), expression=raw), "DOUBLE")
    if view is ViewKind.LENGTH:
        return exp.cast(exp.Length(this=_written(native)), "DOUBLE")
    if native.native.is_number:
        years = exp.Between(this=raw, low=exp.Literal.number(FIRST_YEAR), high=exp.Literal.number(LAST_YEAR))
        return exp.case().when(years, exp.cast(raw.copy(), "TEXT"))
    return raw if dated else _written(native)


def _held(raw: exp.Expr, profile: ColumnProfile) -> exp.Expr:
    """The value, NULL where it is nothing but blanks or no finite number."""
    if not profile.blanks:
        return raw
    if profile.native is Native.NUMBER:
        return exp.case().when(exp.Anonymous(this="ISFINITE", expressions=[raw.copy()]), raw)
    return exp.case().when(exp.NEQ(this=exp.Trim(this=raw.copy()), expression=exp.Literal.string("")), raw)


def _written(native: NativeColumn) -> exp.Expr:
    """A native value as the text that a person would have typed."""
    raw = native.expression.copy()
    if native.native is not Native.TIMESTAMP:
        return exp.cast(raw, "TEXT")
    day = exp.EQ(this=exp.cast(exp.cast(raw.copy(), "DATE"), "TIMESTAMP"), expression=raw.copy())
    whole = exp.EQ(this=exp.Extract(this=exp.var("SECOND"), expression=raw.copy()), expression=exp.Literal.number(0))
    dated, minutes, seconds = (
        exp.TimeToStr(this=raw.copy(), format=exp.Literal.string(form)) for form in ("%Y-%m-%d", "%H:%M", "%H:%M:%S")
    )
    # To some databases a T within a format is more than a letter.
    begun = exp.DPipe(this=dated, expression=exp.Literal.string("T"))
    with_minutes, with_seconds = (exp.DPipe(this=begun.copy(), expression=time) for time in (minutes, seconds))
    return exp.Case(default=with_seconds).when(day, dated.copy()).when(whole, with_minutes)


def _is_short(expression: exp.Expr) -> bool:
    """Whether an expression may stand wherever its column did."""
    if isinstance(expression, exp.Column):
        return True
    return isinstance(expression, exp.Add) and isinstance(expression.this, exp.Column)


def _is_written(native: Native, text: str) -> bool:
    """Whether a value of the native type is written so."""
    if native is Native.BOOLEAN:
        return text in ("true", "false")
    with suppress(ValueError, OverflowError):
        if native.is_number:
            return _PLAIN_NUMBER.fullmatch(text) is not None and abs(float(text)) < _PLAIN_NUMBERS
        kind = datetime.date if native is Native.DATE else datetime.datetime
        return cell_text(kind.fromisoformat(text)).lower() == text.lower()
    return False
