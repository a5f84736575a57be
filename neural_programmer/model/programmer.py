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
from neural_programmer.model.controller import Controller, ControllerState, StepEmbedding
from neural_programmer.model.encoders import Encoded, Encoder
from neural_programmer.model.inputs import QuestionBatch
from neural_programmer.model.pointers import Intention, Offers, Pointers
from neural_programmer.model.trie import Level, ProgramTrie
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
        """``Float[program]``: the log-probability of every program of the tree."""
        questions = len(encoded.inputs)
        offers = self.offers(encoded)
        state = self.controller.start(encoded)
        embeddings = keys = encoded.words.new_zeros(0, self.config.width)
        log_probability = encoded.words.new_zeros(questions)
        operation_scores = encoded.words.new_zeros(0)
        result = encoded.words.new_zeros(len(trie.ends))
        for depth, level in enumerate(trie.levels):
            placement = Placement(level.question, level.slot, questions)
            if depth == 0:
                vectors = self.first_embedding(encoded)
            else:
                log_probability = log_probability[level.parent] + operation_scores[level.parent, level.steps[:, 0]]
                arguments = self._argument_scores(encoded, offers, level, state, keys, placement)
                log_probability = log_probability + arguments
                vectors = self._embed(encoded, level, embeddings)
            state = self.controller.advance(state.carry(level.parent), vectors, encoded, placement)
            embeddings = torch.cat([embeddings, vectors])
            keys = torch.cat([keys, self.pointers.step_key(vectors)])
            legal = level.operation_mask & encoded.inputs.operation_mask[level.question]
            operation_scores = masked_log_softmax(self.controller.operations(state.state, placement), legal)
            ended = (trie.ends[:, 0] == depth).nonzero().squeeze(1)
            nodes = trie.ends[ended, 1]
            result = result.index_put((ended,), log_probability[nodes] + operation_scores[nodes, self.grammar.stop])
        return result

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

    def _argument_scores(
        self,
        encoded: Encoded,
        offers: Offers,
        level: Level,
        before: ControllerState,
        keys: Tensor,
        placement: Placement,
    ) -> Tensor:
        """``Float[node]``: the log-probabilities of the arguments of the level's last steps, given the keys of all
        nodes of the levels before, Float[node, width].
        """
        pointers, inputs = self.pointers, encoded.inputs
        partners = self.partners(inputs)
        steps = level.steps
        operation = steps[:, OPERATION]
        vectors = self.operation_vectors(operation)
        intention = pointers.intention(before.state[level.parent], operation, vectors, encoded, placement)
        keys = functional.embedding(level.path[:, :-1], keys)
        # What was unused before this step: what is unused now, and what this step used.
        features = pointers.reference_features(level.unused_before)
        first, second = steps[:, FIRST_REFERENCE], steps[:, SECOND_REFERENCE]
        column, constant = steps[:, COLUMN], steps[:, CONSTANT]
        scores = pointers.first_references(intention, offers, keys, features)
        total = _chosen(masked_log_softmax(scores, level.first_mask), first)
        first_keys = keys[torch.arange(len(level)), first.clamp(min=0)] * (first >= 0).unsqueeze(1)

        some = (second >= 0).nonzero().squeeze(1)
        if len(some):
            part = _subset(intention, some)
            alone, pair = pointers.second_references(part, offers, keys[some], features[some])
            scores = alone + pair[torch.arange(len(some)), first[some]]
            total = total.index_add(0, some, _chosen(masked_log_softmax(scores, level.second_mask[some]), second[some]))
        some = (column >= 0).nonzero().squeeze(1)
        if len(some):
            part = _subset(intention, some)
            scores = pointers.columns(part, offers, encoded)
            scores = scores + pointers.columns_after(first_keys[some], encoded, part.placement)
            mask = offers.column_mask[level.question[some], operation[some]]
            total = total.index_add(0, some, _chosen(masked_log_softmax(scores, mask), column[some]))
        some = (constant >= 0).nonzero().squeeze(1)
        if len(some):
            part = _subset(intention, some)
            question, chosen = level.question[some], column[some].clamp(min=0)
            has_column = (column[some] >= 0).unsqueeze(1)
            scores = pointers.constants(part, offers, encoded, level.used_before[some])
            vector = encoded.columns[question, chosen] * has_column
            scores = scores + pointers.constants_after(vector, encoded, part.placement)
            pairs = inputs.pairs[question, :, chosen] * has_column.unsqueeze(1)
            weights = functional.embedding(operation[some], offers.pairs)
            scores = scores + torch.bmm(pairs, weights.unsqueeze(2)).squeeze(2)
            mask = offers.constant_mask[question, operation[some]]
            mask = mask & (partners[question, chosen] | ~has_column)
            total = total.index_add(0, some, _chosen(masked_log_softmax(scores, mask), constant[some]))
        return total

    # Scoring every next step, for search.

    def arguments(self, encoded: Encoded, offers: Offers, pairs: Tensor, edges: Edges) -> ArgumentScores:
        """Log-probabilities of all arguments of all edges; ``pairs`` are the ``pair_scores`` of the batch."""
        pointers, placement, operations = self.pointers, edges.placement, edges.operations
        vectors = self.operation_vectors.weight.index_select(0, operations)
        intention = pointers.intention(edges.state, operations, vectors, encoded, placement)
        features = pointers.reference_features(edges.unused)
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
