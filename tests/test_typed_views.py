"""Typed views in SQL: every cell has the value that the Python parser gives it, and most need no mapping."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Sequence

import duckdb
import pyarrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from neural_programmer.data.sample_tables import sample_tables
from neural_programmer.data.wikitablequestions import WikiTableQuestions
from neural_programmer.execution.sql_schema import Reading, StoredValue
from neural_programmer.execution.typed_views import (
    Stored,
    cleaned_text,
    mapping_rows,
    needs_mapping,
    stored_value,
    typed_expression,
)
from neural_programmer.execution.typed_views_agreement import Agreement
from neural_programmer.execution.typed_views_texts import simple_characters
from neural_programmer.tables.build import build_table
from neural_programmer.tables.column_readings import ColumnReadings, column_readings
from neural_programmer.tables.date_columns import DateConventions
from neural_programmer.tables.lists import ListConventions
from neural_programmer.tables.number_columns import NumberConventions
from neural_programmer.tables.numbers import clean_cell, read_number
from neural_programmer.tables.overrides import with_overrides
from neural_programmer.tables.table import Table
from neural_programmer.tables.values import ValueType, text_key
from neural_programmer.tables.views import ViewKind
from tests.generators import random_table
from tests.parsing_cases import cases

_RAW, _CELL = exp.column("written"), exp.column("cell")
_EVERY_VIEW = frozenset(ViewKind)

# Conventions that between them use every branch of the expressions.
READINGS = {
    "numbers": ColumnReadings(_EVERY_VIEW, numbers=NumberConventions(frozenset()), lists=ListConventions(0)),
    "numbers as they come": ColumnReadings(
        _EVERY_VIEW, DateConventions(), NumberConventions(), ListConventions(1), ranges=True
    ),
    "prefixed": ColumnReadings(
        _EVERY_VIEW,
        DateConventions(True, False, True),
        NumberConventions(frozenset(("week", "w", "no", "v")), negative_parentheses=True),
        ListConventions(2),
    ),
    "dates": ColumnReadings(
        _EVERY_VIEW,
        DateConventions(False, True, True),
        NumberConventions(frozenset(("week",))),
        ListConventions(3, frozenset(("ann", "bea"))),
        dates_are_no_numbers=True,
    ),
    "days": ColumnReadings(
        _EVERY_VIEW,
        DateConventions(True, False, False),
        NumberConventions(frozenset(), heights=True),
        ListConventions(4),
        dates_are_no_numbers=True,
    ),
    "race": ColumnReadings(
        _EVERY_VIEW, numbers=NumberConventions(frozenset(), winner=read_number("1:02:03.5")), lists=ListConventions(3)
    ),
}


def stored_columns(readings: ColumnReadings) -> list[Stored]:
    """The stored columns of a column's views, but the dates where it has none."""
    dated = (ViewKind.DATE, ViewKind.YEAR)
    views = [view for view in ViewKind if readings.dates is not None or view not in dated]
    return [
        (view, reading)
        for view in views
        for reading in (Reading if view.value_type is ValueType.TEXT else (Reading.RAW,))
    ]


