"""The questions that were answered wrongly, as a list for people to read."""

from __future__ import annotations

from collections.abc import Iterator

from neural_programmer.data.question_types import question_type
from neural_programmer.evaluation import Judgement, Report, require_target

_SHOWN = 5


def error_lines(report: Report) -> Iterator[str]:
    """The lines of the list: each wrong answer with its reasons, in the questions' order, after a line of counts."""
    wrong = [judgement for judgement in report.judgements if not judgement.right]
    found = sum(judgement.rank is not None for judgement in wrong)
    yield (
        f"{len(wrong)} of {len(report.judgements)} questions answered wrongly; "
        f"the right answer is among the other readings of {found}"
    )
    for judgement in wrong:
        yield ""
        yield from _error(judgement)


def _error(judgement: Judgement) -> Iterator[str]:
    question, outcome = judgement.question, judgement.outcome
    withheld = ", withheld" if outcome.abstained else ""
    yield f"{question.id}  {question.context}  [{question_type(question.utterance)}]"
    yield f"  question   {_one_line(question.utterance)}"
    yield f"  gold       {_items(require_target(question))}"
    yield f"  answer     {_items(outcome.items)}  (confidence {outcome.confidence:.0%}{withheld})"
    if outcome.readings:
        yield f"  program    {_one_line(outcome.readings[0].program)}"
        yield f"  English    {_one_line(outcome.readings[0].explanation)}"
    yield f"  right one  {'not found' if judgement.rank is None else f'reading {judgement.rank}'}"
    for number, reading in enumerate(outcome.readings, start=1):
        if number > _SHOWN and number != judgement.rank:
            continue
        mark = "*" if number == judgement.rank else " "
        yield f" {mark}{number:3d}. {reading.probability:4.0%}  {_items(reading.items)}"
        yield f"             {_one_line(reading.program)}"


def _items(items: tuple[str, ...]) -> str:
    return " | ".join(map(_one_line, items)) if items else "(none)"


def _one_line(text: str) -> str:
    return " ".join(text.split())
