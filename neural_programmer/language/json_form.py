"""Programs as JSON values: a list of steps, each an object with its operation and arguments."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from neural_programmer.language.program import Program, Step
from neural_programmer.tables.constants import Constant, ConstantKind
from neural_programmer.tables.values import PartialDate
from neural_programmer.tables.views import ViewKind, ViewReference

_DATES = frozenset({ConstantKind.DATE, ConstantKind.DATE_RANGE})
_TEXTS = frozenset({ConstantKind.TEXT, ConstantKind.TEXTS, ConstantKind.CHOICE, ConstantKind.UNIT})


class ProgramJsonError(ValueError):
    """A JSON value is no program; the message names the step, what was expected and what came."""


def program_to_json(program: Program) -> list[dict[str, Any]]:
    """The steps as JSON values; arguments that a step lacks are left out."""
    return [_step_to_json(step) for step in program]


def _step_to_json(step: Step) -> dict[str, Any]:
    written: dict[str, Any] = {"operation": step.operation}
    if step.references:
        written["references"] = list(step.references)
    if step.column is not None:
        written["column"] = {"name": step.column.column, "view": str(step.column.view)}
    if step.constant is not None:
        values = [value.iso() if isinstance(value, PartialDate) else value for value in step.constant.values]
        written["constant"] = {"kind": str(step.constant.kind), "values": values}
    return written


def program_from_json(value: object) -> Program:
    """The program that ``program_to_json`` wrote; ``ProgramJsonError`` where the value has another shape."""
    if not isinstance(value, Sequence) or isinstance(value, str) or not value:
        raise ProgramJsonError(f"expected a list of steps, but found {_shown(value)}")
    return Program(tuple(_step_from_json(number, step) for number, step in enumerate(value)))


def _step_from_json(number: int, value: object) -> Step:
    try:
        fields = _fields(value, {"operation"}, {"references", "column", "constant"})
        references = fields.get("references", [])
        if not isinstance(references, list) or not all(type(reference) is int for reference in references):
            raise ProgramJsonError(f"expected references as a list of step numbers, but found {_shown(references)}")
        column = _column_from_json(fields["column"]) if "column" in fields else None
        constant = _constant_from_json(fields["constant"]) if "constant" in fields else None
        return Step(_text(fields["operation"], "operation"), tuple(references), column, constant)
    except ValueError as error:
        raise ProgramJsonError(f"step {number}: {error}") from None


def _column_from_json(value: object) -> ViewReference:
    fields = _fields(value, {"name", "view"}, set())
    return ViewReference(_text(fields["name"], "name"), ViewKind(_text(fields["view"], "view")))


def _constant_from_json(value: object) -> Constant:
    fields = _fields(value, {"kind", "values"}, set())
    kind = ConstantKind(_text(fields["kind"], "kind"))
    values = fields["values"]
    if not isinstance(values, list):
        raise ProgramJsonError(f"expected values as a list, but found {_shown(values)}")
    if kind in _TEXTS:
        return Constant(kind, tuple(_text(text, "values") for text in values))
    if kind in _DATES:
        return Constant(kind, tuple(PartialDate.parse_iso(_text(date, "values")) for date in values))
    wanted = (int,) if kind is ConstantKind.ORDINAL else (int, float)
    if not all(type(number) in wanted for number in values):
        raise ProgramJsonError(f"expected numbers as the values of a {kind} constant, but found {_shown(values)}")
    return Constant(kind, tuple(values) if kind is ConstantKind.ORDINAL else tuple(float(n) for n in values))


def _fields(value: object, needed: set[str], allowed: set[str]) -> Mapping[str, Any]:
    if not isinstance(value, dict) or not needed <= set(value) <= needed | allowed:
        names = ", ".join(sorted(needed)) + "".join(f", {name}?" for name in sorted(allowed))
        raise ProgramJsonError(f"expected an object with {names}, but found {_shown(value)}")
    return value


def _text(value: object, field: str) -> str:
    if not isinstance(value, str):
        raise ProgramJsonError(f"expected {field} as text, but found {_shown(value)}")
    return value


def _shown(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=repr)[:80]
