"""Pointers: which earlier steps, column view and constant an operation takes."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from neural_programmer.model.attention import Placement, QuestionDropout
from neural_programmer.model.config import InputSizes, ModelConfig
from neural_programmer.model.encoders import Encoded

# What a reference pointer is told of an earlier step: it is the last one, it is step 0, nothing has used it yet.
_REFERENCE_FEATURES = 3


@dataclass(frozen=True, eq=False)
class Intention:
    """What an operation (Int[edge]) is after: ``vector`` Float[edge, width] and the ``attention`` Float[edge, token]
    behind it.
    """

    vector: Tensor
    operation: Tensor
    attention: Tensor
    placement: Placement


@dataclass(frozen=True, eq=False)
class Offers:
    """What every operation makes of the columns and constants of a batch's questions, whatever came before it: computed
    once for all edges.

    ``first`` and ``second`` Float[operation, 3] weigh the features of references, ``matches`` Float[operation, match
    feature] those of words that match columns, ``pairs`` Float[operation, pair feature] those of a constant in a
    column; ``used`` and ``attended`` Float[operation] a constant that was used before, and one that is looked at.
    ``columns`` Float[batch, operation, view] and ``constants`` Float[batch, operation, constant] are scores, and
    ``column_mask`` and ``constant_mask``, of the same shapes, say which an operation may take.
    """

    first: Tensor
    second: Tensor
    columns: Tensor
    column_mask: Tensor
    matches: Tensor
    constants: Tensor
    constant_mask: Tensor
    used: Tensor
    attended: Tensor
    pairs: Tensor


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

    def offers(self, operations: Tensor, encoded: Encoded, column_mask: Tensor, constant_mask: Tensor) -> Offers:
        """What all operations, Float[operation, operation width], make of a batch, given what they may take of it."""
        inputs = encoded.inputs
        kinds = functional.one_hot(inputs.column_kinds, self._kinds).to(operations.dtype)
        known = torch.cat([inputs.column_features, kinds], dim=-1)
        of_constants: Tensor = self.constant_features(operations)
        features, used, attended = of_constants[:, :-2], of_constants[:, -2], of_constants[:, -1]
        return Offers(
            first=self.first_features(operations),
            second=self.second_features(operations),
            columns=self.column_features(operations) @ known.transpose(1, 2),
            column_mask=column_mask,
            matches=self.column_matches(operations),
            constants=features @ inputs.constant_features.transpose(1, 2),
            constant_mask=constant_mask,
            used=used,
            attended=attended,
            pairs=self.pair_features(operations),
        )

    def intention(
        self, state: Tensor, operation: Tensor, vectors: Tensor, encoded: Encoded, placement: Placement
    ) -> Intention:
        """What an operation (Int[edge], of these ``vectors`` Float[edge, operation width]) is after in a state
        (Float[edge, width]).
        """
        wish = torch.tanh(self.intend(self.dropout(torch.cat([state, vectors], dim=-1), placement)))
        scores = placement.scores(wish, encoded.keys.pointer_words)
        attention = placement.attention(scores, encoded.inputs.token_mask)
        context = placement.mix(attention, encoded.words)
        vector = torch.tanh(self.vector(self.dropout(torch.cat([wish, context], dim=-1), placement)))
        return Intention(vector, operation, attention, placement)

    @staticmethod
    def reference_features(unused: Tensor, last: Tensor | int) -> Tensor:
        """``Float[edge, step, 3]`` from ``unused`` Float[edge, step] and the ``last`` step, of each edge or of all."""
        features = unused.new_zeros(*unused.shape, _REFERENCE_FEATURES)
        if isinstance(last, int):
            features[..., last, 0] = 1
        else:
            features[torch.arange(len(unused)), last, 0] = 1
        features[..., 0, 1] = 1
        features[..., 2] = unused
        return features

    def first_references(self, intention: Intention, offers: Offers, keys: Tensor, features: Tensor) -> Tensor:
        """``Float[edge, step]`` for step keys Float[edge, step, width] and their features."""
        content = torch.bmm(keys, intention.vector.unsqueeze(2)) * self.scale
        out: Tensor = content + torch.bmm(
            features, functional.embedding(intention.operation, offers.first).unsqueeze(2)
        )
        return out.squeeze(2)

    def second_references(
        self, intention: Intention, offers: Offers, keys: Tensor, features: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Scores of the second reference: ``Float[edge, step]``, to which ``[edge, first, step]`` is added."""
        content = torch.bmm(keys, self.second(intention.vector).unsqueeze(2)) * self.scale
        alone = content + torch.bmm(features, functional.embedding(intention.operation, offers.second).unsqueeze(2))
        pair = torch.bmm(self.second_after(keys), keys.transpose(1, 2)) * self.scale
        return alone.squeeze(2), pair

    def columns(self, intention: Intention, offers: Offers, encoded: Encoded) -> Tensor:
        """``Float[edge, view]`` before the first reference is taken into account."""
        inputs, placement, operation = encoded.inputs, intention.placement, intention.operation
        content = placement.scores(intention.vector, encoded.keys.columns)
        content = content + placement.of_each(offers.columns, operation)
        size, token, view, feature = inputs.matches.shape
        matched = placement.mix(intention.attention, inputs.matches.reshape(size, token, view * feature))
        matched = torch.bmm(
            matched.view(-1, view, feature), functional.embedding(operation, offers.matches).unsqueeze(2)
        )
        return content + matched.squeeze(2)

    def columns_after(self, first: Tensor, encoded: Encoded, placement: Placement) -> Tensor:
        """``Float[edge, view]``: what the first reference (its step key) adds to the columns' scores."""
        return placement.scores(first, encoded.keys.columns_after)

    def constants(self, intention: Intention, offers: Offers, encoded: Encoded, used: Tensor) -> Tensor:
        """``Float[edge, constant]`` before the column is taken into account; ``used`` Float[edge, constant]."""
        placement, operation = intention.placement, intention.operation
        content = placement.scores(intention.vector, encoded.keys.constants)
        content = content + placement.of_each(offers.constants, operation)
        looked_at = placement.scores(intention.attention, encoded.inputs.constant_spans)
        return (
            content + offers.used[operation].unsqueeze(1) * used + offers.attended[operation].unsqueeze(1) * looked_at
        )

    def constants_after(self, column: Tensor, encoded: Encoded, placement: Placement) -> Tensor:
        """``Float[edge, constant]``: what the chosen column (Float[edge, width]) adds to the constants' scores."""
        return placement.scores(column, encoded.keys.constants_after)
