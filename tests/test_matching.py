"""Linking questions to tables: texts, numbers, dates, columns, and what must not change them."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neural_programmer.tables.build import build_table
from neural_programmer.tables.constants import ConstantKind
from neural_programmer.tables.matching import MatchSource, TableIndex, link
from neural_programmer.tables.matching.linking import Linking, Mention
from neural_programmer.tables.matching.tokens import tokenize
from neural_programmer.tables.table import Table
from neural_programmer.tables.values import PartialDate, text_key, text_words

HEADERS = ("Date", "Opponent", "Result", "Gold medals", "Competition", "Players", "Country", "Year")
ROWS = (
    (
        "May 21, 2004",
        "Miami Dolphins",
        "W 27-21",
        "3",
        "World Championships",
        "Maria de la Cruz, Jo Lee",
        "Spain",
        "1994",
    ),
    ("June 2, 2004", "New York Jets", "L 10-14", "10", "Olympic Games", "J.J. O'Brien, Zoé Smith", "France", "1999"),
    ("July 4, 2005", "Buffalo Bills", "W 20-3", "5", "Olympic Games", "Zoé Smith, Ann Ray", "United States", "2001"),
    ("Oct 9, 2005", "at Miami Dolphins", "T 7-7", "21", "25 to Life", "Will.I.Am, Jo Lee", "New-Zealand", "2008"),
)


def table(headers: Sequence[str] = HEADERS, rows: Sequence[Sequence[str]] = ROWS) -> Table:
    return build_table(headers, rows)


INDEX = TableIndex(table())


def constants(question: str, kind: ConstantKind, index: TableIndex = INDEX) -> list[tuple[object, ...]]:
    return [mention.constant.values for mention in link(question, index).mentions if mention.constant.kind is kind]


@pytest.mark.parametrize(
    ("question", "text", "how"),
    [
        ("who played the Miami Dolphins?", "Miami Dolphins", MatchSource.EXACT),
        ("games against the jets", "jets", MatchSource.EXACT),
        ("who won at the OLYMPIC games?", "Olympic Games", MatchSource.EXACT),
        ("how many world championship games?", "World Championships", MatchSource.LEMMA),
        ("what did zoe smith win?", "Zoé Smith", MatchSource.EXACT),
        ("and j.j. o'brien", "J.J. O'Brien", MatchSource.EXACT),
        ("how often did will.i.am play?", "Will.I.Am", MatchSource.EXACT),
        ("how much for 25 to life?", "25 To Life", MatchSource.EXACT),
        ("what about new zealand?", "New-Zealand", MatchSource.EXACT),
        ("what about newzealand?", "New-Zealand", MatchSource.EXACT),
        ("the american athletes", "United States", MatchSource.ALIAS),
        ("did any Spaniards compete?", "Spain", MatchSource.ALIAS),
        ("the USA", "United States", MatchSource.ALIAS),
        ("games they lost", "l", MatchSource.ALIAS),
        ("what did marria de la cruz win?", "Maria de la Cruz", MatchSource.FUZZY),
        ("who played the bufallo bills?", "Buffalo Bills", MatchSource.FUZZY),
    ],
)
def test_text_mention(question: str, text: str, how: MatchSource) -> None:
    found = {text_words(str(one.constant.values[0])): one.source for one in link(question, INDEX).mentions}
    assert found.get(text_words(text)) == how


@pytest.mark.parametrize(
    "question",
    [
        "which team is the best of all?",
        "may i see it?",
        "which charts were there?",
        "tell me who",
        "how is the a game?",
    ],
)
def test_function_words_and_dictionary_words_mention_nothing(question: str) -> None:
    assert (
        link(question, TableIndex(build_table(["Name"], [["A"], ["What about the chat, of all"], ["B"]]))).mentions
        == ()
    )


def test_whole_cells_come_before_parts_and_nested_parts_that_stand_elsewhere_stay() -> None:
    found = constants("the miami dolphins games", ConstantKind.TEXT)
    assert found[0] == ("Miami Dolphins",)
    assert ("miami",) not in found  # wherever "miami" stands, "Miami Dolphins" does
    found = constants("zoe smith", ConstantKind.TEXT, TableIndex(build_table(["N"], [["Zoe Smith"], ["Ann Smith"]])))
    assert found == [("Zoe Smith",), ("smith",)]


def test_cells_that_are_plain_numbers_are_mentioned_as_numbers_only() -> None:
    assert constants("who had 21 medals?", ConstantKind.TEXT) == []
    assert constants("who had 21 medals?", ConstantKind.NUMBER) == [(21.0,)]


def test_digits_are_text_where_cells_have_no_numeric_reading() -> None:
    index = TableIndex(build_table(["Model"], [["Type 9 Alpha"], ["Beta"], ["Gamma ray"], ["Delta"], ["x y"], ["z q"]]))
    assert ("9",) in constants("which is a 9?", ConstantKind.TEXT, index)


def test_pieces_of_a_token_are_texts_of_their_own_but_pieces_of_a_number_are_none() -> None:
    index = TableIndex(build_table(["Prize"], [["$1,100 and more"], ["Smith/Jones"], ["3 v 5"], ["none"]]))
    assert constants("no less than $1,100,000?", ConstantKind.TEXT, index) == []
    assert constants("is it smith.wesson?", ConstantKind.TEXT, index) == [("smith",)]


@pytest.mark.parametrize(
    ("question", "text"),
    [("the 100m?", "100m"), ("the 100 m?", "100m"), ("the 5km walk", "5kmwalk"), ("5 km walk", "5kmwalk")],
)
def test_numbers_with_units_match_with_and_without_a_space(question: str, text: str) -> None:
    index = TableIndex(build_table(["Event"], [["100m"], ["100 m"], ["5km walk"], ["Long jump"], ["x"], ["y"]]))
    assert str(constants(question, ConstantKind.TEXT, index)[0][0]).replace(" ", "") == text


@pytest.mark.parametrize(
    ("question", "texts"),
    [
        ("Spain or France?", ("Spain", "France")),
        ("both Spain and the United States", ("Spain", "United States")),
        ("spain, france and new zealand", ("Spain", "France", "New-Zealand")),
        ("is it spain or is it france?", ("Spain", "France")),
    ],
)
def test_texts_of_one_column_joined(question: str, texts: tuple[str, ...]) -> None:
    assert constants(question, ConstantKind.TEXTS) == [texts]


def test_texts_of_different_columns_and_unjoined_texts_are_not_a_list() -> None:
    assert constants("Spain or the Olympic Games", ConstantKind.TEXTS) == []
    assert constants("Spain beat France", ConstantKind.TEXTS) == []


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("more than 10 medals", 10.0),
        ("more than ten medals", 10.0),
        ("twenty-five medals", 25.0),
        ("two hundred and five", 205.0),
        ("1,234 people", 1234.0),
        ("$5m", 5e6),
        ("5 million people", 5e6),
        ("12%", 12.0),
        ("-3 degrees", -3.0),
        ("in 1:23.45", 83.45),
        ("twice", 2.0),
        ("half a dozen", 6.0),
        ("the 3rd place", 3.0),
        ("in third place", 3.0),
        ("the twenty-first", 21.0),
    ],
)
def test_number(question: str, number: float) -> None:
    assert (number,) in constants(question, ConstantKind.NUMBER)


@pytest.mark.parametrize(("question", "rank"), [("the second best", 2), ("the 3rd", 3), ("the twenty first", 21)])
def test_ordinal(question: str, rank: int) -> None:
    assert constants(question, ConstantKind.ORDINAL) == [(rank,)]


def test_numbers_of_the_table_come_before_others() -> None:
    assert constants("is 4 or 10 right?", ConstantKind.NUMBER) == [(10.0,), (4.0,)]


def _date(written: str) -> PartialDate:
    return PartialDate.parse_iso(written)


@pytest.mark.parametrize(
    ("question", "dates"),
    [
        ("on May 21, 2004", {"2004-05-21"}),
        ("on 21 May 2004", {"2004-05-21"}),
        ("the 21st of may", {"XXXX-05-21", "2004-05-21"}),
        ("in june of 2004", {"2004-06"}),
        ("after september 8", {"XXXX-09-08", "2004-09-08", "2005-09-08"}),
        ("on 2004-05-21", {"2004-05-21"}),
        ("on 5/6/2004", {"2004-06-05", "2004-05-06"}),
        ("on 5/21/2004", {"2004-05-21"}),
        ("in 1999", {"1999"}),
        ("who may win?", set()),
        ("in may", {"XXXX-05", "2004-05"}),
    ],
)
def test_date(question: str, dates: set[str]) -> None:
    assert {values[0] for values in constants(question, ConstantKind.DATE)} == {_date(written) for written in dates}


def test_dates_are_offered_only_where_the_table_has_dates() -> None:
    index = TableIndex(build_table(["Points"], [["5"], ["7"]]))
    assert constants("on May 21, 2004 or from 1990 to 1995", ConstantKind.DATE, index) == []
    assert constants("from 1990 to 1995", ConstantKind.DATE_RANGE, index) == []
    assert constants("from 1990 to 1995", ConstantKind.NUMBER_RANGE, index) == [(1990.0, 1995.0)]


@pytest.mark.parametrize(
    ("question", "low", "high"),
    [
        ("between 1990 and 1995", 1990, 1995),
        ("between the years 1990 and 1995", 1990, 1995),
        ("from 1990 to 1995", 1990, 1995),
        ("1990-1995", 1990, 1995),
        ("1990\u20131995", 1990, 1995),
        ("the 1990s", 1990, 1999),
        ("the 90s", 1990, 1999),
        ("the nineties", 1990, 1999),
        ("1999-00", 1999, 2000),
        ("1990/91", 1990, 1991),
    ],
)
def test_range_of_years(question: str, low: int, high: int) -> None:
    assert constants(question, ConstantKind.NUMBER_RANGE) == [(float(low), float(high))]
    assert constants(question, ConstantKind.DATE_RANGE) == [(PartialDate(low), PartialDate(high))]


@pytest.mark.parametrize("question", ["2-1", "2005-02-24", "10 and 20", "5 or 6", "2005-1"])
def test_not_a_range(question: str) -> None:
    assert constants(question, ConstantKind.NUMBER_RANGE) == []


def test_range_of_days_takes_the_year_of_its_end_or_of_the_table() -> None:
    assert (_date("2005-06-03"), _date("2005-08-02")) in constants("june 3 to august 2, 2005", ConstantKind.DATE_RANGE)
    found = constants("between may 21 and june 2", ConstantKind.DATE_RANGE)
    assert (_date("2004-05-21"), _date("2004-06-02")) in found


def columns(question: str) -> dict[str, MatchSource]:
    return {match.column: match.source for match in reversed(link(question, INDEX).column_matches)}


@pytest.mark.parametrize(
    ("question", "column", "how"),
    [
        ("how many gold medals?", "Gold medals", MatchSource.EXACT),
        ("which opponents lost?", "Opponent", MatchSource.LEMMA),
        ("who competed there?", "Competition", MatchSource.PARTIAL),
        ("which nation won?", "Country", MatchSource.ALIAS),
        ("when was the game?", "Date", MatchSource.ALIAS),
        ("which oponent won?", "Opponent", MatchSource.FUZZY),
    ],
)
def test_column_match(question: str, column: str, how: MatchSource) -> None:
    assert columns(question)[column] == how


def test_fuller_matches_of_a_header_come_first() -> None:
    index = TableIndex(build_table(["Gold", "Gold medals", "Medals"], [["1", "2", "3"]]))
    assert link("how many gold medals?", index).column_matches[0].column == "Gold medals"


QUESTIONS = (
    "which spanish or french players beat the miami dolphins in may 2004?",
    "how many world championship golds did zoe smith win between 1990 and 2001?",
    "who lost to the jets, the bills and buffalo after june?",
)


def _folded(linking: Linking) -> list[Mention]:
    """The mentions; alternatives, which are written as the question has them, in small letters."""
    return [
        replace(one, constant=replace(one.constant, values=tuple(str(word).lower() for word in one.constant.values)))
        if one.constant.kind is ConstantKind.CHOICE
        else one
        for one in linking.mentions
    ]


@pytest.mark.parametrize("question", QUESTIONS)
def test_letter_case_does_not_matter(question: str) -> None:
    lower, upper = link(question, INDEX), link(question.upper(), INDEX)
    assert _folded(lower) == _folded(upper) != []
    assert (lower.column_matches, lower.cues) == (upper.column_matches, upper.cues)


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_columns_and_rows_does_not_matter(question: str, seed: int) -> None:
    order, rows = list(range(len(HEADERS))), list(ROWS)
    random.Random(seed).shuffle(order)
    random.Random(seed).shuffle(rows)
    other = TableIndex(table([HEADERS[place] for place in order], [[row[place] for place in order] for row in rows]))
    expected = link(question, INDEX)
    assert link(question, other).mentions == expected.mentions
    assert link(question, other).column_matches == expected.column_matches


_SAID = "spain|spanish|miami dolphins|may|21|2004|or|zoé|smith's|first|-|between|and|1990|O'Brien|İstanbul|東京"
_WORDS = st.from_regex(r"[a-z]{1,3}|[0-9]{1,4}[a-z%]?|[\W]", fullmatch=True) | st.sampled_from(_SAID.split("|"))


@settings(max_examples=150, deadline=None)
@given(st.lists(_WORDS, max_size=14).map(" ".join))
def test_any_question_links_and_texts_hold_in_the_table(question: str) -> None:
    linking = link(question, INDEX)
    cells = [cell for column in INDEX.table.columns for cell in column.cells]
    for token in linking.tokens:
        assert question[token.start : token.end] == token.text
    for mention in linking.mentions:
        assert 0 <= mention.start < mention.end <= len(linking.tokens)
        assert 0 < mention.score <= 1
        if mention.constant.kind in (ConstantKind.TEXT, ConstantKind.TEXTS):
            for text in mention.constant.values:
                assert any(
                    text_words(str(text)) in text_words(cell) or text_key(str(text)) == text_key(cell) for cell in cells
                )
    assert len({mention.constant for mention in linking.mentions}) == len(linking.mentions) <= 24
    assert list(linking.mentions) == sorted(linking.mentions, key=lambda mention: -mention.score)


@pytest.mark.parametrize("question", ["", "   ", "?!", "\n\t", "\x00", "東京はどこですか"])
def test_questions_about_nothing_link_to_nothing(question: str) -> None:
    linking = link(question, INDEX)
    assert (linking.mentions, linking.column_matches, linking.cues) == ((), (), ())


def test_a_question_of_ten_thousand_words_is_cut_and_says_so() -> None:
    started = time.perf_counter()
    linking = link("which player beat the miami dolphins " * 2000, INDEX)
    assert time.perf_counter() - started < 2
    assert linking.truncated
    assert len(linking.tokens) <= 400
    assert not link("which player?", INDEX).truncated


def test_tables_without_rows_or_words() -> None:
    for rows in ([], [["", ""]], [["-", "?"]]):
        assert link("which player won 3 games in 1990?", TableIndex(build_table(["A b", ""], rows))).tokens


def test_many_distinct_cells_are_indexed_in_seconds_and_linked_at_once() -> None:
    rows = [[f"Player {number}", f"Team {number % 50}", str(number)] for number in range(20_000)]
    big = build_table(["Name", "Team", "Points"], rows)
    started = time.perf_counter()
    index = TableIndex(big)
    link("warm up the word lists with a mispeling", index)
    assert time.perf_counter() - started < 10
    started = time.perf_counter()
    found = constants("how many points did player 199 of team 7 have?", ConstantKind.TEXT, index)
    assert time.perf_counter() - started < 0.5
    assert {("Player 199",), ("Team 7",)} <= set(found)


def test_tokens_of_awkward_writing() -> None:
    tokens, _ = tokenize("1990\u20131995 didn\u2019t 2-1 $5m 1,234.5 1:23.45 a-league no.3 ID")
    keys = " ".join(token.key for token in tokens)
    assert keys == "1990 - 1995 did n't 2 - 1 $ 5 m 1,234.5 1:23.45 a - league no . 3 id"


@pytest.mark.parametrize(
    ("word", "form"),
    [("countries", "country"), ("won", "win"), ("first", "first"), ("best", "best"), ("xyzzy", "xyzzy")],
)
def test_lemma(word: str, form: str) -> None:
    [token] = tokenize(word)[0]
    assert token.lemma == form


def test_no_and_not_offer_zero_where_the_table_has_it() -> None:
    medals = TableIndex(build_table(["Nation", "Gold", "Silver"], [["Cuba", "4", "0"], ["Peru", "0", "2"]]))
    assert (0.0,) in constants("which nation won no gold?", ConstantKind.NUMBER, medals)
    assert (0.0,) in constants("which nation won gold but did not win silver?", ConstantKind.NUMBER, medals)
    assert constants("is cuba no. 1?", ConstantKind.NUMBER, medals) == constants(
        "is cuba 1?", ConstantKind.NUMBER, medals
    )
    goals = TableIndex(build_table(["Team", "Goals"], [["Reds", "4"], ["Blues", "2"]]))
    assert constants("which team had no goals?", ConstantKind.NUMBER, goals) == []


def test_a_month_alone_is_not_the_month_of_one_of_several_years() -> None:
    births = TableIndex(build_table(["Name", "Born"], [["Ann", "2 May 1683"], ["Bea", "9 May 1686"]]))
    dates = constants("who was born in may?", ConstantKind.DATE, births)
    assert dates == [(PartialDate(month=5),)]


def test_number_words_name_headers_in_digits() -> None:
    payouts = TableIndex(build_table(["Hand", "1 credit", "4 credits"], [["Flush", "5", "20"]]))
    first = link("what does a flush pay on four credits?", payouts).column_matches[0]
    assert (first.column, first.source, first.score) == ("4 credits", MatchSource.EXACT, 1.0)
