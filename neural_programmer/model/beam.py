"""Search for the likeliest programs under any scorer, led by execution."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neural_programmer.execution.cancellation import go_on
from neural_programmer.execution.exact import Answer, StepResult, answer_of, execute_step, unbounded_numbers
from neural_programmer.execution.grounding import Grounding
from neural_programmer.execution.sizes import NO_ROWS, size_bucket
from neural_programmer.language.candidates import (
    FIELDS,
    FIRST_REFERENCE,
    OPERATION,
    Candidates,
)
from neural_programmer.language.grammar import Grammar
from neural_programmer.language.kinds import Kind
from neural_programmer.language.program import Program, Step
from neural_programmer.model.scorer import ArgumentTable, Scorer
from neural_programmer.operations.registry import REGISTRY
from neural_programmer.search.verdict_sense import JUDGED, VerdictSense
from neural_programmer.tables.constants import ConstantKind

_IMPOSSIBLE = -1e8
# A program e to the fifth (about 150) times less likely than the best is hardly ever chosen: docs/experiments.md.
_SLACK = 5.0


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

# A step as five numbers, see `language.candidates`.
_Encoded = tuple[int, ...]


@dataclass(frozen=True, eq=False, slots=True)
class _Executed:
    """The result of a step, whether it is nothing, and its size bucket.

    The results that the step refers to are kept with it: an object's id is its own only while it lives.
    """

    result: StepResult
    is_empty: bool
    size: int
    references: tuple[StepResult, ...]


@dataclass(frozen=True, eq=False, slots=True)
class _Beginning:
    """A beginning of a program in the beam; ``state`` is the number of its state in the grammar."""

    log_probability: float
    state: int
    steps: tuple[_Encoded, ...]
    results: tuple[StepResult, ...]
    sizes: tuple[int, ...]
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
        """Widths that lose hardly an answer of a beam this wide; narrow beams look about more than they keep."""
        widths = {"operations": max(20, beam), "arguments": max(10, beam // 2), "tries": max(30, beam * 3 // 2)}
        return cls(beam, **widths, slack=_SLACK)


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
        # Whether each operation takes a first reference, a second one, a column, a constant, and this as one number.
        self._takes = np.array(
            [
                (len(one.references) > 0, len(one.references) > 1, bool(one.columns), bool(one.constants))
                for one in grammar.signatures
            ],
            dtype=np.bool_,
        )
        self._sorts = self._takes @ (1 << np.arange(self._takes.shape[1]))
        # Beginnings share steps, and results where steps take the same of them.
        self._decoded: dict[_Encoded, Step] = {}
        self._executed: dict[tuple[int, ...], _Executed] = {}
        # That there are no such rows is the answer to some questions for yes or no.
        self._with_empty = any(constant.kind is ConstantKind.CHOICE for constant in candidates.constants)

    def search(self, scorer: Scorer) -> list[Hypothesis]:
        """At most ``beam`` programs, likeliest first, ties in the order of their codes."""
        grammar, widths = self._grammar, self._widths
        memory = scorer.start()
        beginnings = [self._start()]
        finished: list[tuple[float, _Beginning]] = []
        while beginnings:
            go_on()
            legal = np.array([grammar.operation_mask(each.state) for each in beginnings])
            before = np.array([each.log_probability for each in beginnings])
            total = scorer.operations(memory, legal) + before[:, None]
            ended = total[:, grammar.stop]
            for at in np.flatnonzero(legal[:, grammar.stop] & (ended > _IMPOSSIBLE)).tolist():
                finished.append((float(ended[at]), beginnings[at]))
            self._keep_best(finished)
            floor = self._floor([score for score, _ in finished])
            steps = self._candidate_steps(scorer, memory, beginnings, total, floor)
            with unbounded_numbers():
                chosen, grown = self._grow(beginnings, steps)
            # What no step may follow has no other choice than to stop, and needs no model to say so.
            finished += [(each.log_probability, each) for each in grown if not grammar.goes_on(each.state)]
            self._keep_best(finished)
            least = finished[-1][0] if len(finished) == widths.beam else -math.inf
            promising = [
                at for at, each in enumerate(grown) if grammar.goes_on(each.state) and each.log_probability >= least
            ]
            beginnings = [grown[at] for at in promising]
            if beginnings:
                chosen = chosen[promising]
                sizes = np.array([each.sizes[-1] for each in beginnings], dtype=np.int8)
                memory = scorer.advance(memory, steps.parents[chosen], steps.encoded[chosen], sizes)
        floor = self._floor([score for score, _ in finished])
        return [self._finish(score, each) for score, each in finished if score >= floor]

    def _keep_best(self, finished: list[tuple[float, _Beginning]]) -> None:
        """Leave the likeliest programs alone, likeliest first."""
        finished.sort(key=lambda pair: (-pair[0], pair[1].steps))
        del finished[self._widths.beam :]

    def _start(self) -> _Beginning:
        """Step 0, which takes every row."""
        grammar = self._grammar
        opening = REGISTRY[grammar.names[grammar.first_operation]]
        every = StepResult(opening.signature.result, self._grounding.countable)
        step = (grammar.first_operation, *[-1] * (FIELDS - 1))
        return _Beginning(0.0, grammar.number_of(grammar.start), (step,), (every,), (self._size(every),))

    def _floor(self, finished: list[float]) -> float:
        """The log-probability below which no program is worth looking for, given those of the best so far."""
        widths = self._widths
        floor = finished[-1] if len(finished) == widths.beam else _IMPOSSIBLE
        if len(finished) >= widths.least:
            floor = max(floor, min(finished[0] - widths.slack, finished[widths.least - 1]))
        return floor

    def _finish(self, score: float, beginning: _Beginning) -> Hypothesis:
        program = Program(tuple(map(self._decode, beginning.steps)))
        answer = answer_of(program, beginning.results, self._grounding)
        encoded = np.array(beginning.steps, dtype=np.int64)
        decisions = np.zeros(encoded.shape)
        decisions[:-1] = beginning.decisions
        decisions[-1, OPERATION] = score - beginning.log_probability
        return Hypothesis(program, score, answer, encoded, beginning.sizes, score, decisions)

    def _decode(self, step: _Encoded) -> Step:
        found = self._decoded.get(step)
        if found is None:
            found = self._decoded[step] = self._candidates.decode_step(step, self._grammar.names)
        return found

    def _size(self, result: StepResult) -> int:
        if result.kind is not Kind.ROWS:
            return NO_ROWS
        return size_bucket(int(np.count_nonzero(result.value)), self._every)

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
        length = len(beginnings[0].steps)
        states = [beginnings[edge].state for edge in edges.tolist()]
        allowed = list(map(self._grammar.references, states, operations.tolist()))
        first_mask = np.array([first for first, _ in allowed])[:, :length]
        second_mask = np.array([second for _, second in allowed])[:, :length, :length]
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
        sorts = self._sorts[operations]
        # Edges that take the same kinds of arguments are looked through together.
        for sort in set(sorts.tolist()):
            alike = np.flatnonzero(sorts == sort)
            joint = _joint(self._takes[operations[alike[0]]].tolist(), table, alike, bounds[alike])
            flat = joint.reshape(len(alike), -1)
            likely = flat > least
            crowded = np.flatnonzero(likely.sum(axis=1) > most)
            if crowded.size:
                worse = np.argpartition(-flat[crowded], most, axis=1)[:, most:]
                likely[crowded[:, None], worse] = False
            edge, place = np.nonzero(likely)
            owners.append(alike[edge])
            places.append(np.array(np.unravel_index(place, joint.shape[1:])))
            values.append(flat[edge, place])
        return np.concatenate(owners), np.concatenate(places, axis=1).T, np.concatenate(values)

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
        grammar = self._grammar
        chosen: list[int] = []
        grown: list[_Beginning] = []
        tries = zip(steps.parents.tolist(), map(tuple, steps.encoded.tolist()), steps.values.tolist(), strict=True)
        for at, (edge, step, value) in enumerate(tries):
            parent = beginnings[edge]
            if step in parent.steps:
                continue  # the same once more, where what is there already could be referred to
            done = self._execute(step, parent.results)
            if done.is_empty and not (self._with_empty and done.result.kind is Kind.ROWS):
                continue
            taken = (*parent.steps, step)
            if self._is_beside_the_point(taken, parent.results):
                continue
            operation, first, second, _, _ = step
            chosen.append(at)
            grown.append(
                _Beginning(
                    value,
                    grammar.next_number(parent.state, operation, first, second),
                    taken,
                    (*parent.results, done.result),
                    (*parent.sizes, done.size),
                    (*parent.decisions, steps.decisions[at]),
                )
            )
            if len(grown) == self._widths.beam:
                break
        return np.array(chosen, dtype=np.int64), grown

    def _is_beside_the_point(self, steps: tuple[_Encoded, ...], results: tuple[StepResult, ...]) -> bool:
        if self._sense is None or steps[-1][OPERATION] not in self._judged:
            return False
        return self._sense.refuses(steps, results)

    def _execute(self, step: _Encoded, results: tuple[StepResult, ...]) -> _Executed:
        """What one step after these results gives."""
        operation, first, second, column, constant = step
        references = tuple([results[number] for number in (first, second) if number >= 0])
        key = (operation, column, constant, *map(id, references))
        found = self._executed.get(key)
        if found is None:
            result = execute_step(self._decode(step), results, self._grounding)
            found = _Executed(result, _is_empty(result), self._size(result), references)
            self._executed[key] = found
        return found


def _is_empty(result: StepResult) -> bool:
    if result.kind in (Kind.NUMBER, Kind.PHRASE):
        return math.isnan(result.value)
    return not np.count_nonzero(result.value)


def _joint(
    takes: Sequence[bool], table: ArgumentTable, edges: NDArray[np.int64], bounds: NDArray[np.float64]
) -> NDArray[np.float64]:
    """``Float[edge, first reference, second reference, column, constant]``: the log-probabilities of steps, given those
    of operations, for edges that take the same; a kind that is not taken has one entry.
    """
    joint = bounds.reshape(-1, 1, 1, 1, 1)
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
