"""What a link to an answer says: a sample table, a question, and perhaps the program, all as plain text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from neural_programmer.data.sample_tables import SampleTable, sample_tables
from neural_programmer.given import GivenResponse, respond
from neural_programmer.language.program import Program
from neural_programmer.language.text_form import ProgramTextError, read_program, write_program
from neural_programmer.language.validation import InvalidProgramError
from neural_programmer.prepared import PreparedTable

TABLE, QUESTION, PROGRAM = "table", "question", "program"
MOST_CHARACTERS = 4_000
_SHOWN = 60


class LinkError(ValueError):
    """A link that leads to nothing; the message says what is wrong with it."""


@dataclass(frozen=True)
class Link:
    """What a link names; ``sample`` is ``None`` where the link only says the question."""

    sample: SampleTable | None = None
    question: str = ""
    program: Program | None = None


def write_link(source: str, question: str = "", program: Program | None = None) -> dict[str, str]:
    """The parameters of a link; none where the table is no sample, because nobody else has it."""
    if source not in {sample.file for sample in sample_tables()}:
        return {}
    written = {TABLE: source}
    if question.strip():
        written[QUESTION] = question
    if program is not None:
        text = write_program(program, separator="; ")
        if len(text) <= MOST_CHARACTERS:
            written[PROGRAM] = text
    return written if len(question) <= MOST_CHARACTERS else {TABLE: source}


def read_link(parameters: Mapping[str, str]) -> Link:
    """What the parameters of a link name; those it does not know are left alone. Raises ``LinkError``."""
    for name in (TABLE, QUESTION, PROGRAM):
        if len(parameters.get(name, "")) > MOST_CHARACTERS:
            raise LinkError(f"the link's {name} is longer than {MOST_CHARACTERS:,} characters; it was not opened")
    sample = _sample(parameters[TABLE]) if parameters.get(TABLE) else None
    if sample is None and parameters.get(PROGRAM):
        raise LinkError("the link names a program but no table to run it on; choose the table and ask")
    program = _program(parameters[PROGRAM]) if parameters.get(PROGRAM) else None
    return Link(sample, parameters.get(QUESTION, ""), program)


def follow_link(link: Link, prepared: PreparedTable) -> GivenResponse | None:
    """The answer of the link's program on its table; ``None`` where it names none. Raises ``LinkError``."""
    if link.program is None:
        return None
    try:
        return respond(link.program, prepared, link.question)
    except InvalidProgramError as error:
        raise LinkError(f"the link's program cannot be run on {prepared.table.name!r}: {error}") from None


def _sample(file: str) -> SampleTable:
    for sample in sample_tables():
        if sample.file == file:
            return sample
    known = ", ".join(sample.file for sample in sample_tables())
    raise LinkError(f"the link names the table {file[:_SHOWN]!r}, which is no sample; there are {known}")


def _program(text: str) -> Program:
    try:
        return read_program(text)
    except (ProgramTextError, ValueError, RecursionError) as error:
        raise LinkError(f"the link's program cannot be read: {str(error) or 'nested too deeply'}") from None
