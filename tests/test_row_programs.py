"""The 2017 Neural Programmer: its row selector, its loss, hard against soft execution, and that it learns."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from neural_programmer import checkpoint, load
from neural_programmer.data.features import featurize
from neural_programmer.data.vocabulary import build_vocabulary
from neural_programmer.execution.row_selector import (
    COMPARISONS,
    NAMES,
    NUMBER_OF,
    OPERATIONS,
    RowAnswer,
    RowStep,
    RowTables,
    answer_of_rows,
    first_rows,
    select_rows,
)
from neural_programmer.execution.row_table import RowTable, row_table
from neural_programmer.language.kinds import Kind
from neural_programmer.model.config import COLUMN_CHOICES
from neural_programmer.model.row_programs import row_program
from neural_programmer.operations.registry import REGISTRY
from neural_programmer.tables.build import build_table
from neural_programmer.training.config import ConfigError, RowConfig, config_from, read_config
from neural_programmer.training.examples import JudgedQuestion, judge_by, without_programs
from neural_programmer.training.one_model import train_on
from neural_programmer.training.reporting import SilentReporter
from neural_programmer.training.row_examples import RowQuestion, row_question
from neural_programmer.training.row_objective import RowGoal, RowObjective, RowTargets
from neural_programmer.training.row_training import RowAnswerer, row_data, row_loss
from neural_programmer.training.trainer import Trainer
from tests.tiny_models import SHORT, TINY, judged_questions

HEADER = ["Name", "Team", "Points"]
ROWS = [
    ["Ann", "Red", "7"],
    ["Bob", "Blue", "3"],
    ["Cid", "Red", "7"],
    ["Dot", "Green", ""],
    ["Eve", "Red", "1"],
]
QUESTION = "how many points has a red one with more than 3 after Bob?"


def _judged(question: str = QUESTION, target: str = "7", rows: Sequence[Sequence[str]] = ROWS) -> JudgedQuestion:
    return judge_by([("q", build_table(HEADER, rows), question, (target,))])[0]


def _view(judged: JudgedQuestion, name: str) -> int:
    columns = judged.candidates.columns
    return next(at for at, one in enumerate(columns) if f"{one.column}:{one.view.value}" == name)


def _one_hot(places: Sequence[int], size: int) -> Tensor:
    return functional.one_hot(torch.tensor(places), size).float()


def _step(tables: RowTables, operation: str, column: int = 0, pivot: int = 0) -> RowStep:
    """The step that takes one operation, one column and one pivot, in every question of the batch."""
    size, count = len(tables), len(NAMES)
    return RowStep(
        _one_hot([NUMBER_OF[operation]] * size, count),
        _one_hot([column] * size, tables.matched.shape[1])[:, None].expand(-1, count, -1),
        _one_hot([pivot] * size, tables.pivots.shape[1])[:, None].expand(-1, count, -1),
    )


def _brute(judged: JudgedQuestion, name: str, rows: NDArray[np.bool_], column: int, pivot: float) -> NDArray[np.bool_]:
    """The rows that an operation selects, by the words of the paper's table 1, one row after another."""
    view = judged.grounding.views[judged.candidates.columns[column]]
    count = len(rows)
    selected = [row for row in range(count) if rows[row]]
    # Not a number is never equal, greater or less.
    number = [float(view.numbers[row]) if view.mask[row] else math.nan for row in range(count)]
    values = [str(view.groups[row]) if view.mask[row] else "" for row in range(count)]
    known = [number[row] for row in selected if not math.isnan(number[row])]
    most = max((values.count(value) for value in values if value), default=0)
    verdicts: dict[str, Callable[[int], bool]] = {
        "reset": lambda row: True,
        "first": lambda row: row == min(selected, default=-1),
        "last": lambda row: row == max(selected, default=-1),
        "previous": lambda row: row + 1 < count and bool(rows[row + 1]),
        "next": lambda row: row > 0 and bool(rows[row - 1]),
        "argmax": lambda row: row in selected and number[row] == max(known, default=math.nan),
        "argmin": lambda row: row in selected and number[row] == min(known, default=math.nan),
        "greater": lambda row: number[row] > pivot,
        "less": lambda row: number[row] < pivot,
        "greater_equal": lambda row: number[row] >= pivot,
        "less_equal": lambda row: number[row] <= pivot,
        "most_frequent": lambda row: most > 1 and values[row] != "" and values.count(values[row]) == most,
    }
    return np.array([verdicts[name](row) for row in range(count)])


