"""The annotated logical forms: read, translated, and compared with other programs."""

from __future__ import annotations

import pytest

from neural_programmer.data.gold_forms import read_expressions, read_gold_forms, written
from neural_programmer.data.wikitablequestions import DatasetError
from neural_programmer.equivalence import Sameness, compare, normal_form, perturbed
from neural_programmer.execution.exact import answer
from neural_programmer.execution.grounding import Grounding
from neural_programmer.gold_names import find_cells, find_column, name_of
from neural_programmer.gold_translation import Untranslatable, translate
from neural_programmer.language.text_form import read_program, write_program
from neural_programmer.tables.build import build_table

TABLE = build_table(
    ["Year", "City", "Points", "Points", ""],
    [
        ["2001", "Bergen", "3", "1", "a"],
        ["2002", "São Paulo", "8", "2", "b"],
        ["2003", "Bergen", "5", "3", "c"],
        ["2004", "Ålesund (N)", "9", "4", "d"],
        ["2005", "Lima", "8", "5", "e"],
    ],
    name="cities",
)
GROUNDING = Grounding(TABLE)


def values_of(form: str) -> list[object]:
    (expression,) = read_expressions(form)
    return list(answer(translate(expression, TABLE), GROUNDING).values)


def test_expressions_are_read_and_written_again() -> None:
    text = '(a "two words" (b c.1st -1)) # a comment\n(d)'
    assert read_expressions(text) == (("a", "two words", ("b", "c.1st", "-1")), ("d",))
    assert written(read_expressions("(count (r.x (@p.num (> 4))))")[0]) == "(count (r.x (@p.num (> 4))))"


@pytest.mark.parametrize("text", ["(a (b)", "a)", '(a "b)'])
def test_expressions_that_do_not_close_are_refused(text: str) -> None:
    with pytest.raises(DatasetError):
        read_expressions(text)


def test_a_data_set_without_gold_forms_is_named(tmp_path: object) -> None:
    with pytest.raises(DatasetError, match="annotated-all"):
        read_gold_forms(tmp_path)  # type: ignore[arg-type]


def test_names_find_their_columns_and_cells() -> None:
    assert [name_of(text) for text in ("4 credits", "% of votes", "São Paulo", "", "U.S.")] == [
        "4_credits",
        "of_votes",
        "sao_paulo",
        "null",
        "u_s",
    ]
    names = [column.name for column in TABLE.columns]
    assert [find_column(TABLE, name) for name in ("points", "points_2", "null", "points_3")] == [
        names[2],
        names[3],
        names[4],
        None,
    ]
    assert find_cells(TABLE, "City", "alesund_n") == ("Ålesund (N)",)
    assert find_cells(TABLE, "City", "oslo") == ()


