"""Which of two words is the answer: comparisons of row sets and of numbers that tell so."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import numpy as np

from neural_programmer.operations.registry import OPERATION_IDS
from neural_programmer.search.enumeration import FILTER_IDS, Enumeration, NumberNode, VerdictHit
from neural_programmer.search.row_sets import Ids
from neural_programmer.tables.matching.linking import CueKind
from neural_programmer.tables.views import ViewKind

_PAIRS_AT_MOST = 240
_SETS_AT_MOST = 80
_ORDERS = frozenset(OPERATION_IDS[name] for name in ("first", "last", "kth_row"))
_RANKS = frozenset(OPERATION_IDS[name] for name in ("kth_max", "kth_min", "argmax", "argmin"))
_PLACING = frozenset(
    {CueKind.BEFORE, CueKind.AFTER, CueKind.ABOVE, CueKind.BELOW, CueKind.FIRST, CueKind.NEXT, CueKind.PREVIOUS}
)
_READ_VIEWS = (ViewKind.NUMBER, ViewKind.YEAR, ViewKind.DIFFERENCE)
_ASSERTING = frozenset({"yes", "true"})
_TOTALS = ("sum", "average", "maximum", "minimum")


def verdict_hits(enumeration: Enumeration) -> list[VerdictHit]:
    """The last steps that choose the right word, for each constant of two words of which one is right."""
    if not enumeration.choices:
        return []
    pairs = _pairs_of_sets(enumeration)
    numbers = list(_pairs_of_numbers(enumeration))
    hits: list[VerdictHit] = []
    for constant, wanted in enumeration.choices.items():
        hits.extend(_over_pairs(enumeration, constant, wanted, *pairs))
        hits.extend(_over_numbers(constant, wanted, numbers))
        if str(enumeration.candidates.constants[constant].values[0]) in _ASSERTING:
            hits.extend(_over_sets(enumeration, constant, wanted))
    return hits


def _pairs_of_sets(enumeration: Enumeration) -> tuple[Ids, Ids]:
    """Pairs of row sets, both ways round, that one kind of filter of one column makes with different constants."""
    groups: dict[tuple[int, ...], list[tuple[int, int]]] = {}
    sets = enumeration.sets
    filled = sets.rows.sum(axis=1) > 0
    for number in range(1, len(sets)):
        if not filled[number]:
            continue
        for level, operation, first, _, column, constant in sets.derivations_of(number):
            if operation in FILTER_IDS and constant >= 0:
                groups.setdefault((level, operation, column, first), []).append((number, constant))
            elif operation in _ORDERS:
                groups.setdefault((level, -1, -1, first), []).append((number, operation * 1000 + constant))
            elif operation in _RANKS:
                groups.setdefault((level, -2, column, first), []).append((number, operation * 1000 + constant))
    found: dict[tuple[int, int], None] = {}
    for key in sorted(groups):
        made = groups[key]
        for one, constant in made:
            for other, other_constant in made:
                if one != other and constant != other_constant:
                    found[one, other] = None
    chosen = list(found)[:_PAIRS_AT_MOST]
    both = np.array(chosen, dtype=np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def _over_pairs(
    enumeration: Enumeration, constant: int, wanted: float, first: Ids, second: Ids
) -> Iterator[VerdictHit]:
    """Comparisons of two row sets."""
    if not len(first):
        return
    tried: list[tuple[str, list[int]]] = [("verdict_more_rows", [-1]), ("verdict_greater", enumeration.ordered)]
    if enumeration.cues & _PLACING:
        tried.append(("verdict_listed_before", [-1]))
    if CueKind.SAME in enumeration.cues:
        tried.append(("verdict_same", sorted({*enumeration.countable, *enumeration.ordered})))
    rows, other = enumeration.sets.rows[first], enumeration.sets.rows[second]
    for name, columns in tried:
        for column in columns:
            verdicts = enumeration.exact(name, rows, other, column, constant)
            for place in np.flatnonzero(verdicts == wanted).tolist():
                # That two row sets are the same is said once, not both ways round.
                if name != "verdict_same" or first[place] < second[place]:
                    yield VerdictHit(OPERATION_IDS[name], column, constant, int(first[place]), int(second[place]))


def _over_sets(enumeration: Enumeration, constant: int, wanted: float) -> Iterator[VerdictHit]:
    """Whether there are rows of some description at all."""
    sets = enumeration.sets
    right = np.flatnonzero(sets.rows.any(axis=1) == bool(wanted))
    described = (
        number for number in right.tolist() if any(way[1] in FILTER_IDS for way in sets.derivations_of(number))
    )
    for number in islice(described, _SETS_AT_MOST):
        yield VerdictHit(OPERATION_IDS["verdict_any_rows"], -1, constant, number, None)


def _pairs_of_numbers(enumeration: Enumeration) -> Iterator[tuple[NumberNode, NumberNode]]:
    """Numbers of the table with given ones, and the same figure of two columns over the same rows."""
    read = np.arange(min(enumeration.shallow, _SETS_AT_MOST))
    rows = enumeration.sets.rows[read]
    given = enumeration.given_numbers()
    sizes = rows.sum(axis=1)
    columns = enumeration.candidates.columns
    plain = [at for at in enumeration.numeric if columns[at].view in _READ_VIEWS]
    for number in read[sizes > 0].tolist() if given else ():
        node = NumberNode(OPERATION_IDS["count"], number, -1, float(sizes[number]))
        for other in given:
            yield node, other
    for name in ("number_of", *_TOTALS):
        values = {at: enumeration.exact(name, rows, column=at).astype(np.float64) for at in plain}
        for number in read.tolist():
            if (sizes[number] > 1) == (name == "number_of"):
                continue
            nodes = [
                NumberNode(OPERATION_IDS[name], number, at, float(values[at][number]))
                for at in plain
                if not np.isnan(values[at][number])
            ]
            for place, node in enumerate(nodes):
                for other in given:
                    yield node, other
                if name in ("number_of", "sum"):
                    for beside in nodes[place + 1 :]:
                        if columns[node.column].column != columns[beside.column].column:
                            yield node, beside


def _over_numbers(constant: int, wanted: float, pairs: list[tuple[NumberNode, NumberNode]]) -> Iterator[VerdictHit]:
    """Comparisons of two numbers, each in the order that gives the right word."""
    exceeds = OPERATION_IDS["verdict_exceeds"]
    for left, right in pairs:
        for one, other in ((left, right), (right, left)):
            if (one.value > other.value) == bool(wanted):
                yield VerdictHit(exceeds, -1, constant, one, other)
