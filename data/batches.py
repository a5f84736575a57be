"""Padding: questions of different sizes put into one batch of tensors with masks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from neural_programmer.data.features import (
    COLUMN_FEATURES,
    CONSTANT_FEATURES,
    MATCH_FEATURES,
    MAX_HEADER_WORDS,
    PAIR_FEATURES,
    TOKEN_FEATURES,
    Features,
)
from neural_programmer.data.vocabulary import MASKED, UNKNOWN, Vocabulary, ngram_buckets
from neural_programmer.language.grammar import Grammar
from neural_programmer.model.inputs import QuestionBatch
from neural_programmer.tables.constants import ConstantKind
from neural_programmer.tables.views import ViewKind

_VIEW_KINDS = tuple(ViewKind)
_CONSTANT_KINDS = tuple(ConstantKind)


class Batcher:
    """Makes batches for one vocabulary and one grammar."""

    def __init__(self, vocabulary: Vocabulary, grammar: Grammar, ngram_buckets: int) -> None:
        self._vocabulary = vocabulary
        self._grammar = grammar
        self._buckets = ngram_buckets
        self._available: dict[tuple[frozenset[int], frozenset[int]], NDArray[np.bool_]] = {}

    def _operation_mask(self, features: Features) -> NDArray[np.bool_]:
        kinds = frozenset(features.column_kinds.tolist()), frozenset(features.constant_kinds.tolist())
        found = self._available.get(kinds)
        if found is None:
            columns = {_VIEW_KINDS[kind].value_type for kind in kinds[0]}
            constants = {_CONSTANT_KINDS[kind] for kind in kinds[1]}
            found = self._available[kinds] = self._grammar.available(columns, constants)
        return found

    def _words(self, words: Sequence[str]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        numbers = [self._vocabulary.number(word) for word in words] + [UNKNOWN]
        ngrams: list[int] = []
        starts: list[int] = []
        for word in words:
            starts.append(len(ngrams))
            ngrams.extend(ngram_buckets(word, self._buckets))
        starts.append(len(ngrams))
        return torch.tensor(numbers), torch.tensor(ngrams, dtype=torch.long), torch.tensor(starts)

    def batch(
        self,
        questions: Sequence[Features],
        *,
        hide_words: float = 0.0,
        random: np.random.Generator | None = None,
    ) -> QuestionBatch:
        """The padded batch; a share of its distinct words may be hidden, which needs a random generator.

        Hidden words lose their vocabulary number only: their characters stay.
        """
        size = len(questions)
        token, view, constant = (
            max(1, *(len(getattr(question, name)) for question in questions)) if size > 0 else 1
            for name in ("tokens", "column_kinds", "constant_kinds")
        )
        tokens = np.zeros((size, token), dtype=np.int64)
        token_mask = np.zeros((size, token), dtype=np.bool_)
        token_features = np.zeros((size, token, TOKEN_FEATURES), dtype=np.float32)
        header_words = np.full((size, view, MAX_HEADER_WORDS), -1, dtype=np.int64)
        column_kinds = np.zeros((size, view), dtype=np.int64)
        column_features = np.zeros((size, view, COLUMN_FEATURES), dtype=np.float32)
        column_mask = np.zeros((size, view), dtype=np.bool_)
        matches = np.zeros((size, token, view, MATCH_FEATURES), dtype=np.float32)
        constant_spans = np.zeros((size, constant, token), dtype=np.float32)
        constant_kinds = np.zeros((size, constant), dtype=np.int64)
        constant_features = np.zeros((size, constant, CONSTANT_FEATURES), dtype=np.float32)
        constant_mask = np.zeros((size, constant), dtype=np.bool_)
        pairs = np.zeros((size, constant, view, PAIR_FEATURES), dtype=np.float32)
        places: dict[str, int] = {}
        for at, question in enumerate(questions):
            numbers = np.array([places.setdefault(word, len(places)) for word in question.words] + [-1], dtype=np.int64)
            t, v, k = len(question.tokens), len(question.column_kinds), len(question.constant_kinds)
            tokens[at, :t] = numbers[question.tokens]
            token_mask[at, :t] = True
            token_features[at, :t] = question.token_features
            header_words[at, :v] = numbers[question.header_words]
            column_kinds[at, :v] = question.column_kinds
            column_features[at, :v] = question.column_features
            column_mask[at, :v] = True
            matches[at, :t, :v] = question.matches
            for number, (start, end) in enumerate(question.constant_spans.tolist()):
                constant_spans[at, number, start:end] = 1
            constant_kinds[at, :k] = question.constant_kinds
            constant_features[at, :k] = question.constant_features
            constant_mask[at, :k] = True
            pairs[at, :k, :v] = question.pairs
        padding = len(places)
        tokens = np.where(token_mask, tokens, padding)
        header_mask = header_words >= 0
        word_numbers, ngrams, starts = self._words(list(places))
        if hide_words > 0:
            assert random is not None, "hiding words needs a random generator"
            hidden = torch.from_numpy(random.random(len(word_numbers)) < hide_words)
            word_numbers = torch.where(hidden, MASKED, word_numbers)
        return QuestionBatch(
            word_numbers=word_numbers,
            ngrams=ngrams,
            ngram_starts=starts,
            tokens=torch.from_numpy(tokens),
            token_mask=torch.from_numpy(token_mask),
            token_features=torch.from_numpy(token_features),
            header_words=torch.from_numpy(np.where(header_mask, header_words, padding)),
            header_mask=torch.from_numpy(header_mask.astype(np.float32)),
            column_kinds=torch.from_numpy(column_kinds),
            column_features=torch.from_numpy(column_features),
            column_mask=torch.from_numpy(column_mask),
            matches=torch.from_numpy(matches),
            constant_spans=torch.from_numpy(constant_spans),
            constant_kinds=torch.from_numpy(constant_kinds),
            constant_features=torch.from_numpy(constant_features),
            constant_mask=torch.from_numpy(constant_mask),
            pairs=torch.from_numpy(pairs),
            operation_mask=torch.from_numpy(np.stack([self._operation_mask(question) for question in questions])),
        )
