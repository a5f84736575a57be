"""The gold logical forms of WikiTableQuestions translated into programs, where our language can say the same.

The forms are lambda DCS (Liang 2013; Pasupat and Liang 2015, section 4): `(r.city c.bergen)` are the rows whose city is
Bergen, `(!r.year ROWS)` the years of rows, `(@!p.num CELLS)` the numbers written in cells, `(argmax 1 1 SET FUNCTION)`
the members of a set for which a function is greatest.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from neural_programmer.data.gold_forms import Expression, written
from neural_programmer.gold_names import find_cells, find_column
from neural_programmer.language.kinds import Kind
from neural_programmer.language.program import Program, Step
from neural_programmer.language.validation import InvalidProgramError, validate
from neural_programmer.operations.registry import REGISTRY
from neural_programmer.tables.constants import Constant, ConstantKind
from neural_programmer.tables.table import Table
from neural_programmer.tables.values import PartialDate
from neural_programmer.tables.views import ViewKind, ViewReference

# How a form reads a cell, and the views that read it so, the first that the column has.
_READINGS = {
    "num": (ViewKind.NUMBER, ViewKind.YEAR),
    "num2": (ViewKind.SECOND_NUMBER,),
    "date": (ViewKind.DATE, ViewKind.NUMBER),
    "part": (ViewKind.LIST,),
}
_COMPARISONS = {
    "=": "filter_equals",
    "!=": "filter_not_equals",
    ">": "filter_greater",
    ">=": "filter_greater_equal",
    "<": "filter_less",
    "<=": "filter_less_equal",
}
_TOTALS = {"count": "count", "sum": "sum", "avg": "average", "max": "maximum", "min": "minimum"}
_EVERY: Expression = ("@type", "@row")


class Untranslatable(Exception):
    """A form that the language cannot say; the message is the reason, the same for all forms of a kind."""


@dataclass(frozen=True, slots=True)
class _Cells:
    """The cells of a column in the rows of a step, read in some way ("" for the cells as they are)."""

    rows: int
    column: str
    reading: str = ""


@dataclass(frozen=True, slots=True)
class _Result:
    """What a step gives, which is an answer already: a number, or the commonest values."""

    step: int


def translate(form: Expression, table: Table, *, whole_cells: bool = False) -> Program:
    """The program that says what the form says about the table; raises ``Untranslatable``.

    A form ends with the number or date in a cell where the annotators wanted that; ``whole_cells`` gives the cell.
    """
    writer = _Writer(table)
    found = writer.value(form)
    if isinstance(found, _Cells):
        reading = "" if whole_cells and found.reading in ("num", "date") else found.reading
        if reading == "part":
            raise Untranslatable("an item of a list as the answer")
        writer.step("select", (found.rows,), writer.view(found.column, reading))
    program = writer.program()
    try:
        validate(program, REGISTRY, table)
    except InvalidProgramError as error:
        raise Untranslatable("more steps than a program may have" if "7 steps" in str(error) else str(error)) from None
    return program


@dataclass
class _Writer:
    """Writes steps; a step that is there already is not written again."""

    table: Table
    steps: list[Step] = field(default_factory=lambda: [Step("all_rows")])

    def step(
        self,
        operation: str,
        references: tuple[int, ...],
        column: ViewReference | None = None,
        constant: Constant | None = None,
    ) -> int:
        new = Step(operation, references, column, constant)
        if new not in self.steps:
            self.steps.append(new)
        return self.steps.index(new)

    def program(self) -> Program:
        """The steps that the last one needs."""
        needed = {len(self.steps) - 1}
        for number in range(len(self.steps) - 1, -1, -1):
            if number in needed:
                needed.update(self.steps[number].references)
        kept = sorted(needed | {0})
        places = {old: new for new, old in enumerate(kept)}
        return Program(
            tuple(
                Step(one.operation, tuple(places[old] for old in one.references), one.column, one.constant)
                for one in (self.steps[old] for old in kept)
            )
        )

    def column(self, name: str) -> str:
        found = find_column(self.table, name)
        if found is None:
            raise Untranslatable("a column that the table as read here has not")
        return found

    def view(self, column: str, reading: str) -> ViewReference:
        kinds = _READINGS[reading] if reading else (ViewKind.TEXT,)
        for kind in kinds:
            if kind in self.table.column(column).views:
                return ViewReference(column, kind)
        names = {"num": "numbers", "num2": "second numbers", "date": "dates", "part": "lists", "": "texts"}
        raise Untranslatable(f"a column that is not read as {names[reading]} here")

    # Values: cells or a number.

    def value(self, form: Expression) -> _Cells | _Result:
        if isinstance(form, str) or not isinstance(form[0], str):
            raise Untranslatable(_reason(form))
        head = form[0]
        if head.startswith("!r."):
            return _Cells(self.rows(form[1], 0), self.column(head[3:]))
        if head.startswith("@!p."):
            inner = self.value(form[1])
            if isinstance(inner, _Result) or inner.reading or head[4:] not in _READINGS:
                raise Untranslatable(_reason(form))
            return _Cells(inner.rows, inner.column, head[4:])
        if head in _TOTALS:
            return _Result(self.total(head, form[1]))
        if head in ("-", "+"):
            left, right = (self.number(one) for one in form[1:])
            return _Result(self.step("subtract" if head == "-" else "add", (left, right)))
        if head in ("argmax", "argmin"):
            return self.best_value(form)
        if head in ("and", "or"):
            return self.combined(form)
        raise Untranslatable(_reason(form))

    def number(self, form: Expression) -> int:
        if isinstance(form, str):
            amount = _amount(form)
            return self.step("given_number", (), None, Constant(ConstantKind.NUMBER, (amount,)))
        found = self.value(form)
        if isinstance(found, _Result):
            if REGISTRY[self.steps[found.step].operation].signature.result is not Kind.NUMBER:
                raise Untranslatable(_reason(form))
            return found.step
        if found.reading not in ("num", "num2"):
            raise Untranslatable("differences of dates")
        return self.step("number_of", (found.rows,), self.view(found.column, found.reading))

    def total(self, head: str, form: Expression) -> int:
        if head == "count" and _is_rows(form):
            return self.step("count", (self.rows(form, 0),))
        found = self.value(form)
        if isinstance(found, _Result):
            raise Untranslatable(_reason(form))
        if head == "count":
            if found.reading == "part":
                raise Untranslatable("counting the items of lists")
            return self.step("count_distinct", (found.rows,), self.view(found.column, found.reading))
        if found.reading not in ("num", "num2"):
            raise Untranslatable(_reason(form))
        return self.step(_TOTALS[head], (found.rows,), self.view(found.column, found.reading))

    def best_value(self, form: Expression) -> _Cells | _Result:
        """The values for which a function is greatest or least: `(argmax 1 1 VALUES (reverse (lambda x …)))`."""
        head, members, function = form[0], form[3], form[4]
        body = _body(function)
        if body is None:
            raise Untranslatable(_reason(form))
        if isinstance(members, tuple) and members[0] == "or" and all(_is_entity(one) for one in members[1:]):
            column, reading, rows = self.column_of_variable(body), "", 0
            rows = self.entities(members, column, 0)
        else:
            found = self.value(members)
            if isinstance(found, _Result):
                raise Untranslatable(_reason(form))
            column, reading, rows = found.column, found.reading, found.rows
        if body[0] == "count":
            return self.commonest(str(head), body[1], _Cells(rows, column, reading))
        if body[0] == "sum":
            raise Untranslatable("sums for each value")
        measured = self.measured(body, column)
        return _Cells(self.step(str(head), (rows,), measured), column, reading)

    def commonest(self, head: str, counted: Expression, cells: _Cells) -> _Result:
        """The values of a column that most or fewest rows have: the function counts rows of the variable."""
        if cells.reading == "part":
            raise Untranslatable("the most common item of lists")
        rows = cells.rows
        if isinstance(counted, tuple) and counted[0] == "and":
            if head == "argmin":
                raise Untranslatable("the least common value among some rows, with none counted too")
            for one in counted[1:]:
                if not _mentions_variable(one):
                    rows = self.rows(one, rows)
            counted = next((one for one in counted[1:] if _mentions_variable(one)), counted)
        if self.column_of_variable(counted) != cells.column:
            raise Untranslatable(_reason(counted))
        operation = "most_common_value" if head == "argmax" else "least_common_value"
        return _Result(self.step(operation, (rows,), self.view(cells.column, cells.reading)))

    def column_of_variable(self, form: Expression) -> str:
        """The column of `(r.column (var x))`, alone or somewhere inside a form, also `(r.column (@p.num (var x)))`."""
        if not isinstance(form, str):
            if isinstance(form[0], str) and form[0].startswith("r.") and _mentions_variable(form):
                return self.column(form[0][2:])
            for one in form[1:]:
                if _mentions_variable(one):
                    return self.column_of_variable(one)
        raise Untranslatable(_reason(form))

    def measured(self, body: Expression, column: str | None) -> ViewReference:
        """The view that a function of a row, or of a value of ``column``, reads."""
        if isinstance(body, tuple) and body[0] == "-" and len(body) == 3:
            first, second = (self.measured(one, column) for one in body[1:])
            kinds = (first.view, second.view)
            one_column = first.column == second.column and kinds == (ViewKind.NUMBER, ViewKind.SECOND_NUMBER)
            if one_column and ViewKind.DIFFERENCE in self.table.column(first.column).views:
                return ViewReference(first.column, ViewKind.DIFFERENCE)
            raise Untranslatable("computing with two columns row by row")
        if not isinstance(body, tuple) or len(body) != 2 or body[0] not in ("@!p.num", "@!p.num2", "@!p.date"):
            raise Untranslatable(_reason(body))
        inner = body[1]
        if not isinstance(inner, tuple) or not isinstance(inner[0], str) or not inner[0].startswith("!r."):
            raise Untranslatable(_reason(body))
        if column is not None and inner[1] != ("var", "x") and self.column_of_variable(inner[1]) != column:
            raise Untranslatable(_reason(body))
        return self.view(self.column(inner[0][3:]), str(body[0])[4:])

    def combined(self, form: Expression) -> _Cells:
        """`(and CELLS (!= c.x))`, `(and (or c.x c.y) CELLS)`, and the cells of one column in several rows."""
        excluding = [one for one in form[1:] if isinstance(one, tuple) and one[0] == "!="]
        entities = [one for one in form[1:] if _is_entity(one) or _is_entities(one)]
        others = [self.value(one) for one in form[1:] if one not in excluding and one not in entities]
        cells = [one for one in others if isinstance(one, _Cells)]
        if len(cells) != len(others) or not cells:
            raise Untranslatable(_reason(form))
        first = cells[0]
        if any((other.column, other.reading) != (first.column, first.reading) for other in cells):
            raise Untranslatable("values that stand in two columns")
        rows = first.rows
        for other in cells[1:]:
            if form[0] == "or":
                rows = self.step("union", (rows, other.rows))
            else:
                rows = self.step("same_value", (rows, other.rows), self.view(first.column, first.reading))
        if form[0] == "or" and (excluding or entities):
            raise Untranslatable(_reason(form))
        for one in excluding:
            rows = self.compared(one, first.column, first.reading, rows)
        for entity in entities:
            rows = self.entities(entity, first.column, rows)
        return _Cells(rows, first.column, first.reading)

    # Rows.

    def rows(self, form: Expression, base: int) -> int:
        """The step that gives those of the rows of ``base`` that the form means."""
        if isinstance(form, str) or not isinstance(form[0], str):
            raise Untranslatable(_reason(form))
        head = form[0]
        if form == _EVERY:
            return base
        if head.startswith("r."):
            return self.filtered(self.column(head[2:]), form[1], base)
        if head == "and":
            for one in form[1:]:
                base = self.rows(one, base)
            return base
        if head == "or":
            left, *others = (self.rows(one, base) for one in form[1:])
            for right in others:
                left = self.step("union", (left, right))
            return left
        return self.within(self.some_rows(form), base)

    def within(self, rows: int, base: int) -> int:
        return rows if base == 0 else self.step("intersect", (base, rows))

    def some_rows(self, form: Expression) -> int:
        head = form[0]
        if head in ("@next", "@!next"):
            return self.step("previous" if head == "@next" else "next", (self.rows(form[1], 0),))
        if head == "@index" and isinstance(form[1], tuple) and form[1][0] in ("<", ">"):
            other = form[1][1]
            if isinstance(other, tuple) and other[0] == "@!index":
                return self.step("above" if form[1][0] == "<" else "below", (self.rows(other[1], 0),))
        if head in ("argmax", "argmin"):
            rows = self.rows(form[3], 0)
            if form[4] == "@index":
                return self.step("last" if head == "argmax" else "first", (rows,))
            body = _body(form[4])
            if body is not None:
                return self.step(str(head), (rows,), self.measured(body, None))
        if head == "mark":
            return self.marked(form)
        raise Untranslatable(_reason(form))

    def marked(self, form: Expression) -> int:
        """`(mark x (: (and FUNCTION (> 0))))`: the rows for which a function of the row fulfils conditions."""
        condition = form[2]
        if not isinstance(condition, tuple) or condition[0] != ":" or not isinstance(condition[1], tuple):
            raise Untranslatable("comparing two columns row by row")
        function, *bounds = condition[1][1:]
        rows = 0
        if any(_mentions_variable(bound) for bound in bounds):
            raise Untranslatable("comparing two columns row by row")
        view = self.measured(function, None)
        for bound in bounds:
            rows = self.bounded(bound, view, rows)
        return rows

    def filtered(self, column: str, form: Expression, base: int) -> int:
        """Those rows of ``base`` whose cell in the column is what the form means."""
        if _is_entity(form) or _is_entities(form):
            return self.entities(form, column, base)
        if isinstance(form, str):
            raise Untranslatable(_reason(form))
        head = form[0]
        if head == "!=":
            return self.compared(form, column, "", base)
        if head == "and":
            for one in form[1:]:
                base = self.filtered(column, one, base)
            return base
        if head in ("@p.num", "@p.num2", "@p.date"):
            return self.bounded(form[1], self.view(column, str(head)[3:]), base)
        if head == "@p.part":
            return self.items(form[1], column, base)
        if isinstance(head, str) and head.startswith("!r."):
            found = self.value(form)
            assert isinstance(found, _Cells)
            if found.column != column:
                raise Untranslatable("values that stand in two columns")
            # The operation leaves out the other rows themselves, the form does not.
            others = self.step("same_value", (base, found.rows), self.view(column, found.reading))
            return self.step("union", (others, found.rows))
        raise Untranslatable(_reason(form))

    def bounded(self, form: Expression, view: ViewReference, base: int) -> int:
        """Those rows whose number or date fulfils a comparison, is a value, or fulfils several comparisons."""
        if isinstance(form, tuple) and form[0] == "and":
            for one in form[1:]:
                base = self.bounded(one, view, base)
            return base
        sign, bound = "=", form
        if isinstance(form, tuple) and form[0] in _COMPARISONS:
            sign, bound = str(form[0]), form[1]
        if isinstance(bound, tuple) and bound[0] != "date":
            if sign not in (">", "<"):
                raise Untranslatable("comparing with a number that was computed, other than more and less")
            return self.step("filter_above" if sign == ">" else "filter_below", (base, self.number(bound)), view)
        return self.step(_COMPARISONS[sign], (base,), view, _constant(bound, view))

    def compared(self, form: Expression, column: str, reading: str, base: int) -> int:
        """Those rows whose cell is not an entity or a number."""
        bound = form[1]
        if not _is_entity(bound):
            return self.bounded(form, self.view(column, reading or "num"), base)
        if bound == "c.null":
            return self.step("filter_not_empty", (base,), self.view(column, ""))
        found = self.cells(str(bound), column)
        if self.are_totals(column, found):
            return base
        return self.of_texts("filter_not_equals", "filter_not_equals", base, column, found)

    def entities(self, form: Expression, column: str, base: int) -> int:
        """Those rows of ``base`` whose cell in the column is one of the entities."""
        names = [str(one) for one in (_leaves(form) if isinstance(form, tuple) else [form])]
        if names == ["c.null"]:
            return self.step("filter_empty", (base,), self.view(column, ""))
        found = tuple(cell for name in names for cell in self.cells(name, column))
        if base == 0 and self.are_totals(column, found):
            return self.step("total_rows", ())
        return self.of_texts("filter_equals", "filter_any", base, column, found)

    def items(self, form: Expression, column: str, base: int) -> int:
        """Those rows whose list holds an item, or one of several."""
        texts = [str(one)[2:].strip("_").replace("_", " ") for one in _leaves(form)]
        text = self.view(column, "")
        if len(texts) == 1:
            return self.step("filter_contains", (base,), text, Constant(ConstantKind.TEXT, (texts[0],)))
        return self.step("filter_contains_any", (base,), text, Constant(ConstantKind.TEXTS, tuple(texts)))

    def of_texts(self, one: str, several: str, base: int, column: str, cells: tuple[str, ...]) -> int:
        if len(cells) == 1:
            return self.step(one, (base,), self.view(column, ""), Constant(ConstantKind.TEXT, cells))
        if one == several:
            for cell in cells:
                base = self.of_texts(one, several, base, column, (cell,))
            return base
        return self.step(several, (base,), self.view(column, ""), Constant(ConstantKind.TEXTS, cells))

    def cells(self, name: str, column: str) -> tuple[str, ...]:
        found = find_cells(self.table, column, name[2:])
        if not found:
            raise Untranslatable("a cell that the column as read here has not")
        return found

    def are_totals(self, column: str, cells: tuple[str, ...]) -> bool:
        """Whether the cells stand in rows of totals alone, and these rows are all the totals."""
        held = np.isin(np.array(self.table.column(column).cells), np.array(cells))
        return bool(held.any()) and bool(np.array_equal(held, self.table.totals))


def _constant(form: Expression, view: ViewReference) -> Constant:
    if isinstance(form, tuple):
        year, month, day = (int(part) if int(part) >= 0 else None for part in map(str, form[1:]))
        if view.view.value_type.value == "number":
            if year is None or month is not None:
                raise Untranslatable("a column that is not read as dates here")
            return Constant(ConstantKind.NUMBER, (float(year),))
        return Constant(ConstantKind.DATE, (PartialDate(year, month, day),))
    return Constant(ConstantKind.NUMBER, (_amount(form),))


def _amount(form: str) -> float:
    try:
        return float(form)
    except ValueError:
        raise Untranslatable(_reason(form)) from None


def _body(function: Expression) -> Expression | None:
    """The body of `(reverse (lambda x BODY))`."""
    match function:
        case ("reverse", ("lambda", "x", body)):
            return body
    return None


def _is_rows(form: Expression) -> bool:
    """Whether a form means rows and not cells."""
    if isinstance(form, str) or not isinstance(form[0], str):
        return False
    if form[0] in ("and", "or"):
        return any(_is_rows(one) for one in form[1:])
    return form[0].startswith("r.") or form[0] in ("@type", "@next", "@!next", "@index", "mark")


def _is_entity(form: Expression) -> bool:
    return isinstance(form, str) and form.startswith("c.")


def _is_entities(form: Expression) -> bool:
    return isinstance(form, tuple) and form[0] == "or" and all(_is_entity(one) or _is_entities(one) for one in form[1:])


def _leaves(form: Expression) -> list[Expression]:
    """The members of nested `or`s."""
    return [form] if isinstance(form, str) else [leaf for one in form[1:] for leaf in _leaves(one)]


def _mentions_variable(form: Expression) -> bool:
    return form == ("var", "x") or (isinstance(form, tuple) and any(map(_mentions_variable, form)))


def _reason(form: Expression) -> str:
    """Why a form cannot be said, as a kind that other forms share."""
    text = written(form)
    if "consecutive" in text:
        return "the longest run of rows"
    if "mark" in text:
        return "comparing two columns row by row"
    if "lambda" in text:
        return "a function of each value"
    return "putting values together in another way"
