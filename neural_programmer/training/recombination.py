"""Real questions told anew: about other rows, other numbers and other tables with columns of the same names.

A question whose program is known beyond doubt stands for many: where its program compares with a cell or a number,
another one of the column is put in its place, in the question and in the program (cf. Jia and Liang 2016, "Data
Recombination for Neural Semantic Parsing", section 4: abstracting entities).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np

from neural_programmer.data.features import Features, featurize
from neural_programmer.execution.exact import answer_of, execute
from neural_programmer.execution.grounding import Grounding
from neural_programmer.execution.sizes import NO_ROWS, size_bucket
from neural_programmer.language.candidates import Candidates
from neural_programmer.language.kinds import Kind
from neural_programmer.language.offer import offer
from neural_programmer.language.program import Program, Step
from neural_programmer.operations.registry import OPERATION_IDS
from neural_programmer.search.consistent import EncodedPrograms
from neural_programmer.tables.constants import Constant, ConstantKind
from neural_programmer.tables.matching import TableIndex, link
from neural_programmer.tables.matching.linking import Linking, MatchSource, Mention
from neural_programmer.tables.table import Table
from neural_programmer.tables.values import Number, PartialDate, Text, Value, text_key, text_words
from neural_programmer.tables.views import View, ViewReference

_Value = TypeVar("_Value", bound=Value)

_LONGEST_CELL = 45
# fmt: off
_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)
# fmt: on
# What people leave out when they say a cell.
_UNSAID = re.compile(r"\([^)]*\)|\[[^\]]*\]|[\"“”†‡*]")
_EQUAL_FILTERS = frozenset({"filter_equals", "filter_not_equals", "filter_has_item"})
_KEPT_KINDS = frozenset({ConstantKind.ORDINAL, ConstantKind.UNIT, ConstantKind.CHOICE})
# A cell that the question only hints at says nothing of how another would be hinted at.
_SAID_SO = frozenset({MatchSource.EXACT, MatchSource.LEMMA, MatchSource.ORDINAL})
_RANK_ENDINGS = {1: "st", 2: "nd", 3: "rd"}
_WHOLE_HEADER = 0.95
_LONGEST_HEADER = 4


@dataclass(frozen=True, eq=False)
class Told:
    """A question about a table, linked to it, with its program."""

    linking: Linking
    grounding: Grounding
    index: TableIndex
    candidates: Candidates
    program: Program


@dataclass(frozen=True, eq=False)
class Retold:
    """What is learned from a question told anew."""

    question: str
    features: Features
    programs: EncodedPrograms


class _Untold(Exception):
    """The question cannot be told anew in the way tried."""


def header_of(table: Table, reference: ViewReference) -> tuple[str, str]:
    """What another table's column must be like to take the place of this one: words of the header, and view."""
    return text_words(table.column(reference.column).header), str(reference.view)


def needed_columns(told: Told) -> frozenset[tuple[str, str]]:
    """The headers and views that a program reads."""
    table = told.grounding.table
    return frozenset(header_of(table, step.column) for step in told.program if step.column is not None)


def offered_columns(table: Table) -> Mapping[tuple[str, str], ViewReference]:
    """The first column view of a table for each header and view."""
    found: dict[tuple[str, str], ViewReference] = {}
    for reference in table.view_references:
        found.setdefault(header_of(table, reference), reference)
    return found


def retell(told: Told, grounding: Grounding, index: TableIndex, random: np.random.Generator) -> Retold | None:
    """The question about the table of ``grounding``, or ``None`` where that failed; the same for the same draw."""
    try:
        return _retell(told, grounding, index, random)
    except _Untold:
        return None


def _retell(told: Told, grounding: Grounding, index: TableIndex, random: np.random.Generator) -> Retold:
    said: dict[tuple[int, int], str] = {}
    columns = _columns(told, grounding.table, random, said)
    redrawing = _Redrawing(told.linking, columns, grounding, random, said)
    wanted: dict[Constant, Constant] = {}
    for step in told.program:
        if step.constant is not None and step.constant not in wanted:
            wanted[step.constant] = redrawing.of(step)
    question = _with(told.linking, said)
    if question == told.linking.question and grounding.table is told.grounding.table:
        raise _Untold
    linking = link(question, index)
    if linking.truncated:
        raise _Untold
    candidates = offer(grounding.table, linking)
    program = Program(tuple(_moved(step, columns, wanted, candidates) for step in told.program))
    return _checked(told, Told(linking, grounding, index, candidates, program))


