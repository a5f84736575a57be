"""The second objective: the soft program of the model is executed, and the loss compares answers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from neural_programmer.execution.soft import SoftExecutor
from neural_programmer.execution.soft_grounding import SoftGrounding
from neural_programmer.execution.soft_pipe import SoftPipe
from neural_programmer.execution.soft_table import SoftTable
from neural_programmer.language.candidates import Candidates
from neural_programmer.model.encoders import Encoded
from neural_programmer.model.programmer import Programmer
from neural_programmer.model.soft_steps import given_operation, operations_of, soft_program
from neural_programmer.search.goal import Goal
from neural_programmer.training.soft_objective import SoftObjective, soft_targets


@dataclass(frozen=True, eq=False)
class SoftAnswering:
    """What soft execution and its loss need of one question; ``grounding`` is None where it has no table."""

    grounding: SoftGrounding | None
    candidates: Candidates
    goal: Goal


def soft_program_loss(
    model: Programmer,
    encoded: Encoded,
    questions: Sequence[SoftAnswering],
    steps: int,
    ponder_cost: float = 0.0,
    objective: SoftObjective | None = None,
) -> Tensor:
    """``Float[batch]``: the loss of the soft programs of at most ``steps`` steps after ``all_rows``, by the usual
    objective where none is given.

    Where the controller halts by itself, the ponder cost is added as often as told (Graves 2016, section 2.3).
    """
    candidates, goals = [one.candidates for one in questions], [one.goal for one in questions]
    executor: SoftExecutor | SoftPipe
    if given_operation(model.grammar) is not None:
        numbers = [math.nan if one.number is None else one.number for one in goals]
        executor = SoftPipe(candidates, operations_of(model), goals=numbers)
        # A controller that halts by itself may go on, in vain; others end where one result is left.
        if model.controller.halt is None:
            steps = min(steps, executor.most_steps)
        targets = soft_targets(goals, candidates, torch.zeros(len(questions), 0, 0, dtype=torch.float64))
    else:
        table = SoftTable.collate([one.grounding for one in questions if one.grounding is not None])
        executor = SoftExecutor(table, operations_of(model))
        targets = soft_targets(goals, candidates, table.mask)
    program = soft_program(model, encoded, steps)
    for distributions in program.steps:
        executor.step(distributions)
    loss = (objective or SoftObjective())(executor.answer(), targets)
    return loss if program.halting is None else loss + ponder_cost * program.halting.ponder
