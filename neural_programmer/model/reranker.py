"""The re-ranker: judges the programs that the programmer found by what they say and what they answer.

A discriminative model over whole candidates sees what a step-by-step model cannot: which words a program leaves
unused, and whether its answer is of the kind the question asks for (cf. Collins and Koo 2005, "Discriminative
Reranking for Natural Language Parsing", section 3).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from neural_programmer.model.attention import Dropout


@dataclass(frozen=True)
class RerankerConfig:
    """Widths of the re-ranker, its dropout, and how many buckets n-grams, crosses and signs are hashed to (0: none).

    Of the crosses of a candidate ``kept_crosses`` take part in a training step, of its signs ``kept_signs``.
    """

    ngram_buckets: int = 6000
    pair_buckets: int = 256
    vector_width: int = 32
    hidden_width: int = 128
    dropout: float = 0.3
    cross_buckets: int = 0
    kept_crosses: float = 0.5
    sign_buckets: int = 0
    kept_signs: float = 0.7


@dataclass(frozen=True, eq=False)
class RerankerBatch:
    """Candidates of several questions, padded.

    ``dense`` Float[batch, candidate, feature]; ``operations`` Float[batch, candidate, operation] counts; ``pairs``
    Float[batch, candidate, bucket] of operations that follow each other; ``question`` Int[ngram] of all questions with
    ``question_starts`` Int[batch]; ``headers`` Int[ngram] of all candidates' answer columns with ``header_starts``
    Int[batch * candidate]; ``crosses`` Int[cross] of what the question says with what the candidate does, with
    ``cross_starts`` Int[batch * candidate]; ``signs`` Int[sign] of how it takes up the question, with ``sign_starts``
    Int[batch * candidate]; ``mask`` Bool[batch, candidate].
    """

    dense: Tensor
    operations: Tensor
    pairs: Tensor
    question: Tensor
    question_starts: Tensor
    headers: Tensor
    header_starts: Tensor
    crosses: Tensor
    cross_starts: Tensor
    signs: Tensor
    sign_starts: Tensor
    mask: Tensor


class Reranker(nn.Module):
    """A small network over the features of a candidate, the words of the question and of the answer's column."""

    def __init__(self, config: RerankerConfig, features: int, operations: int) -> None:
        super().__init__()
        self.config = config
        self.features = features
        width = config.vector_width
        self.question = nn.Embedding(config.ngram_buckets, width)
        self.header = nn.Embedding(config.ngram_buckets, width)
        nn.init.normal_(self.question.weight, std=0.3)
        nn.init.normal_(self.header.weight, std=0.3)
        self.operations = nn.Linear(operations + config.pair_buckets, width)
        self.normalise = nn.LayerNorm(features)
        self.dropout = Dropout(config.dropout)
        self.hidden = nn.Linear(features + operations + 5 * width, config.hidden_width)
        self.second = nn.Linear(config.hidden_width, config.hidden_width // 2)
        self.out = nn.Linear(config.hidden_width // 2, 1)
        # One weight for each cross and sign: a log-linear model beside the network.
        self.crosses = _weights(config.cross_buckets)
        self.signs = _weights(config.sign_buckets)
        # The programmer's own opinion, the first two features, counts from the start.
        self.trust = nn.Parameter(torch.tensor([0.5, 0.5]))

    def forward(self, batch: RerankerBatch) -> Tensor:
        """``Float[batch, candidate]``: scores whose softmax over a question's candidates is their probability."""
        size, candidates, _ = batch.dense.shape
        question = _means(self.question(batch.question), batch.question_starts).unsqueeze(1).expand(-1, candidates, -1)
        header = _means(self.header(batch.headers), batch.header_starts).view(size, candidates, -1)
        steps = torch.tanh(self.operations(torch.cat([batch.operations, batch.pairs], dim=-1)))
        parts = [
            self.normalise(batch.dense),
            batch.operations,
            question,
            header,
            steps,
            question * header,
            question * steps,
        ]
        hidden = torch.relu(self.hidden(self.dropout(torch.cat(parts, dim=-1))))
        hidden = torch.relu(self.second(self.dropout(hidden)))
        score = self.out(self.dropout(hidden)).squeeze(-1) + (batch.dense[..., :2] * self.trust).sum(dim=-1)
        if self.crosses is not None:
            kept = self.config.kept_crosses
            score = score + self._summed(self.crosses, batch.crosses, batch.cross_starts, kept).view(size, candidates)
        if self.signs is not None:
            kept = self.config.kept_signs
            score = score + self._summed(self.signs, batch.signs, batch.sign_starts, kept).view(size, candidates)
        masked: Tensor = score.masked_fill(~batch.mask, -1e9)
        return masked

    def _summed(self, weights: nn.Embedding, present: Tensor, starts: Tensor, share: float) -> Tensor:
        """``Float[batch * candidate]``: the summed weights of what is present in each candidate, of a random ``share``
        of it in training.
        """
        found = weights(present)
        if self.training:
            kept = torch.rand(len(present), 1, device=present.device) < share
            found = found * (kept / share)
        return _sums(found, starts).squeeze(1)


def _sums(vectors: Tensor, starts: Tensor) -> Tensor:
    """``Float[bag, width]``: the sums of runs of vectors that begin at ``starts`` Int[bag].

    What torch's own bags do, whose gradient takes several times as long on a CPU.
    """
    bag = torch.repeat_interleave(_lengths(vectors, starts))
    return vectors.new_zeros(len(starts), vectors.shape[1]).index_add(0, bag, vectors)


def _means(vectors: Tensor, starts: Tensor) -> Tensor:
    """The means of the same runs, 0 for an empty one."""
    return _sums(vectors, starts) / _lengths(vectors, starts).clamp(min=1).unsqueeze(1)


def _lengths(vectors: Tensor, starts: Tensor) -> Tensor:
    return torch.diff(starts, append=starts.new_tensor([len(vectors)]))


def _weights(buckets: int) -> nn.Embedding | None:
    """One weight for each bucket, nothing yet."""
    if not buckets:
        return None
    weights = nn.Embedding(buckets, 1)
    nn.init.zeros_(weights.weight)
    return weights
