"""Texts in SQL: their keys and words, their length, the name they begin with and what they add at their end."""

from __future__ import annotations

import unicodedata
from functools import cache

from sqlglot import exp

from neural_programmer.execution.sql_schema import Reading
from neural_programmer.execution.typed_views_cases import (
    SPACES,
    Case,
    chosen,
    contains,
    equals,
    extracted,
    joined,
    length,
    matches,
    replaced,
    text,
    translated,
    trimmed,
    whole,
)
from neural_programmer.tables.text_parts import LONGEST_CELL
from neural_programmer.tables.values import text_key

_EMPTY = text("")
_NOTHING = exp.Null()
_ADDED_MARKS = "*†‡ "
_MARKS = rf"(?i:(?:at|vs\.?|v\.?|@|\^|#[{SPACES}]?\p{{Nd}}+|No\.[{SPACES}]?\p{{Nd}}+)[{SPACES}]+|[@^][{SPACES}]*)+"
_ADDITION = rf"(?s)(?:[{SPACES}]*\n|,[{SPACES}]+|[{SPACES}]+\().*$"
_LINE_ENDS = r"\n\r\x0b\x0c\x1c-\x1e\x{85}\x{2028}\x{2029}"

# The blocks in which letters are looked for that SQL brings into the form of keys as Python does.
_BLOCKS = (
    (0xA1, 0x250),
    (0x370, 0x530),
    (0x1E00, 0x2000),
    (0x2010, 0x2060),
    (0x20A0, 0x20C0),
    (0x2190, 0x2200),
    (0x3041, 0x3100),
    (0x4E00, 0x9FA6),
)
# Signs that keys write plainly; each is one character, and so is what it becomes.
_SIGNS = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2018\u2019\u201c\u201d`\xa0"
_PLAIN = "-------''\"\"' "


def _simple_key(character: str) -> str:
    """The key of a character as SQL makes it: without accents, in lower case."""
    decomposed = unicodedata.normalize("NFD", character)
    return "".join(part for part in decomposed if not unicodedata.combining(part)).lower()


def _is_simple(character: str) -> bool:
    category = unicodedata.category(character)
    if category[0] in "CZM" or unicodedata.normalize("NFC", character) != character:
        return False
    key = text_key(character)
    letter = unicodedata.category(key)[0] in "LN" if len(key) == 1 else False
    return len(key) == 1 and key == _simple_key(character) and letter == key.isalnum()


@cache
def simple_characters() -> str:
    """The inside of a character class with the characters beyond ASCII whose keys SQL makes as Python does."""
    ranges: list[list[int]] = []
    for first, end in _BLOCKS:
        for code in range(first, end):
            if _is_simple(chr(code)) or chr(code) in _SIGNS:
                if ranges and ranges[-1][1] == code - 1:
                    ranges[-1][1] = code
                else:
                    ranges.append([code, code])
    return r"\x{a0}" + "".join(
        rf"\x{{{low:x}}}" if low == high else rf"\x{{{low:x}}}-\x{{{high:x}}}" for low, high in ranges
    )


def key_of_ascii(of: exp.Expr) -> exp.Expr:
    """The key of a text in ASCII that holds no white space but single blanks between words."""
    return exp.Lower(this=exp.Replace(this=of.copy(), expression=text("`"), replacement=text("'")))


def key_of_simple(of: exp.Expr) -> exp.Expr:
    """The key of a text of ASCII and ``simple_characters``."""
    plain = translated(of, _SIGNS, _PLAIN)
    letters = exp.Lower(this=exp.Anonymous(this="STRIP_ACCENTS", expressions=[plain]))
    return trimmed(replaced(letters, rf"[{SPACES}]+", " "), " ")


def words_of_key(key: exp.Expr) -> exp.Expr:
    """The words of a text of which the key is given."""
    words = trimmed(replaced(key, r"[^\p{L}\p{N}]+", " "), " ")
    return exp.Coalesce(
        this=joined(text(" "), exp.Nullif(this=words, expression=_EMPTY.copy()), text(" ")), expressions=[_EMPTY.copy()]
    )


def is_plain(raw: exp.Expr) -> exp.Expr:
    """Whether a text is in ASCII, with no white space but single blanks between words."""
    return matches(raw, r"[!-~]+(?: [!-~]+)*")


def is_simple(raw: exp.Expr) -> exp.Expr:
    r"""Whether a text is made of ASCII and ``simple_characters``."""
    return matches(raw, rf"[\x00-\x7f{simple_characters()}]*")


def text_cases(raw: exp.Expr, reading: Reading) -> list[Case]:
    """The cases of a column's own text, its key and its words; a blank text is missing."""
    blank = equals(trimmed(raw), _EMPTY)
    if reading is Reading.RAW:
        return [Case(exp.true(), chosen(blank, _NOTHING, raw))]
    return [
        Case(is_plain(raw), _form(key_of_ascii(raw), reading)),
        Case(blank, _NOTHING),
        Case(is_simple(raw), _form(key_of_simple(raw), reading)),
    ]


def _form(key: exp.Expr, reading: Reading) -> exp.Expr:
    return words_of_key(key) if reading is Reading.WORDS else key


def length_cases(raw: exp.Expr) -> list[Case]:
    """The cases of the length of a text without the white space around it."""
    counted = exp.cast(exp.Nullif(this=length(trimmed(raw)), expression=whole(0)), exp.DType.DOUBLE)
    return [Case(exp.true(), counted)]


def _head(raw: exp.Expr) -> exp.Expr:
    stripped = trimmed(raw)
    named = replaced(stripped, rf"^{_MARKS}", everywhere=False)
    name = trimmed(replaced(named, _ADDITION, everywhere=False), _ADDED_MARKS)
    whole_text = exp.Nullif(this=stripped.copy(), expression=_EMPTY.copy())
    first = exp.Coalesce(this=exp.Nullif(this=name, expression=_EMPTY.copy()), expressions=[whole_text.copy()])
    return chosen(exp.GT(this=length(raw), expression=whole(LONGEST_CELL)), whole_text, first)


_IN_PARENTHESES = rf"\(([^()]+)\)[{SPACES}*†‡]*$"
_LAST_COMMA = rf"^[^{_LINE_ENDS}]+, ([^{_LINE_ENDS}]*)"


def _tail(raw: exp.Expr) -> exp.Expr:
    stripped = trimmed(raw)
    inside = trimmed(extracted(stripped, _IN_PARENTHESES))
    after = trimmed(extracted(stripped, _LAST_COMMA), _ADDED_MARKS)
    added = exp.Nullif(this=chosen(contains(stripped, _IN_PARENTHESES), inside, after), expression=_EMPTY.copy())
    return chosen(exp.GT(this=length(raw), expression=whole(LONGEST_CELL)), _NOTHING, added)


def part_cases(raw: exp.Expr, reading: Reading, is_head: bool) -> list[Case]:
    """The cases of the name that a text begins with, or of what it adds at its end."""
    part = _head(raw) if is_head else _tail(raw)
    if reading is Reading.RAW:
        return [Case(exp.true(), part)]
    # NULL where the text has no such part, since lower case and the rest make nothing of NULL.
    key = key_of_simple(part)
    missing = exp.Is(this=part.copy(), expression=exp.Null())
    return [Case(is_simple(raw), chosen(missing, _NOTHING, _form(key, reading)))]
