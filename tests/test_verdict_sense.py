"""Verdicts that nobody means are refused, and those that a question asks for are not."""

from __future__ import annotations

import pytest

from neural_programmer.data.goals import goal_of
from neural_programmer.execution.exact import execute
from neural_programmer.execution.grounding import Grounding
from neural_programmer.language.offer import offer
from neural_programmer.language.text_form import read_program
from neural_programmer.operations.registry import OPERATION_IDS, OPERATION_NAMES
from neural_programmer.search.consistent import consistent_programs
from neural_programmer.search.verdict_sense import VerdictSense
from neural_programmer.tables.build import build_table
from neural_programmer.tables.matching import TableIndex, link

_RACE = build_table(
    ["Place", "Driver", "Laps", "Points", "Debut"],
    [
        ["1", "Lauda", "60", "9", "1971"],
        ["2", "Hunt", "60", "6", "1973"],
        ["3", "Donohue", "58", "4", "1971"],
        ["4", "Amon", "57", "3", "1963"],
        ["5", "Brise", "57", "2", "1975"],
    ],
)
_MORE_OR_LESS = "did hunt score more or less points than lauda?"
_BELOW = "did hunt place above or below lauda?"
_MORE = "did hunt score more points than lauda?"
_THAN = "did hunt score more than 4 points?"
_OR_FEWER = "did hunt score more or less than 4 points?"

_LONG = "how long did hunt race?"
_LONGER = "which driver drove fewer laps, hunt or donohue?"
_EITHER = 'filter_any(#0, "Driver":text, ["Hunt", "Donohue"])'
_HUNT = 'filter_equals(#0, "Driver":text, "Hunt")'
_LAUDA = 'filter_equals(#0, "Driver":text, "Lauda")'
_POINTS = 'number_of(#1, "Points":number)'


def _two(one: str, other: str, last: str) -> str:
    return f"#1 = {one}; #2 = {other}; #3 = {last}"


def _refused(question: str, text: str) -> bool:
    grounding = Grounding(_RACE)
    linking = link(question, TableIndex(_RACE))
    candidates = offer(_RACE, linking)
    program = read_program(f"#0 = all_rows(); {text}")
    encoded = candidates.encode(program, dict(OPERATION_IDS)).tolist()
    sense = VerdictSense(linking, candidates, OPERATION_NAMES)
    return sense.refuses(encoded, execute(program, grounding)[:-1])


@pytest.mark.parametrize(
    ("question", "text"),
    [
        (_MORE_OR_LESS, _two(_HUNT, _LAUDA, 'verdict_greater(#1, #2, "Points":number, "more"|"less")')),
        (_MORE, _two(_HUNT, _LAUDA, 'verdict_greater(#1, #2, "Points":number, "yes"|"no")')),
        # The lower number is the better place.
        (_BELOW, _two(_LAUDA, _HUNT, 'verdict_greater(#1, #2, "Place":number, "above"|"below")')),
        (_BELOW, _two(_HUNT, _LAUDA, 'verdict_listed_before(#1, #2, "above"|"below")')),
        ("did hunt start before lauda?", _two(_LAUDA, _HUNT, 'verdict_greater(#1, #2, "Debut":number, "yes"|"no")')),
        (_THAN, f'#1 = {_HUNT}; #2 = {_POINTS}; #3 = given_number(4); #4 = verdict_exceeds(#2, #3, "yes"|"no")'),
        (_OR_FEWER, f'#1 = {_HUNT}; #2 = {_POINTS}; #3 = given_number(4); #4 = verdict_exceeds(#2, #3, "more"|"less")'),
        (
            "is 4 above or below the points of hunt?",
            f'#1 = {_HUNT}; #2 = {_POINTS}; #3 = given_number(4); #4 = verdict_exceeds(#3, #2, "above"|"below")',
        ),
        (
            "did hunt have more laps than points?",
            f'#1 = {_HUNT}; #2 = number_of(#1, "Laps":number); #3 = {_POINTS}; '
            '#4 = verdict_exceeds(#2, #3, "yes"|"no")',
        ),
        (
            "did any driver score more than 8 points?",
            '#1 = filter_greater(#0, "Points":number, 8); #2 = verdict_any_rows(#1, "yes"|"no")',
        ),
        ("was there a driver named hunt?", f'#1 = {_HUNT}; #2 = verdict_any_rows(#1, "yes"|"no")'),
        (_MORE_OR_LESS, f'#1 = {_HUNT}; #2 = select(#1, "Points":number)'),
        (_LONGER, f'#1 = {_EITHER}; #2 = argmin(#1, "Laps":number)'),
        (_LONG, f'#1 = {_HUNT}; #2 = count(#1); #3 = with_unit(#2, unit "years")'),
        (_LONG, '#1 = range(#0, "Debut":number); #2 = with_unit(#1, unit "years")'),
        (
            _LONGER,
            _two(
                'filter_equals(#0, "Driver":text, "Donohue")',
                _HUNT,
                'verdict_greater(#1, #2, "Laps":number, "hunt"|"donohue")',
            ),
        ),
        ("which driver placed higher, hunt or donohue?", f'#1 = {_EITHER}; #2 = argmin(#1, "Place":number)'),
    ],
)
def test_what_a_question_asks_for_is_kept(question: str, text: str) -> None:
    assert not _refused(question, text)


