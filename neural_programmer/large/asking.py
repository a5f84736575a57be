"""Questions about large tables: understood on a few rows, answered by SQL on all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from neural_programmer.execution.engine import EngineError
from neural_programmer.execution.sql_forms import SqlForm
from neural_programmer.execution.sql_schema import StoredValue
from neural_programmer.execution.sql_script import comments
from neural_programmer.language.program import Program
from neural_programmer.large.table import LargeAnswer, LargeTable
from neural_programmer.prepared import PreparedTable
from neural_programmer.response import Reading, Response

# So many readings are tried, likeliest first, until one has an answer on all rows.
MOST_TRIED = 8
EVIDENCE_CELLS = 100


class NoScriptError(ValueError):
    """A script that cannot be given, since it would hold the rows of a table that stays where it is."""


Ask = Callable[[PreparedTable, str, frozenset[Program]], Response]


@dataclass(eq=False)
class LargeResponse(Response):
    """The response to a question about a table that stays where it is.

    ``answer`` is that of all rows, with at most ``large.table.MOST_VALUES`` values; ``more`` says whether there are
    further ones. Rows of ``cells`` are numbered over the whole table. ``prepared`` is the table, ``proxy`` the rows by
    which the question was understood, and ``evidence_cells`` some of the cells that a number was computed from. The
    answers of the first of the ``readings`` and, once they are asked for, of `all_readings` are those of all rows.
    """

    proxy: PreparedTable | None = field(default=None, repr=False)
    more: bool = False

    @property
    def large(self) -> LargeTable:
        """The table."""
        assert isinstance(self.prepared, LargeTable)
        return self.prepared

    def sql(self, dialect: str | None = None, form: SqlForm | str = SqlForm.QUERY) -> str | None:
        """The query that gave the answer, as it was run or in another dialect; None after an abstention.

        In the form "parameters" it has places for the values, which `sql_parameters` gives. The form "script" is for
        Parquet and CSV files: their query in DuckDB reads the file itself. ``ValueError`` for an unknown dialect or
        form, and `NoScriptError` for a script of other tables: their rows stay where they are.
        """
        if self.program is None:
            return None
        if form == SqlForm.PARAMETERS:
            return self.large.parameterised(self.program, dialect).sql
        if form == SqlForm.SCRIPT:
            self._check_script(dialect)
        elif form != SqlForm.QUERY:
            raise ValueError(f"unknown form of SQL {form!r}; known are {', '.join(SqlForm)}")
        return self.large.sql(self.program, dialect)

    def _check_script(self, dialect: str | None) -> None:
        assert self.program is not None
        if dialect not in (None, "duckdb") or not self.large.place.names_file:
            raise NoScriptError(
                f"the rows of {self.large.place.thing} stay where they are, and a script would hold them; ask for the "
                "query, which that database runs"
            )
        if not self.large.stands_alone(self.program):
            raise NoScriptError(
                "the query reads a list of the texts of a column that only the index has; ask for the query alone"
            )

    def sql_parameters(self, dialect: str | None = None) -> dict[str, StoredValue]:
        """The values for the places of the SQL in the form "parameters"; none after an abstention."""
        return {} if self.program is None else self.large.parameterised(self.program, dialect).parameters

    def sql_file(self, dialect: str | None, form: SqlForm | str, heading: Sequence[str]) -> str:
        """The SQL as the text of a file; errors as for `sql`."""
        text = f"{comments(heading)}{self.sql(dialect, form)};\n"
        if form == SqlForm.PARAMETERS:
            text += comments(f"{name}: {value!r}" for name, value in self.sql_parameters(dialect).items())
        return text

    @cached_property
    def sql_agrees(self) -> bool | None:
        """Whether the program's SQL, run on the rows by which it was understood, gives what the program gives there."""
        if self.program is None or self.proxy is None:
            return None
        return replace_prepared(self, self.proxy).sql_agrees

    @cached_property
    def evidence_cells(self) -> list[tuple[int, str]]:
        """The answer's cells, or for a number some of those it was computed from, at most ``EVIDENCE_CELLS``."""
        if self.program is None or self.cells:
            return self.cells[:EVIDENCE_CELLS]
        try:
            return self.large.evidence(self.program, EVIDENCE_CELLS)
        except EngineError:
            return []

    @cached_property
    def all_readings(self) -> list[Reading]:
        """The readings with their answers on all rows; those without one there come last."""
        found = [self.readings[0]] if self.readings and self.program is not None else []
        empty: list[Reading] = []
        for reading in self.readings[len(found) :]:
            ran = _run(self.large, reading.program)
            on_all = replace(reading, answer=ran.answer.values if ran else (), cells=ran.answer.cells if ran else ())
            (found if on_all.answer else empty).append(on_all)
        return [*found, *empty]

    def with_all_readings(self) -> LargeResponse:
        """The response with the answers of every reading on all rows."""
        return replace(self, readings=self.all_readings)

    def to_json(self, dialect: str | None = None) -> dict[str, Any]:
        """As `Response.to_json`, in the place's own dialect where none is named; ``more`` tells of further values."""
        content = Response.to_json(self.with_all_readings(), dialect or self.large.place.dialect)
        return {**content, "more": self.more, "rows": self.large.number_of_rows}


