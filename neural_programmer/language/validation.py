"""What makes a program valid: kinds, references, columns and constants that fit, and no step in vain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from neural_programmer.language.grammar import ANSWER_KINDS, MAX_STEPS
from neural_programmer.language.operation import Operation
from neural_programmer.language.program import Program, Step
from neural_programmer.tables.constants import COMPARABLE, Constant, ConstantKind
from neural_programmer.tables.values import PartialDate

if TYPE_CHECKING:
    from neural_programmer.tables.table import Table


class InvalidProgramError(ValueError):
    """A program breaks a rule of the language; the message names the step, what was expected and what came."""


def validate(program: Program, registry: Mapping[str, Operation], table: Table | None = None) -> None:
    """Raises ``InvalidProgramError`` at the first step that breaks a rule; with a table, columns must be its own."""
    if not 1 < len(program) <= MAX_STEPS:
        raise InvalidProgramError(f"a program has 2 to {MAX_STEPS} steps, but this has {len(program)}")
    for number, step in enumerate(program):
        _check_operation(number, step, registry)
        _check_references(number, step, program, registry)
        _check_column(number, step, registry[step.operation], table)
        _check_constant(number, step, registry[step.operation])
    _check_ending(program, registry)


def _wrong(number: int, step: Step, problem: str) -> InvalidProgramError:
    return InvalidProgramError(f"step #{number}, {step.operation}: {problem}")


def _listed(names: object) -> str:
    return " or ".join(sorted(str(name) for name in names)) if isinstance(names, frozenset) else str(names)


def _check_operation(number: int, step: Step, registry: Mapping[str, Operation]) -> None:
    if step.operation not in registry:
        raise _wrong(number, step, f"there is no such operation; there are {', '.join(registry)}")
    if (number == 0) != (step.operation == "all_rows"):
        raise _wrong(number, step, "all_rows stands at step #0 and nowhere else")


def _check_references(number: int, step: Step, program: Program, registry: Mapping[str, Operation]) -> None:
    wanted = registry[step.operation].signature.references
    if len(step.references) != len(wanted):
        raise _wrong(number, step, f"expected {len(wanted)} earlier steps, but found {len(step.references)}")
    for reference, kind in zip(step.references, wanted, strict=True):
        if not 0 <= reference < number:
            raise _wrong(number, step, f"expected an earlier step, but found #{reference}")
        found = registry[program.steps[reference].operation].signature.result
        if found is not kind:
            raise _wrong(number, step, f"expected a step that gives {kind}, but #{reference} gives {found}")


def _check_column(number: int, step: Step, operation: Operation, table: Table | None) -> None:
    wanted = operation.signature.columns
    if (step.column is not None) != bool(wanted):
        expected = f"a column of type {_listed(wanted)}" if wanted else "no column"
        raise _wrong(number, step, f"expected {expected}, but found {step.column.column if step.column else 'none'}")
    if step.column is None:
        return
    if step.column.view.value_type not in wanted:
        came = f"{step.column.column!r} read as {step.column.view}"
        raise _wrong(number, step, f"expected a column of type {_listed(wanted)}, but found {came}")
    if table is not None:
        try:
            table.view(step.column)
        except KeyError as error:
            raise _wrong(number, step, str(error.args[0])) from None


def _check_constant(number: int, step: Step, operation: Operation) -> None:
    wanted = operation.signature.constants
    if (step.constant is not None) != bool(wanted):
        expected = f"a constant of kind {_listed(wanted)}" if wanted else "no constant"
        raise _wrong(number, step, f"expected {expected}, but found {step.constant.kind if step.constant else 'none'}")
    if step.constant is None:
        return
    if step.column is not None:
        wanted &= COMPARABLE[step.column.view.value_type]
    if step.constant.kind not in wanted:
        raise _wrong(number, step, f"expected a constant of kind {_listed(wanted)}, but found {step.constant.kind}")
    problem = _problem_with(step.constant)
    if problem:
        raise _wrong(number, step, problem)


_LENGTHS = {ConstantKind.NUMBER_RANGE: 2, ConstantKind.DATE_RANGE: 2, ConstantKind.CHOICE: 2}
_TYPES: dict[ConstantKind, type | tuple[type, ...]] = {
    ConstantKind.TEXT: str,
    ConstantKind.TEXTS: str,
    ConstantKind.NUMBER: (float, int),
    ConstantKind.NUMBER_RANGE: (float, int),
    ConstantKind.DATE: PartialDate,
    ConstantKind.DATE_RANGE: PartialDate,
    ConstantKind.ORDINAL: int,
    ConstantKind.CHOICE: str,
    ConstantKind.UNIT: str,
}


def _problem_with(constant: Constant) -> str:
    """What is wrong with a constant's values, empty where nothing is."""
    values = constant.values
    count = _LENGTHS.get(constant.kind, 1)
    if constant.kind is ConstantKind.TEXTS:
        if len(values) < 2:
            return f"expected two texts or more, but found {len(values)}"
    elif len(values) != count:
        return f"expected {count} values in a constant of kind {constant.kind}, but found {len(values)}"
    for value in values:
        if not isinstance(value, _TYPES[constant.kind]) or isinstance(value, bool):
            return f"expected values of kind {constant.kind}, but found {value!r}"
        if isinstance(value, float) and not abs(value) < float("inf"):
            return f"expected a finite number, but found {value}"
        if constant.kind is ConstantKind.ORDINAL and isinstance(value, int) and value < 1:
            return f"expected an ordinal of 1 or more, but found {value}"
    return ""


def _check_ending(program: Program, registry: Mapping[str, Operation]) -> None:
    used = {reference for step in program for reference in step.references}
    for number in range(1, len(program) - 1):
        if number not in used:
            raise _wrong(number, program.steps[number], "expected every step but the last to be used by a later one")
    last = program.steps[-1]
    result = registry[last.operation].signature.result
    if result not in ANSWER_KINDS:
        raise _wrong(
            len(program) - 1, last, f"expected the last step to give {_listed(ANSWER_KINDS)}, but it gives {result}"
        )
