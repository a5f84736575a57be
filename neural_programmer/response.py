"""What a question gets back: the answer with everything needed to check it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from neural_programmer.data.evaluator import official_items
from neural_programmer.execution.engines import EngineError, agrees
from neural_programmer.execution.exact import AnswerValue, CellPlace
from neural_programmer.execution.sql_forms import SqlForm, sql_in_form
from neural_programmer.execution.sql_parameters import parameterised
from neural_programmer.execution.sql_schema import StoredValue
from neural_programmer.language.program import Program
from neural_programmer.language.text_form import write_program
from neural_programmer.prepared import PreparedTable
from neural_programmer.tables.matching.linking import Linking
from neural_programmer.tables.values import ValueType
from neural_programmer.trace import StepTrace
from neural_programmer.understanding import respellings


@dataclass(frozen=True)
class Reading:
    """One way to understand the question: an answer and the best program that gives it.

    ``probability`` is summed over all programs found that give this answer; ``explaining`` says that program in
    English.
    """

    answer: tuple[AnswerValue, ...]
    probability: float
    program: Program
    cells: tuple[CellPlace, ...]
    explaining: Callable[[], str] = field(compare=False, repr=False)

    @cached_property
    def explanation(self) -> str:
        """The program in English; computed when first looked at, since most readings are not."""
        return self.explaining()

    @property
    def items(self) -> list[str]:
        """The answer as a line of a prediction file has it: plain numbers, dates in the evaluator's form."""
        return answer_items(self.program, self.answer)


def answer_items(program: Program, answer: Sequence[AnswerValue]) -> list[str]:
    """The items of a program's answer as a prediction file has them: each on one line, with single spaces."""
    column = program.steps[-1].column
    items = official_items(answer, dates=column is not None and column.view.value_type is ValueType.DATE)
    return [" ".join(item.split()) for item in items]


@dataclass(eq=False)
class Response:
    """The answer to a question about a table, or an abstention with its reason.

    ``answer`` holds cells as they are written, numbers, ISO dates, or (value, count) pairs; empty when ``abstained``.
    ``cells`` are the places (row from 0, column name) the answer was read from. ``readings`` are the likeliest
    answers, each different, best first; they are there after an abstention too, if there are any.
    ``confidence`` is how likely the first reading is right. ``unused_words`` are content words of the question that
    the program does not take up. ``evidence`` is what the confidence was computed from, in the order of
    `evidence.EVIDENCE`, if there is a reading. ``tracing`` computes the ``trace``, where the model can say what it
    weighed.
    """

    question: str
    prepared: PreparedTable = field(repr=False)
    answer: list[AnswerValue]
    cells: list[CellPlace]
    program: Program | None
    explanation: str
    confidence: float
    readings: list[Reading] = field(repr=False)
    unused_words: list[str]
    abstained: bool
    reason: str
    linking: Linking | None = field(repr=False)
    evidence: tuple[float, ...] = field(default=(), repr=False)
    tracing: Callable[[], tuple[StepTrace, ...]] | None = field(default=None, repr=False)

    @cached_property
    def trace(self) -> tuple[StepTrace, ...] | None:
        """What the model weighed at each step; computed when first looked at."""
        return self.tracing() if self.tracing is not None else None

    @property
    def respellings(self) -> list[tuple[str, str]]:
        """Words of the question that were taken for similar words of the table, each with what it was taken for."""
        return [] if self.program is None or self.linking is None else respellings(self.program, self.linking)

    def sql(self, dialect: str = "duckdb", form: SqlForm | str = SqlForm.QUERY) -> str | None:
        """The answer's SQL in a dialect, ``None`` after an abstention; ``ValueError`` for an unknown dialect or form.

        ``form`` is "query" (the query alone), "script" (with statements that make the table, to be run in an empty
        database) or "parameters" (with places for the values, which `sql_parameters` gives).
        """
        return None if self.program is None else sql_in_form(self.program, self.prepared.table, dialect, form)

    def sql_parameters(self, dialect: str = "duckdb") -> dict[str, StoredValue]:
        """The values for the places of the SQL in the form "parameters", in their order; none after an abstention."""
        return {} if self.program is None else parameterised(self.program, self.prepared.table, dialect).parameters

    @cached_property
    def sql_agrees(self) -> bool | None:
        """Whether the SQL, run in DuckDB on the table, gives this answer; ``None`` where it could not be run."""
        if self.program is None:
            return None
        try:
            return agrees(self.program, self.prepared.grounding, self.prepared.engine)
        except EngineError:
            return None

    def to_json(self, dialect: str = "duckdb") -> dict[str, Any]:
        """The response as JSON values: whole numbers as integers, pairs as lists, programs in their text form.

        The explanation also says which words were taken for others.
        """
        notes = [f'"{written}" was read as "{meant}".' for written, meant in self.respellings]
        return {
            "question": self.question,
            "answer": _json_values(self.answer),
            "confidence": self.confidence,
            "program": _program_text(self.program),
            "explanation": " ".join([self.explanation, *notes]),
            "sql": self.sql(dialect),
            "dialect": dialect,
            "sql_agrees": self.sql_agrees,
            "readings": [
                {
                    "answer": _json_values(reading.answer),
                    "probability": reading.probability,
                    "program": _program_text(reading.program),
                    "explanation": reading.explanation,
                }
                for reading in self.readings
            ],
            "unused_words": self.unused_words,
        }


def _program_text(program: Program | None) -> str | None:
    return None if program is None else write_program(program, separator="; ")


def _json_value(value: AnswerValue) -> Any:
    if isinstance(value, tuple):
        return _json_values(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value


def _json_values(values: Sequence[AnswerValue]) -> list[Any]:
    return [_json_value(value) for value in values]
