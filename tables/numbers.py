"""Reading the text of one cell as a number.

A reading keeps how sure it is, since only a whole column can tell whether "Week 7" or "3 episodes" is meant as a
number: see `tables.number_columns`.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass
from enum import IntEnum

from neural_programmer.tables.word_lists import word_list

LONGEST_NUMBER_CELL = 160


class Certainty(IntEnum):
    """How much of a cell its number is."""

    PREFIXED = 1  # a word comes first: "Week 7"
    LEADING = 2  # words follow: "4th, Western"
    WHOLE = 3  # nothing else, or only a unit, a remark or a footnote


@dataclass(frozen=True, slots=True)
class NumberReading:
    """A number read from a cell.

    ``second`` is the other number of a pair or range; ``years`` marks a range of years; ``prefix`` the word before a
    ``PREFIXED`` number; ``parenthesised`` a number alone in parentheses, which accountants mean as negative;
    ``behind`` a number after a plus sign, which in a race is the time behind the winner.
    """

    amount: float
    certainty: Certainty
    unit: str | None = None
    second: float | None = None
    years: bool = False
    prefix: str = ""
    parenthesised: bool = False
    behind: bool = False


_UNITS = word_list("units")
_SCALES: dict[str, float] = _UNITS["scales"]
_SCALE_LETTERS: dict[str, float] = _UNITS["scale_letters"]
_CURRENCIES: frozenset[str] = frozenset(_UNITS["currency"])
_NUMBER_WORDS: dict[str, int] = {**word_list("ordinals"), **word_list("number_words")}


def _alternatives(words: list[str] | frozenset[str]) -> str:
    """A pattern for any of the words, longest first; words that end in a letter end at a word boundary."""
    longest_first = sorted(words, key=len, reverse=True)
    return "|".join(re.escape(word) + (r"\b" if word[-1].isalnum() else "") for word in longest_first)


_CURRENCY = _alternatives(_CURRENCIES)
_DIGITS = r"(?:\d{1,3}(?:,\d{2,3})*,\d{3}(?!\d)|\d{1,3}(?: \d{3})+(?!\d)|\d+)(?:\.\d+)?(?!\d)|\.\d+"
PLAIN_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d{1,2})?", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_LEAD = re.compile(
    rf"(?P<open>\()?\s*(?P<approximate>{_alternatives(word_list('approximations'))})?\s*(?P<sign>[+-])?\s*"
    rf"(?P<currency>{_CURRENCY})?\s*(?P<rank>#|nos?\.|no\b|number\b)?\s*(?P<inner>\()?(?P<sign2>-)?"
    rf"(?P<digits>{_DIGITS})(?P<rest>.*)",
    re.IGNORECASE,
)
_PREFIX = re.compile(r"(?P<prefix>[^\W\d_]{1,14}\.?)[ -]?(?P<tail>[#(]?(?:\d|\.\d).*)")
_CLOCK = re.compile(
    r"(?P<sign>[+-])?\s*(?P<first>\d{1,4}):(?P<second>[0-5]\d)(?::(?P<third>[0-5]\d))?(?P<fraction>\.\d+)?"
    r"\s*(?P<half>[ap]\.?m\.?(?:\s(?:[ECMP][SD]?T|GMT|UTC|CET|BST)\b)?)?(?P<rest>(?:\W.*)?)",
    re.IGNORECASE,
)
_SEASON = re.compile(r"(?P<first>1[0-9]\d\d|20\d\d)\s?[-/]\s?(?P<second>\d\d)(?!\d)(?P<rest>.*)")
_PAIR = re.compile(
    rf"\s?(?P<joint>[-/:+]|to\b|x\b|v\b)\s?(?:{_CURRENCY})?(?P<second>{_DIGITS})(?P<rest>.*)", re.IGNORECASE
)
_GOLF = re.compile(r"(?:\d{2}-)+\d{2}\s?=\s?(\d{3})")
_MIXED = re.compile(r"(?:[ -](?P<numerator>\d{1,3})|)/(?P<denominator>\d{1,3})(?![\d/])(?P<rest>.*)")
_HALF = re.compile(r"\s(\d)/(\d)")
_COMPOUND = re.compile(r"(\d+(?:\.\d+)?)\s?([a-z]+\.?|['\"])[\s,]*(?:and\s+)?", re.IGNORECASE)
_EUROPEAN = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d{1,2})?|\d+,\d{1,2}")
_SUFFIX = re.compile(r"(?:st|nd|rd|th|ª|º|s)\b\.?|[.=+:]", re.IGNORECASE)
_UNIT = re.compile(
    r"\s?(?P<unit>%|°\s?[CFK]?(?![\w°'])|[^\W\d_][^\W\d_./]{0,11}(?:/[^\W\d_]+)?[²³23]?)\.?(?=$|\s*\(|\s*/\s*\()"
)
_SCALE = re.compile(rf"\s?(?P<scale>{_alternatives(list(_SCALES))})\.?", re.IGNORECASE)
_REMARK = re.compile(r"(?:\s?(?:[/,]\s?)?\([^()]*\))+\s?")
_OPEN_RANGE = re.compile(r"\s?-\s?(?:present|current|now|incumbent|date|)\.?", re.IGNORECASE)
_RECORD = re.compile(r"(?:-\d+){0,2}")
_LISTED_PAIRS = re.compile(r"\s*(?:\(\d+-\d+\)|\[\d+-\d+\])?\s*[,;]?\s*\d+-\d+")
_FOOTNOTE = re.compile(r"(?<=\S)\s?\[[^\[\]]{0,30}\]")
_SIGNS = str.maketrans(
    {
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d", "-"),
        **dict.fromkeys("\ufeff\u200b\u200e\u200f\u2060\xad", ""),
        **dict.fromkeys("\u2032\u2019\u2018", "'"),
        **dict.fromkeys("\u2033\u201d\u201c", '"'),
        "\u2044": "/",
        "\u00d7": "x",
    }
)


@functools.lru_cache(maxsize=1 << 16)
def clean_cell(text: str) -> str:
    """A cell without footnote marks, with plain spaces, dashes and quotes; lines become spaces."""
    if text.isascii():
        plain = text
    else:
        plain = text.translate(_SIGNS)
        if any(character in plain for character in "½¼¾⅓⅔⅛⅜⅝⅞"):
            plain = re.sub("[½¼¾⅓⅔⅛⅜⅝⅞]", lambda match: " " + unicodedata.normalize("NFKD", match[0]), plain)
            plain = plain.replace("\u2044", "/")
    if "[" in plain:
        plain = _FOOTNOTE.sub("", plain)
    return " ".join(plain.split()).rstrip("*†‡§¶^!? ").lstrip("*†‡§¶^ ")


def _amount(digits: str) -> float:
    return float(digits.replace(",", "").replace(" ", ""))


@functools.lru_cache(maxsize=1 << 16)
def read_number(text: str) -> NumberReading | None:
    """The number in a cell's text, or None; never a part of a date written with a month, which the caller rules out."""
    if len(text) > LONGEST_NUMBER_CELL:
        return None
    if PLAIN_NUMBER.fullmatch(text):
        return NumberReading(float(text), Certainty.WHOLE)
    cell = clean_cell(text)
    if not cell:
        return None
    if _DIGIT.search(cell) is None:
        word = _NUMBER_WORDS.get(cell.lower())
        return None if word is None else NumberReading(float(word), Certainty.WHOLE)
    if not cell.isascii():
        cell = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in cell)
    if ":" in cell and (clock := _read_clock(cell)) is not None:
        return clock
    if "=" in cell and (golf := _read_golf(cell)) is not None:
        return golf
    return _read_led(cell) or _read_prefixed(cell)


