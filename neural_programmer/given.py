"""Answers by a program that is at hand already: a verified one, one from a link, one carried on from a question."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial

from neural_programmer.execution.engine import EngineError
from neural_programmer.execution.english import explain
from neural_programmer.execution.exact import Answer, answer
from neural_programmer.language.program import Program
from neural_programmer.language.text_form import ProgramTextError, read_program
from neural_programmer.language.validation import InvalidProgramError, validate
from neural_programmer.large.opening import open_table
from neural_programmer.large.table import LargeTable
from neural_programmer.operations.registry import REGISTRY
from neural_programmer.prepared import PreparedTable
from neural_programmer.response import Reading, Response
from neural_programmer.tables.errors import TableError
from neural_programmer.tables.matching.link import link
from neural_programmer.understanding import unused_words


class Way(StrEnum):
    """How a program was come by, where no model searched for it."""

    GIVEN = "given"
    VERIFIED = "verified"
    FOLLOW_UP = "follow-up"


@dataclass(eq=False)
class GivenResponse(Response):
    """The response to a question by a program that was not searched for.

    ``way`` says where the program came from; ``carried`` are the numbers of its steps that a follow-up question took
    over from the question before, ``previous``. The confidence is 1: no model has judged the program.
    """

    way: Way = Way.GIVEN
    carried: tuple[int, ...] = ()
    previous: str = field(default="", repr=False)


def respond(
    program: Program,
    prepared: PreparedTable,
    question: str,
    way: Way = Way.GIVEN,
    *,
    carried: tuple[int, ...] = (),
    previous: str = "",
) -> GivenResponse:
    """The program's answer as the response to a question; without a value it is an abstention that says so.

    Raises ``InvalidProgramError`` where the program breaks a rule of the language or reads what the table lacks.
    """
    validate(program, REGISTRY, prepared.table)
    found = _answer(program, prepared)
    linking = link(question.encode("utf-8", "replace").decode("utf-8"), prepared.index) if question.strip() else None
    reading = Reading(found.values, 1.0, program, found.cells, partial(explain, program, prepared.grounding))
    return GivenResponse(
        question=question,
        prepared=prepared,
        answer=list(found.values),
        cells=list(found.cells),
        program=program,
        explanation=reading.explanation,
        confidence=1.0,
        readings=[reading] if found.defined else [],
        unused_words=[] if linking is None or way is Way.FOLLOW_UP else unused_words(program, linking),
        abstained=not found.defined,
        reason="" if found.defined else "no value in the table fits the program",
        linking=linking,
        way=way,
        carried=carried,
        previous=previous,
    )


def _answer(program: Program, prepared: PreparedTable) -> Answer:
    """What the program gives on all rows, by SQL where they are not in memory."""
    if not isinstance(prepared, LargeTable):
        return answer(program, prepared.grounding)
    try:
        return prepared.run(program).answer
    except EngineError as error:
        raise TableError(f"{prepared.place.thing}: {error}") from None


def run_program(table: object, program: Program | str, question: str = "") -> GivenResponse:
    """What a program, or its text, gives on a table, which is whatever ``load_table`` takes or a prepared table.

    Raises ``TableError`` for a table that cannot be read, and ``ProgramTextError`` or ``InvalidProgramError`` for a
    program that cannot be run on it.
    """
    prepared = table if isinstance(table, PreparedTable) else open_table(table)
    return respond(read_program(program) if isinstance(program, str) else program, prepared, question)


__all__ = [
    "GivenResponse",
    "InvalidProgramError",
    "ProgramTextError",
    "TableError",
    "Way",
    "respond",
    "run_program",
]
