"""What a choice between two words or two named things can be meant to say, whatever its outcome.

Half of all comparisons choose the right word by accident, so what nobody would mean is ruled out beforehand: in the
search for programs to learn from and in the search for an answer alike. Two things that are one and the same are not
compared, "did A score more or less than B" compares A with B and not B with A, and "which is smaller, A or B" takes the
smallest, and nothing by size where the question is about none. "How long" is answered by no year of a date.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence

import numpy as np

from neural_programmer.execution.exact import StepResult
from neural_programmer.language.candidates import (
    COLUMN,
    CONSTANT,
    FIRST_REFERENCE,
    OPERATION,
    SECOND_REFERENCE,
    Candidates,
)
from neural_programmer.language.kinds import Kind
from neural_programmer.operations.registry import OPERATION_NAMES
from neural_programmer.search.anchors import Anchor, anchor_of
from neural_programmer.tables.constants import ConstantKind
from neural_programmer.tables.matching.answer_words import are_opposites
from neural_programmer.tables.matching.linking import CueKind, Linking
from neural_programmer.tables.word_lists import word_list

EncodedStep = Sequence[int]

_EXTREMES = {"argmax": 1, "argmin": -1}
# Numbers that are years of dates far oftener than durations.
_FIRST_YEAR, _LAST_YEAR = 1000, 2100
_ALTERNATIVES = frozenset({"filter_any", "filter_contains_any"})
_ENDS = frozenset({"first", "last", "kth_row"})
_READING = frozenset({"count", "number_of", "sum", "average", "maximum", "minimum"})
_ASSERTING = frozenset({"yes", "true"})
_ORDERING = frozenset(
    {
        CueKind.SUPERLATIVE_MAX,
        CueKind.SUPERLATIVE_MIN,
        CueKind.COMPARATIVE_GREATER,
        CueKind.COMPARATIVE_LESS,
        CueKind.FIRST,
        CueKind.LAST,
        CueKind.BEFORE,
        CueKind.AFTER,
        CueKind.ABOVE,
        CueKind.BELOW,
        CueKind.MOST_COMMON,
        CueKind.LEAST_COMMON,
    }
)
_NAMED = (ConstantKind.TEXT, ConstantKind.TEXTS)
_ASKED = (ConstantKind.TEXT, ConstantKind.NUMBER, ConstantKind.DATE)


@functools.cache
def _words(name: str) -> frozenset[str]:
    words: Mapping[str, list[str]] = word_list("comparing_words")
    return frozenset(words[name])


JUDGED = frozenset(name for name in OPERATION_NAMES if name.startswith("verdict_")) | {*_EXTREMES, "with_unit"}


class VerdictSense:
    """Judges the choices over one question's candidates; ``operations`` are the names that encoded steps number."""

    def __init__(self, linking: Linking, candidates: Candidates, operations: Sequence[str]) -> None:
        self._linking = linking
        self._candidates = candidates
        self._anchors: dict[int, Anchor] = {}
        self._operations = operations
        self._compared = self._words_of(linking, "greater", "less")
        self._ordering = self._words_of(linking, "greater", "less", "greatest", "least")
        self._orders = bool(self._ordering) or any(cue.kind in _ORDERING for cue in linking.cues)
        choices = [constant for constant in candidates.constants if constant.kind is ConstantKind.CHOICE]
        units = any(constant.kind is ConstantKind.UNIT for constant in candidates.constants)
        # Other questions get their answers from the table, and no word of their own.
        self.is_needed = bool(choices) or units
        self._chooses = any(not are_opposites(*map(str, choice.values)) for choice in choices)
        places = {constant: at for at, constant in enumerate(candidates.constants)}
        self._starts: dict[int, int] = {}
        self._spans: list[tuple[int, int]] = []
        self._spans_of: dict[int, list[tuple[int, int]]] = {}
        for mention in linking.mentions:
            at = places.get(mention.constant)
            if at is None:
                continue
            self._starts[at] = min(mention.start, self._starts.get(at, mention.start))
            self._spans_of.setdefault(at, []).append((mention.start, mention.end))
            if mention.constant.kind in _ASKED:
                self._spans.append((mention.start, mention.end))
        # The constants that are texts of the table: a verdict that has to do with none of them is beside the question.
        self._texts = {at for at in self._starts if candidates.constants[at].kind in _NAMED}
        self._column_starts: dict[str, int] = {}
        for match in linking.column_matches:
            self._column_starts[match.column] = min(match.start, self._column_starts.get(match.column, match.start))

    @staticmethod
    def _words_of(linking: Linking, *lists: str) -> frozenset[str]:
        return frozenset(token.key for token in linking.tokens) & frozenset().union(*map(_words, lists))

    def refuses(self, steps: Sequence[EncodedStep], results: Sequence[StepResult]) -> bool:
        """Whether the last of the steps is a choice that nobody means; ``results`` are those of the steps before."""
        last = steps[-1]
        name = self._operations[last[OPERATION]]
        if name == "with_unit":
            return self._is_no_duration(last, float(results[last[FIRST_REFERENCE]].value))
        if name in _EXTREMES:
            return self._chooses and self._is_idle_extreme(name, steps)
        if not name.startswith("verdict_"):
            return False
        first, second = last[FIRST_REFERENCE], last[SECOND_REFERENCE]
        if not are_opposites(*(str(value) for value in self._candidates.constants[last[CONSTANT]].values)):
            return second >= 0 and self._is_idle_choice(name, steps)
        if self._texts and not self._texts & {step[CONSTANT] for step in _below(steps, len(steps) - 1)}:
            return True
        if second < 0:
            return str(self._candidates.constants[last[CONSTANT]].values[0]) not in _ASSERTING or self._leaves_out(
                steps, first
            )
        compares = self._compares_rows if results[first].kind is Kind.ROWS else self._compares_numbers
        return (
            not compares(steps, self._anchor(last[CONSTANT]))
            or _are_one(name, results[first], results[second])
            or self._is_turned(name, steps)
        )

    def _is_no_duration(self, step: EncodedStep, number: float) -> bool:
        """Whether a number with a unit is nothing, or the year of some date instead of a number of years."""
        is_years = self._candidates.constants[step[CONSTANT]].values[0] == "years"
        return number == 0 or (is_years and _FIRST_YEAR <= number <= _LAST_YEAR)

    def _is_idle_extreme(self, name: str, steps: Sequence[EncodedStep]) -> bool:
        """Whether one of two named things is taken by an order that the question does not ask for."""
        last = steps[-1]
        if self._operations[steps[last[FIRST_REFERENCE]][OPERATION]] not in _ALTERNATIVES:
            return False
        if not self._orders:
            return True
        signs = {_sign(name, word, self._header(steps)) for word in self._ordering}
        return len(signs) == 1 and signs <= {1, -1} and signs != {_EXTREMES[name]}

    def _is_idle_choice(self, name: str, steps: Sequence[EncodedStep]) -> bool:
        """Whether two named things are compared that are one, that nobody asks to compare, or the wrong way round."""
        last = steps[-1]
        if _tree(steps, last[FIRST_REFERENCE]) == _tree(steps, last[SECOND_REFERENCE]):
            return True
        if name == "verdict_same":
            return False
        if not self._orders:
            return True
        signs = {_sign(name, word, self._header(steps)) for word in self._ordering}
        return len(signs) == 1 and self._stands_against(signs.pop(), steps)

    def _anchor(self, choice: int) -> Anchor:
        if choice not in self._anchors:
            self._anchors[choice] = anchor_of(choice, self._linking, self._candidates)
        return self._anchors[choice]

    def _compares_rows(self, steps: Sequence[EncodedStep], anchor: Anchor) -> bool:
        """Whether two sets of rows are of one kind: those with one value of a column and with another, or the ends."""
        last = steps[-1]
        one, other = steps[last[FIRST_REFERENCE]], steps[last[SECOND_REFERENCE]]
        names = {self._operations[step[OPERATION]] for step in (one, other)}
        if names <= _ENDS:
            return anchor.ends and anchor.constants is None and one != other
        if not all(name.startswith("filter_") for name in names) or one[COLUMN] != other[COLUMN]:
            return False
        if last[COLUMN] >= 0 and self._header_at(last[COLUMN]) == self._header_at(one[COLUMN]):
            return False  # it would only compare what the question gives
        return anchor.fits(one[CONSTANT], other[CONSTANT])

    def _compares_numbers(self, steps: Sequence[EncodedStep], anchor: Anchor) -> bool:
        """Whether two numbers are a figure of some rows and a given one, or the same figure of two columns."""
        last = steps[-1]
        sides = [steps[last[at]] for at in (FIRST_REFERENCE, SECOND_REFERENCE)]
        given = [step for step in sides if self._operations[step[OPERATION]] == "given_number"]
        read = [step for step in sides if self._operations[step[OPERATION]] in _READING]
        if len(given) == len(read) == 1:
            number = last[FIRST_REFERENCE if sides[0] is read[0] else SECOND_REFERENCE]
            below = {step[CONSTANT] for step in _below(steps, number)}
            return anchor.constants is None and given[0][CONSTANT] not in below
        if len(read) < 2 or read[0][OPERATION] != read[1][OPERATION] or min(step[COLUMN] for step in read) < 0:
            return False
        same = _tree(steps, read[0][FIRST_REFERENCE]) == _tree(steps, read[1][FIRST_REFERENCE])
        return same and anchor.fits_columns(*(self._header_at(step[COLUMN]) for step in read))

    def _header_at(self, column: int) -> str:
        return self._candidates.columns[column].column

    def _leaves_out(self, steps: Sequence[EncodedStep], rows: int) -> bool:
        """Whether there being such rows is certain, while something else that the question names is left out."""
        described = [step for step in _below(steps, rows) if self._operations[step[OPERATION]].startswith("filter_")]
        if not described:
            return True
        constant = described[0][CONSTANT]
        if len(described) > 1 or (constant >= 0 and constant not in self._texts):
            return False
        used = self._spans_of.get(constant, [])
        apart = (all(end <= start or stop <= begin for begin, stop in used) for start, end in self._spans)
        return bool(self._compared) or any(apart)

    def _is_turned(self, name: str, steps: Sequence[EncodedStep]) -> bool:
        """Whether the sides stand the wrong way round for what the question says."""
        last = steps[-1]
        words = [str(value) for value in self._candidates.constants[last[CONSTANT]].values]
        compared = self._compared if words[0] in _ASSERTING else frozenset(words[:1])
        signs = {_sign(name, word, self._header(steps)) for word in compared}
        if len(signs) != 1:
            return False
        return self._stands_against(signs.pop(), steps)

    def _stands_against(self, sign: int | None, steps: Sequence[EncodedStep]) -> bool:
        """Whether the order of the sides contradicts a sign as `_sign` gives it."""
        if not sign:
            return sign == 0
        one, other = self._place(steps, FIRST_REFERENCE), self._place(steps, SECOND_REFERENCE)
        if one is None or other is None or one == other:
            return False
        return (one < other) != (sign > 0)

    def _comparing_place(self, choice: int) -> int:
        """Where the words that compare stand."""
        if str(self._candidates.constants[choice].values[0]) not in _ASSERTING:
            return self._starts.get(choice, 0)
        places = (at for at, token in enumerate(self._linking.tokens) if token.key in self._compared)
        return next(places, 0)

    def _header(self, steps: Sequence[EncodedStep]) -> str:
        """The header of the column that is compared, in lower case."""
        last = steps[-1]
        columns = [last[COLUMN]]
        columns += [steps[last[side]][COLUMN] for side in (FIRST_REFERENCE, SECOND_REFERENCE)]
        return next((self._candidates.columns[at].column.casefold() for at in columns if at >= 0), "")

    def _place(self, steps: Sequence[EncodedStep], side: int) -> int | None:
        """Where the question names what is on one side and not on the other: its first constant, else its column."""
        last = steps[-1]
        one = steps[last[side]]
        if self._operations[one[OPERATION]] == "given_number":
            start = self._starts.get(one[CONSTANT], 0)
            # "Are there more than 3 of A" compares A with 3, and not 3 with A.
            return start if start < self._comparing_place(last[CONSTANT]) else len(self._linking.tokens)
        own, others = (
            {step[CONSTANT] for step in _below(steps, last[at]) if step[CONSTANT] >= 0}
            for at in (side, FIRST_REFERENCE + SECOND_REFERENCE - side)
        )
        starts = [self._starts[constant] for constant in own - others if constant in self._starts]
        if starts:
            return min(starts)
        column = steps[last[side]][COLUMN]
        return self._column_starts.get(self._candidates.columns[column].column) if column >= 0 else None


