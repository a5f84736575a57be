"""The sizes of the model, and the numbers of kinds that its tables of weights are made for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ModelConfig:
    """Widths of the model's parts and its rate of dropout."""

    word_width: int = 128
    ngram_width: int = 64
    ngram_buckets: int = 8192
    encoder_width: int = 96
    encoder_layers: int = 2
    width: int = 192
    operation_width: int = 48
    argument_width: int = 64
    dropout: float = 0.15


@dataclass(frozen=True)
class InputSizes:
    """How many words, kinds and features the model's inputs have."""

    words: int
    token_features: int
    column_kinds: int
    column_features: int
    match_features: int
    constant_kinds: int
    constant_features: int
    pair_features: int
