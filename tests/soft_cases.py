"""Tables, arguments and exact counterparts for the tests of soft meanings."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from neural_programmer.execution.grounding import Grounding
from neural_programmer.execution.soft_grounding import ground
from neural_programmer.execution.soft_table import SoftTable
from neural_programmer.language.candidates import Candidates
from neural_programmer.language.kinds import Kind
from neural_programmer.language.operation import ExactArguments, Operation
from neural_programmer.operations.soft_arguments import SoftArguments, SoftNumber
from neural_programmer.tables.build import build_table
from neural_programmer.tables.constants import COMPARABLE, Constant, ConstantKind
from neural_programmer.tables.table import Table
from neural_programmer.tables.values import PartialDate
from neural_programmer.tables.views import ViewReference

Choice = tuple[ViewReference | None, Constant | None]
REFERENCE_NAMES = {Kind.ROWS: ("rows", "other_rows"), Kind.NUMBER: ("left", "right")}


def small_table() -> Table:
    """Three rows and columns: lists, numbers with a missing one, and dates with a tie; the last row is a total."""
    table = build_table(
        ["Name", "Points", "Held"],
        [["Ann | Cy", "3", "May 2004"], ["Bea | Ann", "", "21 May 1950"], ["Ann | Cy", "-1.5", "May 2004"]],
    )
    return replace(table, totals=np.array([False, False, True]))


def small_candidates(table: Table) -> Candidates:
    """All views of a table with constants of every kind that hold somewhere in ``small_table``."""
    constants = (
        Constant(ConstantKind.TEXT, ("Ann",)),
        Constant(ConstantKind.TEXTS, ("Bea | Ann", "May 2004")),
        Constant(ConstantKind.NUMBER, (3.0,)),
        Constant(ConstantKind.NUMBER_RANGE, (-2.0, 0.0)),
        Constant(ConstantKind.DATE, (PartialDate(2004),)),
        Constant(ConstantKind.DATE_RANGE, (PartialDate(1950), PartialDate(2003))),
        Constant(ConstantKind.ORDINAL, (1,)),
        Constant(ConstantKind.ORDINAL, (2,)),
        Constant(ConstantKind.CHOICE, ("yes", "no")),
        Constant(ConstantKind.UNIT, ("years",)),
    )
    return Candidates(table.view_references, constants)


def repeated(grounding: Grounding, candidates: Candidates, times: int) -> SoftTable:
    """A batch of one question several times, in double precision."""
    return SoftTable.collate([ground(grounding, candidates)] * times, dtype=torch.float64)


def choices(operation: Operation, candidates: Candidates) -> list[Choice]:
    """The columns and constants that the operation takes together."""
    signature = operation.signature
    columns = [c for c in candidates.columns if c.view.value_type in signature.columns]
    constants = [c for c in candidates.constants if c.kind in signature.constants]
    return [
        (column, constant)
        for column in (columns if signature.columns else [None])
        for constant in (constants if signature.constants else [None])
        if column is None or constant is None or constant.kind in COMPARABLE[column.view.value_type]
    ]


def chosen_name(operation: Operation) -> str | None:
    """Which distribution over columns and constants the operation reads."""
    signature = operation.signature
    if signature.columns:
        return "pair" if signature.constants else "column"
    return "constant" if signature.constants else None


def chosen_tensor(operation: Operation, candidates: Candidates, chances: Mapping[Choice, float]) -> Tensor:
    """``Float64[...]``: the distribution over columns and constants that the operation reads, of one question."""
    columns, constants = len(candidates.columns), len(candidates.constants)
    shapes = {"column": [columns], "constant": [constants], "pair": [columns, constants]}
    name = chosen_name(operation)
    assert name is not None
    result = torch.zeros(shapes[name], dtype=torch.float64)
    for (column, constant), chance in chances.items():
        place = [] if column is None else [candidates.column_index[column]]
        place += [] if constant is None else [candidates.constant_index[constant]]
        result[tuple(place)] = chance
    return result


def soft_result(operation: Operation, table: SoftTable, inputs: Mapping[str, Tensor]) -> Tensor:
    """The operation's soft meaning as one tensor; of a number its chance of being defined and that times its mean.

    A number is given as two inputs, ``left_values`` and ``left_masses``, likewise ``right``.
    """
    read: dict[str, Tensor | SoftNumber] = {n: tensor for n, tensor in inputs.items() if not n.endswith("_masses")}
    for side in ("left", "right"):
        if f"{side}_values" in read:
            values = read.pop(f"{side}_values")
            assert isinstance(values, Tensor)
            read[side] = SoftNumber(values, inputs[f"{side}_masses"])
    result = operation.soft(SoftArguments(table, read))
    if isinstance(result, SoftNumber):
        return torch.stack([result.mass, (result.masses * result.values).sum(dim=1)], dim=-1)
    assert isinstance(result, Tensor)
    return result


def exact_result(
    operation: Operation,
    grounding: Grounding,
    candidates: Candidates,
    references: Mapping[str, NDArray[np.generic]],
    choice: Choice,
) -> NDArray[np.float64]:
    """The operation's exact meaning in the form of ``soft_result``; ``references`` are batches by argument name."""
    size = len(next(iter(references.values()))) if references else 1
    no_rows = np.zeros((size, grounding.table.number_of_rows), dtype=np.bool_)
    undefined = np.full(size, np.nan)
    value = operation.exact(
        ExactArguments(
            grounding=grounding,
            rows=references.get("rows", no_rows).astype(np.bool_),
            other_rows=references.get("other_rows", no_rows).astype(np.bool_),
            left=references.get("left", undefined).astype(np.float64),
            right=references.get("right", undefined).astype(np.float64),
            column=choice[0],
            constant=choice[1],
        )
    )
    kind = operation.signature.result
    if kind in (Kind.NUMBER, Kind.PHRASE):
        defined = ~np.isnan(value)
        return np.stack([defined, np.where(defined, value, 0.0)], axis=-1)
    if kind is Kind.ROWS:
        return np.array(value, dtype=np.float64)
    assert choice[0] is not None
    spread = np.zeros((size, len(candidates.columns), grounding.table.number_of_rows))
    spread[:, candidates.column_index[choice[0]]] = value
    return spread


def row_subsets(rows: int) -> NDArray[np.bool_]:
    """``Bool[subset, row]``: all subsets of the rows."""
    return np.array(list(itertools.product((False, True), repeat=rows)))


def subset_chances(chances: NDArray[np.float64]) -> NDArray[np.float64]:
    """``Float64[subset]``: how likely each of ``row_subsets`` is, each row being there with its own chance."""
    subsets = row_subsets(len(chances))
    found: NDArray[np.float64] = np.where(subsets, chances, 1 - chances).prod(axis=1)
    return found


def number_names(operation: Operation) -> Iterator[tuple[str, Kind]]:
    """The names of the operation's references in order, with their kinds."""
    names = {kind: list(found) for kind, found in REFERENCE_NAMES.items()}
    for kind in operation.signature.references:
        yield names[kind].pop(0), kind
