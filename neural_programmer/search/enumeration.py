"""Bottom-up enumeration of row sets anchored in a question, and the answers that can be read off them.

Row sets are reached by at most three operations and kept once each, however they were reached; the sets of the last
level are only read, never kept. Where an operation changes nothing (a filter that all rows pass, a superlative of
one row) the step is left out: it can only make a spurious copy of a shorter program.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neural_programmer.execution.grounding import Grounding
from neural_programmer.execution.plainness import PLAINER, plainer
from neural_programmer.language.candidates import Candidates
from neural_programmer.language.operation import ExactArguments
from neural_programmer.language.program import Step
from neural_programmer.operations.registry import OPERATION_IDS, REGISTRY
from neural_programmer.search.goal import Goal
from neural_programmer.search.row_sets import DerivationBlocks, Derivations, Ids, Rows, RowSets
from neural_programmer.tables.constants import COMPARABLE, ConstantKind
from neural_programmer.tables.matching.linking import CueKind
from neural_programmer.tables.values import ValueType
from neural_programmer.tables.views import ViewKind

_NO_IDS = np.zeros(0, dtype=np.int64)

FILTERS = tuple(
    name for name in REGISTRY if name.startswith("filter_") and len(REGISTRY[name].signature.references) == 1
)
_CONSTANT_FILTERS = tuple(name for name in FILTERS if REGISTRY[name].signature.constants)
_PRESENCE_FILTERS = tuple(name for name in FILTERS if not REGISTRY[name].signature.constants)
_NEGATIONS = frozenset({"filter_not_equals", "filter_not_contains", "filter_empty"})
SUPERLATIVES = ("argmax", "argmin")
_ORDINAL_SUPERLATIVES = ("kth_max", "kth_min")
_ENDS = ("first", "last")
NEIGHBOURS = ("previous", "next", "above", "below")
_RELATIVE = ("same_value", "filter_greater_than_rows", "filter_less_than_rows")
_CHOICES_BY_SIZE = ("larger_set", "smaller_set")
_CHOICES_BY_VALUE = ("which_greater", "which_less")
# Parts of texts are found by looking for words in the whole texts.
_UNFILTERED_VIEWS = (ViewKind.LENGTH, ViewKind.HEAD, ViewKind.TAIL)
_PLAIN_VIEWS = (ViewKind.NUMBER, ViewKind.YEAR)
_COUNTED_VIEWS = (ViewKind.YEAR, ViewKind.HEAD, ViewKind.TAIL)
_NUMBER_AGGREGATES = ("sum", "average", "maximum", "minimum", "range")
FILTER_IDS = frozenset(OPERATION_IDS[name] for name in FILTERS)
SUPERLATIVE_IDS = frozenset(OPERATION_IDS[name] for name in (*SUPERLATIVES, *_ORDINAL_SUPERLATIVES, *_ENDS, "kth_row"))


@dataclass(frozen=True, slots=True)
class SearchLimits:
    """How far a search goes.

    Row sets kept after two operations; cells (sets times rows) tried after three; rows that others may be compared
    with; row sets of which two numbers are combined, and how many such pairs are written out.
    """

    second_level_sets: int = 1500
    third_level_cells: int = 3_000_000
    reference_rows: int = 3
    numbers: int = 300
    pairs: int = 400


@dataclass(frozen=True, slots=True)
class Hit:
    """A last step that gives the answer: the operation and column, over one row set or over a last-level derivation.

    ``row_set`` is -1 where ``derivation`` numbers a last-level derivation, and the other way round.
    """

    operation: int
    column: int
    row_set: int
    derivation: int


@dataclass(frozen=True, slots=True)
class NumberNode:
    """A number read off a row set, for steps that use an earlier number; or a constant's, where there is no row set."""

    operation: int
    row_set: int
    column: int
    value: float
    constant: int = -1


@dataclass(frozen=True, slots=True)
class NumberHit:
    """Arithmetic on two numbers that gives the answer."""

    operation: int
    left: NumberNode
    right: NumberNode


