"""The whole model: a question and a table in, the probability of a program or of its next step out."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from neural_programmer.execution.sizes import EVERY_ROW
from neural_programmer.language.candidates import COLUMN, CONSTANT, FIRST_REFERENCE, OPERATION, SECOND_REFERENCE
from neural_programmer.language.grammar import Grammar, comparable
from neural_programmer.model.attention import Placement, masked_log_softmax
from neural_programmer.model.config import InputSizes, ModelConfig
from neural_programmer.model.controller import Controller, ControllerState, StepEmbedding
from neural_programmer.model.encoders import Encoded, Encoder
from neural_programmer.model.inputs import QuestionBatch
from neural_programmer.model.pointers import Intention, Pointers
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
class Beginnings:
    """Nodes that share a length: where they are, how the controller stands, and their steps' vectors.

    ``embeddings`` and ``keys`` Float[node, step, width]; ``unused`` Float[node, step]; ``used_constants`` Float[node,
    constant].
    """

    placement: Placement
    state: ControllerState
    embeddings: Tensor
    keys: Tensor
    unused: Tensor
    used_constants: Tensor


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

    # Masks: which views and constants an operation may take, for edges with their questions.

    def column_mask(self, operation: Tensor, question: Tensor, inputs: QuestionBatch) -> Tensor:
        """``Bool[edge, view]``: of a type the operation takes, and with a constant to compare where it needs one."""
        kinds = inputs.column_kinds[question]
        typed = self.view_takes[operation].gather(1, kinds) & inputs.column_mask[question]
        # Bool[batch, view kind, constant kind]: the constants there are, against each kind of view.
        kind_counts = functional.one_hot(inputs.constant_kinds, self.constant_takes.shape[1])
        there = (kind_counts * inputs.constant_mask.unsqueeze(-1)).amax(dim=1) > 0
        wanted = self.constant_takes[operation] & there[question]
        partners = (wanted.unsqueeze(1) & self.comparable.unsqueeze(0)).any(dim=-1)
        needs = self.operation_takes[operation, 3:4]
        return typed & (partners.gather(1, kinds) | ~needs)

    def _constant_mask(self, operation: Tensor, column: Tensor, question: Tensor, inputs: QuestionBatch) -> Tensor:
        """``Bool[edge, constant]``: of a kind the operation takes and the column (-1: none) can be compared with."""
        kinds = inputs.constant_kinds[question]
        typed = self.constant_takes[operation].gather(1, kinds) & inputs.constant_mask[question]
        view = inputs.column_kinds[question].gather(1, column.clamp(min=0).unsqueeze(1)).squeeze(1)
        return typed & (self.comparable[view].gather(1, kinds) | (column < 0).unsqueeze(1))

    # Scoring whole programs.

    def log_probabilities(self, encoded: Encoded, trie: ProgramTrie) -> Tensor:
        """``Float[program]``: the log-probability of every program of the tree."""
        questions = len(encoded.inputs)
        state = self.controller.start(encoded)
        embeddings: Tensor | None = None
        log_probability = encoded.words.new_zeros(questions)
        operation_scores = encoded.words.new_zeros(0)
        result = encoded.words.new_zeros(len(trie.ends))
        for depth, level in enumerate(trie.levels):
            placement = Placement(level.question, level.slot, questions)
            if depth == 0:
                vectors = self.first_embedding(encoded)
            else:
                assert embeddings is not None
                log_probability = log_probability[level.parent] + operation_scores[level.parent, level.steps[:, 0]]
                arguments = self._argument_scores(encoded, level, state, embeddings, placement)
                log_probability = log_probability + arguments
                vectors = self._embed(encoded, level, embeddings)
            state = self.controller.advance(state.select(level.parent), vectors, encoded, placement)
            embeddings = vectors if embeddings is None else torch.cat([embeddings, vectors])
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
        self, encoded: Encoded, level: Level, before: ControllerState, embeddings: Tensor, placement: Placement
    ) -> Tensor:
        """``Float[node]``: the log-probabilities of the arguments of the level's last steps."""
        pointers, inputs = self.pointers, encoded.inputs
        steps = level.steps
        operation = self.operation_vectors(steps[:, OPERATION])
        intention = pointers.intention(before.state[level.parent], operation, encoded, placement)
        earlier = level.path[:, :-1]
        keys = pointers.step_key(embeddings)[earlier]
        # What was unused before this step: what is unused now, and what this step used.
        was_unused = level.unused_before
        features = pointers.reference_features(was_unused)
        first, second = steps[:, FIRST_REFERENCE], steps[:, SECOND_REFERENCE]
        column, constant = steps[:, COLUMN], steps[:, CONSTANT]
        scores = pointers.first_references(intention, keys, features)
        total = _chosen(masked_log_softmax(scores, level.first_mask), first)
        first_keys = keys[torch.arange(len(level)), first.clamp(min=0)] * (first >= 0).unsqueeze(1)

        some = (second >= 0).nonzero().squeeze(1)
        if len(some):
            part = _subset(intention, some)
            alone, pair = pointers.second_references(part, keys[some], features[some])
            scores = alone + pair[torch.arange(len(some)), first[some]]
            total = total.index_add(0, some, _chosen(masked_log_softmax(scores, level.second_mask[some]), second[some]))
        some = (column >= 0).nonzero().squeeze(1)
        if len(some):
            part = _subset(intention, some)
            scores = pointers.columns(part, encoded)
            scores = scores + pointers.columns_after(first_keys[some], encoded, part.placement)
            mask = self.column_mask(steps[some, OPERATION], level.question[some], inputs)
            total = total.index_add(0, some, _chosen(masked_log_softmax(scores, mask), column[some]))
        some = (constant >= 0).nonzero().squeeze(1)
        if len(some):
            part = _subset(intention, some)
            question, chosen = level.question[some], column[some]
            has_column = (chosen >= 0).unsqueeze(1)
            scores = pointers.constants(part, encoded, level.used_before[some])
            vector = encoded.columns[question, chosen.clamp(min=0)] * has_column
            scores = scores + pointers.constants_after(vector, encoded, part.placement)
            pairs = inputs.pairs[question, :, chosen.clamp(min=0)] * has_column.unsqueeze(1)
            scores = scores + torch.einsum("ekf,ef->ek", pairs, pointers.pair_features(part.operation))
            mask = self._constant_mask(steps[some, OPERATION], chosen, question, inputs)
            total = total.index_add(0, some, _chosen(masked_log_softmax(scores, mask), constant[some]))
        return total

    # Scoring every next step, for search and for soft execution.

    def arguments(
        self,
        encoded: Encoded,
        nodes: Beginnings,
        edges: Tensor,
        operations: Tensor,
        first_mask: Tensor,
        second_mask: Tensor,
    ) -> ArgumentScores:
        """Log-probabilities of all arguments of ``operations`` Int[edge], each after the node ``edges`` Int[edge].

        ``first_mask`` Bool[edge, step] and ``second_mask`` Bool[edge, first, step] are the grammar's.
        """
        pointers, inputs = self.pointers, encoded.inputs
        question = nodes.placement.question[edges]
        order = torch.arange(len(edges), device=edges.device)
        placement = Placement(question, order - torch.searchsorted(question, question), len(inputs))
        operation = self.operation_vectors(operations)
        intention = pointers.intention(nodes.state.state[edges], operation, encoded, placement)
        keys, features = nodes.keys[edges], pointers.reference_features(nodes.unused[edges])
        first = masked_log_softmax(pointers.first_references(intention, keys, features), first_mask)
        alone, pair = pointers.second_references(intention, keys, features)
        second = masked_log_softmax(alone.unsqueeze(1) + pair, second_mask)
        takes_first = self.operation_takes[operations, 0]
        after = torch.einsum("esd,evd->esv", keys, encoded.keys.columns_after[question])
        after = after * takes_first[:, None, None]
        column_scores = pointers.columns(intention, encoded).unsqueeze(1) + after
        column = masked_log_softmax(column_scores, self.column_mask(operations, question, inputs).unsqueeze(1))
        takes_column = self.operation_takes[operations, 2]
        joint = torch.bmm(encoded.columns, encoded.keys.constants_after.transpose(1, 2))
        pairs = torch.einsum("ekvf,ef->evk", inputs.pairs[question], pointers.pair_features(operation))
        constant_scores = pointers.constants(intention, encoded, nodes.used_constants[edges]).unsqueeze(1)
        constant_scores = constant_scores + (joint[question] + pairs) * takes_column[:, None, None]
        kinds = inputs.column_kinds[question]
        typed = self.constant_takes[operations].gather(1, inputs.constant_kinds[question])
        typed = typed & inputs.constant_mask[question]
        # Bool[edge, view, constant]
        partner = self.comparable[kinds].gather(
            2, inputs.constant_kinds[question].unsqueeze(1).expand(-1, kinds.shape[1], -1)
        )
        mask = typed.unsqueeze(1) & (partner | ~takes_column[:, None, None])
        constant = masked_log_softmax(constant_scores, mask)
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
