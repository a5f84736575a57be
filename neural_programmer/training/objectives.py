"""What training makes small: the negative log-likelihood of giving the right answer."""

from __future__ import annotations

import torch
from torch import Tensor


def marginal_loss(log_probabilities: Tensor, questions: Tensor, count: int) -> Tensor:
    """``Float[question]``: minus the log of the summed probability of each question's programs.

    ``log_probabilities`` Float[program] with ``questions`` Int[program], every question with at least one program.
    """
    flat = log_probabilities.detach()
    greatest = flat.new_full((count,), -torch.inf).scatter_reduce(0, questions, flat, "amax")
    sums = log_probabilities.new_zeros(count).index_add(0, questions, (log_probabilities - greatest[questions]).exp())
    return -(sums.log() + greatest)
