"""Which words of a question a program took up, and which it left unused."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from neural_programmer.language.program import Program
from neural_programmer.tables.matching.linking import Cue, CueKind, Linking, MatchSource

# The operations that take up a cue; an operation's name may be a prefix here ("filter_greater").
_TAKEN_UP_BY: dict[CueKind, tuple[str, ...]] = {
    CueKind.SUPERLATIVE_MAX: ("argmax", "kth_max", "maximum", "most_common", "which_greater", "larger_set", "last"),
    CueKind.SUPERLATIVE_MIN: ("argmin", "kth_min", "minimum", "least_common", "which_less", "smaller_set", "first"),
    CueKind.COMPARATIVE_GREATER: (
        "filter_greater",
        "filter_above",
        "which_greater",
        "larger_set",
        "difference",
        "subtract",
        "argmax",
        "verdict",
    ),
    CueKind.COMPARATIVE_LESS: (
        "filter_less",
        "filter_below",
        "which_less",
        "smaller_set",
        "difference",
        "subtract",
        "argmin",
        "verdict",
    ),
    CueKind.AT_LEAST: ("filter_greater_equal", "filter_greater"),
    CueKind.AT_MOST: ("filter_less_equal", "filter_less"),
    CueKind.BETWEEN: ("filter_between", "intersect", "difference", "subtract", "filter_greater", "filter_less"),
    CueKind.NEGATION: ("filter_not", "except_rows", "filter_empty"),
    CueKind.COUNT: ("count", "select", "sum", "number_of", "difference", "subtract", "maximum", "minimum"),
    CueKind.COUNT_DISTINCT: ("count_distinct",),
    CueKind.FIRST: ("first", "argmin", "kth_row", "minimum", "which_less", "kth_min"),
    CueKind.LAST: ("last", "argmax", "maximum", "which_greater", "kth_max"),
    CueKind.BEFORE: ("verdict", "previous", "above", "filter_less", "argmax", "last", "which_less"),
    CueKind.AFTER: ("verdict", "next", "below", "filter_greater", "argmin", "first", "which_greater"),
    CueKind.ABOVE: ("verdict", "previous", "above", "filter_greater", "filter_above"),
    CueKind.BELOW: ("verdict", "next", "below", "filter_less", "filter_below"),
    CueKind.NEXT: ("next", "below", "kth_", "filter_greater"),
    CueKind.PREVIOUS: ("previous", "above", "filter_less"),
    CueKind.TOTAL: ("sum", "total_rows", "count", "add", "number_of", "select"),
    CueKind.AVERAGE: ("average",),
    CueKind.DIFFERENCE: ("difference", "subtract", "range"),
    CueKind.SAME: ("same_value", "filter_equals", "verdict_same"),
    CueKind.MOST_COMMON: ("most_common_value", "count_by_value"),
    CueKind.LEAST_COMMON: ("least_common_value", "count_by_value"),
    CueKind.OR: ("union", "filter_any", "filter_contains_any", "larger_set", "smaller_set", "which_", "verdict"),
    CueKind.YES_NO: ("verdict",),
}


def unused_words(program: Program, linking: Linking) -> list[str]:
    """The content words of the question which no argument of the program matches and no operation answers to.

    In the question's order and spelling; stop words and punctuation are left out.
    """
    constants = {step.constant for step in program if step.constant is not None}
    columns = {step.column.column for step in program if step.column is not None}
    operations = {step.operation for step in program}
    spans = [(mention.start, mention.end) for mention in linking.mentions if mention.constant in constants]
    spans += [(match.start, match.end) for match in linking.column_matches if match.column in columns]
    spans += [(cue.start, cue.end) for cue in linking.cues if takes_up(operations, cue)]
    used = {number for start, end in spans for number in range(start, end)}
    return [linking.tokens[number].text for number in content_words(linking) if number not in used]


def takes_up(operations: Collection[str], cue: Cue) -> bool:
    """Whether one of the operations of a program answers to a cue."""
    return any(operation.startswith(name) for operation in operations for name in _TAKEN_UP_BY[cue.kind])


def unused_share(unused: Sequence[str], linking: Linking) -> float:
    """Which share of the question's content words the unused ones are; 0 where there are no content words."""
    return len(unused) / max(1, len(content_words(linking)))


def content_words(linking: Linking) -> list[int]:
    """The numbers of the question's tokens that are neither stop words nor punctuation."""
    return [
        number
        for number, token in enumerate(linking.tokens)
        if not token.is_stop and any(character.isalnum() for character in token.text)
    ]


def touches_table(linking: Linking) -> bool:
    """Whether anything in the question matches the table or asks for an operation."""
    return bool(linking.mentions or linking.column_matches or linking.cues)


def respellings(program: Program, linking: Linking) -> list[tuple[str, str]]:
    """Words of the question which the program takes for other words of the table, each with what it took them for."""
    constants = {step.constant for step in program if step.constant is not None}
    found = []
    for mention in linking.mentions:
        if mention.source is MatchSource.FUZZY and mention.constant in constants:
            start, end = linking.tokens[mention.start].start, linking.tokens[mention.end - 1].end
            found.append((linking.question[start:end], ", ".join(map(str, mention.constant.values))))
    return found