ROW_OPERATIONS = tuple(name for name in NAMES if name not in ("select", "count", "print"))


@pytest.mark.parametrize("name", ROW_OPERATIONS)
def test_every_operation_selects_the_rows_that_its_definition_tells(name: str) -> None:
    judged = _judged()
    wide = row_table(_judged("more than 12?", rows=[*ROWS, *ROWS]).grounding, _judged("more than 12?").candidates)
    tables = RowTables.collate([row_table(judged.grounding, judged.candidates), wide])
    column = _view(judged, "Points:number")
    numbers = [judged.candidates.constants[at].values for at in tables.pivots[0].tolist()]
    pivot = numbers.index((3.0,))
    rng = np.random.default_rng(NUMBER_OF[name])
    for _ in range(12):
        before = rng.random(len(ROWS)) < 0.6
        rows = torch.zeros(2, 2 * len(ROWS))
        rows[0, : len(ROWS)] = torch.from_numpy(before)
        after = select_rows(tables, rows, _step(tables, name, column, pivot))[0]
        expected = _brute(judged, name, before, column, 3.0)
        assert after[: len(ROWS)].tolist() == expected.astype(float).tolist()
        # Nothing is ever selected in the padding.
        assert not after[len(ROWS) :].any()


def test_previous_and_next_move_a_selected_row_as_a_roll_does() -> None:
    judged = _judged()
    tables = RowTables.collate([row_table(judged.grounding, judged.candidates)])
    for place in range(1, len(ROWS) - 1):
        rows = _one_hot([place], len(ROWS))
        assert torch.equal(select_rows(tables, rows, _step(tables, "previous")), rows.roll(-1, dims=1))
        assert torch.equal(select_rows(tables, rows, _step(tables, "next")), rows.roll(1, dims=1))


def test_select_takes_the_rows_whose_cells_the_question_names() -> None:
    judged = _judged()
    tables = RowTables.collate([row_table(judged.grounding, judged.candidates)])
    nothing = torch.zeros(1, len(ROWS))
    team = select_rows(tables, nothing, _step(tables, "select", _view(judged, "Team:text")))
    name = select_rows(tables, nothing, _step(tables, "select", _view(judged, "Name:text")))
    assert team[0].tolist() == [1, 0, 1, 0, 1]
    assert name[0].tolist() == [0, 1, 0, 0, 0]


def test_rows_that_sum_up_others_are_never_selected() -> None:
    judged = _judged(rows=[*ROWS, ["Total", "", "18"]])
    table = row_table(judged.grounding, judged.candidates)
    assert table.countable.tolist() == [True] * 5 + [False]
    tables = RowTables.collate([table])
    column = _view(judged, "Points:number")
    rows = first_rows(tables)
    for name in (*ROW_OPERATIONS, "select"):
        assert select_rows(tables, rows, _step(tables, name, column))[0, 5] == 0


def test_an_operation_corresponds_to_one_of_the_registry() -> None:
    assert len(OPERATIONS) == 15
    assert set(OPERATIONS.values()) <= set(REGISTRY)
    for name in COMPARISONS:
        assert REGISTRY[OPERATIONS[name]].signature.constants
    assert REGISTRY[OPERATIONS["count"]].signature.result is Kind.NUMBER
    assert REGISTRY[OPERATIONS["print"]].signature.result is Kind.CELLS


