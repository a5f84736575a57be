"""Large tables give the answers that the same rows give in memory, wherever they live."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow
import pytest

from neural_programmer.api import NeuralProgrammer
from neural_programmer.execution.engine import EngineError
from neural_programmer.execution.engines import PostgresEngine, same_answer
from neural_programmer.execution.exact import Answer, answer
from neural_programmer.execution.grounding import Grounding
from neural_programmer.given import run_program
from neural_programmer.language.candidates import Candidates
from neural_programmer.language.text_form import read_program, write_program
from neural_programmer.large import building
from neural_programmer.large.asking import EVIDENCE_CELLS, LargeResponse
from neural_programmer.large.opening import open_table
from neural_programmer.large.profile import Indexed
from neural_programmer.large.table import MOST_VALUES, LargeTable
from neural_programmer.operations.registry import OPERATION_NAMES
from neural_programmer.prepared import PreparedTable
from neural_programmer.tables.errors import TableError
from neural_programmer.tables.loaders.load import load_table
from neural_programmer.tables.matching.link import link
from neural_programmer.tables.matching.linking import Linking
from neural_programmer.tables.table import Table
from tests.examples import example_table
from tests.generators import random_candidates, random_program
from tests.large_cases import as_csv, as_duckdb, as_parquet, as_sqlite, rows_table
from tests.scripted import ScriptedHypothesis, ScriptedPredictor, scripted

ROWS = 700
PROGRAMS_EACH = 3
COUNT = "#0 = all_rows(); #1 = count(#0)"
LAST_ORDER = '#0 = all_rows(); #1 = last(#0); #2 = select(#1, "Order":text)'
PLACES: dict[str, Callable[[pyarrow.Table, Path], Any]] = {
    "parquet": as_parquet,
    "csv": as_csv,
    "duckdb": as_duckdb,
    "sqlite": as_sqlite,
    "arrow": lambda table, folder: table,
}


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEURAL_PROGRAMMER_CACHE", str(tmp_path_factory.getbasetemp() / "indexes"))


class Pretending(ScriptedPredictor):
    """Says of every program that it has an answer on the few rows."""

    def predict(self, prepared: PreparedTable, linking: Linking, beam: int) -> list[ScriptedHypothesis]:
        found = super().predict(prepared, linking, beam)
        return [
            replace(one, answer=Answer((f"pretended {number}",), (), True)) if not one.answer.defined else one
            for number, one in enumerate(found)
        ]


class Case:
    """The same rows in memory and where they live."""

    def __init__(self, source: Any) -> None:
        self.table: Table = load_table(source)
        opened = open_table(source, large_rows=0)
        assert isinstance(opened, LargeTable)
        self.large = opened
        self.grounding = Grounding(self.table)


@pytest.fixture(scope="module", params=list(PLACES))
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    folder = tmp_path_factory.mktemp(request.param)
    patch = pytest.MonkeyPatch()
    patch.setenv("NEURAL_PROGRAMMER_CACHE", str(folder / "indexes"))
    found = Case(PLACES[request.param](rows_table(ROWS), folder))
    yield found
    found.large.close()
    patch.undo()


def test_the_views_are_those_of_the_whole_table(case: Case) -> None:
    assert case.large.number_of_rows == case.table.number_of_rows == ROWS
    for column, profile in zip(case.table.columns, case.large.profile.columns, strict=True):
        assert column.name == profile.name
        assert set(profile.views) == set(column.views), column.name
        assert {kind: view.unit for kind, view in profile.views.items()} == {
            kind: view.unit for kind, view in column.views.items()
        }


def test_programs_give_the_answers_of_the_same_rows_in_memory(case: Case) -> None:
    views = case.large.table.view_references
    tried = answered = 0
    for name in OPERATION_NAMES:
        draw = random.Random(f"large {name}")
        for _ in range(PROGRAMS_EACH):
            constants = random_candidates(draw, case.large.table).constants
            program = random_program(draw, case.large.table, Candidates(views, constants), operation=name)
            if program is None:
                continue
            expected = answer(program, case.grounding)
            found = case.large.run(program)
            rows = [value if isinstance(value, tuple) else (value,) for value in found.answer.values]
            kept = expected.values[:MOST_VALUES]
            assert same_answer(type(expected)(kept, (), expected.defined), rows), (
                f"{write_program(program)}\n{case.large.sql(program)}\nexpected {kept[:20]}, found {rows[:20]}"
            )
            if found.answer.cells and expected.cells:
                assert found.answer.cells == expected.cells[:MOST_VALUES]
            tried += 1
            answered += expected.defined
    assert tried >= 100
    assert answered >= 50


def test_a_question_is_answered_over_all_rows_and_the_same_each_time(case: Case) -> None:
    counted = scripted((COUNT, 0.7), (LAST_ORDER, 0.2)).ask(case.large, "how many orders?")
    assert isinstance(counted, LargeResponse)
    assert counted.answer == [float(ROWS)]
    assert len(counted.evidence_cells) == EVIDENCE_CELLS
    assert counted.sql_agrees
    assert counted.proxy is not None
    assert counted.proxy.table.number_of_rows < 400
    assert [reading.answer for reading in counted.all_readings] == [(float(ROWS),), (case.table.columns[1].cells[-1],)]
    last = scripted((LAST_ORDER, 0.7)).ask(case.large, "which order is last?")
    assert last.answer == [case.table.columns[1].cells[-1]]
    assert last.cells == [(ROWS - 1, "Order")]
    assert last.to_json()["rows"] == ROWS


def test_a_reading_without_an_answer_on_all_rows_falls_behind(tmp_path: Path) -> None:
    with opened(as_parquet(rows_table(40), tmp_path)) as large:
        nothing = '#0 = all_rows(); #1 = filter_greater(#0, "Quantity":number, 100); #2 = select(#1, "Id":number)'
        response = NeuralProgrammer(Pretending(((nothing, 0.8), (LAST_ORDER, 0.1)))).ask(large, "which order?")
        assert response.answer == [f"A-{(39 * 7919) % 100_003:06d}"]
        assert response.cells == [(39, "Order")]


def test_strange_questions_get_a_response(tmp_path: Path) -> None:
    with opened(as_parquet(rows_table(50), tmp_path)) as large:
        for question in ("", "?!", "orders \ud800", "order 'x'; DROP TABLE orders --", "order " * 500, "%_\x00 orders"):
            assert isinstance(scripted((COUNT, 0.7)).ask(large, question), LargeResponse)
        assert large.run(read_program(COUNT)).answer.values == (50.0,)


def test_values_are_found_through_the_index(tmp_path: Path) -> None:
    table = rows_table(3_000)
    with opened(as_parquet(table, tmp_path)) as large:
        for row in (17, 1500, 2999):
            order = table["Order"][row].as_py()
            proxy, numbers = large.prepared_for(f"what is the weight of order {order}?")
            assert row + 1 in numbers
            texts = [m.constant.values[0] for m in link(f"order {order}", proxy.index).mentions]
            assert order in texts
            assert len(numbers) < 400
        customer = "Zoë Hansen 7"
        held = [at + 1 for at, name in enumerate(table["Customer"].to_pylist()) if name == customer]
        _, numbers = large.prepared_for("how many orders has zoe hansen 7?")
        assert set(held) & set(numbers)
        _, numbers = large.prepared_for("orders of Bergn")  # misspelt
        assert {at + 1 for at, town in enumerate(table["Town"].to_pylist()) if town == "Bergen"} & set(numbers)


@pytest.mark.parametrize("place", PLACES)
def test_a_table_may_be_opened_by_several_at_the_same_time(place: str, tmp_path: Path) -> None:
    source = PLACES[place](rows_table(40), tmp_path)
    with opened(source) as first, opened(source) as second:
        assert not first.was_indexed
        assert second.was_indexed
        for large in (first, second):
            assert run_program(large, COUNT).answer == [40.0]
            assert large.prepared_for("orders of Bergen")[1]
    with opened(source) as third:
        assert third.was_indexed


def test_rows_are_found_by_numbers_of_which_there_are_too_many_to_keep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "MOST_NUMBERS", 60)
    monkeypatch.setattr(building, "SAMPLED_ROWS", 300)
    table = rows_table(1_200)
    with opened(as_parquet(table, tmp_path)) as large:
        kinds = {column.name: column.indexed for column in large.profile.columns}
        assert kinds["Id"] is Indexed.RANGE
        assert kinds["Price"] is Indexed.WHOLES
        prices = [(at + 1, price) for at, price in enumerate(table["Price"].to_pylist()) if price and price > 100]
        whole = next((at, price) for at, price in prices if price == int(price))
        other = next((at, price) for at, price in prices if price != int(price))
        for at, price in (whole, other):
            _, numbers = large.prepared_for(f"how many orders have a price of {price:g}?")
            assert at in numbers
        _, numbers = large.prepared_for("what is the town of the order with id 778?")
        assert 778 in numbers


def test_columns_of_many_texts_are_searched_by_their_rare_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "MOST_CELLS", 30)
    table = rows_table(1_200)
    with opened(as_parquet(table, tmp_path)) as large:
        kinds = {column.name: column.indexed for column in large.profile.columns}
        assert kinds["Order"] is kinds["Customer"] is Indexed.POSTINGS
        assert kinds["Town"] is Indexed.CELLS
        order = table["Order"][777].as_py()
        _, numbers = large.prepared_for(f"order {order}")
        assert 778 in numbers
        found = run_program(
            large,
            f'#0 = all_rows(); #1 = filter_equals(#0, "Order":text, "{order.lower()}"); #2 = select(#1, "Id":number)',
        )
        assert found.answer == [778.0]
        grounding = Grounding(load_table(table))
        draw = random.Random(3)
        for name in OPERATION_NAMES:
            candidates = Candidates(large.table.view_references, random_candidates(draw, large.table).constants)
            program = random_program(draw, large.table, candidates, operation=name)
            # Texts that are found by their words alone are compared without accents and marks only where looked up.
            if program is not None and not any(step.column and step.column.column == "Customer" for step in program):
                expected = answer(program, grounding)
                rows = [value if isinstance(value, tuple) else (value,) for value in large.run(program).answer.values]
                assert same_answer(expected, rows[:MOST_VALUES]) or len(expected.values) > MOST_VALUES, write_program(
                    program
                )


def test_the_index_is_made_anew_when_the_file_changes(tmp_path: Path) -> None:
    path = as_parquet(rows_table(60), tmp_path)
    with opened(path) as first:
        assert not first.was_indexed
    with opened(path) as again:
        assert again.was_indexed
        assert again.number_of_rows == 60
    as_parquet(rows_table(61), tmp_path)
    with opened(path) as changed:
        assert not changed.was_indexed
        assert changed.number_of_rows == 61


def test_a_damaged_index_is_made_anew(tmp_path: Path) -> None:
    path = as_parquet(rows_table(60, seed=4), tmp_path)
    with opened(path) as first:
        index = first.value_index.path
    index.write_bytes(b"damaged")
    with opened(path) as again:
        assert not again.was_indexed
        assert again.run(read_program(COUNT)).answer.values == (60.0,)


def test_a_cache_folder_that_cannot_be_made_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = as_parquet(rows_table(20), tmp_path)
    monkeypatch.setenv("NEURAL_PROGRAMMER_CACHE", f"{path}/inside")
    with pytest.raises(TableError, match="NEURAL_PROGRAMMER_CACHE"):
        open_table(path, large_rows=0)


def test_a_large_text_file_that_duckdb_cannot_read_is_read_into_memory(tmp_path: Path) -> None:
    path = tmp_path / "latin.csv"
    path.write_bytes(b"Name;Town\n" + "Zoë;Köln\n".encode("latin-1") * 3)
    assert load_table(path).number_of_rows == open_table(path, large_rows=0).table.number_of_rows == 3


def test_days_that_no_calendar_has_are_kept_as_text_or_named(tmp_path: Path) -> None:
    path = tmp_path / "romans.parquet"
    with duckdb.connect() as connection:
        rows = "(VALUES ('Caesar', DATE '0044-03-15 (BC)'), ('Trajan', DATE '0117-08-08')) AS romans(name, died)"
        connection.execute(f"COPY (SELECT * FROM {rows}) TO '{path}'")
    assert load_table(path).columns[1].cells[1] == "0117-08-08"
    with pytest.raises(TableError, match=r"'died' holds the date 0044-03-15 \(BC\); dates from the year 1 to 9999"):
        open_table(path, large_rows=0)


def test_few_rows_are_read_into_memory(tmp_path: Path) -> None:
    path = as_parquet(rows_table(60), tmp_path)
    programmer = scripted()
    assert not isinstance(programmer.prepare(path), LargeTable)
    assert not isinstance(programmer.prepare(path, large_rows=60), LargeTable)
    large = programmer.prepare(path, large_rows=59)
    assert isinstance(large, LargeTable)
    large.close()


def test_places_are_only_read(tmp_path: Path) -> None:
    table = rows_table(30)
    for make in (as_parquet, as_duckdb, as_sqlite):
        source = make(table, tmp_path)
        files = {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
        with opened(source) as large:
            for attack in (
                "CREATE TABLE np_new (a INTEGER)",
                "DROP TABLE orders",
                "DELETE FROM orders",
                f"COPY (SELECT 1) TO '{tmp_path}/stolen.csv'",
                "SELECT * FROM read_text('/etc/passwd')",
                f"ATTACH '{tmp_path}/other.db' AS other",
                "SET memory_limit = '10GB'",
                "PRAGMA writable_schema = 1",
            ):
                with pytest.raises(EngineError):
                    large.place.run(attack, 10)
        assert {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == files


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("postgresql://ann:geheim@127.0.0.1:1/shop#orders", "cannot be read"),
        ("nosuchdb://ann:geheim@host/shop#orders", "no database that SQLAlchemy knows"),
        ("mssql+nosuch://ann:geheim@host/shop#orders", "no database that SQLAlchemy knows"),
        ("https://ann:geheim@host/orders.parquet", "address on a network"),
        ("postgresql://ann:geheim@127.0.0.1:port/shop#orders", "cannot be"),
    ],
)
def test_addresses_that_cannot_be_opened_say_so_without_secrets(address: str, said: str) -> None:
    for opening in (open_table, load_table):
        with pytest.raises(TableError) as raised:
            opening(address)
        assert said in str(raised.value)
        assert "geheim" not in str(raised.value)
        assert raised.value.__cause__ is None


@pytest.mark.parametrize(
    ("module", "scheme"), [("sqlalchemy", "postgresql"), ("psycopg", "postgresql"), ("pg8000", "postgresql+pg8000")]
)
def test_what_is_not_installed_is_named(module: str, scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    address = f"{scheme}://ann:geheim@127.0.0.1:1/shop"
    for opening in (open_table, load_table):
        with pytest.raises(TableError, match=r"neural-programmer\[databases\]") as raised:
            opening(f"{address}#orders")
        assert "geheim" not in str(raised.value)
    if module == "psycopg":
        with pytest.raises(EngineError, match=r"neural-programmer\[databases\]"):
            PostgresEngine(example_table(), address)


def test_tables_that_are_not_there_are_named(tmp_path: Path) -> None:
    for make in (as_duckdb, as_sqlite):
        source = make(rows_table(20), tmp_path)
        with pytest.raises(TableError, match="orders"):
            open_table(source.replace("#orders", "#missing"), large_rows=0)


def test_a_file_that_is_no_table_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"PAR1" + b"x" * 100)
    with pytest.raises(TableError, match="Parquet"):
        open_table(broken, large_rows=0)


def opened(source: Any) -> LargeTable:
    found = open_table(source, large_rows=0)
    assert isinstance(found, LargeTable)
    return found
