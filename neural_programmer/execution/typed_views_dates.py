"""Dates in SQL: the common ways in which `tables.dates` reads a cell, each as a pattern and what it gives.

A pattern may match less than its part of the Python grammar, and never more: what it leaves is read in Python.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from neural_programmer.execution.typed_views_cases import (
    Case,
    all_of,
    any_of,
    as_number,
    chosen,
    contains,
    equals,
    extracted,
    joined,
    length,
    looked_up,
    matches,
    negated,
    one_of,
    replaced,
    text,
    whole,
)
from neural_programmer.execution.typed_views_patterns import PARENTHESES, PLAIN_NUMBER
from neural_programmer.tables.date_columns import DateConventions
from neural_programmer.tables.dates import LONGEST_DATE_CELL
from neural_programmer.tables.views import ViewKind
from neural_programmer.tables.word_lists import word_list

_MONTHS: dict[str, int] = word_list("months")
_LONGEST_FIRST = sorted(_MONTHS, key=lambda name: (-len(name), name))
_MONTH = f"(?i:{'|'.join(_LONGEST_FIRST)})"
_MONTH_LIKE = rf"(?i)(?:^|[^A-Za-z0-9])(?:{'|'.join(_LONGEST_FIRST)})(?:$|[^A-Za-z])"
_WEEKDAY = f"(?:(?i:{'|'.join(sorted(word_list('weekdays'), key=lambda name: (-len(name), name)))})[.,]? )?"
_DAY = "(0?[1-9]|[12][0-9]|3[01])"
_TH = "(?i:st|nd|rd|th)?"
_YEAR = "(1[0-9]{3}|20[0-9]{2}|2100)"
_CENTURY_YEAR = "(1[0-9]{3}|20[0-9]{2})"
_GAP = "(?: ?, ?| )"
_AFTER_MONTH = r"(?:\. ?| )"
_REMARK = f"(?: ?{PARENTHESES})?"
_REMARK_IN_WORDS = f"(?: ?{PARENTHESES})?"
_APPROXIMATE = r"(?:(?:~|≈|c\.) ?|(?i:c|ca\.?|circa|about|approx\.?|approximately|around|b\.|born) )?"
_APPROXIMATE_WORD = r"(?i)^[^A-Za-z]*(?:c|ca|circa|about|approx|approximately|around|b|born)(?:[^A-Za-z]|$)"
_CLOCK = "(?:[T ]([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?)?"
# Days that a month has not, or not every year; what stands between day and month may be the end of a range.
_BETWEEN = "(?:[^a-z]|of|st|nd|rd|th)*"
_NO_SUCH_DAY = (
    rf"(?i)feb[a-z]*{_BETWEEN}(?:29|30|31)|(?:apr|jun|sep|nov)[a-z]*{_BETWEEN}31"
    rf"|(?:29|30|31){_BETWEEN}feb|31{_BETWEEN}(?:apr|jun|sep|nov)"
)


@dataclass(frozen=True, slots=True)
class DateCase:
    """Texts that are told by a condition, and the ISO form of their date; None where they have none.

    ``has_month`` tells the dates that are no mere years.
    """

    condition: exp.Expr
    iso: exp.Expr | None
    has_month: bool = False


def plain_cases(raw: exp.Expr, conventions: DateConventions) -> list[DateCase]:
    """Texts of which the date shows before they are cleaned: the plainest, on days that every month has."""
    day, name = "(?:0?[1-9]|1[0-9]|2[0-8])", f"{_MONTH}\\.?"
    month_first, day_first = f"{name} {day}{_TH},? {_YEAR}", f"{day}{_TH} {name},? {_YEAR}"
    iso = "[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
    last_four = exp.Substring(this=raw.copy(), start=whole(-4))
    # Of letters, three together stand first in the month.
    month = _month_of(extracted(raw, "[A-Za-z]{3}", 0))
    worded = joined(last_four, text("-"), month, text("-"), _two(extracted(raw, "[0-9]{1,2}", 0)))
    cases = [
        DateCase(exp.GT(this=length(raw), expression=whole(LONGEST_DATE_CELL)), None),
        DateCase(matches(raw, _YEAR[1:-1]), raw),
        DateCase(matches(raw, PLAIN_NUMBER), None),
        DateCase(matches(raw, f"{month_first}|{day_first}"), worded, has_month=True),
        DateCase(matches(raw, iso), raw, has_month=True),
    ]
    return [DateCase(case.condition, None) for case in cases] if conventions.with_year is False else cases


def date_cases(cell: exp.Expr, conventions: DateConventions) -> list[DateCase]:
    """The readings of a column's dates; what its conventions leave out has none."""
    years, full, without_year = _years(cell), [*_full(cell), *_digits(cell, conventions)], _without_year(cell)
    if conventions.with_year is True:
        without_year = [DateCase(case.condition, None) for case in without_year]
    elif conventions.with_year is False:
        years, full = ([DateCase(case.condition, None) for case in cases] for cases in (years, full))
    return [*years, *full, *without_year, *_none(cell)]


