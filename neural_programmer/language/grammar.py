"""The grammar of legal next steps: what kinds of results allow, without looking at a table."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from neural_programmer.language.kinds import Kind
from neural_programmer.language.operation import Signature
from neural_programmer.tables.constants import COMPARABLE, ConstantKind
from neural_programmer.tables.values import ValueType

Mask = NDArray[np.bool_]

MAX_STEPS = 7
ANSWER_KINDS = frozenset({Kind.CELLS, Kind.NUMBER, Kind.GROUPS, Kind.PHRASE})
NO_REFERENCE = -1

# Several may ask one model at the same time; not the grammar's own, since models are copied while they learn.
_NUMBERING = threading.Lock()


@dataclass(frozen=True, slots=True)
class GrammarState:
    """The kinds of the steps so far, and which of them no later step has used yet.

    Step 0 is given, so it never counts as unused.
    """

    kinds: tuple[Kind, ...]
    unused: tuple[bool, ...]


class Grammar:
    """Which operations and references may come next, so that every step is used and a program ends in time.

    Operations are numbered in the order of ``signatures``; the number after the last one stands for "stop". An
    operation named as ``first_operation`` opens every program and never comes again.
    """

    def __init__(
        self,
        signatures: Mapping[str, Signature],
        *,
        first_operation: str = "all_rows",
        maximum_steps: int = MAX_STEPS,
    ) -> None:
        self.names = tuple(signatures)
        self.signatures = tuple(signatures.values())
        self.first_operation = self.names.index(first_operation)
        self.maximum_steps = maximum_steps
        self.stop = len(self.names)
        self.start = GrammarState((self.signatures[self.first_operation].result,), (False,))
        self._shapes = frozenset((signature.references, signature.result) for signature in self.signatures)
        self._finishable = lru_cache(maxsize=None)(self._search_finish)
        self._states: dict[GrammarState, int] = {}
        self._state_list: list[GrammarState] = []
        self._operation_masks: list[Mask] = []
        self._goes_on: list[bool] = []
        self._references: dict[tuple[int, int], tuple[Mask, Mask]] = {}
        self._next: dict[tuple[int, int, int, int], int] = {}

    def _search_finish(self, pending: tuple[Kind, ...], remaining: int) -> bool:
        """Whether at most ``remaining`` steps can turn the unused results into one answer."""
        if len(pending) == 1 and pending[0] in ANSWER_KINDS:
            return True
        if remaining <= 0 or len(pending) > remaining + 1:
            return False
        for references, result in self._shapes:
            left = list(pending)
            missing = []
            for kind in references:
                if kind in left:
                    left.remove(kind)
                else:
                    missing.append(kind)
            # A reference that uses up nothing may always fall on the rows of step 0.
            if len(left) == len(pending) or any(kind is not Kind.ROWS for kind in missing):
                continue
            if self._finishable(tuple(sorted([*left, result])), remaining - 1):
                return True
        return False

    def advance(self, state: GrammarState, operation: int, first: int, second: int) -> GrammarState:
        """The state after one more step; references are step numbers, -1 where there is none."""
        unused = list(state.unused)
        for reference in (first, second):
            if reference >= 0:
                unused[reference] = False
        return GrammarState((*state.kinds, self.signatures[operation].result), (*unused, True))

    def _can_finish(self, state: GrammarState) -> bool:
        pending = tuple(sorted(kind for kind, is_unused in zip(state.kinds, state.unused, strict=True) if is_unused))
        return self._finishable(pending, self.maximum_steps - len(state.kinds))

    def _choices(self, state: GrammarState, operation: int) -> list[tuple[int, int]]:
        """The pairs of references that the operation may take here, -1 where it takes none."""
        references = self.signatures[operation].references
        places = [[at for at, kind in enumerate(state.kinds) if kind is wanted] for wanted in references]
        firsts = places[0] if references else [NO_REFERENCE]
        seconds = places[1] if len(references) > 1 else [NO_REFERENCE]
        return [
            (first, second)
            for first in firsts
            for second in seconds
            if (first != second or first == NO_REFERENCE)
            and self._can_finish(self.advance(state, operation, first, second))
        ]

    def operations(self, state: GrammarState) -> Mask:
        """``Bool[operation + 1]``: what may come next; the last entry is "stop"."""
        legal = np.zeros(self.stop + 1, dtype=np.bool_)
        legal[self.stop] = sum(state.unused) == 1 and state.unused[-1] and state.kinds[-1] in ANSWER_KINDS
        if len(state.kinds) < self.maximum_steps:
            for operation in range(self.stop):
                if operation != self.first_operation:
                    legal[operation] = bool(self._choices(state, operation))
        return legal

    def references(self, number: int, operation: int) -> tuple[Mask, Mask]:
        """``Bool[maximum_steps]`` and ``Bool[maximum_steps, maximum_steps]``: the steps that may be the first reference
        of an operation in the state with this number, and for each of them those that may be the second.
        """
        found = self._references.get((number, operation))
        if found is None:
            first = np.zeros(self.maximum_steps, dtype=np.bool_)
            second = np.zeros((self.maximum_steps, self.maximum_steps), dtype=np.bool_)
            for one, other in self._choices(self.state(number), operation):
                if one >= 0:
                    first[one] = True
                if other >= 0:
                    second[one, other] = True
            found = self._references[number, operation] = first, second
        return found

    def first_references(self, state: GrammarState, operation: int) -> Mask:
        """``Bool[maximum_steps]``: the steps that may be the operation's first reference."""
        return self.references(self.number_of(state), operation)[0]

    def second_references(self, state: GrammarState, operation: int, first: int) -> Mask:
        """``Bool[maximum_steps]``: the steps that may be the second reference once the first is chosen."""
        second: Mask = self.references(self.number_of(state), operation)[1][first]
        return second

    def number_of(self, state: GrammarState) -> int:
        """A small number for the state, the row of ``operation_masks`` that belongs to it."""
        number = self._states.get(state)
        return self._new_number(state) if number is None else number

    def _new_number(self, state: GrammarState) -> int:
        with _NUMBERING:
            number = self._states.get(state)
            if number is None:
                number = len(self._state_list)
                legal = self.operations(state)
                self._state_list.append(state)
                self._operation_masks.append(legal)
                self._goes_on.append(bool(legal[: self.stop].any()))
                # Last, for who reads a number without waiting finds all that belongs to it.
                self._states[state] = number
        return number

    def state(self, number: int) -> GrammarState:
        """The state that ``number_of`` numbered."""
        return self._state_list[number]

    def next_number(self, number: int, operation: int, first: int, second: int) -> int:
        """The number of the state that ``advance`` leads to from the state with this number."""
        taken = number, operation, first, second
        found = self._next.get(taken)
        if found is None:
            found = self._next[taken] = self.number_of(self.advance(self.state(number), operation, first, second))
        return found

    def operation_mask(self, number: int) -> Mask:
        """``operations`` of the state with this number, remembered."""
        return self._operation_masks[number]

    def goes_on(self, number: int) -> bool:
        """Whether any step may follow in the state with this number."""
        return self._goes_on[number]

    def columns(self) -> Mask:
        """``Bool[operation, value type]``: the columns each operation takes; value types in their declared order."""
        return np.array([[kind in signature.columns for kind in ValueType] for signature in self.signatures])

    def constants(self) -> Mask:
        """``Bool[operation, constant kind]``: the constants each operation takes, kinds in their declared order."""
        return np.array([[kind in signature.constants for kind in ConstantKind] for signature in self.signatures])

    def available(self, columns: Collection[ValueType], constants: Collection[ConstantKind]) -> Mask:
        """``Bool[operation + 1]``: the operations that find arguments among the types of columns and constants."""
        legal = np.ones(self.stop + 1, dtype=np.bool_)
        for operation, signature in enumerate(self.signatures):
            usable_columns = [kind for kind in columns if kind in signature.columns]
            usable_constants = [kind for kind in constants if kind in signature.constants]
            if signature.columns and signature.constants:
                legal[operation] = any(
                    constant in COMPARABLE[column] for column in usable_columns for constant in usable_constants
                )
            elif signature.columns:
                legal[operation] = bool(usable_columns)
            elif signature.constants:
                legal[operation] = bool(usable_constants)
        return legal


def comparable() -> Mask:
    """``Bool[value type, constant kind]``: ``COMPARABLE`` as an array, both in their declared order."""
    return np.array([[constant in COMPARABLE[column] for constant in ConstantKind] for column in ValueType])
