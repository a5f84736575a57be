"""The model as a writer of soft programs: at every step a distribution over steps instead of one step."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from neural_programmer.execution.sizes import NO_ROWS, SIZE_BUCKETS
from neural_programmer.execution.soft import StepDistributions
from neural_programmer.language.grammar import Grammar
from neural_programmer.language.kinds import Kind
from neural_programmer.language.operation import Operation
from neural_programmer.model.attention import MASKED_SCORE, Placement, masked_log_softmax
from neural_programmer.model.encoders import Encoded
from neural_programmer.model.halting import Halting, HaltingBudget
from neural_programmer.model.pointers import Intention
from neural_programmer.model.programmer import Programmer
from neural_programmer.operations.registry import REGISTRY
from neural_programmer.operations.soft_helpers import ratio


@dataclass(frozen=True, eq=False)
class SoftProgram:
    """A batch of soft programs: the distributions over their steps, and how a controller that does so halted."""

    steps: list[StepDistributions]
    halting: Halting | None


def soft_steps(model: Programmer, encoded: Encoded, steps: int) -> list[StepDistributions]:
    """The distributions over ``steps`` steps after ``all_rows``, for the whole batch."""
    return soft_program(model, encoded, steps).steps


def soft_program(model: Programmer, encoded: Encoded, steps: int, *, hard: bool = False) -> SoftProgram:
    """Programs of at most ``steps`` steps after ``all_rows``, for the whole batch.

    The controller follows the expectation of each step's vector (Neelakantan et al. 2017, section 2), and is not shown
    what the steps produce. The last step ends every program. ``hard`` takes the likeliest of everything, at every step,
    as that paper does to answer questions.

    A controller that halts by itself chooses at each step between an operation that answers, by its chance to halt
    there, and one that goes on; ``hard``, it halts where that is likelier than going on.

    Without a table (``given_operation``) every constant of a question is the result of a step of its own, in their
    order, before the steps that are counted and of which no distributions are given (`execution.soft_pipe`).
    Every result is used once, and the program ends where one is left.
    """
    return _SoftSteps(model, encoded, steps, hard).run()


def given_operation(grammar: Grammar) -> int | None:
    """The number of the operation that gives a constant as a number, where no operation takes a column: there programs
    start from given numbers instead of a table.
    """
    if any(signature.columns for signature in grammar.signatures):
        return None
    for number, signature in enumerate(grammar.signatures):
        if signature.constants and not signature.references:
            return number
    return None


def operations_of(model: Programmer) -> dict[str, Operation]:
    """The operations that a model knows, in the order of its distributions."""
    return {name: REGISTRY[name] for name in model.grammar.names}


class _SoftSteps:
    def __init__(self, model: Programmer, encoded: Encoded, steps: int, hard: bool) -> None:
        self.model, self.encoded, self.steps, self.hard = model, encoded, steps, hard
        grammar = model.grammar
        size = len(encoded.inputs)
        self.size, self.operations = size, grammar.stop
        self.offers = model.offers(encoded)
        order = torch.arange(size)
        self.placement = Placement(order, torch.zeros_like(order), size)
        self.given = given_operation(grammar)
        signatures = grammar.signatures
        # Every operation of every question is an edge, but those that start a program of given numbers, which no step
        # takes.
        takes = [number for number, one in enumerate(signatures) if self.given is None or one.references]
        self.considered = torch.tensor(takes)
        self.edge_question = order.repeat_interleave(len(takes))
        self.edge_operation = self.considered.repeat(size)
        self.edge_placement = Placement(self.edge_question, self.edge_operation, size)
        self.gives_rows = torch.tensor([one.result is Kind.ROWS for one in signatures])
        self.first_is_number = torch.tensor([one.references[:1] == (Kind.NUMBER,) for one in signatures])
        self.second_is_number = torch.tensor([one.references[1:] == (Kind.NUMBER,) for one in signatures])
        self.start = torch.from_numpy(grammar.operation_mask(grammar.number_of(grammar.start)))
        self.kinds = self._takes_of_sizes()
        self.gives_number = torch.tensor([one.result is Kind.NUMBER for one in signatures])

    def _takes_of_sizes(self) -> Tensor:
        """``Float[operation, bucket]``: what an operation may have produced, as far as its kind tells."""
        some_rows = torch.ones(SIZE_BUCKETS)
        some_rows[[0, NO_ROWS]] = 0
        none = functional.one_hot(torch.tensor(NO_ROWS), SIZE_BUCKETS).float()
        return torch.where(self.gives_rows[:, None], some_rows / some_rows.sum(), none)

    def run(self) -> SoftProgram:
        model, encoded = self.model, self.encoded
        vectors = model.first_embedding(encoded)
        state = model.controller.advance(model.controller.start(encoded), vectors, encoded, self.placement)
        earlier = vectors.unsqueeze(1)
        found: list[StepDistributions] = []
        unused = torch.zeros(self.size, 1)
        if self.given is not None:
            given = self._given_vectors(self.given)
            earlier = torch.cat([earlier, given], dim=1)
            unused = functional.pad(torch.ones(given.shape[:2]), (1, 0))
        controller = model.controller
        budget = HaltingBudget(self.size) if controller.halt is not None else None
        scores = controller.operations(state.state, self.placement)
        for position in range(1, self.steps + 1):
            is_last = position == self.steps
            if budget is None:
                operation = self._operation(scores, position)
            else:
                halts = budget.spend(controller.halts(state.state, self.placement), last=is_last)
                operation, stop = self._operation_and_stop(scores, position, self._chosen(halts))
            parts, vectors = self._arguments(state.state, earlier, unused, operation)
            state = controller.advance(state, vectors, encoded, self.placement)
            earlier = torch.cat([earlier, vectors.unsqueeze(1)], dim=1)
            unused = self._still_unused(unused, operation, parts)
            scores = controller.operations(state.state, self.placement)
            if budget is None:
                stop = torch.ones(self.size) if is_last else self._chosen(self._stop(scores, position))
            found.append(StepDistributions(operation=operation, stop=stop, **parts))
        return SoftProgram(found, budget.halting() if budget is not None else None)

    def _given_vectors(self, operation: int) -> Tensor:
        """``Float[batch, constant, width]``: the vectors of the steps that give the constants."""
        model, constants = self.model, self.encoded.constants
        number = model.operation_vectors.weight[operation].expand(*constants.shape[:2], -1)
        nothing = torch.zeros_like(constants)
        sizes = self.kinds[operation].expand(*constants.shape[:2], -1)
        out: Tensor = model.step_embedding.mixed(number, nothing, constants, nothing, nothing, sizes)
        return out

    def _still_unused(self, unused: Tensor, operation: Tensor, parts: dict[str, Tensor]) -> Tensor:
        """``Float[batch, step]``: the chance that no step has used a result yet, and 1 for that of the newest step.

        Soft programs of tables are not shown what is unused.
        """
        if self.given is None:
            return functional.pad(unused, (0, 1))
        left = (1 - parts["first_reference"]) * (1 - parts["second_reference"])
        return functional.pad(unused * torch.einsum("bo,bos->bs", operation, left), (0, 1), value=1.0)

    def _may_be_read(self, unused: Tensor) -> Tensor:
        """``Bool[batch, step]``: the results that a step may refer to.

        A table's may be used any number of times, a given number and what came of it once. Which are left is decided
        where all is; else the executor tells in each of its states, and the pointers only see how likely it is.
        """
        there = self._is_there(unused.shape[1])
        return there & (unused > 0.5) if self.given is not None and self.hard else there

    def _is_there(self, length: int) -> Tensor:
        """``Bool[batch, step]``: the steps so far, without those that stand for constants that are not there."""
        there = torch.ones(self.size, length, dtype=torch.bool)
        if self.given is not None:
            mask = self.encoded.inputs.constant_mask
            there[:, 1 : 1 + mask.shape[1]] = mask
        return there

    def _chosen(self, chances: Tensor) -> Tensor:
        """Chances as they are, or where all is decided 1 for the likely."""
        return (chances > 0.5).to(chances.dtype) if self.hard else chances

    def _decided(self, distributions: Tensor) -> Tensor:
        """Distributions over the last dimension as they are, or all of each at its likeliest place."""
        if not self.hard:
            return distributions
        return functional.one_hot(distributions.argmax(dim=-1), distributions.shape[-1]).to(distributions.dtype)

    def _legal(self, position: int) -> Tensor:
        """``Bool[batch, operation + 1]``, "stop" included."""
        legal = self.encoded.inputs.operation_mask.clone()
        legal[:, self.model.grammar.first_operation] = False
        if self.given is not None:
            legal[:, self.given] = False
        elif position == 1:
            legal = legal & self.start
        if position == self.steps:
            legal[:, :-1] &= ~self.gives_rows
        return legal

    def _operation(self, scores: Tensor, position: int) -> Tensor:
        return self._decided(masked_log_softmax(scores[:, :-1], self._legal(position)[:, :-1]).exp())

    def _operation_and_stop(self, scores: Tensor, position: int, halts: Tensor) -> tuple[Tensor, Tensor]:
        """The operations of a step at which programs halt by these chances, and that one ends that gives a number.

        Those that halt answer; those that go on give rows, or a number that is not the answer yet.
        """
        legal = self._legal(position)[:, :-1]
        answering = masked_log_softmax(scores[:, :-1], legal & ~self.gives_rows).exp()
        going_on = masked_log_softmax(scores[:, :-1], legal & (self.gives_rows | self.gives_number)).exp()
        answering = halts[:, None] * answering
        operation = answering + (1 - halts)[:, None] * going_on
        stop = ratio((answering * self.gives_number).sum(dim=1), (operation * self.gives_number).sum(dim=1))
        return self._decided(operation), stop

    def _stop(self, scores: Tensor, position: int) -> Tensor:
        """``Float[batch]``: the chance to end after a step; with given numbers, where one result is left of them."""
        if self.given is not None:
            return (self.encoded.inputs.constant_mask.sum(dim=1) - 1 <= position).to(scores.dtype)
        return scores.masked_fill(~self._legal(0), MASKED_SCORE).softmax(dim=-1)[:, -1]

    def _arguments(
        self, state: Tensor, earlier: Tensor, unused: Tensor, operation: Tensor
    ) -> tuple[dict[str, Tensor], Tensor]:
        """The distributions over arguments, each ``[batch, operation, ...]``, and the expected vector of the step."""
        model, encoded, pointers = self.model, self.encoded, self.model.pointers
        size, length = earlier.shape[:2]
        inputs, question, chosen = encoded.inputs, self.edge_question, self.edge_operation
        intention = pointers.intention(
            state[question], chosen, model.operation_vectors(chosen), encoded, self.edge_placement
        )
        keys = pointers.step_key(earlier)
        features = pointers.reference_features(unused, unused.shape[-1] - 1)
        if self.given is not None and length == 1 + inputs.constant_mask.shape[1]:
            # No step has come yet, and the last number of the batch need not be the question's.
            features[..., -1, 0] = 0
        features = features[question]
        there, not_first = self._may_be_read(unused)[question], torch.arange(length) > 0
        first_mask = there & (not_first | ~self.first_is_number[chosen, None])
        scores = pointers.first_references(intention, self.offers, keys[question], features)
        first = self._decided(masked_log_softmax(scores, first_mask).exp())
        second_mask = there & (not_first | ~self.second_is_number[chosen, None])
        alone, _ = pointers.second_references(intention, self.offers, keys[question], features)
        if self.given is not None and self.hard:
            second_mask = second_mask & (first < 0.5)
        second = self._decided(masked_log_softmax(alone, second_mask).exp())
        parts = {"first_reference": self._by_operation(first), "second_reference": self._by_operation(second)}
        if self.given is None:
            parts |= self._columns_and_constants(intention, first, keys)
        else:
            # No operation but the one that gives them takes a column or a constant.
            column = first.new_zeros(size, self.operations, inputs.column_mask.shape[1])
            lone = first.new_zeros(size, self.operations, inputs.constant_mask.shape[1])
            parts |= {"column": column, "constant": lone.unsqueeze(2) * column.unsqueeze(3), "lone_constant": lone}
        return parts, self._expected(operation, parts, earlier)

    def _by_operation(self, chances: Tensor) -> Tensor:
        """``Float[batch, operation, …]`` from those of the edges; 0 for operations without any."""
        by_question = chances.view(self.size, len(self.considered), *chances.shape[1:])
        if len(self.considered) == self.operations:
            return by_question
        all_of_them = chances.new_zeros(self.size, self.operations, *chances.shape[1:])
        return all_of_them.index_copy(1, self.considered, by_question)

    def _columns_and_constants(self, intention: Intention, first: Tensor, keys: Tensor) -> dict[str, Tensor]:
        """The distributions over columns and constants, given those over the ``first`` reference."""
        model, encoded, pointers = self.model, self.encoded, self.model.pointers
        inputs, question, chosen = encoded.inputs, self.edge_question, self.edge_operation
        by_question = (self.size, self.operations)
        takes = model.operation_takes
        first_key = torch.einsum("es,esd->ed", first, keys[question]) * takes[chosen, :1]
        column_scores = pointers.columns(intention, self.offers, encoded)
        column_scores = column_scores + pointers.columns_after(first_key, encoded, self.edge_placement)
        column = self._decided(masked_log_softmax(column_scores, self.offers.column_mask.flatten(0, 1)).exp())
        lone_scores = pointers.constants(
            intention, self.offers, encoded, torch.zeros(len(chosen), encoded.constants.shape[1])
        )
        after = torch.bmm(encoded.columns, encoded.keys.constants_after.transpose(1, 2))
        pairs = torch.einsum("bkvf,of->bovk", inputs.pairs, self.offers.pairs)
        scores = lone_scores.view(*by_question, 1, -1) + after.unsqueeze(1) + pairs
        typed, partner = self.offers.constant_mask, model.partners(inputs)
        constant = self._decided(masked_log_softmax(scores, typed.unsqueeze(2) & partner.unsqueeze(1)).exp())
        lone = self._decided(masked_log_softmax(lone_scores.view(*by_question, -1), typed).exp())
        return {"column": column.view(*by_question, -1), "constant": constant, "lone_constant": lone}

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
