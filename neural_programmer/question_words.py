"""The words of a question, each with what became of it, and what a word that was left unused may have meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz import fuzz, process

from neural_programmer.prepared import PreparedTable
from neural_programmer.response import Response
from neural_programmer.tables.matching.linking import CueKind, MatchSource
from neural_programmer.tables.values import text_key
from neural_programmer.understanding import takes_up

# Of 100; "largest" is 71 like "longest".
_LEAST_LIKENESS = 70.0
_LESS_FOR_A_PART = 5.0
_MOST_OF_A_WORD = 4
_LONGEST_VALUE = 60
_MOST_VALUES = 50_000


_CUES = {
    CueKind.SUPERLATIVE_MAX: "highest",
    CueKind.SUPERLATIVE_MIN: "lowest",
    CueKind.COMPARATIVE_GREATER: "more than",
    CueKind.COMPARATIVE_LESS: "less than",
    CueKind.NEGATION: "not",
    CueKind.COUNT_DISTINCT: "count different",
    CueKind.YES_NO: "yes or no",
}


class Role(StrEnum):
    """What became of a word: what it was matched with, or that nothing was."""

    COLUMN = "column"
    VALUE = "value"
    OPERATION = "operation"
    FUZZY = "similar spelling"
    UNUSED = "unused"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Word:
    """A stretch of the question from ``start`` to ``end`` (characters), its role, and what it was matched with."""

    text: str
    start: int
    end: int
    role: Role
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Nearest:
    """A column or a value of the table that a word may have meant; ``column`` is where a value stands."""

    text: str
    role: Role
    column: str
    likeness: float


def words_of(response: Response) -> tuple[Word, ...]:
    """The question's words in their order; words of one match stand together. Empty where nothing was linked."""
    linking, program = response.linking, response.program
    if linking is None:
        return ()
    steps = tuple(program) if program is not None else ()
    constants = {step.constant for step in steps if step.constant is not None}
    columns = {step.column.column for step in steps if step.column is not None}
    marked: dict[int, tuple[int, Role, str]] = {}

    def mark(start: int, end: int, role: Role, meaning: str) -> None:
        if not any(place in marked for place in range(start, end)):
            for place in range(start, end):
                marked[place] = (start, role, meaning)

    for mention in linking.mentions:
        if mention.constant in constants or program is None:
            fuzzy = mention.source is MatchSource.FUZZY
            meaning = ", ".join(_value_text(value) for value in mention.constant.values)
            mark(mention.start, mention.end, Role.FUZZY if fuzzy else Role.VALUE, meaning)
    for match in linking.column_matches:
        if match.column in columns or program is None:
            fuzzy = match.source is MatchSource.FUZZY
            mark(match.start, match.end, Role.FUZZY if fuzzy else Role.COLUMN, match.column)
    unused = list(response.unused_words)
    free = {place for place, token in enumerate(linking.tokens) if _take(token.text, place, unused, marked)}
    operations = {step.operation for step in steps}
    for cue in sorted(linking.cues, key=lambda cue: not takes_up(operations, cue)):
        if not any(place in free for place in range(cue.start, cue.end)) and program is not None:
            mark(cue.start, cue.end, Role.OPERATION, _CUES.get(cue.kind, cue.kind.replace("_", " ")))
    for place in free:
        mark(place, place + 1, Role.UNUSED, "")
    return tuple(_joined(response, marked))


def _take(text: str, place: int, unused: list[str], marked: dict[int, tuple[int, Role, str]]) -> bool:
    """Whether this is the next of the unused words, which come in the question's order."""
    if unused and unused[0] == text and place not in marked:
        unused.pop(0)
        return True
    return False


def _joined(response: Response, marked: dict[int, tuple[int, Role, str]]) -> Iterable[Word]:
    assert response.linking is not None
    tokens = response.linking.tokens
    place = 0
    while place < len(tokens):
        first, role, meaning = marked.get(place, (place, Role.PLAIN, ""))
        last = place
        while last + 1 < len(tokens) and marked.get(last + 1, (-1,))[0] == first and place in marked:
            last += 1
        start, end = tokens[place].start, tokens[last].end
        yield Word(response.linking.question[start:end], start, end, role, meaning)
        place = last + 1


def _value_text(value: object) -> str:
    iso = getattr(value, "iso", None)
    if callable(iso):
        return str(iso())
    return str(value).removesuffix(".0")


def counted_things(response: Response) -> frozenset[str]:
    """The words after "how many" where the program counts rows: they name the rows, and need not be in the table."""
    if response.linking is None or response.program is None or response.program.steps[-1].operation != "count":
        return frozenset()
    tokens = response.linking.tokens
    ends = [cue.end for cue in response.linking.cues if cue.kind is CueKind.COUNT and cue.end < len(tokens)]
    return frozenset(tokens[end].text for end in ends)


def nearest(word: str, prepared: PreparedTable, most: int = 4) -> tuple[Nearest, ...]:
    """The columns and values of the table that are spelt most like a word, best first; none that is hardly alike."""
    names = {text_key(column.name): (column.name, Role.COLUMN, column.name) for column in prepared.table.columns}
    for column in prepared.table.columns:
        for said in column.synonyms:
            names.setdefault(text_key(said), (said, Role.COLUMN, column.name))
    values: dict[str, tuple[str, Role, str]] = {}
    for column in prepared.table.columns:
        for cell in dict.fromkeys(column.cells):
            if len(values) >= _MOST_VALUES:
                break
            key = text_key(cell)
            if key and len(cell) <= _LONGEST_VALUE and any(character.isalpha() for character in cell):
                values.setdefault(key, (cell, Role.VALUE, column.name))
    key = text_key(word)
    found: list[Nearest] = []
    for offered, bonus in ((names, 5.0), (values, 0.0)):
        for choice, likeness in _alike(key, list(offered)):
            text, role, column_name = offered[choice]
            found.append(Nearest(text, role, column_name, likeness + bonus))
    found.sort(key=lambda one: -one.likeness)
    return tuple(found[:most])


def _alike(key: str, choices: Sequence[str]) -> list[tuple[str, float]]:
    """The choices that are spelt like a word as wholes, or that hold a word spelt like it, but not the word itself."""
    found: dict[str, float] = {}
    for choice, likeness, _ in process.extract(key, choices, scorer=fuzz.ratio, score_cutoff=_LEAST_LIKENESS, limit=9):
        found[choice] = likeness
    words: dict[str, list[str]] = {}
    for choice in choices:
        for word in choice.split():
            words.setdefault(word, []).append(choice)
    for word, likeness, _ in process.extract(
        key, list(words), scorer=fuzz.ratio, score_cutoff=_LEAST_LIKENESS, limit=9
    ):
        for choice in words[word][:_MOST_OF_A_WORD]:
            found[choice] = max(found.get(choice, 0.0), likeness - _LESS_FOR_A_PART)
    return [(choice, likeness) for choice, likeness in found.items() if choice != key]


def with_word_replaced(question: str, word: str, by: str) -> str:
    """The question with the first whole occurrence of a word replaced."""
    start = question.find(word)
    return question if start < 0 else question[:start] + by + question[start + len(word) :]