def view_cases(cases: list[DateCase], view: ViewKind) -> list[Case]:
    """The cases of the dates, or of their years."""
    found = []
    for case in cases:
        value: exp.Expr = exp.Null() if case.iso is None else case.iso
        if case.iso is not None and view is ViewKind.YEAR:
            year = exp.Substring(this=exp.paren(case.iso.copy()), start=whole(1), length=whole(4))
            value = as_number(exp.Nullif(this=year, expression=text("XXXX")))
        found.append(Case(case.condition, value))
    return found


def _years(cell: exp.Expr) -> list[DateCase]:
    plain = f"{_APPROXIMATE}{_YEAR}{_REMARK_IN_WORDS}"
    span = f"{_CENTURY_YEAR} ?(?:-|/) ?(?:1[0-9]{{3}}|20[0-9]{{2}}|(?i:present|current))?"
    short = f"{_CENTURY_YEAR}(?: - ?|- | ?/ ?)[0-9]{{2}}"
    no_month = negated(contains(cell, _MONTH_LIKE))
    return [
        DateCase(all_of(matches(cell, plain), no_month), extracted(cell, f"^{plain}$")),
        DateCase(matches(cell, span), extracted(cell, f"^{span}$")),
        DateCase(matches(cell, short), extracted(cell, f"^{short}$")),
    ]


def _month_of(name: exp.Expr) -> exp.Expr:
    """The two digits of a month from its name, of which three letters tell it."""
    short = exp.Lower(this=exp.Substring(this=name, start=whole(1), length=whole(3)))
    return looked_up(short, {name: text(f"{number:02d}") for name, number in _MONTHS.items() if len(name) == 3})


def _two(digits: exp.Expr) -> exp.Expr:
    """A number of one or two digits, written with two."""
    return exp.Pad(this=digits.copy(), expression=whole(2), fill_pattern=text("0"), is_left=True)


def _worded(cell: exp.Expr, pattern: str, order: str) -> exp.Expr:
    """The ISO form of a date of which ``order`` tells what the groups of the pattern are."""
    parts = {
        part: (
            _month_of(extracted(cell, f"^{pattern}$", group))
            if part == "m"
            else _two(extracted(cell, f"^{pattern}$", group))
            if part == "d"
            else extracted(cell, f"^{pattern}$", group)
        )
        for group, part in enumerate(order, 1)
    }
    pieces = [parts.get("y", text("XXXX")), text("-"), parts["m"]]
    return joined(*pieces, *((text("-"), parts["d"]) if "d" in parts else ()))


