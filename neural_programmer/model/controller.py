"""The controller: a recurrent network that follows a program step by step and says which operation comes next."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from neural_programmer.execution.sizes import SIZE_BUCKETS
from neural_programmer.model.attention import Placement, QuestionDropout
from neural_programmer.model.cells import advance_cell, first_memory, step_cell
from neural_programmer.model.config import CELLS, ModelConfig
from neural_programmer.model.encoders import Encoded

# The bias of a halting unit before it has learned.
_FIRST_HALT = -1.0


@dataclass(frozen=True, eq=False)
class Carried:
    """What the controller takes from step to step.

    The recurrent state ``hidden`` and the cell's ``memory`` (of no width where the cell has none), both Float[node,
    width], and the attention of all steps so far, ``seen`` Float[node, token].
    """

    hidden: Tensor
    memory: Tensor
    seen: Tensor

    def carry(self, nodes: Tensor) -> Carried:
        """What some nodes (Int[node]) take to their next steps."""
        return Carried(self.hidden[nodes], self.memory[nodes], self.seen[nodes])


@dataclass(frozen=True, eq=False)
class ControllerState(Carried):
    """After a step: the ``state`` that has looked at the question, Float[node, width], and the ``attention``
    Float[node, token] it looked with.
    """

    state: Tensor
    attention: Tensor


class StepEmbedding(nn.Module):
    """A step as one vector: its operation, arguments, the steps it reads and how much it produced."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.column = nn.Linear(config.width, config.argument_width, bias=False)
        self.constant = nn.Linear(config.width, config.argument_width, bias=False)
        self.first = nn.Linear(config.width, config.argument_width, bias=False)
        self.second = nn.Linear(config.width, config.argument_width, bias=False)
        self.size = nn.Embedding(SIZE_BUCKETS, config.argument_width)
        self.out = nn.Linear(config.operation_width + config.argument_width, config.width)

    def forward(
        self, operation: Tensor, column: Tensor, constant: Tensor, first: Tensor, second: Tensor, size: Tensor
    ) -> Tensor:
        """``Float[node, width]`` from vectors of the parts (zero where a step has no such part) and size buckets."""
        return self.joined(operation, self._arguments(column, constant, first, second) + self.size(size))

    def mixed(
        self, operation: Tensor, column: Tensor, constant: Tensor, first: Tensor, second: Tensor, sizes: Tensor
    ) -> Tensor:
        """The same from a distribution over size buckets, Float[node, bucket]."""
        return self.joined(operation, self._arguments(column, constant, first, second) + sizes @ self.size.weight)

    def _arguments(self, column: Tensor, constant: Tensor, first: Tensor, second: Tensor) -> Tensor:
        arguments: Tensor = self.column(column) + self.constant(constant) + self.first(first) + self.second(second)
        return arguments

    def joined(self, operation: Tensor, arguments: Tensor) -> Tensor:
        """The same from the sum of what this module makes of the arguments and of the size, Float[node, argument
        width].
        """
        out: Tensor = torch.tanh(self.out(torch.cat([operation, torch.relu(arguments)], dim=-1)))
        return out


class Controller(nn.Module):
    """A recurrent network over steps that attends to the question after each."""

    def __init__(self, config: ModelConfig, operations: int) -> None:
        super().__init__()
        self.start_hidden = nn.Linear(config.width, config.width)
        self.cell = step_cell(CELLS[config.cell].controller, config.width, config.width)
        self.seen_weight = nn.Parameter(torch.zeros(()))
        self.state = nn.Linear(2 * config.width, config.width)
        self.dropout = QuestionDropout(config.dropout)
        self.operation_out = nn.Linear(config.width, operations + 1)
        self.halt = nn.Linear(config.width, 1) if config.halting == "adaptive" else None
        if self.halt is not None:
            # Few halt at first, or long programs would never be tried (Graves 2016, section 3).
            nn.init.constant_(self.halt.bias, _FIRST_HALT)

    def start(self, encoded: Encoded) -> ControllerState:
        """The state before step 0, one node a question."""
        hidden = torch.tanh(self.start_hidden(encoded.summary))
        nothing = encoded.words.new_zeros(encoded.words.shape[:2])
        return ControllerState(hidden, first_memory(self.cell, hidden), nothing, hidden, nothing)

    def advance(self, before: Carried, embedding: Tensor, encoded: Encoded, placement: Placement) -> ControllerState:
        """The state after a step whose embedding is Float[node, width]."""
        hidden, memory = advance_cell(self.cell, self.dropout(embedding, placement), before.hidden, before.memory)
        scores = placement.scores(hidden, encoded.keys.controller_words) + self.seen_weight * before.seen
        attention = placement.attention(scores, encoded.inputs.token_mask)
        context = placement.mix(attention, encoded.words)
        state = torch.tanh(self.state(self.dropout(torch.cat([hidden, context], dim=-1), placement)))
        return ControllerState(hidden, memory, before.seen + attention, state, attention)

    def operations(self, state: Tensor, placement: Placement) -> Tensor:
        """``Float[node, operation + 1]``: scores of what comes next, "stop" last."""
        out: Tensor = self.operation_out(self.dropout(state, placement))
        return out

    def halts(self, state: Tensor, placement: Placement) -> Tensor:
        """``Float[node]``: the chance to halt with the step that comes next, where the controller halts by itself."""
        assert self.halt is not None
        out: Tensor = self.halt(self.dropout(state, placement)).squeeze(-1).sigmoid()
        return out