class Column:
    """A column in DuckDB, its texts given later; its query is written once."""

    def __init__(self, readings: ColumnReadings) -> None:
        self.readings = readings
        self.stored = stored_columns(readings)
        outputs: list[exp.Expr] = []
        for view, reading in self.stored:
            value = typed_expression(readings, view, reading, _RAW, cell=_CELL)
            outputs += [value, needs_mapping(readings, [(view, reading)], _RAW, cell=_CELL)]
        source = exp.select(_RAW, cleaned_text(_RAW).as_("cell")).from_("texts").subquery("source")
        named = [output.as_(f"output_{number}") for number, output in enumerate(outputs)]
        self._query = exp.select(*named).from_(source).sql(dialect="duckdb")
        self._connection = duckdb.connect(":memory:", config={"threads": 1})
        self._connection.execute("CREATE TABLE texts (written VARCHAR)")

    def disagreements(self, texts: Sequence[str]) -> list[tuple[str, str, str, StoredValue, StoredValue]]:
        """Where SQL, that leaves a text open nowhere it gives a value, says something else than Python."""
        self._connection.execute("DELETE FROM texts")
        loaded = pyarrow.table({"written": pyarrow.array(texts, pyarrow.string())})
        self._connection.register("loaded", loaded)
        self._connection.execute("INSERT INTO texts SELECT written FROM loaded")
        found = []
        for text, row in zip(texts, self._connection.execute(self._query).fetchall(), strict=True):
            for number, (view, reading) in enumerate(self.stored):
                value, is_open = row[2 * number : 2 * number + 2]
                expected = stored_value(self.readings, view, reading, text)
                if is_open:
                    assert value is None
                elif type(value) is not type(expected) or value != expected:
                    found.append((text, str(view), str(reading), value, expected))
        return found


@pytest.fixture(scope="module")
def columns() -> dict[str, Column]:
    return {name: Column(readings) for name, readings in READINGS.items()}


# Pieces that cells are made of; put together at random they are nearly right more often than free text is.
PIECES = (
    *("0", "1", "3", "5", "12", "29", "31", "75", "100", "1,234", "1 234", "1.5", ".5", "12,5", "1.234,5", "2.345.678"),
    *("1987", "1999", "2004", "2100", "2101", "88", "05", "00", "1e5", "٣", "½", "²", "007", "12345"),
    *(" ", " ", " ", "  ", "\n", "\t", "\xa0", "\u2003", "\x1c", "\u200b", "\x0b"),
    *("-", "–", "—", "−", "/", " / ", ":", ".", ",", ", ", "; ", ";", " - ", " – ", "'", "’", '"', "″", "′", "`", "~"),
    *("(", ")", "[", "]", "[1]", "[note 2]", "(3)", "(a.e.t.)", "(4-1)", "*", "†", "^", "?", "!", "|", "•", "&", "#"),
    *("$", "€", "US$", "Rs. ", "kr ", "%", "°", "kg", " km", "km²", " million", " bn", "m", "k", "st", "th", "nd", "s"),
    *("c. ", "ca. ", "circa ", "about ", "b. ", "born ", "over ", "+", "±", "<", "no. ", "No. 5", "number "),
    *("May", "March ", "Feb", "february ", "Sept.", "June", "December ", "jan", "Monday, ", "Sat ", " of ", "present"),
    *("Week ", "W ", "v. ", "at ", "vs. ", "@", "to", " to ", "x", " and ", "and ", "until ", "bc", " BCE", "am", "pm"),
    *(
        "Ann",
        "Bea",
        "Zoë",
        "İ",
        "ß",
        "Ωmega",
        "K",
        "ſ",
        "ﬁ",
        "日本",
        "second",
        "Ten",
        "one",
        "hundred",
        "an",
        "12:30",
        "=210",
    ),
    *(
        "5 May 1990",
        "May 5, 1990",
        "1990-05-21",
        "05/06/2004",
        "2004-05-06 12:30",
        "2-1",
        "10-5-2",
        "3:05.27",
        "Dec-08",
    ),
)
_CELLS = st.one_of(st.lists(st.sampled_from(PIECES), max_size=7).map("".join), st.text(max_size=12))


_TEXTS = st.lists(_CELLS.filter(lambda text: "\x00" not in text), min_size=1, max_size=200)


@pytest.mark.parametrize("name", READINGS)
@settings(max_examples=4, deadline=None)
@given(_TEXTS)
def test_any_text_is_read_as_python_reads_it(columns: dict[str, Column], name: str, texts: list[str]) -> None:
    assert columns[name].disagreements(texts) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", READINGS)
@settings(max_examples=20, deadline=None)
@given(_TEXTS)
def test_many_texts_are_read_as_python_reads_them(columns: dict[str, Column], name: str, texts: list[str]) -> None:
    assert columns[name].disagreements(texts) == []