def _columns(
    told: Told, table: Table, random: np.random.Generator, said: dict[tuple[int, int], str]
) -> dict[ViewReference, ViewReference]:
    """The column views of the other table that take the places of those the program reads.

    They have the same headers; a column that the question names by its whole header may give way to any other with
    the same views, which is then named instead.
    """
    offered = offered_columns(table)
    views: dict[str, set[str]] = {}
    for step in told.program:
        if step.column is not None:
            views.setdefault(step.column.column, set()).add(str(step.column.view))
    found: dict[str, str] = {}
    for name, needed in views.items():
        match = next(
            (one for one in told.linking.column_matches if one.column == name and one.score >= _WHOLE_HEADER), None
        )
        if match is not None and random.random() < 0.5:
            others = [
                column
                for column in table.columns
                if needed <= set(map(str, column.views))
                and column.name not in found.values()
                and 1 <= len(column.header.split()) <= _LONGEST_HEADER
                and column.header.replace(" ", "").isalpha()
            ]
            if others:
                column = others[int(random.integers(len(others)))]
                found[name] = column.name
                _say_instead(said, match.start, match.end, column.header.lower())
                continue
        words = text_words(told.grounding.table.column(name).header)
        there = {offered[words, view].column for view in needed if (words, view) in offered}
        if len(there) != 1 or any((words, view) not in offered for view in needed):
            raise _Untold
        found[name] = there.pop()
    if len(set(found.values())) < len(found):
        raise _Untold
    return {
        step.column: replace(step.column, column=found[step.column.column])
        for step in told.program
        if step.column is not None
    }


@dataclass(frozen=True, eq=False)
class _Redrawing:
    """Draws other constants; what is then said instead of which tokens is added to ``said``."""

    linking: Linking
    columns: Mapping[ViewReference, ViewReference]
    grounding: Grounding
    random: np.random.Generator
    said: dict[tuple[int, int], str]
    texts: dict[str, str] = field(default_factory=dict)

    def of(self, step: Step) -> Constant:
        """Another constant for a step."""
        constant = step.constant
        assert constant is not None
        if constant.kind in _KEPT_KINDS:
            return constant
        if step.column is None:
            raise _Untold
        view = self.grounding.views[self.columns[step.column]]
        values = constant.values
        if constant.kind in (ConstantKind.TEXT, ConstantKind.TEXTS):
            whole = step.operation in _EQUAL_FILTERS
            return replace(constant, values=tuple(self._text(str(one), view, whole=whole) for one in values))
        mention = _mention(constant, self.linking)
        if constant.kind is ConstantKind.NUMBER:
            drawn = self._drawn([one for one in view.distinct if isinstance(one, Number) and one.amount != values[0]])
            self._say(mention, _written(drawn.amount, as_rank=mention.source is MatchSource.ORDINAL))
            return replace(constant, values=(float(drawn.amount),))
        old = values[0]
        if constant.kind is ConstantKind.DATE and isinstance(old, PartialDate):
            new = _like(self._drawn([one for one in view.distinct if isinstance(one, PartialDate)]), old)
            if new == old:
                raise _Untold
            self._say(mention, _date_said(new))
            return replace(constant, values=(new,))
        raise _Untold

    def _text(self, old: str, view: View, *, whole: bool) -> str:
        if old in self.texts:
            return self.texts[old]
        taken = {text_key(text) for text in (old, *self.texts, *self.texts.values())}
        drawn = self._drawn(
            [one for one in view.distinct if isinstance(one, Text) and text_key(one.written) not in taken]
        )
        new = drawn.written if whole else _phrase(drawn.written, len(text_words(old).split()), self.random)
        if text_key(new) in taken:
            raise _Untold
        self._say(_mention(Constant(ConstantKind.TEXT, (old,)), self.linking), _as_said(new))
        self.texts[old] = new
        return new

    def _drawn(self, fitting: Sequence[_Value]) -> _Value:
        if not fitting:
            raise _Untold
        return fitting[int(self.random.integers(len(fitting)))]

    def _say(self, mention: Mention, text: str) -> None:
        if mention.source not in _SAID_SO:
            raise _Untold
        _say_instead(self.said, mention.start, mention.end, text)


def _mention(constant: Constant, linking: Linking) -> Mention:
    mention = next((one for one in linking.mentions if one.constant == constant), None)
    if mention is None:
        raise _Untold
    return mention


