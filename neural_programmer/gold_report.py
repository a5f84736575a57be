"""The gold logical forms of WikiTableQuestions: how many are programs here, and whether a model finds the same ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from neural_programmer.api import NeuralProgrammer
from neural_programmer.data.evaluator import denotation_equal
from neural_programmer.data.gold_forms import GoldForm, read_gold_forms, written
from neural_programmer.data.wikitablequestions import WikiTableQuestions
from neural_programmer.equivalence import Sameness, compare, perturbed
from neural_programmer.execution.exact import answer
from neural_programmer.execution.grounding import Grounding
from neural_programmer.gold_translation import Untranslatable, translate
from neural_programmer.language.program import Program
from neural_programmer.language.text_form import write_program
from neural_programmer.response import answer_items
from neural_programmer.tables.table import Table


@dataclass(frozen=True)
class GoldProgram:
    """One annotated question with its program, or with the reason why there is none.

    ``right`` says whether the program's answer is the official one. ``reason`` is the annotator's where nothing was
    annotated (``annotated`` is false), else ours.
    """

    form: GoldForm
    program: Program | None
    right: bool = False
    reason: str = ""

    @property
    def annotated(self) -> bool:
        """Whether there is a form at all."""
        return bool(self.form.forms)


@dataclass(frozen=True)
class Found:
    """What a model made of a question whose gold program is known: its best program, and how it compares."""

    gold: GoldProgram
    program: Program | None
    right: bool
    sameness: Sameness | None


@dataclass
class GoldReport:
    """All annotated questions, and what a model made of those with a program, if one was asked."""

    programs: list[GoldProgram]
    found: list[Found] = field(default_factory=list)

    def reasons(self, *, annotated: bool) -> list[tuple[str, int]]:
        """The reasons why there is no program with how often each came, the most frequent first."""
        missing = (one.reason for one in self.programs if one.program is None and one.annotated == annotated)
        return Counter(missing).most_common()

    def to_json(self) -> dict[str, Any]:
        """Every question and the counts as JSON values."""
        return {
            "questions": len(self.programs),
            "annotated": sum(one.annotated for one in self.programs),
            "translated": sum(one.program is not None for one in self.programs),
            "right": sum(one.right for one in self.programs),
            "reasons": dict(self.reasons(annotated=True)),
            "not_annotated": dict(self.reasons(annotated=False)),
            "programs": [
                {
                    "id": one.form.id,
                    "question": one.form.question,
                    "form": written(one.form.forms[0]) if one.annotated else None,
                    "program": None if one.program is None else write_program(one.program, separator="; "),
                    "right": one.right,
                    "reason": one.reason,
                }
                for one in self.programs
            ],
            "model": [
                {
                    "id": one.gold.form.id,
                    "program": None if one.program is None else write_program(one.program, separator="; "),
                    "right": one.right,
                    "sameness": one.sameness,
                }
                for one in self.found
            ],
        }


def gold_program(form: GoldForm, table: Table) -> GoldProgram:
    """The question's program: of the ways to say it the first whose answer is the official one, else the first."""
    grounding = Grounding(table)
    first: Program | None = None
    reason = form.refusal
    for expression in form.forms:
        for whole_cells in (False, True):
            try:
                program = translate(expression, table, whole_cells=whole_cells)
            except Untranslatable as error:
                reason = reason or str(error)
                continue
            if _is_right(program, grounding, form.target):
                return GoldProgram(form, program, right=True)
            first = first or program
    return GoldProgram(form, first, reason="" if first is not None else reason)


def _is_right(program: Program, grounding: Grounding, target: Sequence[str]) -> bool:
    found = answer(program, grounding)
    return found.defined and denotation_equal(target, answer_items(program, found.values))


def gold_programs(root: Path | str | None = None) -> list[GoldProgram]:
    """All annotated questions with their programs; `DatasetError` where the data set or its gold forms are missing."""
    dataset = WikiTableQuestions(root)
    return [gold_program(form, dataset.table(form.context)) for form in read_gold_forms(dataset.root)]


def gold_report(
    programmer: NeuralProgrammer | None,
    root: Path | str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> GoldReport:
    """The programs, and what the model finds for the questions whose program gives the official answer."""
    report = GoldReport(gold_programs(root))
    if programmer is None:
        return report
    dataset = WikiTableQuestions(root)
    known = [one for one in report.programs if one.right]
    for number, gold in enumerate(known):
        report.found.append(_ask(programmer, gold, dataset.table(gold.form.context)))
        if progress is not None:
            progress(number + 1, len(known))
    return report


def _ask(programmer: NeuralProgrammer, gold: GoldProgram, table: Table) -> Found:
    readings = programmer.ask(programmer.prepare(table), gold.form.question, k=1).readings
    if not readings or gold.program is None:
        return Found(gold, None, False, None)
    best = readings[0]
    sameness = compare(gold.program, best.program, table, perturbed(table))
    return Found(gold, best.program, denotation_equal(gold.form.target, best.items), sameness)
