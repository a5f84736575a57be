"""The cases of each view of a column."""

from __future__ import annotations

from sqlglot import exp

from neural_programmer.execution import typed_views_dates as dates
from neural_programmer.execution import typed_views_numbers as numbers
from neural_programmer.execution.sql_schema import Reading
from neural_programmer.execution.typed_views_cases import Case, all_of, any_of, length, negated, whole
from neural_programmer.execution.typed_views_lists import list_cases
from neural_programmer.execution.typed_views_patterns import is_unreadable
from neural_programmer.execution.typed_views_texts import length_cases, part_cases, text_cases
from neural_programmer.tables.column_readings import ColumnReadings
from neural_programmer.tables.dates import LONGEST_DATE_CELL
from neural_programmer.tables.views import ViewKind

# The views that read a text as it is when cleaned.
OF_CLEANED = frozenset((ViewKind.NUMBER, ViewKind.SECOND_NUMBER, ViewKind.DIFFERENCE, ViewKind.DATE, ViewKind.YEAR))


def cases_of(readings: ColumnReadings, view: ViewKind, reading: Reading, raw: exp.Expr, cell: exp.Expr) -> list[Case]:
    """The texts that are read by expressions under a view, most frequent first; ``cell`` is the text when cleaned."""
    if view is ViewKind.TEXT:
        return text_cases(raw, reading)
    if view is ViewKind.LENGTH:
        return length_cases(raw)
    if view in (ViewKind.HEAD, ViewKind.TAIL):
        return part_cases(raw, reading, view is ViewKind.HEAD)
    if view in (ViewKind.LIST, ViewKind.ITEM_COUNT):
        return _list_cases(readings, view, raw)
    if view in (ViewKind.DATE, ViewKind.YEAR):
        return _date_cases(readings, view, raw, cell)
    return _number_cases(readings, view, raw, cell)


def _date_cases(readings: ColumnReadings, view: ViewKind, raw: exp.Expr, cell: exp.Expr) -> list[Case]:
    if readings.dates is None:
        return []
    at_once = dates.view_cases(dates.plain_cases(raw, readings.dates), view)
    return [*at_once, Case(is_unreadable(cell), None), *dates.view_cases(dates.date_cases(cell, readings.dates), view)]


def _number_cases(readings: ColumnReadings, view: ViewKind, raw: exp.Expr, cell: exp.Expr) -> list[Case]:
    ways = readings.numbers
    if ways is None:
        return []
    at_once = numbers.plain_cases(raw, ways)
    no_dates = not readings.dates_are_no_numbers or readings.dates is None
    if no_dates:
        at_once += numbers.measured_cases(raw, ways)
    before = numbers.view_cases(at_once, view, readings.ranges)
    after = numbers.view_cases(numbers.number_cases(cell, ways), view, readings.ranges)
    if not no_dates and readings.dates is not None:
        # What is a date with a month has no number, and only what is certainly none is read as one.
        dated = dates.date_cases(cell, readings.dates)
        plain = dates.plain_cases(raw, readings.dates)
        short = exp.LTE(this=length(raw), expression=whole(LONGEST_DATE_CELL))
        months = exp.paren(any_of(*(case.condition for case in dated if case.has_month)))
        monthless = exp.paren(any_of(*(case.condition for case in dated if not case.has_month)))
        before += [Case(case.condition, exp.Null()) for case in plain if case.has_month]
        after = [
            Case(all_of(short, months), exp.Null()),
            Case(all_of(short, negated(monthless)), None),
            *after,
        ]
    return [*before, Case(is_unreadable(cell), None), *after]


def _list_cases(readings: ColumnReadings, view: ViewKind, raw: exp.Expr) -> list[Case]:
    if readings.lists is None:
        return []
    doubts: list[exp.Expr] = []
    if readings.numbers is not None or readings.dates is not None:
        doubts.append(exp.paren(numbers.may_be_a_number(raw)))
    if readings.dates is not None:
        doubts.append(dates.may_be_a_month(raw))
    return list_cases(raw, readings.lists, view, any_of(*doubts) if doubts else exp.false())
