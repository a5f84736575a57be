"""Recurrent cells behind one setting, for the encoder (whole sequences, both ways) and the controller (one step).

Torch's own fused modules serve where they exist. The two variants of the LSTM that torch lacks are here: with peepholes
(Gers and Schmidhuber 2000, section 2) and with coupled input and forget gates (Greff et al. 2017, section 3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import torch
from torch import Tensor, nn
from torch.nn import functional
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
    elif isinstance(layers, nn.LSTM):
        return _read_padded(layers, inputs, lengths)
    else:
        packed = pack_padded_sequence(inputs, lengths.cpu(), batch_first=True, enforce_sorted=False)
        hidden, ends = layers(packed)
        states, _ = pad_packed_sequence(hidden, batch_first=True, total_length=inputs.shape[1])
    # An LSTM also gives its memory.
    ends = ends[0] if isinstance(ends, tuple) else ends
    return states, torch.cat([ends[-2], ends[-1]], dim=-1)


def _read_padded(layers: nn.LSTM, inputs: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
    """``read_both_ways`` of an LSTM without packing, which on a CPU takes half as long again.

    Packed sequences are read token by token, unpacked ones by oneDNN as a whole. So that padding comes last both ways,
    the way back reads every sequence turned around in its own length.
    """
    places = torch.arange(inputs.shape[1], device=inputs.device)
    present = places < lengths.unsqueeze(1)
    turned = torch.where(present, lengths.unsqueeze(1) - 1 - places, places).unsqueeze(2)
    states = inputs
    for number in range(layers.num_layers):
        if number > 0:
            states = functional.dropout(states, layers.dropout, layers.training)
        onward, back = layers.all_weights[2 * number : 2 * number + 2]
        states_back = _read_one_way(layers, back, states.gather(1, turned.expand_as(states)))
        states_onward = _read_one_way(layers, onward, states)
        there_and_back = [states_onward, states_back.gather(1, turned.expand_as(states_back))]
        states = torch.cat(there_and_back, dim=-1) * present.unsqueeze(2)
    onward_end = states_onward[torch.arange(len(inputs), device=inputs.device), lengths - 1]
    return states, torch.cat([onward_end, there_and_back[1][:, 0]], dim=-1)


def _read_one_way(layers: nn.LSTM, weights: Sequence[Tensor], inputs: Tensor) -> Tensor:
    nothing = inputs.new_zeros(1, len(inputs), layers.hidden_size)
    read = torch.lstm(inputs, (nothing, nothing), list(weights), True, 1, 0.0, layers.training, False, True)
    states: Tensor = read[0]
    return states


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
