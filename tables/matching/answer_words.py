"""The words in which a question wants its answer: yes or no, one of two alternatives, a number of years."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from typing import Any

from neural_programmer.tables.constants import Constant, ConstantKind
from neural_programmer.tables.matching.linking import ColumnMatch, MatchSource, Mention, Token
from neural_programmer.tables.word_lists import word_list

_SCORE = 0.9
_ALTERNATIVES_AT_MOST = 4
_LONGEST_ALTERNATIVE = 8
# Words beside "or" that are no alternatives themselves: "greater than or less than".
_LINKS = frozenset({"than", ",", "-", "either", "whether"})

Span = tuple[int, int]


@functools.cache
def _words() -> dict[str, Any]:
    words: dict[str, Any] = word_list("answer_words")
    return words


@functools.cache
def _opposites() -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(pair.split()) for pair in _words()["opposites"])


def are_opposites(one: str, other: str) -> bool:
    """Whether two words are yes and no, more and less or the like, and no names of things."""
    return (one.lower(), other.lower()) in _opposites()


def choice_mentions(
    question: str, tokens: Sequence[Token], mentions: Iterable[Mention], matches: Iterable[ColumnMatch]
) -> list[Mention]:
    """The pairs of words one of which may be the answer: alternatives joined by "or", else "yes" and "no"."""
    keys = [token.key for token in tokens]
    named: list[Mention | ColumnMatch] = [*mentions, *matches]
    spans = sorted({(one.start, one.end) for one in named})
    found: list[Mention] = []
    for place in (at for at, key in enumerate(keys) if key == "or" or _is_slash(keys, at)):
        found += _alternatives(question, tokens, place, spans)
    if found:
        return found[:_ALTERNATIVES_AT_MOST]
    asking = next((at for at, key in enumerate(keys) if _asks(keys, at, key)), None)
    return [] if asking is None else [_choice("yes", "no", asking, asking + 1)]


def _is_slash(keys: Sequence[str], at: int) -> bool:
    """Whether a slash stands for an "or": "more/less"."""
    return keys[at] == "/" and 0 < at < len(keys) - 1 and are_opposites(keys[at - 1], keys[at + 1])


def _asks(keys: Sequence[str], at: int, key: str) -> bool:
    """Whether the word opens a question that is answered by yes or no."""
    return key in _words()["questions"] and (at == 0 or keys[at - 1] in {",", ".", ":"})


def _choice(first: str, second: str, start: int, end: int) -> Mention:
    return Mention(Constant(ConstantKind.CHOICE, (first, second)), start, end, MatchSource.EXACT, _SCORE)


def _alternatives(question: str, tokens: Sequence[Token], place: int, spans: Sequence[Span]) -> list[Mention]:
    """The pairs of alternatives that one "or" joins, likeliest first."""
    before, after = place, place + 1
    while before > 0 and tokens[before - 1].key in _LINKS:
        before -= 1
    while after < len(tokens) and tokens[after].key in _LINKS:
        after += 1
    if not before > 0 or after >= len(tokens):
        return []
    words = (tokens[before - 1].key, tokens[after].key)
    if words in _opposites():
        return [_choice(*words, before - 1, after + 1)]
    if words[1] == "not" or (tokens[before - 1].is_number and words[1] in _comparatives()):
        return []
    content = after
    while content < len(tokens) - 1 and tokens[content].is_stop:
        content += 1
    left = [span for span in spans if span[1] == before and span[0] < before]
    right = [span for span in spans if after <= span[0] <= content and span[1] > span[0]]
    pairs: list[tuple[Span, Span]] = []
    if left or right:
        one = min(left, default=None)
        other = max(right, key=lambda span: span[1] - span[0], default=None)
        if one is None and other is not None:
            one = (max(0, before - (other[1] - other[0])), before)
        if other is None and one is not None:
            other = (content, min(len(tokens), content + one[1] - one[0]))
        if one is not None and other is not None:
            pairs.append((one, other))
    pairs.append(((before - 1, before), (content, content + 1)))
    clause = _clause(tokens, before, after)
    if clause is not None:
        pairs.append(clause)
    written = [(_text(question, tokens, one), _text(question, tokens, other), one, other) for one, other in pairs]
    unique = {(first, second): (one, other) for first, second, one, other in reversed(written) if first and second}
    return [
        _choice(first, second, one[0], other[1]) for (first, second), (one, other) in reversed(list(unique.items()))
    ]


@functools.cache
def _comparatives() -> frozenset[str]:
    return frozenset(word for pair in _opposites() for word in pair)


def _clause(tokens: Sequence[Token], before: int, after: int) -> tuple[Span, Span] | None:
    """What stands between the punctuation around the "or" and the word itself."""
    start = before
    while start > 0 and tokens[start - 1].key not in {",", ":", "-", ";"}:
        start -= 1
    end = after
    while end < len(tokens) and tokens[end].key not in {"?", ",", ".", ";"}:
        end += 1
    if not start or max(before - start, end - after) > _LONGEST_ALTERNATIVE:
        return None
    return (start, before), (after, end)


def _text(question: str, tokens: Sequence[Token], span: Span) -> str:
    start, end = span
    while end - start > 1 and tokens[start].key in {"the", "a", "an", "in", "from", "at", "of", "on"}:
        start += 1
    return question[tokens[start].start : tokens[end - 1].end].strip("\"'“” ")


def unit_mentions(tokens: Sequence[Token], headers: Iterable[str]) -> list[Mention]:
    """The units in which a question for a duration may want its answer: those that it or a header names, and years."""
    keys = [token.key for token in tokens]
    text = " ".join(keys)
    asked = next((phrase for phrase in _words()["durations"] if phrase in text), None)
    if asked is None:
        return []
    first = keys.index("how")
    units: dict[str, str] = _words()["units"]
    plurals = {plural: plural for plural in units.values()}
    known = {**units, **plurals}
    found = {_words()["usual_unit"]: first}
    for at, key in enumerate(keys):
        if key in known:
            found.setdefault(known[key], at)
    for header in headers:
        for word in header.casefold().split():
            if word.strip("()#") in plurals:
                found.setdefault(word.strip("()#"), first)
    return [
        Mention(Constant(ConstantKind.UNIT, (unit,)), at, at + 1, MatchSource.EXACT, _SCORE)
        for unit, at in found.items()
    ]
