"""Programs in English: golden sentences, and how their parts are put together."""

from __future__ import annotations

import random

import pytest

from neural_programmer.execution.english import explain
from neural_programmer.execution.english_words import date_words, number_words, ordinal_words
from neural_programmer.language.text_form import read_program
from neural_programmer.operations.registry import OPERATION_NAMES, REGISTRY
from neural_programmer.tables.build import build_table
from neural_programmer.tables.values import PartialDate
from tests.examples import check_lines, example_programs, table_for
from tests.generators import random_candidates, random_program, random_table


def test_golden_english() -> None:
    check_lines(
        "english.txt", {name: explain(program, table_for(name)) for name, program in example_programs().items()}
    )


@pytest.mark.parametrize("name", OPERATION_NAMES)
def test_phrases_name_every_argument_once(name: str) -> None:
    operation = REGISTRY[name]
    references = [kind.value for kind in operation.signature.references]
    places = [place for place, kind in (("rows", "rows"), ("left", "number")) if kind in references]
    places += [place for place, kind in (("other_rows", "rows"), ("right", "number")) if references.count(kind) == 2]
    places += ["column"] * bool(operation.signature.columns) + ["constant"] * bool(operation.signature.constants)
    for phrase in filter(None, (operation.english, operation.english_of_dates)):
        assert all(phrase.count(f"{{{place}}}") == 1 for place in places), phrase
        assert phrase.count("{") == len(places)


def test_every_program_has_one_sentence_with_its_columns_and_texts() -> None:
    rng = random.Random(7)
    for _ in range(150):
        table = random_table(rng)
        program = random_program(rng, table, random_candidates(rng, table))
        if program is None:
            continue
        for sentence in (explain(program), explain(program, table)):
            assert sentence.endswith(".")
            assert sentence[0] == sentence[0].upper()
            assert "{" not in sentence and "\n" not in sentence
            last = program.steps[-1].column
            assert last is None or " ".join(last.column.split()) in sentence


def test_rows_are_one_or_several_as_the_table_has_them() -> None:
    program = read_program('#0 = all_rows(); #1 = argmax(#0, "Points":number); #2 = select(#1, "Name":text)')
    one = build_table(["Name", "Points"], [["Ann", "1"], ["Bea", "2"]])
    tie = build_table(["Name", "Points"], [["Ann", "2"], ["Bea", "2"]])
    assert explain(program, one) == "The Name of the row with the highest Points."
    assert explain(program, tie) == "The Name of the rows with the highest Points."
    assert explain(program) == "The Name of the row with the highest Points."


@pytest.mark.parametrize(
    ("steps", "sentence"),
    [
        (
            '#1 = filter_any(#0, "Country":text, ["a", "b"]); #2 = filter_less(#1, "Points":number, 5); #3 = count(#2)',
            'The number of rows where Country is "a" or "b", and Points is less than 5.',
        ),
        (
            '#1 = argmax(#0, "Points":number); #2 = argmin(#1, "Date":date); #3 = select(#2, "Name":text)',
            "The Name of the row with the earliest Date among the rows with the highest Points.",
        ),
        (
            '#1 = argmax(#0, "Points":number); #2 = filter_empty(#1, "Date":date); #3 = count(#2)',
            "The number of rows with the highest Points, only where Date is missing.",
        ),
        (
            '#1 = filter_less(#0, "Points":number, 5); #2 = above(#1); #3 = filter_equals(#2, "Name":text, "x"); '
            '#4 = filter_empty(#3, "Date":date); #5 = count(#4)',
            "The number of rows above the rows where Points is less than 5, "
            'only where Name is "x" and Date is missing.',
        ),
        (
            '#1 = filter_less(#0, "Points":number, 5); #2 = first(#0); #3 = intersect(#1, #2); #4 = count(#3)',
            "The number of rows where Points is less than 5 that are also among the first row.",
        ),
        (
            '#1 = kth_max(#0, "Date":date, ^1); #2 = previous(#1); #3 = select(#2, "Score":second_number)',
            "The second number of Score of the row just above the row with the latest Date.",
        ),
    ],
)
def test_how_phrases_are_put_together(steps: str, sentence: str) -> None:
    assert explain(read_program(f"#0 = all_rows(); {steps}")) == sentence


@pytest.mark.parametrize(
    ("date", "words"),
    [
        (PartialDate(1950, 5, 21), "21 May 1950"),
        (PartialDate(1950, 5), "May 1950"),
        (PartialDate(1950), "1950"),
        (PartialDate(None, 5, 21), "21 May"),
        (PartialDate(None, 6), "June"),
        (PartialDate(1950, 5, 21, 14, 30), "21 May 1950, 14:30"),
        (PartialDate(1950, None, 21), "1950-XX-21"),
    ],
)
def test_dates(date: PartialDate, words: str) -> None:
    assert date_words(date) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [(5.0, "5"), (1950.0, "1950"), (12500.0, "12,500"), (-12500.25, "-12,500.25"), (0.1, "0.1"), (1e20, "1e+20")],
)
def test_numbers(number: float, words: str) -> None:
    assert number_words(number) == words


def test_ordinals() -> None:
    assert [ordinal_words(number) for number in (1, 10, 11, 12, 13, 21, 22, 33, 112)] == [
        "first", "tenth", "11th", "12th", "13th", "21st", "22nd", "33rd", "112th"
    ]  # fmt: skip
