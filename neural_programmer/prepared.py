"""A table prepared once, to be asked many times."""

from __future__ import annotations

from functools import cached_property

from neural_programmer.execution.engines import DuckDBEngine
from neural_programmer.execution.grounding import Grounding
from neural_programmer.execution.plainness import plainest
from neural_programmer.language.program import Program
from neural_programmer.tables.matching.index import TableIndex
from neural_programmer.tables.table import Table


class PreparedTable:
    """A table with what linking, exact execution and SQL need of it; each is made when it is first needed."""

    def __init__(self, table: Table) -> None:
        self.table = table

    @cached_property
    def grounding(self) -> Grounding:
        """The table made ready for exact execution."""
        return Grounding(self.table)

    @cached_property
    def index(self) -> TableIndex:
        """The table made ready for linking."""
        return TableIndex(self.table)

    @cached_property
    def engine(self) -> DuckDBEngine:
        """The table loaded into a DuckDB in memory, with typed views of its columns."""
        return DuckDBEngine(self.table)

    def plainest(self, program: Program) -> Program:
        """The program said as plainly as can be, with the same result at every step."""
        return plainest(program, self.grounding)

    def warm(self) -> None:
        """Make now what the first question would otherwise wait for."""
        _ = self.grounding, self.index
