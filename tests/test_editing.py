"""Changing a program by hand: its places, what else may stand there, and the answer it then has."""

from __future__ import annotations

import pytest

from neural_programmer.editing import Place, Slot, program_of_text, read_constant, replace, run, slots
from neural_programmer.execution.exact import answer
from neural_programmer.language.program import Program
from neural_programmer.language.text_form import read_program, write_program
from neural_programmer.language.validation import InvalidProgramError, validate
from neural_programmer.operations.registry import REGISTRY
from neural_programmer.prepared import PreparedTable
from neural_programmer.tables.constants import Constant, ConstantKind
from neural_programmer.tables.loaders import load_table
from neural_programmer.tables.matching.link import link
from neural_programmer.tables.values import PartialDate
from neural_programmer.tables.views import ViewKind, ViewReference
from tests.scripted import MEDALS, scripted

PREPARED = PreparedTable(MEDALS)
MORE_GOLD = '#0 = all_rows(); #1 = filter_greater(#0, "Gold":number, 2); #2 = select(#1, "Nation":text)'
OF_SWEDEN = '#0 = all_rows(); #1 = filter_equals(#0, "Nation":text, "Sweden"); #2 = select(#1, "Gold":number)'
SECOND = '#0 = all_rows(); #1 = kth_max(#0, "Gold":number, ^2); #2 = select(#1, "Nation":text)'
BETWEEN = '#0 = all_rows(); #1 = filter_between(#0, "Opened":date, @1951..@1952-07-04); #2 = select(#1, "Nation":text)'
PROGRAMS = [MORE_GOLD, OF_SWEDEN, SECOND, BETWEEN, "#0 = all_rows(); #1 = count(#0)"]


def slot_of(program: Program, step: int, place: Place, question: str = "") -> Slot:
    linking = link(question, PREPARED.index) if question else None
    return next(slot for slot in slots(program, PREPARED, linking) if (slot.step, slot.place) == (step, place))


@pytest.mark.parametrize("text", PROGRAMS)
def test_every_alternative_of_every_slot_is_a_valid_program_that_runs(text: str) -> None:
    program = read_program(text)
    for slot in slots(program, PREPARED):
        assert slot.value in slot.alternatives
        assert len(set(slot.alternatives)) == len(slot.alternatives)
        for alternative in slot.alternatives:
            changed = replace(program, slot, alternative, PREPARED)
            validate(changed, REGISTRY, MEDALS)
            answer(changed, PREPARED.grounding)
            same = alternative == slot.value
            assert (changed == program) is same


def test_operations_of_the_same_signature_are_offered_and_no_others() -> None:
    names = slot_of(read_program(MORE_GOLD), 1, Place.OPERATION).alternatives
    assert {"filter_greater", "filter_less", "filter_equals"} <= set(names)
    assert "argmax" not in names
    assert "filter_contains" not in names, "a number contains no words"
    assert slots(read_program("#0 = all_rows(); #1 = count(#0)"), PREPARED) == ()


def test_columns_are_those_that_can_be_compared_with_the_constant() -> None:
    columns = slot_of(read_program(MORE_GOLD), 1, Place.COLUMN).alternatives
    assert ViewReference("Gold", ViewKind.NUMBER) in columns
    assert ViewReference("Nation", ViewKind.TEXT) not in columns
    every = slot_of(read_program(MORE_GOLD), 2, Place.COLUMN).alternatives
    assert set(every) == set(MEDALS.view_references)


def test_constants_of_the_question_come_before_the_values_of_the_column() -> None:
    slot = slot_of(read_program(OF_SWEDEN), 1, Place.CONSTANT, "how much gold for Finland or Sweden?")
    texts = [str(constant.values[0]) for constant in slot.alternatives if isinstance(constant, Constant)]
    assert texts[:2] == ["Finland", "Sweden"]
    assert set(texts) == {"Norway", "Sweden", "Finland", "Denmark"}


def test_values_beyond_the_most_are_counted() -> None:
    prepared = PreparedTable(load_table([{"Name": f"n{number}", "Points": number} for number in range(500)]))
    program = read_program('#0 = all_rows(); #1 = filter_equals(#0, "Name":text, "n499"); #2 = count(#1)')
    slot = next(slot for slot in slots(program, prepared) if slot.place is Place.CONSTANT)
    assert slot.left_out == 300
    assert slot.value in slot.alternatives