def _read_clock(cell: str) -> NumberReading | None:
    match = _CLOCK.fullmatch(cell)
    if match is None:
        return None
    remark_only = not match["rest"] or _REMARK.fullmatch(match["rest"]) is not None
    if not remark_only and match["third"] is None and not match["fraction"]:
        return None
    first, second, third = int(match["first"]), int(match["second"]), match["third"]
    half = (match["half"] or "").lower()
    if half:
        if not 1 <= first <= 12:
            return None
        first = first % 12 + (12 if half[0] == "p" else 0)
    # Two fields are minutes and seconds, unless "am" or "pm" makes them hours and minutes.
    seconds = first * 3600 + second * 60 + int(third or 0) if third or half else first * 60 + second
    amount = round(seconds + float(match["fraction"] or 0), 6)
    certainty = Certainty.WHOLE if remark_only else Certainty.LEADING
    return NumberReading(-amount if match["sign"] == "-" else amount, certainty, "s", behind=match["sign"] == "+")


def _read_golf(cell: str) -> NumberReading | None:
    match = _GOLF.fullmatch(cell)
    return None if match is None else NumberReading(float(match[1]), Certainty.WHOLE)


def _read_season(cell: str) -> NumberReading | None:
    match = _SEASON.fullmatch(cell)
    if match is None:
        return None
    first, last_two = int(match["first"]), int(match["second"])
    second = first // 100 * 100 + last_two
    if second < first:
        second += 100
    if second - first > 50:
        return None
    certainty = Certainty.WHOLE if not match["rest"] or _REMARK.fullmatch(match["rest"]) else Certainty.LEADING
    return NumberReading(float(first), certainty, None, float(second), years=True)


