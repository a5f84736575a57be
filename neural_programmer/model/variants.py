"""Variants of the LSTM that torch has no fused code for: peepholes, and coupled input and forget gates."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class VariantGates(nn.Module):
    """The arithmetic of an LSTM for several directions at once, each with weights of its own.

    The gates are in torch's order: input, forget (left out where ``coupled``), candidate, output. With ``peepholes``
    the input and forget gates also see the memory before the step, the output gate the one after it (Gers and
    Schmidhuber 2000, section 2); ``coupled``, the cell forgets as much as it takes in, f = 1 - i (Greff et al. 2017,
    section 3). With neither it is torch's LSTM with the sum of its two biases.
    """

    def __init__(self, inputs: int, width: int, directions: int, *, peepholes: bool, coupled: bool) -> None:
        super().__init__()
        gates = 3 if coupled else 4
        self.width = width
        self.coupled = coupled
        self.weight_ih = nn.Parameter(torch.empty(directions, inputs, gates * width))
        self.weight_hh = nn.Parameter(torch.empty(directions, width, gates * width))
        self.bias = nn.Parameter(torch.empty(directions, 1, gates * width))
        # Of each gate but the candidate; none without peepholes.
        self.peepholes = nn.Parameter(torch.empty(gates - 1, directions, 1, width)) if peepholes else None
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -(width**-0.5), width**-0.5)

    def enter(self, inputs: Tensor) -> Tensor:
        """What the inputs (Float[direction, node, input]) say to the gates: ``Float[direction, node, gates]``."""
        return torch.baddbmm(self.bias, inputs, self.weight_ih)

    def step(self, entered: Tensor, hidden: Tensor, memory: Tensor) -> tuple[Tensor, Tensor]:
        """State and memory after a step, both Float[direction, node, width], from what was ``enter``ed."""
        parts = torch.baddbmm(entered, hidden, self.weight_hh).split(self.width, dim=-1)
        taking, candidate, giving = parts[0], parts[-2], parts[-1]
        if self.peepholes is not None:
            taking = taking + self.peepholes[0] * memory
        taking = taking.sigmoid()
        if self.coupled:
            memory = torch.lerp(memory, candidate.tanh(), taking)
        else:
            keeping = parts[1] if self.peepholes is None else parts[1] + self.peepholes[1] * memory
            memory = keeping.sigmoid() * memory + taking * candidate.tanh()
        if self.peepholes is not None:
            giving = giving + self.peepholes[-1] * memory
        return giving.sigmoid() * memory.tanh(), memory


class VariantCell(nn.Module):
    """One step of a variant; called as torch's ``LSTMCell``."""

    def __init__(self, inputs: int, width: int, *, peepholes: bool, coupled: bool) -> None:
        super().__init__()
        self.gates = VariantGates(inputs, width, 1, peepholes=peepholes, coupled=coupled)

    def forward(self, inputs: Tensor, state: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        """State and memory (both Float[node, width]) after the inputs (Float[node, input])."""
        hidden, memory = self.gates.step(self.gates.enter(inputs[None]), state[0][None], state[1][None])
        return hidden[0], memory[0]


class VariantLayers(nn.Module):
    """Layers of a variant that read padded sequences both ways, with dropout between layers."""

    def __init__(self, inputs: int, width: int, layers: int, dropout: float, *, peepholes: bool, coupled: bool) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            VariantGates(inputs if layer == 0 else 2 * width, width, 2, peepholes=peepholes, coupled=coupled)
            for layer in range(layers)
        )
        self.dropout = nn.Dropout(dropout)

    def forward(self, inputs: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """States ``Float[batch, token, 2 · width]``, 0 beyond each length, and where both ways end ``Float[batch, 2 ·
        width]``, of Float[batch, token, input] with Int[batch] lengths.
        """
        place = torch.arange(inputs.shape[1], device=inputs.device)
        end = lengths.to(inputs.device)[:, None]
        present = place < end
        # Where each place is when a sequence is read backwards; padding stays where it is.
        backwards = torch.where(present, end - 1 - place, place)
        states, last = inputs, inputs
        for number, gates in enumerate(self.layers):
            assert isinstance(gates, VariantGates)
            states = self.dropout(states) if number else states
            states, last = _read(gates, states, backwards, present)
        return states, last


def _read(gates: VariantGates, inputs: Tensor, backwards: Tensor, present: Tensor) -> tuple[Tensor, Tensor]:
    size, length = inputs.shape[:2]
    both = torch.stack([inputs, _reordered(inputs, backwards)])
    entered = gates.enter(both.flatten(1, 2)).view(2, size, length, -1)
    hidden = memory = inputs.new_zeros(2, size, gates.width)
    states = []
    # The steps that every sequence of the batch takes need no mask.
    shortest = int(present.sum(dim=1).min())
    for at, now in enumerate(entered.unbind(dim=2)):
        following, kept = gates.step(now, hidden, memory)
        if at >= shortest:
            there = present[:, at, None]
            following, kept = torch.where(there, following, hidden), torch.where(there, kept, memory)
        hidden, memory = following, kept
        states.append(hidden)
    forward, back = torch.stack(states, dim=2).unbind()
    found = torch.cat([forward, _reordered(back, backwards)], dim=-1) * present[..., None]
    return found, torch.cat([hidden[0], hidden[1]], dim=-1)


def _reordered(sequences: Tensor, order: Tensor) -> Tensor:
    return sequences.gather(1, order[..., None].expand(-1, -1, sequences.shape[-1]))
