"""What linking a question to a table gives: tokens, mentions, column matches and cues."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from neural_programmer.tables.constants import Constant


class MatchSource(StrEnum):
    """How a span of the question came to match."""

    EXACT = "exact"
    LEMMA = "lemma"
    NUMBER_WORD = "number_word"
    ORDINAL = "ordinal"
    ALIAS = "alias"
    PARTIAL = "partial"
    FUZZY = "fuzzy"


class CueKind(StrEnum):
    """What a cue word suggests that the program does."""

    SUPERLATIVE_MAX = "superlative_max"
    SUPERLATIVE_MIN = "superlative_min"
    COMPARATIVE_GREATER = "comparative_greater"
    COMPARATIVE_LESS = "comparative_less"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    BETWEEN = "between"
    NEGATION = "negation"
    COUNT = "count"
    COUNT_DISTINCT = "count_distinct"
    FIRST = "first"
    LAST = "last"
    BEFORE = "before"
    AFTER = "after"
    ABOVE = "above"
    BELOW = "below"
    NEXT = "next"
    PREVIOUS = "previous"
    TOTAL = "total"
    AVERAGE = "average"
    DIFFERENCE = "difference"
    SAME = "same"
    MOST_COMMON = "most_common"
    LEAST_COMMON = "least_common"
    OR = "or"
    YES_NO = "yes_no"


@dataclass(frozen=True, slots=True)
class Token:
    """A token of the question; ``start`` and ``end`` are character offsets, ``key`` is its ``text_key``."""

    text: str
    key: str
    lemma: str
    start: int
    end: int
    is_stop: bool
    is_number: bool


@dataclass(frozen=True, slots=True)
class Mention:
    """A constant that the tokens ``start`` to ``end`` (exclusive) offer; ``score`` is in (0, 1]."""

    constant: Constant
    start: int
    end: int
    source: MatchSource
    score: float


@dataclass(frozen=True, slots=True)
class ColumnMatch:
    """A column whose header the tokens ``start`` to ``end`` (exclusive) name; ``score`` is in (0, 1]."""

    column: str
    start: int
    end: int
    source: MatchSource
    score: float


@dataclass(frozen=True, slots=True)
class Cue:
    """A word or phrase, tokens ``start`` to ``end`` (exclusive), that suggests an operation."""

    kind: CueKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Linking:
    """A question linked to a table; mentions and column matches come best first.

    ``truncated`` is true where the question was too long to be linked whole: ``tokens`` then stops early.
    """

    question: str
    tokens: tuple[Token, ...]
    mentions: tuple[Mention, ...]
    column_matches: tuple[ColumnMatch, ...]
    cues: tuple[Cue, ...]
    truncated: bool = False
