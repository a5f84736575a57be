"""The model as a writer of the 2017 Neural Programmer's programs: soft while it learns, decided to answer.

At every step the controller gives a softmax over operations, one over column views and one over the question's numbers
(Neelakantan et al. 2017, section 2.3); the row selector goes from step to step. Operations that answer are for the last
step and all others for those before it. A controller that halts by itself (Graves 2016) may answer at any step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import torch
from torch import Tensor
from torch.nn import functional

from neural_programmer.execution.row_selector import (
    ANSWERS,
    COMPARISONS,
    NAMES,
    NUMBER_OF,
    SUPERLATIVES,
    RowAnswer,
    RowStep,
    RowTables,
    answer_of_rows,
    first_rows,
    select_rows,
)
from neural_programmer.execution.sizes import NO_ROWS, SIZE_BUCKETS
from neural_programmer.model.attention import MASKED_SCORE, Placement, masked_log_softmax
from neural_programmer.model.encoders import Encoded
from neural_programmer.model.halting import Halting, HaltingBudget
from neural_programmer.model.programmer import Programmer


@dataclass(frozen=True, eq=False)
class RowProgram:
    """A batch of programs: the distributions of the ``steps`` that give rows and of those ``answering``, and what comes
    of these.

    ``answers`` are those of the last step, or where the controller halts by itself those of halting at every step;
    ``shares`` Float[batch, answer] is how far each counts, in sum 1, and ``halting`` how that came about.
    """

    steps: Sequence[RowStep]
    answering: Sequence[RowStep]
    answers: Sequence[RowAnswer]
    shares: Tensor
    halting: Halting | None

    def likeliest(self) -> RowAnswer:
        """Each question's answer with the greatest share."""
        chosen, order = self.shares.argmax(dim=1), torch.arange(len(self.shares))
        parts = (torch.stack([getattr(one, each.name) for one in self.answers]) for each in fields(RowAnswer))
        return RowAnswer(*(part[chosen, order] for part in parts))

    def taken(self) -> Tensor:
        """``Int[batch]``: how many steps each program has, that which answers included."""
        if self.halting is None:
            return torch.full((len(self.shares),), len(self.steps) + 1)
        return self.shares.argmax(dim=1) + 1


def row_program(
    model: Programmer,
    encoded: Encoded,
    tables: RowTables,
    steps: int,
    *,
    columns: str = "shared",
    hard: bool = False,
) -> RowProgram:
    """Programs of ``steps`` steps, or of at most so many, for the whole batch; ``hard`` takes the likeliest of
    everything.

    ``columns`` is one of ``model.config.COLUMN_CHOICES``.
    """
    writer = _RowSteps(model, encoded, tables, columns, hard)
    budget = HaltingBudget(len(tables)) if model.controller.halt is not None else None
    rows, left = first_rows(tables), torch.ones(len(tables))
    found: list[RowStep] = []
    answering: list[RowStep] = []
    answers: list[RowAnswer] = []
    shares: list[Tensor] = []
    for position in range(1, steps + 1):
        last = position == steps
        if budget is not None or last:
            # Where all is decided a program halts at the first step at which that is likelier than going on.
            halts = budget.spend(writer.halts(), last=last) if budget is not None else torch.ones_like(left)
            halts = (halts > 0.5).to(halts.dtype) if hard else halts
            shares.append(left * halts)
            left = left * (1 - halts)
            answering.append(writer.step(last=True))
            answers.append(answer_of_rows(rows, answering[-1]))
        if not last:
            found.append(writer.step(last=False))
            rows = select_rows(tables, rows, found[-1])
    halting = budget.halting() if budget is not None else None
    return RowProgram(found, answering, answers, torch.stack(shares, dim=1), halting)


