"""Attention from many nodes of a few questions, without a copy of each question's words for every node."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

# Stands for minus infinity in masked scores: finite, so that a wholly masked row gives no NaN.
MASKED_SCORE = -1e9


class Placement:
    """Where nodes stand in a padded array: ``question`` Int[node] and ``slot`` Int[node], distinct in a question.

    The nodes of a lone question need no padding and stand as they are.
    """

    def __init__(self, question: Tensor, slot: Tensor, questions: int) -> None:
        self.question = question
        self.slot = slot
        self.questions = questions
        self.slots = int(slot.max()) + 1 if questions > 1 and len(slot) else 1

    @classmethod
    def alone(cls) -> Placement:
        """That of the nodes of a lone question, however many they are."""
        nowhere = torch.zeros(0, dtype=torch.long)
        return cls(nowhere, nowhere, 1)

    def subset(self, chosen: Tensor) -> Placement:
        """The placement of the chosen nodes alone."""
        return Placement(self.question[chosen], self.slot[chosen], self.questions)

    def spread(self, nodes: Tensor) -> Tensor:
        """``[node, ...]`` to ``[batch, slot, ...]``, zero where there is no node."""
        if self.questions == 1:
            return nodes.unsqueeze(0)
        padded = nodes.new_zeros(self.questions, self.slots, *nodes.shape[1:])
        return padded.index_put((self.question, self.slot), nodes)

    def gather(self, padded: Tensor) -> Tensor:
        """``[batch, slot, ...]`` to ``[node, ...]``."""
        return padded.squeeze(0) if self.questions == 1 else padded[self.question, self.slot]

    def own(self, of_questions: Tensor) -> Tensor:
        """What belongs to each node's question, ``[node, ...]`` of ``[batch, ...]``; one line for all of a lone one."""
        return of_questions if self.questions == 1 else of_questions[self.question]

    def attention(self, scores: Tensor, token_mask: Tensor) -> Tensor:
        """The softmax of scores ``[node, token]`` over the tokens of each node's question, Bool[batch, token]."""
        present = self.own(token_mask)
        return scores.masked_fill(~present, MASKED_SCORE).softmax(dim=-1) * present

    def of_each(self, table: Tensor, item: Tensor) -> Tensor:
        """The items (Int[node]) of each node's question: ``[node, ...]`` of ``[batch, item, ...]``."""
        if self.questions == 1:
            return table.squeeze(0).index_select(0, item)
        # An embedding's gradient is cheaper than an index's.
        flat = functional.embedding(self.question * table.shape[1] + item, table.flatten(0, 1).flatten(1))
        return flat.view(len(item), *table.shape[2:])

    def scores(self, queries: Tensor, keys: Tensor) -> Tensor:
        """The products of ``[node, width]`` with the question's ``[batch, item, width]``: ``[node, item]``."""
        return self.gather(torch.bmm(self.spread(queries), keys.transpose(1, 2)))

    def mix(self, weights: Tensor, values: Tensor) -> Tensor:
        """The sums of the question's ``[batch, item, width]`` weighted by ``[node, item]``: ``[node, width]``."""
        return self.gather(torch.bmm(self.spread(weights), values))


class Dropout(nn.Module):
    """Dropout of single units: torch's own draws its bits one by one on a CPU, which takes several times as long."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, values: Tensor) -> Tensor:
        """``Float[...]`` with some units set to zero while training."""
        if not self.training or self.rate == 0:
            return values
        kept = torch.rand_like(values) >= self.rate
        return values * (kept / (1 - self.rate))


class QuestionDropout(nn.Module):
    """Dropout whose mask is the same for all nodes of a question: less noise between programs, and fewer draws."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, nodes: Tensor, placement: Placement) -> Tensor:
        """``Float[node, width]`` with some of each question's units set to zero while training."""
        if not self.training or self.rate == 0:
            return nodes
        kept = torch.rand(placement.questions, nodes.shape[1], device=nodes.device) >= self.rate
        return nodes * placement.own(kept / (1 - self.rate))


def masked_log_softmax(scores: Tensor, mask: Tensor) -> Tensor:
    """The log-softmax over the last dimension with everything outside the mask at about minus 1e9."""
    return scores.masked_fill(~mask, MASKED_SCORE).log_softmax(dim=-1)
