"""Recurrent cells: the variants against arithmetic written out, padding, and one setting for the whole model."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from neural_programmer import checkpoint
from neural_programmer.data.vocabulary import build_vocabulary
from neural_programmer.model.cells import advance_cell, first_memory, read_both_ways, sequence_layers, step_cell
from neural_programmer.model.config import CELLS, ModelConfig
from neural_programmer.model.trie import TrieBuilder
from neural_programmer.model.variants import VariantCell, VariantGates, VariantLayers
from neural_programmer.training.config import ConfigError, config_from
from neural_programmer.training.objectives import marginal_loss
from tests.tiny_models import TINY, examples

KINDS = sorted({kind for cell in CELLS.values() for kind in (cell.encoder, cell.controller)})


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def _by_hand(gates: VariantGates, inputs: list[float], hidden: list[float], memory: list[float]) -> list[list[float]]:
    """One step, unit by unit, as the papers write it."""
    width = gates.width
    w_ih, w_hh, bias = (one[0].tolist() for one in (gates.weight_ih, gates.weight_hh, gates.bias))
    peepholes = gates.peepholes.tolist() if gates.peepholes is not None else [[[[0.0] * width]]] * 3

    def total(gate: int, unit: int) -> float:
        at = gate * width + unit
        found = bias[0][at]
        for number, value in enumerate(inputs):
            found += w_ih[number][at] * value
        for number, value in enumerate(hidden):
            found += w_hh[number][at] * value
        return float(found)

    new_hidden, new_memory = [], []
    for unit in range(width):
        i = _logistic(total(0, unit) + peepholes[0][0][0][unit] * memory[unit])
        if gates.coupled:
            f, candidate, output = 1 - i, total(1, unit), total(2, unit)
        else:
            f = _logistic(total(1, unit) + peepholes[1][0][0][unit] * memory[unit])
            candidate, output = total(2, unit), total(3, unit)
        c = f * memory[unit] + i * math.tanh(candidate)
        o = _logistic(output + peepholes[-1][0][0][unit] * c)
        new_memory.append(c)
        new_hidden.append(o * math.tanh(c))
    return [new_hidden, new_memory]


@pytest.mark.parametrize(("peepholes", "coupled"), [(True, False), (False, True), (True, True)])
def test_a_variant_is_what_the_papers_write(peepholes: bool, coupled: bool) -> None:
    torch.manual_seed(3)
    cell = VariantCell(3, 4, peepholes=peepholes, coupled=coupled)
    hidden, memory = torch.randn(2, 5, 4).unbind()
    inputs = torch.randn(5, 3)
    with torch.no_grad():
        found = [part.numpy() for part in cell(inputs, (hidden, memory))]
    for node in range(5):
        expected = _by_hand(cell.gates, inputs[node].tolist(), hidden[node].tolist(), memory[node].tolist())
        for part, wanted in zip(found, expected, strict=True):
            np.testing.assert_allclose(part[node], wanted, atol=1e-6)


def test_without_a_variation_it_is_the_lstm_of_torch() -> None:
    torch.manual_seed(1)
    ours = VariantLayers(3, 4, 2, 0.0, peepholes=False, coupled=False)
    theirs = nn.LSTM(3, 4, num_layers=2, batch_first=True, bidirectional=True)
    with torch.no_grad():
        for number, gates in enumerate(ours.layers):
            assert isinstance(gates, VariantGates)
            for direction, suffix in enumerate(("", "_reverse")):
                parts = [getattr(theirs, f"{name}_l{number}{suffix}") for name in ("weight_ih", "weight_hh")]
                gates.weight_ih[direction].copy_(parts[0].T)
                gates.weight_hh[direction].copy_(parts[1].T)
                biases = [getattr(theirs, f"{name}_l{number}{suffix}") for name in ("bias_ih", "bias_hh")]
                gates.bias[direction, 0].copy_(biases[0] + biases[1])
        inputs, lengths = torch.randn(4, 6, 3), torch.tensor([6, 1, 3, 6])
        for found, expected in zip(
            read_both_ways(ours, inputs, lengths), read_both_ways(theirs, inputs, lengths), strict=True
        ):
            torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("kind", KINDS)
def test_padding_and_company_change_no_sequence(kind: str) -> None:
    torch.manual_seed(2)
    layers = sequence_layers(kind, 3, 4, 2, 0.0).eval()
    inputs, lengths = torch.randn(3, 7, 3), torch.tensor([2, 7, 4])
    with torch.no_grad():
        states, last = read_both_ways(layers, inputs, lengths)
        assert states.shape == (3, 7, 8)
        for at, length in enumerate(lengths.tolist()):
            alone, end = read_both_ways(layers, inputs[at : at + 1, :length], lengths[at : at + 1])
            torch.testing.assert_close(states[at, :length], alone[0])
            torch.testing.assert_close(last[at], end[0])
            assert not states[at, length:].any()
            # Forwards it ends at the last token, backwards at the first.
            torch.testing.assert_close(last[at], torch.cat([alone[0, -1, :4], alone[0, 0, 4:]]))


@pytest.mark.parametrize("kind", KINDS)
def test_a_step_depends_on_input_state_and_memory(kind: str) -> None:
    torch.manual_seed(4)
    cell = step_cell(kind, 3, 4)
    inputs, hidden = torch.randn(2, 3, requires_grad=True), torch.randn(2, 4, requires_grad=True)
    memory = first_memory(cell, hidden)
    assert memory.shape[1] == (4 if kind.startswith("lstm") else 0)
    memory = (memory + 0.5).requires_grad_()
    after, kept = advance_cell(cell, inputs, hidden, memory)
    assert after.shape == (2, 4) and kept.shape == memory.shape
    reads = [inputs, hidden, memory] if kind.startswith("lstm") else [inputs, hidden]
    for gradient in torch.autograd.grad(after.sum(), reads):
        assert gradient.abs().min() > 0


@pytest.mark.parametrize("name", sorted(CELLS))
def test_every_weight_learns_and_a_checkpoint_keeps_the_cell(name: str, tmp_path: Path) -> None:
    some = examples(3, 1)[:6]
    torch.manual_seed(0)
    vocabulary = build_vocabulary((one.features.words for one in some), least_count=2)
    trained = checkpoint.new_model(dataclasses.replace(TINY, cell=name), vocabulary)
    model = trained.model.train()
    encoded = model.encode(trained.batcher.batch([one.features for one in some]))
    trie = TrieBuilder(model.grammar).build(
        [one.programs.programs[:4] for one in some],
        [one.programs.sizes[:4] for one in some],
        encoded.constants.shape[1],
    )
    marginal_loss(model.log_probabilities(encoded, trie), trie.questions, len(some)).mean().backward()
    for weight, parameter in (*model.encoder.named_parameters(), *model.controller.named_parameters()):
        assert parameter.grad is not None, f"{weight} has no gradient"
        assert torch.isfinite(parameter.grad).all(), f"the gradient of {weight} is not finite"
    checkpoint.save(tmp_path, trained)
    again = checkpoint.load(tmp_path)
    assert again.model.config.cell == name
    for weight, tensor in again.model.state_dict().items():
        assert torch.equal(tensor, model.state_dict()[weight]), weight


def test_the_default_is_the_cell_of_checkpoints_that_name_none() -> None:
    shipped = checkpoint.load()
    assert shipped.model.config.cell == "mixed"
    assert isinstance(shipped.model.encoder.recurrent, nn.LSTM)
    assert isinstance(shipped.model.controller.cell, nn.GRUCell)


def test_an_unknown_cell_is_refused() -> None:
    with pytest.raises(ValueError, match=r"cell: expected one of mixed, lstm, .*, but found 'lstn'"):
        ModelConfig(cell="lstn")
    with pytest.raises(ConfigError, match=r"\[model\] cell: expected one of mixed"):
        config_from({"model": {"cell": "lstn"}})
