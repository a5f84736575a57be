"""Verified questions: a question that a person kept with its program is answered by it whenever it is asked again."""

from __future__ import annotations

from typing import Protocol

from neural_programmer.given import GivenResponse, Way, respond
from neural_programmer.language.program import Program
from neural_programmer.language.validation import InvalidProgramError
from neural_programmer.prepared import PreparedTable
from neural_programmer.tables.values import text_key

_ENDS = " \t\r\n?!.…"


class VerifiedPrograms(Protocol):
    """Where verified programs are kept: see `neural_programmer.feedback.FeedbackStore`."""

    def verified_program(self, fingerprint: str, key: str) -> Program | None:
        """The program kept last for the question of this key about the table of this fingerprint."""


def question_key(question: str) -> str:
    """Equal for questions that differ in letter case, accents, kinds of quotes, spaces or their last sign alone."""
    return text_key(question).strip(_ENDS)


def answer_verified(question: str, prepared: PreparedTable, kept: VerifiedPrograms) -> GivenResponse | None:
    """The response by the program that was verified for this question about a table of the same content.

    ``None`` where none was, and where the program does not run any more: the language may have changed since.
    """
    key = question_key(question)
    program = kept.verified_program(prepared.table.fingerprint, key) if key else None
    if program is None:
        return None
    try:
        response = respond(program, prepared, question, Way.VERIFIED)
    except InvalidProgramError:
        return None
    return None if response.abstained else response
