"""The grammar of next steps, on a toy language without tables."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from neural_programmer.language.grammar import Grammar, GrammarState, comparable
from neural_programmer.language.kinds import Kind
from neural_programmer.language.operation import Signature
from neural_programmer.operations.registry import REGISTRY
from neural_programmer.tables.constants import COMPARABLE, ConstantKind
from neural_programmer.tables.values import ValueType

TEXT, NUMBER = frozenset({ValueType.TEXT}), frozenset({ValueType.NUMBER})
TOY = {
    "all_rows": Signature((), Kind.ROWS),
    "keep": Signature((Kind.ROWS,), Kind.ROWS, TEXT, frozenset({ConstantKind.TEXT})),
    "join": Signature((Kind.ROWS, Kind.ROWS), Kind.ROWS),
    "count": Signature((Kind.ROWS,), Kind.NUMBER),
    "minus": Signature((Kind.NUMBER, Kind.NUMBER), Kind.NUMBER),
    "show": Signature((Kind.ROWS,), Kind.CELLS, TEXT | NUMBER),
}
Walk = tuple[tuple[str, tuple[int, ...]], ...]


def _state(grammar: Grammar, *steps: tuple[str, int, int]) -> GrammarState:
    state = grammar.start
    for name, first, second in steps:
        state = grammar.advance(state, grammar.names.index(name), first, second)
    return state


def _legal(grammar: Grammar, state: GrammarState) -> set[str]:
    names = (*grammar.names, "stop")
    return {names[at] for at in np.flatnonzero(grammar.operations(state))}


def _allowed(mask: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> list[int]:
    return np.flatnonzero(mask).tolist()


def test_at_the_start_only_operations_on_one_row_set_are_legal() -> None:
    grammar = Grammar(TOY)
    assert _legal(grammar, grammar.start) == {"keep", "count", "show"}


def test_the_program_may_stop_once_its_only_unused_step_is_an_answer() -> None:
    grammar = Grammar(TOY)
    assert "stop" not in _legal(grammar, _state(grammar, ("keep", 0, -1)))
    assert "stop" in _legal(grammar, _state(grammar, ("keep", 0, -1), ("count", 1, -1)))
    two_numbers = _state(grammar, ("count", 0, -1), ("keep", 0, -1), ("count", 2, -1))
    assert "stop" not in _legal(grammar, two_numbers)


def test_states_keep_their_numbers_where_several_ask_at_once() -> None:
    signatures = {name: operation.signature for name, operation in REGISTRY.items()}
    alone = Grammar(signatures, maximum_steps=5)
    states = list(dict.fromkeys(_states(alone, alone.start, 3)))
    shared = Grammar(signatures, maximum_steps=5)
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as threads:
            for _ in threads.map(
                lambda turn: [shared.number_of(one) for one in states[turn:] + states[:turn]], range(8)
            ):
                pass
    finally:
        sys.setswitchinterval(before)
    assert len(states) > 20
    for one in states:
        number = shared.number_of(one)
        assert shared.state(number) == one
        np.testing.assert_array_equal(shared.operation_mask(number), alone.operations(one))
        assert shared.goes_on(number) == bool(alone.operations(one)[: alone.stop].any())


def _states(grammar: Grammar, state: GrammarState, steps: int) -> Iterator[GrammarState]:
    """The states within so many steps of a state, some of them several times."""
    yield state
    for operation in np.flatnonzero(grammar.operations(state)[: grammar.stop]).tolist() if steps else ():
        firsts = _allowed(grammar.first_references(state, operation)) or [-1]
        for first in firsts:
            for second in _allowed(grammar.second_references(state, operation, max(first, 0))) or [-1]:
                yield from _states(grammar, grammar.advance(state, operation, first, second), steps - 1)


def test_nothing_follows_cells() -> None:
    grammar = Grammar(TOY)
    assert _legal(grammar, _state(grammar, ("show", 0, -1))) == {"stop"}


def test_references_are_of_the_kind_and_different() -> None:
    grammar = Grammar(TOY)
    state = _state(grammar, ("keep", 0, -1), ("count", 1, -1), ("keep", 0, -1), ("count", 3, -1))
    minus = grammar.names.index("minus")
    assert _allowed(grammar.first_references(state, minus)) == [2, 4]
    assert _allowed(grammar.second_references(state, minus, 2)) == [4]
    # A third number could not be used up any more.
    assert _allowed(grammar.first_references(state, grammar.names.index("count"))) == []
    longer = Grammar(TOY, maximum_steps=8)
    assert _allowed(longer.first_references(state, longer.names.index("count"))) == [0, 1, 3]


def test_the_last_step_must_use_what_is_still_unused() -> None:
    grammar = Grammar(TOY, maximum_steps=4)
    state = _state(grammar, ("keep", 0, -1), ("keep", 0, -1))
    # One step is left: joining would leave rows, and everything else would leave a row set unused.
    assert _legal(grammar, state) == set()
    grammar = Grammar(TOY, maximum_steps=5)
    assert _legal(grammar, _state(grammar, ("keep", 0, -1), ("keep", 0, -1))) == {"join"}
    join = grammar.names.index("join")
    both = _state(grammar, ("keep", 0, -1), ("keep", 0, -1))
    assert _allowed(grammar.first_references(both, join)) == [1, 2]
    assert _allowed(grammar.second_references(both, join, 1)) == [2]


def _walks(grammar: Grammar, state: GrammarState, steps: Walk) -> Iterator[Walk]:
    for operation in np.flatnonzero(grammar.operations(state)).tolist():
        if operation == grammar.stop:
            yield steps
            continue
        count = len(grammar.signatures[operation].references)
        firsts = _allowed(grammar.first_references(state, operation)) if count else [-1]
        for first in firsts:
            seconds = _allowed(grammar.second_references(state, operation, first)) if count > 1 else [-1]
            for second in seconds:
                used = tuple(place for place in (first, second) if place >= 0)
                after = grammar.advance(state, operation, first, second)
                yield from _walks(grammar, after, (*steps, (grammar.names[operation], used)))


def _all_programs(steps: Walk, longest: int) -> Iterator[Walk]:
    """Every well-typed program in which each step after the first is used, found without the grammar."""
    kinds = [TOY[name].result for name, _ in steps]
    used = {reference for _, references in steps for reference in references}
    if len(steps) > 1 and kinds[-1] is not Kind.ROWS and used | {0} == set(range(len(steps) - 1)) | {0}:
        yield steps
    if len(steps) == longest:
        return
    for name, signature in TOY.items():
        if name == "all_rows":
            continue
        choices: list[tuple[int, ...]] = [()]
        for wanted in signature.references:
            choices = [
                (*chosen, at)
                for chosen in choices
                for at, kind in enumerate(kinds)
                if kind is wanted and at not in chosen
            ]
        for chosen in choices:
            yield from _all_programs((*steps, (name, chosen)), longest)


@pytest.mark.parametrize("longest", [2, 3, 4])
def test_walks_through_the_grammar_are_exactly_the_valid_programs(longest: int) -> None:
    grammar = Grammar(TOY, maximum_steps=longest)
    start: Walk = (("all_rows", ()),)
    walks = list(_walks(grammar, grammar.start, start))
    assert len(walks) == len(set(walks))
    assert set(walks) == set(_all_programs(start, longest))


def test_every_legal_step_leaves_a_way_to_finish() -> None:
    grammar = Grammar({name: operation.signature for name, operation in REGISTRY.items()})
    random = np.random.default_rng(3)
    for _ in range(60):
        state = grammar.start
        while True:
            legal = np.flatnonzero(grammar.operations(state))
            assert legal.size, f"a dead end after {state}"
            operation = int(random.choice(legal))
            if operation == grammar.stop:
                break
            count = len(grammar.signatures[operation].references)
            first = int(random.choice(_allowed(grammar.first_references(state, operation)))) if count else -1
            second = -1
            if count > 1:
                second = int(random.choice(_allowed(grammar.second_references(state, operation, first))))
            state = grammar.advance(state, operation, first, second)
        assert len(state.kinds) <= grammar.maximum_steps


def test_operations_without_arguments_of_their_types_are_not_available() -> None:
    grammar = Grammar(TOY)
    names = np.array([*grammar.names, "stop"])
    assert set(names[~grammar.available({ValueType.NUMBER}, {ConstantKind.TEXT})]) == {"keep"}
    assert set(names[~grammar.available({ValueType.TEXT}, {ConstantKind.NUMBER})]) == {"keep"}
    assert set(names[~grammar.available({ValueType.DATE}, set())]) == {"keep", "show"}


def test_states_are_numbered_once() -> None:
    grammar = Grammar(TOY)
    one, two = _state(grammar, ("count", 0, -1)), _state(grammar, ("show", 0, -1))
    assert grammar.number_of(one) == grammar.number_of(_state(grammar, ("count", 0, -1))) != grammar.number_of(two)
    assert grammar.state(grammar.number_of(two)) == two
    assert (grammar.operation_mask(grammar.number_of(one)) == grammar.operations(one)).all()


def test_comparable_as_an_array_is_the_mapping() -> None:
    array = comparable()
    for i, column in enumerate(ValueType):
        assert {kind for j, kind in enumerate(ConstantKind) if array[i, j]} == COMPARABLE[column]