def _answer(number: float, cells: Sequence[Sequence[float]]) -> RowAnswer:
    """An answer of one question whose lookup answer is these cells, of the only column or two."""
    found = torch.tensor([cells])
    assert found.shape[1] == 1
    return RowAnswer(torch.tensor([number]), torch.ones(1), torch.ones(1), torch.ones(1, 1), found[:, 0])


def _targets(items: Sequence[int], number: float = float("nan")) -> RowTargets:
    return RowTargets.collate([RowGoal(np.array([items], dtype=np.int16), np.array([number]))])


def test_the_loss_is_that_worked_out_by_hand() -> None:
    objective = RowObjective()
    # A number: half of (5 - 3)² is 2, by 4 rows 0.5.
    assert objective(_answer(5.0, [[0.0] * 4]), _targets([0, 0, 0, 0], 3.0)).item() == pytest.approx(0.5)
    # Far off: the bound.
    assert objective(_answer(99.0, [[0.0] * 4]), _targets([0, 0, 0, 0], 3.0)).item() == 3.0
    # Cells: item 1 in the cells of 0.5 and 0.25, of which the first counts; item 2 in the cell of 0.8; the cell of 0.2
    # is in no answer. -ln 0.5 - ln 0.8 - ln 0.8 = 0.6931 + 0.2231 + 0.2231 = 1.1394; times 50, by 4 cells.
    cells = _answer(0.0, [[0.5, 0.25, 0.8, 0.2]])
    assert objective(cells, _targets([1, 1, 2, 0])).item() == pytest.approx(1.1394 * 50 / 4, abs=1e-3)
    # A number that is in the table: scalar 0.5 · (2 - 1)² / 4 = 0.125, lookup -50/4 · ln 0.99 = 0.12563; the soft
    # minimum is -ln(exp(-0.625) + exp(-0.62814)) / 5 = -0.0133, at least 0.
    both = _answer(2.0, [[0.99, 0.0, 0.0, 0.0]])
    assert objective(both, _targets([1, 0, 0, 0], 1.0)).item() == 0.0
    # With -50/4 · ln 0.5 = 8.664 beside it the scalar counts alone.
    both = _answer(4.0, [[0.5, 0.0, 0.0, 0.0]])
    assert objective(both, _targets([1, 0, 0, 0], 1.0)).item() == pytest.approx(0.5 * 9 / 4, abs=1e-6)
    # Nothing to be right about.
    assert objective(both, _targets([0, 0, 0, 0])).item() == 0.0


def test_slopes_of_the_loss_are_finite_where_a_chance_is_nothing() -> None:
    rows = torch.tensor([[0.0, 1.0, 0.5]], requires_grad=True)
    printed = torch.tensor([1.0], requires_grad=True)
    answer = RowAnswer(rows.sum(dim=1), torch.zeros(1), printed, torch.ones(1, 1), rows)
    RowObjective()(answer, _targets([1, 0, 0], 2.0)).sum().backward()
    assert rows.grad is not None and printed.grad is not None
    assert rows.grad.isfinite().all() and printed.grad.isfinite().all()


def _ready() -> tuple[list[JudgedQuestion], list[RowQuestion]]:
    judged = list(judged_questions(3, 1))
    return judged, [row_question(one.grounding, one.candidates, one.target) for one in judged]


def _model(halting: str = "stop") -> checkpoint.TrainedModel:
    judged, _ = _ready()
    words = [featurize(one.grounding, one.linking, one.candidates).words for one in judged]
    with torch.random.fork_rng():
        torch.manual_seed(0)
        config = dataclasses.replace(TINY, halting=halting)
        return checkpoint.new_model(config, build_vocabulary(words, least_count=2), tuple(OPERATIONS.values()))


