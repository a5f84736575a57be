"""From a linked question to the likeliest programs with their answers, and how the model came to the best of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import numpy as np
import torch

from neural_programmer.execution.grounding import Grounding
from neural_programmer.execution.soft import StepDistributions
from neural_programmer.language.candidates import COLUMN, FIRST_REFERENCE, OPERATION, SECOND_REFERENCE, Candidates
from neural_programmer.language.grammar import GrammarState
from neural_programmer.model.beam import BeamSearch, BeamWidths, Hypothesis
from neural_programmer.model.encoders import Encoded
from neural_programmer.model.inputs import QuestionBatch
from neural_programmer.model.programmer import Programmer
from neural_programmer.model.scorer import ModelScorer
from neural_programmer.model.soft_steps import soft_steps
from neural_programmer.search.verdict_sense import VerdictSense
from neural_programmer.tables.constants import Constant
from neural_programmer.tables.matching.linking import Linking
from neural_programmer.tables.views import ViewReference

_SHOWN = 5


@dataclass(frozen=True)
class StepTrace:
    """How the model decided on one step: the likeliest choices with their probabilities, best first.

    ``operations`` holds "stop" too; ``columns`` and ``constants`` are given the operation chosen and are empty where it
    takes none; ``references`` holds such choices of earlier steps for each reference the operation takes, the second
    given the first. ``attention`` Float[token] is where the model looked before the operation, ``argument_attention``
    where it looked for the arguments.
    """

    operations: tuple[tuple[str, float], ...]
    columns: tuple[tuple[ViewReference, float], ...]
    constants: tuple[tuple[Constant, float], ...]
    attention: tuple[float, ...]
    argument_attention: tuple[float, ...]
    references: tuple[tuple[tuple[int, float], ...], ...] = ()


@dataclass(frozen=True)
class Trace:
    """The decisions along one program: the question's ``tokens``, and one entry for each step after ``all_rows``."""

    tokens: tuple[str, ...]
    steps: tuple[StepTrace, ...]


@dataclass(frozen=True, eq=False)
class Prediction:
    """The programs found, likeliest first, and the trace of the first, ``None`` where there is no program."""

    hypotheses: tuple[Hypothesis, ...]
    trace: Trace | None


# What is known of one linked question, of whatever type the caller's features have.
_Features = TypeVar("_Features")

Judge = Callable[[_Features, Linking, Candidates, Sequence[Hypothesis]], Sequence[float]]