@pytest.mark.parametrize("name", READINGS)
def test_the_cells_of_the_parsing_tests_are_read_as_python_reads_them(columns: dict[str, Column], name: str) -> None:
    texts = [cell for fixture in ("numbers", "dates") for cell, _ in cases(fixture)]
    assert len(texts) > 100
    assert columns[name].disagreements(texts) == []


@pytest.mark.parametrize("name", ["dates", "race"])
def test_what_surrounds_the_last_items_of_a_list_is_read_as_python_reads_it(
    columns: dict[str, Column], name: str
) -> None:
    texts = (
        *("Ann, Bea and Cy", "Ann, Bea  and  Cy", "Ann, Bea and ,5", "Ann, Bea and ; Cy", "Ann, Bea; and Cy"),
        *("Ann, ; and Bea", "Ann, ;  and Bea", "Ann, Bea & Cy,", "Ann, Bea & Cy, ", "Ann, Bea & Cy;", "Ann, Bea, and "),
        *("Ann, Bea and Cy, & ", "Ann, Bea and Cy,  and ", ", Ann and Bea", "Ann,Bea & Cy", "Ann, and and and Bea"),
    )
    assert columns[name].disagreements(texts) == []


def agreement(tables: Sequence[Table]) -> dict[ViewKind, float]:
    """The share of each view's cells that no mapping is needed for; no cell may disagree."""
    compared = Agreement()
    for table in tables:
        compared.add(table)
    cells: Counter[ViewKind] = Counter()
    by_expression: Counter[ViewKind] = Counter()
    for result in compared.compare():
        assert result.disagreements == ()
        cells[result.view] += result.cells
        by_expression[result.view] += result.by_expression
    return {view: by_expression[view] / count for view, count in cells.items()}


def test_sample_tables_agree_and_need_little_mapping() -> None:
    shares = agreement([sample.load() for sample in sample_tables()])
    assert {ViewKind.TEXT, ViewKind.NUMBER, ViewKind.DATE} <= set(shares)
    assert min(shares.values()) > 0.8


def test_generated_tables_agree() -> None:
    assert agreement([random_table(random.Random(seed)) for seed in range(60)])


def test_a_column_that_a_person_typed_agrees() -> None:
    table = build_table(
        ["What", "When"], [["12 kg", "5/6/2004"], ["Ann", "x"], ["Bea", "y"], ["Cy", "z"], ["D", "w"]] * 2
    )
    assert agreement([with_overrides(table, {"What": "number", "When": "date"})])[ViewKind.NUMBER] == 1


def test_texts_left_open_are_mapped() -> None:
    texts = ["5 kg", "½ kg", "6'2\"", None, "½ kg", "Ann"]
    readings = READINGS["numbers"]
    wanted: list[Stored] = [(ViewKind.NUMBER, Reading.RAW), (ViewKind.TEXT, Reading.KEY)]
    with duckdb.connect() as connection:
        connection.register("texts", pyarrow.table({"written": pyarrow.array(texts, pyarrow.string())}))
        is_open = needs_mapping(readings, wanted, _RAW)
        query = exp.select(_RAW).distinct().from_("texts").where(is_open)
        left_open = sorted(text for (text,) in connection.execute(query.sql(dialect="duckdb")).fetchall())
        assert left_open == ["6'2\"", "½ kg"]
        connection.execute("CREATE TABLE mapped (written VARCHAR, number DOUBLE, key VARCHAR)")
        connection.executemany("INSERT INTO mapped VALUES (?, ?, ?)", list(mapping_rows(readings, wanted, left_open)))
        outputs = [
            typed_expression(readings, *stored, exp.column("written", "texts"), mapped=exp.column(name, "mapped"))
            for stored, name in zip(wanted, ("number", "key"), strict=True)
        ]
        joined = exp.select(*outputs).from_("texts").join("mapped", using="written", join_type="left")
        found = connection.execute(joined.sql(dialect="duckdb")).fetchall()
    assert found == [(5, "5 kg"), (0.5, "1⁄2 kg"), (74, "6'2\""), (None, None), (0.5, "1⁄2 kg"), (None, "ann")]


