"""Which of two words is the answer: comparisons of row sets and of numbers that tell so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

import numpy as np

from neural_programmer.operations.registry import OPERATION_IDS
from neural_programmer.search.anchors import Anchor
from neural_programmer.search.enumeration import FILTER_IDS, Enumeration, NumberNode, VerdictHit
from neural_programmer.search.row_sets import Ids
from neural_programmer.tables.matching.linking import CueKind
from neural_programmer.tables.views import ViewKind

_PAIRS_AT_MOST = 240
_SETS_AT_MOST = 80
_ORDERS = frozenset(OPERATION_IDS[name] for name in ("first", "last", "kth_row"))
_PLACING = frozenset(
    {CueKind.BEFORE, CueKind.AFTER, CueKind.ABOVE, CueKind.BELOW, CueKind.FIRST, CueKind.NEXT, CueKind.PREVIOUS}
)
_READ_VIEWS = (ViewKind.NUMBER, ViewKind.YEAR, ViewKind.DIFFERENCE)
_ASSERTING = frozenset({"yes", "true"})
_TOTALS = ("sum", "average", "maximum", "minimum")


def verdict_hits(enumeration: Enumeration, anchors: Mapping[int, Anchor]) -> list[VerdictHit]:
    """The last steps that choose the right word, for each constant of two words of which one is right."""
    hits: list[VerdictHit] = []
    for constant, wanted in enumeration.choices.items():
        anchor = anchors[constant]
        hits.extend(_over_pairs(enumeration, constant, wanted, *_pairs_of_sets(enumeration, anchor)))
        hits.extend(_over_numbers(constant, wanted, _pairs_of_numbers(enumeration, anchor)))
        if str(enumeration.candidates.constants[constant].values[0]) in _ASSERTING:
            hits.extend(_over_sets(enumeration, constant, wanted))
    return hits


def _pairs_of_sets(enumeration: Enumeration, anchor: Anchor) -> tuple[Ids, Ids]:
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
            elif operation in _ORDERS and anchor.ends and anchor.constants is None:
                groups.setdefault((level, -1, -1, first), []).append((number, -1 - operation * 1000 - constant))
    found: dict[tuple[int, int], None] = {}
    for key in sorted(groups):
        made = groups[key]
        for one, constant in made:
            for other, other_constant in made:
                if one != other and anchor.fits(constant, other_constant):
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
            right = enumeration.exact(name, rows, other, column, constant) == wanted
            if name == "verdict_more_rows":
                right &= rows.sum(axis=1) != other.sum(axis=1)
            for place in np.flatnonzero(right).tolist():
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


def _pairs_of_numbers(enumeration: Enumeration, anchor: Anchor) -> Iterator[tuple[NumberNode, NumberNode]]:
    """Numbers of described rows with given ones, and the same figure of two columns over the same rows."""
    sets = enumeration.sets
    read = np.array(
        [
            number
            for number in range(min(enumeration.shallow, _SETS_AT_MOST))
            if number == 0 or any(way[1] in FILTER_IDS for way in sets.derivations_of(number))
        ]
    )
    rows = sets.rows[read]
    # A number alone tells nothing of one of two names.
    given = enumeration.given_numbers() if anchor.constants is None else []
    sizes = rows.sum(axis=1)
    columns = enumeration.candidates.columns
    plain = [at for at in enumeration.numeric if columns[at].view in _READ_VIEWS]
    for place, number in enumerate(read.tolist()) if given else ():
        node = NumberNode(OPERATION_IDS["count"], number, -1, float(sizes[place]))
        for other in given if sizes[place] > 0 else ():
            yield node, other
    for name in ("number_of", *_TOTALS):
        values = {at: enumeration.exact(name, rows, column=at).astype(np.float64) for at in plain}
        for place, number in enumerate(read.tolist()):
            if (sizes[place] > 1) == (name == "number_of"):
                continue
            nodes = [
                NumberNode(OPERATION_IDS[name], number, at, float(values[at][place]))
                for at in plain
                if not np.isnan(values[at][place])
            ]
            for at, node in enumerate(nodes):
                for other in given:
                    yield node, other
                if name in ("number_of", "sum"):
                    for beside in nodes[at + 1 :]:
                        if anchor.fits_columns(columns[node.column].column, columns[beside.column].column):
                            yield node, beside


def _over_numbers(constant: int, wanted: float, pairs: Iterable[tuple[NumberNode, NumberNode]]) -> Iterator[VerdictHit]:
    """Comparisons of two numbers, each in the order that gives the right word."""
    exceeds = OPERATION_IDS["verdict_exceeds"]
    for left, right in pairs:
        for one, other in ((left, right), (right, left)):
            if (one.value > other.value) == bool(wanted):
                yield VerdictHit(exceeds, -1, constant, one, other)
