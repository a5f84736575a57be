"""Addressing by content and by place, as in the Neural Turing Machine (Graves et al. 2014, sections 3.3.1 and 3.3.2).

An address is a distribution over the rows of a table, ``Float[batch, row]``, as the memory's is over its locations.
Where the paper's memory is a ring, a table has ends: what is shifted beyond them is lost, as "the row above the first"
is no row. The lost part is what the address lacks to 1. ``around=True`` is the paper's ring.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import cosine_similarity


def by_content(memory: Tensor, key: Tensor, strength: Tensor) -> Tensor:
    """The address of what is like the key: the softmax of the cosine similarity times the strength (equations 5, 6).

    ``memory`` Float[batch, row, width], ``key`` Float[batch, width], ``strength`` Float[batch], at least 0: with 0 all
    rows are alike; the greater it is, the more the address is shared among the most similar rows alone. A filter is
    this with a similarity of 1 for the rows that fulfil it, 0 for others, and endless strength.
    """
    similarity = cosine_similarity(memory, key[:, None], dim=-1)
    return (strength[:, None] * similarity).softmax(dim=-1)


def interpolate(content: Tensor, before: Tensor, gate: Tensor) -> Tensor:
    """The share ``gate`` (Float[batch], 0 to 1) of the address by content, the rest of the one before (equation 7)."""
    return gate[:, None] * content + (1 - gate[:, None]) * before


def shift(address: Tensor, shifts: Tensor, *, around: bool = False) -> Tensor:
    """The address moved by a distribution over shifts: a convolution (equation 8).

    ``shifts`` Float[batch, 2 · most + 1] are the chances of moving by -most … most rows; -1 is the row before. What is
    moved beyond the ends is lost, or comes back at the other end where ``around``.
    """
    most, rows = shifts.shape[1] // 2, address.shape[1]
    moved = torch.zeros_like(address)
    for place in range(shifts.shape[1]):
        by = place - most
        rolled = address.roll(by, dims=1)
        if not around and by != 0:
            rolled = rolled.clone()
            lost = slice(0, by) if by > 0 else slice(max(rows + by, 0), rows)
            rolled[:, lost] = 0
        moved = moved + shifts[:, place, None] * rolled
    return moved


def sharpen(address: Tensor, exponent: Tensor) -> Tensor:
    """The address with every part raised to a power and the same sum as before (equation 9).

    ``exponent`` Float[batch] is at least 1: 1 changes nothing, the greater it is, the more goes to the greatest part,
    or to equal shares of several greatest parts.
    """
    whole = address.sum(dim=1, keepdim=True)
    # Parts relative to the greatest: no power of them overflows, and the greatest stays 1.
    relative = address / address.amax(dim=1, keepdim=True).clamp_min(torch.finfo(address.dtype).tiny)
    raised = relative ** exponent[:, None]
    total = raised.sum(dim=1, keepdim=True)
    return torch.where(whole > 0, whole * raised / total.clamp_min(torch.finfo(address.dtype).tiny), 0.0)