def _sign(name: str, word: str, header: str) -> int | None:
    """1 where the word is right if the first side is greater, -1 where it is right if it is less, 0 where the
    comparison tells nothing of the word, None where that depends on the table.
    """
    greater, less = _words("greater") | _words("greatest"), _words("less") | _words("least")
    sign = 1 if word in greater else -1 if word in less else None
    is_place = word in _words("places")
    if sign is None:
        return None
    if name == "verdict_listed_before":
        # What stands above comes before.
        return (1 if word in _words("ahead") else -1) if is_place else 0
    if name == "verdict_more_rows":
        return 0 if word in _words("order") else sign
    if name == "verdict_same":
        return None
    if _words("ranks") & set(header.replace(".", " ").split()):
        return -sign if is_place and word not in _words("times") else None
    return sign


def _tree(steps: Sequence[EncodedStep], number: int) -> tuple[object, ...]:
    """A step with all that it is made of, equal for equal ways."""
    step = steps[number]
    made = tuple(_tree(steps, step[at]) for at in (FIRST_REFERENCE, SECOND_REFERENCE) if step[at] >= 0)
    return step[OPERATION], step[COLUMN], step[CONSTANT], made


def _below(steps: Sequence[EncodedStep], number: int) -> list[EncodedStep]:
    """A step and all that it is made of."""
    step = steps[number]
    made = [one for at in (FIRST_REFERENCE, SECOND_REFERENCE) if step[at] >= 0 for one in _below(steps, step[at])]
    return [step, *made]


def _are_one(name: str, one: StepResult, other: StepResult) -> bool:
    """Whether two sets of rows are alike in what is compared."""
    if one.kind is not Kind.ROWS or other.kind is not Kind.ROWS:
        return False
    if name == "verdict_more_rows":
        return int(np.count_nonzero(one.value)) == int(np.count_nonzero(other.value))
    return bool(np.array_equal(one.value, other.value))