@pytest.mark.parametrize(
    ("question", "text", "why"),
    [
        (_MORE_OR_LESS, _two(_LAUDA, _HUNT, 'verdict_greater(#1, #2, "Points":number, "more"|"less")'), "turned"),
        (_MORE, _two(_LAUDA, _HUNT, 'verdict_greater(#1, #2, "Points":number, "yes"|"no")'), "turned"),
        (_BELOW, _two(_HUNT, _LAUDA, 'verdict_greater(#1, #2, "Place":number, "above"|"below")'), "turned"),
        (_BELOW, _two(_LAUDA, _HUNT, 'verdict_listed_before(#1, #2, "above"|"below")'), "turned"),
        (
            _OR_FEWER,
            f'#1 = {_HUNT}; #2 = {_POINTS}; #3 = given_number(4); #4 = verdict_exceeds(#3, #2, "more"|"less")',
            "turned",
        ),
        (_MORE_OR_LESS, _two(_HUNT, _LAUDA, 'verdict_listed_before(#1, #2, "more"|"less")'), "tells nothing of more"),
        (_MORE_OR_LESS, _two(_HUNT, _HUNT, 'verdict_greater(#1, #2, "Points":number, "more"|"less")'), "itself"),
        (_MORE_OR_LESS, _two(_HUNT, _LAUDA, 'verdict_more_rows(#1, #2, "more"|"less")'), "one row each"),
        (
            "are 9 points more than 6 points?",
            _two(
                'filter_equals(#0, "Points":number, 9)',
                'filter_equals(#0, "Points":number, 6)',
                'verdict_greater(#1, #2, "Points":number, "yes"|"no")',
            ),
            "only what is given",
        ),
        (_MORE, f'#1 = {_HUNT}; #2 = verdict_any_rows(#1, "yes"|"no")', "certain, and lauda is left out"),
        (_THAN, f'#1 = {_HUNT}; #2 = verdict_any_rows(#1, "yes"|"no")', "certain, and 4 is left out"),
        (_MORE_OR_LESS, f'#1 = {_HUNT}; #2 = verdict_any_rows(#1, "more"|"less")', "asserts nothing"),
        (
            _LONG,
            f'#1 = {_HUNT}; #2 = number_of(#1, "Debut":number); #3 = with_unit(#2, unit "years")',
            "1973 is a year and no number of years",
        ),
        (_LONG, f'#1 = {_HUNT}; #2 = range(#1, "Debut":number); #3 = with_unit(#2, unit "years")', "no years at all"),
        (_LONGER, f'#1 = {_EITHER}; #2 = argmax(#1, "Laps":number)', "fewer are asked for"),
        (
            _LONGER,
            _two(
                _HUNT,
                'filter_equals(#0, "Driver":text, "Donohue")',
                'verdict_greater(#1, #2, "Laps":number, "hunt"|"donohue")',
            ),
            "turned",
        ),
        ("did hunt or donohue have 60 laps?", f'#1 = {_EITHER}; #2 = argmin(#1, "Laps":number)', "asks for no order"),
        (_MORE, '#1 = argmax(#0, "Points":number); #2 = verdict_any_rows(#1, "yes"|"no")', "names nobody"),
        (
            _THAN,
            f"#1 = {_HUNT}; #2 = {_POINTS}; #3 = given_number(4); #4 = difference(#2, #3); "
            '#5 = verdict_exceeds(#4, #3, "yes"|"no")',
            "no figure of the table",
        ),
    ],
)
def test_what_nobody_means_is_refused(question: str, text: str, why: str) -> None:
    assert _refused(question, text), why


@pytest.mark.parametrize(("question", "answer"), [(_MORE_OR_LESS, "less"), (_MORE, "no"), (_BELOW, "below")])
def test_the_search_finds_no_program_that_is_refused(question: str, answer: str) -> None:
    grounding = Grounding(_RACE)
    linking = link(question, TableIndex(_RACE))
    candidates = offer(_RACE, linking)
    found = consistent_programs(grounding, linking, candidates, goal_of((answer,), grounding, candidates))
    sense = VerdictSense(linking, candidates, OPERATION_NAMES)
    assert len(found)
    for encoded in found.programs:
        program = candidates.decode(encoded, OPERATION_NAMES)
        steps = encoded[(encoded >= 0).any(axis=1)].tolist()
        assert not sense.refuses(steps, execute(program, grounding)[:-1])
