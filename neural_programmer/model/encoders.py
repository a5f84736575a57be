"""Encoders of the question's words, the table's column views and the question's constants."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from neural_programmer.model.attention import Dropout
from neural_programmer.model.cells import read_both_ways, sequence_layers
from neural_programmer.model.config import CELLS, InputSizes, ModelConfig
from neural_programmer.model.inputs import QuestionBatch


@dataclass(frozen=True, eq=False)
class Keys:
    """Projections of the words, columns and constants of a question, made once for all nodes that look at them.

    The controller looks at words by ``controller_words``, pointers by ``pointer_words``; a pointer scores columns by
    ``columns`` and, given a reference, ``columns_after``; constants likewise.
    """

    controller_words: Tensor
    pointer_words: Tensor
    columns: Tensor
    columns_after: Tensor
    constants: Tensor
    constants_after: Tensor


@dataclass(frozen=True, eq=False)
class Encoded:
    """An encoded batch: ``words`` Float[batch, token, width], ``columns`` Float[batch, view, width], ``constants``
    Float[batch, constant, width], ``summary`` Float[batch, width] of the whole question, the inputs themselves, and
    the ``keys`` by which words, columns and constants are found.
    """

    inputs: QuestionBatch
    words: Tensor
    columns: Tensor
    constants: Tensor
    summary: Tensor
    keys: Keys

    @property
    def device(self) -> torch.device:
        """Where the tensors are."""
        return self.words.device


class WordEncoder(nn.Module):
    """A word as the embedding of its number beside the mean embedding of its character n-grams."""

    def __init__(self, config: ModelConfig, sizes: InputSizes) -> None:
        super().__init__()
        self.words = nn.Embedding(sizes.words, config.word_width)
        self.ngrams = nn.EmbeddingBag(config.ngram_buckets, config.ngram_width, mode="mean")
        nn.init.normal_(self.words.weight, std=0.1)
        nn.init.normal_(self.ngrams.weight, std=0.2)
        self.width = config.word_width + config.ngram_width

    def forward(self, inputs: QuestionBatch) -> Tensor:
        """``Float[word, width]`` of the batch's distinct words."""
        return torch.cat([self.words(inputs.word_numbers), self.ngrams(inputs.ngrams, inputs.ngram_starts)], dim=-1)


class Encoder(nn.Module):
    """Question, columns and constants, each in the light of the others."""

    def __init__(self, config: ModelConfig, sizes: InputSizes) -> None:
        super().__init__()
        self.word_encoder = WordEncoder(config, sizes)
        width = config.width
        both = 2 * config.encoder_width
        self.dropout = Dropout(config.dropout)
        self.enter = nn.Linear(self.word_encoder.width + sizes.token_features, width)
        self.recurrent = sequence_layers(
            CELLS[config.cell].encoder, width, config.encoder_width, config.encoder_layers, config.dropout
        )
        self.leave = nn.Linear(both, width)
        self.header = nn.Linear(self.word_encoder.width, width)
        self.column_kinds = nn.Embedding(sizes.column_kinds, width)
        self.column_features = nn.Linear(sizes.column_features, width)
        self.match_weights = nn.Linear(sizes.match_features, 1, bias=False)
        self.column_words = nn.Linear(width, width)
        self.column_out = nn.Linear(width, width)
        self.constant_kinds = nn.Embedding(sizes.constant_kinds, width)
        self.constant_features = nn.Linear(sizes.constant_features, width)
        self.constant_words = nn.Linear(width, width)
        self.constant_out = nn.Linear(width, width)
        self.summary = nn.Linear(both, width)
        self.word_keys = nn.Linear(width, 2 * width, bias=False)
        self.column_keys = nn.Linear(width, 2 * width, bias=False)
        self.constant_keys = nn.Linear(width, 2 * width, bias=False)

    def forward(self, inputs: QuestionBatch) -> Encoded:
        """Encode a batch."""
        vectors = self.word_encoder(inputs)
        features = self.dropout(functional.embedding(inputs.tokens, vectors))
        entered = torch.relu(self.enter(torch.cat([features, inputs.token_features], dim=-1)))
        lengths = inputs.token_mask.sum(dim=1).clamp(min=1)
        states, last = read_both_ways(self.recurrent, self.dropout(entered), lengths)
        present = inputs.token_mask.unsqueeze(-1)
        words = torch.tanh(self.leave(self.dropout(states))) * present
        summary = torch.tanh(self.summary(last))
        columns, constants = self._columns(inputs, vectors, words), self._constants(inputs, words)
        keys = Keys(
            *self.word_keys(words).chunk(2, dim=-1),
            *self.column_keys(columns).chunk(2, dim=-1),
            *self.constant_keys(constants).chunk(2, dim=-1),
        )
        return Encoded(inputs, words, columns, constants, summary, keys)

    def _columns(self, inputs: QuestionBatch, vectors: Tensor, words: Tensor) -> Tensor:
        count = inputs.header_mask.sum(dim=-1, keepdim=True).clamp(min=1)
        weights = inputs.header_mask / count
        headers = torch.einsum("bvh,bvhd->bvd", weights, functional.embedding(inputs.header_words, vectors))
        # A summary of the words that match the column, each as strongly as it matches.
        strength = self.match_weights(inputs.matches).squeeze(-1).exp() * (inputs.matches.amax(dim=-1) > 0)
        strength = strength * inputs.token_mask.unsqueeze(-1)
        strength = strength / strength.sum(dim=1, keepdim=True).clamp(min=1e-6)
        speaking = torch.bmm(strength.transpose(1, 2), words)
        mixed = (
            self.header(self.dropout(headers))
            + self.column_kinds(inputs.column_kinds)
            + self.column_features(inputs.column_features)
            + self.column_words(speaking)
        )
        out: Tensor = torch.tanh(self.column_out(self.dropout(torch.relu(mixed))))
        return out * inputs.column_mask.unsqueeze(-1)

    def _constants(self, inputs: QuestionBatch, words: Tensor) -> Tensor:
        spans = inputs.constant_spans / inputs.constant_spans.sum(dim=-1, keepdim=True).clamp(min=1)
        mixed = (
            self.constant_words(torch.bmm(spans, words))
            + self.constant_kinds(inputs.constant_kinds)
            + self.constant_features(inputs.constant_features)
        )
        out: Tensor = torch.tanh(self.constant_out(self.dropout(torch.relu(mixed))))
        return out * inputs.constant_mask.unsqueeze(-1)
