"""Whether an answer stays the same where it should: columns in another order, a column more, other letter case."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from neural_programmer.answering import Progress
from neural_programmer.api import NeuralProgrammer
from neural_programmer.data.evaluator import denotation_equal, to_values
from neural_programmer.data.wikitablequestions import DatasetError, Question, WikiTableQuestions
from neural_programmer.prepared import PreparedTable
from neural_programmer.response import Response
from neural_programmer.tables.build import build_table
from neural_programmer.tables.table import Table

SHUFFLED = "columns in another order"
ADDED = "a column of another table added"
LOWER = "question in lower case"
UPPER = "question in upper case"
CHANGES = (SHUFFLED, ADDED, LOWER, UPPER)
_SEED = 0


@dataclass(frozen=True, slots=True)
class Changed:
    """A question whose answer changed with something that should not matter."""

    question: Question
    change: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    program_before: str
    program_after: str
    lead: float


@dataclass(frozen=True, slots=True)
class Stability:
    """What one change did: among ``questions`` asked, the same answers, the same decision to abstain, right answers."""

    change: str
    questions: int
    same: int
    same_decision: int
    right_before: int
    right_after: int

    def to_json(self) -> dict[str, Any]:
        """The counts as JSON values."""
        return {
            "change": self.change,
            "questions": self.questions,
            "same": self.same,
            "same_decision": self.same_decision,
            "right_before": self.right_before,
            "right_after": self.right_after,
        }


@dataclass(frozen=True)
class InvarianceReport:
    """One line a change, and the answers that changed."""

    lines: Sequence[Stability]
    changed: Sequence[Changed]


def invariance(
    programmer: NeuralProgrammer,
    questions: Sequence[Question],
    dataset: WikiTableQuestions,
    *,
    progress: Progress | None = None,
) -> InvarianceReport:
    """Ask every question as it is and under each change; seeds depend on the tables' names alone."""
    contexts = sorted({question.context for question in questions})
    if len(contexts) < 2:
        raise DatasetError("questions about at least two tables are needed, for columns of another table")
    counts = {change: [0, 0, 0, 0] for change in CHANGES}
    changed: list[Changed] = []
    done = 0
    for at, context in enumerate(contexts):
        table = dataset.read_table(context)
        other = dataset.read_table(contexts[(at + len(contexts) // 2) % len(contexts)])
        draw = random.Random(f"{_SEED} {context}")
        plain = programmer.prepare(table)
        tables = {
            SHUFFLED: programmer.prepare(shuffled(table, draw)),
            ADDED: programmer.prepare(added(table, other, draw)),
        }
        for question in (one for one in questions if one.context == context):
            before = _ask(programmer, plain, question.utterance)
            for change in CHANGES:
                after = _ask(programmer, tables.get(change, plain), _SPELLINGS.get(change, str)(question.utterance))
                line = counts[change]
                line[0] += _same(before, after)
                line[1] += before.abstained == after.abstained
                line[2] += _right(question, before)
                line[3] += _right(question, after)
                if not _same(before, after):
                    changed.append(_changed(question, change, before, after))
            done += 1
            if progress is not None:
                progress(done, len(questions))
    return InvarianceReport([Stability(change, len(questions), *counts[change]) for change in CHANGES], changed)


_SPELLINGS: dict[str, Callable[[str], str]] = {LOWER: str.lower, UPPER: str.upper}


def shuffled(table: Table, draw: random.Random) -> Table:
    """The table with its columns in another order, wherever there are two that differ."""
    order = list(range(len(table.columns)))
    while len(order) > 1 and order == sorted(order):
        draw.shuffle(order)
    return _table(table, [(table.columns[at].header, table.columns[at].cells) for at in order])


def added(table: Table, other: Table, draw: random.Random) -> Table:
    """The table with one column of another, cut or filled up with empty cells, at a place drawn.

    A header that the table has already is avoided where the other has a different one.
    """
    own = {column.header.strip().casefold() for column in table.columns}
    strange = [column for column in other.columns if column.header.strip().casefold() not in own]
    column = draw.choice(strange or list(other.columns))
    cells = (*column.cells, *[""] * table.number_of_rows)[: table.number_of_rows]
    columns = [(one.header, one.cells) for one in table.columns]
    columns.insert(draw.randint(0, len(columns)), (column.header, cells))
    return _table(table, columns)


def _table(table: Table, columns: Sequence[tuple[str, tuple[str, ...]]]) -> Table:
    rows = [[cells[row] for _, cells in columns] for row in range(table.number_of_rows)]
    return build_table([header for header, _ in columns], rows, name=table.name)


def _ask(programmer: NeuralProgrammer, table: PreparedTable, question: str) -> Response:
    return programmer.ask(table, question, k=2)


def _items(response: Response) -> tuple[str, ...]:
    return tuple(response.readings[0].items) if response.readings else ()


def _same(one: Response, other: Response) -> bool:
    return set(to_values(_items(one))) == set(to_values(_items(other)))


def _right(question: Question, response: Response) -> bool:
    items = _items(response)
    return question.target is not None and bool(items) and denotation_equal(question.target, items, question.canonical)


def _changed(question: Question, change: str, before: Response, after: Response) -> Changed:
    chances = [reading.probability for reading in before.readings]
    lead = chances[0] - chances[1] if len(chances) > 1 else sum(chances)
    return Changed(question, change, _items(before), _items(after), _program(before), _program(after), lead)


def _program(response: Response) -> str:
    return response.readings[0].explanation if response.readings else "(none)"


def changed_lines(report: InvarianceReport) -> Iterator[str]:
    """The answers that changed, as a list for people to read."""
    for one in report.changed:
        yield f"{one.question.id}  {one.question.context}  [{one.change}]"
        yield f"  question  {' '.join(one.question.utterance.split())}"
        yield f"  before    {' | '.join(one.before) or '(none)'}  (ahead by {one.lead:.1%})"
        yield f"            {' '.join(one.program_before.split())}"
        yield f"  after     {' | '.join(one.after) or '(none)'}"
        yield f"            {' '.join(one.program_after.split())}"
        yield ""
