"""The tensors that the model reads: a batch of questions, padded, with masks."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True, eq=False)
class QuestionBatch:
    """A padded batch of questions with their tables' column views and their constants.

    Words are named once in a batch: ``word_numbers`` Int[word] are their vocabulary numbers, ``ngrams`` Int[ngram]
    with ``ngram_starts`` Int[word] the buckets of their character n-grams; the last word is the padding word.
    ``tokens`` Int[batch, token] and ``header_words`` Int[batch, view, header word] index them.
    ``token_mask`` Bool[batch, token]; ``token_features`` Float[batch, token, ...]; ``header_mask`` Float[batch, view,
    header word]; ``column_kinds`` Int[batch, view]; ``column_features`` Float[batch, view, ...]; ``column_mask``
    Bool[batch, view]; ``matches`` Float[batch, token, view, ...]; ``constant_spans`` Float[batch, constant, token] (one
    over the tokens of each constant); ``constant_kinds`` Int[batch, constant]; ``constant_features`` Float[batch,
    constant, ...]; ``constant_mask`` Bool[batch, constant]; ``pairs`` Float[batch, constant, view, ...];
    ``operation_mask`` Bool[batch, operation + 1]: the operations that find arguments of their types.
    """

    word_numbers: Tensor
    ngrams: Tensor
    ngram_starts: Tensor
    tokens: Tensor
    token_mask: Tensor
    token_features: Tensor
    header_words: Tensor
    header_mask: Tensor
    column_kinds: Tensor
    column_features: Tensor
    column_mask: Tensor
    matches: Tensor
    constant_spans: Tensor
    constant_kinds: Tensor
    constant_features: Tensor
    constant_mask: Tensor
    pairs: Tensor
    operation_mask: Tensor

    def __len__(self) -> int:
        return len(self.tokens)