def test_a_change_that_does_not_fit_is_refused() -> None:
    program = read_program(MORE_GOLD)
    slot = slot_of(program, 1, Place.COLUMN)
    with pytest.raises(InvalidProgramError, match="expected a column of type"):
        replace(program, slot, ViewReference("Nation", ViewKind.TEXT), PREPARED)
    with pytest.raises(InvalidProgramError, match="no column 'Silver'"):
        replace(program, slot, ViewReference("Silver", ViewKind.NUMBER), PREPARED)


@pytest.mark.parametrize(
    ("text", "like", "expected"),
    [
        ("1,500", Constant(ConstantKind.NUMBER, (1.0,)), (1500.0,)),
        ("$2.5 million", Constant(ConstantKind.NUMBER, (1.0,)), (2_500_000.0,)),
        (" new  york ", Constant(ConstantKind.TEXT, ("x",)), ("new york",)),
        ("red; blue or green", Constant(ConstantKind.TEXTS, ("x", "y")), ("red", "blue", "green")),
        ("3rd", Constant(ConstantKind.ORDINAL, (1,)), (3,)),
        ("5 to 9", Constant(ConstantKind.NUMBER_RANGE, (1.0, 2.0)), (5.0, 9.0)),
        ("May 1950", Constant(ConstantKind.DATE, (PartialDate(1),)), (PartialDate(1950, 5),)),
        (
            "1990 to 1999",
            Constant(ConstantKind.DATE_RANGE, (PartialDate(1),) * 2),
            (PartialDate(1990), PartialDate(1999)),
        ),
    ],
    ids=["number", "money", "text", "texts", "rank", "range", "date", "dates"],
)
def test_constants_are_read_as_people_write_them(text: str, like: Constant, expected: tuple[object, ...]) -> None:
    assert read_constant(text, like) == Constant(like.kind, expected)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("many", ConstantKind.NUMBER),
        ("someday", ConstantKind.DATE),
        ("red", ConstantKind.TEXTS),
        ("0th", ConstantKind.ORDINAL),
        ("5", ConstantKind.NUMBER_RANGE),
        ("  ", ConstantKind.TEXT),
    ],
    ids=str,
)
def test_what_is_no_constant_is_refused_with_what_was_expected(text: str, kind: ConstantKind) -> None:
    with pytest.raises(ValueError, match="expected"):
        read_constant(text, Constant(kind, ()))


def test_a_changed_program_has_its_own_answer_evidence_english_and_sql() -> None:
    response = scripted((MORE_GOLD, 0.7)).ask(PREPARED, "which nations have more than 2 gold?")
    assert response.program is not None
    slot = next(slot for slot in slots(response.program, PREPARED) if slot.place is Place.OPERATION)
    changed = run(response, replace(response.program, slot, "filter_less", PREPARED))
    assert changed.answer == ["Sweden", "Finland"]
    assert changed.cells == [(1, "Nation"), (2, "Nation")]
    assert "less than 2" in changed.explanation
    assert changed.sql_agrees
    assert changed.question == response.question
    assert changed.confidence == 0.0
    back = run(changed, response.program)
    assert back.answer == response.answer
    assert back.confidence == pytest.approx(0.7)


def test_a_program_without_a_value_has_no_answer_and_says_so() -> None:
    response = scripted((OF_SWEDEN, 0.7)).ask(PREPARED, "gold of Sweden?")
    changed = run(response, program_of_text(OF_SWEDEN.replace("Sweden", "France"), PREPARED))
    assert changed.answer == []
    assert not changed.abstained
    assert changed.reason == "nothing in the table fits the program"


def test_programs_written_by_hand_are_checked() -> None:
    assert write_program(program_of_text(MORE_GOLD, PREPARED), separator="; ") == MORE_GOLD
    with pytest.raises(ValueError, match="no column 'Silver'"):
        program_of_text(MORE_GOLD.replace("Gold", "Silver"), PREPARED)
    with pytest.raises(ValueError, match="expected"):
        program_of_text("select the nation", PREPARED)
