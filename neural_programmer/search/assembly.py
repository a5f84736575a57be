"""From hits to programs: the best derivations of each hit by the prior, written out as encoded programs."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from neural_programmer.execution.sizes import NO_ROWS, size_buckets
from neural_programmer.language.candidates import FIELDS
from neural_programmer.language.grammar import MAX_STEPS
from neural_programmer.operations.registry import OPERATION_IDS
from neural_programmer.search.anchors import Anchor
from neural_programmer.search.enumeration import (
    FILTER_IDS,
    SUPERLATIVE_IDS,
    Enumeration,
    Hit,
    NumberHit,
    NumberNode,
    VerdictHit,
)
from neural_programmer.search.prior import Prior
from neural_programmer.tables.constants import ConstantKind
from neural_programmer.tables.views import ViewKind

_SELECT = OPERATION_IDS["select"]
_WITH_UNIT = OPERATION_IDS["with_unit"]
_WAYS_OF_A_COMPARISON = 9
_ALL_ROWS = OPERATION_IDS["all_rows"]
_ECHOING = frozenset(
    OPERATION_IDS[name]
    for name in ("filter_equals", "filter_contains", "filter_any", "filter_contains_any", "filter_has_item")
)
_EXTREMES = frozenset(OPERATION_IDS[name] for name in ("argmax", "argmin", "kth_max", "kth_min"))
_INVERSES = frozenset(
    (OPERATION_IDS[one], OPERATION_IDS[other]) for one, other in (("previous", "next"), ("next", "previous"))
)
_ENDS = frozenset(OPERATION_IDS[name] for name in ("first", "last", "kth_row"))
_WITH_THRESHOLD = frozenset(OPERATION_IDS[name] for name in ("filter_above", "filter_below"))


@dataclass(frozen=True, slots=True)
class Node:
    """A step as a tree over its parents; ``size`` is the number of rows it makes, -1 for a number or cells."""

    operation: int
    parents: tuple[Node, ...]
    column: int
    constant: int
    size: int
    score: float


class Assembler:
    """Writes out the programs of an enumeration's hits, best first by the prior."""

    def __init__(self, enumeration: Enumeration, prior: Prior, alternatives: int) -> None:
        self._enumeration = enumeration
        self._prior = prior
        self._alternatives = alternatives
        self._memory: dict[tuple[int, int], list[Node]] = {}
        self._sizes = enumeration.sets.rows.sum(axis=1)
        self._names = [reference.column for reference in enumeration.candidates.columns]
        # One text is meant for one column; one number ("zero silver and bronze") may be meant for several.
        self._numbers = {
            at for at, constant in enumerate(enumeration.candidates.constants) if constant.kind is ConstantKind.NUMBER
        }
        self._views = [reference.view for reference in enumeration.candidates.columns]

    def _node(self, operation: int, parents: tuple[Node, ...], column: int, constant: int, size: int) -> Node:
        score = self._prior.score(operation, column, constant) + sum(parent.score for parent in parents)
        return Node(operation, parents, column, constant, size, score)

    def _row_nodes(self, number: int, level: int) -> list[Node]:
        """The best ways to make a row set with derivations up to the level."""
        key = (number, level)
        found = self._memory.get(key)
        if found is not None:
            return found
        nodes: list[Node] = []
        size = int(self._sizes[number])
        for made_at, operation, first, second, column, constant in self._enumeration.sets.derivations_of(number):
            if made_at <= level:
                nodes.extend(self._derived(operation, first, second, column, constant, size, made_at - 1))
        nodes = heapq.nlargest(self._alternatives, nodes, key=lambda node: node.score)
        self._memory[key] = nodes
        return nodes

    def _derived(
        self, operation: int, first: int, second: int, column: int, constant: int, size: int, level: int
    ) -> Iterator[Node]:
        """The nodes of one derivation, over the best ways to make its parents."""
        if first < 0:
            yield self._node(operation, (), column, constant, size)
            return
        for parent in self._row_nodes(first, level):
            if not self._sensible(operation, column, constant, parent):
                continue
            if second < 0:
                yield self._node(operation, (parent,), column, constant, size)
            elif operation in _WITH_THRESHOLD:
                number = self._number_node(self._enumeration.thresholds[second], level)
                if number is not None:
                    yield self._node(operation, (parent, number), column, constant, size)
            else:
                for other in self._row_nodes(second, level)[:4]:
                    yield self._node(operation, (parent, other), column, constant, size)

    def _sensible(self, operation: int, column: int, constant: int, parent: Node) -> bool:
        """Whether a step may follow its parent: filters in one order and about different constants, no undoing."""
        if operation in FILTER_IDS:
            if parent.operation in SUPERLATIVE_IDS:
                return False
            if parent.operation in FILTER_IDS:
                return (parent.constant, parent.column) < (constant, column) and (
                    parent.constant != constant or constant in self._numbers
                )
        return (operation, parent.operation) not in _INVERSES

    def _number_node(self, number: NumberNode, level: int) -> Node | None:
        if number.row_set < 0:
            return self._node(number.operation, (), -1, number.constant, -1)
        ways = self._row_nodes(number.row_set, level)
        return self._node(number.operation, (ways[0],), number.column, -1, -1) if ways else None

    def _last_level(self, derivation: int) -> list[Node]:
        fields = self._enumeration.third
        size = int(self._enumeration.third_rows[derivation].sum())
        nodes = self._derived(
            int(fields.operation[derivation]),
            int(fields.first[derivation]),
            int(fields.second[derivation]),
            int(fields.column[derivation]),
            int(fields.constant[derivation]),
            size,
            2,
        )
        return heapq.nlargest(self._alternatives, nodes, key=lambda node: node.score)

    def _answers(self, hit: Hit) -> Iterator[Node]:
        ways = self._row_nodes(hit.row_set, 2) if hit.row_set >= 0 else self._last_level(hit.derivation)
        for rows in ways:
            if hit.operation == _SELECT and self._is_echo(hit.column, rows):
                continue
            yield self._node(hit.operation, (rows,), hit.column, -1, -1)

    def _is_echo(self, column: int, rows: Node) -> bool:
        """Whether a selection only repeats what the question gave, or what an aggregate says more simply."""
        if min(rows.column, column) < 0 or self._names[rows.column] != self._names[column]:
            return False
        if rows.operation in _ECHOING:
            return True
        return rows.operation in _EXTREMES and self._views[column] is not ViewKind.TEXT and rows.column == column

    def _arithmetic(self, hit: NumberHit) -> Iterator[Node]:
        left = self._number_ways(hit.left)
        right = self._number_ways(hit.right)
        for one in left[:4]:
            for other in right[:4]:
                # The two are written in the order of the question's constants, so that each pair comes once.
                pair = (one, other) if _constants(one) <= _constants(other) else (other, one)
                yield self._node(hit.operation, pair, -1, -1, -1)

    def _number_ways(self, number: NumberNode) -> list[Node]:
        if number.row_set < 0:
            return [self._node(number.operation, (), -1, number.constant, -1)]
        return [
            self._node(number.operation, (rows,), number.column, -1, -1) for rows in self._row_nodes(number.row_set, 2)
        ]

    def answers(self, hits: Iterable[Hit]) -> Iterator[Node]:
        """The last steps of hits, each with the best ways to its rows."""
        for hit in hits:
            yield from self._answers(hit)

    def combinations(self, pairs: Iterable[NumberHit]) -> Iterator[Node]:
        """The last steps of arithmetic on two numbers."""
        for pair in pairs:
            yield from self._arithmetic(pair)

    def with_unit(self, constant: int, hits: Iterable[Hit | NumberHit]) -> Iterator[Node]:
        """A step that gives a unit to each of the numbers."""
        for hit in hits:
            for node in self._arithmetic(hit) if isinstance(hit, NumberHit) else self._answers(hit):
                yield self._node(_WITH_UNIT, (node,), -1, constant, -1)

    def verdicts(self, hits: Iterable[VerdictHit], anchors: Mapping[int, Anchor]) -> Iterator[Node]:
        """The last steps that choose between two words, over sides that have to do with these."""
        for hit in hits:
            anchor = anchors[hit.constant]
            second = [None] if hit.second is None else self._ways(hit.second)
            pairs = (
                (one, other)
                for one in self._ways(hit.first)
                for other in second
                if other is None or self._compares(anchor, hit.column, one, other)
            )
            for one, other in islice(pairs, _WAYS_OF_A_COMPARISON):
                sides = (one,) if other is None else (one, other)
                yield self._node(hit.operation, sides, hit.column, hit.constant, -1)

    def _compares(self, anchor: Anchor, column: int, one: Node, other: Node) -> bool:
        """Whether two sides say what the choice is about: the same of two things, two columns, or a given number."""
        if one.size < 0 or other.size < 0:
            # Numbers are anchored where they are read.
            return not any(rows.parents and self._is_echo(rows.column, rows.parents[0]) for rows in (one, other))
        if one.operation in FILTER_IDS:
            if column >= 0 and self._names[column] == self._names[one.column]:
                return False  # it would only compare what the question gives
            same = (one.operation, one.column) == (other.operation, other.column)
            return same and anchor.fits(one.constant, other.constant)
        return anchor.ends and anchor.constants is None and {one.operation, other.operation} <= _ENDS

    def _ways(self, side: int | NumberNode) -> list[Node]:
        """The shortest ways to one side of a comparison: longer ones only hide it behind more of the question."""
        row_set = side.row_set if isinstance(side, NumberNode) else side
        if row_set < 0:
            return self._number_ways(side) if isinstance(side, NumberNode) else []
        shortest = min(way[0] for way in self._enumeration.sets.derivations_of(row_set))
        # Rows that are the extreme of some column tell nothing of what is compared.
        ways = [
            way
            for way in self._row_nodes(row_set, shortest)
            if way.operation in FILTER_IDS or way.operation in _ENDS or way.operation == _ALL_ROWS
        ]
        if isinstance(side, NumberNode):
            return [self._node(side.operation, (rows,), side.column, -1, -1) for rows in ways]
        return ways

    def best(self, nodes: Iterable[Node], limit: int) -> list[Node]:
        """At most ``limit`` programs as trees, best first, no two alike."""
        unique = dict.fromkeys(heapq.nlargest(2 * limit, nodes, key=lambda node: node.score))
        return list(unique)[:limit]


def _constants(node: Node) -> tuple[int, ...]:
    """The constants below a node, in the order of its steps."""
    below = tuple(constant for parent in node.parents for constant in _constants(parent))
    return (*below, node.constant) if node.constant >= 0 else below


def write_out(node: Node, everything: int) -> tuple[NDArray[np.int16], NDArray[np.int8]] | None:
    """A tree as ``Int16[step, 5]`` with shared steps written once, and size buckets; None where it is too long."""
    steps: dict[tuple[int, int, int, int, int], int] = {(_ALL_ROWS, -1, -1, -1, -1): 0}
    sizes = [everything]

    def place(at: Node) -> int:
        parents = [place(parent) for parent in at.parents]
        first, second, *_ = (*parents, -1, -1)
        key = (at.operation, first, second, at.column, at.constant)
        number = steps.get(key)
        if number is None:
            number = steps[key] = len(steps)
            sizes.append(at.size)
        return number

    place(node)
    if len(steps) > MAX_STEPS:
        return None
    encoded = np.array(list(steps), dtype=np.int16).reshape(-1, FIELDS)
    counts = np.array(sizes)
    return encoded, np.where(counts < 0, np.int8(NO_ROWS), size_buckets(counts, everything))