def test_other_dialects_map_every_text() -> None:
    mapped = exp.column("number", "mapped")
    written = typed_expression(READINGS["numbers"], ViewKind.NUMBER, Reading.RAW, _RAW, "sqlite", mapped)
    assert written == mapped
    is_open = needs_mapping(READINGS["numbers"], [(ViewKind.NUMBER, Reading.RAW)], _RAW, "sqlite")
    assert "REGEXP" not in is_open.sql(dialect="sqlite")


def test_a_view_that_the_column_has_not_is_named() -> None:
    readings = column_readings(build_table(["Name"], [["Ann"], ["Bea"]]).columns[0])
    with pytest.raises(KeyError, match="no view number; it has length, text"):
        typed_expression(readings, ViewKind.NUMBER, Reading.RAW, _RAW)


@settings(max_examples=10, deadline=None)
@given(st.lists(_CELLS.filter(lambda text: not set("\x00½¼¾⅓⅔⅛⅜⅝⅞") & set(text)), min_size=1, max_size=200))
def test_cells_are_cleaned_as_python_cleans_them(texts: list[str]) -> None:
    assert _cleaned_by_sql(texts) == [clean_cell(text) for text in texts]


def test_every_short_text_of_signs_is_cleaned_as_python_cleans_it() -> None:
    texts = ["".join(signs) for length in range(1, 5) for signs in itertools.product('a1 !?*[]^"', repeat=length)]
    assert len(texts) == 11_110
    assert _cleaned_by_sql(texts) == [clean_cell(text) for text in texts]


def _cleaned_by_sql(texts: list[str]) -> list[str]:
    with duckdb.connect() as connection:
        connection.register("texts", pyarrow.table({"written": pyarrow.array(texts, pyarrow.string())}))
        query = exp.select(cleaned_text(_RAW)).from_("texts").sql(dialect="duckdb")
        return [cell for (cell,) in connection.execute(query).fetchall()]


def test_every_simple_character_has_its_key() -> None:
    everything = [chr(code) for code in range(1, 0x10000) if not 0xD800 <= code < 0xE000]
    with duckdb.connect() as connection:
        connection.register("texts", pyarrow.table({"written": pyarrow.array(everything, pyarrow.string())}))
        query = f"SELECT written FROM texts WHERE regexp_full_match(written, '[{simple_characters()}]')"
        simple = [character for (character,) in connection.execute(query).fetchall()]
    assert len(simple) > 20_000
    key = typed_expression(READINGS["numbers"], ViewKind.TEXT, Reading.KEY, _RAW)
    words = typed_expression(READINGS["numbers"], ViewKind.TEXT, Reading.WORDS, _RAW)
    texts = [f"a{character}B" for character in simple]
    with duckdb.connect() as connection:
        connection.register("texts", pyarrow.table({"written": pyarrow.array(texts, pyarrow.string())}))
        rows = connection.execute(exp.select(key, words).from_("texts").sql(dialect="duckdb")).fetchall()
    stored = [stored_value(READINGS["numbers"], ViewKind.TEXT, Reading.WORDS, text) for text in texts]
    assert rows == list(zip(map(text_key, texts), stored, strict=True))


@pytest.mark.slow
def test_every_cell_of_every_table_of_the_data_set_agrees(wikitablequestions: WikiTableQuestions) -> None:
    root = wikitablequestions.root
    contexts = [str(path.relative_to(root)) for path in sorted(root.glob("csv/*/*.csv"))]
    assert len(contexts) == 1679
    shares = agreement([wikitablequestions.read_table(context) for context in contexts])
    assert set(shares) == set(ViewKind)
    assert min(shares.values()) > 0.8
