"""Where given programs come from: the gold ones of the data set, made-up ones, and answers that people verified."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from neural_programmer.data.wikitablequestions import Question, WikiTableQuestions
from neural_programmer.feedback import FeedbackError, read_feedback
from neural_programmer.gold_report import gold_programs
from neural_programmer.language.program import Program
from neural_programmer.language.validation import InvalidProgramError
from neural_programmer.tables.table import Table
from neural_programmer.training.corrections import corrections_in
from neural_programmer.training.examples import Example, judge_by, spread
from neural_programmer.training.given_programs import UnwritableError, given_example
from neural_programmer.training.synthetic_programs import made_up

GOLD, SYNTHETIC = "gold", "synthetic"
_MADE_UP = 1000
_TABLES = 200


@dataclass(frozen=True)
class Given:
    """A question about a table with its program; ``id`` is that of the data set where it has the question."""

    id: str
    question: str
    table: Table
    program: Program


def given_by(source: str, dataset: WikiTableQuestions, learned: Sequence[Question], seed: int) -> list[Given]:
    """The programs of a source: "gold", "synthetic", or the path of feedback, whose right programs are meant.

    Of the data set only tables of the questions ``learned`` from are used. Raises ``FeedbackError``, ``DatasetError``.
    """
    if source == GOLD:
        tables = {one.context for one in learned}
        return [
            Given(one.form.id, one.form.question, dataset.table(one.form.context), one.program)
            for one in gold_programs(dataset.root)
            if one.right and one.program is not None and one.form.context in tables
        ]
    if source == SYNTHETIC:
        contexts = spread(list(dict.fromkeys(one.context for one in learned)), _TABLES)
        found = made_up([dataset.table(context) for context in contexts], _MADE_UP, seed)
        return [Given(f"made-up-{at}", one.question, one.table, one.program) for at, one in enumerate(found)]
    try:
        records = read_feedback(Path(source).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise FeedbackError(
            f'expected given programs from "{GOLD}", "{SYNTHETIC}" or a file of feedback, but found {source!r}: {error}'
        ) from None
    found_there = corrections_in(records)
    return [Given(f"verified-{at}", one.question, one.table, one.program) for at, one in enumerate(found_there)]


def examples_given(given: Sequence[Given]) -> list[Example]:
    """The questions with their programs to learn; those whose program needs what the question lacks are left out."""
    linked = judge_by([(one.id, one.table, one.question, ()) for one in given])
    found = []
    for one, asked in zip(given, linked, strict=True):
        try:
            found.append(given_example(one.program, asked))
        except (InvalidProgramError, UnwritableError):
            continue
    return found


def with_given(examples: Sequence[Example], given: Sequence[Example]) -> list[Example]:
    """The examples with the given ones beside them, or in place of the same question's searched programs."""
    ids = {one.id for one in given}
    return [*(one for one in examples if one.id not in ids), *given]
