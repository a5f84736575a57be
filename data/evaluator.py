"""The rules of the official WikiTableQuestions evaluator (release 1.0.2): when an answer counts as right."""

from __future__ import annotations

import functools
import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

_TOLERANCE = 1e-6
_LETTERLIKE = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u00b4`", "'"),
        **dict.fromkeys("\u201c\u201d", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
    }
)
# A note at the end of a text: "[1]", "[note 2]", footnote signs, "(est.)". What stands at the very start of the
# text is no note, except a numbered citation or a sign.
_TRAILING_CITATIONS = re.compile(r"(?:(?<!^)\[[^\]]*\]|\[\d+\]|[•♦†‡*#+])*$")
_TRAILING_PARENTHESES = re.compile(r"(?<!^)(?: \([^)]*\))*$")
_OUTER_QUOTES = re.compile(r'^"([^"]*)"$')


@functools.lru_cache(maxsize=1 << 16)
def normalise(text: str) -> str:
    """The form in which the evaluator compares texts: no accents, notes, outer quotes, final period or case."""
    decomposed = unicodedata.normalize("NFKD", text)
    text = "".join(character for character in decomposed if unicodedata.category(character) != "Mn")
    text = text.translate(_LETTERLIKE)
    before = None
    while before != text:
        before = text
        text = _TRAILING_CITATIONS.sub("", text.strip())
        text = _TRAILING_PARENTHESES.sub("", text.strip())
        text = _OUTER_QUOTES.sub(r"\1", text.strip())
    return " ".join(text.removesuffix(".").split()).lower()


@dataclass(frozen=True, slots=True)
class StringValue:
    """A text; equal to another when their normalised forms are equal."""

    normalised: str


@dataclass(frozen=True, slots=True)
class NumberValue:
    """A number, with the normalised text it was written as; amounts within 1e-6 match."""

    amount: float
    normalised: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NumberValue) and self.amount == other.amount

    def __hash__(self) -> int:
        return hash(self.amount)


@dataclass(frozen=True, slots=True)
class DateValue:
    """A date whose unknown parts are ``None``, with the normalised text it was written as."""

    year: int | None
    month: int | None
    day: int | None
    normalised: str

    @property
    def parts(self) -> tuple[int | None, int | None, int | None]:
        """Year, month and day."""
        return self.year, self.month, self.day

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DateValue) and self.parts == other.parts

    def __hash__(self) -> int:
        return hash(self.parts)


Value = StringValue | NumberValue | DateValue


def _number(text: str) -> float | None:
    # float() also reads "1_000", which no dataset means as a number.
    if "_" in text:
        return None
    try:
        amount = float(text)
    except ValueError:
        return None
    if not math.isfinite(amount):
        return None
    return float(round(amount)) if abs(amount - round(amount)) < _TOLERANCE else amount


def _date_parts(text: str) -> tuple[int | None, int | None, int | None] | None:
    parts = text.lower().split("-")
    if len(parts) != 3 or "_" in text:
        return None
    try:
        year = None if parts[0] in ("xx", "xxxx") else int(parts[0])
        month = None if parts[1] == "xx" else int(parts[1])
        day = None if parts[2] == "xx" else int(parts[2])
    except ValueError:
        return None
    if year is month is day is None:
        return None
    if (month is not None and not 1 <= month <= 12) or (day is not None and not 1 <= day <= 31):
        return None
    return year, month, day


@functools.lru_cache(maxsize=1 << 16)
def to_value(text: str, canonical: str | None = None) -> Value:
    """The value a text stands for, read from its canonical form where one is given.

    What ``float`` reads is a number; ``yyyy-mm-dd`` with ``xx`` for unknown parts is a date, and a number when only
    the year is known; anything else is a text.
    """
    read = canonical or text
    amount = _number(read)
    if amount is not None:
        return NumberValue(amount, normalise(text))
    date = _date_parts(read)
    if date is None:
        return StringValue(normalise(text))
    year, month, day = date
    if year is not None and month is day is None:
        return NumberValue(float(year), normalise(text))
    return DateValue(year, month, day, normalise(text))


def to_values(texts: Sequence[str], canonical: Sequence[str] | None = None) -> tuple[Value, ...]:
    """The distinct values of the texts, in order of first appearance.

    ``canonical`` holds one canonical form a text (column ``targetCanon`` of the tagged files); ``ValueError`` where
    the lengths differ.
    """
    if canonical is None:
        return tuple(dict.fromkeys(map(to_value, texts)))
    return tuple(dict.fromkeys(to_value(text, form) for text, form in zip(texts, canonical, strict=True)))


def values_match(target: Value, answer: Value) -> bool:
    """Whether an answer is what a target asks for."""
    if target.normalised == answer.normalised:
        return True
    if isinstance(target, NumberValue) and isinstance(answer, NumberValue):
        return abs(target.amount - answer.amount) < _TOLERANCE
    if isinstance(target, DateValue) and isinstance(answer, DateValue):
        return target.parts == answer.parts
    return False


def all_match(targets: Sequence[Value], answers: Sequence[Value]) -> bool:
    """Whether there are as many distinct answers as targets and each target matches some answer."""
    return len(targets) == len(answers) and all(
        any(values_match(target, answer) for answer in answers) for target in targets
    )


def denotation_equal(
    targets: Sequence[str], answers: Sequence[str], canonical_targets: Sequence[str] | None = None
) -> bool:
    """Whether the items of an answer are right by the official rules."""
    return all_match(to_values(targets, canonical_targets), to_values(answers))


@dataclass(frozen=True, slots=True)
class Target:
    """One item of a right answer, with tests that cost little when many possible answers are tried."""

    value: Value

    def matches_text(self, text: str) -> bool:
        """Whether a cell with this text, printed as it stands, is this item."""
        return values_match(self.value, to_value(text))

    def matches_number(self, amount: float) -> bool:
        """Whether this number, printed plainly, is this item."""
        if isinstance(self.value, NumberValue):
            return abs(self.value.amount - amount) < _TOLERANCE
        return math.isfinite(amount) and values_match(self.value, to_value(plain_number(amount)))

    def matches_iso_date(self, iso: str) -> bool:
        """Whether this date ("1999", "1999-05", "XXXX-05-21") is this item."""
        return values_match(self.value, to_value(official_date(iso)))


def parse_targets(targets: Sequence[str], canonical: Sequence[str] | None = None) -> tuple[Target, ...]:
    """The distinct items of a right answer."""
    return tuple(map(Target, to_values(targets, canonical)))


def plain_number(amount: float) -> str:
    """A finite number without exponent, thousands separators or a trailing ".0"; ``ValueError`` if it is not finite."""
    if not math.isfinite(amount):
        raise ValueError(f"{amount} is no number that can be printed in an answer")
    # Ten decimals hide the rounding of binary fractions (0.1 + 0.2) and lose nothing that the evaluator would see.
    text = f"{amount:.10f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


_ISO_DATE = re.compile(r"(?P<year>\d{1,6}|[Xx]{4})(?:-(?P<month>\d\d|[Xx]{2}))?(?:-(?P<day>\d\d|[Xx]{2}))?(?:T.*)?")


def official_date(iso: str) -> str:
    """A date of reduced precision in the evaluator's form: "1999-05" is "1999-05-xx", "XXXX-05-21" is "xx-05-21".

    A plain year stays a number; a time of day is left out, since the form has no place for one; a text that is no
    ISO date is returned unchanged.
    """
    found = _ISO_DATE.fullmatch(iso)
    if not found:
        return iso
    year, month, day = found["year"], found["month"], found["day"]
    if month is None:
        return year
    year = "xx" if year.lower() == "xxxx" else year
    return f"{year}-{month.lower()}-{(day or 'xx').lower()}"


AnswerValue = str | float | tuple[str | float, float]


def official_items(values: Sequence[AnswerValue], dates: bool = False) -> list[str]:
    """The items of a prediction line: cells as they are written, plain numbers, dates in the evaluator's form.

    ``dates`` says that the texts are ISO dates rather than cells. A group (value, count) becomes "value: count".
    """
    items = []
    for value in values:
        if isinstance(value, tuple):
            name, count = official_items(value, dates)
            items.append(f"{name}: {count}")
        elif isinstance(value, str):
            items.append(official_date(value) if dates else value)
        else:
            items.append(plain_number(value))
    return items