@pytest.mark.parametrize(
    ("form", "values"),
    [
        ("(count (@type @row))", [5.0]),
        ("(@!p.num (!r.year (r.city c.lima)))", [2005.0]),
        ("(!r.city (argmax 1 1 (@type @row) @index))", ["Lima"]),
        ("(!r.city (argmin 1 1 (@type @row) (reverse (lambda x (@!p.num (!r.points (var x)))))))", ["Bergen"]),
        ("(!r.city (@!next (r.city c.sao_paulo)))", ["Bergen"]),
        ("(!r.city (@next (r.city c.sao_paulo)))", ["Bergen"]),
        ("(!r.null (@index (< (@!index (r.year (@p.num 2003))))))", ["a", "b"]),
        ("(- (@!p.num (!r.points (r.city c.lima))) (@!p.num (!r.points (r.city c.alesund_n))))", [-1.0]),
        ("(count (r.points (@p.num (and (> 3) (<= 8)))))", [3.0]),
        ("(count (and (r.city c.bergen) (r.points (@p.num (> 3)))))", [1.0]),
        ("(count (or (r.city c.bergen) (r.city c.lima)))", [3.0]),
        ("(count (!r.city (@type @row)))", [4.0]),
        ("(max (@!p.num (!r.points (r.city (!= c.alesund_n)))))", [8.0]),
        ("(argmax 1 1 (!r.city (@type @row)) (reverse (lambda x (count (r.city (var x))))))", ["Bergen"]),
        (
            "(argmax 1 1 (or c.lima c.bergen) (reverse (lambda x (@!p.num (!r.points (r.city (var x)))))))",
            ["Lima"],
        ),
        ("(and (!= c.lima) (!r.city (r.points (!r.points (r.city c.lima)))))", ["São Paulo"]),
        ("(- 2010 (@!p.num (!r.year (r.city c.lima))))", [5.0]),
    ],
)
def test_forms_become_programs_with_the_same_answer(form: str, values: list[object]) -> None:
    assert values_of(form) == values


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        ("(max (!fb:row.consecutive.city (r.city c.bergen)))", "longest run"),
        ("(count (r.colour c.red))", "column that the table"),
        ("(count (r.city c.oslo))", "a cell that"),
        ("(count (r.city (@p.num (> 3))))", "not read as numbers"),
        (
            "(argmax 1 1 (!r.city (@type @row)) (reverse (lambda x (sum (@!p.num (!r.points (r.city (var x))))))))",
            "sums",
        ),
    ],
)
def test_what_the_language_cannot_say_has_a_reason(form: str, reason: str) -> None:
    with pytest.raises(Untranslatable, match=reason):
        values_of(form)


FIRST = '#0 = all_rows(); #1 = filter_equals(#0, "City":text, "Bergen"); #2 = filter_greater(#1, "Points":number, 3); '


def test_the_order_of_filters_and_the_way_of_writing_do_not_matter() -> None:
    other = (
        '#0 = all_rows(); #1 = filter_greater(#0, "Points":number, 3); '
        '#2 = filter_contains(#1, "City":text, "BERGEN"); #3 = count(#2)'
    )
    one, two = read_program(FIRST + "#3 = count(#2)"), read_program(other)
    assert normal_form(one, GROUNDING) == normal_form(two, GROUNDING)
    assert compare(one, two, TABLE, []) is Sameness.SAME
    more = read_program(FIRST + '#3 = select(#2, "City":text)')
    assert normal_form(one, GROUNDING) != normal_form(more, GROUNDING)


def test_an_accident_comes_apart_on_other_tables() -> None:
    others = perturbed(TABLE)
    assert len(others) > 20
    meant = read_program('#0 = all_rows(); #1 = argmax(#0, "Year":number); #2 = select(#1, "City":text)')
    accident = read_program('#0 = all_rows(); #1 = last(#0); #2 = select(#1, "City":text)')
    assert answer(meant, GROUNDING).values == answer(accident, GROUNDING).values
    assert compare(meant, accident, TABLE, others) is Sameness.DIFFERENT
    # The greatest number and the number in the row that has it.
    top = read_program('#0 = all_rows(); #1 = maximum(#0, "Year":number)')
    read = read_program('#0 = all_rows(); #1 = argmax(#0, "Year":number); #2 = number_of(#1, "Year":number)')
    assert compare(top, read, TABLE, others) is Sameness.EQUAL
    assert compare(top, read, TABLE, []) is Sameness.UNTOLD


def test_perturbed_tables_hold_the_same_cells() -> None:
    for number, grounding in enumerate(perturbed(TABLE, count=6)):
        for column, moved in zip(TABLE.columns, grounding.table.columns, strict=True):
            assert set(moved.cells) <= set(column.cells)
        if number < 2:
            rows = set(zip(*(column.cells for column in TABLE.columns), strict=True))
            assert set(zip(*(column.cells for column in grounding.table.columns), strict=True)) <= rows


def test_a_program_of_a_form_can_be_written() -> None:
    (form,) = read_expressions("(count (r.points (@p.num (> 3))))")
    expected = '#0 = all_rows(); #1 = filter_greater(#0, "Points":number, 3); #2 = count(#1)'
    assert write_program(translate(form, TABLE), separator="; ") == expected
