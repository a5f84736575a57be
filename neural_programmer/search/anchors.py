"""What the two sides of a comparison must have to do with the words that are chosen between.

A choice has two outcomes, so half of all comparisons give the right one by accident. Where the words stand for
something in the table ("Austria or Russia"), one side has to be about the first and the other about the second.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from neural_programmer.language.candidates import Candidates
from neural_programmer.tables.constants import ConstantKind
from neural_programmer.tables.matching.answer_words import are_opposites
from neural_programmer.tables.matching.linking import CueKind, Linking, Mention

_EITHER = frozenset({0, 1})
_ENDS = frozenset({CueKind.FIRST, CueKind.LAST})


@dataclass(frozen=True)
class Anchor:
    """What a choice asks of comparisons.

    ``constants`` and ``columns`` (by name) tell on which side of the "or" each stands, and are None where the words
    are opposites, which stand for nothing in the table. ``named`` are the columns that the question names, ``ends``
    whether it speaks of first or last rows.
    """

    constants: Mapping[int, int] | None
    columns: Mapping[str, int] | None
    named: frozenset[str]
    ends: bool

    def fits(self, one: int, other: int) -> bool:
        """Whether rows with the one constant and rows with the other may be compared."""
        if self.constants is None:
            return one != other
        return {self.constants.get(one), self.constants.get(other)} == _EITHER

    def fits_columns(self, one: str, other: str) -> bool:
        """Whether numbers of the one column and of the other may be compared."""
        if self.columns is None:
            return one != other and {one, other} <= self.named
        return {self.columns.get(one), self.columns.get(other)} == _EITHER


def anchor_of(choice: int, linking: Linking, candidates: Candidates) -> Anchor:
    """The anchor of the choice at a place among the candidates' constants."""
    constant = candidates.constants[choice]
    named = frozenset(match.column for match in linking.column_matches)
    ends = bool(_ENDS & {cue.kind for cue in linking.cues})
    if are_opposites(*map(str, constant.values)):
        return Anchor(None, None, named, ends)
    mention = next(one for one in linking.mentions if one.constant == constant)
    between = _place_of_or(mention, linking)
    places = {one: at for at, one in enumerate(candidates.constants)}
    constants = {
        places[one.constant]: int(one.start > between)
        for one in linking.mentions
        if one.constant in places
        and one.constant.kind is not ConstantKind.CHOICE
        and _on_one_side(one.start, one.end, mention, between)
    }
    columns = {
        one.column: int(one.start > between)
        for one in reversed(linking.column_matches)
        if _on_one_side(one.start, one.end, mention, between)
    }
    return Anchor(constants, columns, named, ends)


def _place_of_or(mention: Mention, linking: Linking) -> int:
    span = range(mention.start, mention.end)
    return next((at for at in reversed(span) if linking.tokens[at].key == "or"), mention.start)


def _on_one_side(start: int, end: int, mention: Mention, between: int) -> bool:
    return mention.start <= start and end <= mention.end and not start <= between < end
