"""Values and figures as the page words them, and text made safe for Markdown."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Literal

from neural_programmer.execution.english_words import column_words, constant_words, value_words
from neural_programmer.execution.exact import CellPlace
from neural_programmer.language.kinds import Kind
from neural_programmer.language.operation import Operation
from neural_programmer.language.program import Program, Step
from neural_programmer.operations.registry import REGISTRY
from neural_programmer.response import Response
from neural_programmer.tables.constants import Constant, ConstantKind
from neural_programmer.tables.table import Table
from neural_programmer.tables.values import Number, ValueType
from neural_programmer.tables.views import ViewKind, ViewReference
from neural_programmer.ui.units import units_of

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|$~:^=&\"'/@])")
_CURRENCIES = frozenset("$€£¥")
# The operations whose number is in the unit of the column they read.
_KEEPS_UNIT = frozenset({"select", "number_of", "sum", "average", "maximum", "minimum", "range"})
_PLACES = {
    "{column}": "…",
    "{constant}": "k-th",
    "{rows}": "rows",
    "{other_rows}": "other rows",
    "{left}": "a",
    "{right}": "b",
}
# A number of four digits without a unit may be a year.
_SMALLEST_GROUPED = 10_000
_MINUS = "\u2212"
# Where the likeliest reading has less than this, it has more against it than for it.
_STANDS_OUT = 0.5
_CONFIDENCES = ((0.9, "Very sure"), (0.75, "Quite sure"), (0.5, "Fairly sure"), (0.3, "Unsure"), (-1.0, "Guessing"))


def escape_markdown(text: str) -> str:
    """The text with every character that Markdown could take for a sign escaped, on one line."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def confidence_in_words(confidence: float) -> str:
    """How sure the model is, with the share of such answers that were right on questions held out."""
    words = next(words for least, words in _CONFIDENCES if confidence >= least)
    return f"{words}: {_share(confidence)} on questions held out."


def guess_in_words(confidence: float) -> str:
    """Why an answer of so little confidence is not given."""
    return f"It would be a guess: answers like the likeliest one were {_share(confidence)} on questions held out."


def withheld_in_words(response: Response) -> list[str]:
    """Why no answer is given, in sentences: how often one like it would be right, and what speaks against it."""
    if not response.readings:
        return [f"{response.reason[:1].upper()}{response.reason[1:]}{'' if response.reason.endswith('.') else '.'}"]
    found = [guess_in_words(response.confidence)]
    if response.unused_words:
        words = ", ".join(f"“{word}”" for word in dict.fromkeys(response.unused_words))
        found.append(f"That one makes no use of {words}.")
    likeliest = response.readings[0].probability
    if len(response.readings) > 1 and likeliest < _STANDS_OUT:
        found.append(
            f"The question can be read in several ways with different answers, and none stands out: the likeliest "
            f"is {share_in_words(likeliest)} probable."
        )
    return found


def _share(confidence: float) -> str:
    tenths = min(max(round(confidence * 10), 0), 10)
    return {0: "hardly ever right", 10: "nearly always right"}.get(tenths, f"right about {tenths} times in 10")


def confidence_colour(confidence: float) -> Literal["green", "orange", "red"]:
    """A colour beside the words."""
    return "green" if confidence >= 0.75 else "orange" if confidence >= 0.5 else "red"


def share_in_words(share: float) -> str:
    """A probability in whole percent; what is little is not said to be nothing."""
    return "<1%" if 0 < share < 0.005 else f"{share:.0%}"


def number_in_words(number: float, unit: str | None = None) -> str:
    """A number with thousands separated (but not in what may be a year), at most four decimals, and its unit."""
    if not math.isfinite(number):
        return "undefined"
    rounded = round(number, 4) if abs(number) >= 0.001 else float(f"{number:.3g}")
    digits = f"{rounded:,}" if unit or abs(rounded) >= _SMALLEST_GROUPED else f"{rounded}"
    digits = digits.removesuffix(".0").replace("-", _MINUS)
    if not unit:
        return digits
    if unit in _CURRENCIES:
        return f"{_MINUS}{unit}{digits[1:]}" if digits.startswith(_MINUS) else f"{unit}{digits}"
    return f"{digits}{unit}" if unit == "%" else f"{digits} {unit}"