class Predictor(Generic[_Features]):
    """A trained model made ready to answer.

    ``featurize`` gives the features of one linked question, and ``batch`` makes a batch of one of them. ``judge``, if
    there is one, gives the log-probabilities of the programs that the search found anew, and they are ranked by these.
    """

    def __init__(
        self,
        model: Programmer,
        featurize: Callable[[Grounding, Linking, Candidates], _Features],
        batch: Callable[[_Features], QuestionBatch],
        judge: Judge[_Features] | None = None,
    ) -> None:
        self.model = model
        self._featurize = featurize
        self._batch = batch
        self._judge = judge

    @torch.inference_mode()
    def predict(
        self,
        grounding: Grounding,
        linking: Linking,
        candidates: Candidates,
        beam: int = 10,
        *,
        with_trace: bool = False,
    ) -> Prediction:
        """At most ``beam`` programs; none where the table or the question offers nothing."""
        if not candidates.columns or not linking.tokens:
            return Prediction((), None)
        training = self.model.training
        if training:
            self.model.eval()
        try:
            features = self._featurize(grounding, linking, candidates)
            scorer = ModelScorer(self.model, self.model.encode(self._batch(features)))
            sense = VerdictSense(linking, candidates, self.model.grammar.names)
            search = BeamSearch(
                self.model.grammar, grounding, candidates, BeamWidths.of(beam), sense if sense.is_needed else None
            )
            hypotheses = tuple(search.search(scorer))
            if self._judge is not None and hypotheses:
                anew = self._judge(features, linking, candidates, hypotheses)
                judged = [replace(one, log_probability=score) for one, score in zip(hypotheses, anew, strict=True)]
                hypotheses = tuple(sorted(judged, key=lambda one: -one.log_probability))
            trace = None
            if with_trace and hypotheses:
                trace = self._trace(scorer, hypotheses[0], linking, candidates)
            return Prediction(hypotheses, trace)
        finally:
            if training:
                self.model.train()

    def trace(self, grounding: Grounding, linking: Linking, candidates: Candidates, hypothesis: Hypothesis) -> Trace:
        """How the model came to one hypothesis about the question."""
        with torch.inference_mode():
            self.model.eval()
            scorer = ModelScorer(self.model, self._encode(grounding, linking, candidates))
            return self._trace(scorer, hypothesis, linking, candidates)

    @torch.inference_mode()
    def soft_steps(
        self, grounding: Grounding, linking: Linking, candidates: Candidates, steps: int
    ) -> list[StepDistributions]:
        """The distributions of a soft program of ``steps`` steps after ``all_rows``; a batch of one."""
        self.model.eval()
        return soft_steps(self.model, self._encode(grounding, linking, candidates), steps)

    def _encode(self, grounding: Grounding, linking: Linking, candidates: Candidates) -> Encoded:
        return self.model.encode(self._batch(self._featurize(grounding, linking, candidates)))

    def _trace(self, scorer: ModelScorer, hypothesis: Hypothesis, linking: Linking, candidates: Candidates) -> Trace:
        grammar = self.model.grammar
        names = (*grammar.names, "stop")
        memory = scorer.start()
        state: GrammarState = grammar.start
        steps = []
        nothing = np.zeros(1, dtype=np.int64)
        for length, step in enumerate(hypothesis.encoded[1:], start=1):
            legal = grammar.operation_mask(grammar.number_of(state))[None]
            operations = scorer.operations(memory, legal)[0]
            operation, first = int(step[OPERATION]), int(step[FIRST_REFERENCE])
            signature = grammar.signatures[operation]
            first_mask = grammar.first_references(state, operation)[None, :length]
            second_mask = np.zeros((1, length, length), dtype=np.bool_)
            if len(signature.references) > 1:
                second_mask[0, first] = grammar.second_references(state, operation, first)[:length]
            table = scorer.arguments(memory, nothing, step[None, OPERATION], first_mask, second_mask)
            columns = table.column[0, max(first, 0)] if signature.columns else np.zeros(0)
            constants = table.constant[0, max(int(step[COLUMN]), 0)] if signature.constants else np.zeros(0)
            steps.append(
                StepTrace(
                    operations=tuple((names[at], p) for at, p in _likeliest(operations)),
                    columns=tuple((candidates.columns[at], p) for at, p in _likeliest(columns)),
                    constants=tuple((candidates.constants[at], p) for at, p in _likeliest(constants)),
                    attention=tuple(memory.state.attention[0].tolist()),
                    argument_attention=tuple(table.attention[0].tolist()) if table.attention is not None else (),
                    references=tuple(
                        tuple(_likeliest(chances))
                        for chances in (table.first[0], table.second[0, max(first, 0)])[: len(signature.references)]
                    ),
                )
            )
            size = hypothesis.sizes[length]
            memory = scorer.advance(memory, nothing, step[None], np.array([size], dtype=np.int8))
            state = grammar.advance(state, operation, first, int(step[SECOND_REFERENCE]))
        tokens = tuple(token.text for token in linking.tokens[: len(steps[0].attention)]) if steps else ()
        return Trace(tokens, tuple(steps))


def _likeliest(log_probabilities: np.ndarray[tuple[int], np.dtype[np.floating]]) -> list[tuple[int, float]]:
    order = np.argsort(-log_probabilities, kind="stable")[:_SHOWN]
    return [(int(at), math.exp(log_probabilities[at])) for at in order if log_probabilities[at] > -20]
