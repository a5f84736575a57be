"""Numbers in SQL: the common ways in which `tables.numbers` reads a cell, each as a pattern and what it gives.

A pattern may match less than its part of the Python grammar, and never more: what it leaves is read in Python.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain

from sqlglot import exp

from neural_programmer.execution.typed_views_cases import (
    Case,
    all_of,
    any_of,
    as_number,
    chosen,
    contains,
    double,
    extracted,
    length,
    looked_up,
    matches,
    negated,
    one_of,
    replaced,
    text,
    whole,
    without,
)
from neural_programmer.execution.typed_views_patterns import PARENTHESES, PLAIN_NUMBER, REST, any_word
from neural_programmer.tables.number_columns import NumberConventions
from neural_programmer.tables.numbers import LONGEST_NUMBER_CELL
from neural_programmer.tables.views import ViewKind
from neural_programmer.tables.word_lists import word_list

_UNITS = word_list("units")
_SCALES: dict[str, float] = _UNITS["scales"]
_APPROXIMATIONS: list[str] = word_list("approximations")
_CURRENCIES: list[str] = _UNITS["currency"]
_WORDS: dict[str, int] = {**word_list("ordinals"), **word_list("number_words")}
_RANKS = ("#", "no.", "nos.", "no", "number")

_GROUPED = r"[0-9]{1,3}(?:,[0-9]{2,3})*,[0-9]{3}"
_DIGITS = rf"(?:(?:{_GROUPED}|[0-9]{{1,3}}(?: [0-9]{{3}})+|[0-9]+)(?:\.[0-9]+)?|\.[0-9]+)"
_EUROPEAN = r"(?:[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]{1,2}|[0-9]{1,3}(?:\.[0-9]{3}){2,}|[0-9]+,[0-9]{1,2})"
# Digits that a dash may follow: neither the beginning of a season nor several numbers.
_SHORT = r"[0-9]{1,3}(?:,[0-9]{3})*(?:\.[0-9]+)?"
_YEAR = r"(?:1[0-9]{3}|20[0-9]{2})"
_PAIR = rf"(?:({_SHORT}){{joint}}({_SHORT}|[0-9]{{4,9}})|([0-9]{{4}}){{joint}}([0-9]|[0-9]{{4}}))"
_AFTER_PAIR = rf"(?:(?:-[0-9]+){{0,2}}|{PARENTHESES}|[ ,;]{REST})"

_APPROXIMATE = any_word(_APPROXIMATIONS)
_CURRENCY = any_word(_CURRENCIES)
_SIGN = "[+-]"
_BEFORE = f"(?:{_APPROXIMATE} ?)?(?:{_SIGN} ?)?"
_RANK = f"(?:{any_word(_RANKS)} ?)?-?"
_SCALE = "(?i:" + "|".join(sorted(_SCALES, key=lambda word: (-len(word), word))) + ")"
_NO_LETTER = rf"(?:[^0-9_(\p{{L}}\p{{M}}\p{{N}}]|{PARENTHESES})"
_SCALE_AHEAD = r"(?i)(?:" + "|".join(_SCALES) + r")\b"
_BLANKS_AT_MOST = 8


def _first_words() -> str:
    """The words that the lead of a number may begin with, as far as their letters go."""
    words = {_letters(word.split()[0]) for word in chain(_APPROXIMATIONS, _CURRENCIES, _RANKS)} - {""}
    return "|".join(sorted(words, key=lambda word: (-len(word), word)))


def _letters(word: str) -> str:
    return "".join(character for character in word if character.isalpha())


_LEADING_WORD = rf"^(?i:{_first_words()})(?:\P{{L}}|$)"
_PREFIXED = r"^([\p{L}\p{M}\p{Nl}\p{No}]+)\.?(?: |-)?[#(]?\.?[0-9]"


@dataclass(frozen=True, slots=True)
class NumberCase:
    """Texts that are told by a condition, and their number; None where they have none.

    ``second`` is the other number of a pair; ``is_time`` tells times that are not behind a winner's.
    """

    condition: exp.Expr
    amount: exp.Expr | None
    second: exp.Expr | None = None
    parenthesised: bool = False
    is_time: bool = False


def plain_cases(raw: exp.Expr, conventions: NumberConventions) -> list[NumberCase]:
    """Texts of which the number shows before they are cleaned."""
    cases = [
        NumberCase(exp.GT(this=length(raw), expression=whole(LONGEST_NUMBER_CELL)), None),
        NumberCase(matches(raw, PLAIN_NUMBER), as_number(raw)),
    ]
    return _explained(cases, conventions)


def measured_cases(raw: exp.Expr, conventions: NumberConventions) -> list[NumberCase]:
    """Numbers with one word behind them, told before they are cleaned; some may be dates ("5 May")."""
    pattern = f"({_SHORT}|[0-9]+(?:\\.[0-9]+)?)(?: ?[%a-zA-Z]{{1,12}})?"
    digits = without(extracted(raw, f"^{pattern}$"), ",")
    return _explained([NumberCase(all_of(matches(raw, pattern), _has_no_scale(raw)), as_number(digits))], conventions)


def number_cases(cell: exp.Expr, conventions: NumberConventions) -> list[NumberCase]:
    """The readings of the numbers of cleaned cells, most frequent first."""
    cases = [
        *_led(cell),
        *_pairs(cell, ""),
        *_none(cell, conventions),
        *_special(cell),
        *_prefixed(cell, conventions),
    ]
    return _explained(cases, conventions)


def _explained(cases: list[NumberCase], conventions: NumberConventions) -> list[NumberCase]:
    """The cases as their column means them; without those that SQL leaves open."""
    return [as_meant for case in cases if (as_meant := _as_meant(case, conventions)) is not None]


def _as_meant(case: NumberCase, conventions: NumberConventions) -> NumberCase | None:
    if case.amount is None:
        return case
    if case.parenthesised and conventions.negative_parentheses:
        case = replace(case, amount=exp.Neg(this=exp.Abs(this=case.amount.copy())))
    assert case.amount is not None
    if conventions.heights:
        feet = exp.Mul(this=double(12), expression=exp.paren(case.amount.copy()))
        inches = exp.Coalesce(this=exp.paren(case.second.copy()), expressions=[double(0)]) if case.second else double(0)
        return replace(case, amount=exp.Add(this=feet, expression=inches), second=None)
    if conventions.winner is not None:
        # Laps beside times are no time; what lies behind the winner is left to Python.
        return case if case.is_time else None
    return case


def _amount(written: exp.Expr) -> exp.Expr:
    """Digits with their grouping as a number."""
    return as_number(replaced(written, "[, ]+"))


def _signed(cell: exp.Expr, amount: exp.Expr) -> exp.Expr:
    """The number, below zero where a dash stands before its first digit."""
    return chosen(contains(cell, "^[^0-9]*-"), exp.Neg(this=exp.paren(amount.copy())), amount)


def _has_few_words(cell: exp.Expr) -> exp.Expr:
    blanks = exp.Sub(this=length(cell), expression=length(without(cell, " ")))
    return exp.LTE(this=blanks, expression=whole(_BLANKS_AT_MOST))


def _has_no_scale(cell: exp.Expr) -> exp.Expr:
    return negated(contains(cell, _SCALE_AHEAD))


def _led(cell: exp.Expr) -> list[NumberCase]:
    """A number that begins the cell, and perhaps words after it."""
    few_words, no_scale = _has_few_words(cell), _has_no_scale(cell)
    bare = f"{_BEFORE}{_RANK}({_DIGITS}){REST}"
    # After a currency a letter may be a scale, even where a suffix stands before it: "$5m".
    no_letter = f"[ ,;/%ac-jlo-qu-zAC-JLO-QU-Z]{REST}|{PARENTHESES}{REST}"
    paid = f"{_BEFORE}{_CURRENCY} ?{_RANK}({_DIGITS})(?:{no_letter})?"
    # "12,5²" is none: a raised digit is a digit to Python.
    european = f"{_BEFORE}{_RANK}({_EUROPEAN})(?:[^0-9\\p{{No}}]{REST})?"
    scaled = f"{_BEFORE}(?:{_CURRENCY} ?)?{_RANK}({_DIGITS}) ?({_SCALE})(?:{_NO_LETTER}{REST})?"
    comma = without(extracted(cell, f"^{european}$"), ".")
    return [
        NumberCase(
            all_of(matches(cell, bare), no_scale, few_words), _signed(cell, _amount(extracted(cell, f"^{bare}$")))
        ),
        NumberCase(
            all_of(matches(cell, paid), no_scale, few_words), _signed(cell, _amount(extracted(cell, f"^{paid}$")))
        ),
        NumberCase(
            all_of(matches(cell, european), no_scale, few_words),
            _signed(cell, as_number(exp.Replace(this=comma, expression=text(","), replacement=text(".")))),
        ),
        NumberCase(
            all_of(matches(cell, scaled), few_words),
            exp.Mul(
                this=_signed(cell, _amount(extracted(cell, f"^{scaled}$"))),
                expression=looked_up(
                    exp.Lower(this=extracted(cell, f"^{scaled}$", 2)),
                    {word: double(scale) for word, scale in _SCALES.items()},
                ),
            ),
        ),
    ]


def _pairs(cell: exp.Expr, before: str) -> list[NumberCase]:
    """Scores, records and ranges, joined by a dash or by a slash between blanks."""
    cases = []
    for joint in (" ?- ?", " / ?"):
        pattern = before + _PAIR.replace("{joint}", joint) + _AFTER_PAIR
        groups = [extracted(cell, f"^{pattern}$", group) for group in (1, 2, 3, 4)]
        first, second = (
            _amount(exp.Coalesce(this=exp.Nullif(this=short, expression=text("")), expressions=[long]))
            for short, long in ((groups[0], groups[2]), (groups[1], groups[3]))
        )
        cases.append(NumberCase(matches(cell, pattern), first, second))
    return cases


def _special(cell: exp.Expr) -> list[NumberCase]:
    """Seasons, fractions, numbers in parentheses and times."""
    season = f"({_YEAR}) ?[/-] ?([0-9]{{2}})(?:[^0-9]{REST})?"
    first, last = (exp.cast(extracted(cell, f"^{season}$", group), exp.DType.BIGINT) for group in (1, 2))
    century = exp.Sub(this=first.copy(), expression=exp.Mod(this=first.copy(), expression=whole(100)))
    second = exp.Add(this=exp.paren(century), expression=last)
    second = exp.Add(
        this=second, expression=chosen(exp.LT(this=second.copy(), expression=first.copy()), whole(100), whole(0))
    )
    lasting = exp.Sub(this=exp.paren(second.copy()), expression=first.copy())
    near = exp.LTE(this=chosen(matches(cell, season), lasting, whole(99)), expression=whole(50))

    fraction = "([0-9]{1,3})/([0-9]{1,3})"
    over, under = (as_number(extracted(cell, f"^{fraction}$", group)) for group in (1, 2))
    proper = all_of(exp.LT(this=double(0), expression=over.copy()), exp.LT(this=over.copy(), expression=under.copy()))

    inside = f"\\( ?({_SHORT}|[0-9]+(?:\\.[0-9]+)?) ?%? ?\\)"
    following = f"\\({_SHORT}\\) ?({_SHORT}|[0-9]+(?:\\.[0-9]+)?)"
    return [
        NumberCase(
            all_of(matches(cell, season), near),
            exp.cast(first, exp.DType.DOUBLE),
            exp.cast(exp.paren(second), exp.DType.DOUBLE),
        ),
        *_times(cell),
        NumberCase(matches(cell, inside), as_number(without(extracted(cell, f"^{inside}$"), ",")), parenthesised=True),
        NumberCase(matches(cell, following), as_number(without(extracted(cell, f"^{following}$"), ","))),
        NumberCase(
            matches(cell, fraction),
            chosen(proper, exp.Div(this=over, expression=under), over),
            chosen(proper, exp.Null(), under),
        ),
    ]


def _times(cell: exp.Expr) -> list[NumberCase]:
    """Times of minutes and seconds, and of hours, minutes and seconds."""
    cases = []
    for fields in ("([0-9]{1,4}):([0-5][0-9])", "([0-9]{1,4}):([0-5][0-9]):([0-5][0-9])"):
        count = fields.count("(")
        pattern = f"-?{fields}(\\.[0-9]{{1,5}})?(?: ?{PARENTHESES})?"
        parts = [exp.cast(extracted(cell, f"^{pattern}$", group), exp.DType.BIGINT) for group in range(1, count + 1)]
        seconds: exp.Expr = parts[0]
        for part in parts[1:]:
            seconds = exp.Add(this=exp.Mul(this=exp.paren(seconds), expression=whole(60)), expression=part)
        # Written as one decimal number, a sum of seconds is rounded as Python rounds it.
        written = exp.DPipe(
            this=exp.cast(exp.paren(seconds), exp.DType.VARCHAR),
            expression=extracted(cell, f"^{pattern}$", count + 1),
            safe=True,
        )
        cases.append(NumberCase(matches(cell, pattern), _signed(cell, as_number(exp.paren(written))), is_time=True))
    return cases


def _prefixed(cell: exp.Expr, conventions: NumberConventions) -> list[NumberCase]:
    """A number after the word that stands before the column's numbers."""
    kept = [word for word in sorted(conventions.prefixes or ()) if word.isascii() and word.isalpha()]
    kept = [word for word in kept if word not in _first_words().split("|")]
    if not kept:
        return []
    words = "|".join("".join(f"[{letter}{letter.upper()}]" for letter in word) for word in kept)
    before = f"(?:{words})\\.?(?: |-)?#?"
    alone = f"{before}({_DIGITS}){REST}"
    return [
        NumberCase(
            all_of(matches(cell, alone), _has_no_scale(cell), _has_few_words(cell)),
            _amount(extracted(cell, f"^{alone}$")),
        ),
        *_pairs(cell, before),
    ]


