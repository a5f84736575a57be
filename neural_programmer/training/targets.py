"""Which consistent programs are worth learning from: those that a model which has not seen the question supports.

Most programs that give the right answer do so by accident. A model trained on other questions has no reason to prefer
the accidental ones, so its opinion tells them apart.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from neural_programmer.search.consistent import EncodedPrograms
from neural_programmer.training.config import OptimisationConfig
from neural_programmer.training.examples import Example


def sharpen(
    examples: Sequence[Example], scores: Mapping[str, NDArray[np.float32]], config: OptimisationConfig
) -> list[Example]:
    """The examples with the programs within ``program_margin`` of their best, whose prior is then the scores.

    ``scores`` Float[program] are log-probabilities by example. Examples whose programs all together are less likely
    than ``least_log_mass`` are left out: nothing else in the data speaks for any of them.
    """
    sharpened = []
    for example in examples:
        found = scores[example.id]
        if np.logaddexp.reduce(found) < config.least_log_mass:
            continue
        order = np.argsort(-found, kind="stable")
        kept = order[found[order] > found[order[0]] - config.program_margin]
        programs = example.programs
        sharpened.append(
            dataclasses.replace(
                example, programs=EncodedPrograms(programs.programs[kept], programs.sizes[kept], found[kept])
            )
        )
    return sharpened
