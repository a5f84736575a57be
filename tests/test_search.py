"""The search for consistent programs: every program it gives is right, and it misses none that brute force finds."""

from __future__ import annotations

import random

import numpy as np
import pytest

from neural_programmer.data.evaluator import denotation_equal, official_items
from neural_programmer.data.goals import goal_of
from neural_programmer.data.wikitablequestions import Question, WikiTableQuestions
from neural_programmer.execution.exact import answer, execute
from neural_programmer.execution.grounding import Grounding
from neural_programmer.language.candidates import Candidates
from neural_programmer.language.kinds import Kind
from neural_programmer.language.offer import offer
from neural_programmer.language.program import Program
from neural_programmer.operations.registry import OPERATION_NAMES
from neural_programmer.search.consistent import consistent_programs
from neural_programmer.search.row_sets import DerivationBlocks, RowSets
from neural_programmer.tables.build import build_table
from neural_programmer.tables.matching import TableIndex, link
from neural_programmer.tables.table import Table
from neural_programmer.tables.views import ViewKind
from tests.generators import enumerate_programs

_MEDALS = build_table(
    ["Rank", "Nation", "Gold", "Silver", "Host"],
    [
        ["1", "Norway", "14", "14", "no"],
        ["2", "Germany", "14", "10", "no"],
        ["3", "Canada", "11", "8", "yes"],
        ["4", "United States", "9", "8", "yes"],
        ["5", "Netherlands", "8", "6", "no"],
        ["6", "Sweden", "7", "6", "no"],
    ],
)


def _search(table: Table, question: str, *answers: str) -> list[Program]:
    grounding = Grounding(table)
    linking = link(question, TableIndex(table))
    candidates = offer(table, linking)
    found = consistent_programs(grounding, linking, candidates, goal_of(answers, grounding, candidates))
    return [candidates.decode(encoded, OPERATION_NAMES) for encoded in found.programs]


def _operations(programs: list[Program]) -> list[tuple[str, ...]]:
    return [tuple(step.operation for step in program.steps[1:]) for program in programs]


@pytest.mark.parametrize(
    ("question", "answers", "operations"),
    [
        ("how many golds did canada win?", ["11"], ("filter_equals", "select")),
        ("which nation won the most silver?", ["Norway"], ("argmax", "select")),
        ("which nation comes right after canada?", ["United States"], ("filter_equals", "next", "select")),
        ("how many nations won more than 8 gold?", ["4"], ("filter_greater", "count")),
        ("how many more golds did norway win than sweden?", ["7"],
         ("filter_equals", "number_of", "filter_equals", "number_of", "difference")),
        ("which nation won the same silver as canada?", ["United States"], ("filter_equals", "same_value", "select")),
        ("what is the total of gold?", ["63"], ("sum",)),
        ("who won more gold, canada or sweden?", ["Canada"], ("filter_any", "argmax", "select")),
        ("which nations won 14 gold?", ["Norway", "Germany"], ("filter_equals", "select")),
        ("did canada win more or less gold than sweden?", ["more"],
         ("filter_equals", "filter_equals", "verdict_greater")),
        ("did canada win the same silver as the united states?", ["yes"],
         ("filter_equals", "filter_equals", "verdict_same")),
        ("is sweden listed above or below canada?", ["below"],
         ("filter_equals", "filter_equals", "verdict_listed_before")),
        ("did any nation win more than 20 gold?", ["no"], ("filter_greater", "verdict_any_rows")),
        ("did canada win more or less than 9 gold?", ["more"],
         ("filter_equals", "number_of", "given_number", "verdict_exceeds")),
    ],
)  # fmt: skip
def test_the_intended_program_is_found(question: str, answers: list[str], operations: tuple[str, ...]) -> None:
    assert operations in _operations(_search(_MEDALS, question, *answers))


@pytest.mark.parametrize(
    ("question", "answers"),
    [
        ("who won more gold, canada or sweden?", ["Canada"]),
        ("did canada or sweden win fewer silver?", ["Sweden"]),
        ("did canada win more or less gold than sweden?", ["more"]),
        ("did canada win the same silver as the united states?", ["yes"]),
    ],
)
def test_what_is_compared_has_to_do_with_the_words_of_the_choice(question: str, answers: list[str]) -> None:
    choosing = [one for one in _search(_MEDALS, question, *answers) if one.steps[-1].operation.startswith("verdict_")]
    assert choosing
    for program in choosing:
        sides = [program.steps[reference] for reference in program.steps[-1].references]
        said = {str(side.constant.values[0]).casefold() for side in sides if side.constant is not None}
        assert len(said) == len(sides), f"{program}: each side is rows that a constant of the question describes"
        assert program.steps[-1].column is None or program.steps[-1].column != sides[0].column


def test_alternatives_that_are_columns_are_compared_by_their_numbers() -> None:
    found = _search(_MEDALS, "did sweden win more gold or silver?", "gold")
    assert ("filter_equals", "number_of", "number_of", "verdict_exceeds") in _operations(found)


def test_every_program_gives_the_answer(wikitablequestions: WikiTableQuestions) -> None:
    questions = wikitablequestions.questions("random-split-1-dev")
    wrong = [
        (question.id, program)
        for question in random.Random(3).sample(questions, 25)
        for program in _search(wikitablequestions.table(question.context), question.utterance, *(question.target or ()))
        if not _is_right(program, wikitablequestions, question)
    ]
    assert not wrong


