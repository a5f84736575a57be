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

    ``question`` Int[node]; ``slot`` Int[node]: a number unique among the level's nodes of the question; ``parent``
    Int[node]: a node of the level before; ``steps`` Int[node, 5]: the last step, encoded; ``sizes`` Int[node]: what it
    produced; ``path`` Int[node, length]: for every step of the beginning its node's number over all levels.
    """

    question: Tensor
    slot: Tensor
    parent: Tensor
    steps: Tensor
    sizes: Tensor
    path: Tensor

    def __len__(self) -> int:
        return len(self.question)


@dataclass(frozen=True, eq=False)
class Choices:
    """What was chosen to come to each node after those of level 0, and from what; the nodes of all levels in turn.

    ``question`` Int[node]; ``slot`` Int[node]: a number unique among all nodes of the question; ``parent`` Int[node]:
    its number over all levels; ``steps`` Int[node, 5]: the step chosen; ``length`` Int[node]: of the beginning before
    it; ``path`` Int[node, step]: the nodes of the beginning before it, 0 beyond its length; ``first_mask``,
    ``second_mask`` Bool[node, step]: the legal references; ``unused`` Float[node, step] and ``used`` Float[node,
    constant]: the steps not used, and the constants used, before this step.
    """

    question: Tensor
    slot: Tensor
    parent: Tensor
    steps: Tensor
    length: Tensor
    path: Tensor
    first_mask: Tensor
    second_mask: Tensor
    unused: Tensor
    used: Tensor

    def __len__(self) -> int:
        return len(self.question)


@dataclass(frozen=True, eq=False)
class ProgramTrie:
    """The levels of the tree (level 0: every question's step 0), the choices that lead through it, and its programs.

    ``operation_mask`` Bool[node, operation + 1]: what may follow each node, numbered over all levels, and ``question``
    and ``slot`` Int[node] as in ``Choices``. ``ends`` Int[program]: the node of its last step; ``paths`` Int[program,
    step]: all its nodes, the number of nodes beyond its length; ``questions`` Int[program].
    """

    levels: tuple[Level, ...]
    choices: Choices
    question: Tensor
    slot: Tensor
    operation_mask: Tensor
    ends: Tensor
    paths: Tensor
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
        longest = encoded.shape[1]
        grammar = self._grammar
        count = len(programs)
        # Level 0 has one node a question, and node numbers over all levels go on from there.
        question = np.arange(count)
        states = np.full(count, grammar.number_of(grammar.start))
        paths = question[:, None]
        used = np.zeros((count, number_of_constants), dtype=np.float32)
        first_step = np.full((count, FIELDS), -1, dtype=np.int64)
        first_step[:, OPERATION] = grammar.first_operation
        levels = [_level(question, question, first_step, np.full(count, EVERY_ROW), paths)]
        known = [(question, states)]
        chosen_steps = []
        # For every program its node in the level that was built last.
        nodes = questions.copy()
        ends = np.zeros(len(encoded), dtype=np.int64)
        program_paths = np.full((len(encoded), longest), -1, dtype=np.int64)
        before = 0
        for depth in range(1, longest):
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
            question, parent = questions[chosen], nodes[chosen]
            steps = encoded[chosen, depth].astype(np.int64)
            masks = np.zeros((2, len(chosen), longest - 1), dtype=np.bool_)
            unused = np.zeros((len(chosen), longest - 1), dtype=np.float32)
            after = np.empty(len(chosen), dtype=np.int64)
            for at, (state, row) in enumerate(zip(states[parent].tolist(), steps.tolist(), strict=True)):
                first, second = self._references(state, row[OPERATION], row[FIRST_REFERENCE])
                masks[0, at, :depth], masks[1, at, :depth] = first[:depth], second[:depth]
                unused[at, :depth] = grammar.state(state).unused
                after[at] = self._advance(state, row[OPERATION], row[FIRST_REFERENCE], row[SECOND_REFERENCE])
            path = np.zeros((len(chosen), longest - 1), dtype=np.int64)
            path[:, :depth] = paths[parent]
            used = used[parent]
            chosen_steps.append(
                (question, before + parent, steps, np.full(len(chosen), depth), path, *masks, unused, used)
            )
            used = used.copy()
            takes = steps[:, CONSTANT] >= 0
            used[takes, steps[takes, CONSTANT]] = 1
            before += len(levels[-1])
            paths = np.concatenate([paths[parent], before + np.arange(len(chosen))[:, None]], axis=1)
            levels.append(_level(question, parent, steps, produced[chosen, depth], paths))
            states = after
            known.append((question, states))
            nodes = nodes.copy()
            nodes[alive] = node_of
            done = alive[lengths[alive] == depth + 1]
            ends[done] = before + nodes[done]
            program_paths[done, : depth + 1] = paths[nodes[done]]
        of_question, of_state = (np.concatenate(each) for each in zip(*known, strict=True))
        slot = _slots(of_question)
        program_paths[program_paths < 0] = len(of_question)
        return ProgramTrie(
            levels=tuple(levels),
            choices=_choices(chosen_steps, slot[count:], longest, number_of_constants),
            question=torch.from_numpy(of_question),
            slot=torch.from_numpy(slot),
            operation_mask=torch.from_numpy(np.stack([grammar.operation_mask(each) for each in of_state.tolist()])),
            ends=torch.from_numpy(ends),
            paths=torch.from_numpy(program_paths),
            questions=torch.from_numpy(questions),
        )


def _slots(question: NDArray[np.int64]) -> NDArray[np.int64]:
    """``Int[node]``: how many nodes of the same question stand before each."""
    order = np.argsort(question, kind="stable")
    slot = np.empty(len(question), dtype=np.int64)
    slot[order] = np.arange(len(question))
    slot -= np.searchsorted(question[order], question)
    return slot


def _level(
    question: NDArray[np.int64],
    parent: NDArray[np.int64],
    steps: NDArray[np.int64],
    sizes: NDArray[np.int8] | NDArray[np.int64],
    paths: NDArray[np.int64],
) -> Level:
    found = (question, _slots(question), parent, steps, sizes.astype(np.int64), paths)
    return Level(*(torch.from_numpy(each) for each in found))


def _choices(
    levels: Sequence[tuple[NDArray[Any], ...]], slot: NDArray[np.int64], longest: int, constants: int
) -> Choices:
    """The choices of all levels: question, parent, steps, length, path, both masks, unused and used of each."""
    if not levels:
        nothing = np.zeros(0, dtype=np.int64)
        nowhere = np.zeros((0, longest - 1), dtype=np.int64)
        mask = nowhere.astype(np.bool_)
        unused, used = nowhere.astype(np.float32), np.zeros((0, constants), dtype=np.float32)
        step = np.zeros((0, FIELDS), dtype=np.int64)
        levels = [(nothing, nothing, step, nothing, nowhere, mask, mask, unused, used)]
    question, *others = (torch.from_numpy(np.concatenate(each)) for each in zip(*levels, strict=True))
    return Choices(question, torch.from_numpy(slot), *others)