class _RowSteps:
    def __init__(self, model: Programmer, encoded: Encoded, tables: RowTables, columns: str, hard: bool) -> None:
        if model.grammar.stop != len(NAMES):
            raise ValueError(f"the model has {model.grammar.stop} operations, but row programs are of {len(NAMES)}")
        self.model, self.encoded, self.tables, self.hard = model, encoded, tables, hard
        inputs = encoded.inputs
        self.size = len(inputs)
        order = torch.arange(self.size)
        self.placement = Placement(order, torch.zeros_like(order), self.size)
        # Who chooses columns and pivots: the step as a whole, or each of its operations.
        self.choosers = 1 if columns == "shared" else len(NAMES)
        self.edge_question = order.repeat_interleave(self.choosers)
        self.edge_placement = Placement(self.edge_question, torch.arange(self.choosers).repeat(self.size), self.size)
        answers = torch.zeros(len(NAMES), dtype=torch.bool)
        answers[[NUMBER_OF[name] for name in ANSWERS]] = True
        usable = tables.usable()
        self.legal = {False: usable & ~answers, True: usable & answers}
        takes = model.view_takes[:, inputs.column_kinds].transpose(0, 1) & inputs.column_mask[:, None]
        if columns == "shared":
            self.readable = takes[:, NUMBER_OF["print"], None]
        else:
            self.readable = takes & _readable(tables, inputs.column_mask.shape[1])
        kinds = functional.one_hot(inputs.column_kinds, model.sizes.column_kinds).float()
        self.known = torch.cat([inputs.column_features, kinds], dim=-1).transpose(1, 2)
        self.no_size = functional.one_hot(torch.full((self.size,), NO_ROWS), SIZE_BUCKETS).float()
        embedding = model.first_embedding(encoded)
        self.state = model.controller.advance(model.controller.start(encoded), embedding, encoded, self.placement)

    def halts(self) -> Tensor:
        """``Float[batch]``: the chance to halt with the step that comes next, where the controller halts by itself."""
        return self.model.controller.halts(self.state.state, self.placement)

    def step(self, *, last: bool) -> RowStep:
        """The next step; after one that is not the last the controller goes on with the expectation of its vector."""
        model, encoded = self.model, self.encoded
        scores = model.controller.operations(self.state.state, self.placement)[:, :-1]
        operation = self._decided(masked_log_softmax(scores, self.legal[last]).exp())
        # The column's choice sees the expected operation, or each operation chooses for itself.
        vectors = model.operation_vectors.weight.expand(self.size, -1, -1)
        if self.choosers == 1:
            vectors = (operation @ model.operation_vectors.weight)[:, None]
        step = RowStep(operation, *self._arguments(vectors))
        if not last:
            column = torch.einsum("bo,bov->bv", operation * model.operation_takes[:, 2], step.column)
            pivot = torch.einsum("bo,bop->bp", operation * model.operation_takes[:, 3], step.pivot)
            nothing = torch.zeros(self.size, model.config.width)
            constants = self._of_pivots(encoded.constants)
            embedding = model.step_embedding.mixed(
                operation @ model.operation_vectors.weight,
                torch.bmm(column[:, None], encoded.columns)[:, 0],
                torch.bmm(pivot[:, None], constants)[:, 0],
                nothing,
                nothing,
                self.no_size,
            )
            self.state = model.controller.advance(self.state, embedding, encoded, self.placement)
        return step

    def _arguments(self, vectors: Tensor) -> tuple[Tensor, Tensor]:
        """The distributions over columns and pivots, Float[batch, operation, ...], by the vectors of those who choose,
        Float[batch, chooser, operation width].
        """
        pointers, encoded, inputs = self.model.pointers, self.encoded, self.encoded.inputs
        flat = vectors.flatten(0, 1)
        # An intention does not read the number of its operation.
        intention = pointers.intention(
            self.state.state[self.edge_question], self.edge_question, flat, encoded, self.edge_placement
        )
        wish = intention.vector.view(self.size, self.choosers, -1)
        attention = intention.attention.view(self.size, self.choosers, -1)
        column = torch.bmm(wish, encoded.keys.columns.transpose(1, 2))
        column = column + torch.bmm(pointers.column_features(vectors), self.known)
        size, token, view, feature = inputs.matches.shape
        matched = torch.bmm(attention, inputs.matches.view(size, token, view * feature))
        weights = pointers.column_matches(vectors)
        column = column + torch.einsum("bcvf,bcf->bcv", matched.view(size, self.choosers, view, feature), weights)
        features = pointers.constant_features(vectors)
        pivot = torch.bmm(wish, self._of_pivots(encoded.keys.constants).transpose(1, 2))
        pivot = pivot + torch.bmm(features[..., :-2], self._of_pivots(inputs.constant_features).transpose(1, 2))
        looked_at = torch.bmm(attention, self._of_pivots(inputs.constant_spans).transpose(1, 2))
        pivot = pivot + features[..., -1:] * looked_at
        asked = self.tables.pivot_mask[:, None]
        operations = (self.size, len(NAMES), -1)
        return (
            self._decided(masked_log_softmax(column, self.readable).exp()).expand(operations),
            self._decided(pivot.masked_fill(~asked, MASKED_SCORE).softmax(dim=-1)).expand(operations),
        )

    def _of_pivots(self, constants: Tensor) -> Tensor:
        """The pivots' part of what there is of all constants, ``[batch, constant, ...]``."""
        return constants[torch.arange(self.size)[:, None], self.tables.pivots]

    def _decided(self, distributions: Tensor) -> Tensor:
        """Distributions over the last dimension as they are, or all of each at its likeliest place."""
        if not self.hard:
            return distributions
        return functional.one_hot(distributions.argmax(dim=-1), distributions.shape[-1]).to(distributions.dtype)


def _readable(tables: RowTables, views: int) -> Tensor:
    """``Bool[batch, operation, view]``: the views in which an operation can find anything."""
    readable = torch.ones(len(tables), len(NAMES), views, dtype=torch.bool)
    for name, cells in (("select", tables.matched), ("most_frequent", tables.most_common), ("print", tables.present)):
        readable[:, NUMBER_OF[name]] = cells.amax(dim=2) > 0

    def of_views(of_ordered: Tensor) -> Tensor:
        found = torch.zeros(len(tables), views).scatter_add(1, tables.ordered, of_ordered * tables.ordered_mask)
        return found > 0

    ordered = of_views(tables.valued.amax(dim=2))
    for name in SUPERLATIVES:
        readable[:, NUMBER_OF[name]] = ordered
    for name in COMPARISONS:
        readable[:, NUMBER_OF[name]] = of_views(tables.compared[name].amax(dim=(1, 3)))
    return readable
