"""Types of questions by their wording, for tables of results; every question has exactly one."""

from __future__ import annotations

import re
from enum import StrEnum


class QuestionType(StrEnum):
    """What a question's wording asks for."""

    CHOICE = "choice (… or …)"
    YES_NO = "yes or no"
    DIFFERENCE = "difference"
    AVERAGE = "average"
    TOTAL = "sum"
    COUNT = "count"
    NEIGHBOUR = "next or previous"
    SAME = "same as"
    MOST_COMMON = "most or least common"
    SUPERLATIVE = "superlative"
    FIRST_LAST = "first or last"
    COMPARISON = "comparison"
    AMOUNT = "how much or how long"
    WHEN = "when"
    WHO = "who"
    WHERE = "where"
    LOOKUP = "other"


_SUPERLATIVE = (
    r"most|least|fewest|highest|lowest|largest|smallest|longest|shortest|biggest|greatest|best|worst|oldest|"
    r"youngest|newest|tallest|fastest|slowest|heaviest|lightest|deepest|closest|farthest|furthest|richest|"
    r"maximum|minimum|max|min|top"
)
_LENGTHENED = (
    r"greater|higher|lower|larger|smaller|longer|shorter|bigger|better|worse|older|younger|taller|"
    r"faster|slower|heavier|lighter|earlier|later|closer|farther|further"
)
_COMPARATIVE = (
    rf"{_LENGTHENED}|more|less|fewer|over|under|above|below|at least|at most|exceed\w*|"
    r"before|after|since|prior to|between"
)

# The first rule that fits decides, so rarer wordings stand before those which their questions also contain:
# "how many more" is a difference and no count, "who came next after" asks for a neighbour and not for a person.
_RULES: tuple[tuple[QuestionType, str], ...] = (
    (QuestionType.YES_NO, r"^(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would)\b(?!.*\bor\b)"),
    (
        QuestionType.CHOICE,
        r"\bor (?!more\b|less\b|fewer\b|higher\b|lower\b|above\b|below\b|over\b|under\b|later\b|better\b)",
    ),
    (
        QuestionType.DIFFERENCE,
        r"\bdifferen(?:ce|t) (?:between|in|of)\b|\bhow (?:many|much) (?:\w+ ){0,3}?(?:more|less|fewer)\b|"
        rf"\bhow (?:much|many \w+) (?:\w+ ){{0,2}}?(?:{_LENGTHENED}|passed|elapsed|apart)\b",
    ),
    (QuestionType.AVERAGE, r"\b(?:average|mean)\b"),
    (QuestionType.TOTAL, r"\b(?:total|sum|combined|altogether|in all)\b"),
    (QuestionType.MOST_COMMON, r"\b(?:most|least) (?:common|often|frequent\w*|popular|times)\b"),
    (QuestionType.COUNT, rf"\bhow many\b|^(?!.*\b(?:{_SUPERLATIVE})\b).*\b(?:number|amount) of\b"),
    (QuestionType.SAME, r"\bsame\b|\b(?:besides|other than|aside from|apart from|in addition to)\b"),
    (
        QuestionType.NEIGHBOUR,
        r"\b(?:next|previous|following|preceding|previously|immediately|directly|right (?:before|after)|"
        r"(?:came|comes|come|listed|ranked|finished|placed) (?:\w+ )?(?:before|after|above|below))\b",
    ),
    (QuestionType.SUPERLATIVE, rf"(?<!\bat )\b(?:{_SUPERLATIVE})\b"),
    (QuestionType.FIRST_LAST, r"\b(?:first|last|final|earliest|latest|initial|bottom)\b"),
    (QuestionType.COMPARISON, rf"\b(?:{_COMPARATIVE})\b"),
    (QuestionType.AMOUNT, r"\bhow (?:much|long|far|old|tall|high|big|large|deep|fast|wide|often|heavy)\b"),
    (QuestionType.WHEN, r"\bwhen\b|\b(?:what|which) (?:\w+ )?(?:year|date|month|day|season|decade|time)s?\b"),
    (
        QuestionType.WHO,
        r"\bwho(?:se|m)?\b|\b(?:what|which) (?:\w+ )?(?:player|person|people|actor|driver|rider|team|club)s?\b",
    ),
    (
        QuestionType.WHERE,
        r"\bwhere\b|\b(?:what|which) (?:\w+ )?(?:country|countries|nation|nations|city|cities|town|place|"
        r"location|venue|stadium|state|county|region)s?\b",
    ),
)
_COMPILED = tuple((kind, re.compile(pattern)) for kind, pattern in _RULES)


def question_type(question: str) -> QuestionType:
    """The type of a question, by the first rule its wording fits."""
    question = question.casefold().strip()
    return next((kind for kind, pattern in _COMPILED if pattern.search(question)), QuestionType.LOOKUP)
