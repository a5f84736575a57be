"""The exact meaning of every operation on the example table, and what answers are made of."""

from __future__ import annotations

import json

import numpy as np
import pytest

from neural_programmer.execution.exact import Answer, answer, answer_of, execute
from neural_programmer.execution.grounding import Grounding
from neural_programmer.language.kinds import Kind
from neural_programmer.language.text_form import read_program
from neural_programmer.tables.build import build_table
from tests.examples import check_lines, example_programs, example_table, table_for


def _answer(text: str, grounding: Grounding | None = None) -> Answer:
    return answer(read_program(text), grounding or Grounding(example_table()))


def test_golden_answers() -> None:
    answers = {name: answer(program, Grounding(table_for(name))) for name, program in example_programs().items()}
    written = {name: json.dumps(found.values, ensure_ascii=False) for name, found in answers.items()}
    check_lines("answers.txt", written)
    assert all(found.defined == bool(found.values) for found in answers.values())


def test_results_of_every_step() -> None:
    program = read_program(
        '#0 = all_rows(); #1 = filter_greater(#0, "Points":number, 7); #2 = sum(#1, "Points":number)'
    )
    results = execute(program, Grounding(example_table()))
    assert [result.kind for result in results] == [Kind.ROWS, Kind.ROWS, Kind.NUMBER]
    assert results[1].value.tolist() == [True, False, True, False, False, True]
    assert float(results[2].value) == 33.5


def test_totals_are_left_out_of_all_rows_and_their_neighbours() -> None:
    grounding = Grounding(example_table(total=True))
    assert _answer("#0 = all_rows(); #1 = count(#0)", grounding).values == (6.0,)
    assert _answer("#0 = all_rows(); #1 = last(#0); #2 = next(#1); #3 = count(#2)", grounding).values == (0.0,)
    assert _answer('#0 = all_rows(); #1 = sum(#0, "Points":number)', grounding).values == (43.5,)


def test_an_undefined_number_is_no_answer() -> None:
    nobody = '#0 = all_rows(); #1 = filter_equals(#0, "Name":text, "nobody"); '
    for last in ("sum", "average", "maximum", "minimum", "range", "number_of"):
        assert _answer(f'{nobody}#2 = {last}(#1, "Points":number)') == Answer((), (), False)
    assert _answer(f"{nobody}#2 = count(#1)").values == (0.0,)


def test_cells_are_where_the_answer_was_read() -> None:
    grounding = Grounding(example_table())
    best = '#0 = all_rows(); #1 = argmax(#0, "Points":number); '
    assert _answer(f'{best}#2 = select(#1, "Name":text)', grounding).cells == ((0, "Name"), (2, "Name"))
    assert _answer(f"{best}#2 = count(#1)", grounding).cells == ((0, "Points"), (2, "Points"))
    average = _answer('#0 = all_rows(); #1 = average(#0, "Points":number)', grounding)
    assert average.cells == tuple((row, "Points") for row in (0, 1, 2, 4, 5))
    both = '#1 = count(#0); #2 = maximum(#0, "Points":number); #3 = add(#1, #2)'
    cells = _answer(f"#0 = all_rows(); {both}", grounding).cells
    assert cells[:3] == ((0, "Name"), (0, "Points"), (1, "Name"))
    assert len(cells) == 11


def test_groups_are_values_with_their_sizes() -> None:
    found = _answer('#0 = all_rows(); #1 = count_by_value(#0, "Country":text)')
    assert found.values == (("France", 2.0), ("South Korea", 2.0), ("Italy", 1.0))
    assert found.cells == tuple((row, "Country") for row in (0, 1, 2, 4, 5))


def test_rows_are_no_answer() -> None:
    program = read_program("#0 = all_rows(); #1 = first(#0)")
    grounding = Grounding(example_table())
    with pytest.raises(ValueError, match="the last step, first, gives rows"):
        answer_of(program, execute(program, grounding), grounding)


def test_a_table_without_rows() -> None:
    grounding = Grounding(build_table(["Name"], []))
    assert _answer("#0 = all_rows(); #1 = count(#0)", grounding).values == (0.0,)
    assert not _answer('#0 = all_rows(); #1 = last(#0); #2 = select(#1, "Name":text)', grounding).defined
    assert not _answer('#0 = all_rows(); #1 = most_common_value(#0, "Name":text)', grounding).defined


def test_steps_leave_the_table_as_it_is() -> None:
    grounding = Grounding(example_table(total=True))
    totals = grounding.table.totals.copy()
    for program in example_programs().values():
        execute(program, grounding)
    assert np.array_equal(grounding.table.totals, totals)
