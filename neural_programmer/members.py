"""Several trained models that answer together: what each gives a program is averaged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neural_programmer.execution.exact import Answer
from neural_programmer.language.program import Program
from neural_programmer.prepared import PreparedTable
from neural_programmer.tables.matching.linking import Linking
from neural_programmer.trace import StepTrace

if TYPE_CHECKING:
    from neural_programmer.api import Hypothesis, TracingPredictor


@dataclass(frozen=True, eq=False)
class SharedHypothesis:
    """A program with the average of what the members give it; ``found`` is it as the member ``finder`` found it."""

    program: Program
    log_probability: float
    search_log_probability: float
    answer: Answer
    finder: int
    found: Hypothesis


class Members:
    """A mixture of models in the place where asking needs a predictor.

    A program that a member has not found has no probability from it. ``ValueError`` where there is no member.
    """

    def __init__(self, members: Sequence[TracingPredictor]) -> None:
        if not members:
            raise ValueError("expected at least one model, but found none")
        self._members = tuple(members)

    def predict(self, prepared: PreparedTable, linking: Linking, beam: int) -> list[SharedHypothesis]:
        """All programs that a member finds, best first, ties in the order of the members and of what they found."""
        found: dict[Program, list[tuple[int, Hypothesis]]] = {}
        for number, member in enumerate(self._members):
            for one in member.predict(prepared, linking, beam):
                found.setdefault(one.program, []).append((number, one))
        together = [
            SharedHypothesis(
                program,
                self._averaged([one.log_probability for _, one in same]),
                self._averaged([one.search_log_probability for _, one in same]),
                same[0][1].answer,
                *same[0],
            )
            for program, same in found.items()
        ]
        return sorted(together, key=lambda one: -one.log_probability)

    def trace(self, prepared: PreparedTable, linking: Linking, hypothesis: SharedHypothesis) -> Sequence[StepTrace]:
        """What the first member that found the program weighed at each of its steps."""
        return self._members[hypothesis.finder].trace(prepared, linking, hypothesis.found)

    def _averaged(self, scores: Sequence[float]) -> float:
        return float(np.logaddexp.reduce(np.asarray(scores, dtype=np.float64)) - np.log(len(self._members)))
