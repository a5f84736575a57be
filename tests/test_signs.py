"""Signs of a program: the words that it answers for, and those that it leaves out; the shapes of answers."""

from __future__ import annotations

import numpy as np
import pytest

from neural_programmer.data.answer_shapes import answer_shapes
from neural_programmer.data.crosses import hashes
from neural_programmer.data.features import featurize
from neural_programmer.data.signs import Signs
from neural_programmer.execution.exact import Answer
from neural_programmer.execution.grounding import Grounding
from neural_programmer.language.candidates import CONSTANT, FIELDS, Candidates
from neural_programmer.language.offer import offer
from neural_programmer.language.program import Program
from neural_programmer.language.text_form import read_program
from neural_programmer.operations.registry import OPERATION_IDS
from neural_programmer.tables.build import build_table
from neural_programmer.tables.matching import TableIndex, link

TITLES = build_table(
    ["No.", "Title (Latin)", "Title (English translation)", "Pope"],
    [["1", "Incredibili", "Persecution", "Pius"], ["2", "Maximae quidem", "Bavaria", "Leo"]],
)


def encoded(program: Program, candidates: Candidates) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """The program as the search encodes it."""
    steps = np.full((len(program), FIELDS), -1, dtype=np.int64)
    for at, step in enumerate(program):
        steps[at, 0] = OPERATION_IDS[step.operation]
        steps[at, 1 : 1 + len(step.references)] = step.references
        if step.column is not None:
            steps[at, 3] = candidates.columns.index(step.column)
        if step.constant is not None:
            steps[at, CONSTANT] = candidates.constants.index(step.constant)
    return steps


def signs_of(question: str, program: str) -> set[int]:
    """The hashes of the signs."""
    linking = link(question, TableIndex(TITLES))
    candidates = offer(TITLES, linking)
    content = np.array([not token.is_stop and token.key.isalnum() for token in linking.tokens])
    signs = Signs(featurize(Grounding(TITLES), linking, candidates), content)
    read = read_program(program)
    return set(signs.of(encoded(read, candidates).tolist(), ["1 answers", "written X"]).tolist())


def has(signs: set[int], sign: str) -> bool:
    return int(hashes([sign])[0]) in signs


def test_words_left_out_are_signs() -> None:
    question = "which Latin title is by the famous pope Leo?"
    whole = signs_of(
        question, '#0 = all_rows(); #1 = filter_equals(#0, "Pope":text, "Leo"); #2 = select(#1, "Title (Latin)":text)'
    )
    lazy = signs_of(question, '#0 = all_rows(); #1 = select(#0, "Title (English translation)":text)')
    assert has(whole, "unused famous")
    assert has(lazy, "unused famous")
    assert has(lazy, "unused leo")
    assert has(lazy, "unused leo|select")
    assert not has(whole, "unused leo")
    assert has(lazy, "unused latin")
    assert not has(whole, "unused latin")


def test_the_words_around_a_constant_are_signs_of_its_step() -> None:
    question = "how many have a number greater than 1 there?"
    signs = signs_of(question, '#0 = all_rows(); #1 = filter_greater(#0, "No.":number, 1); #2 = count(#1)')
    for sign in ("than …", "greater than …", "… there"):
        assert has(signs, f"{sign}|filter_greater"), sign
    assert not has(signs, "than …|count")


def test_a_column_named_with_fewer_words_than_another_is_surpassed() -> None:
    question = "the Latin title of number 2?"
    latin, english = (
        signs_of(question, f'#0 = all_rows(); #1 = last(#0); #2 = select(#1, "Title ({name})":text)')
        for name in ("Latin", "English translation")
    )
    assert has(latin, "named 2|select")
    assert has(english, "named 3|select")
    assert has(english, "worst named 3")
    assert not has(latin, "worst named 3")


def test_what_is_asked_for_is_shown_or_not() -> None:
    question = "which pope is the last?"
    shown, other = (
        signs_of(question, f'#0 = all_rows(); #1 = last(#0); #2 = select(#1, "{name}":text)')
        for name in ("Pope", "Title (Latin)")
    )
    assert has(shown, "asked own|column")
    assert has(other, "asked other|column")
    assert has(shown, "asked pope@pope")
    assert has(shown, "written X@pope")


@pytest.mark.parametrize(
    ("values", "shapes"),
    [
        ((), ["0 answers"]),
        (("Eric Cantona",), ["1 answers", "written X", "2 words"]),
        (("Eric Cantona", "Eric Cantona", "x"), ["2 answers", "written X", "2 words"]),
        (("USA in 1994",), ["1 answers", "written Ax#", "3 words"]),
        (("a B c D e F",), ["1 answers", "written xXxX+", "4 words"]),
        ((" ",), ["1 answers", "written ", "0 words"]),
        ((0.0,), ["1 answers", "zero"]),
        ((1994.0,), ["1 answers", "year"]),
        ((-3.0, 1.0, 2.0, 5.0), ["3 answers", "negative"]),
        ((0.5,), ["1 answers", "fraction"]),
        ((99.0,), ["1 answers", "tens"]),
        ((1e12,), ["1 answers", "thousands"]),
    ],
)
def test_shapes_of_answers(values: tuple[str | float, ...], shapes: list[str]) -> None:
    assert answer_shapes(Answer(values, (), defined=bool(values))) == shapes
