"""Programs said plainly: other filters only where they hold in the same rows."""

from __future__ import annotations

import random

import numpy as np

from neural_programmer.execution.exact import execute
from neural_programmer.execution.grounding import Grounding
from neural_programmer.execution.plainness import plainest
from neural_programmer.language.text_form import read_program
from neural_programmer.tables.build import build_table
from tests.generators import random_candidates, random_program, random_table

_TOWNS = build_table(["Town", "Country"], [["York", "England"], ["New York", "United States"], ["Leeds", "England"]])


def _said(text: str) -> str:
    program = read_program(f"#0 = all_rows(); {text}; #2 = count(#1)")
    return plainest(program, Grounding(_TOWNS)).steps[1].operation


def test_whole_texts_are_compared_where_that_gives_the_same_rows() -> None:
    assert _said('#1 = filter_contains(#0, "Country":text, "England")') == "filter_equals"
    assert _said('#1 = filter_not_contains(#0, "Country":text, "England")') == "filter_not_equals"
    assert _said('#1 = filter_contains_any(#0, "Town":text, ["Leeds", "new york"])') == "filter_any"


def test_words_are_looked_for_where_that_gives_other_rows() -> None:
    assert _said('#1 = filter_contains(#0, "Town":text, "York")') == "filter_contains"
    assert _said('#1 = filter_contains_any(#0, "Town":text, ["York", "Leeds"])') == "filter_contains_any"


def test_every_step_gives_what_it_gave() -> None:
    rng = random.Random(11)
    changed = 0
    for _ in range(300):
        table = random_table(rng)
        grounding = Grounding(table)
        program = random_program(rng, table, random_candidates(rng, table))
        if program is None:
            continue
        plain = plainest(program, grounding)
        changed += plain != program
        for before, after in zip(execute(program, grounding), execute(plain, grounding), strict=True):
            assert before.kind == after.kind
            np.testing.assert_array_equal(before.value, after.value)
    assert changed > 3
