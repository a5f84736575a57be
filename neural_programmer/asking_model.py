"""A trained model in the place where asking needs a predictor."""

from __future__ import annotations

from collections.abc import Sequence

from neural_programmer.address_trace import AddressStep, address_trace
from neural_programmer.checkpoint import TrainedModel
from neural_programmer.execution.english_words import column_words, constant_words
from neural_programmer.language.candidates import Candidates
from neural_programmer.language.offer import offer
from neural_programmer.model.beam import Hypothesis
from neural_programmer.prepared import PreparedTable
from neural_programmer.soft_trace import SoftTrace, soft_trace
from neural_programmer.tables.matching.linking import Linking
from neural_programmer.trace import StepTrace


class AskingModel:
    """Offers a question's candidates to a trained model, and tells in words what the model weighed."""

    def __init__(self, trained: TrainedModel) -> None:
        self._predictor = trained.predictor()

    def predict(self, prepared: PreparedTable, linking: Linking, beam: int) -> Sequence[Hypothesis]:
        """The likeliest programs, best first."""
        candidates = self._candidates(prepared, linking)
        return self._predictor.predict(prepared.grounding, linking, candidates, beam).hypotheses

    def trace(self, prepared: PreparedTable, linking: Linking, hypothesis: Hypothesis) -> tuple[StepTrace, ...]:
        """What the model weighed at each step of one of its programs."""
        candidates = self._candidates(prepared, linking)
        found = self._predictor.trace(prepared.grounding, linking, candidates, hypothesis)
        return tuple(
            StepTrace(
                step=number,
                operations=step.operations,
                attention=step.attention,
                columns=tuple((column_words(column), chance) for column, chance in step.columns),
                constants=tuple((constant_words(constant), chance) for constant, chance in step.constants),
                references=step.references,
                argument_attention=step.argument_attention,
            )
            for number, step in enumerate(found.steps, start=1)
        )

    def soft_trace(self, prepared: PreparedTable, linking: Linking, steps: int) -> SoftTrace:
        """What a soft program of ``steps`` steps after ``all_rows`` gives, step by step."""
        return soft_trace(self._predictor, prepared.grounding, linking, self._candidates(prepared, linking), steps)

    def address_trace(
        self, prepared: PreparedTable, linking: Linking, steps: int, sharpening: float
    ) -> tuple[AddressStep, ...]:
        """The row selector of that soft program as an address, by content and by place."""
        candidates = self._candidates(prepared, linking)
        return address_trace(self._predictor, prepared.grounding, linking, candidates, steps, sharpening)

    @staticmethod
    def _candidates(prepared: PreparedTable, linking: Linking) -> Candidates:
        return offer(prepared.table, linking)