@dataclass(frozen=True, slots=True)
class VerdictHit:
    """A last step that tells which of two words is the answer, over two row sets, over two numbers or over one set.

    ``second`` is None where the operation reads one row set.
    """

    operation: int
    column: int
    constant: int
    first: int | NumberNode
    second: int | NumberNode | None


class Enumeration:
    """All row sets a question's candidates lead to within the limits, and the hits of a goal among them."""

    def __init__(
        self,
        grounding: Grounding,
        candidates: Candidates,
        cues: frozenset[CueKind],
        goal: Goal,
        limits: SearchLimits,
    ) -> None:
        self.grounding = grounding
        self.candidates = candidates
        self.cues = cues
        self.goal = goal
        self.limits = limits
        self.number_of_rows = grounding.table.number_of_rows
        self.sets = RowSets(self.number_of_rows)
        self.thresholds: list[NumberNode] = []
        types = [reference.view.value_type for reference in candidates.columns]
        self.ordered = [at for at, kind in enumerate(types) if kind in (ValueType.NUMBER, ValueType.DATE)]
        self.numeric = [at for at, kind in enumerate(types) if kind is ValueType.NUMBER]
        self._texts = [at for at, reference in enumerate(candidates.columns) if reference.view is ViewKind.TEXT]
        self.countable = self._texts + [
            at for at, reference in enumerate(candidates.columns) if reference.view in _COUNTED_VIEWS
        ]
        self.choices = {
            at: number for at, number in goal.phrases.items() if candidates.constants[at].kind is ConstantKind.CHOICE
        }
        # That there are no such rows is an answer only to a question for yes or no.
        self._with_empty = 0.0 in self.choices.values()
        self._run()

    # -- running operations ------------------------------------------------------------------------------------

    def exact(
        self,
        name: str,
        rows: Rows,
        other: Rows | None = None,
        column: int = -1,
        constant: int = -1,
        left: NDArray[np.float64] | None = None,
    ) -> NDArray[np.bool_]:
        """An operation's exact meaning over a batch of row sets; columns and constants by their places."""
        nothing = np.zeros(len(rows)) if left is None else left
        arguments = ExactArguments(
            grounding=self.grounding,
            rows=rows,
            other_rows=rows if other is None else other,
            left=nothing,
            right=nothing,
            column=self.candidates.columns[column] if column >= 0 else None,
            constant=self.candidates.constants[constant] if constant >= 0 else None,
        )
        result: NDArray[np.bool_] = REGISTRY[name].exact(arguments)
        return result

    def _grow(self, blocks: DerivationBlocks, name: str, parents: Ids, column: int = -1, constant: int = -1) -> None:
        """One operation over many parents; results that are empty or change nothing are dropped."""
        rows = self.sets.rows[parents]
        made = self.exact(name, rows, column=column, constant=constant)
        useful = (made != rows).any(axis=1)
        if not (self._with_empty and name in FILTERS):
            useful &= made.any(axis=1)
        chosen = parents[useful]
        blocks.add(OPERATION_IDS[name], made[useful], chosen, np.full(len(chosen), -1), column, constant)

    def _grow_pairs(self, blocks: DerivationBlocks, name: str, first: Ids, second: Ids, column: int = -1) -> None:
        """One operation over pairs of row sets."""
        rows, other = self.sets.rows[first], self.sets.rows[second]
        made = self.exact(name, rows, other, column=column)
        useful = made.any(axis=1) & (made != rows).any(axis=1)
        blocks.add(OPERATION_IDS[name], made[useful], first[useful], second[useful], column, -1)

    # -- the families ------------------------------------------------------------------------------------------

    def _filter_choices(self) -> Iterator[tuple[str, int, int]]:
        """Every filter with a column and constant of fitting types that is worth trying."""
        negated = CueKind.NEGATION in self.cues
        for name in _CONSTANT_FILTERS:
            signature = REGISTRY[name].signature
            if name in _NEGATIONS and not negated:
                continue
            for column, reference in enumerate(self.candidates.columns):
                if reference.view in _UNFILTERED_VIEWS or reference.view.value_type not in signature.columns:
                    continue
                comparable = COMPARABLE[reference.view.value_type] & signature.constants
                for constant, value in enumerate(self.candidates.constants):
                    if value.kind in comparable and not self._says_too_much(name, column, constant):
                        yield name, column, constant
        for name in _PRESENCE_FILTERS:
            if name not in _NEGATIONS or negated:
                for column in self._texts:
                    yield name, column, -1

    def _says_too_much(self, name: str, column: int, constant: int) -> bool:
        """Whether the filter looks for words where comparing whole texts gives the same rows."""
        if name not in PLAINER:
            return False
        step = Step(name, (0,), self.candidates.columns[column], self.candidates.constants[constant])
        return plainer(step, self.grounding) != step

    def _ordinals(self) -> list[int]:
        return [at for at, one in enumerate(self.candidates.constants) if one.kind is ConstantKind.ORDINAL]

    def _grow_superlatives(self, blocks: DerivationBlocks, parents: Ids) -> None:
        for name in SUPERLATIVES:
            for column in self.ordered:
                self._grow(blocks, name, parents, column)
        for name in _ENDS:
            self._grow(blocks, name, parents)

    def _grow_ordinals(self, blocks: DerivationBlocks, parents: Ids) -> None:
        for constant in self._ordinals():
            self._grow(blocks, "kth_row", parents, constant=constant)
            for name in _ORDINAL_SUPERLATIVES:
                for column in self.ordered:
                    self._grow(blocks, name, parents, column, constant)

    def _grow_neighbours(self, blocks: DerivationBlocks, parents: Ids) -> None:
        for name in NEIGHBOURS:
            self._grow(blocks, name, parents)

    def _grow_relative(self, blocks: DerivationBlocks, references: Ids) -> None:
        """Rows of the whole table compared with a few rows."""
        everything = np.zeros(len(references), dtype=np.int64)
        for name in _RELATIVE:
            for column in self.countable if name == "same_value" else self.ordered:
                self._grow_pairs(blocks, name, everything, references, column)
        if CueKind.NEGATION in self.cues:
            self._grow_pairs(blocks, "except_rows", everything, references)

    def _filter_pairs(self, filters: dict[tuple[int, int], list[tuple[int, int]]]) -> tuple[Ids, Ids]:
        """Pairs of row sets made by one filter of one column with two constants, in the constants' order."""
        first, second = [], []
        for made in filters.values():
            for place, (one, constant) in enumerate(made):
                for other, other_constant in made[place + 1 :]:
                    if one != other and constant != other_constant:
                        first.append(one)
                        second.append(other)
        return np.array(first, dtype=np.int64), np.array(second, dtype=np.int64)

    def _grow_pair_choices(self, blocks: DerivationBlocks, derivations: Derivations, made: Ids) -> None:
        """Unions of, and choices between, the rows of two constants of one column."""
        by_filter: dict[tuple[int, int], list[tuple[int, int]]] = {}
        equals = {OPERATION_IDS[name] for name in ("filter_equals", "filter_contains")}
        for at in range(len(derivations)):
            if int(derivations.operation[at]) in equals and self.sets.rows[made[at]].any():
                key = (int(derivations.operation[at]), int(derivations.column[at]))
                by_filter.setdefault(key, []).append((int(made[at]), int(derivations.constant[at])))
        first, second = self._filter_pairs(by_filter)
        if not len(first):
            return
        self._grow_pairs(blocks, "union", first, second)
        for name in _CHOICES_BY_SIZE:
            self._grow_pairs(blocks, name, first, second)
        for name in _CHOICES_BY_VALUE:
            for column in self.ordered:
                self._grow_pairs(blocks, name, first, second, column)

    def _grow_thresholds(self, blocks: DerivationBlocks) -> None:
        """Rows above and below the average of a column."""
        if CueKind.AVERAGE not in self.cues:
            return
        everything = np.zeros(1, dtype=np.int64)
        for column in self.numeric:
            value = self.exact("average", self.sets.rows[:1], column=column)
            number = np.array([len(self.thresholds)])
            self.thresholds.append(NumberNode(OPERATION_IDS["average"], 0, column, float(value[0])))
            for name in ("filter_above", "filter_below"):
                made = self.exact(name, self.sets.rows[:1], column=column, left=value.astype(np.float64))
                if made.any():
                    blocks.add(OPERATION_IDS[name], made, everything, number, column, -1)

    # -- the levels --------------------------------------------------------------------------------------------

    def _run(self) -> None:
        everything = self.exact("all_rows", np.zeros((1, self.number_of_rows), dtype=np.bool_))
        blocks = DerivationBlocks.empty()
        none = np.array([-1])
        blocks.add(OPERATION_IDS["all_rows"], np.array(everything), none, none, -1, -1)
        if not everything.all():
            blocks.add(OPERATION_IDS["total_rows"], ~everything, none, none, -1, -1)
        roots = self.sets.add(*blocks.joined(self.number_of_rows))
        filters = list(self._filter_choices())
        first_level = self._first_level(roots[:1], filters)
        second_level = self._second_level(first_level, filters)
        self.third_rows, self.third = self._third_level(second_level, filters)

    def _first_level(self, roots: Ids, filters: list[tuple[str, int, int]]) -> Ids:
        blocks = DerivationBlocks.empty()
        for name, column, constant in filters:
            self._grow(blocks, name, roots, column, constant)
        self._grow_superlatives(blocks, roots)
        self._grow_ordinals(blocks, roots)
        self._grow_thresholds(blocks)
        rows, self._first_derivations = blocks.joined(self.number_of_rows)
        new = self.sets.add(rows, self._first_derivations)
        self.shallow = len(self.sets)
        return new

    def _made_by(self, numbers: Ids, operations: frozenset[int], level: int) -> Ids:
        """Those of the row sets that one of the operations made on the given level."""
        return np.array(
            [
                number
                for number in numbers.tolist()
                if any(way[0] == level and way[1] in operations for way in self.sets.derivations_of(number))
            ],
            dtype=np.int64,
        )

    def _second_level(self, first_level: Ids, filters: list[tuple[str, int, int]]) -> Ids:
        filtered = self._made_by(first_level, FILTER_IDS, 1)
        blocks = DerivationBlocks.empty()
        for name, column, constant in filters:
            self._grow(blocks, name, filtered, column, constant)
        self._grow_superlatives(blocks, filtered)
        self._grow_ordinals(blocks, filtered)
        self._grow_neighbours(blocks, first_level)
        sizes = self.sets.rows[first_level].sum(axis=1)
        self._grow_relative(blocks, first_level[(sizes > 0) & (sizes <= self.limits.reference_rows)])
        derivations = self._first_derivations
        numbers = self._numbers_of(derivations)
        self._grow_pair_choices(blocks, derivations, numbers)
        new = self.sets.add(*blocks.joined(self.number_of_rows))
        return new[: self.limits.second_level_sets]

    def _numbers_of(self, derivations: Derivations) -> Ids:
        """The row set each first-level derivation made."""
        made = np.full(len(derivations), -1, dtype=np.int64)
        for number in range(len(self.sets)):
            for place in self.sets.places_of(number, 1):
                made[place] = number
        return made

    def _third_level(self, second_level: Ids, filters: list[tuple[str, int, int]]) -> tuple[Rows, Derivations]:
        blocks = DerivationBlocks.empty()
        affordable = self.limits.third_level_cells // max(1, self.number_of_rows)
        ways = 2 * len(self.ordered) + len(_ENDS) + len(NEIGHBOURS) + len(filters)
        parents = second_level[: max(0, affordable // max(1, ways))]
        if len(parents):
            unfiltered = frozenset(range(len(REGISTRY))) - SUPERLATIVE_IDS
            open_to_filters = self._made_by(parents, unfiltered, 2)
            self._grow_superlatives(blocks, open_to_filters)
            self._grow_neighbours(blocks, parents)
            for name, column, constant in filters:
                self._grow(blocks, name, open_to_filters, column, constant)
        return blocks.joined(self.number_of_rows)

    # -- reading answers ---------------------------------------------------------------------------------------

    def select_hits(self) -> list[Hit]:
        """Row sets whose cells in some column are the answer; text before other views of the same column."""
        hits: list[Hit] = []
        sets = self._selecting(self.sets.rows)
        last = self._selecting(self.third_rows)
        select = OPERATION_IDS["select"]
        hits.extend(Hit(select, int(column), int(number), -1) for number, column in zip(*np.nonzero(sets), strict=True))
        hits.extend(Hit(select, int(column), -1, int(place)) for place, column in zip(*np.nonzero(last), strict=True))
        return hits

    def _selecting(self, rows: Rows) -> NDArray[np.bool_]:
        """``Bool[set, column]``: whether the cells of the column in the rows are the goal's items, all of them."""
        columns = self.candidates.columns
        found = np.zeros((len(rows), len(columns)), dtype=np.bool_)
        usable = [at for at, reference in enumerate(columns) if reference in self.goal.hits]
        if not len(rows) or not usable:
            return found
        masks = np.stack([self.grounding.views[columns[at]].mask for at in usable], axis=1)
        hits = np.stack([self.goal.hits[columns[at]] for at in usable], axis=2)
        floats = rows.astype(np.float32)
        wrong = floats @ (masks & ~hits.any(axis=0)).astype(np.float32)
        good = wrong == 0
        for item in range(self.goal.items):
            good &= floats @ hits[item].astype(np.float32) > 0
        seen: dict[str, NDArray[np.bool_]] = {}
        for place, at in enumerate(usable):
            earlier = seen.get(columns[at].column)
            found[:, at] = good[:, place] if earlier is None else good[:, place] & ~earlier
            seen[columns[at].column] = found[:, at] if earlier is None else earlier | found[:, at]
        return found

    def number_hits(self, goal: float) -> list[Hit]:
        """Row sets of which a count or an aggregate is the number."""
        hits: list[Hit] = []
        sizes = self.sets.rows.sum(axis=1)
        count = OPERATION_IDS["count"]
        hits.extend(Hit(count, -1, int(number), -1) for number in np.flatnonzero(sizes == goal))
        hits.extend(Hit(count, -1, -1, int(at)) for at in np.flatnonzero(self.third_rows.sum(axis=1) == goal))
        several = np.flatnonzero(sizes > 1)
        for name in _NUMBER_AGGREGATES:
            for column in self.numeric:
                hits.extend(self._aggregate_hits(name, several, column, goal))
        if goal == round(goal) and goal > 0:
            wide = CueKind.COUNT_DISTINCT in self.cues
            shallow = several if wide else several[several < self.shallow]
            for column in self.countable:
                found = self._aggregate_hits("count_distinct", shallow, column, goal)
                hits.extend(hit for hit in found if sizes[hit.row_set] != goal)
        return hits

    def cell_hits(self, goal: float) -> list[Hit]:
        """Row sets whose one number in some column is the number, for steps that use it further."""
        every = np.arange(len(self.sets))
        return [hit for column in self.numeric for hit in self._aggregate_hits("number_of", every, column, goal)]

    def _aggregate_hits(self, name: str, numbers: Ids, column: int, goal: float) -> list[Hit]:
        values = self.exact(name, self.sets.rows[numbers], column=column)
        right = np.abs(values.astype(np.float64) - goal) < 1e-6
        return [Hit(OPERATION_IDS[name], column, int(number), -1) for number in numbers[right]]

    def common_hits(self) -> list[Hit]:
        """Row sets whose most or least common value is the answer."""
        hits: list[Hit] = []
        several = np.flatnonzero(self.sets.rows[: self.shallow].sum(axis=1) > 2)
        for name in ("most_common_value", "least_common_value"):
            for column in self.countable:
                reference = self.candidates.columns[column]
                if reference not in self.goal.hits:
                    continue
                cells = self.exact(name, self.sets.rows[several], column=column)
                item_rows = self.goal.hits[reference]
                good = ~(cells & ~item_rows.any(axis=0)).any(axis=1)
                for item in range(self.goal.items):
                    good &= (cells & item_rows[item]).any(axis=1)
                hits.extend(Hit(OPERATION_IDS[name], column, int(number), -1) for number in several[good])
        return hits

    def arithmetic_hits(self, goal: float) -> list[NumberHit]:
        """Pairs of numbers whose difference or sum is the number: of one column, of two columns, given, or counts."""
        asked = bool(self.cues & {CueKind.DIFFERENCE, CueKind.TOTAL})
        read = np.arange(min(len(self.sets), self.limits.numbers) if asked else self.shallow)
        hits: list[NumberHit] = []
        for column in self.numeric:
            values = self.exact("number_of", self.sets.rows[read], column=column).astype(np.float64)
            hits.extend(self._pairs("number_of", column, read, values, goal))
        hits.extend(self._pairs_of_columns(read[: self.shallow], goal))
        made = np.union1d(self._made_by(read, FILTER_IDS, 1), self._made_by(read, FILTER_IDS, 2))
        made = made[self.sets.rows[made].any(axis=1)]
        counts = self.sets.rows[made].sum(axis=1).astype(np.float64)
        hits.extend(self._pairs("count", -1, made, counts, goal))
        return hits[: self.limits.pairs]

    def _pairs_of_columns(self, numbers: Ids, goal: float) -> list[NumberHit]:
        """Differences and sums of the numbers of two columns in the same rows, and differences from given numbers."""
        operations = [
            OPERATION_IDS[name]
            for name, cue in (("difference", CueKind.DIFFERENCE), ("add", CueKind.TOTAL))
            if cue in self.cues
        ]
        if not operations:
            return []
        reading = OPERATION_IDS["number_of"]
        numeric = [at for at in self.numeric if self.candidates.columns[at].view in _PLAIN_VIEWS]
        values = {at: self.exact("number_of", self.sets.rows[numbers], column=at) for at in numeric}
        nodes = [
            [NumberNode(reading, int(numbers[place]), at, float(values[at][place])) for at in numeric]
            for place in range(len(numbers))
        ]
        hits = []
        for of_rows in nodes:
            known = [node for node in of_rows if not np.isnan(node.value)]
            for place, left in enumerate(known):
                others = [right for right in known[place + 1 :] if self._differ(left, right)]
                for right in [*others, *self.given_numbers()]:
                    for operation in operations:
                        combined = left.value + right.value
                        if operation == OPERATION_IDS["difference"]:
                            combined = abs(left.value - right.value)
                        elif right.constant >= 0:
                            continue
                        if abs(combined - goal) < 1e-6:
                            hits.append(NumberHit(operation, left, right))
        return hits

    def _differ(self, one: NumberNode, other: NumberNode) -> bool:
        """Whether two numbers are read from different columns."""
        columns = self.candidates.columns
        return columns[one.column].column != columns[other.column].column

    def given_numbers(self) -> list[NumberNode]:
        """The numbers that the question gives."""
        given = OPERATION_IDS["given_number"]
        return [
            NumberNode(given, -1, -1, float(str(constant.values[0])), at)
            for at, constant in enumerate(self.candidates.constants)
            if constant.kind is ConstantKind.NUMBER
        ]

    def _pairs(self, name: str, column: int, numbers: Ids, values: NDArray[np.float64], goal: float) -> list[NumberHit]:
        known = ~np.isnan(values)
        numbers, values = numbers[known], values[known]
        combine: dict[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {
            "difference": lambda one: np.abs(one[:, None] - one[None, :]),
            "add": lambda one: one[:, None] + one[None, :],
        }
        hits: list[NumberHit] = []
        for operation, combined in combine.items():
            right = np.abs(combined(values) - goal) < 1e-6
            for left, other in zip(*np.nonzero(np.triu(right, 1)), strict=True):
                nodes = [
                    NumberNode(OPERATION_IDS[name], int(numbers[at]), column, float(values[at])) for at in (left, other)
                ]
                hits.append(NumberHit(OPERATION_IDS[operation], *nodes))
        return hits
