"""A table of any size, where it lives: asked through a few of its rows, answered by SQL over all of them."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import duckdb
from sqlglot import exp

from neural_programmer.execution.exact import Answer, AnswerValue, CellPlace
from neural_programmer.execution.plainness import PLAINER
from neural_programmer.execution.sql import query_tree, write_tree
from neural_programmer.execution.sql_parameters import ParameterisedQuery, with_places
from neural_programmer.language.kinds import Kind
from neural_programmer.language.program import Program, Step
from neural_programmer.large import cache
from neural_programmer.large.building import SAMPLED_ROWS, TYPED_ROWS, Report, build_index
from neural_programmer.large.choosing import RowChooser
from neural_programmer.large.native_views import ProxyMaker, native_table, readings_of
from neural_programmer.large.place import ROW_INDEX, Place, SqlRow
from neural_programmer.large.profile import Native, TableProfile
from neural_programmer.large.schema import LargeSchema, Physical
from neural_programmer.large.value_index import ValueIndex
from neural_programmer.operations.registry import REGISTRY
from neural_programmer.operations.sql_helpers import column_name
from neural_programmer.prepared import PreparedTable
from neural_programmer.tables.column_readings import ColumnReadings
from neural_programmer.tables.loaders.cells import cell_text
from neural_programmer.tables.matching.index import TableIndex
from neural_programmer.tables.matching.tokens import tokenize
from neural_programmer.tables.table import Table
from neural_programmer.tables.values import ValueType, text_key, text_words
from neural_programmer.tables.views import ViewKind, ViewReference

# An answer of more values than this is given without the rest, and says so.
MOST_VALUES = 1_000
_ROWS_REMEMBERED = 2_000
_MOST_SPELLINGS = 20


@dataclass(frozen=True)
class LargeAnswer:
    """What a program gives on all rows: the answer, with at most ``MOST_VALUES`` values, and whether there are more."""

    answer: Answer
    more: bool


class Proxy(PreparedTable):
    """Some rows of a large table, by which a question is understood; what is said of programs holds for all rows."""

    def __init__(self, table: Table, large: LargeTable, index: TableIndex | None = None) -> None:
        super().__init__(table)
        self._large = large
        self._index = index

    @cached_property
    def index(self) -> TableIndex:
        """The rows made ready for linking."""
        return self._index or TableIndex(self.table)

    def plainest(self, program: Program) -> Program:
        """The program with whole texts compared where, in all rows, looking for words gives the same."""
        return self._large.plainest(program)


class LargeTable(PreparedTable):
    """A table that stays where it is, with its index.

    ``table``, ``grounding``, ``index`` and ``engine`` are those of some rows of it, never of all: `run` gives what a
    program gives on all rows, and `prepared_for` the rows that a question has to be understood with. Raises
    ``TableError`` where the index cannot be made.
    """

    def __init__(self, place: Place, *, folder: Path | None = None, report: Report | None = None) -> None:
        self.place = place
        path = cache.index_path(place.fingerprint, folder)
        self.was_indexed = path.exists()
        if self.was_indexed:
            try:
                path.touch()
                self.value_index = ValueIndex(path, self._fetch)
            except (duckdb.Error, OSError):  # a file that was damaged
                self.was_indexed = False
        if not self.was_indexed:
            build_index(place, path, report, folder)
            self.value_index = ValueIndex(path, self._fetch)
        place.attach_index(path, self.value_index)
        self._remembered: OrderedDict[int, SqlRow] = OrderedDict()
        self._readings: dict[int, ColumnReadings] = {}
        self._proxies = ProxyMaker(self.value_index.profile, self._readings_of)
        self._kept = {row[0]: row for row in self.value_index.all(f"SELECT * FROM kept ORDER BY {ROW_INDEX}")}
        super().__init__(self._table_of(list(self._kept.values())))

    @property
    def profile(self) -> TableProfile:
        """What is known of the table's columns."""
        return self.value_index.profile

    @property
    def number_of_rows(self) -> int:
        """How many rows the table has, all counted."""
        return self.profile.number_of_rows

    def close(self) -> None:
        """Closes the index and what the table lives in."""
        self.value_index.close()
        self.place.close()

    def __enter__(self) -> LargeTable:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @cached_property
    def schema(self) -> LargeSchema:
        """The names of the stored columns."""
        return LargeSchema(self.table, self.profile, self.value_index)

    @cached_property
    def _physical(self) -> Physical:
        return Physical(self.place, self.schema, self.value_index, self._readings_of)

    @cached_property
    def _chooser(self) -> RowChooser:
        everything = self.value_index.all("SELECT count(*) FROM sample")[0][0] == self.number_of_rows
        return RowChooser(self.place, self.value_index, self.index, sample_is_all=everything)

    def warm(self) -> None:
        """Make now what the first question would otherwise wait for."""
        self.value_index.warm()
        _ = self.index, self.schema, self._physical, self._chooser
        # The first query that reads rows takes the database longer than those after it.
        self.place.rows([1])

    @cached_property
    def _typed(self) -> Table:
        step = max(1, self.number_of_rows // SAMPLED_ROWS)
        every = max(1, min(self.number_of_rows, SAMPLED_ROWS) // TYPED_ROWS)
        rows = self.value_index.all(
            f"SELECT * FROM sample WHERE (({ROW_INDEX} - 1) // {step}) % {every} = 0 ORDER BY {ROW_INDEX}"
        )
        return native_table(self.place, rows)

    def _readings_of(self, at: int) -> ColumnReadings:
        if at not in self._readings:
            self._readings[at] = readings_of(self._typed.columns[at])
        return self._readings[at]

    def _table_of(self, rows: list[SqlRow]) -> Table:
        return self._proxies.table(rows, cache.fingerprint(self.place.fingerprint, [row[0] for row in rows]))

    def _fetch(self, numbers: Iterable[int]) -> list[SqlRow]:
        """Whole rows: from the sample, from memory, or from where the table lives."""
        wanted = sorted(set(numbers))
        found = {number: self._remembered[number] for number in wanted if number in self._remembered}
        missing = [number for number in wanted if number not in found]
        if missing:
            found.update({row[0]: row for row in self.value_index.stored_rows(missing)})
        missing = [number for number in missing if number not in found]
        for row in self.place.rows(missing):
            found[row[0]] = self._remembered[row[0]] = row
        while len(self._remembered) > _ROWS_REMEMBERED:
            self._remembered.popitem(last=False)
        return [found[number] for number in wanted if number in found]

    def prepared_for(self, question: str) -> tuple[PreparedTable, list[int]]:
        """The rows with which a question is understood, as a table of its own, and their numbers from 1."""
        tokens, _ = tokenize(question)
        chosen = self._chooser.rows(question, tokens)
        rows = dict(self._kept)
        rows.update({row[0]: row for row in self._fetch(number for number in chosen if number not in rows)})
        ordered = sorted(rows)
        if len(rows) == len(self._kept):
            return Proxy(self.table, self, self.index), ordered
        return Proxy(self._table_of([rows[number] for number in ordered]), self), ordered

    def plainest(self, program: Program) -> Program:
        """The program with whole texts compared where, in all rows, looking for words gives the same."""
        return Program(tuple(self._plainer(step) for step in program))

    def _plainer(self, step: Step) -> Step:
        name = PLAINER.get(step.operation)
        if name is None or step.column is None or step.constant is None or step.column.view is not ViewKind.TEXT:
            return step
        at = [column.name for column in self.profile.columns].index(step.column.column)
        for text in map(str, step.constant.values):
            held = self.value_index.texts_with(at, text_words(text), _MOST_SPELLINGS)
            if held is None or any(text_key(one) != text_key(text) for one in held):
                return step
        return replace(step, operation=name)

    def query(self, program: Program, *, with_rows: bool = False) -> exp.Select:
        """The program's query as the place runs it; ``with_rows`` adds the row's number, where each row is a cell."""
        tree = query_tree(program, self.schema)
        number = _row_number(tree, self.schema) if with_rows and _gives_cells(program) else None
        return self._physical.tree(tree if number is None else tree.select(number, copy=True))

    def sql(self, program: Program, dialect: str | None = None) -> str:
        """The program's query as text, in the place's own dialect or another."""
        return write_tree(self.query(program), dialect or self.place.dialect)

    def parameterised(self, program: Program, dialect: str | None = None) -> ParameterisedQuery:
        """The program's query with places for its values; those that the index spells otherwise stay in the text."""
        return with_places(self.query(program), dialect or self.place.dialect)

    def stands_alone(self, program: Program) -> bool:
        """Whether the query gives its answer in an empty database too: it names the file, and nothing of the index."""
        tables = list(self.query(program).find_all(exp.Table))
        return self.place.names_file and not any(table.db for table in tables)

    def run(self, program: Program) -> LargeAnswer:
        """What a program gives on all rows; ``EngineError`` where the database refuses or does not finish."""
        tree = self.query(program, with_rows=True)
        if tree.args.get("limit") is None:
            tree = tree.limit(MOST_VALUES + 2, copy=False)
        rows = self.place.run(write_tree(tree, self.place.dialect), MOST_VALUES + 2)
        held = [row for row in rows if row[0] is not None and row[0] == row[0]]
        more = len(held) > MOST_VALUES
        return LargeAnswer(self._answer(program, held[:MOST_VALUES]), more)

    def _answer(self, program: Program, rows: list[SqlRow]) -> Answer:
        last = program.steps[-1]
        kind = REGISTRY[last.operation].signature.result
        if kind in (Kind.NUMBER, Kind.PHRASE):
            if not rows or (isinstance(rows[0][0], float) and math.isinf(rows[0][0])):
                return Answer((), (), False)
            value: AnswerValue = float(rows[0][0]) if kind is Kind.NUMBER else str(rows[0][0])
            return Answer((value,), (), True)
        assert last.column is not None
        values = [self._value(program, row[0]) for row in rows]
        if kind is Kind.GROUPS:
            pairs = [(value, float(row[1])) for value, row in zip(values, rows, strict=True)]
            return Answer(tuple(pairs), (), bool(pairs))
        name = last.column.column
        cells: tuple[CellPlace, ...] = tuple((int(row[1]) - 1, name) for row in rows if len(row) > 1)
        return Answer(tuple(values), cells, bool(values))

    def _value(self, program: Program, value: object) -> str | float:
        column = program.steps[-1].column
        assert column is not None
        native = self.place.columns[[one.name for one in self.place.columns].index(column.column)].native
        if column.view.value_type is ValueType.NUMBER:
            return float(value)  # type: ignore[arg-type]  # a number of whatever type the database has
        text = cell_text(value)
        if column.view is ViewKind.DATE and native is Native.TIMESTAMP and "." in text:
            return text.split(".")[0]
        return text

    def evidence(self, program: Program, most: int = 100) -> list[CellPlace]:
        """Cells that a program's last step was read from, in the first rows that it read; at most ``most``."""
        return self._evidence(program, len(program.steps) - 1, most)[:most]

    def _evidence(self, program: Program, number: int, most: int) -> list[CellPlace]:
        found: list[CellPlace] = []
        step = program.steps[number]
        for reference in step.references:
            if REGISTRY[program.steps[reference].operation].signature.result is not Kind.ROWS:
                found += self._evidence(program, reference, most)
                continue
            read = [step.column] if step.column is not None else _columns_read(program, reference)
            read = read or [ViewReference(self.profile.columns[0].name, ViewKind.TEXT)]
            for column in read:
                plain = column if column.view.value_type is not ValueType.LIST else _as_text(column)
                shown = Step("select", (reference,), plain)
                tree = self.query(Program((*program.steps[: reference + 1], shown)), with_rows=True)
                if tree.args.get("limit") is None:
                    tree = tree.limit(most, copy=False)
                rows = self.place.run(write_tree(tree, self.place.dialect), most)
                found += [(int(row[1]) - 1, column.column) for row in rows if len(row) > 1 and row[0] is not None]
        return list(dict.fromkeys(found))


def _columns_read(program: Program, number: int) -> list[ViewReference]:
    """The column views by which rows were recognised, without repeating a column."""
    step = program.steps[number]
    found = {step.column.column: step.column} if step.column is not None else {}
    for reference in step.references:
        found.update({column.column: column for column in _columns_read(program, reference)})
    return list(found.values())


def _as_text(column: ViewReference) -> ViewReference:
    return ViewReference(column.column, ViewKind.TEXT)


def _gives_cells(program: Program) -> bool:
    return REGISTRY[program.steps[-1].operation].signature.result is Kind.CELLS


def _row_number(tree: exp.Select, schema: LargeSchema) -> exp.Expr | None:
    """The column with the number of the table's row that a row of the result is read from, if there is one."""
    source = tree.args.get("from_")
    if len(tree.expressions) != 1 or any(tree.args.get(part) for part in ("group", "distinct", "joins", "having")):
        return None
    order = tree.args.get("order")
    if order is not None:
        first = order.expressions[0]
        ordered = first.this if isinstance(first, exp.Ordered) else first
        return ordered.copy() if isinstance(ordered, exp.Column) else None
    table = source.this if isinstance(source, exp.From) else None
    if not isinstance(tree.expressions[0], exp.Column) or not isinstance(table, exp.Table):
        return None
    return exp.column(column_name(schema, schema.row_index)) if table.name == schema.table_name else None
