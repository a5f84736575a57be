"""Search for the likeliest programs under any scorer, led by execution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neural_programmer.execution.cancellation import go_on
from neural_programmer.execution.exact import Answer, StepResult, answer_of, execute_step
from neural_programmer.execution.grounding import Grounding
from neural_programmer.execution.sizes import NO_ROWS, size_bucket
from neural_programmer.language.candidates import (
    COLUMN,
    CONSTANT,
    FIELDS,
    FIRST_REFERENCE,
    SECOND_REFERENCE,
    Candidates,
)
from neural_programmer.language.grammar import Grammar, GrammarState
from neural_programmer.language.kinds import Kind
from neural_programmer.language.program import Program
from neural_programmer.model.scorer import ArgumentTable, Scorer
from neural_programmer.operations.registry import REGISTRY
from neural_programmer.tables.constants import ConstantKind

_IMPOSSIBLE = -1e8


@dataclass(frozen=True, eq=False)
class Hypothesis:
    """A program found, with its log-probability and its answer; ``encoded`` is Int[step, 5], ``sizes`` the buckets of
    what its steps gave. ``search_log_probability`` stays what the search gave where ``log_probability`` is judged anew;
    ``decisions`` Float[step, 5] are its parts: the log-probability of each operation, reference, column and constant, 0
    where there was nothing to decide; the last row is that of stopping.
    """

    program: Program
    log_probability: float
    answer: Answer
    encoded: NDArray[np.int64]
    sizes: tuple[int, ...]
    search_log_probability: float
    decisions: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _Steps:
    """Next steps: their parents Int[step], encoded Int[step, 5], their decisions Float[step, 5], and the
    log-probabilities Float[step] of the beginnings that they make.
    """

    parents: NDArray[np.int64]
    encoded: NDArray[np.int64]
    decisions: NDArray[np.float64]
    values: NDArray[np.float64]

    @classmethod
    def joined(cls, parts: Sequence[_Steps]) -> _Steps:
        """All of them."""
        return cls(
            np.concatenate([part.parents for part in parts]),
            np.concatenate([part.encoded for part in parts]),
            np.concatenate([part.decisions for part in parts]),
            np.concatenate([part.values for part in parts]),
        )

    def best(self, most: int) -> _Steps:
        """The likeliest, in order."""
        order = np.argsort(-self.values, kind="stable")[:most]
        return _Steps(self.parents[order], self.encoded[order], self.decisions[order], self.values[order])


_NO_STEPS = _Steps(np.zeros(0, np.int64), np.zeros((0, FIELDS), np.int64), np.zeros((0, FIELDS)), np.zeros(0))


@dataclass(frozen=True, eq=False)
class _Beginning:
    """A beginning of a program in the beam."""

    log_probability: float
    state: GrammarState
    encoded: NDArray[np.int64]
    results: tuple[StepResult, ...]
    decisions: tuple[NDArray[np.float64], ...] = ()


@dataclass(frozen=True)
class BeamWidths:
    """``beam`` beginnings are kept; of all their next operations the best ``operations * beam`` are looked into, and
    of the arguments of each the best ``arguments * beam``; at most ``tries * beam`` of these are executed.
    """

    beam: int = 10
    operations: int = 3
    arguments: int = 2
    tries: int = 4


def _is_empty(result: StepResult) -> bool:
    if result.kind in (Kind.NUMBER, Kind.PHRASE):
        return bool(np.isnan(result.value))
    return not result.value.any()


class BeamSearch:
    """Search for programs over one question's candidates on one table.

    Beginnings whose last step gives no row or no number are dropped, since nothing useful can follow.
    """

    def __init__(
        self, grammar: Grammar, grounding: Grounding, candidates: Candidates, widths: BeamWidths | None = None
    ) -> None:
        self._grammar = grammar
        self._grounding = grounding
        self._candidates = candidates
        self._widths = widths or BeamWidths()
        self._every = int(grounding.countable.sum())
        # That there are no such rows is the answer to some questions for yes or no.
        self._with_empty = any(constant.kind is ConstantKind.CHOICE for constant in candidates.constants)

    def search(self, scorer: Scorer) -> list[Hypothesis]:
        """At most ``beam`` programs, likeliest first, ties in the order of their codes."""
        grammar, widths = self._grammar, self._widths
        first = np.full((1, FIELDS), -1, dtype=np.int64)
        first[0, 0] = grammar.first_operation
        opening = REGISTRY[grammar.names[grammar.first_operation]]
        every = StepResult(opening.signature.result, self._grounding.countable)
        memory = scorer.start()
        beginnings = [_Beginning(0.0, grammar.start, first, (every,))]
        finished: list[tuple[float, _Beginning]] = []
        while beginnings:
            go_on()
            legal = np.stack([grammar.operation_mask(grammar.number_of(each.state)) for each in beginnings])
            scores = scorer.operations(memory, legal)
            total = scores + np.array([each.log_probability for each in beginnings])[:, None]
            for at, each in enumerate(beginnings):
                if legal[at, grammar.stop] and total[at, grammar.stop] > _IMPOSSIBLE:
                    finished.append((float(total[at, grammar.stop]), each))
            finished.sort(key=lambda pair: (-pair[0], pair[1].encoded.tolist()))
            del finished[widths.beam :]
            floor = finished[-1][0] if len(finished) == widths.beam else _IMPOSSIBLE
            steps = self._candidate_steps(scorer, memory, beginnings, total, floor)
            chosen, grown = self._grow(beginnings, steps)
            if not grown:
                break
            sizes = np.array([self._size(each.results[-1]) for each in grown], dtype=np.int8)
            memory = scorer.advance(memory, steps.parents[chosen], steps.encoded[chosen], sizes)
            beginnings = grown
        return [self._finish(score, each) for score, each in finished]

    def _finish(self, score: float, beginning: _Beginning) -> Hypothesis:
        program = self._candidates.decode(beginning.encoded.astype(np.int16), self._grammar.names)
        answer = answer_of(program, list(beginning.results), self._grounding)
        sizes = tuple(self._size(result) for result in beginning.results)
        stopping = np.array([score - beginning.log_probability, *[0.0] * (FIELDS - 1)])
        decisions = np.stack([*beginning.decisions, stopping])
        return Hypothesis(program, score, answer, beginning.encoded, sizes, score, decisions)

    def _size(self, result: StepResult) -> int:
        if result.kind is not Kind.ROWS:
            return NO_ROWS
        return size_bucket(int(result.value.sum()), self._every)

    def _candidate_steps(
        self,
        scorer: Scorer,
        memory: Any,
        beginnings: list[_Beginning],
        total: NDArray[np.float64],
        floor: float,
    ) -> _Steps:
        """Next steps worth executing, likeliest first."""
        grammar, widths = self._grammar, self._widths
        going_on = total[:, : grammar.stop]
        flat = np.argsort(-going_on, axis=None, kind="stable")[: widths.operations * widths.beam]
        edges, operations = np.divmod(flat, grammar.stop)
        bounds = going_on.ravel()[flat]
        steps = _NO_STEPS
        most = widths.tries * widths.beam
        # Arguments only make a step less likely than its operation: most of the edges need no look at them.
        for start in range(0, len(flat), widths.beam):
            looked = slice(start, start + int((bounds[start : start + widths.beam] > floor).sum()))
            if looked.start == looked.stop:
                break
            found = self._best_steps(
                scorer, memory, beginnings, edges[looked], operations[looked], bounds[looked], floor
            )
            steps = _Steps.joined([steps, found]).best(most)
            if len(steps.values) == most:
                floor = float(steps.values[-1])
        return steps

    def _best_steps(
        self,
        scorer: Scorer,
        memory: Any,
        beginnings: list[_Beginning],
        edges: NDArray[np.int64],
        operations: NDArray[np.int64],
        bounds: NDArray[np.float64],
        floor: float,
    ) -> _Steps:
        """The best steps of some edges."""
        grammar = self._grammar
        length = len(beginnings[0].results)
        first_mask = np.zeros((len(edges), length), dtype=np.bool_)
        second_mask = np.zeros((len(edges), length, length), dtype=np.bool_)
        for at, (edge, operation) in enumerate(zip(edges.tolist(), operations.tolist(), strict=True)):
            state = beginnings[edge].state
            first_mask[at] = grammar.first_references(state, operation)[:length]
            if len(grammar.signatures[operation].references) > 1:
                for first in np.flatnonzero(first_mask[at]).tolist():
                    second_mask[at, first] = grammar.second_references(state, operation, first)[:length]
        table = scorer.arguments(memory, edges, operations, first_mask, second_mask)
        before = [beginnings[edge].log_probability for edge in edges.tolist()]
        return _Steps.joined(
            [
                self._best_arguments(operation, at, int(edges[at]), table, bound, bound - before[at], floor)
                for at, (operation, bound) in enumerate(zip(operations.tolist(), bounds.tolist(), strict=True))
            ]
        )

    def _best_arguments(
        self, operation: int, edge: int, parent: int, table: ArgumentTable, score: float, chosen: float, floor: float
    ) -> _Steps:
        """The best arguments of one edge; ``chosen`` is the log-probability of its operation alone."""
        signature = self._grammar.signatures[operation]
        # Dimensions: first reference, second reference, column, constant; those not taken have one entry.
        joint = np.full((1, 1, 1, 1), score)
        takes = (
            len(signature.references) > 0,
            len(signature.references) > 1,
            bool(signature.columns),
            bool(signature.constants),
        )
        if takes[0]:
            joint = joint + table.first[edge][:, None, None, None]
        if takes[1]:
            joint = joint + table.second[edge][:, :, None, None]
        if takes[2]:
            column = table.column[edge] if takes[0] else table.column[edge][:1]
            joint = joint + column[:, None, :, None]
        if takes[3]:
            constant = table.constant[edge] if takes[2] else table.constant[edge][:1]
            joint = joint + constant[None, None, :, :]
        flat = joint.ravel()
        possible = np.flatnonzero(flat > max(floor, _IMPOSSIBLE))
        most = self._widths.arguments * self._widths.beam
        if len(possible) > most:
            possible = possible[np.argpartition(-flat[possible], most)[:most]]
        places = np.stack(np.unravel_index(possible, joint.shape), axis=1)
        steps = np.full((len(possible), FIELDS), -1, dtype=np.int64)
        steps[:, 0] = operation
        for field, taken in enumerate(takes):
            if taken:
                steps[:, field + 1] = places[:, field]
        first, second, column, constant = places.T
        decisions = np.zeros((len(possible), FIELDS))
        decisions[:, 0] = chosen
        if takes[0]:
            decisions[:, FIRST_REFERENCE] = table.first[edge][first]
        if takes[1]:
            decisions[:, SECOND_REFERENCE] = table.second[edge][first, second]
        if takes[2]:
            decisions[:, COLUMN] = table.column[edge][first, column]
        if takes[3]:
            decisions[:, CONSTANT] = table.constant[edge][column, constant]
        return _Steps(np.full(len(possible), parent), steps, decisions, flat[possible])

    def _grow(self, beginnings: list[_Beginning], steps: _Steps) -> tuple[NDArray[np.int64], list[_Beginning]]:
        """The first ``beam`` next steps that give something, and the beginnings that they make."""
        grammar, widths = self._grammar, self._widths
        chosen: list[int] = []
        grown: list[_Beginning] = []
        for at in range(min(len(steps.values), widths.tries * widths.beam)):
            step, parent = steps.encoded[at], beginnings[int(steps.parents[at])]
            decoded = self._candidates.decode_step(step, grammar.names)
            result = execute_step(decoded, parent.results, self._grounding)
            if _is_empty(result) and not (self._with_empty and result.kind is Kind.ROWS):
                continue
            state = grammar.advance(parent.state, int(step[0]), int(step[1]), int(step[2]))
            encoded = np.concatenate([parent.encoded, step[None]])
            chosen.append(at)
            results, decisions = (*parent.results, result), (*parent.decisions, steps.decisions[at])
            grown.append(_Beginning(float(steps.values[at]), state, encoded, results, decisions))
            if len(grown) == widths.beam:
                break
        return np.array(chosen, dtype=np.int64), grown
