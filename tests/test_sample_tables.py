"""The sample tables load whole, are described, and hold what their texts say."""

from __future__ import annotations

from importlib import resources

import pytest

from neural_programmer import load
from neural_programmer.data.sample_tables import SampleTable, sample_tables


def test_every_file_is_in_the_index() -> None:
    folder = resources.files("neural_programmer.data").joinpath("samples")
    files = {entry.name for entry in folder.iterdir() if entry.name.endswith(".csv")}
    assert {sample.file for sample in sample_tables()} == files
    assert len(files) == 5


@pytest.mark.parametrize("sample", sample_tables(), ids=lambda sample: sample.file)
def test_a_sample_is_rectangular_and_described(sample: SampleTable) -> None:
    table = sample.load()
    assert table.name == sample.title
    assert 12 <= table.number_of_rows <= 60
    assert all(column.header and any(column.cells) for column in table.columns)
    assert 4 <= len(sample.questions) <= 6
    assert sample.description.endswith(".")


def test_the_totals_of_the_budget_are_sums() -> None:
    table = next(sample for sample in sample_tables() if sample.file == "city_budget.csv").load()
    for name in ("Budget 2023", "Budget 2024"):
        *parts, total = (float(cell.strip("$m")) for cell in table.column(name).cells)
        assert sum(parts) == pytest.approx(total)


def test_the_suggested_questions_suit_the_model_that_comes_with_the_package() -> None:
    programmer = load()
    responses = [
        programmer.ask(prepared, question)
        for sample in sample_tables()
        for prepared in [programmer.prepare(sample.load())]
        for question in sample.questions
    ]
    assert all(response.sql_agrees for response in responses if not response.abstained)
    assert sum(response.abstained for response in responses) * 10 <= len(responses)
    sure = [response for response in responses if response.confidence >= 0.5]
    assert len(sure) * 10 >= len(responses) * 7, "suggest what the model is sure of"
