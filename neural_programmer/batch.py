"""Many questions at once: a file of questions about one table or several, answered line by line and never lost."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from neural_programmer.api import NeuralProgrammer
from neural_programmer.execution.exact import AnswerValue
from neural_programmer.export import Sheet, to_csv
from neural_programmer.language.text_form import write_program
from neural_programmer.prepared import PreparedTable
from neural_programmer.response import Response
from neural_programmer.tables.errors import TableError
from neural_programmer.tables.loaders.encodings import decode

MOST_QUESTIONS = 10_000
MOST_MEGABYTES = 20
MOST_BYTES = MOST_MEGABYTES * 1024**2
_QUESTION_NAMES = ("question", "utterance")
_TABLE_NAMES = ("table", "context")
_SEPARATORS = ("\t", ",", ";")


class BatchError(ValueError):
    """A file of questions that cannot be read at all; the message says what was expected and what came."""


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One question of a file: the line it begins on, from 1, and the table it names, if any.

    ``problem`` says why a line cannot be asked; it is answered by that.
    """

    line: int
    question: str
    table: str = ""
    problem: str = ""


class Outcome(StrEnum):
    """How a line ended."""

    ANSWERED = "answered"
    ABSTAINED = "no answer"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What became of one line; ``reason`` says why there is no answer, ``answer`` is as in a response's JSON."""

    line: int
    table: str
    question: str
    outcome: Outcome
    answer: tuple[Any, ...] = ()
    confidence: float = 0.0
    reason: str = ""
    explanation: str = ""
    program: str = ""
    sql: str = ""


TableOf = Callable[[str], PreparedTable]


def read_batch(content: bytes, name: str = "the file of questions") -> list[BatchLine]:
    """The questions in a file.

    A file whose first line has a column "question" is CSV or TSV, and may name a table in a column "table"; in any
    other file each line is one question. Empty lines are passed over. Raises ``BatchError``.
    """
    if len(content) > MOST_BYTES:
        raise BatchError(f"{name} has {len(content):,} bytes; at most {MOST_MEGABYTES} MB are read. Split it")
    try:
        text = decode(content, name)
    except TableError as error:
        raise BatchError(str(error)) from None
    first = text.split("\n", 1)[0]
    separator = next((one for one in _SEPARATORS if _header(first, one)), None)
    lines = _plain_lines(text) if separator is None else _delimited_lines(text, separator)
    if not lines:
        raise BatchError(f'{name} holds no questions; expected one a line, or a table with a column "question"')
    if len(lines) > MOST_QUESTIONS:
        raise BatchError(f"{name} holds {len(lines):,} questions; at most {MOST_QUESTIONS:,} are asked. Split it")
    return lines


def _header(line: str, separator: str) -> list[str]:
    """The column names in a first line, in lower case; none where no column holds questions."""
    fields = [field.strip().strip('"').casefold() for field in line.strip().split(separator)]
    return fields if any(name in fields for name in _QUESTION_NAMES) else []


def _plain_lines(text: str) -> list[BatchLine]:
    numbered = enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1)
    return [BatchLine(number, line.strip()) for number, line in numbered if line.strip()]


def _delimited_lines(text: str, separator: str) -> list[BatchLine]:
    # Quotes mean nothing in the TSV of data sets; in CSV they hold fields with separators and line breaks.
    text_file = io.StringIO(text, newline="")
    if separator == "\t":
        reader = csv.reader(text_file, delimiter=separator, quoting=csv.QUOTE_NONE)
    else:
        reader = csv.reader(text_file, delimiter=separator)
    csv.field_size_limit(MOST_BYTES)
    names = [field.strip().casefold() for field in next(reader)]
    question_at = next(names.index(name) for name in _QUESTION_NAMES if name in names)
    table_at = next((names.index(name) for name in _TABLE_NAMES if name in names), None)
    lines = []
    start = reader.line_num + 1
    try:
        for row in reader:
            if any(field.strip() for field in row):
                lines.append(_delimited_line(start, row, question_at, table_at, len(names)))
            start = reader.line_num + 1
    except csv.Error as error:
        lines.append(BatchLine(start, "", problem=f"line {start} and what follows cannot be read: {error}"))
    return lines


