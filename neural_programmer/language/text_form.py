"""The text form of programs: one step a line, or steps separated by semicolons; it round-trips.

    #0 = all_rows()
    #1 = filter_greater(#0, "Points":number, 5)
    #2 = select(#1, "Name":text)

Constants are written "text", ["several", "texts"], 5, 5..10, @1950-05-21, @1990..@1999, ^3 (an ordinal),
"yes"|"no" (the words of an answer) and unit "years".
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from neural_programmer.language.program import Program, Step
from neural_programmer.tables.constants import Constant, ConstantKind
from neural_programmer.tables.values import PartialDate
from neural_programmer.tables.views import ViewKind, ViewReference


class ProgramTextError(ValueError):
    """A text is no program; the message names the line, what was expected and what came."""


def write_program(program: Program, separator: str = "\n") -> str:
    """The text form; ``separator`` may be ``"; "`` for one line."""
    return separator.join(f"#{number} = {write_step(step)}" for number, step in enumerate(program))


def write_step(step: Step) -> str:
    """One step without its number, as in ``filter_greater(#0, "Points":number, 5)``."""
    arguments = [f"#{reference}" for reference in step.references]
    if step.column is not None:
        arguments.append(f"{_quoted(step.column.column)}:{step.column.view}")
    if step.constant is not None:
        arguments.append(write_constant(step.constant))
    return f"{step.operation}({', '.join(arguments)})"


def write_constant(constant: Constant) -> str:
    """A constant as it stands in the text form."""
    match constant.kind:
        case ConstantKind.TEXT:
            return _quoted(str(constant.values[0]))
        case ConstantKind.TEXTS:
            return f"[{', '.join(_quoted(str(text)) for text in constant.values)}]"
        case ConstantKind.ORDINAL:
            return f"^{constant.values[0]}"
        case ConstantKind.CHOICE:
            return "|".join(_quoted(str(word)) for word in constant.values)
        case ConstantKind.UNIT:
            return f"unit {_quoted(str(constant.values[0]))}"
        case _:
            return "..".join(_written_value(value) for value in constant.values)


def _written_value(value: str | float | PartialDate) -> str:
    return f"@{value.iso()}" if isinstance(value, PartialDate) else write_number(float(value))


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def write_number(number: float) -> str:
    """The shortest text that reads back as this finite number, without ``.0`` where it is whole."""
    if not math.isfinite(number):
        raise ValueError(f"a constant must be finite, not {number}")
    return repr(number).removesuffix(".0")


_NUMBER = r"[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?"
_TOKENS = re.compile(
    rf"""(?P<space>[ \t\r]+)
    |(?P<newline>\n)
    |(?P<reference>\#\d+)
    |(?P<ordinal>\^\d+)
    |(?P<date>@[0-9Xx:T-]+)
    |(?P<number>{_NUMBER})
    |(?P<text>"(?:[^"\\\n]|\\.)*")
    |(?P<name>[A-Za-z_]\w*)
    |(?P<range>\.\.)
    |(?P<sign>[=(),:;|\[\]])
    |(?P<unknown>.)""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    written: str
    line: int


def _tokens(text: str) -> list[_Token]:
    tokens = []
    line = 1
    for match in _TOKENS.finditer(text):
        kind, written = str(match.lastgroup), match.group()
        if kind != "space":
            tokens.append(_Token(kind, written, line))
        line += kind == "newline"
    return [*tokens, _Token("end", "the end", line)]


def read_program(text: str) -> Program:
    """The program a text writes; ``ProgramTextError`` names the line, what was expected and what came.

    Only the form is read here; see ``language.validation`` for what makes a program valid.
    """
    return _Reader(_tokens(text)).program()


class _Reader:
    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0

    @property
    def _token(self) -> _Token:
        return self._tokens[self._at]

    def _error(self, expected: str) -> ProgramTextError:
        came = "a new line" if self._token.kind == "newline" else self._token.written
        return ProgramTextError(f"line {self._token.line}: expected {expected}, but found {came}")

    def _take(self, kind: str, expected: str, written: str | None = None) -> str:
        token = self._token
        if token.kind != kind or (written is not None and token.written != written):
            raise self._error(expected)
        self._at += 1
        return token.written

    def _accept(self, written: str) -> bool:
        found = self._token.kind in {"sign", "range"} and self._token.written == written
        self._at += found
        return found

    def program(self) -> Program:
        steps: list[Step] = []
        self._skip_separators()
        while self._token.kind != "end":
            steps.append(self._step(len(steps)))
            if self._token.kind not in {"newline", "end"} and self._token.written != ";":
                raise self._error("a new line or ; after the step")
            self._skip_separators()
        if not steps:
            raise self._error("a step such as #0 = all_rows()")
        return Program(tuple(steps))

    def _skip_separators(self) -> None:
        while self._token.kind == "newline" or (self._token.kind, self._token.written) == ("sign", ";"):
            self._at += 1

    def _step(self, number: int) -> Step:
        self._take("reference", f"#{number}, the number of the step", f"#{number}")
        self._take("sign", f"= after #{number}", "=")
        operation = self._take("name", "the name of an operation")
        self._take("sign", f"( after {operation}", "(")
        references: list[int] = []
        column: ViewReference | None = None
        constant: Constant | None = None
        closed = self._accept(")")
        while not closed:
            if self._token.kind == "reference" and column is None and constant is None:
                references.append(int(self._take("reference", "a step")[1:]))
            elif self._is_column() and column is None and constant is None:
                column = self._column()
            elif constant is None:
                constant = self._constant()
            else:
                raise self._error(") after the constant")
            closed = self._accept(")")
            if not closed:
                self._take("sign", ", or ) after an argument", ",")
        return Step(operation, tuple(references), column, constant)

    def _is_column(self) -> bool:
        following = self._tokens[min(self._at + 1, len(self._tokens) - 1)]
        return self._token.kind == "text" and (following.kind, following.written) == ("sign", ":")

    def _column(self) -> ViewReference:
        name = self._text()
        self._take("sign", ": after the column's name", ":")
        known = ", ".join(ViewKind)
        if self._token.kind != "name" or self._token.written not in set(ViewKind):
            raise self._error(f"how to read the column ({known})")
        return ViewReference(name, ViewKind(self._take("name", "a view")))

    def _text(self) -> str:
        written = self._take("text", "a text in double quotes")
        try:
            return str(json.loads(written))
        except ValueError:
            self._at -= 1
            raise self._error("a text in double quotes, escaped as in JSON") from None

    def _constant(self) -> Constant:
        match self._token.kind:
            case "text":
                text = self._text()
                if self._accept("|"):
                    return Constant(ConstantKind.CHOICE, (text, self._text()))
                return Constant(ConstantKind.TEXT, (text,))
            case "name" if self._token.written == "unit":
                self._at += 1
                return Constant(ConstantKind.UNIT, (self._text(),))
            case "ordinal":
                return Constant(ConstantKind.ORDINAL, (int(self._take("ordinal", "an ordinal")[1:]),))
            case "number":
                return self._one_or_range(self._number, ConstantKind.NUMBER, ConstantKind.NUMBER_RANGE)
            case "date":
                return self._one_or_range(self._date, ConstantKind.DATE, ConstantKind.DATE_RANGE)
        if self._accept("["):
            texts = [self._text()]
            while self._accept(","):
                texts.append(self._text())
            self._take("sign", ", or ] after a text", "]")
            return Constant(ConstantKind.TEXTS, tuple(texts))
        raise self._error('an argument: #0, "Column":text, "a text", ["texts"], 5, 5..10, @1950-05-21 or ^3')

    def _one_or_range(self, read: Callable[[], float | PartialDate], one: ConstantKind, two: ConstantKind) -> Constant:
        lower = read()
        return Constant(two, (lower, read())) if self._accept("..") else Constant(one, (lower,))

    def _number(self) -> float:
        number = float(self._take("number", "a number after .."))
        if not math.isfinite(number):
            self._at -= 1
            raise self._error("a finite number")
        return number

    def _date(self) -> PartialDate:
        written = self._take("date", "a date such as @1950-05-21 after ..")
        try:
            return PartialDate.parse_iso(written[1:])
        except ValueError as error:
            self._at -= 1
            raise ProgramTextError(f"line {self._token.line}: {error}") from None