def _full(cell: exp.Expr) -> list[DateCase]:
    """Dates with their month in words and their year, alone, at the beginning of a range, or after other words."""
    month_first = f"{_WEEKDAY}({_MONTH}){_AFTER_MONTH}{_DAY}{_TH}{{until}}{_GAP}{_YEAR}"
    day_first = f"{_WEEKDAY}{_DAY}{_TH}{{until}}(?: of)? ({_MONTH})(?:\\.?{_GAP}){_YEAR}"
    until = f"(?: ?- ?(?:0?[1-9]|[12][0-9]|3[01]){_TH})?"
    # What follows the dash of a range of whole dates does not matter, but for a time or a date before Christ.
    later = "(?: ?-.*)?"
    words = "(?:[A-Za-z]+[,.]? ){1,8}"
    no_such_day = contains(cell, _NO_SUCH_DAY)
    name = "|".join(_LONGEST_FIRST)
    one_month = negated(contains(cell, f"(?is)(?:^|[^a-z0-9])(?:{name})(?:[^a-z].*)?[^a-z0-9](?:{name})(?:$|[^a-z])"))
    no_range_word = negated(contains(cell, r"(?i)\b(?:to|until|through|bc|bce)\b"))
    undisturbed = negated(contains(cell, "(?i)[:(]|bc"))
    cases = []
    for pattern, order in ((month_first, "mdy"), (day_first, "dmy")):
        alone = f"{pattern.replace('{until}', '')}{_REMARK}"
        ranged = f"{pattern.replace('{until}', until)}{later}"
        after = f"{words}{pattern.replace('{until}', '')}"
        cases.append(
            DateCase(all_of(matches(cell, alone), negated(no_such_day)), _worded(cell, alone, order), has_month=True)
        )
        cases.append(
            DateCase(
                all_of(matches(cell, ranged), undisturbed, negated(no_such_day)),
                _worded(cell, ranged, order),
                has_month=True,
            )
        )
        cases.append(
            DateCase(
                all_of(matches(cell, after), no_range_word, one_month, negated(no_such_day)),
                _worded(cell, after, order),
                has_month=True,
            )
        )
    month = f"({_MONTH})(?:\\.?{_GAP}){_YEAR}{_REMARK}"
    cases.append(DateCase(matches(cell, month), _worded(cell, month, "my"), has_month=True))
    dashed = f"{_DAY}-({_MONTH})-([0-9]{{2}}|{_YEAR[1:-1]})"
    year = extracted(cell, f"^{dashed}$", 3)
    cases.append(
        DateCase(
            all_of(matches(cell, dashed), negated(no_such_day)),
            joined(
                _full_year(year),
                text("-"),
                _month_of(extracted(cell, f"^{dashed}$", 2)),
                text("-"),
                _two(extracted(cell, f"^{dashed}$")),
            ),
            has_month=True,
        )
    )
    return cases


def _full_year(year: exp.Expr) -> exp.Expr:
    """Two digits as the year that they mean, by the rule of POSIX; four as they are."""
    two = joined(chosen(exp.GTE(this=year.copy(), expression=text("69")), text("19"), text("20")), year)
    return chosen(equals(length(year), whole(2)), two, year)


def _without_year(cell: exp.Expr) -> list[DateCase]:
    """Days and months in words, without a year, and months alone."""
    until = f"(?: ?- ?(?:0?[1-9]|[12][0-9]|3[01]){_TH})?"
    month_first = f"{_WEEKDAY}({_MONTH}){_AFTER_MONTH}{_DAY}{_TH}{until}{_REMARK}"
    day_first = f"{_WEEKDAY}{_DAY}{_TH}{until}(?: of)? ({_MONTH})\\.?{_REMARK}"
    month = f"({_MONTH})\\.*"
    possible = negated(contains(cell, _NO_SUCH_DAY))
    return [
        DateCase(all_of(matches(cell, month_first), possible), _worded(cell, month_first, "md"), has_month=True),
        DateCase(all_of(matches(cell, day_first), possible), _worded(cell, day_first, "dm"), has_month=True),
        DateCase(matches(cell, month), _worded(cell, month, "m"), has_month=True),
    ]


def _digits(cell: exp.Expr, conventions: DateConventions) -> list[DateCase]:
    """Dates in digits alone: year first, day or month first, and months of years."""
    month_of_year = f"(0?[1-9]|1[0-2])/{_CENTURY_YEAR}"
    two_digits = f"{_CENTURY_YEAR}-([0-9]{{2}})"
    year, two = (extracted(cell, f"^{two_digits}$", group) for group in (1, 2))
    is_month = matches(cell, f"{_CENTURY_YEAR}-(?:0[1-9]|1[0-2])")
    cases = [
        DateCase(
            matches(cell, month_of_year),
            joined(extracted(cell, f"^{month_of_year}$", 2), text("-"), _two(extracted(cell, f"^{month_of_year}$", 1))),
            has_month=True,
        )
    ]
    if conventions.seasons:
        cases.append(DateCase(matches(cell, two_digits), year))
    else:
        cases.append(DateCase(is_month, joined(year, text("-"), two), has_month=True))
        cases.append(DateCase(all_of(matches(cell, two_digits), negated(is_month)), None))
    for separator in ("-", "/", r"\."):
        cases += _year_first(cell, separator)
        cases += _year_last(cell, separator, conventions.month_first)
    return cases


