"""Terms: parts of queries in a form in which parts that mean the same are the same number.

A term is a label with smaller terms below it, kept once however often it occurs. Sets of conditions have no order and
no repetition, so that what the order of a text cannot change is equal by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

Label = tuple[object, ...]
Edge = tuple[object, ...]

UNRELATED = -1
_TWO_LEVELS = ("and", "or")
_AMONG_CONDITIONS = ("and", "or", "case")
_OPPOSITE_KINDS: Mapping[object, object] = {
    "unequal": "equal",
    "greater or equal": "order",
    "greater": "order",
    "not like": "like",
    "not ilike": "ilike",
    "not contains": "contains",
    "not in": "in",
    "absent": "present",
    "none": "some",
}


@dataclass(frozen=True, slots=True)
class SelectParts:
    """The parts of a selection, all of them terms; ``aggregate`` where it gives one row whatever the rows are."""

    sources: tuple[int, ...]
    conditions: frozenset[int]
    values: tuple[int, ...]
    aggregate: bool = False
    groups: frozenset[int] = frozenset()
    having: frozenset[int] = frozenset()
    order: tuple[int, ...] = ()
    limit: int | None = None
    offset: int = 0
    distinct: bool = False

    def roles(self) -> Iterator[tuple[str, Iterable[int]]]:
        """The terms of each part, by the name of the part."""
        yield "from", self.sources
        yield "value", self.values
        yield "where", sorted(self.conditions)
        yield "group", sorted(self.groups)
        yield "having", sorted(self.having)
        yield "order", self.order

    def label(self) -> Label:
        """All that is no term, and how many terms belong to each part."""
        sizes = tuple(sum(1 for _ in part) for _, part in self.roles())
        return ("select", self.aggregate, self.limit, self.offset, self.distinct, *sizes)


class Terms:
    """All terms of one comparison, numbered from 0."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[Label, tuple[int, ...]], int] = {}
        self._labels: list[Label] = []
        self._children: list[tuple[int, ...]] = []
        self._reach: list[int] = []
        self._below: dict[int, frozenset[int]] = {}
        self.selects: dict[int, SelectParts] = {}
        self.true = self.of(("constant", True))
        self.false = self.of(("constant", False))

    def of(self, label: Label, *children: int) -> int:
        """The term with this label and these terms below it."""
        return self._term(label, children)

    def unordered(self, label: Label, children: Iterable[int]) -> int:
        """The term whose terms below it have no order."""
        return self._term(label, tuple(sorted(children)))

    def select(self, parts: SelectParts) -> int:
        """The term of a selection."""
        number = self._term(parts.label(), tuple(term for _, part in parts.roles() for term in part), scopes=1)
        self.selects[number] = parts
        return number

    def _term(self, label: Label, children: tuple[int, ...], scopes: int = 0) -> int:
        number = self._numbers.get((label, children))
        if number is None:
            number = self._numbers[label, children] = len(self._labels)
            self._labels.append(label)
            self._children.append(children)
            own = label[1] if label[0] == "column" and isinstance(label[1], int) else UNRELATED
            deepest = max((self._reach[child] for child in children), default=UNRELATED)
            self._reach.append(max(own, deepest - scopes, UNRELATED))
        return number

    def label(self, term: int) -> Label:
        """The label of a term."""
        return self._labels[term]

    def kind(self, term: int) -> object:
        """The first part of the label of a term."""
        return self._labels[term][0]

    def children(self, term: int) -> tuple[int, ...]:
        """The terms directly below a term."""
        return self._children[term]

    def reach(self, term: int) -> int:
        """How many selections further out the columns of a term lie: 0 is its own, -1 where it reads none there."""
        return self._reach[term]

    def below(self, term: int) -> frozenset[int]:
        """The term and every term below it, at any depth."""
        found = self._below.get(term)
        if found is None:
            seen: set[int] = set()
            waiting = [term]
            while waiting:
                at = waiting.pop()
                if at not in seen:
                    seen.add(at)
                    waiting.extend(self._children[at])
            found = self._below[term] = frozenset(seen)
        return found

    def conjuncts(self, term: int) -> frozenset[int]:
        """The conditions that a condition joins with AND."""
        if term == self.true:
            return frozenset()
        return frozenset(self._children[term]) if self.kind(term) == "and" else frozenset((term,))

    def conjunctions(self, term: int) -> frozenset[frozenset[int]]:
        """Every set of conditions that stands together at or below a term: of a selection, under OR, of a case."""
        found: set[frozenset[int]] = set()
        for at in self.below(term):
            if at in self.selects:
                found.add(self.selects[at].conditions)
            elif self.kind(at) == "case":
                found.update(self.conjuncts(child) for child in self._children[at])
            elif self.kind(at) in _TWO_LEVELS:
                found.update(self.conjuncts(child) for child in (at, *self._children[at]))
        return frozenset(found)

    def edges(self, term: int) -> frozenset[Edge]:
        """Which kinds of terms stand directly below which: what a query is made of, whatever its names and values.

        A condition and its opposite are of one kind, and it is the same where among conditions they stand.
        """
        found: set[Edge] = {("root", self._sort(term))}
        for at in self.below(term):
            parts = self.selects.get(at)
            if parts is None:
                found.update(self._edges_of(at))
                continue
            for role, part in parts.roles():
                name = "where" if role == "having" else role
                found.update((name, self._sort(child)) for child in part)
            found.update(("select", name) for name in ("limit", "offset", "distinct") if getattr(parts, name))
        return frozenset(found)

    def _edges_of(self, term: int) -> Iterator[Edge]:
        kind, children = self._labels[term][0], self._children[term]
        if kind in ("greater", "greater or equal"):
            pair = children if kind == "greater" else children[::-1]
            yield from (("order", at, self._sort(child)) for at, child in enumerate(pair))
        else:
            name = "where" if kind in _AMONG_CONDITIONS else _OPPOSITE_KINDS.get(kind, kind)
            yield from ((name, self._sort(child)) for child in children)

    def _sort(self, term: int) -> object:
        """What a term is, without its names and values."""
        label = self._labels[term]
        if label[0] == "column":
            return ("column", label[4])
        if term in self.selects:
            return ("select", self.selects[term].aggregate)
        return _OPPOSITE_KINDS.get(label[0], label[0])
