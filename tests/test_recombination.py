"""Questions told anew: about other rows and tables, with programs that do there what they did before."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from neural_programmer.execution.exact import answer
from neural_programmer.execution.grounding import Grounding
from neural_programmer.language.offer import offer
from neural_programmer.language.text_form import read_program
from neural_programmer.operations.registry import OPERATION_NAMES
from neural_programmer.tables.build import build_table
from neural_programmer.tables.matching import TableIndex, link
from neural_programmer.tables.table import Table
from neural_programmer.training.augmentation import NewExample, keep, kept
from neural_programmer.training.examples import Example
from neural_programmer.training.recombination import Retold, Told, needed_columns, offered_columns, retell

MEDALS = build_table(
    ["Nation", "Gold", "Games"],
    [["Norway", "14", "2018"], ["Canada", "11", "2014"], ["Sweden", "7", "2010"], ["Austria", "5", "2006"]],
)
CUP = build_table(
    ["Nation", "Coach", "Gold"],
    [["Ghana", "Addo", "3"], ["Peru", "Fossati", "2"], ["Japan", "Moriyasu", "9"], ["Wales", "Page", "4"]],
)


def told(question: str, program: str, table: Table = MEDALS) -> Told:
    index = TableIndex(table)
    linking = link(question, index)
    return Told(linking, Grounding(table), index, offer(table, linking), read_program(program))


def many(one: Told, table: Table, draws: int = 40) -> list[Retold]:
    grounding, index = Grounding(table), TableIndex(table)
    found = [retell(one, grounding, index, np.random.default_rng(seed)) for seed in range(draws)]
    return [retold for retold in found if retold is not None]


GOLD_OF_CANADA = told(
    "how many gold did canada win?",
    '#0 = all_rows(); #1 = filter_equals(#0, "Nation":text, "Canada"); #2 = select(#1, "Gold":text)',
)
OVER_TEN = told(
    "how many nations won more than 10 gold?",
    '#0 = all_rows(); #1 = filter_greater(#0, "Gold":number, 10); #2 = count(#1)',
)


@pytest.mark.parametrize("table", [MEDALS, CUP])
def test_another_cell_is_named_in_the_question_and_in_the_program(table: Table) -> None:
    found = many(GOLD_OF_CANADA, table)
    nations = {cell.lower() for cell in table.column("Nation").cells} - {"canada"}
    assert {nation for one in found for nation in nations if nation in one.question} == nations
    for one in found:
        linking = link(one.question, TableIndex(table))
        candidates = offer(table, linking)
        program = candidates.decode(one.programs.programs[0], OPERATION_NAMES)
        constant = program.steps[1].constant
        assert constant is not None
        assert str(constant.values[0]).lower() in one.question
        assert answer(program, Grounding(table)).defined
        assert len(one.features.column_kinds) == len(candidates.columns)


def test_other_columns_are_named_by_their_headers() -> None:
    assert any("games did" in one.question for one in many(GOLD_OF_CANADA, MEDALS))


def test_other_numbers_leave_some_rows_and_not_all() -> None:
    found = many(OVER_TEN, MEDALS)
    assert found
    # More than 14 are none, and a filter that nothing or everything passes says nothing.
    assert not any("than 14" in one.question for one in found)


def test_the_same_draw_tells_the_same() -> None:
    first, second = many(OVER_TEN, CUP, 5), many(OVER_TEN, CUP, 5)
    assert [one.question for one in first] == [one.question for one in second]


def test_a_table_without_the_columns_is_of_no_use() -> None:
    needed = needed_columns(
        told(
            "which games had the most gold?",
            '#0 = all_rows(); #1 = argmax(#0, "Gold":number); #2 = select(#1, "Games":text)',
        )
    )
    assert not needed <= set(offered_columns(CUP))
    assert (
        many(
            told(
                "which coach was in canada?",
                '#0 = all_rows(); #1 = filter_equals(#0, "Nation":text, "Canada"); #2 = select(#1, "Games":text)',
            ),
            CUP,
        )
        == []
    )


def test_examples_told_anew_are_kept(tmp_path: Path) -> None:
    found = [*many(OVER_TEN, CUP, 3), *many(GOLD_OF_CANADA, CUP, 3)]
    examples = [
        NewExample(Example(f"q~{at}", one.features, one.programs), f"q-{at}", f"csv/{at}.csv")
        for at, one in enumerate(found)
    ]
    keep(tmp_path / "kept.npz", examples)
    for before, after in zip(examples, kept(tmp_path / "kept.npz"), strict=True):
        assert (after.source, after.context) == (before.source, before.context)
        one, other = before.example, after.example
        assert (other.id, other.features.words) == (one.id, one.features.words)
        length = one.programs.programs.shape[1]
        np.testing.assert_array_equal(other.programs.programs[:, :length], one.programs.programs)
        assert (other.programs.programs[:, length:] == -1).all()
        np.testing.assert_array_equal(other.features.matches, one.features.matches)
