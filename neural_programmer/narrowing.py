"""Follow-up questions that add a condition: "and only those after 2005?", "of these, which are from Japan?"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from neural_programmer.execution.plainness import PLAINER
from neural_programmer.language.program import Program, Step
from neural_programmer.prepared import PreparedTable
from neural_programmer.tables.constants import COMPARABLE, Constant, ConstantKind
from neural_programmer.tables.matching.linking import CueKind, Linking, Mention
from neural_programmer.tables.views import ViewKind, ViewReference

_ONLY = frozenset({"only", "just"})
_OF, _THOSE = frozenset({"of", "among"}), frozenset({"those", "these", "them"})
# What a cue makes of a comparison, and the cues that come along with those and say nothing more.
_COMPARISONS = {
    CueKind.AT_LEAST: "filter_greater_equal",
    CueKind.AT_MOST: "filter_less_equal",
    CueKind.AFTER: "filter_greater",
    CueKind.COMPARATIVE_GREATER: "filter_greater",
    CueKind.BEFORE: "filter_less",
    CueKind.COMPARATIVE_LESS: "filter_less",
    CueKind.NEGATION: "filter_not_equals",
    CueKind.BETWEEN: "filter_between",
}
_SILENT = frozenset({CueKind.NEXT, CueKind.PREVIOUS, CueKind.DIFFERENCE})
_OF_TIME = frozenset({CueKind.AFTER, CueKind.BEFORE})
_RANGES = frozenset({ConstantKind.NUMBER_RANGE, ConstantKind.DATE_RANGE})
# What a constant is read as first: "2005" is a year where the table has dates.
_KINDS = (
    (ConstantKind.DATE_RANGE, ConstantKind.DATE),
    (ConstantKind.TEXT,),
    (ConstantKind.NUMBER_RANGE, ConstantKind.NUMBER),
)
_VIEWS = frozenset({ViewKind.TEXT, ViewKind.NUMBER, ViewKind.DATE})
_LOOSER = {plain: said for said, plain in PLAINER.items()}


def narrows(linking: Linking) -> bool:
    """Whether a question's words say that it narrows the answer before: "only", "of those"."""
    keys = [token.key for token in linking.tokens]
    of_those = any(one in _OF and other in _THOSE for one, other in pairwise(keys))
    return of_those or not _ONLY.isdisjoint(keys)


def narrowed(program: Program, linking: Linking, named: range, prepared: PreparedTable) -> Iterator[list[Program]]:
    """The program with the condition that the question names, for the first of its steps to read.

    Gives lists of programs, the better readings of the condition first; those of one list are equally good.
    """
    operation = _operation(linking, named)
    if operation is None or program.steps[0].operation not in {"all_rows", "total_rows"}:
        return
    mentions = _widest(linking, named)
    about = {match.column for match in linking.column_matches if _within(match.start, match.end, named)}
    dated = _is_dated(mentions, linking, named, prepared)
    for kinds in _KINDS:
        found = [
            mention for mention in mentions if mention.constant.kind in kinds and _explains(mention, linking, named)
        ]
        for loosely in (False, True):
            steps = [step for mention in found for step in _steps(mention.constant, operation, prepared, loosely)]
            named_ones = [step for step in steps if step.column is not None and step.column.column in about]
            yield [_with_condition(program, step) for step in dict.fromkeys(named_ones)]
            if not dated or kinds is _KINDS[0]:
                yield [_with_condition(program, step) for step in dict.fromkeys(steps)]


def _is_dated(mentions: list[Mention], linking: Linking, named: range, prepared: PreparedTable) -> bool:
    """Whether the condition is about time: "after", or a year where there are dates.

    Then it is compared with other numbers only where their column is named.
    """
    if any(cue.kind in _OF_TIME and _within(cue.start, cue.end, named) for cue in linking.cues):
        return True
    return any(mention.constant.kind in _KINDS[0] for mention in mentions) and any(
        view.view is ViewKind.DATE for view in prepared.table.view_references
    )


def _operation(linking: Linking, named: range) -> str | None:
    """The comparison that the cues ask for, equality without any; nothing where they ask for something else."""
    cues = {cue.kind for cue in linking.cues if _within(cue.start, cue.end, named)} - _SILENT
    operations = {_COMPARISONS.get(cue, "") for cue in cues}
    return operations.pop() if len(operations) == 1 else "filter_equals" if not operations else None


def _widest(linking: Linking, named: range) -> list[Mention]:
    """The mentions that take up the most words: "between 1980 and 1990", not "1980"."""
    found = [mention for mention in linking.mentions if _within(mention.start, mention.end, named)]
    longest = max((mention.end - mention.start for mention in found), default=0)
    return [mention for mention in found if mention.end - mention.start == longest]


def _explains(mention: Mention, linking: Linking, named: range) -> bool:
    """Whether every word that says something is in the mention, in a column's name or in a cue."""
    spans = [(mention.start, mention.end)]
    spans += [(match.start, match.end) for match in linking.column_matches]
    spans += [(cue.start, cue.end) for cue in linking.cues]
    said = {at for start, end in spans for at in range(start, end)}
    tokens = linking.tokens
    return all(at in said or tokens[at].is_stop or not tokens[at].key[:1].isalnum() for at in named)


def _steps(constant: Constant, operation: str, prepared: PreparedTable, loosely: bool) -> Iterator[Step]:
    if constant.kind in _RANGES:
        if operation not in {"filter_equals", "filter_between"}:
            return
        operation = "filter_between"
    elif operation == "filter_between":
        return
    if loosely:
        if operation not in _LOOSER:
            return
        operation = _LOOSER[operation]
    for view in prepared.table.view_references:
        if view.view in _VIEWS and constant.kind in COMPARABLE[view.view.value_type]:
            yield _step(operation, view, constant)


def _step(operation: str, view: ViewReference, constant: Constant) -> Step:
    return Step(operation, (0,), view, constant)


def _with_condition(program: Program, condition: Step) -> Program:
    """The condition after the first step; whatever read all rows reads those it leaves."""
    rest = [
        replace(step, references=tuple(reference + 1 for reference in step.references)) for step in program.steps[1:]
    ]
    return Program((program.steps[0], condition, *rest))


def _within(start: int, end: int, named: range) -> bool:
    return named.start <= start and end <= named.stop
