"""The loss on soft answers: least at the right answer, smooth, and enough to learn programs from."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from neural_programmer.execution.exact import answer_of, execute
from neural_programmer.execution.grounding import Grounding
from neural_programmer.execution.soft import SoftAnswer, SoftExecutor, StepDistributions
from neural_programmer.execution.soft_grounding import ground
from neural_programmer.execution.soft_table import SoftTable
from neural_programmer.language.candidates import Candidates
from neural_programmer.language.program import Program, Step
from neural_programmer.operations.registry import REGISTRY
from neural_programmer.operations.soft_arguments import SoftNumber
from neural_programmer.search.goal import Goal
from neural_programmer.tables.build import build_table
from neural_programmer.tables.constants import Constant, ConstantKind
from neural_programmer.tables.views import ViewKind, ViewReference
from neural_programmer.training.soft_objective import SoftObjective, SoftTargets, soft_targets

NAME, POINTS = ViewReference("Name", ViewKind.TEXT), ViewReference("Points", ViewKind.NUMBER)
CANDIDATES = Candidates((NAME, POINTS), (Constant(ConstantKind.NUMBER, (5.0,)),))


def _table(seed: int) -> Grounding:
    rng = np.random.default_rng(seed)
    points = rng.permutation(10)[:6]
    return Grounding(build_table(["Name", "Points"], [[f"name{seed}{n}", str(p)] for n, p in enumerate(points)]))


def _goal(grounding: Grounding, program: Program) -> Goal:
    """What the program answers, as a goal."""
    answer = answer_of(program, execute(program, grounding), grounding)
    if program.steps[-1].column is NAME:
        rows = [row for row, _ in answer.cells]
        hits = np.zeros((len(rows), grounding.table.number_of_rows), dtype=np.bool_)
        hits[np.arange(len(rows)), rows] = True
        return Goal(len(rows), {NAME: hits}, None)
    number = answer.values[0]
    assert isinstance(number, float)
    hits = (grounding.views[POINTS].numbers == number)[None]
    return Goal(1, {POINTS: hits} if hits.any() else {}, number)


def _answer(cells: Tensor, cell_masses: Tensor, values: Tensor, masses: Tensor) -> SoftAnswer:
    nothing = torch.zeros(len(cells), *cells.shape[2:], dtype=cells.dtype)
    return SoftAnswer(SoftNumber(values, masses), cells, cell_masses, nothing, nothing[..., 0])


def _targets() -> SoftTargets:
    """Two items in column 0, the second in two rows; column 1 does not hold them; or the number 3."""
    return SoftTargets(
        items=torch.tensor([[[1, 2, 2, 0], [0, 0, 0, 0]]]),
        item_mask=torch.tensor([[False, True, True]]),
        in_column=torch.tensor([[True, False]]),
        number=torch.tensor([3.0]),
        is_number=torch.tensor([True]),
    )


def _loss(
    rows: list[float], mass: float = 1.0, number: float = 0.0, number_mass: float = 0.0, column: int = 0
) -> float:
    cells = torch.zeros(1, 1, 2, 4)
    cells[0, 0, column] = torch.tensor(rows)
    masses = torch.zeros(1, 1, 2)
    masses[0, 0, column] = mass
    answer = _answer(cells, masses, torch.tensor([[number]]), torch.tensor([[number_mass]]))
    return float(SoftObjective()(answer, _targets())[0])


def test_right_answers_cost_next_to_nothing_in_each_of_their_ways() -> None:
    for right in ([1, 1, 1, 0], [1, 1, 0, 0], [1, 0, 1, 0]):
        assert 0 <= _loss([float(r) for r in right]) < 0.05
    assert 0 <= _loss([0, 0, 0, 1], 0.0, 3.0, 1.0) < 1e-6
    assert _loss([1, 1, 0, 0], 0.5, 3.0, 0.5) < 0.05


@pytest.mark.parametrize(
    "wrong", [[1.0, 0, 0, 0], [0.0, 1, 1, 0], [1.0, 1, 1, 1], [0.0, 0, 0, 0], [0.0, 0, 0, 1]], ids=str
)
def test_a_missing_item_or_a_wrong_cell_costs(wrong: list[float]) -> None:
    assert _loss(wrong) > 3


def test_the_nearer_the_number_the_less_it_costs() -> None:
    costs = [_loss([0, 0, 0, 0], 0.0, number, 1.0) for number in (3.0, 3.2, 4.0, 10.0, 1e6)]
    assert costs == sorted(costs)
    assert costs[0] < 1e-6
    assert costs[2] > 1


def test_a_number_out_of_reach_teaches_nothing_beside_accidents() -> None:
    objective = SoftObjective(width=0.05, accident=1e-3)
    values = torch.tensor([[3.0], [3.05], [10.0], [50.0]], requires_grad=True)
    losses = []
    for value in values:
        nothing = torch.zeros(1, 1, 2, 4), torch.zeros(1, 1, 2)
        losses.append(objective(_answer(*nothing, value[None], torch.ones(1, 1)), _targets()))
    (slopes,) = torch.autograd.grad(torch.cat(losses).sum(), values)
    costs = [one.item() for one in losses]
    assert costs == sorted(costs)
    assert costs[-1] <= -np.log(1e-3) < costs[-1] + 0.01
    assert abs(float(slopes[-1])) < 1e-3 * abs(float(slopes[1]))


def test_a_column_that_lacks_the_items_is_never_right() -> None:
    assert _loss([1, 1, 1, 0], column=1) > 100


def test_mass_on_the_right_way_is_what_counts() -> None:
    assert _loss([1, 1, 0, 0], 0.25, 50.0, 0.75) == pytest.approx(np.log(4), abs=0.1)


def test_unreachable_answers_have_no_loss() -> None:
    targets = _targets()
    lost = SoftTargets(
        targets.items, targets.item_mask, torch.zeros(1, 2, dtype=torch.bool), targets.number, torch.tensor([False])
    )
    assert not lost.reachable.any()
    answer = _answer(torch.ones(1, 1, 2, 4), torch.ones(1, 1, 2), torch.ones(1, 1), torch.ones(1, 1))
    assert SoftObjective()(answer, lost).tolist() == [0.0]


def test_slopes_are_finite_at_certainty_and_without_mass() -> None:
    for mass in (0.0, 1.0):
        for fill in (0.0, 1.0):
            leaves = [
                torch.full((1, 1, 2, 4), fill, requires_grad=True),
                torch.full((1, 1, 2), mass, requires_grad=True),
                torch.tensor([[3.0, 1e9]], requires_grad=True),
                torch.full((1, 2), mass, requires_grad=True),
            ]
            slopes = torch.autograd.grad(SoftObjective()(_answer(*leaves), _targets()).sum(), leaves)
            assert all(torch.isfinite(slope).all() for slope in slopes)


def test_slopes_agree_with_finite_differences() -> None:
    generator = torch.Generator().manual_seed(0)
    leaves = [
        torch.rand(*shape, generator=generator, dtype=torch.float64).mul(0.8).add(0.1).requires_grad_()
        for shape in ((1, 2, 2, 4), (1, 2, 2), (1, 3), (1, 3))
    ]
    assert torch.autograd.gradcheck(lambda *tensors: SoftObjective()(_answer(*tensors), _targets()), leaves)


# Four kinds of questions, each answered by one program on every table.
_ALL = Step("all_rows")
_SELECT = Step("select", (1,), NAME)
PROGRAMS = (
    Program((_ALL, Step("argmax", (0,), POINTS), _SELECT)),
    Program((_ALL, Step("last", (0,)), _SELECT)),
    Program((_ALL, Step("filter_greater", (0,), POINTS, CANDIDATES.constants[0]), Step("count", (1,)))),
    Program((_ALL, Step("sum", (0,), POINTS))),
)


# What the policy chooses among; every operation of the registry would take the test longer.
OPERATIONS = {
    name: REGISTRY[name]
    for name in ("filter_greater", "argmax", "argmin", "first", "last", "next", "select", "count", "sum", "maximum")
}


class _Policy(torch.nn.Module):
    """Distributions over two steps for each kind of question, whatever the table."""

    def __init__(self) -> None:
        super().__init__()
        kinds, operations = len(PROGRAMS), len(OPERATIONS)
        self.operation = torch.nn.Parameter(torch.zeros(kinds, 2, operations))
        self.column = torch.nn.Parameter(torch.zeros(kinds, 2, operations, 2))
        self.reference = torch.nn.Parameter(torch.zeros(kinds, 2, operations, 2))
        self.stop = torch.nn.Parameter(torch.zeros(kinds))

    def forward(self, table: SoftTable, kinds: Tensor) -> SoftAnswer:
        executor = SoftExecutor(table, OPERATIONS)
        for step in range(2):
            references = self.reference[kinds, step, :, : step + 1].softmax(dim=-1)
            constants = torch.ones(len(kinds), len(OPERATIONS), 2, 1)
            executor.step(
                StepDistributions(
                    operation=self.operation[kinds, step].softmax(dim=-1),
                    first_reference=references,
                    second_reference=references,
                    column=self.column[kinds, step].softmax(dim=-1),
                    constant=constants,
                    lone_constant=constants[:, :, 0],
                    stop=self.stop[kinds].sigmoid() if step == 0 else torch.ones(len(kinds)),
                )
            )
        return executor.answer()


def test_programs_are_learned_from_answers_alone() -> None:
    torch.manual_seed(0)
    groundings = [_table(seed) for seed in range(4)]
    questions = [(grounding, kind) for grounding in groundings for kind in range(len(PROGRAMS))]
    table = SoftTable.collate([ground(grounding, CANDIDATES) for grounding, _ in questions])
    goals = [_goal(grounding, PROGRAMS[kind]) for grounding, kind in questions]
    targets = soft_targets(goals, [CANDIDATES] * len(goals), table.mask)
    assert targets.reachable.all()
    kinds = torch.tensor([kind for _, kind in questions])
    policy = _Policy()
    optimizer = torch.optim.Adam(policy.parameters(), lr=0.3)
    losses = []
    for _ in range(50):
        optimizer.zero_grad()
        loss = SoftObjective()(policy(table, kinds), targets).mean()
        torch.autograd.backward(loss)
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.3 < 2 < losses[0]
    names = list(OPERATIONS)
    first = [names[index] for index in policy.operation[:, 0].argmax(dim=-1)]
    assert first == ["argmax", "last", "filter_greater", "sum"]
