"""Where a large table lives: a database or a file that runs queries and is never written to."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol

import duckdb
from sqlglot import exp

from neural_programmer.large.profile import Native

SqlRow = tuple[Any, ...]

TIME_LIMIT_SECONDS = 120.0
ROW_INDEX = "row_index"


@dataclass(frozen=True)
class NativeColumn:
    """A column of the place: a name unique in the table, its native type, and the expression that gives its values."""

    name: str
    native: Native
    expression: exp.Expr


def number_name(position: int) -> str:
    """The name under which the index keeps the column at a position."""
    return f"c{position}"


class Reads(Protocol):
    """Something that is asked by SQL."""

    def all(self, sql: str, parameters: Sequence[Any] = ()) -> list[SqlRow]:
        """Every row of a query."""
        ...


class Place(ABC):
    """A table in the engine that holds it.

    ``thing`` names it in messages, without secrets; ``fingerprint`` changes whenever the content may have changed.
    """

    dialect: ClassVar[str]
    # Whether queries can be joined with tables of the index.
    joins_index: ClassVar[bool] = False
    # Whether queries name a file, and read it wherever they are run.
    names_file: bool = False

    name: str
    thing: str
    fingerprint: str
    columns: tuple[NativeColumn, ...]
    number_of_rows: int

    @abstractmethod
    def relation(self) -> exp.Expr:
        """What stands after FROM."""

    @abstractmethod
    def row_index(self) -> exp.Expr:
        """The number of a row, from 1, as an expression over the relation."""

    @abstractmethod
    def run(self, sql: str, most: int) -> list[SqlRow]:
        """The first rows a query gives, at most ``most``; ``EngineError`` where it fails or takes too long."""

    @abstractmethod
    def close(self) -> None:
        """Gives back what the place holds."""

    @abstractmethod
    def offer_rows(self, connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
        """Make a view ``source`` in a DuckDB with all rows: ``row_index``, and the columns as ``c0``, ``c1`` …

        What has to be copied for that goes into the folder, which is removed later.
        """

    def attach_index(self, path: Path, index: Reads) -> None:
        """Let queries read the lists of texts of an index, as tables of ``np_index``, where they can."""
        del path, index

    def typed(self, wanted: Sequence[int]) -> exp.Select:
        """The row index and some columns, by their positions, under the names that the index gives them."""
        chosen = [exp.alias_(self.columns[at].expression.copy(), number_name(at)) for at in wanted]
        return exp.select(exp.alias_(self.row_index(), ROW_INDEX), *chosen).from_(self.relation())

    def rows(self, numbers: Iterable[int]) -> list[SqlRow]:
        """Some rows whole, each after its number, in order; ``EngineError`` as for ``run``."""
        wanted = sorted(set(numbers))
        if not wanted:
            return []
        return self.run(self._picked(wanted).sql(dialect=self.dialect), len(wanted))

    def source_rows(self, numbers: Sequence[int]) -> exp.Select:
        """Some rows of the view that ``offer_rows`` made, for the DuckDB there, in order."""
        return exp.select(exp.Star()).from_("source").where(_among(exp.column(ROW_INDEX), numbers)).order_by(ROW_INDEX)

    def _picked(self, numbers: Sequence[int]) -> exp.Select:
        """Some rows, in order."""
        typed = self.typed(range(len(self.columns)))
        number, first = self.row_index(), 0
        if isinstance(number, exp.Add) and isinstance(number.expression, exp.Literal):
            number, first = number.this, int(number.expression.this)
        if isinstance(number, exp.Column):
            # What is compared as it is stored tells the database which blocks to read.
            return typed.where(_among(number, [one - first for one in numbers])).order_by(ROW_INDEX)
        picked = exp.select(exp.Star()).from_(typed.subquery("every"))
        return picked.where(_among(exp.column(ROW_INDEX), numbers)).order_by(ROW_INDEX)


def _among(value: exp.Expr, numbers: Sequence[int]) -> exp.Expr:
    return exp.In(this=value.copy(), expressions=[exp.Literal.number(number) for number in numbers or [0]])


def batches(rows: Iterable[SqlRow], size: int) -> Iterator[list[SqlRow]]:
    """The rows in lists of at most ``size``."""
    batch: list[SqlRow] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
