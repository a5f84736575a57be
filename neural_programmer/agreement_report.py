"""How many of the programs that a model gives for questions agree with their SQL, in one database or several."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from neural_programmer.answering import Progress
from neural_programmer.api import NeuralProgrammer
from neural_programmer.data.wikitablequestions import Question, WikiTableQuestions
from neural_programmer.execution.engines import EngineError, EngineOpener, TableEngine, disagreement
from neural_programmer.language.program import Program
from neural_programmer.language.text_form import write_program
from neural_programmer.prepared import PreparedTable

NO_PROGRAM = "the model gave no program"


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A program whose SQL gave something else than the program, or could not be run; the program may be missing."""

    question: str
    program: str
    reason: str

    def to_json(self) -> dict[str, str]:
        """The three texts as JSON values."""
        return {"question": self.question, "program": self.program, "reason": self.reason}


@dataclass
class EngineAgreement:
    """What one database made of the programs; a question without a program counts as one that does not agree."""

    engine: str
    programs: int = 0
    disagreements: list[Disagreement] = field(default_factory=list)

    @property
    def agreed(self) -> int:
        """How many programs gave their answer."""
        return self.programs - len(self.disagreements)

    @property
    def share(self) -> float:
        """The part of the programs that agreed, 1 where there was none."""
        return self.agreed / self.programs if self.programs else 1.0

    def to_json(self) -> dict[str, Any]:
        """The counts and every disagreement as JSON values."""
        return {
            "engine": self.engine,
            "programs": self.programs,
            "agreed": self.agreed,
            "share": self.share,
            "disagreements": [one.to_json() for one in self.disagreements],
        }


def agreement(
    programmer: NeuralProgrammer,
    questions: Sequence[Question],
    dataset: WikiTableQuestions,
    openers: Sequence[EngineOpener],
    *,
    readings: int = 1,
    progress: Progress | None = None,
) -> list[EngineAgreement]:
    """Ask every question, run the SQL of its best ``readings`` programs in every database and compare the answers.

    Also programs below the threshold of abstaining are run. Each table is loaded once into each database; where that
    fails, every program about it counts as a disagreement with that reason. Raises what reading a table raises.
    """
    by_context: dict[str, list[Question]] = defaultdict(list)
    for question in questions:
        by_context[question.context].append(question)
    reports = [EngineAgreement("") for _ in openers]
    done = 0
    for context, asked in by_context.items():
        prepared = programmer.prepare(dataset.read_table(context))
        with ExitStack() as stack:
            engines = [_opened(opener, prepared, stack) for opener in openers]
            for question in asked:
                programs = _programs(programmer, prepared, question, readings)
                for report, engine in zip(reports, engines, strict=True):
                    _compare(report, engine, prepared, question, programs)
                done += 1
                if progress is not None:
                    progress(done, len(questions))
    return reports


def _programs(
    programmer: NeuralProgrammer, prepared: PreparedTable, question: Question, readings: int
) -> list[Program]:
    response = programmer.ask(prepared, question.utterance, k=readings)
    return [reading.program for reading in response.readings]


def _opened(opener: EngineOpener, prepared: PreparedTable, stack: ExitStack) -> TableEngine | EngineError:
    try:
        return stack.enter_context(opener(prepared.table))
    except EngineError as error:
        return error


def _compare(
    report: EngineAgreement,
    engine: TableEngine | EngineError,
    prepared: PreparedTable,
    question: Question,
    programs: Sequence[Program],
) -> None:
    if isinstance(engine, TableEngine):
        report.engine = engine.name
    if not programs:
        report.programs += 1
        report.disagreements.append(Disagreement(question.id, "", NO_PROGRAM))
    for program in programs:
        report.programs += 1
        if isinstance(engine, EngineError):
            reason: str | None = str(engine)
        else:
            reason = disagreement(program, prepared.grounding, engine)
        if reason is not None:
            report.disagreements.append(Disagreement(question.id, write_program(program, separator="; "), reason))