def answer_texts(response: Response) -> list[str]:
    """The answer's values: cells as written, numbers with the unit of their column, values with their counts."""
    unit = answer_unit(response.program, response.prepared.table, response.cells)
    return [value_text(value, unit) for value in response.answer]


def value_text(value: object, unit: str | None = None) -> str:
    """One value of an answer as a text."""
    if isinstance(value, tuple):
        first, count = value
        return f"{value_text(first)} ({value_text(count)})"
    if isinstance(value, int | float):
        return number_in_words(float(value), unit)
    return str(value)


def answer_unit(program: Program | None, table: Table, cells: Iterable[CellPlace] = ()) -> str | None:
    """The unit of a program's numbers, where they are values of a column that has one.

    Where the column has several, it is that of the ``cells`` which the answer was read from, if they have the same.
    """
    if program is None:
        return None
    last = program.steps[-1]
    if last.column is None or last.operation not in _KEEPS_UNIT or last.column.view.value_type is not ValueType.NUMBER:
        return None
    view = table.view(last.column)
    if len(units_of(view)) < 2:
        return view.unit
    values = [view.values[row] for row, column in cells if column == last.column.column]
    units = {value.unit for value in values if isinstance(value, Number)}
    return units.pop() if len(units) == 1 else None


def operation_label(name: str, of_dates: bool = False) -> str:
    """An operation as a chip has it: its phrase with "…" for the column and without what the other chips say.

    ``of_dates`` says whether its column holds dates: "is after" where numbers are "more than".
    """
    phrase = (REGISTRY[name].english_of_dates if of_dates else None) or REGISTRY[name].english
    for beginning in ("{rows} where {column} ", "{rows} with ", "{rows} "):
        phrase = phrase.removeprefix(beginning)
    phrase = phrase.removesuffix(" {constant}")
    for place, words in _PLACES.items():
        phrase = phrase.replace(place, words)
    return phrase


def step_label(step: Step) -> str:
    """A step in words, with the earlier steps it reads by their numbers: "the rows of #0 with the highest Points"."""
    operation = REGISTRY[step.operation]
    rows = [f"the rows of #{step.references[at]}" for at in _places_of(operation, Kind.ROWS, step)]
    numbers = [f"#{step.references[at]}" for at in _places_of(operation, Kind.NUMBER, step)]
    phrase = operation.english
    if step.column is not None and step.column.view.value_type is ValueType.DATE:
        phrase = operation.english_of_dates or phrase
    return phrase.format(
        **dict(zip(("rows", "other_rows"), rows, strict=False)),
        **dict(zip(("left", "right"), numbers, strict=False)),
        column=column_words(step.column) if step.column is not None else "",
        constant=constant_words(step.constant) if step.constant is not None else "",
    )


def _places_of(operation: Operation, kind: Kind, step: Step) -> list[int]:
    """Which of the step's references are of a kind."""
    return [at for at, found in enumerate(operation.signature.references[: len(step.references)]) if found is kind]


def view_label(reference: ViewReference) -> str:
    """A column view as a chip has it: "Released (date)"; the text of a column is the column itself."""
    if reference.view is ViewKind.TEXT:
        return reference.column
    return f"{reference.column} ({reference.view.replace('_', ' ')})"


def constant_label(constant: Constant) -> str:
    """A constant as a chip has it, without quotation marks; `neural_programmer.editing.read_constant` reads it."""
    if constant.kind in (ConstantKind.TEXT, ConstantKind.TEXTS):
        return "; ".join(str(value) for value in constant.values)
    if constant.kind is ConstantKind.ORDINAL:
        return str(constant.values[0])
    return " to ".join(value_words(value) for value in constant.values)


def counted(number: int, noun: str) -> str:
    """A number of things: "1 row", "2,000 rows"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def operation_summary(name: str) -> str:
    """What an operation does, in a sentence."""
    return REGISTRY[name].summary
