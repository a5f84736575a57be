"""Recurrent cells behind one setting, for the encoder (whole sequences, both ways) and the controller (one step).

Torch's own fused modules serve where they exist. The two variants of the LSTM that torch lacks are here: with peepholes
(Gers and Schmidhuber 2000, section 2) and with coupled input and forget gates (Greff et al. 2017, section 3).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from neural_programmer.model.variants import VariantCell, VariantLayers

_LAYERS: Mapping[str, type[nn.LSTM | nn.GRU | nn.RNN]] = MappingProxyType(
    {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}
)
_STEPS: Mapping[str, type[nn.LSTMCell | nn.GRUCell | nn.RNNCell]] = MappingProxyType(
    {"lstm": nn.LSTMCell, "gru": nn.GRUCell, "rnn": nn.RNNCell}
)


def sequence_layers(kind: str, inputs: int, width: int, layers: int, dropout: float) -> nn.RNNBase | VariantLayers:
    """Layers of a kind of cell that read sequences both ways, for ``read_both_ways``."""
    if kind in ("lstm_peephole", "lstm_coupled"):
        return VariantLayers(
            inputs, width, layers, dropout, peepholes=kind == "lstm_peephole", coupled=kind == "lstm_coupled"
        )
    between = dropout if layers > 1 else 0.0
    fused: nn.RNNBase = _LAYERS[kind](
        inputs, width, num_layers=layers, batch_first=True, bidirectional=True, dropout=between
    )
    return fused


def read_both_ways(layers: nn.RNNBase | VariantLayers, inputs: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
    """Read padded sequences, Float[batch, token, input] with Int[batch] lengths of at least 1.

    Returns the last layer's states, ``Float[batch, token, 2 · width]``, 0 beyond each length, and where both ways end,
    ``Float[batch, 2 · width]``.
    """
    if isinstance(layers, VariantLayers):
        states, last = layers(inputs, lengths)
        return states, last
    if len(inputs) == 1 and int(lengths) == inputs.shape[1]:
        # A lone question has no padding to pass over.
        states, ends = layers(inputs)
    else:
        packed = pack_padded_sequence(inputs, lengths.cpu(), batch_first=True, enforce_sorted=False)
        hidden, ends = layers(packed)
        states, _ = pad_packed_sequence(hidden, batch_first=True, total_length=inputs.shape[1])
    # An LSTM also gives its memory.
    ends = ends[0] if isinstance(ends, tuple) else ends
    return states, torch.cat([ends[-2], ends[-1]], dim=-1)


def step_cell(kind: str, inputs: int, width: int) -> nn.RNNCellBase | VariantCell:
    """A cell of a kind that takes one step, for ``advance_cell``."""
    if kind in ("lstm_peephole", "lstm_coupled"):
        return VariantCell(inputs, width, peepholes=kind == "lstm_peephole", coupled=kind == "lstm_coupled")
    cell: nn.LSTMCell | nn.GRUCell | nn.RNNCell = _STEPS[kind](inputs, width)
    return cell


def first_memory(cell: nn.RNNCellBase | VariantCell, hidden: Tensor) -> Tensor:
    """The memory before the first step: zeros, ``Float[node, width]``, of no width where the cell has no memory."""
    remembers = isinstance(cell, nn.LSTMCell | VariantCell)
    return hidden.new_zeros(len(hidden), hidden.shape[1] if remembers else 0)


def advance_cell(
    cell: nn.RNNCellBase | VariantCell, inputs: Tensor, hidden: Tensor, memory: Tensor
) -> tuple[Tensor, Tensor]:
    """One step of a cell: the state and the memory after the inputs, Float[node, input]."""
    if isinstance(cell, nn.LSTMCell | VariantCell):
        hidden, memory = cell(inputs, (hidden, memory))
        return hidden, memory
    hidden = cell(inputs, hidden)
    return hidden, memory
