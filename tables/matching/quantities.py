"""Numbers and ordinals in a question, in digits and in words."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from neural_programmer.tables.constants import Constant, ConstantKind
from neural_programmer.tables.matching.index import TableIndex
from neural_programmer.tables.matching.linking import MatchSource, Mention, Token
from neural_programmer.tables.numbers import Certainty, read_number
from neural_programmer.tables.word_lists import word_list

_LONGEST_NUMBER = 4
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)")
# What a table says with a number that a question says with "no" or "did not win any".
_ZERO = Constant(ConstantKind.NUMBER, (0.0,))
_CURRENCY = frozenset("$€£¥₹")


@functools.cache
def _phrases() -> tuple[dict[tuple[str, ...], float], int]:
    phrases = {tuple(phrase.split()): float(value) for phrase, value in word_list("number_phrases").items()}
    return phrases, max(map(len, phrases))


def number_mentions(question: str, tokens: Sequence[Token], index: TableIndex) -> list[Mention]:
    """Number and ordinal constants in order of position."""
    found: list[Mention] = []
    position = 0
    while position < len(tokens):
        mentions, end = _at(question, tokens, position, index)
        found += mentions
        position = end
    return found


def _at(question: str, tokens: Sequence[Token], start: int, index: TableIndex) -> tuple[list[Mention], int]:
    """The mentions that begin at a token and the token after them."""
    token = tokens[start]
    ordinal = _ordinal(tokens, start)
    if ordinal is not None:
        return _ordinal_mentions(*ordinal, start, index), ordinal[1]
    if any(character.isdecimal() for character in token.key):
        read = _digits(question, tokens, start)
        if read is None:
            return [], start + 1
        amount, first, end = read
        return [_number(amount, first, end, MatchSource.EXACT, index)], end
    phrases, longest = _phrases()
    for length in range(min(longest, len(tokens) - start), 0, -1):
        value = phrases.get(tuple(other.key for other in tokens[start : start + length] if other.key != "-"))
        if value is not None and tokens[start + length - 1].key != "-":
            return [_number(value, start, start + length, MatchSource.NUMBER_WORD, index)], start + length
    if token.key in word_list("nothing") and _says_nothing(tokens, start) and index.holds_number(0.0):
        return [Mention(_ZERO, start, start + 1, MatchSource.ALIAS, 0.4)], start + 1
    written = _words(tokens, start)
    if written is not None:
        return [_number(written[0], start, written[1], MatchSource.NUMBER_WORD, index)], written[1]
    return [], start + 1


def _number(amount: float, start: int, end: int, source: MatchSource, index: TableIndex) -> Mention:
    score = 0.95 if index.holds_number(amount) else 0.7
    if source is MatchSource.NUMBER_WORD:
        # "which one" and "one of" rarely count anything.
        score *= 0.5 if amount == 1.0 else 0.9
    return Mention(Constant(ConstantKind.NUMBER, (amount,)), start, end, source, round(score, 4))


def _says_nothing(tokens: Sequence[Token], place: int) -> bool:
    """Whether a word such as "no" is not short for "number", as it is before a point, a sign or a number."""
    after = tokens[place + 1].key if place + 1 < len(tokens) else ""
    return tokens[place].key != "no" or after[:1].isalpha()


def _digits(question: str, tokens: Sequence[Token], start: int) -> tuple[float, int, int] | None:
    """The number in digits at a token with its sign, currency, percent or scale: (amount, start, end)."""
    if tokens[start].key.endswith("s"):
        return None  # a decade
    first = start
    if start and tokens[start - 1].end == tokens[start].start and tokens[start - 1].key in _CURRENCY | {"-"}:
        attached = start == 1 or tokens[start - 2].end < tokens[start - 1].start
        first = start - 1 if attached or tokens[start - 1].key != "-" else start
    alone = read_number(question[tokens[first].start : tokens[start].end])
    for end in range(min(len(tokens), start + _LONGEST_NUMBER), start, -1):
        written = question[tokens[first].start : tokens[end - 1].end]
        reading = read_number(written)
        if reading is None or reading.certainty is not Certainty.WHOLE or reading.second is not None:
            continue
        # A unit that leaves the amount as it is stays outside, for "5 years" may name the column "Years".
        if end > start + 1 and alone is not None and reading.amount == alone.amount and tokens[end - 1].key != "%":
            continue
        return reading.amount, first, end
    return None


def _words(tokens: Sequence[Token], start: int) -> tuple[float, int] | None:
    """A number in words, "two hundred and five": (amount, end)."""
    words: dict[str, int] = word_list("number_words")
    total, current, end = 0.0, 0.0, start
    previous = float("inf")
    for position in range(start, len(tokens)):
        key = tokens[position].key
        value = words.get(key)
        if value is None:
            joint = key == "-" or (key == "and" and previous in (100, 1000))
            if joint and end == position and position > start and _continues(tokens, position + 1):
                end = position + 1
                continue
            break
        if value >= 100:
            current = max(current, 1.0) * value
            if value >= 1000:
                total, current = total + current, 0.0
        elif position > start and (value >= previous or previous < 20 or (previous < 100 and value >= 10)):
            break
        else:
            current += value
        previous, end = value, position + 1
    return None if end == start else (total + current, end)


def _continues(tokens: Sequence[Token], position: int) -> bool:
    return position < len(tokens) and tokens[position].key in word_list("number_words")


def _ordinal(tokens: Sequence[Token], start: int) -> tuple[int, int] | None:
    """An ordinal, "third", "3rd" or "twenty-first": (rank, end)."""
    words: dict[str, int] = word_list("ordinals")
    key = tokens[start].key
    match = _ORDINAL.fullmatch(key)
    if match:
        return int(match[1]), start + 1
    if key in words:
        return words[key], start + 1
    tens = word_list("number_words").get(key, 0)
    if 20 <= tens <= 90:
        after = start + 2 if start + 1 < len(tokens) and tokens[start + 1].key == "-" else start + 1
        if after < len(tokens) and 1 <= words.get(tokens[after].key, 0) <= 9:
            return tens + words[tokens[after].key], after + 1
    return None


def _ordinal_mentions(rank: int, end: int, start: int, index: TableIndex) -> list[Mention]:
    mentions = []
    if rank > 1:
        mentions.append(Mention(Constant(ConstantKind.ORDINAL, (rank,)), start, end, MatchSource.ORDINAL, 0.7))
    if index.holds_number(rank):
        score = 0.65 if rank > 1 else 0.5
        mentions.append(Mention(Constant(ConstantKind.NUMBER, (float(rank),)), start, end, MatchSource.ORDINAL, score))
    return mentions
