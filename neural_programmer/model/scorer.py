"""What search asks of a model: how likely each next step of each beginning of a program is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from neural_programmer.language.candidates import COLUMN, CONSTANT, FIRST_REFERENCE, OPERATION, SECOND_REFERENCE
from neural_programmer.model.attention import MASKED_SCORE, Placement, masked_log_softmax
from neural_programmer.model.encoders import Encoded
from neural_programmer.model.programmer import Beginnings, Programmer

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


class ModelScorer:
    """The model as a scorer of one encoded question."""

    def __init__(self, model: Programmer, encoded: Encoded) -> None:
        self._model = model
        self._encoded = encoded
        self._offers = model.offers(encoded)
        self._pairs = model.pair_scores(encoded, self._offers)
        self.number_of_constants = encoded.constants.shape[1]

    def _placement(self, count: int) -> Placement:
        return Placement(torch.zeros(count, dtype=torch.long), torch.arange(count), 1)

    def start(self) -> Beginnings:
        """Step 0 of the one question."""
        model, encoded = self._model, self._encoded
        vectors = model.first_embedding(encoded)
        placement = self._placement(1)
        state = model.controller.advance(model.controller.start(encoded), vectors, encoded, placement)
        keys = model.pointers.step_key(vectors)
        return Beginnings(
            placement=placement,
            state=state,
            embeddings=vectors.unsqueeze(1),
            keys=keys.unsqueeze(1),
            columns_after=model.pointers.columns_after(keys, encoded, placement).unsqueeze(1),
            unused=torch.zeros(1, 1),
            used_constants=torch.zeros(1, self.number_of_constants),
        )

    def operations(self, memory: Beginnings, legal: NDArray[np.bool_]) -> Floats:
        """Log-probabilities of operations."""
        scores = self._model.controller.operations(memory.state.state, memory.placement)
        mask = torch.from_numpy(legal) & self._encoded.inputs.operation_mask
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
        scores = self._model.arguments(
            self._encoded,
            self._offers,
            self._pairs,
            memory,
            torch.from_numpy(edges),
            torch.from_numpy(operations),
            torch.from_numpy(first_mask),
            torch.from_numpy(second_mask),
        )
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
        parent, step = torch.from_numpy(parents), torch.from_numpy(steps)
        count = len(parent)
        earlier = memory.embeddings[parent]
        order = torch.arange(count)
        references = [
            earlier[order, index.clamp(min=0)] * (index >= 0).unsqueeze(1)
            for index in (step[:, FIRST_REFERENCE], step[:, SECOND_REFERENCE])
        ]
        column, constant = step[:, COLUMN], step[:, CONSTANT]
        vectors = model.step_embedding(
            model.operation_vectors(step[:, OPERATION]),
            encoded.columns[0, column.clamp(min=0)] * (column >= 0).unsqueeze(1),
            encoded.constants[0, constant.clamp(min=0)] * (constant >= 0).unsqueeze(1),
            *references,
            torch.from_numpy(sizes.astype(np.int64)),
        )
        placement = self._placement(count)
        state = model.controller.advance(memory.state.select(parent), vectors, encoded, placement)
        unused = torch.cat([memory.unused[parent], torch.ones(count, 1)], dim=1)
        for index in (step[:, FIRST_REFERENCE], step[:, SECOND_REFERENCE]):
            some = (index >= 0).nonzero().squeeze(1)
            unused[some, index[some]] = 0
        used = memory.used_constants[parent]
        some = (constant >= 0).nonzero().squeeze(1)
        used[some, constant[some]] = 1
        keys = model.pointers.step_key(vectors)
        after = model.pointers.columns_after(keys, encoded, placement)
        return Beginnings(
            placement=placement,
            state=state,
            embeddings=torch.cat([earlier, vectors.unsqueeze(1)], dim=1),
            keys=torch.cat([memory.keys[parent], keys.unsqueeze(1)], dim=1),
            columns_after=torch.cat([memory.columns_after[parent], after.unsqueeze(1)], dim=1),
            unused=unused,
            used_constants=used,
        )
