"""A prior over steps from the cues of a question: which consistent programs are worth keeping and trying first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neural_programmer.language.candidates import Candidates
from neural_programmer.operations.registry import OPERATION_IDS, OPERATION_NAMES
from neural_programmer.tables.matching.linking import CueKind, Linking
from neural_programmer.tables.views import ViewKind

# Log-scores, set by hand: a step costs, an operation costs more where no cue asks for it.
_STEP = -1.0
_UNASKED = -1.5
_ASKED = 1.0
_USED_CONSTANT = 1.5
_NAMED_COLUMN = 0.8
_DERIVED_VIEW = -0.7

_COMPARING = frozenset(
    {
        CueKind.COMPARATIVE_GREATER,
        CueKind.COMPARATIVE_LESS,
        CueKind.SUPERLATIVE_MAX,
        CueKind.SUPERLATIVE_MIN,
        CueKind.OR,
    }
)

# Which cues ask for which operations; operations that are not named here are free.
_CUES: Mapping[str, frozenset[CueKind]] = {
    "filter_not_equals": frozenset({CueKind.NEGATION}),
    "filter_not_contains": frozenset({CueKind.NEGATION}),
    "filter_not_empty": frozenset({CueKind.COUNT}),
    "filter_empty": frozenset({CueKind.NEGATION}),
    "filter_greater": frozenset({CueKind.COMPARATIVE_GREATER, CueKind.AFTER, CueKind.ABOVE}),
    "filter_greater_equal": frozenset({CueKind.AT_LEAST, CueKind.AFTER}),
    "filter_less": frozenset({CueKind.COMPARATIVE_LESS, CueKind.BEFORE, CueKind.BELOW}),
    "filter_less_equal": frozenset({CueKind.AT_MOST, CueKind.BEFORE}),
    "filter_above": frozenset({CueKind.AVERAGE}),
    "filter_below": frozenset({CueKind.AVERAGE}),
    "filter_greater_than_rows": frozenset({CueKind.COMPARATIVE_GREATER, CueKind.AFTER, CueKind.NEXT}),
    "filter_less_than_rows": frozenset({CueKind.COMPARATIVE_LESS, CueKind.BEFORE, CueKind.PREVIOUS}),
    "same_value": frozenset({CueKind.SAME}),
    "argmax": frozenset({CueKind.SUPERLATIVE_MAX, CueKind.LAST, CueKind.OR, CueKind.COMPARATIVE_GREATER}),
    "argmin": frozenset({CueKind.SUPERLATIVE_MIN, CueKind.FIRST, CueKind.OR, CueKind.COMPARATIVE_LESS}),
    "kth_max": frozenset({CueKind.SUPERLATIVE_MAX, CueKind.LAST}),
    "kth_min": frozenset({CueKind.SUPERLATIVE_MIN, CueKind.FIRST}),
    "first": frozenset({CueKind.FIRST, CueKind.SUPERLATIVE_MIN, CueKind.ABOVE}),
    "last": frozenset({CueKind.LAST, CueKind.SUPERLATIVE_MAX, CueKind.BELOW}),
    "previous": frozenset({CueKind.PREVIOUS, CueKind.BEFORE, CueKind.ABOVE}),
    "next": frozenset({CueKind.NEXT, CueKind.AFTER, CueKind.BELOW}),
    "above": frozenset({CueKind.BEFORE, CueKind.ABOVE, CueKind.COMPARATIVE_GREATER}),
    "below": frozenset({CueKind.AFTER, CueKind.BELOW, CueKind.COMPARATIVE_LESS}),
    "union": frozenset({CueKind.OR}),
    "except_rows": frozenset({CueKind.NEGATION}),
    "larger_set": frozenset({CueKind.OR, CueKind.MOST_COMMON}),
    "smaller_set": frozenset({CueKind.OR, CueKind.LEAST_COMMON}),
    "which_greater": frozenset({CueKind.OR}),
    "which_less": frozenset({CueKind.OR}),
    "most_common_value": frozenset({CueKind.MOST_COMMON, CueKind.SUPERLATIVE_MAX}),
    "least_common_value": frozenset({CueKind.LEAST_COMMON, CueKind.SUPERLATIVE_MIN}),
    "count": frozenset({CueKind.COUNT}),
    "count_distinct": frozenset({CueKind.COUNT_DISTINCT}),
    "sum": frozenset({CueKind.TOTAL}),
    "average": frozenset({CueKind.AVERAGE}),
    "maximum": frozenset({CueKind.SUPERLATIVE_MAX}),
    "minimum": frozenset({CueKind.SUPERLATIVE_MIN}),
    "range": frozenset({CueKind.DIFFERENCE}),
    "add": frozenset({CueKind.TOTAL}),
    "difference": frozenset({CueKind.DIFFERENCE}),
    "subtract": frozenset({CueKind.DIFFERENCE}),
    "verdict_greater": _COMPARING | {CueKind.BEFORE, CueKind.AFTER, CueKind.FIRST, CueKind.LAST},
    "verdict_same": frozenset({CueKind.SAME}),
    "verdict_more_rows": _COMPARING,
    "verdict_listed_before": frozenset({CueKind.BEFORE, CueKind.AFTER, CueKind.ABOVE, CueKind.BELOW, CueKind.FIRST}),
    "verdict_any_rows": frozenset({CueKind.YES_NO}),
    "verdict_exceeds": _COMPARING | {CueKind.AT_LEAST, CueKind.AT_MOST, CueKind.ABOVE, CueKind.BELOW},
    "given_number": _COMPARING | {CueKind.AT_LEAST, CueKind.AT_MOST, CueKind.BEFORE, CueKind.AFTER},
}


@dataclass(frozen=True)
class Prior:
    """Additive log-scores of a step's operation, column and constant; a program's is the sum over its steps."""

    operation: NDArray[np.float64]
    column: NDArray[np.float64]
    constant: NDArray[np.float64]

    def score(self, operation: int, column: int, constant: int) -> float:
        """The log-score of one step; -1 where it has no column or constant."""
        score = float(self.operation[operation])
        if column >= 0:
            score += float(self.column[column])
        if constant >= 0:
            score += float(self.constant[constant])
        return score


def cue_prior(linking: Linking, candidates: Candidates) -> Prior:
    """The prior that a question's cues, named columns and mentions give."""
    cues = {cue.kind for cue in linking.cues}
    operation = np.full(len(OPERATION_NAMES), _STEP)
    for name, asking in _CUES.items():
        operation[OPERATION_IDS[name]] += _ASKED if asking & cues else _UNASKED
    named = {match.column: match.score for match in reversed(linking.column_matches)}
    column = np.array(
        [
            _NAMED_COLUMN * named.get(reference.column, 0.0)
            + (_DERIVED_VIEW if reference.view not in (ViewKind.TEXT, ViewKind.NUMBER, ViewKind.DATE) else 0.0)
            for reference in candidates.columns
        ]
    )
    scores = {mention.constant: mention.score for mention in linking.mentions}
    constant = np.array([_USED_CONSTANT * scores.get(one, 0.0) for one in candidates.constants])
    return Prior(operation, column, constant)
