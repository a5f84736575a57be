"""What a question and its table offer as arguments, and programs written as indices into it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from neural_programmer.language.program import Program, Step
from neural_programmer.tables.constants import Constant
from neural_programmer.tables.views import ViewReference

# The fields of an encoded step; -1 stands for "no such argument".
OPERATION, FIRST_REFERENCE, SECOND_REFERENCE, COLUMN, CONSTANT = range(5)
FIELDS = 5


@dataclass(frozen=True)
class Candidates:
    """The column views and constants among which the arguments of a program are chosen."""

    columns: tuple[ViewReference, ...]
    constants: tuple[Constant, ...]

    @cached_property
    def column_index(self) -> dict[ViewReference, int]:
        """The position of each column view."""
        return {column: position for position, column in enumerate(self.columns)}

    @cached_property
    def constant_index(self) -> dict[Constant, int]:
        """The position of each constant."""
        return {constant: position for position, constant in enumerate(self.constants)}

    def encode(self, program: Program, operation_ids: dict[str, int]) -> NDArray[np.int16]:
        """``Int16[step, 5]``: operation, first and second reference, column, constant; -1 where there is none."""
        encoded = np.full((len(program), FIELDS), -1, dtype=np.int16)
        for position, step in enumerate(program):
            encoded[position, OPERATION] = operation_ids[step.operation]
            encoded[position, FIRST_REFERENCE : FIRST_REFERENCE + len(step.references)] = step.references
            if step.column is not None:
                encoded[position, COLUMN] = self.column_index[step.column]
            if step.constant is not None:
                encoded[position, CONSTANT] = self.constant_index[step.constant]
        return encoded

    def decode(self, encoded: NDArray[np.int16], operation_names: tuple[str, ...]) -> Program:
        """The program that ``encode`` wrote; rows whose operation is -1 are padding and are left out."""
        steps = []
        for row in encoded:
            if row[OPERATION] < 0:
                break
            steps.append(self.decode_step(row.tolist(), operation_names))
        return Program(tuple(steps))

    def decode_step(self, encoded: Sequence[int], operation_names: tuple[str, ...]) -> Step:
        """One step, the five numbers of a row, of what ``encode`` wrote."""
        operation, first, second, column, constant = encoded
        return Step(
            operation_names[operation],
            tuple(reference for reference in (first, second) if reference >= 0),
            self.columns[column] if column >= 0 else None,
            self.constants[constant] if constant >= 0 else None,
        )
