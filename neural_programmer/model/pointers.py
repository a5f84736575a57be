"""Pointers: which earlier steps, column view and constant an operation takes."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from neural_programmer.model.attention import MASKED_SCORE, Placement, QuestionDropout
from neural_programmer.model.config import InputSizes, ModelConfig
from neural_programmer.model.encoders import Encoded

# What a reference pointer is told of an earlier step: it is the last one, it is step 0, nothing has used it yet.
_REFERENCE_FEATURES = 3


@dataclass(frozen=True, eq=False)
class Intention:
    """What an operation is after: ``vector`` Float[edge, width] and the ``attention`` Float[edge, token] behind it."""

    vector: Tensor
    operation: Tensor
    attention: Tensor
    placement: Placement


class Pointers(nn.Module):
    """Scores of arguments, each given the operation and the arguments before it; masks are the caller's."""

    def __init__(self, config: ModelConfig, sizes: InputSizes) -> None:
        super().__init__()
        width, operation = config.width, config.operation_width
        self.dropout = QuestionDropout(config.dropout)
        self.intend = nn.Linear(width + operation, width)
        self.vector = nn.Linear(2 * width, width)
        self.step_key = nn.Linear(width, width, bias=False)
        self.first_features = nn.Linear(operation, _REFERENCE_FEATURES)
        self.second = nn.Linear(width, width, bias=False)
        self.second_after = nn.Linear(width, width, bias=False)
        self.second_features = nn.Linear(operation, _REFERENCE_FEATURES)
        self.column_features = nn.Linear(operation, sizes.column_features + sizes.column_kinds)
        self.column_matches = nn.Linear(operation, sizes.match_features)
        self.constant_features = nn.Linear(operation, sizes.constant_features + 2)
        self.pair_features = nn.Linear(operation, sizes.pair_features)
        self._kinds = sizes.column_kinds
        self.scale: float = width**-0.5

    def intention(self, state: Tensor, operation: Tensor, encoded: Encoded, placement: Placement) -> Intention:
        """What an operation (Float[edge, operation width]) is after in a state (Float[edge, width])."""
        wish = torch.tanh(self.intend(self.dropout(torch.cat([state, operation], dim=-1), placement)))
        scores = placement.scores(wish, encoded.keys.pointer_words)
        present = encoded.inputs.token_mask[placement.question]
        attention = scores.masked_fill(~present, MASKED_SCORE).softmax(dim=-1) * present
        context = placement.mix(attention, encoded.words)
        vector = torch.tanh(self.vector(self.dropout(torch.cat([wish, context], dim=-1), placement)))
        return Intention(vector, operation, attention, placement)

    @staticmethod
    def reference_features(unused: Tensor) -> Tensor:
        """``Float[edge, step, 3]`` from ``unused`` Float[edge, step]."""
        features = unused.new_zeros(*unused.shape, _REFERENCE_FEATURES)
        features[..., -1, 0] = 1
        features[..., 0, 1] = 1
        features[..., 2] = unused
        return features

    def first_references(self, intention: Intention, keys: Tensor, features: Tensor) -> Tensor:
        """``Float[edge, step]`` for step keys Float[edge, step, width] and their features."""
        content = torch.einsum("ed,esd->es", intention.vector, keys) * self.scale
        out: Tensor = content + torch.einsum("ef,esf->es", self.first_features(intention.operation), features)
        return out

    def second_references(self, intention: Intention, keys: Tensor, features: Tensor) -> tuple[Tensor, Tensor]:
        """Scores of the second reference: ``Float[edge, step]``, to which ``[edge, first, step]`` is added."""
        content = torch.einsum("ed,esd->es", self.second(intention.vector), keys) * self.scale
        alone = content + torch.einsum("ef,esf->es", self.second_features(intention.operation), features)
        pair = torch.einsum("efd,esd->efs", self.second_after(keys), keys) * self.scale
        return alone, pair

    def columns(self, intention: Intention, encoded: Encoded) -> Tensor:
        """``Float[edge, view]`` before the first reference is taken into account."""
        inputs, placement = encoded.inputs, intention.placement
        content = placement.scores(intention.vector, encoded.keys.columns)
        kinds = functional.one_hot(inputs.column_kinds, self._kinds).to(content.dtype)
        known = torch.cat([inputs.column_features, kinds], dim=-1)
        content = content + placement.scores(self.column_features(intention.operation), known)
        size, token, view, feature = inputs.matches.shape
        matched = placement.mix(intention.attention, inputs.matches.reshape(size, token, view * feature))
        matched = matched.view(-1, view, feature)
        return content + torch.einsum("ef,evf->ev", self.column_matches(intention.operation), matched)

    def columns_after(self, first: Tensor, encoded: Encoded, placement: Placement) -> Tensor:
        """``Float[edge, view]``: what the first reference (its step key) adds to the columns' scores."""
        return placement.scores(first, encoded.keys.columns_after)

    def constants(self, intention: Intention, encoded: Encoded, used: Tensor) -> Tensor:
        """``Float[edge, constant]`` before the column is taken into account; ``used`` Float[edge, constant]."""
        inputs, placement = encoded.inputs, intention.placement
        content = placement.scores(intention.vector, encoded.keys.constants)
        weights: Tensor = self.constant_features(intention.operation)
        content = content + placement.scores(weights[:, :-2], inputs.constant_features)
        looked_at = placement.scores(intention.attention, inputs.constant_spans)
        return content + weights[:, -2:-1] * used + weights[:, -1:] * looked_at

    def constants_after(self, column: Tensor, encoded: Encoded, placement: Placement) -> Tensor:
        """``Float[edge, constant]``: what the chosen column (Float[edge, width]) adds to the constants' scores."""
        return placement.scores(column, encoded.keys.constants_after)
