"""Programs of a batch as a tree of shared beginnings, so that each beginning is scored once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from neural_programmer.execution.sizes import EVERY_ROW
from neural_programmer.language.candidates import CONSTANT, FIELDS, FIRST_REFERENCE, OPERATION, SECOND_REFERENCE
from neural_programmer.language.grammar import Grammar, GrammarState

_Integer = TypeVar("_Integer", bound="np.signedinteger[Any]")


@dataclass(frozen=True, eq=False)
class Level:
    """The different beginnings of one length; each is a node, whose last step is described here.

    ``question`` Int[node]; ``slot`` Int[node]: a number unique among the nodes of the question; ``parent`` Int[node]:
    a node of the level before; ``steps`` Int[node, 5]: the last step, encoded; ``sizes`` Int[node]: what it produced;
    ``path`` Int[node, length]: for every step of the beginning its node's number over all levels; ``first_mask``,
    ``second_mask`` Bool[node, length - 1]: the legal references of the last step; ``operation_mask`` Bool[node,
    operation + 1]: what may follow; ``unused_before`` Float[node, length - 1] and ``used_before`` Float[node,
    constant]: the steps not used, and the constants used, before the last step.
    """

    question: Tensor
    slot: Tensor
    parent: Tensor
    steps: Tensor
    sizes: Tensor
    path: Tensor
    first_mask: Tensor
    second_mask: Tensor
    operation_mask: Tensor
    unused_before: Tensor
    used_before: Tensor

    def __len__(self) -> int:
        return len(self.question)


@dataclass(frozen=True, eq=False)
class ProgramTrie:
    """The levels of the tree (level 0: every question's step 0) and where each program ends.

    ``ends`` Int[program, 2]: level and node of its last step; ``questions`` Int[program].
    """

    levels: tuple[Level, ...]
    ends: Tensor
    questions: Tensor


def _pad(programs: Sequence[NDArray[_Integer]], fill: int) -> NDArray[_Integer]:
    longest = max(program.shape[1] for program in programs)
    padded = [
        np.pad(program, [(0, 0), (0, longest - program.shape[1]), *[(0, 0)] * (program.ndim - 2)], constant_values=fill)
        for program in programs
    ]
    return np.concatenate(padded)


class TrieBuilder:
    """Builds trees under one grammar."""

    def __init__(self, grammar: Grammar) -> None:
        self._grammar = grammar
        self._transitions: dict[tuple[int, int, int, int], int] = {}
        self._masks: dict[tuple[int, int, int], tuple[NDArray[np.bool_], NDArray[np.bool_]]] = {}

    def _advance(self, state: int, operation: int, first: int, second: int) -> int:
        key = (state, operation, first, second)
        found = self._transitions.get(key)
        if found is None:
            grammar = self._grammar
            after: GrammarState = grammar.advance(grammar.state(state), operation, first, second)
            found = self._transitions[key] = grammar.number_of(after)
        return found

    def _references(self, state: int, operation: int, first: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        key = (state, operation, first)
        found = self._masks.get(key)
        if found is None:
            known = self._grammar.state(state)
            found = self._masks[key] = (
                self._grammar.first_references(known, operation),
                self._grammar.second_references(known, operation, first),
            )
        return found

    def build(
        self, programs: Sequence[NDArray[np.int16]], sizes: Sequence[NDArray[np.int8]], number_of_constants: int
    ) -> ProgramTrie:
        """The tree of each question's programs, ``Int16[program, step, 5]``, with ``Int8[program, step]`` sizes."""
        questions = np.repeat(np.arange(len(programs)), [len(each) for each in programs])
        encoded = _pad(programs, -1)
        produced = _pad(sizes, 0)
        lengths = (encoded[:, :, OPERATION] >= 0).sum(axis=1)
        grammar = self._grammar
        start = grammar.number_of(grammar.start)
        count = len(programs)
        # Level 0 has one node a question, and node numbers over all levels go on from there.
        nodes = questions.copy()
        states = np.full(count, start)
        paths = np.arange(count)[:, None]
        used = np.zeros((count, number_of_constants), dtype=np.float32)
        first_step = np.full((count, FIELDS), -1, dtype=np.int64)
        first_step[:, OPERATION] = grammar.first_operation
        levels = [
            self._level(
                question=np.arange(count),
                parent=np.arange(count),
                steps=first_step,
                sizes=np.full(count, EVERY_ROW),
                paths=paths,
                references=np.zeros((2, count, 0), dtype=np.bool_),
                states=states,
                unused=np.zeros((count, 0), dtype=np.float32),
                used=used,
            )
        ]
        unused = self._unused(states)
        ends = np.zeros((len(encoded), 2), dtype=np.int64)
        total = count
        for depth in range(1, encoded.shape[1]):
            alive = np.flatnonzero(lengths > depth)
            if not alive.size:
                break
            step = encoded[alive, depth].astype(np.int64)
            # A beginning is its parent's node together with the last step: five small numbers in one.
            key = nodes[alive]
            for field in range(FIELDS):
                key = key * (int(step[:, field].max()) + 2) + step[:, field] + 1
            _, representatives, node_of = np.unique(key, return_index=True, return_inverse=True)
            chosen = alive[representatives]
            parent = nodes[chosen]
            steps = encoded[chosen, depth].astype(np.int64)
            masks = np.zeros((2, len(chosen), depth), dtype=np.bool_)
            after = np.empty(len(chosen), dtype=np.int64)
            for at, (state, row) in enumerate(zip(states[parent].tolist(), steps.tolist(), strict=True)):
                first, second = self._references(state, row[OPERATION], row[FIRST_REFERENCE])
                masks[0, at], masks[1, at] = first[:depth], second[:depth]
                after[at] = self._advance(state, row[OPERATION], row[FIRST_REFERENCE], row[SECOND_REFERENCE])
            before = used[parent]
            used = before.copy()
            takes = steps[:, CONSTANT] >= 0
            used[takes, steps[takes, CONSTANT]] = 1
            paths = np.concatenate([paths[parent], total + np.arange(len(chosen))[:, None]], axis=1)
            total += len(chosen)
            levels.append(
                self._level(
                    question=questions[chosen],
                    parent=parent,
                    steps=steps,
                    sizes=produced[chosen, depth],
                    paths=paths,
                    references=masks,
                    states=after,
                    unused=unused[parent],
                    used=before,
                )
            )
            states = after
            unused = self._unused(states)
            nodes = nodes.copy()
            nodes[alive] = node_of
            done = alive[lengths[alive] == depth + 1]
            ends[done, 0] = depth
            ends[done, 1] = nodes[done]
        return ProgramTrie(tuple(levels), torch.from_numpy(ends), torch.from_numpy(questions))

    def _unused(self, states: NDArray[np.int64]) -> NDArray[np.float32]:
        return np.array([self._grammar.state(number).unused for number in states.tolist()], dtype=np.float32)

    def _level(
        self,
        *,
        question: NDArray[np.int64],
        parent: NDArray[np.int64],
        steps: NDArray[np.int64],
        sizes: NDArray[np.int8] | NDArray[np.int64],
        paths: NDArray[np.int64],
        references: NDArray[np.bool_],
        states: NDArray[np.int64],
        unused: NDArray[np.float32],
        used: NDArray[np.float32],
    ) -> Level:
        order = np.argsort(question, kind="stable")
        starts = np.searchsorted(question[order], question)
        slot = np.empty(len(question), dtype=np.int64)
        slot[order] = np.arange(len(question))
        slot -= starts
        grammar = self._grammar
        numbers = states.tolist()
        return Level(
            question=torch.from_numpy(question),
            slot=torch.from_numpy(slot),
            parent=torch.from_numpy(parent),
            steps=torch.from_numpy(steps),
            sizes=torch.from_numpy(sizes.astype(np.int64)),
            path=torch.from_numpy(paths),
            first_mask=torch.from_numpy(references[0]),
            second_mask=torch.from_numpy(references[1]),
            operation_mask=torch.from_numpy(np.stack([grammar.operation_mask(number) for number in numbers])),
            unused_before=torch.from_numpy(unused),
            used_before=torch.from_numpy(used),
        )