_SHORT_MONTHS = ("04", "06", "09", "11")


def _has_day(month: exp.Expr, day: exp.Expr) -> exp.Expr:
    """Whether a month certainly has a day; both have two digits. The 29th of February is left open."""
    return any_of(
        exp.LTE(this=day.copy(), expression=text("28")),
        all_of(exp.LTE(this=day.copy(), expression=text("30")), exp.NEQ(this=month.copy(), expression=text("02"))),
        negated(one_of(month, ("02", *_SHORT_MONTHS))),
    )


def _year_first(cell: exp.Expr, separator: str) -> list[DateCase]:
    core = f"([0-9]{{4}}){separator}(0?[1-9]|1[0-2]){separator}(0[1-9]|[12][0-9]|3[01])"
    pattern = f"{core}{_CLOCK}"
    year, month, day, hour, minute, second = (extracted(cell, f"^{pattern}$", group) for group in range(1, 7))
    time = chosen(
        equals(hour, text("")),
        text(""),
        joined(
            text("T"), hour, text(":"), minute, chosen(equals(second, text("")), text(""), joined(text(":"), second))
        ),
    )
    return [
        DateCase(
            all_of(matches(cell, pattern), exp.paren(_has_day(_two(month), day))),
            joined(year, text("-"), _two(month), text("-"), day, time),
            has_month=True,
        )
    ]


def _year_last(cell: exp.Expr, separator: str, month_first: bool) -> list[DateCase]:
    number = "([0-2]?[0-9]|3[01])"
    pattern = f"{number}{separator}{number}{separator}([1-9][0-9]{{3}}|[0-9]{{2}}){_REMARK_IN_WORDS}"
    first, second, year = (extracted(cell, f"^{pattern}$", group) for group in (1, 2, 3))
    first, second = _two(first), _two(second)
    month, day = (first, second) if month_first else (second, first)

    def is_date(month: exp.Expr, day: exp.Expr) -> exp.Expr:
        in_year = exp.Between(this=month.copy(), low=text("01"), high=text("12"))
        return all_of(in_year, exp.GTE(this=day.copy(), expression=text("01")), exp.paren(_has_day(month, day)))

    def written(month: exp.Expr, day: exp.Expr) -> exp.Expr:
        return joined(_full_year(year), text("-"), month, text("-"), day)

    # Where the column's order gives no date, the other does.
    other_only = all_of(exp.GT(this=month.copy(), expression=text("12")), is_date(day, month))
    no_month = negated(contains(cell, _MONTH_LIKE))
    return [
        DateCase(all_of(matches(cell, pattern), no_month, is_date(month, day)), written(month, day), has_month=True),
        DateCase(all_of(matches(cell, pattern), no_month, other_only), written(day, month), has_month=True),
    ]


def _none(cell: exp.Expr) -> list[DateCase]:
    """Texts that hold no date."""
    several_parts = "[-/.].*[0-9].*[-/.]"
    iso = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
    no_month = negated(contains(cell, _MONTH_LIKE))
    begins_with_word = all_of(
        contains(cell, "^[A-Za-z\"']"),
        no_month,
        negated(contains(cell, _APPROXIMATE_WORD)),
        # What stands in parentheses is dropped, so that letters on both sides of it would meet.
        negated(contains(cell, r"\)[A-Za-z]")),
        negated(contains(cell, iso)),
    )
    counts_something = all_of(
        contains(cell, r"^[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)? [A-Za-z]"), no_month, negated(contains(cell, iso))
    )
    return [
        DateCase(all_of(negated(contains(cell, "[0-9]")), negated(matches(cell, f"{_MONTH}\\.*"))), None),
        # Without a month's name a date has four digits, or begins with a digit and has two separators.
        DateCase(all_of(no_month, negated(contains(cell, "[0-9]{4}")), negated(contains(cell, several_parts))), None),
        DateCase(begins_with_word, None),
        DateCase(counts_something, None),
    ]


def may_be_a_month(raw: exp.Expr) -> exp.Expr:
    """Whether a raw text without digits may be a month alone; false is certain."""
    return contains(replaced(raw, r"\[[^\[\]]*\]", ""), _MONTH_LIKE)