@pytest.mark.parametrize("columns", COLUMN_CHOICES)
def test_hard_programs_are_soft_ones_whose_choices_are_sure(columns: str) -> None:
    judged, questions = _ready()
    trained = _model()
    trained.model.eval()
    batch = trained.batcher.batch([featurize(one.grounding, one.linking, one.candidates) for one in judged])
    tables = RowTables.collate([one.table for one in questions])
    with torch.no_grad():
        encoded = trained.model.encode(batch)
        hard = row_program(trained.model, encoded, tables, 4, columns=columns, hard=True)
        soft = row_program(trained.model, encoded, tables, 4, columns=columns)
    for step in (*soft.steps, *soft.answering):
        for distribution in (step.operation, step.column, step.pivot):
            assert distribution.sum(dim=-1).allclose(torch.ones(()), atol=1e-5)
    # Soft execution of the hard program's one-hot choices, and a batch of one instead of all.
    rows = first_rows(tables)
    for at, step in enumerate(hard.steps):
        one = _alone(questions[1].table, step, 1)
        rows = select_rows(tables, rows, step)
        assert set(rows.unique().tolist()) <= {0.0, 1.0}
        if at == 0:
            alone = select_rows(*one)
            assert torch.equal(rows[1, : alone.shape[1]], alone[0])
    answer = answer_of_rows(rows, hard.answering[-1])
    assert torch.equal(answer.rows, hard.likeliest().rows)
    assert torch.equal(answer.number, hard.likeliest().number)
    assert torch.equal(answer.counted + answer.printed, torch.ones(len(questions)))
    with pytest.raises(ValueError, match="operations"):
        row_program(checkpoint.new_model(TINY, trained.vocabulary).model, encoded, tables, 4)


def test_a_halting_controller_shares_the_answer_out_between_its_steps() -> None:
    judged, questions = _ready()
    trained = _model("adaptive")
    model = trained.model.eval()
    batch = trained.batcher.batch([featurize(one.grounding, one.linking, one.candidates) for one in judged])
    tables = RowTables.collate([one.table for one in questions])
    assert model.controller.halt is not None
    for bias, expected in ((-20.0, 4), (20.0, 1)):
        torch.nn.init.constant_(model.controller.halt.bias, bias)
        with torch.no_grad():
            encoded = model.encode(batch)
            soft = row_program(model, encoded, tables, 4)
            hard = row_program(model, encoded, tables, 4, hard=True)
        assert soft.halting is not None
        torch.testing.assert_close(soft.shares.sum(dim=1), torch.ones(len(questions)))
        torch.testing.assert_close(soft.shares, soft.halting.distribution)
        assert hard.taken().tolist() == [expected] * len(questions)
        assert torch.equal(hard.likeliest().rows, hard.answers[expected - 1].rows)
    # Between the two the loss is that to be expected, and every step has its price.
    torch.nn.init.constant_(model.controller.halt.bias, -2.0)
    with torch.no_grad():
        encoded = model.encode(batch)
        program = row_program(model, encoded, tables, 4)
        free, priced = (row_loss(model, encoded, questions, RowConfig(steps=4), price) for price in (0.0, 0.25))
    assert program.halting is not None
    assert ((program.shares > 0).sum(dim=1) == 4).all()
    torch.testing.assert_close(priced - free, 0.25 * program.halting.ponder)


def _alone(table: RowTable, step: RowStep, at: int) -> tuple[RowTables, Tensor, RowStep]:
    """A question of a batch by itself, before its first step."""
    tables = RowTables.collate([table])
    views, pivots = tables.matched.shape[1], tables.pivots.shape[1]
    own = RowStep(step.operation[at : at + 1], step.column[at : at + 1, :, :views], step.pivot[at : at + 1, :, :pivots])
    return tables, first_rows(tables), own