def replace_prepared(response: Response, prepared: PreparedTable) -> Response:
    """A plain response about another table."""
    return Response(
        question=response.question,
        prepared=prepared,
        answer=response.answer,
        cells=response.cells,
        program=response.program,
        explanation=response.explanation,
        confidence=response.confidence,
        readings=response.readings,
        unused_words=response.unused_words,
        abstained=response.abstained,
        reason=response.reason,
        linking=response.linking,
    )


def ask_large(large: LargeTable, question: str, ask: Ask) -> LargeResponse:
    """The response to a question about a large table.

    ``ask`` gives a response about a table in memory, some programs left out. A reading that has no answer on all rows
    falls behind the next.
    """
    # Half of a surrogate pair is no text that a database takes.
    proxy, _ = large.prepared_for(question.encode("utf-8", "replace").decode("utf-8"))
    without: frozenset[Program] = frozenset()
    response = ask(proxy, question, without)
    for _ in range(MOST_TRIED):
        if not response.readings:
            break
        best = response.readings[0]
        ran = _run(large, best.program)
        if ran is not None and ran.answer.defined:
            return _responded(response, large, proxy, ran)
        without |= {best.program}
        response = ask(proxy, question, without)
    return _responded(replace(response, readings=[], answer=[], program=None, abstained=True), large, proxy, None)


def _run(large: LargeTable, program: Program) -> LargeAnswer | None:
    try:
        return large.run(program)
    except EngineError:
        return None


def _responded(response: Response, large: LargeTable, proxy: PreparedTable, ran: LargeAnswer | None) -> LargeResponse:
    answered = ran is not None and not response.abstained
    readings = list(response.readings)
    if ran is not None and readings:
        readings[0] = replace(readings[0], answer=ran.answer.values, cells=ran.answer.cells)
    reason = response.reason
    if ran is None and not reason:
        reason = "no reading of the question has an answer in the table"
    return LargeResponse(
        question=response.question,
        prepared=large,
        answer=list(ran.answer.values) if answered and ran else [],
        cells=list(ran.answer.cells) if answered and ran else [],
        program=response.program if answered else None,
        explanation=response.explanation if answered or response.reason else f"No answer: {reason}.",
        confidence=response.confidence,
        readings=readings,
        unused_words=response.unused_words,
        abstained=not answered,
        reason="" if answered else reason,
        linking=response.linking,
        evidence=response.evidence,
        tracing=response.tracing,
        proxy=proxy,
        more=bool(ran and ran.more),
    )
