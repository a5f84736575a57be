"""Which of a question's consistent programs take part in a training step."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from neural_programmer.training.examples import Example


class ProgramSampler:
    """Keeps a score for every program of every question and draws programs by them, without replacement.

    Scores begin as the prior of the search and become the model's log-probabilities. A drawn program's score is
    renewed by the step that drew it, so the scores of the others lag behind until all are computed anew.
    """

    def __init__(self, examples: Sequence[Example]) -> None:
        sizes = [len(example.programs) for example in examples]
        self._starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        priors = [example.programs.prior for example in examples]
        self.scores: NDArray[np.float32] = np.concatenate(priors) if priors else np.zeros(0, dtype=np.float32)

    def draw(self, example: int, count: int, random: np.random.Generator) -> NDArray[np.int64]:
        """At most ``count`` different programs of an example, drawn in proportion to the exponentials of their scores.

        Adding Gumbel noise to log-scores and taking the greatest draws without replacement.
        """
        scores = self.scores[self._starts[example] : self._starts[example + 1]]
        if len(scores) <= count:
            return np.arange(len(scores))
        noisy = scores + random.gumbel(size=len(scores))
        return np.sort(np.argpartition(-noisy, count)[:count])

    def renew(self, example: int, programs: NDArray[np.int64], scores: NDArray[np.float32]) -> None:
        """Take over the model's log-probabilities of some programs of an example."""
        self.scores[self._starts[example] + programs] = scores

    def by_example(self) -> list[NDArray[np.float32]]:
        """The scores of each example's programs."""
        return np.split(self.scores, self._starts[1:-1])