@pytest.mark.parametrize("columns", COLUMN_CHOICES)
def test_a_short_training_lowers_the_loss_and_its_answers_are_judged(columns: str) -> None:
    judged, questions = _ready()
    features = {one.id: featurize(one.grounding, one.linking, one.candidates) for one in judged}
    known = {one.id: question for one, question in zip(judged, questions, strict=True)}
    config = RowConfig(steps=2, columns=columns)
    data = row_data(without_programs(features), known, features, known, config)
    assert data.loss_of is not None and data.accuracy_of is not None
    trained = _model()
    optimisation = dataclasses.replace(
        SHORT.optimisation, objective="soft", soft_questions=0, batch_size=16, learning_rate=1e-2, average=0.0
    )
    # Far from the end of the run, so that the rate does not fall.
    optimisation = dataclasses.replace(optimisation, epochs=1000)
    trainer = Trainer(trained.model, trained.batcher, data.examples, optimisation, None, data.loss_of)
    losses = []
    for _ in range(25):
        losses.append(trainer.train_step(np.arange(min(16, len(data.examples)))))
        trainer.progress.batch += 1
    assert np.isfinite(losses).all()
    assert np.mean(losses[-5:]) < 0.85 * np.mean(losses[:5])
    ready = [featurize(one.grounding, one.linking, one.candidates) for one in judged]
    answers = RowAnswerer(trained.model, trained.batcher, config).answers(ready, questions)
    right = [question.is_right(items) for question, items in zip(questions, answers, strict=True)]
    assert data.accuracy_of(trained) == pytest.approx(np.mean(right))


def test_gradients_reach_every_choice() -> None:
    # Of a lone pivot there is nothing to choose.
    judged = _judged("who has more than 3 points, but less than 7?", "Ann")
    question = row_question(judged.grounding, judged.candidates, judged.target)
    trained = _model()
    batch = trained.batcher.batch([featurize(judged.grounding, judged.linking, judged.candidates)])
    encoded = trained.model.encode(batch)
    row_loss(trained.model, encoded, [question], RowConfig(steps=4)).mean().backward()
    pointers, controller = trained.model.pointers, trained.model.controller
    for weight in (controller.operation_out.weight, pointers.column_features.weight, pointers.constant_features.weight):
        assert weight.grad is not None and weight.grad.isfinite().all() and weight.grad.abs().sum() > 0


def test_a_run_leaves_a_checkpoint_that_answers_alike(tmp_path: Path) -> None:
    judged, questions = _ready()
    features = {one.id: featurize(one.grounding, one.linking, one.candidates) for one in judged}
    known = {one.id: question for one, question in zip(judged, questions, strict=True)}
    rows = RowConfig(steps=3)
    optimisation = dataclasses.replace(SHORT.optimisation, objective="soft", soft_questions=0, epochs=2, patience=0)
    config = dataclasses.replace(SHORT, optimisation=optimisation, rows=rows)
    data = row_data(without_programs(features), known, features, known, rows)
    result = train_on(data, config, tmp_path, resume=False, reporter=SilentReporter())
    assert data.accuracy_of is not None
    assert result.finished
    assert data.accuracy_of(checkpoint.load(result.folder)) == result.accuracy
    # Its programs are not found by search, so nobody is to ask it as if they were.
    with pytest.raises(checkpoint.CheckpointError, match="Neural Programmer of 2017"):
        load(result.folder)


def test_the_configuration_that_comes_with_the_package_is_that_of_the_paper() -> None:
    config = read_config(Path(checkpoint.__file__).parents[1] / "data" / "configs" / "neural-programmer-2017.toml")
    assert config.rows == RowConfig(steps=4, rows=100, columns="shared")
    # All of dev is judged.
    assert config.data.dev_questions == 0


@pytest.mark.parametrize(
    ("rows", "optimisation", "complaint"),
    [
        ({"steps": -1}, {"objective": "soft"}, r"\[rows\] steps: expected 0 or more"),
        ({"steps": 4}, {}, r"\[rows\] steps: row programs have the objective \"soft\""),
        ({"steps": 4, "columns": "all"}, {"objective": "soft"}, r"\[rows\] columns: expected one of shared"),
        ({"steps": 4, "sharpness": 0.0}, {"objective": "soft"}, r"\[rows\] sharpness: expected more than 0"),
    ],
)
def test_configurations_that_cannot_be_used_are_refused(
    rows: dict[str, object], optimisation: dict[str, object], complaint: str
) -> None:
    with pytest.raises(ConfigError, match=complaint):
        config_from({"rows": rows, "optimisation": optimisation})