def _say_instead(said: dict[tuple[int, int], str], start: int, end: int, text: str) -> None:
    if not text or len(text) > _LONGEST_CELL:
        raise _Untold
    if any(first < end and start < last for first, last in said):
        raise _Untold
    said[start, end] = text


def _as_said(cell: str) -> str:
    return " ".join(_UNSAID.sub(" ", cell).lower().split())


def _phrase(cell: str, length: int, random: np.random.Generator) -> str:
    words = text_words(_UNSAID.sub(" ", cell)).split()
    starts = [at for at in range(len(words) - length + 1) if len(words[at]) > 3]
    if not starts:
        raise _Untold
    start = starts[int(random.integers(len(starts)))]
    return " ".join(words[start : start + length])


def _written(amount: float, *, as_rank: bool) -> str:
    if as_rank:
        if amount != round(amount) or amount < 1:
            raise _Untold
        last = int(amount) % 10 if int(amount) % 100 not in (11, 12, 13) else 0
        return f"{int(amount)}{_RANK_ENDINGS.get(last, 'th')}"
    if amount != round(amount):
        return f"{amount:g}"
    return f"{int(amount):,}" if abs(amount) >= 10_000 else str(int(amount))


def _like(date: PartialDate, model: PartialDate) -> PartialDate:
    """The parts of a date that the model has; what it has more is missing."""
    parts = {name: getattr(date, name) for name in ("year", "month", "day") if getattr(model, name) is not None}
    if None in parts.values() or model.hour is not None:
        raise _Untold
    return PartialDate(**parts)


def _date_said(date: PartialDate) -> str:
    month = "" if date.month is None else _MONTHS[date.month - 1]
    if date.day is None:
        return f"{month} {'' if date.year is None else date.year}".strip()
    return f"{month} {date.day}" + ("" if date.year is None else f", {date.year}")


def _with(linking: Linking, said: Mapping[tuple[int, int], str]) -> str:
    """The question with other words for some of its tokens."""
    question = linking.question
    for (start, end), text in sorted(said.items(), reverse=True):
        first, last = linking.tokens[start].start, linking.tokens[end - 1].end
        question = question[:first] + text + question[last:]
    return question


def _moved(
    step: Step,
    columns: Mapping[ViewReference, ViewReference],
    wanted: Mapping[Constant, Constant],
    candidates: Candidates,
) -> Step:
    column = None if step.column is None else columns[step.column]
    if column is not None and column not in candidates.column_index:
        raise _Untold
    constant = None
    if step.constant is not None:
        constant = _offered(wanted[step.constant], candidates)
    return replace(step, column=column, constant=constant)


def _offered(wanted: Constant, candidates: Candidates) -> Constant:
    """The constant of the question told anew that is meant; texts go by their keys, the words of a choice by none."""
    for one in candidates.constants:
        if one.kind is wanted.kind and (one.kind is ConstantKind.CHOICE or _keys(one) == _keys(wanted)):
            return one
    raise _Untold


def _keys(constant: Constant) -> frozenset[str] | None:
    texts = constant.kind in (ConstantKind.TEXT, ConstantKind.TEXTS)
    return frozenset(text_key(str(one)) for one in constant.values) if texts else frozenset((str(constant.values),))


def _checked(before: Told, told: Told) -> Retold:
    """The question told anew, if its program does there what it did before: each step matters, one answer stays one."""
    results = execute(told.program, told.grounding)
    answer = answer_of(told.program, results, told.grounding)
    if not answer.defined:
        raise _Untold
    everything = int(told.grounding.countable.sum())
    sizes = []
    for step, result in zip(told.program, results, strict=True):
        if result.kind is not Kind.ROWS:
            sizes.append(NO_ROWS)
            continue
        size = int(result.value.sum())
        given = [results[reference].value for reference in step.references if results[reference].kind is Kind.ROWS]
        if not size or any(np.array_equal(result.value, one) for one in given):
            raise _Untold
        sizes.append(size_bucket(size, everything))
    was = execute(before.program, before.grounding)
    old = answer_of(before.program, was, before.grounding)
    if (len(set(old.values)) == 1) != (len(set(answer.values)) == 1):
        raise _Untold
    encoded = told.candidates.encode(told.program, dict(OPERATION_IDS))
    programs = EncodedPrograms(encoded[None], np.array(sizes, dtype=np.int8)[None], np.zeros(1, dtype=np.float32))
    features = featurize(told.grounding, told.linking, told.candidates)
    return Retold(told.linking.question, features, programs)
