"""The model as a writer of soft programs: at every step a distribution over steps instead of one step."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from neural_programmer.execution.sizes import NO_ROWS, SIZE_BUCKETS
from neural_programmer.execution.soft import StepDistributions
from neural_programmer.language.kinds import Kind
from neural_programmer.model.attention import MASKED_SCORE, Placement, masked_log_softmax
from neural_programmer.model.encoders import Encoded
from neural_programmer.model.programmer import Programmer


def soft_steps(model: Programmer, encoded: Encoded, steps: int) -> list[StepDistributions]:
    """The distributions over ``steps`` steps after ``all_rows``, for the whole batch.

    The controller follows the expectation of each step's vector (Neelakantan et al. 2017, section 2), and is not shown
    what the steps produce. The last step ends every program.
    """
    return _SoftSteps(model, encoded, steps).run()


class _SoftSteps:
    def __init__(self, model: Programmer, encoded: Encoded, steps: int) -> None:
        self.model, self.encoded, self.steps = model, encoded, steps
        grammar = model.grammar
        size = len(encoded.inputs)
        self.size, self.operations = size, grammar.stop
        order = torch.arange(size)
        self.placement = Placement(order, torch.zeros_like(order), size)
        # Every operation of every question is an edge.
        self.edge_question = order.repeat_interleave(self.operations)
        self.edge_operation = torch.arange(self.operations).repeat(size)
        self.edge_placement = Placement(self.edge_question, self.edge_operation, size)
        signatures = grammar.signatures
        self.gives_rows = torch.tensor([one.result is Kind.ROWS for one in signatures])
        self.first_is_number = torch.tensor([one.references[:1] == (Kind.NUMBER,) for one in signatures])
        self.second_is_number = torch.tensor([one.references[1:] == (Kind.NUMBER,) for one in signatures])
        self.start = torch.from_numpy(grammar.operation_mask(grammar.number_of(grammar.start)))
        self.kinds = self._takes_of_sizes()

    def _takes_of_sizes(self) -> Tensor:
        """``Float[operation, bucket]``: what an operation may have produced, as far as its kind tells."""
        some_rows = torch.ones(SIZE_BUCKETS)
        some_rows[[0, NO_ROWS]] = 0
        none = functional.one_hot(torch.tensor(NO_ROWS), SIZE_BUCKETS).float()
        return torch.where(self.gives_rows[:, None], some_rows / some_rows.sum(), none)

    def run(self) -> list[StepDistributions]:
        model, encoded = self.model, self.encoded
        vectors = model.first_embedding(encoded)
        state = model.controller.advance(model.controller.start(encoded), vectors, encoded, self.placement)
        earlier = vectors.unsqueeze(1)
        found: list[StepDistributions] = []
        scores = model.controller.operations(state.state, self.placement)
        for position in range(1, self.steps + 1):
            operation = self._operation(scores, position)
            parts, vectors = self._arguments(state.state, earlier, operation)
            state = model.controller.advance(state, vectors, encoded, self.placement)
            earlier = torch.cat([earlier, vectors.unsqueeze(1)], dim=1)
            scores = model.controller.operations(state.state, self.placement)
            stop = torch.ones(self.size) if position == self.steps else self._stop(scores)
            found.append(StepDistributions(operation=operation, stop=stop, **parts))
        return found

    def _legal(self, position: int) -> Tensor:
        """``Bool[batch, operation + 1]``, "stop" included."""
        legal = self.encoded.inputs.operation_mask.clone()
        legal[:, self.model.grammar.first_operation] = False
        if position == 1:
            legal = legal & self.start
        if position == self.steps:
            legal[:, :-1] &= ~self.gives_rows
        return legal

    def _operation(self, scores: Tensor, position: int) -> Tensor:
        return masked_log_softmax(scores[:, :-1], self._legal(position)[:, :-1]).exp()

    def _stop(self, scores: Tensor) -> Tensor:
        return scores.masked_fill(~self._legal(0), MASKED_SCORE).softmax(dim=-1)[:, -1]

    def _arguments(self, state: Tensor, earlier: Tensor, operation: Tensor) -> tuple[dict[str, Tensor], Tensor]:
        """The distributions over arguments, each ``[batch, operation, ...]``, and the expected vector of the step."""
        model, encoded, pointers = self.model, self.encoded, self.model.pointers
        size, length = earlier.shape[:2]
        inputs, question, chosen = encoded.inputs, self.edge_question, self.edge_operation
        intention = pointers.intention(state[question], model.operation_vectors(chosen), encoded, self.edge_placement)
        keys = pointers.step_key(earlier)
        features = pointers.reference_features(torch.zeros(size, length))[question]
        not_first = torch.arange(length) > 0
        first_mask = not_first | ~self.first_is_number[chosen, None]
        first = masked_log_softmax(pointers.first_references(intention, keys[question], features), first_mask).exp()
        second_mask = not_first | ~self.second_is_number[chosen, None]
        alone, _ = pointers.second_references(intention, keys[question], features)
        second = masked_log_softmax(alone, second_mask).exp()
        takes = model.operation_takes
        first_key = torch.einsum("es,esd->ed", first, keys[question]) * takes[chosen, :1]
        column_scores = pointers.columns(intention, encoded)
        column_scores = column_scores + pointers.columns_after(first_key, encoded, self.edge_placement)
        column = masked_log_softmax(column_scores, model.column_mask(chosen, question, inputs)).exp()
        lone_scores = pointers.constants(intention, encoded, torch.zeros(len(chosen), encoded.constants.shape[1]))
        after = torch.bmm(encoded.columns, encoded.keys.constants_after.transpose(1, 2))
        weights = pointers.pair_features(model.operation_vectors.weight)
        pairs = torch.einsum("bkvf,of->bovk", inputs.pairs, weights)
        by_question = (size, self.operations)
        scores = lone_scores.view(*by_question, 1, -1) + after.unsqueeze(1) + pairs
        kinds = inputs.constant_kinds
        typed = model.constant_takes[:, kinds].transpose(0, 1) & inputs.constant_mask.unsqueeze(1)
        partner = model.comparable[inputs.column_kinds.unsqueeze(2), kinds.unsqueeze(1)]
        constant = masked_log_softmax(scores, typed.unsqueeze(2) & partner.unsqueeze(1)).exp()
        lone = masked_log_softmax(lone_scores.view(*by_question, -1), typed).exp()
        parts = {
            "first_reference": first.view(*by_question, length),
            "second_reference": second.view(*by_question, length),
            "column": column.view(*by_question, -1),
            "constant": constant,
            "lone_constant": lone,
        }
        return parts, self._expected(operation, parts, earlier)

    def _expected(self, operation: Tensor, parts: dict[str, Tensor], earlier: Tensor) -> Tensor:
        """``Float[batch, width]``: the step's vector made of the expectations of its parts."""
        model, encoded = self.model, self.encoded
        first, second, with_column, with_constant = (
            operation * model.operation_takes[:, at] for at in range(model.operation_takes.shape[1])
        )
        takes_column = model.operation_takes[:, 2]
        column = torch.einsum("bo,bov->bv", with_column, parts["column"])
        given_column = torch.einsum("bo,bov,bovk->bk", with_constant * takes_column, parts["column"], parts["constant"])
        alone = torch.einsum("bo,bok->bk", with_constant * ~takes_column, parts["lone_constant"])
        out: Tensor = model.step_embedding.mixed(
            operation @ model.operation_vectors.weight,
            torch.einsum("bv,bvd->bd", column, encoded.columns),
            torch.einsum("bk,bkd->bd", given_column + alone, encoded.constants),
            torch.einsum("bo,bos,bsd->bd", first, parts["first_reference"], earlier),
            torch.einsum("bo,bos,bsd->bd", second, parts["second_reference"], earlier),
            operation @ self.kinds,
        )
        return out
