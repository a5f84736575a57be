"""A soft program in which everything is decided, read as the program that it is."""

from __future__ import annotations

from collections.abc import Sequence

from neural_programmer.execution.soft import StepDistributions
from neural_programmer.language.candidates import Candidates
from neural_programmer.language.grammar import Grammar
from neural_programmer.language.kinds import Kind
from neural_programmer.language.program import Program, Step
from neural_programmer.model.soft_steps import given_operation


def decided_program(
    steps: Sequence[StepDistributions], question: int, grammar: Grammar, candidates: Candidates
) -> Program:
    """The likeliest choice of everything for one question of a batch, up to the step that answers.

    It need not be well-typed: what a soft program puts into a wrong reference is an answer that it loses.
    """
    given = given_operation(grammar)
    # All questions of a batch have room for as many given numbers as the one that has most.
    room = steps[0].first_reference.shape[-1] - 1
    own = len(candidates.constants) if given is not None else 0
    written = [Step(grammar.names[grammar.first_operation])]
    if given is not None:
        written += [Step(grammar.names[given], constant=constant) for constant in candidates.constants]
    for step in steps:
        number = int(step.operation[question].argmax())
        signature = grammar.signatures[number]
        places = [int(one[question, number].argmax()) for one in (step.first_reference, step.second_reference)]
        references = tuple(
            place if place <= room and own else place - room + own for place in places[: len(signature.references)]
        )
        column = int(step.column[question, number].argmax()) if signature.columns else None
        constant = None
        if signature.constants:
            chances = step.lone_constant[question, number]
            if column is not None:
                chances = step.constant[question, number, column]
            constant = candidates.constants[int(chances[: len(candidates.constants)].argmax())]
        written.append(
            Step(
                grammar.names[number], references, candidates.columns[column] if column is not None else None, constant
            )
        )
        if signature.result is not Kind.ROWS and (signature.result is not Kind.NUMBER or step.stop[question] > 0.5):
            break
    return Program(tuple(written))