def _read_compound(cell: str) -> NumberReading | None:
    """ "68 years, 3 days" in the larger unit, "3 h 20 min" in seconds, 6'2" in inches."""
    pieces = _COMPOUND.findall(cell)
    if len(pieces) < 2 or _COMPOUND.sub("", cell).strip():
        return None
    names = [unit.rstrip(".").lower() for _, unit in pieces]
    for family, unit in (("ages", names[0]), ("durations", "s"), ("lengths", "in")):
        sizes: dict[str, float] = _UNITS[family]
        if all(name in sizes for name in names):
            whole = sum(float(amount) * sizes[name] for (amount, _), name in zip(pieces, names, strict=True))
            amount = round(whole / (sizes[names[0]] if family == "ages" else 1), 6)
            return NumberReading(amount, Certainty.WHOLE, unit)
    return None


def _read_led(cell: str) -> NumberReading | None:
    """A number that begins the cell, after nothing but a sign, a currency or a mark of approximation."""
    season = _read_season(cell)
    if season is not None:
        return season
    match = _LEAD.fullmatch(cell)
    if match is None:
        return None
    digits, rest = match["digits"], match["rest"]
    european = _EUROPEAN.match(cell, match.start("digits"))
    if european and european.end() > match.end("digits") and not cell[european.end() : european.end() + 1].isdigit():
        digits, rest = european[0].replace(".", "").replace(",", "."), cell[european.end() :]
    sign = -1.0 if "-" in (match["sign"], match["sign2"]) else 1.0
    amount = _amount(digits)
    currency = match["currency"]
    if match["open"] or match["inner"]:
        closing = re.match(r"(?:\s?%)?\s?\)", rest)
        if closing is None:
            return None
        after = rest[closing.end() :].strip()
        if after:  # "(001) 6.40": a number in parentheses before the one that counts
            following = _read_led(after)
            return following if following is not None and not match["inner"] else None
        return NumberReading(sign * amount, Certainty.WHOLE, _unit_of(currency), parenthesised=True)
    if not rest:
        return NumberReading(sign * amount, Certainty.WHOLE, _unit_of(currency), behind=match["sign"] == "+")
    if rest[0] in "./:" and re.match(r"[./:]\d+[./:]\d", rest):
        return None  # a version, an address or a date in digits
    if not currency and sign > 0:
        special = _read_compound(cell) or _read_fraction(amount, digits, rest) or _read_pair(amount, digits, rest)
        if special is not None:
            return special
        if _PAIR.match(rest) and not re.match(r"\s?[+]", rest):
            return None
    pair = _PAIR.match(rest) if currency else None
    if pair is not None and pair["joint"].lower() in ("-", "to") and _SCALE.match(pair["rest"]):
        rest = pair["rest"]  # "$6-7.2 million" begins at six million
    return _read_rest(sign * amount, currency, rest)


