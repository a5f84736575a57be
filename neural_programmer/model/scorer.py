"""What search asks of a model: how likely each next step of each beginning of a program is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from neural_programmer.language.candidates import COLUMN, CONSTANT, FIRST_REFERENCE, OPERATION, SECOND_REFERENCE
from neural_programmer.model.attention import MASKED_SCORE, Placement, masked_log_softmax
from neural_programmer.model.controller import ControllerState
from neural_programmer.model.encoders import Encoded
from neural_programmer.model.programmer import Edges, Programmer

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class ArgumentTable:
    """Log-probabilities of arguments, one edge for each (beginning, operation) asked about.

    ``first`` Float[edge, step]; ``second`` Float[edge, first, step]; ``column`` Float[edge, first, view]; ``constant``
    Float[edge, view, constant]. An operation without reference has its columns at ``first`` = 0, one without column
    its constants at ``view`` = 0. ``attention`` Float[edge, token] is what the model looked at, if it looks.
    """

    first: Floats
    second: Floats
    column: Floats
    constant: Floats
    attention: Floats | None = None


class Scorer(Protocol):
    """Scores the steps that may follow beginnings of programs; what it remembers of them is its own affair."""

    def start(self) -> Any:
        """What the scorer remembers of step 0, as a batch of one beginning."""

    def operations(self, memory: Any, legal: NDArray[np.bool_]) -> Floats:
        """``Float[beginning, operation + 1]``: log-probabilities of the legal ones, "stop" last."""

    def arguments(
        self,
        memory: Any,
        edges: NDArray[np.int64],
        operations: NDArray[np.int64],
        first_mask: NDArray[np.bool_],
        second_mask: NDArray[np.bool_],
    ) -> ArgumentTable:
        """Arguments of ``operations`` Int[edge] after the beginnings ``edges`` Int[edge]; masks are the grammar's."""

    def advance(
        self, memory: Any, parents: NDArray[np.int64], steps: NDArray[np.int64], sizes: NDArray[np.int8]
    ) -> Any:
        """What the scorer remembers of the beginnings with one more step each, ``Int[beginning, 5]``."""


@dataclass(frozen=True, eq=False)
class KnownSteps:
    """All steps so far of all beginnings, which share many; number 0 is that of no step, and all of it is zero.

    ``embeddings`` and ``keys`` Float[number, width] are their vectors, ``columns_after`` Float[number, view] is what
    each adds to the columns' scores where it is referred to.
    """

    embeddings: Tensor
    keys: Tensor
    columns_after: Tensor


@dataclass(frozen=True, eq=False)
class Beginnings:
    """What the model remembers of beginnings of one length.

    ``path`` Int[beginning, step] are the numbers of their steps among those ``known``; ``unused`` Float[beginning,
    step]; ``used_constants`` Float[beginning, constant].
    """

    state: ControllerState
    known: KnownSteps
    path: NDArray[np.int64]
    unused: Floats
    used_constants: Floats


_NO_STEP = 0


