"""The official evaluator's rules: pairs of texts and whether they match."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neural_programmer.data.evaluator import (
    DateValue,
    NumberValue,
    StringValue,
    denotation_equal,
    normalise,
    official_date,
    official_items,
    parse_targets,
    plain_number,
    to_value,
)
from neural_programmer.data.wikitablequestions import WikiTableQuestions


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  New   York ", "new york"),
        ("São Paulo", "sao paulo"),
        ("\u201cAlice\u2019s\u201d", "alice's"),
        ("2\u20131", "2-1"),
        ("3 \u2212 1", "3 - 1"),
        ("Alice[1]", "alice"),
        ("Alice[note 2][3]", "alice"),
        ("[1]", ""),
        ("[note]", "[note]"),
        ("Alice†‡", "alice"),
        ("Alice*", "alice"),
        ("Alice (captain)", "alice"),
        ("Alice (captain) (2nd)", "alice"),
        ("Alice (captain)[2]", "alice"),
        ("(captain)", "(captain)"),
        ("Alice(captain)", "alice(captain)"),
        ("(a) b", "(a) b"),
        ('"Alice"', "alice"),
        ('"Alice" (song)', "alice"),
        ('say "Alice"', 'say "alice"'),
        ("U.S.", "u.s"),
        ("No..", "no."),
        ("ﬁnal", "final"),
        ("", ""),
        (".", ""),
    ],
)
def test_texts_are_normalised(text: str, expected: str) -> None:
    assert normalise(text) == expected


@given(st.text(alphabet="ab 1é–,", max_size=12))
def test_a_match_does_not_depend_on_notes_behind_it(text: str) -> None:
    if text.strip():
        assert normalise(text + " (note)") == normalise(text) == normalise(text + "[7]")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("17", NumberValue(17.0, "17")),
        ("-3.5", NumberValue(-3.5, "-3.5")),
        ("1e3", NumberValue(1000.0, "1e3")),
        ("1,234", StringValue("1,234")),
        ("$5", StringValue("$5")),
        ("5%", StringValue("5%")),
        ("1_000", StringValue("1_000")),
        ("nan", StringValue("nan")),
        ("inf", StringValue("inf")),
        ("1999-05-21", DateValue(1999, 5, 21, "1999-05-21")),
        ("1999-05-xx", DateValue(1999, 5, None, "1999-05-xx")),
        ("XX-05-21", DateValue(None, 5, 21, "xx-05-21")),
        ("xxxx-05-xx", DateValue(None, 5, None, "xxxx-05-xx")),
        ("1999-xx-xx", NumberValue(1999.0, "1999-xx-xx")),
        ("xx-xx-xx", StringValue("xx-xx-xx")),
        ("1999-13-01", StringValue("1999-13-01")),
        ("1999-12-32", StringValue("1999-12-32")),
        ("2-1", StringValue("2-1")),
    ],
)
def test_texts_are_read_as_values(text: str, expected: object) -> None:
    value = to_value(text)
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(
    ("targets", "answers", "right"),
    [
        (["Italy"], ["italy"], True),
        (["Italy"], ["Italy", "ITALY (host)"], True),
        (["Italy"], ["Italy", "Spain"], False),
        (["Italy", "Spain"], ["Spain", "Italy"], True),
        (["Italy", "Spain"], ["Italy"], False),
        (["Italy", "Italy"], ["Italy"], True),
        (["4"], ["4.0000001"], True),
        (["4"], ["4.00001"], False),
        (["4"], ["4", "4.0"], True),
        (["4 years"], ["4"], False),
        (["2004"], ["2004-xx-xx"], True),
        (["1,234"], ["1234"], False),
        (["1,234"], ["1,234"], True),
        (["May 21"], ["xx-05-21"], False),
        (["1999-05-21"], ["1999-05-21"], True),
        (["1999-05-21"], ["1999-05-xx"], False),
        (["xxxx-05-21"], ["xx-05-21"], True),
        (["x"], [], False),
        ([], [], True),
    ],
)
def test_answers_are_judged(targets: list[str], answers: list[str], right: bool) -> None:
    assert denotation_equal(targets, answers) is right


def test_canonical_targets_are_met_by_plain_and_by_written_forms() -> None:
    assert denotation_equal(["1,234"], ["1234"], ["1234.0"])
    assert denotation_equal(["1,234"], ["1,234"], ["1234.0"])
    assert denotation_equal(["May 21, 1999"], ["1999-05-21"], ["1999-05-21"])
    with pytest.raises(ValueError, match="shorter"):
        denotation_equal(["1", "2"], ["1"], ["1.0"])


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (3.0, "3"),
        (-0.0, "0"),
        (1e21, "1" + "0" * 21),
        (0.1 + 0.2, "0.3"),
        (1e-12, "0"),
        (-2.5, "-2.5"),
        (1e-5, "0.00001"),
    ],
)
def test_numbers_are_printed_plainly(amount: float, text: str) -> None:
    assert plain_number(amount) == text


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15))
def test_a_printed_number_is_read_back(amount: float) -> None:
    text = plain_number(amount)
    assert "e" not in text
    assert math.isclose(float(text), amount, abs_tol=1e-9, rel_tol=1e-12)


def test_what_is_no_number_is_not_printed() -> None:
    with pytest.raises(ValueError, match="nan"):
        plain_number(math.nan)


@pytest.mark.parametrize(
    ("iso", "official"),
    [
        ("1999", "1999"),
        ("1999-05", "1999-05-xx"),
        ("1999-05-21", "1999-05-21"),
        ("1999-05-21T14:30", "1999-05-21"),
        ("XXXX-05-21", "xx-05-21"),
        ("XXXX-05", "xx-05-xx"),
        ("21 May", "21 May"),
    ],
)
def test_dates_are_printed_in_the_official_form(iso: str, official: str) -> None:
    assert official_date(iso) == official


def test_items_of_an_answer() -> None:
    assert official_items(["Italy (host)", 3.0, 2.5]) == ["Italy (host)", "3", "2.5"]
    assert official_items(["1999-05"]) == ["1999-05"]
    assert official_items(["1999-05"], dates=True) == ["1999-05-xx"]
    assert official_items([("Italy", 3.0)]) == ["Italy: 3"]


def test_a_target_recognises_possible_answers() -> None:
    (number,) = parse_targets(["2004"])
    assert number.matches_number(2004.0)
    assert number.matches_text("2004")
    assert number.matches_text("2004[1]")
    assert number.matches_iso_date("2004")
    assert not number.matches_number(2005.0)
    assert not number.matches_number(math.nan)
    (date,) = parse_targets(["1999-05-21"])
    assert date.matches_iso_date("1999-05-21T10:00")
    assert not date.matches_iso_date("1999-05")
    (text,) = parse_targets(["4,000", "4,000"])
    assert text.matches_text('"4,000"')
    assert not text.matches_number(4000.0)
    assert not text.matches_number(math.inf)


@given(st.lists(st.text(alphabet="ab1.-x ()", max_size=6), max_size=4))
def test_each_answer_is_right_for_itself_in_any_order(items: list[str]) -> None:
    assert denotation_equal(items, list(reversed(items)) + items[:1])


@given(st.floats(min_value=-1e6, max_value=1e6), st.text(alphabet="0123456789.-e", min_size=1, max_size=6))
def test_quick_matches_agree_with_the_whole_judgement(amount: float, target: str) -> None:
    (parsed,) = parse_targets([target])
    assert parsed.matches_number(amount) == denotation_equal([target], official_items([amount]))
    assert parsed.matches_text(target) == denotation_equal([target], [target])


def test_every_target_of_the_dataset_is_right_for_itself(wikitablequestions: WikiTableQuestions) -> None:
    for question in wikitablequestions.questions("training"):
        assert question.target is not None
        assert denotation_equal(question.target, question.target)