def _none(cell: exp.Expr, conventions: NumberConventions) -> list[NumberCase]:
    """Texts that hold no number, and those that are the name of one."""
    spoken = exp.Lower(this=cell.copy())
    is_word = one_of(spoken, _WORDS)
    begins_with_letter = all_of(
        contains(cell, r"^\p{L}"), negated(contains(cell, _LEADING_WORD)), *_has_no_prefix(cell, conventions)
    )
    return [
        NumberCase(all_of(negated(contains(cell, "[0-9]")), negated(is_word)), None),
        NumberCase(is_word, looked_up(spoken, {word: double(value) for word, value in _WORDS.items()})),
        NumberCase(begins_with_letter, None),
        NumberCase(contains(cell, r"^[\"'/&@,;:_=|{}%?!]"), None),
    ]


def _has_no_prefix(cell: exp.Expr, conventions: NumberConventions) -> list[exp.Expr]:
    """The conditions under which a text that begins with a letter has no number after a word that is ignored."""
    if conventions.prefixes is None:
        return [negated(contains(cell, _PREFIXED))]
    if not conventions.prefixes:
        return []
    return [negated(one_of(exp.Lower(this=extracted(cell, _PREFIXED)), conventions.prefixes))]


def view_cases(cases: list[NumberCase], view: ViewKind, ranges: bool) -> list[Case]:
    """The cases of one of the views of numbers."""
    found = []
    for case in cases:
        value: exp.Expr = exp.Null()
        if case.amount is not None and view is ViewKind.NUMBER:
            # Adding zero turns the negative zero into zero.
            value = exp.Add(this=exp.paren(case.amount.copy()), expression=double(0))
        elif case.second is not None and view is ViewKind.SECOND_NUMBER:
            value = case.second
        elif case.amount is not None and case.second is not None and view is ViewKind.DIFFERENCE:
            low, high = (case.second, case.amount) if not ranges else (case.amount, case.second)
            value = exp.Sub(this=exp.paren(high.copy()), expression=exp.paren(low.copy()))
        found.append(Case(case.condition, value))
    return found


def may_be_a_number(raw: exp.Expr) -> exp.Expr:
    """Whether a raw text has a digit or something like it, or may be the name of a number; false is certain."""
    letters = replaced(exp.Lower(this=raw.copy()), r"\[[^\[\]]*\]|[^a-z]")
    return any_of(contains(raw, r"\p{Nd}|\p{No}|\x{212a}"), one_of(letters, _WORDS))