def _delimited_line(start: int, row: Sequence[str], question_at: int, table_at: int | None, width: int) -> BatchLine:
    question = row[question_at].strip() if question_at < len(row) else ""
    table = row[table_at].strip() if table_at is not None and table_at < len(row) else ""
    problem = ""
    if len(row) > width:
        problem = f"line {start} has {len(row)} fields, but the header names {width}; put quotes around the question"
    elif not question:
        problem = f"line {start} has no question"
    return BatchLine(start, question, table, problem)


def run_batch(
    programmer: NeuralProgrammer, lines: Sequence[BatchLine], table_of: TableOf, dialect: str | None = None
) -> Iterator[BatchResult]:
    """The result of every line, in order.

    ``table_of`` gives the prepared table for the name in a line (empty where it names none) and raises ``TableError``
    where there is none. The SQL is in ``dialect``, else in that of the database a large table lives in, else in
    DuckDB's. Nothing that happens to one line keeps the others from being asked.
    """
    for line in lines:
        yield ask_line(programmer, line, table_of, dialect)


def ask_line(
    programmer: NeuralProgrammer, line: BatchLine, table_of: TableOf, dialect: str | None = None
) -> BatchResult:
    """The result of one line."""
    if line.problem:
        return BatchResult(line.line, line.table, line.question, Outcome.PROBLEM, reason=line.problem)
    try:
        prepared = table_of(line.table)
    except TableError as error:
        return BatchResult(line.line, line.table, line.question, Outcome.PROBLEM, reason=str(error))
    response = programmer.ask(prepared, line.question)
    return result_of(line, response, dialect)


def result_of(line: BatchLine, response: Response, dialect: str | None) -> BatchResult:
    """The result of a line that was asked."""
    return BatchResult(
        line=line.line,
        table=line.table or response.prepared.table.name,
        question=line.question,
        outcome=Outcome.ABSTAINED if response.abstained else Outcome.ANSWERED,
        answer=tuple(map(_json_value, response.answer)),
        confidence=response.confidence,
        reason=response.reason,
        explanation="" if response.abstained else response.explanation,
        program="" if response.program is None else write_program(response.program, separator="; "),
        sql=(response.sql(dialect) if dialect else response.sql()) or "",
    )


def _json_value(value: AnswerValue) -> Any:
    if isinstance(value, tuple):
        return [_json_value(part) for part in value]
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value


def answer_text(result: BatchResult) -> str:
    """The answer's values in one line, separated by bars."""
    return " | ".join(map(_value_text, result.answer))


def _value_text(value: Any) -> str:
    if isinstance(value, list):
        return ": ".join(map(_value_text, value))
    return f"{value:g}" if isinstance(value, float) else " ".join(str(value).split())


def results_csv(results: Sequence[BatchResult]) -> bytes:
    """Results as CSV that a spreadsheet opens without running anything in it."""
    names = ("line", "table", "question", "outcome", "answer", "confidence", "reason", "in words", "program", "sql")
    rows = tuple(
        (
            one.line,
            one.table,
            one.question,
            str(one.outcome),
            answer_text(one),
            round(one.confidence, 4),
            one.reason,
            one.explanation,
            one.program,
            one.sql,
        )
        for one in results
    )
    return to_csv(Sheet(names, rows))


def results_jsonl(results: Sequence[BatchResult]) -> bytes:
    """Results as JSON lines."""
    lines = [
        {
            "line": one.line,
            "table": one.table,
            "question": one.question,
            "outcome": str(one.outcome),
            "answer": list(one.answer),
            "confidence": one.confidence,
            "reason": one.reason,
            "explanation": one.explanation,
            "program": one.program,
            "sql": one.sql,
        }
        for one in results
    ]
    return "".join(f"{json.dumps(line, ensure_ascii=True)}\n" for line in lines).encode("ascii")
