"""Programs that are given and not searched for: written over a question's candidates, as the model writes them.

This is the setting of Reed and de Freitas 2016, "Neural Programmer-Interpreters", section 3.2: what is learned from are
whole programs, not answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from neural_programmer.data.features import featurize
from neural_programmer.execution.exact import answer_of, execute
from neural_programmer.execution.grounding import Grounding
from neural_programmer.execution.sizes import NO_ROWS, size_bucket
from neural_programmer.language.candidates import Candidates
from neural_programmer.language.kinds import Kind
from neural_programmer.language.program import Program, Step
from neural_programmer.language.validation import validate
from neural_programmer.operations.registry import OPERATION_NAMES, REGISTRY
from neural_programmer.operations.relations import RELATIONS
from neural_programmer.response import answer_items
from neural_programmer.search.consistent import EncodedPrograms
from neural_programmer.tables.constants import COMPARABLE
from neural_programmer.training.examples import Example, JudgedQuestion

_RELATIONS = {f"filter_{relation.name}": relation for relation in RELATIONS}
# Filters that may stand for one another, where they hold in the same rows.
_ALIKE = (
    ("filter_equals", "filter_any", "filter_contains", "filter_contains_any", "filter_has_item"),
    ("filter_equals", "filter_between", "filter_greater", "filter_greater_equal"),
    ("filter_less", "filter_less_equal"),
    ("filter_greater", "filter_greater_equal"),
    ("filter_not_equals", "filter_not_contains"),
)


class UnwritableError(ValueError):
    """A program that the model cannot write for a question; the message says what it lacks."""


def encode_given(
    program: Program, linked: JudgedQuestion, names: Sequence[str] = OPERATION_NAMES
) -> tuple[EncodedPrograms, tuple[str, ...]]:
    """The program over the question's candidates with the sizes of its results, and the items of its answer.

    ``names`` are the model's operations in its order. Raises ``InvalidProgramError`` and ``UnwritableError``.
    """
    validate(program, REGISTRY, linked.grounding.table)
    for step in program:
        if step.operation not in names:
            raise UnwritableError(f"the model was made without the operation {step.operation}")
        if step.column is not None and step.column not in linked.candidates.column_index:
            raise UnwritableError(f"the question offers no column {step.column.column!r} read as {step.column.view}")
        if step.constant is not None and step.constant not in linked.candidates.constant_index:
            raise UnwritableError(f"the question does not say {', '.join(map(str, step.constant.values))}")
    results = execute(program, linked.grounding)
    answer = answer_of(program, results, linked.grounding)
    if not answer.defined:
        raise UnwritableError("its program gives no answer on the table")
    encoded = linked.candidates.encode(program, {name: number for number, name in enumerate(names)})
    sizes = np.array([_size(result.kind, result.value, linked.grounding) for result in results], dtype=np.int8)
    programs = EncodedPrograms(encoded[None], sizes[None], np.zeros(1, dtype=np.float32))
    return programs, tuple(answer_items(program, answer.values))


def _size(kind: Kind, value: NDArray[np.generic], grounding: Grounding) -> int:
    if kind is not Kind.ROWS:
        return NO_ROWS
    return size_bucket(int(value.sum()), int(grounding.countable.sum()))


def given_example(program: Program, linked: JudgedQuestion) -> Example:
    """The question with the one program to learn, said in the question's words where it was written in others.

    Raises ``InvalidProgramError`` and ``UnwritableError``.
    """
    said = in_words_of(program, linked.grounding, linked.candidates)
    programs, _ = encode_given(said, linked)
    return Example(linked.id, featurize(linked.grounding, linked.linking, linked.candidates), programs)


def in_words_of(program: Program, grounding: Grounding, candidates: Candidates) -> Program:
    """The program with constants that the question offers, wherever one of them filters the same rows.

    Somebody who writes a program names the cell, "Los Angeles, United States"; the question says "los angeles".
    """
    return Program(tuple(_said(step, grounding, candidates) for step in program))


def _said(step: Step, grounding: Grounding, candidates: Candidates) -> Step:
    column, constant = step.column, step.constant
    offered = constant in candidates.constant_index and (column is None or column in candidates.column_index)
    if constant is None or column is None or step.operation not in _RELATIONS or offered:
        return step
    wanted = grounding.match(_RELATIONS[step.operation], column, constant)
    families = [family for family in _ALIKE if step.operation in family]
    for name in dict.fromkeys((step.operation, *(name for family in families for name in family))):
        relation = _RELATIONS[name]
        for view in (one for one in candidates.columns if one.column == column.column):
            value_type = view.view.value_type
            for other in candidates.constants if value_type in relation.columns else ():
                if (
                    other.kind in relation.constants
                    and other.kind in COMPARABLE[value_type]
                    and np.array_equal(grounding.match(relation, view, other), wanted)
                ):
                    return replace(step, operation=name, column=view, constant=other)
    return step
