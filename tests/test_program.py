"""Programs as text and JSON, and what makes them valid."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neural_programmer.language.candidates import Candidates
from neural_programmer.language.grammar import Grammar, GrammarState
from neural_programmer.language.json_form import ProgramJsonError, program_from_json, program_to_json
from neural_programmer.language.program import Program, Step
from neural_programmer.language.text_form import ProgramTextError, read_program, write_program
from neural_programmer.language.validation import InvalidProgramError, validate
from neural_programmer.operations.registry import OPERATION_NAMES, REGISTRY
from neural_programmer.tables.constants import Constant, ConstantKind
from neural_programmer.tables.values import PartialDate, ValueType
from neural_programmer.tables.views import ViewKind, ViewReference
from tests.examples import example_programs, example_table
from tests.generators import enumerate_programs, random_candidates, random_program, random_table

_dates = st.builds(PartialDate, st.integers(0, 9999), st.none() | st.integers(1, 12))
_days = st.builds(PartialDate, st.none(), st.integers(1, 12), st.integers(1, 28))
_numbers = st.floats(allow_nan=False, allow_infinity=False)
_constants = st.one_of(
    st.builds(lambda text: Constant(ConstantKind.TEXT, (text,)), st.text()),
    st.builds(lambda texts: Constant(ConstantKind.TEXTS, tuple(texts)), st.lists(st.text(), min_size=2, max_size=4)),
    st.builds(lambda number: Constant(ConstantKind.NUMBER, (number,)), _numbers),
    st.builds(lambda pair: Constant(ConstantKind.NUMBER_RANGE, pair), st.tuples(_numbers, _numbers)),
    st.builds(lambda date: Constant(ConstantKind.DATE, (date,)), _dates | _days),
    st.builds(lambda pair: Constant(ConstantKind.DATE_RANGE, pair), st.tuples(_dates, _dates)),
    st.builds(lambda place: Constant(ConstantKind.ORDINAL, (place,)), st.integers(1, 10**6)),
)
_columns = st.builds(ViewReference, st.text(min_size=1), st.sampled_from(ViewKind))
_steps = st.builds(
    Step,
    st.sampled_from(OPERATION_NAMES),
    st.lists(st.integers(0, 99), max_size=2).map(tuple),
    st.none() | _columns,
    st.none() | _constants,
)
_programs = st.lists(_steps, min_size=1, max_size=7).map(lambda steps: Program(tuple(steps)))


@settings(deadline=None)
@given(_programs, st.sampled_from(["\n", "; ", ";\n\n", "\r\n"]))
def test_text_form_round_trips(program: Program, separator: str) -> None:
    assert read_program(write_program(program, separator)) == program


@settings(deadline=None)
@given(_programs)
def test_json_form_round_trips(program: Program) -> None:
    assert program_from_json(json.loads(json.dumps(program_to_json(program)))) == program


def test_text_form_as_documented() -> None:
    program = read_program('#0 = all_rows(); #1 = filter_greater(#0, "Points":number, 5)')
    assert program.steps[1] == Step(
        "filter_greater", (0,), ViewReference("Points", ViewKind.NUMBER), Constant(ConstantKind.NUMBER, (5.0,))
    )
    assert write_program(program) == '#0 = all_rows()\n#1 = filter_greater(#0, "Points":number, 5)'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: expected a step such as #0 = all_rows(), but found the end"),
        ("#1 = all_rows()", "line 1: expected #0, the number of the step, but found #1"),
        ("#0 = all_rows()\n#1 count(#0)", "line 2: expected = after #1, but found count"),
        ("#0 = all_rows", "line 1: expected ( after all_rows, but found the end"),
        ("#0 = all_rows() #1 = count(#0)", "line 1: expected a new line or ; after the step, but found #1"),
        ("#0 = all_rows(\n)", "line 1: expected an argument"),
        ('#0 = x("a":nothing)', "line 1: expected how to read the column (text, number"),
        ('#0 = x("a", "b")', "line 1: expected ) after the constant, but found"),
        ("#0 = x(1..@1950)", "line 1: expected a number after .., but found @1950"),
        ("#0 = x(@1950-13)", "line 1: a month lies between 1 and 12, not 13"),
        ("#0 = x(1e999)", "line 1: expected a finite number, but found 1e999"),
        ('#0 = x("\\q")', "line 1: expected a text in double quotes, escaped as in JSON"),
        ('#0 = x(["a" "b"])', 'line 1: expected , or ] after a text, but found "b"'),
        ("#0 = x(5, #0)", "line 1: expected ) after the constant, but found #0"),
        ('#0 = x("a)', "line 1: expected an argument"),
    ],
)
def test_text_errors_name_the_line_and_what_was_expected(text: str, message: str) -> None:
    with pytest.raises(ProgramTextError, match=re.escape(message)):
        read_program(text)


@settings(deadline=None)
@given(st.text(alphabet='#0123=(),;:"[]@^.\n -aXselect', max_size=60))
def test_any_text_is_a_program_or_a_program_text_error(text: str) -> None:
    try:
        program = read_program(text)
    except ProgramTextError:
        return
    assert read_program(write_program(program)) == program


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([], "expected a list of steps, but found []"),
        ("all_rows", "expected a list of steps"),
        ([{"references": []}], "step 0: expected an object with operation, column?, constant?, references?"),
        ([{"operation": 3}], "step 0: expected operation as text, but found 3"),
        ([{"operation": "x", "references": [0.5]}], "step 0: expected references as a list of step numbers"),
        ([{"operation": "x", "column": {"name": "a", "view": "sound"}}], "step 0: 'sound' is not a valid ViewKind"),
        ([{"operation": "x", "constant": {"kind": "number", "values": ["5"]}}], "expected numbers as the values"),
        ([{"operation": "x", "constant": {"kind": "ordinal", "values": [True]}}], "expected numbers as the values"),
        (
            [{"operation": "x", "constant": {"kind": "date", "values": ["soon"]}}],
            "step 0: 'soon' is not an ISO 8601 date",
        ),
        ([{"operation": "x", "more": 1}], "step 0: expected an object with operation"),
    ],
)
def test_json_errors_name_the_step_and_what_was_expected(value: object, message: str) -> None:
    with pytest.raises(ProgramJsonError, match=re.escape(message)):
        program_from_json(value)


@pytest.mark.parametrize(("name", "program"), example_programs().items())
def test_example_programs_are_valid(name: str, program: Program) -> None:
    validate(program, REGISTRY, example_table())


def test_random_programs_are_valid() -> None:
    rng = random.Random(11)
    for _ in range(100):
        table = random_table(rng)
        program = random_program(rng, table, random_candidates(rng, table))
        if program is not None:
            validate(program, REGISTRY, table)


def test_enumerated_programs_are_those_of_the_grammar() -> None:
    views = [ViewReference(value_type, ViewKind(value_type)) for value_type in ValueType]
    constants = tuple(_constant(kind) for kind in ConstantKind)
    enumerated = {
        tuple((step.operation, step.references) for step in program)
        for program in enumerate_programs(Candidates(tuple(views), constants), most_operations=2)
    }
    grammar = Grammar({name: operation.signature for name, operation in REGISTRY.items()}, maximum_steps=3)
    assert enumerated == set(_walks(grammar, grammar.start, (("all_rows", ()),)))


def _constant(kind: ConstantKind) -> Constant:
    return Constant(kind, ("a",))


def _walks(
    grammar: Grammar, state: GrammarState, steps: tuple[tuple[str, tuple[int, ...]], ...]
) -> Iterator[tuple[tuple[str, tuple[int, ...]], ...]]:
    for operation in np.flatnonzero(grammar.operations(state)).tolist():
        if operation == grammar.stop:
            yield steps
            continue
        arity = len(grammar.signatures[operation].references)
        firsts = np.flatnonzero(grammar.first_references(state, operation)).tolist() if arity else [-1]
        for first in firsts:
            masks = grammar.second_references(state, operation, first)
            for second in np.flatnonzero(masks).tolist() if arity > 1 else [-1]:
                step = (grammar.names[operation], tuple(place for place in (first, second) if place >= 0))
                yield from _walks(grammar, grammar.advance(state, operation, first, second), (*steps, step))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("#0 = all_rows()", "a program has 2 to 7 steps, but this has 1"),
        ("#0 = count(#0)\n#1 = count(#0)", "step #0, count: all_rows stands at step #0 and nowhere else"),
        ("#0 = all_rows()\n#1 = all_rows()", "step #1, all_rows: all_rows stands at step #0 and nowhere else"),
        ("#0 = all_rows()\n#1 = guess(#0)", "step #1, guess: there is no such operation"),
        ("#0 = all_rows()\n#1 = count()", "step #1, count: expected 1 earlier steps, but found 0"),
        ("#0 = all_rows()\n#1 = count(#1)", "step #1, count: expected an earlier step, but found #1"),
        ("#0 = all_rows()\n#1 = count(#0)\n#2 = count(#1)", "expected a step that gives rows, but #1 gives number"),
        ('#0 = all_rows()\n#1 = count(#0, "Name":text)', "step #1, count: expected no column, but found Name"),
        ("#0 = all_rows()\n#1 = sum(#0)", "step #1, sum: expected a column of type number, but found none"),
        ('#0 = all_rows()\n#1 = sum(#0, "Name":text)', "but found 'Name' read as text"),
        ('#0 = all_rows()\n#1 = sum(#0, "Age":number)', "step #1, sum: no column 'Age' in table 'cup'"),
        ('#0 = all_rows()\n#1 = sum(#0, "Country":number)', "column 'Country' cannot be read as number"),
        ('#0 = all_rows()\n#1 = sum(#0, "Points":number, 5)', "expected no constant, but found number"),
        (
            '#0 = all_rows()\n#1 = filter_equals(#0, "Points":number, "5")\n#2 = count(#1)',
            "step #1, filter_equals: expected a constant of kind number, but found text",
        ),
        ("#0 = all_rows()\n#1 = kth_row(#0, ^0)\n#2 = count(#1)", "expected an ordinal of 1 or more, but found 0"),
        ('#0 = all_rows()\n#1 = filter_any(#0, "Name":text, ["a"])\n#2 = count(#1)', "expected two texts or more"),
        (
            "#0 = all_rows()\n#1 = first(#0)\n#2 = count(#0)",
            "step #1, first: expected every step but the last to be used by a later one",
        ),
        (
            "#0 = all_rows()\n#1 = first(#0)",
            "expected the last step to give cells or groups or number or phrase, but it gives rows",
        ),
    ],
)
def test_invalid_programs_are_refused_with_the_step_and_the_rule(text: str, message: str) -> None:
    with pytest.raises(InvalidProgramError, match=re.escape(message)):
        validate(read_program(text), REGISTRY, example_table())


@pytest.mark.parametrize(
    ("constant", "message"),
    [
        (Constant(ConstantKind.NUMBER, ("5",)), "expected values of kind number, but found '5'"),
        (Constant(ConstantKind.NUMBER, (True,)), "expected values of kind number, but found True"),
        (Constant(ConstantKind.NUMBER, (float("nan"),)), "expected a finite number, but found nan"),
        (Constant(ConstantKind.NUMBER, (1.0, 2.0)), "expected 1 values in a constant of kind number, but found 2"),
    ],
)
def test_constants_hold_what_their_kind_says(constant: Constant, message: str) -> None:
    points = ViewReference("Points", ViewKind.NUMBER)
    steps = (Step("all_rows"), Step("filter_equals", (0,), points, constant), Step("count", (1,)))
    with pytest.raises(InvalidProgramError, match=re.escape(message)):
        validate(Program(steps), REGISTRY)
