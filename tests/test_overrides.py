"""What a person says of columns: types that replace what the cells seem to be, and synonyms that questions may use."""

from __future__ import annotations

import pytest

from neural_programmer.tables.errors import TableError
from neural_programmer.tables.loaders import load_table
from neural_programmer.tables.matching.index import TableIndex
from neural_programmer.tables.matching.link import link
from neural_programmer.tables.matching.linking import MatchSource
from neural_programmer.tables.overrides import with_overrides
from neural_programmer.tables.values import MISSING, Number, PartialDate
from neural_programmer.tables.views import ViewKind

RECORDS = [
    {"Code": "007", "Note": "12 pieces left of the old ones", "When": "1999", "Running time": "90 min"},
    {"Code": "012", "Note": "none", "When": "2001", "Running time": "120 min"},
    {"Code": "100", "Note": "some", "When": "2004", "Running time": "n/a"},
]


def test_text_takes_the_other_readings_away() -> None:
    table = load_table(RECORDS)
    assert ViewKind.NUMBER in table.column("Code").views
    changed = load_table(RECORDS, column_types={"Code": "text"})
    assert set(changed.column("Code").views) <= {ViewKind.TEXT, ViewKind.LENGTH}
    assert changed.column("Code").cells == table.column("Code").cells
    assert changed.column("When").views.keys() == table.column("When").views.keys()


def test_numbers_are_read_where_any_cell_has_one() -> None:
    table = load_table([{"Note": "7"}, *[{"Note": f"word {letter}"} for letter in "abcdefgh"]])
    assert ViewKind.NUMBER not in table.column("Note").views
    view = with_overrides(table, {"Note": "number"}).column("Note").views[ViewKind.NUMBER]
    assert list(view.mask) == [True] + [False] * 8
    assert list(view.values)[:2] == [Number(7), MISSING]


def test_dates_replace_numbers() -> None:
    table = load_table([{"When": text} for text in ("1999", "5", "May 2004")], column_types={"When": "date"})
    views = table.column("When").views
    assert ViewKind.NUMBER not in views
    assert list(views[ViewKind.DATE].values) == [PartialDate(1999), MISSING, PartialDate(2004, 5)]


def test_another_reading_is_another_table_and_none_is_the_same() -> None:
    table = load_table(RECORDS)
    assert with_overrides(table, {"Code": "auto"}, {"Code": [" "]}) is table
    typed, called = with_overrides(table, {"Code": "text"}), with_overrides(table, None, {"Code": ["number"]})
    assert len({table.fingerprint, typed.fingerprint, called.fingerprint}) == 3
    assert with_overrides(table, {"Code": "text"}).fingerprint == typed.fingerprint


def test_a_synonym_names_its_column_as_the_header_does() -> None:
    question = "what is the longest playing duration?"
    assert not any(
        match.column == "Running time" for match in link(question, TableIndex(load_table(RECORDS))).column_matches
    )
    table = load_table(RECORDS, synonyms={"Running time": ("playing  duration", "")})
    assert table.column("Running time").synonyms == ("playing duration",)
    best = link(question, TableIndex(table)).column_matches[0]
    assert (best.column, best.source, best.score) == ("Running time", MatchSource.EXACT, 1.0)
    plain = link("what is the longest running time?", TableIndex(table)).column_matches[0]
    assert (plain.column, plain.source) == ("Running time", MatchSource.EXACT)


@pytest.mark.parametrize(
    ("types", "synonyms", "message"),
    [
        ({"Cod": "text"}, None, "no column 'Cod'"),
        (None, {"Cod": ["x"]}, "no column 'Cod'"),
        ({"Code": "txt"}, None, "no type 'txt'; expected one of auto, text, number, date"),
    ],
    ids=["column", "synonym", "type"],
)
def test_what_does_not_exist_is_named(
    types: dict[str, str] | None, synonyms: dict[str, list[str]] | None, message: str
) -> None:
    with pytest.raises(TableError, match=message):
        load_table(RECORDS, column_types=types, synonyms=synonyms)