def _is_right(program: Program, dataset: WikiTableQuestions, question: Question) -> bool:
    given = answer(program, Grounding(dataset.table(question.context)))
    column = program.steps[-1].column
    dates = column is not None and column.view is ViewKind.DATE
    return denotation_equal(question.target or (), official_items(given.values, dates))


_SMALL = build_table(
    ["Team", "Won", "Since"],
    [["Reds", "7", "1999"], ["Blues", "3", "2004"], ["Greens", "7", "1987"]],
)
# What the search leaves out on purpose: steps that only a cue asks for, and copies of shorter programs.
_ONLY_IF_ASKED = {
    "filter_not_equals",
    "filter_not_contains",
    "filter_empty",
    "filter_not_empty",
    "filter_above",
    "filter_below",
    "except_rows",
    "intersect",
    "count_by_value",
    "number_of",
    "multiply",
    "divide",
    "subtract",
    "verdict_greater",
    "verdict_same",
    "verdict_more_rows",
    "verdict_listed_before",
    "verdict_any_rows",
    "verdict_exceeds",
    "with_unit",
    "given_number",
}


def test_nothing_that_brute_force_finds_is_missed() -> None:
    """Every answer of every program of two operations whose steps all matter has a consistent program."""
    grounding = Grounding(_SMALL)
    linking = link("did the reds win 7 or more since 1999?", TableIndex(_SMALL))
    candidates = offer(_SMALL, linking)
    reachable: dict[tuple[object, ...], Program] = {}
    for program in enumerate_programs(candidates):
        names = {step.operation for step in program}
        if not names & _ONLY_IF_ASKED and _every_step_matters(program, grounding):
            reachable.setdefault(answer(program, grounding).values, program)
    assert len(reachable) > 15
    missed = []
    for values, program in reachable.items():
        items = official_items([value for value in values if isinstance(value, str | float)])
        goal = goal_of(items, grounding, candidates)
        if not len(consistent_programs(grounding, linking, candidates, goal)):
            missed.append(program)
    assert not missed


def _every_step_matters(program: Program, grounding: Grounding) -> bool:
    results = execute(program, grounding)
    for step, result in zip(program.steps[1:], results[1:], strict=True):
        if result.kind is Kind.ROWS:
            changed = all((result.value != results[reference].value).any() for reference in step.references)
            if not result.value.any() or not changed:
                return False
        elif step.operation in {"count_distinct", "most_common_value", "least_common_value"}:
            if results[step.references[0]].value.sum() < 3:
                return False
        elif result.kind is Kind.NUMBER and step.operation != "count" and results[step.references[0]].value.sum() < 2:
            return False
        if step.column is not None and step.column.view not in (ViewKind.TEXT, ViewKind.NUMBER):
            return False
    last = program.steps[-1]
    echoes = [
        step for step in program.steps[1:-1] if step.column and last.column and step.column.column == last.column.column
    ]
    return answer(program, grounding).defined and not echoes


def test_programs_are_distinct_and_best_first() -> None:
    grounding = Grounding(_MEDALS)
    linking = link("how many nations won more than 8 gold?", TableIndex(_MEDALS))
    candidates = offer(_MEDALS, linking)
    found = consistent_programs(grounding, linking, candidates, goal_of(["4"], grounding, candidates))
    assert len({encoded.tobytes() for encoded in found.programs}) == len(found.programs)
    assert (np.diff(found.prior) <= 1e-6).all()
    assert found.programs.shape[1] == found.sizes.shape[1]


def test_echoes_of_the_question_are_left_out() -> None:
    programs = _search(_MEDALS, "is canada a nation?", "Canada")
    assert ("filter_equals", "select") not in _operations(programs)


def test_a_table_without_rows_has_no_programs() -> None:
    assert _search(build_table(["Nation", "Gold"], []), "how many golds did canada win?", "11") == []


def test_an_impossible_answer_has_no_programs() -> None:
    assert _search(_MEDALS, "how many golds did canada win?", "a penguin") == []


def test_row_sets_are_kept_once_with_every_derivation() -> None:
    sets = RowSets(3)
    blocks = DerivationBlocks.empty()
    parents = np.array([-1])
    rows = np.array([[True, False, True]])
    blocks.add(5, rows, parents, parents, 0, 1)
    blocks.add(6, rows, parents, parents, 2, -1)
    assert sets.add(*blocks.joined(3)).tolist() == [0]
    assert sorted(sets.derivations_of(0)) == [(0, 5, -1, -1, 0, 1), (0, 6, -1, -1, 2, -1)]


def test_encoded_programs_decode_to_themselves() -> None:
    for program in _search(_MEDALS, "which nation won the most silver?", "Norway"):
        columns = tuple({step.column: None for step in program if step.column is not None})
        constants = tuple({step.constant: None for step in program if step.constant is not None})
        candidates = Candidates(columns, constants)
        ids = {name: number for number, name in enumerate(OPERATION_NAMES)}
        assert candidates.decode(candidates.encode(program, ids), OPERATION_NAMES) == program