def _unit_of(currency: str | None) -> str | None:
    return None if currency is None else currency.lower().rstrip(".")


def _read_fraction(amount: float, digits: str, rest: str) -> NumberReading | None:
    """ "1/2", "3 1/2", "2-3/4"; "134 / 250" and "3/5" with a blank stay pairs."""
    match = _MIXED.match(rest)
    if match is None or not digits.isdecimal() or (match["rest"] and not _UNIT.fullmatch(match["rest"])):
        return None
    denominator = int(match["denominator"])
    numerator = amount if match["numerator"] is None else float(match["numerator"])
    if not 0 < numerator < denominator:
        return None
    whole = 0.0 if match["numerator"] is None else amount
    unit = _UNIT.fullmatch(match["rest"])
    return NumberReading(whole + numerator / denominator, Certainty.WHOLE, unit["unit"] if unit else None)


def _read_pair(amount: float, digits: str, rest: str) -> NumberReading | None:
    """Two numbers: a score, a record of wins and losses, a range, so many of so many."""
    match = _PAIR.match(rest)
    if match is None:
        return None
    second, tail = _amount(match["second"]), match["rest"]
    half = _HALF.fullmatch(tail)
    if half is not None and int(half[1]) < int(half[2]):  # the feet and inches of "5-8 1/2"
        second, tail = second + int(half[1]) / int(half[2]), ""
    years = len(digits) == len(match["second"]) == 4 and 1000 <= amount <= second <= 2100 and match["joint"] in "-/to"
    if not years and _LISTED_PAIRS.match(tail):
        return None  # the sets of a tennis match are no single pair
    if _RECORD.fullmatch(tail) or _REMARK.fullmatch(tail):
        return NumberReading(amount, Certainty.WHOLE, None, second, years)
    unit = _UNIT.fullmatch(tail)
    if unit is not None:
        return NumberReading(amount, Certainty.WHOLE, unit["unit"], second, years)
    if tail[0] in " ,;":
        return NumberReading(amount, Certainty.LEADING, None, second, years)
    return None


def _read_rest(amount: float, currency: str | None, rest: str) -> NumberReading | None:
    """The number given what follows it: suffix, scale, unit, remark or other words."""
    if re.match(r"\.\d|,\d|'\d|°\s?\d", rest):
        return None
    unit = _unit_of(currency)
    suffix = _SUFFIX.match(rest)
    if suffix is not None:
        rest = rest[suffix.end() :]
    if not rest or _REMARK.fullmatch(rest) or _OPEN_RANGE.fullmatch(rest):
        return NumberReading(amount, Certainty.WHOLE, unit)
    scale = _SCALE.match(rest)
    if scale is None and currency and rest[0].lower() in _SCALE_LETTERS and not rest[1:2].isalpha():
        amount, rest = amount * _SCALE_LETTERS[rest[0].lower()], rest[1:]
    elif scale is not None:
        amount, rest = amount * _SCALES[scale["scale"].casefold()], rest[scale.end() :]
    if not rest or _REMARK.fullmatch(rest):
        return NumberReading(amount, Certainty.WHOLE, unit)
    written = _UNIT.match(rest)
    if written is not None:
        after = rest[written.end() :]
        name = written["unit"].rstrip(".")
        # "3 episodes" counts them, "30 Rock" is a name: units are written small, or are symbols of few letters.
        if (len(name) <= 3 or name.islower()) and (not after or _REMARK.fullmatch(after)):
            return NumberReading(amount, Certainty.WHOLE, unit or name)
    if len(rest.split()) <= 8:
        return NumberReading(amount, Certainty.LEADING, unit)
    return None


def _read_prefixed(cell: str) -> NumberReading | None:
    match = _PREFIX.fullmatch(cell)
    if match is None:
        return None
    reading = _read_led(match["tail"].lstrip("#"))
    if reading is None or reading.parenthesised:
        return None
    return NumberReading(
        reading.amount,
        Certainty.PREFIXED,
        reading.unit,
        reading.second,
        reading.years,
        match["prefix"].rstrip(".").lower(),
    )
