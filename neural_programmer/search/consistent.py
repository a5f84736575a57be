"""The programs consistent with a question's answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neural_programmer.execution.exact import execute
from neural_programmer.execution.grounding import Grounding
from neural_programmer.language.candidates import FIELDS, OPERATION, Candidates
from neural_programmer.language.grammar import MAX_STEPS
from neural_programmer.operations.registry import OPERATION_NAMES
from neural_programmer.search.anchors import Anchor, anchor_of
from neural_programmer.search.assembly import Assembler, Node, write_out
from neural_programmer.search.enumeration import Enumeration, SearchLimits
from neural_programmer.search.goal import Goal
from neural_programmer.search.prior import cue_prior
from neural_programmer.search.verdict_sense import JUDGED, VerdictSense
from neural_programmer.search.verdicts import verdict_hits
from neural_programmer.tables.matching.linking import Linking


@dataclass(frozen=True)
class EncodedPrograms:
    """Programs over one question's candidates, best first by the prior.

    ``programs`` is ``Int16[program, step, 5]`` padded with -1, ``sizes`` ``Int8[program, step]`` the size buckets of
    the results (see ``execution.sizes``), ``prior`` ``Float32[program]`` the log-scores of the prior.
    """

    programs: NDArray[np.int16]
    sizes: NDArray[np.int8]
    prior: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.programs)


def consistent_programs(
    grounding: Grounding,
    linking: Linking,
    candidates: Candidates,
    goal: Goal,
    *,
    limit: int = 200,
    alternatives: int = 12,
    limits: SearchLimits | None = None,
) -> EncodedPrograms:
    """At most ``limit`` programs that give the goal, anchored in the question's constants.

    ``alternatives`` bounds in how many ways one row set is written; the search itself is exhaustive within ``limits``.
    """
    if grounding.table.number_of_rows == 0:
        return _packed([], limit)
    cues = frozenset(cue.kind for cue in linking.cues)
    enumeration = Enumeration(grounding, candidates, cues, goal, limits or SearchLimits())
    assembler = Assembler(enumeration, cue_prior(linking, candidates), alternatives)
    anchors = {choice: anchor_of(choice, linking, candidates) for choice in enumeration.choices}
    nodes = assembler.best(_answers(enumeration, assembler, goal, anchors), 2 * limit)
    everything = int(grounding.countable.sum())
    sense = VerdictSense(linking, candidates, OPERATION_NAMES)
    written = []
    for node in nodes:
        pair = write_out(node, everything)
        if pair is not None and _is_meant(pair[0], sense, grounding, candidates):
            written.append((*pair, node.score))
    return _packed(written, limit)


def _is_meant(encoded: NDArray[np.int16], sense: VerdictSense, grounding: Grounding, candidates: Candidates) -> bool:
    """Whether anybody would mean the program; where the question wants no word for an answer there is no doubt."""
    judged = [at for at, number in enumerate(encoded[:, OPERATION].tolist()) if OPERATION_NAMES[number] in JUDGED]
    if not judged or not sense.is_needed:
        return True
    results = execute(candidates.decode(encoded, OPERATION_NAMES), grounding)
    steps = encoded.tolist()
    return not any(sense.refuses(steps[: at + 1], results[:at]) for at in judged)


def _answers(
    enumeration: Enumeration, assembler: Assembler, goal: Goal, anchors: Mapping[int, Anchor]
) -> Iterator[Node]:
    """The last steps that give the goal: cells, a number, a number with its unit, one of two words."""
    yield from assembler.answers([*enumeration.select_hits(), *enumeration.common_hits()])
    if goal.number is not None:
        yield from assembler.answers(enumeration.number_hits(goal.number))
        yield from assembler.combinations(enumeration.arithmetic_hits(goal.number))
    for constant, number in goal.phrases.items():
        if constant not in enumeration.choices:
            yield from assembler.with_unit(constant, [*enumeration.number_hits(number), *enumeration.cell_hits(number)])
            yield from assembler.with_unit(constant, enumeration.arithmetic_hits(number))
    yield from assembler.verdicts(verdict_hits(enumeration, anchors), anchors)


def _packed(written: list[tuple[NDArray[np.int16], NDArray[np.int8], float]], limit: int) -> EncodedPrograms:
    written = written[:limit]
    steps = max((len(encoded) for encoded, _, _ in written), default=MAX_STEPS)
    programs = np.full((len(written), steps, FIELDS), -1, dtype=np.int16)
    sizes = np.zeros((len(written), steps), dtype=np.int8)
    for place, (encoded, buckets, _) in enumerate(written):
        programs[place, : len(encoded)] = encoded
        sizes[place, : len(buckets)] = buckets
    return EncodedPrograms(programs, sizes, np.array([score for _, _, score in written], dtype=np.float32))
