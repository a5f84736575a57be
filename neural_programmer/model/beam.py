"""Search for the likeliest programs under any scorer, led by execution."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neural_programmer.execution.cancellation import go_on
from neural_programmer.execution.exact import Answer, StepResult, answer_of, execute_step
from neural_programmer.execution.grounding import Grounding
from neural_programmer.execution.sizes import NO_ROWS, size_bucket
from neural_programmer.language.candidates import (
    FIELDS,
    FIRST_REFERENCE,
    OPERATION,
    Candidates,
)
from neural_programmer.language.grammar import Grammar, GrammarState
from neural_programmer.language.kinds import Kind
from neural_programmer.language.program import Program
from neural_programmer.model.scorer import ArgumentTable, Scorer
from neural_programmer.operations.registry import REGISTRY
from neural_programmer.search.verdict_sense import JUDGED, VerdictSense
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
    """``beam`` beginnings are kept; of all their next operations the best ``operations`` are looked into, and of the
    arguments of each the best ``arguments``; at most ``tries`` of these are executed. Once ``least`` programs are
    found, those less likely than the best by more than ``slack`` (a natural logarithm) are given up.
    """

    beam: int
    operations: int
    arguments: int
    tries: int
    least: int = 5
    slack: float = math.inf

    @classmethod
    def of(cls, beam: int) -> BeamWidths:
        """Widths that lose no answer of a beam this wide; narrow beams look about more than they keep."""
        return cls(beam, operations=max(20, beam), arguments=max(10, beam // 2), tries=max(30, beam * 3 // 2))


def _is_empty(result: StepResult) -> bool:
    if result.kind in (Kind.NUMBER, Kind.PHRASE):
        return bool(np.isnan(result.value))
    return not result.value.any()


class BeamSearch:
    """Search for programs over one question's candidates on one table.

    Beginnings whose last step gives no row or no number are dropped, since nothing useful can follow, and so are
    verdicts that nobody means, where there is a ``sense`` to judge them.
    """

    def __init__(
        self,
        grammar: Grammar,
        grounding: Grounding,
        candidates: Candidates,
        widths: BeamWidths,
        sense: VerdictSense | None = None,
    ) -> None:
        self._grammar = grammar
        self._grounding = grounding
        self._candidates = candidates
        self._widths = widths
        self._sense = sense
        self._judged = {number for number, name in enumerate(grammar.names) if name in JUDGED}
        self._every = int(grounding.countable.sum())
        # Whether each operation takes a first reference, a second one, a column, a constant.
        self._takes = np.array(
            [
                (len(one.references) > 0, len(one.references) > 1, bool(one.columns), bool(one.constants))
                for one in grammar.signatures
            ],
            dtype=np.bool_,
        )
        # Beginnings share results, and so do steps that take the same of them.
        self._executed: dict[tuple[int, ...], tuple[tuple[StepResult, ...], StepResult]] = {}
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
            floor = self._floor([score for score, _ in finished])
            steps = self._candidate_steps(scorer, memory, beginnings, total, floor)
            chosen, grown = self._grow(beginnings, steps)
            if not grown:
                break
            sizes = np.array([self._size(each.results[-1]) for each in grown], dtype=np.int8)
            memory = scorer.advance(memory, steps.parents[chosen], steps.encoded[chosen], sizes)
            beginnings = grown
        return [self._finish(score, each) for score, each in finished]

    def _floor(self, finished: list[float]) -> float:
        """The log-probability below which no program is worth looking for, given those of the best so far."""
        widths = self._widths
        floor = finished[-1] if len(finished) == widths.beam else _IMPOSSIBLE
        if len(finished) >= widths.least:
            floor = max(floor, min(finished[0] - widths.slack, finished[widths.least - 1]))
        return floor

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
        flat = np.argsort(-going_on, axis=None, kind="stable")[: widths.operations]
        bounds = going_on.ravel()[flat]
        # Arguments only make a step less likely than its operation: the least likely edges need no look at them.
        looked = int((bounds > max(floor, _IMPOSSIBLE)).sum())
        if not looked:
            return _NO_STEPS
        edges, operations = np.divmod(flat[:looked], grammar.stop)
        return self._best_steps(scorer, memory, beginnings, edges, operations, bounds[:looked], floor)

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
        owners, places, values = self._promising(operations, table, bounds, floor)
        # Equally likely steps keep the order of their edges.
        kept = np.lexsort((owners, -values))[: self._widths.tries]
        owners, places, values = owners[kept], places[kept], values[kept]
        before = np.array([each.log_probability for each in beginnings])
        encoded, decisions = self._arguments_at(operations[owners], owners, places, table)
        decisions[:, OPERATION] = (bounds - before[edges])[owners]
        return _Steps(edges[owners], encoded, decisions, values)

    def _promising(
        self, operations: NDArray[np.int64], table: ArgumentTable, bounds: NDArray[np.float64], floor: float
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """The best arguments of every edge: their edges Int[step], their places Int[step, 4] (first and second
        reference, column, constant, 0 where there is none), and the log-probabilities Float[step] of the steps.
        """
        owners, places, values = [], [], []
        most = self._widths.arguments
        least = max(floor, _IMPOSSIBLE)
        taken = self._takes[operations]
        # Edges that take the same kinds of arguments are looked through together.
        for takes in sorted(set(map(tuple, taken.tolist()))):
            alike = np.flatnonzero((taken == takes).all(axis=1))
            joint = _joint(takes, table, alike) + bounds[alike].reshape(-1, 1, 1, 1, 1)
            flat = joint.reshape(len(alike), -1)
            edge, place = np.nonzero(flat > least)
            crowded = np.flatnonzero(np.bincount(edge, minlength=len(alike)) > most)
            if crowded.size:
                best = np.ones(len(edge), dtype=np.bool_)
                for one in crowded.tolist():
                    own = np.flatnonzero(edge == one)
                    best[own[np.argpartition(-flat[one, place[own]], most)[most:]]] = False
                edge, place = edge[best], place[best]
            owners.append(alike[edge])
            places.append(np.column_stack(np.unravel_index(place, joint.shape[1:])))
            values.append(flat[edge, place])
        return np.concatenate(owners), np.concatenate(places), np.concatenate(values)

    def _arguments_at(
        self, operations: NDArray[np.int64], edges: NDArray[np.int64], places: NDArray[np.int64], table: ArgumentTable
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The arguments at these places as encoded steps Int[step, 5], and the log-probability of each."""
        takes = self._takes[operations]
        first, second, column, constant = places.T
        encoded = np.column_stack([operations, np.where(takes, places, -1)])
        chances = (
            table.first[edges, first],
            table.second[edges, first, second],
            table.column[edges, first, column] if table.column.shape[2] else np.zeros(len(edges)),
            table.constant[edges, column, constant] if table.constant.shape[2] else np.zeros(len(edges)),
        )
        decisions = np.zeros((len(edges), FIELDS))
        decisions[:, FIRST_REFERENCE:] = np.where(takes, np.stack(chances, axis=1), 0.0)
        return encoded, decisions

    def _grow(self, beginnings: list[_Beginning], steps: _Steps) -> tuple[NDArray[np.int64], list[_Beginning]]:
        """The first ``beam`` next steps that give something, and the beginnings that they make."""
        grammar, widths = self._grammar, self._widths
        chosen: list[int] = []
        grown: list[_Beginning] = []
        for at in range(len(steps.values)):
            step, parent = steps.encoded[at], beginnings[int(steps.parents[at])]
            if (parent.encoded == step).all(axis=1).any():
                continue  # the same once more, where what is there already could be referred to
            result = self._execute(step, parent.results)
            if _is_empty(result) and not (self._with_empty and result.kind is Kind.ROWS):
                continue
            encoded = np.concatenate([parent.encoded, step[None]])
            if self._is_beside_the_point(encoded, parent.results):
                continue
            state = grammar.advance(parent.state, int(step[0]), int(step[1]), int(step[2]))
            chosen.append(at)
            results, decisions = (*parent.results, result), (*parent.decisions, steps.decisions[at])
            grown.append(_Beginning(float(steps.values[at]), state, encoded, results, decisions))
            if len(grown) == widths.beam:
                break
        return np.array(chosen, dtype=np.int64), grown

    def _is_beside_the_point(self, encoded: NDArray[np.int64], results: tuple[StepResult, ...]) -> bool:
        if self._sense is None or int(encoded[-1, OPERATION]) not in self._judged:
            return False
        return self._sense.refuses(encoded.tolist(), results)

    def _execute(self, step: NDArray[np.int64], results: tuple[StepResult, ...]) -> StepResult:
        """The result of one step after these results."""
        operation, first, second, column, constant = step.tolist()
        references = tuple(results[number] for number in (first, second) if number >= 0)
        key = (operation, column, constant, *map(id, references))
        if key not in self._executed:
            decoded = self._candidates.decode_step(step.astype(np.int16), self._grammar.names)
            # The references are kept with the result: an object's id is its own only while it lives.
            self._executed[key] = references, execute_step(decoded, results, self._grounding)
        return self._executed[key][1]


def _joint(takes: tuple[bool, ...], table: ArgumentTable, edges: NDArray[np.int64]) -> NDArray[np.float64]:
    """``Float[edge, first reference, second reference, column, constant]``: the log-probabilities of arguments of edges
    that take the same; a kind that is not taken has one entry.
    """
    joint = np.zeros((len(edges), 1, 1, 1, 1))
    if takes[0]:
        joint = joint + table.first[edges][:, :, None, None, None]
    if takes[1]:
        joint = joint + table.second[edges][:, :, :, None, None]
    if takes[2]:
        column = table.column[edges] if takes[0] else table.column[edges, :1]
        joint = joint + column[:, :, None, :, None]
    if takes[3]:
        constant = table.constant[edges] if takes[2] else table.constant[edges, :1]
        joint = joint + constant[:, None, None, :, :]
    return joint
