"""The English meaning of programs: one sentence that restates what is computed.

An operation's phrase may begin in two ways that are put together with what is known of its rows already:
``{rows} where …`` adds a clause ("the rows where A and B"), ``{rows} with …`` a superlative, which stands before the
clauses ("the row with the highest Points where A"). Every other phrase is taken as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from neural_programmer.execution.english_words import alternatives, column_words, constant_words
from neural_programmer.execution.exact import StepResult, execute
from neural_programmer.execution.grounding import Grounding
from neural_programmer.language.kinds import Kind
from neural_programmer.language.program import Program, Step
from neural_programmer.operations.registry import REGISTRY
from neural_programmer.tables.table import Table
from neural_programmer.tables.values import ValueType

_WHERE = "{rows} where "
_WITH = "{rows} with "
_SUMS = ("add", "subtract", "multiply", "divide")


@dataclass(frozen=True, slots=True)
class _RowsWords:
    """A row set in words.

    ``fixed`` is a phrase that cannot take clauses inside; without it the words are made of "the rows", a ``quality``
    ("with the highest Points") and ``clauses``. ``limits`` are clauses that restrict a fixed phrase.
    """

    is_one: bool
    quality: str = ""
    clauses: tuple[str, ...] = ()
    fixed: str = ""
    limits: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether a clause or a quality can still be added inside."""
        return not self.fixed and not self.quality

    @property
    def is_everything(self) -> bool:
        return self.is_open and not self.clauses

    def words(self, determiner: str = "the ", is_one: bool | None = None) -> str:
        """ "the row with …", "the rows where …", "all rows"."""
        if self.fixed:
            return self.fixed + (f", only where {_joined(self.limits)}" if self.limits else "")
        if self.is_everything:
            return "all rows" if determiner else "rows"
        noun = "row" if (self.is_one if is_one is None else is_one) else "rows"
        where = f" where {_joined(self.clauses)}" if self.clauses else ""
        return f"{determiner}{noun}{self.quality and ' '}{self.quality}{where}"

    def counted(self) -> str:
        """The words after "the number of"."""
        if not self.fixed:
            return self.words("", is_one=False)
        for beginning in ("all rows", "the rows", "the row", "the total rows"):
            if self.fixed.startswith(f"{beginning} ") or self.fixed == beginning:
                plural = beginning.split(" ", 1)[1].removesuffix("s") + "s"
                return plural + self.words().removeprefix(beginning)
        return f"rows in {self.words()}"


def _joined(clauses: tuple[str, ...]) -> str:
    """Clauses joined by "and", after a comma where the one before has alternatives or names rows of its own."""
    text = clauses[0]
    for before, clause in pairwise(clauses):
        is_long = any(word in before for word in (" where ", " with ", " or "))
        text += f"{',' if is_long else ''} and {clause}"
    return text


def explain(program: Program, table: Table | Grounding | None = None) -> str:
    """One sentence that restates the program; with a table, one row and several are told apart."""
    grounding = Grounding(table) if isinstance(table, Table) else table
    results = execute(program, grounding) if grounding is not None else None
    words: list[_RowsWords | str] = []
    for number, step in enumerate(program):
        words.append(_step_words(step, words, program, _is_one(step, results[number] if results else None)))
    last = words[-1]
    sentence = last.words() if isinstance(last, _RowsWords) else last
    return f"{sentence[:1].upper()}{sentence[1:]}."


def _is_one(step: Step, result: StepResult | None) -> bool:
    """Whether the step gives one row; without a table, whether it usually does."""
    if result is not None and result.kind is Kind.ROWS:
        return int(np.count_nonzero(result.value)) == 1
    return not step.operation.startswith("filter")


def _step_words(step: Step, words: list[_RowsWords | str], program: Program, is_one: bool) -> _RowsWords | str:
    operation = REGISTRY[step.operation]
    phrase = operation.english
    if step.column is not None and step.column.view.value_type is ValueType.DATE:
        phrase = operation.english_of_dates or phrase
    given = [words[reference] for reference in step.references]
    rows = [found for found in given if isinstance(found, _RowsWords)]
    numbers = [
        f"({found})" if program.steps[reference].operation in _SUMS and step.operation in _SUMS else found
        for reference, found in zip(step.references, given, strict=True)
        if isinstance(found, str)
    ]
    places = dict(zip(("left", "right"), numbers, strict=False))
    if step.column is not None:
        needs_article = "where {column}" in phrase or "of {column}" in phrase
        places["column"] = column_words(step.column, "the " if needs_article else "")
    if step.constant is not None:
        places["constant"] = constant_words(step.constant)
    if len(rows) > 1:
        places["other_rows"] = rows[1].words()
    if operation.signature.result is Kind.ROWS:
        return _rows_words(step, phrase, places, rows, is_one)
    if rows:
        places["rows"] = rows[0].counted() if "number of {rows}" in phrase else rows[0].words()
    return phrase.format(**places)


def _rows_words(step: Step, phrase: str, places: dict[str, str], rows: list[_RowsWords], is_one: bool) -> _RowsWords:
    if step.operation == "all_rows":
        return _RowsWords(is_one=False)
    if step.operation in ("union", "intersect") and all(one.is_open and one.clauses for one in rows):
        return _RowsWords(is_one, clauses=_combined(step.operation, rows))
    if phrase.startswith(_WHERE):
        clause = phrase.removeprefix(_WHERE).format(**places)
        if rows[0].is_open:
            return _RowsWords(is_one, clauses=(*rows[0].clauses, clause))
        limits = rows[0].limits if rows[0].fixed else ()
        fixed = rows[0].fixed or rows[0].words()
        return _RowsWords(is_one, fixed=fixed, limits=(*limits, clause))
    if phrase.startswith(_WITH):
        quality = phrase.removeprefix("{rows} ").format(**places).replace("with the first ", "with the ", 1)
        if rows[0].is_open:
            return _RowsWords(is_one, quality=quality, clauses=rows[0].clauses)
        among = rows[0].words(is_one=False)
        return _RowsWords(is_one, fixed=f"the {'row' if is_one else 'rows'} {quality} among {among}")
    if rows:
        places["rows"] = rows[0].words()
        if rows[0].is_everything and " of {rows}" in phrase:
            phrase = phrase.replace(" of {rows}", " row")
    return _RowsWords(is_one, fixed=phrase.format(**places))


def _combined(operation: str, rows: list[_RowsWords]) -> tuple[str, ...]:
    """The clauses of two row sets that are nothing but clauses, as clauses of one."""
    if operation == "intersect":
        return tuple(dict.fromkeys((*rows[0].clauses, *rows[1].clauses)))
    either = alternatives([_joined(one.clauses) for one in rows])
    return (f"either {either}" if any(len(one.clauses) > 1 for one in rows) else either,)
