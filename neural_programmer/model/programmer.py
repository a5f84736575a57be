"""The whole model: a question and a table in, the probability of a program or of its next step out."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from neural_programmer.execution.sizes import EVERY_ROW
from neural_programmer.language.candidates import COLUMN, CONSTANT, FIRST_REFERENCE, OPERATION, SECOND_REFERENCE
from neural_programmer.language.grammar import Grammar, comparable
from neural_programmer.model.attention import MASKED_SCORE, Placement, masked_log_softmax
from neural_programmer.model.config import InputSizes, ModelConfig
from neural_programmer.model.controller import Controller, StepEmbedding
from neural_programmer.model.encoders import Encoded, Encoder
from neural_programmer.model.inputs import QuestionBatch
from neural_programmer.model.pointers import Intention, Offers, Pointers
from neural_programmer.model.trie import Choices, Level, ProgramTrie
from neural_programmer.tables.values import ValueType
from neural_programmer.tables.views import ViewKind


@dataclass(frozen=True, eq=False)
class ArgumentScores:
    """Log-probabilities of an operation's arguments, one edge for each (node, operation) asked about.

    ``first`` Float[edge, step]; ``second`` Float[edge, first, step]; ``column`` Float[edge, first, view]; ``constant``
    Float[edge, view, constant]. They mean something only where the operation takes such an argument; an operation
    without reference has its columns at ``first`` = 0, one without column its constants at ``view`` = 0.
    """

    first: Tensor
    second: Tensor
    column: Tensor
    constant: Tensor
    attention: Tensor


@dataclass(frozen=True, eq=False)
class Edges:
    """Operations to look into, each after a beginning of a program; all beginnings have as many steps.

    ``placement`` is that of the edges, ``operations`` Int[edge]; ``state`` Float[edge, width] is the controller's.
    ``keys`` Float[edge, step, width] are those of the steps so far; ``columns_after`` Float[edge, step, view] is what a
    step adds to the columns' scores where it is referred to, zero where the operation refers to none; ``unused``
    Float[edge, step]; ``used_constants`` Float[edge, constant]. ``first_mask`` Bool[edge, step] and ``second_mask``
    Bool[edge, first, step] are the grammar's.
    """

    placement: Placement
    operations: Tensor
    state: Tensor
    keys: Tensor
    columns_after: Tensor
    unused: Tensor
    used_constants: Tensor
    first_mask: Tensor
    second_mask: Tensor


class Programmer(nn.Module):
    """Encoder, controller and pointers under one grammar."""

    operation_takes: Tensor
    view_takes: Tensor
    constant_takes: Tensor
    comparable: Tensor

    def __init__(self, config: ModelConfig, sizes: InputSizes, grammar: Grammar) -> None:
        super().__init__()
        self.config = config
        self.sizes = sizes
        self.grammar = grammar
        self.encoder = Encoder(config, sizes)
        self.operation_vectors = nn.Embedding(grammar.stop, config.operation_width)
        nn.init.normal_(self.operation_vectors.weight, std=0.5)
        self.step_embedding = StepEmbedding(config)
        self.controller = Controller(config, grammar.stop)
        self.pointers = Pointers(config, sizes)
        value_types = list(ValueType)
        of_kind = torch.tensor([value_types.index(kind.value_type) for kind in ViewKind])
        signatures = grammar.signatures
        takes = [[len(s.references) > 0, len(s.references) > 1, bool(s.columns), bool(s.constants)] for s in signatures]
        self.register_buffer("operation_takes", torch.tensor(takes), persistent=False)
        self.register_buffer("view_takes", torch.from_numpy(grammar.columns())[:, of_kind], persistent=False)
        self.register_buffer("constant_takes", torch.from_numpy(grammar.constants()), persistent=False)
        self.register_buffer("comparable", torch.from_numpy(comparable())[of_kind], persistent=False)

    def encode(self, inputs: QuestionBatch) -> Encoded:
        """The encoded batch."""
        encoded: Encoded = self.encoder(inputs)
        return encoded

    # Masks: which views and constants an operation may take.

    def _column_mask(self, inputs: QuestionBatch) -> Tensor:
        """``Bool[batch, operation, view]``: of a type the operation takes, and with a constant to compare where it
        needs one.
        """
        kinds = inputs.column_kinds
        # Bool[batch, constant kind]: the kinds of constants there are.
        there = (
            functional.one_hot(inputs.constant_kinds, self.constant_takes.shape[1]) * inputs.constant_mask[..., None]
        )
        wanted = self.constant_takes & (there.amax(dim=1) > 0).unsqueeze(1)
        # Bool[batch, operation, view kind]: whether any of those wanted can be compared with views of the kind.
        partners = (wanted.float() @ self.comparable.float().T) > 0
        fits = self.view_takes & (partners | ~self.operation_takes[:, 3:4])
        by_view = kinds.unsqueeze(1).expand(-1, fits.shape[1], -1)
        return fits.gather(2, by_view) & inputs.column_mask.unsqueeze(1)

    def _constant_mask(self, inputs: QuestionBatch) -> Tensor:
        """``Bool[batch, operation, constant]``: of a kind the operation takes."""
        by_constant = inputs.constant_kinds.unsqueeze(1).expand(-1, len(self.constant_takes), -1)
        takes = self.constant_takes.expand(len(inputs), -1, -1)
        return takes.gather(2, by_constant) & inputs.constant_mask.unsqueeze(1)

    def partners(self, inputs: QuestionBatch) -> Tensor:
        """``Bool[batch, view, constant]``: of kinds that can be compared."""
        return self.comparable[inputs.column_kinds.unsqueeze(2), inputs.constant_kinds.unsqueeze(1)]

    def offers(self, encoded: Encoded) -> Offers:
        """What every operation makes of the columns and constants of a batch."""
        inputs = encoded.inputs
        operations = self.operation_vectors.weight
        return self.pointers.offers(operations, encoded, self._column_mask(inputs), self._constant_mask(inputs))

    def pair_scores(self, encoded: Encoded, offers: Offers) -> Tensor:
        """``Float[batch, operation, view, constant]``: what a column adds to the scores of constants, at least minus
        1e9 for those that the operation cannot compare with it; nothing for an operation without column.
        """
        inputs = encoded.inputs
        alike = torch.bmm(encoded.columns, encoded.keys.constants_after.transpose(1, 2)).unsqueeze(1)
        pairs = torch.einsum("bkvf,of->bovk", inputs.pairs, offers.pairs)
        takes_column = self.operation_takes[:, 2, None, None]
        legal = offers.constant_mask.unsqueeze(2) & (self.partners(inputs).unsqueeze(1) | ~takes_column)
        return ((alike + pairs) * takes_column).masked_fill(~legal, MASKED_SCORE)

    # Scoring whole programs.

    def log_probabilities(self, encoded: Encoded, trie: ProgramTrie) -> Tensor:
        """``Float[program]``: the log-probability of every program of the tree.

        The controller goes from level to level; what it then says of the choices is computed for all levels at once.
        """
        questions = len(encoded.inputs)
        state = self.controller.start(encoded)
        embeddings = encoded.words.new_zeros(0, self.config.width)
        states = []
        for depth, level in enumerate(trie.levels):
            placement = Placement(level.question, level.slot, questions)
            vectors = self._embed(encoded, level, embeddings) if depth else self.first_embedding(encoded)
            state = self.controller.advance(state.carry(level.parent), vectors, encoded, placement)
            embeddings = torch.cat([embeddings, vectors])
            states.append(state.state)
        reached = torch.cat(states)
        placement = Placement(trie.question, trie.slot, questions)
        legal = trie.operation_mask & encoded.inputs.operation_mask[trie.question]
        operations = masked_log_softmax(self.controller.operations(reached, placement), legal)
        choices = trie.choices
        chosen = operations[choices.parent, choices.steps[:, OPERATION]]
        chosen = chosen + self._argument_scores(encoded, choices, reached, self.pointers.step_key(embeddings))
        # Step 0 is given; beyond a program's length there is nothing to choose.
        every = torch.cat([chosen.new_zeros(questions), chosen, chosen.new_zeros(1)])
        return every[trie.paths].sum(dim=1) + operations[trie.ends, self.grammar.stop]

    def first_embedding(self, encoded: Encoded) -> Tensor:
        """``Float[batch, width]``: the vector of step 0, which takes every row."""
        size = len(encoded.inputs)
        nothing = encoded.words.new_zeros(size, self.config.width)
        operation = self.operation_vectors.weight[self.grammar.first_operation].expand(size, -1)
        every = torch.full((size,), EVERY_ROW, device=encoded.device)
        out: Tensor = self.step_embedding(operation, nothing, nothing, nothing, nothing, every)
        return out

    def _embed(self, encoded: Encoded, level: Level, embeddings: Tensor) -> Tensor:
        """``Float[node, width]``: the vectors of the level's last steps."""
        steps, question = level.steps, level.question
        references = [
            embeddings[level.path.gather(1, index.clamp(min=0).unsqueeze(1)).squeeze(1)] * (index >= 0).unsqueeze(1)
            for index in (steps[:, FIRST_REFERENCE], steps[:, SECOND_REFERENCE])
        ]
        column, constant = steps[:, COLUMN], steps[:, CONSTANT]
        out: Tensor = self.step_embedding(
            self.operation_vectors(steps[:, OPERATION]),
            encoded.columns[question, column.clamp(min=0)] * (column >= 0).unsqueeze(1),
            encoded.constants[question, constant.clamp(min=0)] * (constant >= 0).unsqueeze(1),
            *references,
            level.sizes,
        )
        return out

    def _argument_scores(self, encoded: Encoded, choices: Choices, reached: Tensor, step_keys: Tensor) -> Tensor:
        """``Float[choice]``: the log-probabilities of the chosen steps' arguments, given the state after every node and
        the key of every step, both Float[node, width].
        """
        pointers, inputs = self.pointers, encoded.inputs
        offers, partners = self.offers(encoded), self.partners(inputs)
        steps, order = choices.steps, torch.arange(len(choices))
        operation = steps[:, OPERATION]
        placement = Placement(choices.question, choices.slot, len(inputs))
        vectors = self.operation_vectors(operation)
        before = functional.embedding(choices.parent, reached)
        intention = pointers.intention(before, operation, vectors, encoded, placement)
        keys = functional.embedding(choices.path, step_keys)
        features = pointers.reference_features(choices.unused, choices.length - 1)
        first, second = steps[:, FIRST_REFERENCE], steps[:, SECOND_REFERENCE]
        column, constant = steps[:, COLUMN], steps[:, CONSTANT]
        scores = pointers.first_references(intention, offers, keys, features)
        total = _chosen(masked_log_softmax(scores, choices.first_mask), first)
        first_keys = keys[order, first.clamp(min=0)] * (first >= 0).unsqueeze(1)

        some = (second >= 0).nonzero().squeeze(1)
        if len(some):
            part = _subset(intention, some)
            alone, pair = pointers.second_references(part, offers, keys[some], features[some])
            scores = alone + pair[order[: len(some)], first[some]]
            legal = choices.second_mask[some]
            total = total.index_add(0, some, _chosen(masked_log_softmax(scores, legal), second[some]))
        some = (column >= 0).nonzero().squeeze(1)
        if len(some):
            part = _subset(intention, some)
            scores = pointers.columns(part, offers, encoded)
            scores = scores + pointers.columns_after(first_keys[some], encoded, part.placement)
            legal = offers.column_mask[choices.question[some], operation[some]]
            total = total.index_add(0, some, _chosen(masked_log_softmax(scores, legal), column[some]))
        some = (constant >= 0).nonzero().squeeze(1)
        if len(some):
            part = _subset(intention, some)
            question, chosen = choices.question[some], column[some].clamp(min=0)
            has_column = (column[some] >= 0).unsqueeze(1)
            scores = pointers.constants(part, offers, encoded, choices.used[some])
            vector = encoded.columns[question, chosen] * has_column
            scores = scores + pointers.constants_after(vector, encoded, part.placement)
            pairs = inputs.pairs[question, :, chosen] * has_column.unsqueeze(1)
            weights = functional.embedding(operation[some], offers.pairs)
            scores = scores + torch.bmm(pairs, weights.unsqueeze(2)).squeeze(2)
            legal = offers.constant_mask[question, operation[some]] & (partners[question, chosen] | ~has_column)
            total = total.index_add(0, some, _chosen(masked_log_softmax(scores, legal), constant[some]))
        return total

    # Scoring every next step, for search.

    def arguments(self, encoded: Encoded, offers: Offers, pairs: Tensor, edges: Edges) -> ArgumentScores:
        """Log-probabilities of all arguments of all edges; ``pairs`` are the ``pair_scores`` of the batch."""
        pointers, placement, operations = self.pointers, edges.placement, edges.operations
        vectors = self.operation_vectors.weight.index_select(0, operations)
        intention = pointers.intention(edges.state, operations, vectors, encoded, placement)
        features = pointers.reference_features(edges.unused, edges.unused.shape[1] - 1)
        scores = pointers.first_references(intention, offers, edges.keys, features)
        first = masked_log_softmax(scores, edges.first_mask)
        if edges.second_mask.any():
            alone, pair = pointers.second_references(intention, offers, edges.keys, features)
            second = masked_log_softmax(alone.unsqueeze(1) + pair, edges.second_mask)
        else:
            second = scores.new_zeros(edges.second_mask.shape)
        column_scores = pointers.columns(intention, offers, encoded).unsqueeze(1) + edges.columns_after
        column = masked_log_softmax(column_scores, placement.of_each(offers.column_mask, operations).unsqueeze(1))
        scores = pointers.constants(intention, offers, encoded, edges.used_constants).unsqueeze(1)
        constant = (scores + placement.of_each(pairs, operations)).log_softmax(dim=-1)
        return ArgumentScores(first, second, column, constant, intention.attention)


def _chosen(log_probabilities: Tensor, index: Tensor) -> Tensor:
    """The entry of each row that the index names, zero where it is -1."""
    if not log_probabilities.shape[1]:
        return log_probabilities.new_zeros(len(index))
    picked = log_probabilities.gather(1, index.clamp(min=0).unsqueeze(1)).squeeze(1)
    return torch.where(index >= 0, picked, torch.zeros_like(picked))


def _subset(intention: Intention, chosen: Tensor) -> Intention:
    return Intention(
        intention.vector[chosen],
        intention.operation[chosen],
        intention.attention[chosen],
        intention.placement.subset(chosen),
    )
