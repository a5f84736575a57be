"""Questions with their right programs, from people's feedback, made ready to learn from and to be judged by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from neural_programmer.checkpoint import TrainedModel
from neural_programmer.data.features import featurize
from neural_programmer.data.sample_tables import sample_tables
from neural_programmer.feedback import Feedback
from neural_programmer.language.program import Program
from neural_programmer.language.validation import InvalidProgramError
from neural_programmer.tables.table import Table
from neural_programmer.training.examples import Example, JudgedQuestion, judge_by
from neural_programmer.training.given_programs import UnwritableError, encode_given
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
    names = trained.model.grammar.names
    for number, (correction, linked) in enumerate(zip(corrections, _linked(corrections), strict=True)):
        try:
            programs, target = encode_given(correction.program, linked, names)
        except (InvalidProgramError, UnwritableError) as error:
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
    names = trained.model.grammar.names
    examples: list[Example] = []
    judged: list[JudgedQuestion] = []
    for asked in questions:
        found = predictor.predict(asked.grounding, asked.linking, asked.candidates, beam=beam).hypotheses
        best = next((each for each in found if each.answer.defined), None)
        if best is None:
            continue
        programs, answer = encode_given(best.program, asked, names)
        examples.append(Example(asked.id, featurize(asked.grounding, asked.linking, asked.candidates), programs))
        judged.append(replace(asked, target=asked.target or answer))
    return Corrections(tuple(examples), tuple(judged), ())


def _linked(corrections: Sequence[Correction]) -> list[JudgedQuestion]:
    return judge_by([(str(number), one.table, one.question, ()) for number, one in enumerate(corrections)])