class ModelScorer:
    """The model as a scorer of one encoded question."""

    def __init__(self, model: Programmer, encoded: Encoded) -> None:
        self._model = model
        self._encoded = encoded
        self._placement = Placement.alone()
        self._offers = model.offers(encoded)
        self._pairs = model.pair_scores(encoded, self._offers)
        self._legal = encoded.inputs.operation_mask.numpy()
        self._refers: NDArray[np.bool_] = model.operation_takes[:, 0].numpy()
        # What steps make of the columns and constants of the question, then nothing, then of how much they produced.
        embedding = model.step_embedding
        columns, constants = embedding.column(encoded.columns[0]), embedding.constant(encoded.constants[0])
        self._first_constant, self._nothing = len(columns), len(columns) + len(constants)
        nothing = columns.new_zeros(1, columns.shape[1])
        self._arguments = torch.cat([columns, constants, nothing, embedding.size.weight])

    def start(self) -> Beginnings:
        """Step 0 of the one question."""
        model, encoded = self._model, self._encoded
        vectors = model.first_embedding(encoded)
        before = model.controller.start(encoded)
        return Beginnings(
            state=model.controller.advance(before, vectors, encoded, self._placement),
            known=self._known(functional.pad(vectors, (0, 0, 1, 0))),
            path=np.full((1, 1), _NO_STEP + 1),
            unused=np.zeros((1, 1), dtype=np.float32),
            used_constants=np.zeros((1, encoded.constants.shape[1]), dtype=np.float32),
        )

    def operations(self, memory: Beginnings, legal: NDArray[np.bool_]) -> Floats:
        """Log-probabilities of operations."""
        scores = self._model.controller.operations(memory.state.state, self._placement)
        mask = torch.from_numpy(legal & self._legal)
        # Where the question offers nothing that could go on, a softmax over nothing must not look like a choice.
        result: Floats = masked_log_softmax(scores, mask).masked_fill(~mask, MASKED_SCORE).numpy()
        return result

    def arguments(
        self,
        memory: Beginnings,
        edges: NDArray[np.int64],
        operations: NDArray[np.int64],
        first_mask: NDArray[np.bool_],
        second_mask: NDArray[np.bool_],
    ) -> ArgumentTable:
        """Log-probabilities of arguments."""
        path = memory.path[edges]
        referred = np.where(self._refers[operations, None], path, _NO_STEP)
        asked = Edges(
            placement=self._placement,
            operations=torch.from_numpy(operations),
            state=memory.state.state.index_select(0, torch.from_numpy(edges)),
            keys=functional.embedding(torch.from_numpy(path), memory.known.keys),
            columns_after=functional.embedding(torch.from_numpy(referred), memory.known.columns_after),
            unused=torch.from_numpy(memory.unused[edges]),
            used_constants=torch.from_numpy(memory.used_constants[edges]),
            first_mask=torch.from_numpy(first_mask),
            second_mask=torch.from_numpy(second_mask),
        )
        scores = self._model.arguments(self._encoded, self._offers, self._pairs, asked)
        return ArgumentTable(
            scores.first.numpy(),
            scores.second.numpy(),
            scores.column.numpy(),
            scores.constant.numpy(),
            scores.attention.numpy(),
        )

    def advance(
        self, memory: Beginnings, parents: NDArray[np.int64], steps: NDArray[np.int64], sizes: NDArray[np.int8]
    ) -> Beginnings:
        """The beginnings with one more step each."""
        model, encoded = self._model, self._encoded
        path = memory.path[parents]
        vectors = self._embed(memory, path, steps, sizes)
        before = memory.state.carry(torch.from_numpy(parents))
        unused = np.ones((len(steps), path.shape[1] + 1), dtype=np.float32)
        unused[:, :-1] = memory.unused[parents]
        used = memory.used_constants[parents]
        order = np.arange(len(steps))
        for taken, noted, value in (
            (steps[:, FIRST_REFERENCE], unused, 0),
            (steps[:, SECOND_REFERENCE], unused, 0),
            (steps[:, CONSTANT], used, 1),
        ):
            some = order[taken >= 0]
            noted[some, taken[some]] = value
        known, new = memory.known, self._known(vectors)
        return Beginnings(
            state=model.controller.advance(before, vectors, encoded, self._placement),
            known=KnownSteps(
                torch.cat([known.embeddings, new.embeddings]),
                torch.cat([known.keys, new.keys]),
                torch.cat([known.columns_after, new.columns_after]),
            ),
            path=np.column_stack([path, len(known.embeddings) + order]),
            unused=unused,
            used_constants=used,
        )

    def _known(self, vectors: Tensor) -> KnownSteps:
        keys = self._model.pointers.step_key(vectors)
        after = self._model.pointers.columns_after(keys, self._encoded, self._placement)
        return KnownSteps(vectors, keys, after)

    def _embed(
        self, memory: Beginnings, path: NDArray[np.int64], steps: NDArray[np.int64], sizes: NDArray[np.int8]
    ) -> Tensor:
        """``Float[step, width]``: the vectors of steps after beginnings with these paths."""
        embedding = self._model.step_embedding
        column, constant = steps[:, COLUMN], steps[:, CONSTANT]
        places = [
            np.where(column >= 0, column, self._nothing),
            np.where(constant >= 0, self._first_constant + constant, self._nothing),
            self._nothing + 1 + sizes,
        ]
        arguments = functional.embedding(torch.from_numpy(np.stack(places, axis=1)), self._arguments).sum(dim=1)
        for project, reference in (
            (embedding.first, steps[:, FIRST_REFERENCE]),
            (embedding.second, steps[:, SECOND_REFERENCE]),
        ):
            if (reference >= 0).any():
                number = np.where(reference >= 0, path[np.arange(len(path)), reference], _NO_STEP)
                arguments = arguments + project(memory.known.embeddings.index_select(0, torch.from_numpy(number)))
        operations = functional.embedding(torch.from_numpy(steps[:, OPERATION]), self._model.operation_vectors.weight)
        return embedding.joined(operations, arguments)
