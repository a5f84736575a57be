"""Questions with their right programs, from people's feedback, made ready to learn from and to be judged by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from neural_programmer.checkpoint import TrainedModel
from neural_programmer.data.features import featurize
from neural_programmer.data.sample_tables import sample_tables
from neural_programmer.execution.exact import answer_of, execute
from neural_programmer.execution.grounding import Grounding
from neural_programmer.execution.sizes import NO_ROWS, size_bucket
from neural_programmer.feedback import Feedback
from neural_programmer.language.kinds import Kind
from neural_programmer.language.program import Program
from neural_programmer.language.validation import InvalidProgramError, validate
from neural_programmer.operations.registry import REGISTRY
from neural_programmer.response import answer_items
from neural_programmer.search.consistent import EncodedPrograms
from neural_programmer.tables.table import Table
from neural_programmer.training.examples import Example, JudgedQuestion, judge_by
from neural_programmer.verified import question_key


@dataclass(frozen=True)
class Correction:
    """A question about a table and the program that answers it rightly."""

    question: str
    table: Table
    program: Program


@dataclass(frozen=True, eq=False)
class Corrections:
    """What can be learned from: examples with their programs, and the same questions to be judged by.

    ``refused`` names every question that cannot be learned from, with the reason.
    """

    examples: tuple[Example, ...]
    judged: tuple[JudgedQuestion, ...]
    refused: tuple[tuple[str, str], ...]


def corrections_in(records: Sequence[Feedback]) -> list[Correction]:
    """The questions whose right program a person gave or agreed to; of several words on one the last counts."""
    found: dict[tuple[str, str], Correction | None] = {}
    for record in records:
        key = (record.table.fingerprint, question_key(record.question))
        program = record.right_program
        found.pop(key, None)
        found[key] = None if program is None else Correction(record.question, record.table, program)
    return [one for one in found.values() if one is not None]


def prepare_corrections(corrections: Sequence[Correction], trained: TrainedModel) -> Corrections:
    """Link the questions to their tables and write their programs as the model does."""
    judged: list[JudgedQuestion] = []
    examples: list[Example] = []
    refused: list[tuple[str, str]] = []
    for number, (correction, linked) in enumerate(zip(corrections, _linked(corrections), strict=True)):
        try:
            programs, target = _encoded(correction.program, linked, trained)
        except (InvalidProgramError, _Unwritable) as error:
            refused.append((correction.question, str(error)))
            continue
        features = featurize(linked.grounding, linked.linking, linked.candidates)
        examples.append(Example(f"feedback-{number}", features, programs))
        judged.append(JudgedQuestion(f"feedback-{number}", linked.grounding, linked.linking, linked.candidates, target))
    return Corrections(tuple(examples), tuple(judged), tuple(refused))


def sample_questions() -> list[JudgedQuestion]:
    """The questions that come with the sample tables; their right answers are not known here."""
    asked = [(sample, question) for sample in sample_tables() for question in sample.questions]
    tables = {sample.file: sample.load() for sample in sample_tables()}
    return judge_by([(f"{one.file} {question}", tables[one.file], question, ()) for one, question in asked])


def present_answers(trained: TrainedModel, questions: Sequence[JudgedQuestion], beam: int) -> Corrections:
    """Questions with the programs by which the model answers them now, and with these answers where they have none.

    To go on answering them so keeps a model from forgetting what it is not reminded of (cf. Li and Hoiem 2016,
    "Learning without Forgetting").
    """
    predictor = trained.predictor()
    examples: list[Example] = []
    judged: list[JudgedQuestion] = []
    for asked in questions:
        found = predictor.predict(asked.grounding, asked.linking, asked.candidates, beam=beam).hypotheses
        best = next((each for each in found if each.answer.defined), None)
        if best is None:
            continue
        programs, answer = _encoded(best.program, asked, trained)
        examples.append(Example(asked.id, featurize(asked.grounding, asked.linking, asked.candidates), programs))
        judged.append(replace(asked, target=asked.target or answer))
    return Corrections(tuple(examples), tuple(judged), ())


class _Unwritable(ValueError):
    """A program that the model cannot write for a question; the message says what it lacks."""


def _linked(corrections: Sequence[Correction]) -> list[JudgedQuestion]:
    return judge_by([(str(number), one.table, one.question, ()) for number, one in enumerate(corrections)])


def _encoded(
    program: Program, linked: JudgedQuestion, trained: TrainedModel
) -> tuple[EncodedPrograms, tuple[str, ...]]:
    """The program over the question's candidates with the sizes of its results, and the items of its answer."""
    validate(program, REGISTRY, linked.grounding.table)
    names = trained.model.grammar.names
    for step in program:
        if step.operation not in names:
            raise _Unwritable(f"the model was made without the operation {step.operation}")
        if step.column is not None and step.column not in linked.candidates.column_index:
            raise _Unwritable(f"the question offers no column {step.column.column!r} read as {step.column.view}")
        if step.constant is not None and step.constant not in linked.candidates.constant_index:
            raise _Unwritable(f"the question does not say {', '.join(map(str, step.constant.values))}")
    results = execute(program, linked.grounding)
    answer = answer_of(program, results, linked.grounding)
    if not answer.defined:
        raise _Unwritable("its program gives no answer on the table")
    encoded = linked.candidates.encode(program, {name: number for number, name in enumerate(names)})
    sizes = np.array([_size(result.kind, result.value, linked.grounding) for result in results], dtype=np.int8)
    programs = EncodedPrograms(encoded[None], sizes[None], np.zeros(1, dtype=np.float32))
    return programs, tuple(answer_items(program, answer.values))


def _size(kind: Kind, value: np.ndarray[tuple[int, ...], np.dtype[np.generic]], grounding: Grounding) -> int:
    if kind is not Kind.ROWS:
        return NO_ROWS
    return size_bucket(int(value.sum()), int(grounding.countable.sum()))
