"""Arithmetic asked in words: a model made for it, what it answers, and what it weighs at every step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from neural_programmer import checkpoint
from neural_programmer.data.arithmetic import MOST_OPERATIONS
from neural_programmer.data.arithmetic_reading import ArithmeticReading, read_arithmetic
from neural_programmer.data.batches import Batcher
from neural_programmer.execution.exact import execute
from neural_programmer.execution.grounding import no_table
from neural_programmer.language.program import Program
from neural_programmer.model.programmer import Programmer
from neural_programmer.model.soft_decoding import decided_program
from neural_programmer.model.soft_steps import SoftProgram, soft_program
from neural_programmer.operations.registry import ARITHMETIC

_BATCH = 100
# Answers are floating-point numbers; a right one differs from the truth by rounding alone.
_ROUNDING = 1e-9


@dataclass(frozen=True)
class WeighedStep:
    """What the soft program weighs at a step.

    ``operations`` are names with probabilities in the registry's order; ``first`` and ``second`` the probabilities of
    the earlier results (the question's numbers, then the steps before) as operands of the likeliest operation; ``stop``
    is the probability that the program ends here, if it comes here.
    """

    operations: tuple[tuple[str, float], ...]
    first: tuple[float, ...]
    second: tuple[float, ...]
    stop: float

    def to_json(self) -> dict[str, Any]:
        """As plain lists and numbers, probabilities to four places."""
        return {
            "operations": {name: round(chance, 4) for name, chance in self.operations},
            "first": [round(chance, 4) for chance in self.first],
            "second": [round(chance, 4) for chance in self.second],
            "stop": round(self.stop, 4),
        }


@dataclass(frozen=True)
class ArithmeticAnswer:
    """The program of the likeliest choices and what it gives, NaN where that is undefined; what was weighed."""

    program: Program
    value: float
    weighed: tuple[WeighedStep, ...]


def is_right(value: float, answer: float) -> bool:
    """Whether a number is the answer, but for rounding."""
    return abs(value - answer) <= _ROUNDING * max(1.0, abs(answer))


class ArithmeticProgrammer:
    """Answers questions of arithmetic in programs of at most ``steps`` operations."""

    def __init__(self, model: Programmer, batcher: Batcher, steps: int) -> None:
        self.model = model
        self.batcher = batcher
        self.steps = steps

    @staticmethod
    def load(folder: Path | str) -> ArithmeticProgrammer:
        """The model that ``neural-programmer train arithmetic`` left in a folder; raises ``CheckpointError``."""
        trained = checkpoint.load(folder)
        if trained.model.grammar.names != tuple(ARITHMETIC):
            raise checkpoint.CheckpointError(f"the checkpoint in {folder} was not trained for arithmetic")
        # Noted when a run is finished; until then a model answers in as many steps as questions need.
        steps = int(trained.notes.get("soft_steps", MOST_OPERATIONS))
        return ArithmeticProgrammer(trained.model, trained.batcher, steps)

    def ask(self, text: str) -> ArithmeticAnswer:
        """The answer to a question; raises ``NoNumbersError`` where it has no numbers, or too many."""
        return self.answers([read_arithmetic(text)])[0]

    def answers(self, readings: Sequence[ArithmeticReading]) -> list[ArithmeticAnswer]:
        """The answers to questions, in their order."""
        found: list[ArithmeticAnswer] = []
        for start in range(0, len(readings), _BATCH):
            some = readings[start : start + _BATCH]
            programs, values = self._decided(some)
            for program, value, weighed in zip(programs, values.tolist(), self.weigh(some), strict=True):
                found.append(ArithmeticAnswer(program, value, weighed))
        return found

    @torch.no_grad()
    def ponder(self, readings: Sequence[ArithmeticReading]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """How many operations the programs have, and what they cost where the controller halts by itself (else 0)."""
        lengths, costs = [], []
        for start in range(0, len(readings), _BATCH):
            some = readings[start : start + _BATCH]
            program = self._soft_program(some, hard=True)
            for at, one in enumerate(some):
                found = decided_program(program.steps, at, self.model.grammar, one.candidates)
                lengths.append(len(found) - 1 - len(one.candidates.constants))
            costs.append(program.halting.ponder.numpy() if program.halting is not None else np.zeros(len(some)))
        return np.array(lengths, dtype=np.float64), np.concatenate(costs).astype(np.float64)

    def values(self, readings: Sequence[ArithmeticReading]) -> NDArray[np.float64]:
        """What the programs of the likeliest choices give, NaN where that is undefined."""
        parts = [self._decided(readings[at : at + _BATCH])[1] for at in range(0, len(readings), _BATCH)]
        return np.concatenate(parts) if parts else np.zeros(0)

    def _soft_program(self, readings: Sequence[ArithmeticReading], hard: bool) -> SoftProgram:
        self.model.eval()
        encoded = self.model.encode(self.batcher.batch([one.features for one in readings]))
        return soft_program(self.model, encoded, self.steps, hard=hard)

    @torch.no_grad()
    def _decided(self, readings: Sequence[ArithmeticReading]) -> tuple[list[Program], NDArray[np.float64]]:
        steps = self._soft_program(readings, hard=True).steps
        grammar = self.model.grammar
        programs = [decided_program(steps, at, grammar, one.candidates) for at, one in enumerate(readings)]
        return programs, np.array([float(execute(program, no_table())[-1].value) for program in programs])

    @torch.no_grad()
    def weigh(self, readings: Sequence[ArithmeticReading]) -> list[tuple[WeighedStep, ...]]:
        """What the soft programs of some questions weigh at every step."""
        distributions = self._soft_program(readings, hard=False).steps
        names = self.model.grammar.names
        most = max(len(one.candidates.constants) for one in readings)
        found = []
        for at, reading in enumerate(readings):
            there = _places(len(reading.candidates.constants), most, self.steps)
            steps = []
            for one in distributions:
                operation = one.operation[at]
                likeliest = int(operation.argmax())
                kept = [place for place in there if place < one.first_reference.shape[-1]]
                steps.append(
                    WeighedStep(
                        tuple(
                            (name, chance)
                            for name, chance in zip(names, operation.tolist(), strict=True)
                            if ARITHMETIC[name].signature.references
                        ),
                        tuple(one.first_reference[at, likeliest, kept].tolist()),
                        tuple(one.second_reference[at, likeliest, kept].tolist()),
                        float(one.stop[at]),
                    )
                )
            found.append(tuple(steps))
        return found


def _places(constants: int, most: int, steps: int) -> list[int]:
    """Where a question's own numbers and steps are among those of a batch whose questions have up to ``most``."""
    return [*range(1, 1 + constants), *range(1 + most, 1 + most + steps)]
