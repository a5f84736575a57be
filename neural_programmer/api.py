"""Asking questions of tables from Python: `load` a trained model, `prepare` a table, `ask`."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np

from neural_programmer.calibration import AskingSettings, read_settings
from neural_programmer.evidence import answer_groups, best_of_group, candidate_evidence, evidence, sums_of_groups
from neural_programmer.execution.english import explain
from neural_programmer.execution.exact import Answer
from neural_programmer.feedback import FeedbackError
from neural_programmer.follow_up import follow_up
from neural_programmer.language.program import Program
from neural_programmer.large.asking import ask_large
from neural_programmer.large.opening import open_table
from neural_programmer.large.table import LargeTable
from neural_programmer.prepared import PreparedTable
from neural_programmer.response import Reading, Response
from neural_programmer.tables.matching.link import link
from neural_programmer.tables.matching.linking import Linking
from neural_programmer.trace import StepTrace
from neural_programmer.understanding import touches_table, unused_words
from neural_programmer.verified import VerifiedPrograms, answer_verified

DEFAULT_BEAM = 20
DEFAULT_READINGS = 5


class Hypothesis(Protocol):
    """A program that the model finds likely, with its answer."""

    @property
    def program(self) -> Program:
        """The program."""

    @property
    def log_probability(self) -> float:
        """The natural logarithm of the program's probability."""

    @property
    def search_log_probability(self) -> float:
        """The same before programs were judged as wholes; equal to it where nothing judges them."""

    @property
    def answer(self) -> Answer:
        """What the program gives on the table."""


class Predictor(Protocol):
    """What asking needs of a model; one that can say what it weighed also has the method of `Tracer`."""

    def predict(self, prepared: PreparedTable, linking: Linking, beam: int) -> Sequence[Hypothesis]:
        """The likeliest programs that can be executed, best first."""


@runtime_checkable
class Tracer(Protocol):
    """A predictor that can say what it weighed."""

    def trace(self, prepared: PreparedTable, linking: Linking, hypothesis: Any) -> Sequence[StepTrace]:
        """What it weighed at each step of one of the programs it predicted."""


class TracingPredictor(Predictor, Tracer, Protocol):
    """A predictor of the one kind and of the other."""


class NeuralProgrammer:
    """A trained model that answers questions about tables; the same question always gets the same answer.

    Answers whose confidence is below ``threshold`` are withheld; without one, the settings' own threshold counts.
    """

    def __init__(
        self,
        predictor: Predictor,
        *,
        threshold: float | None = None,
        settings: AskingSettings | None = None,
        beam: int = DEFAULT_BEAM,
    ) -> None:
        self.settings = settings or AskingSettings()
        self.threshold = self.settings.threshold if threshold is None else threshold
        if not 0 <= self.threshold <= 1:
            raise ValueError(f"threshold: expected a number from 0 to 1, but found {threshold}")
        self.predictor = predictor
        self.beam = beam

    def prepare(self, source: object, **options: Any) -> PreparedTable:
        """A table made ready to be asked many times.

        ``source`` and ``options`` are those of `neural_programmer.tables.loaders.load_table` (a path, a data frame, a
        `Table` …); a prepared table is returned as it is. A table of more than ``large_rows`` rows (50,000, where not
        given) stays where it is and is answered by its database (`neural_programmer.large`). Raises ``TableError``.
        """
        return source if isinstance(source, PreparedTable) else open_table(source, **options)

    def ask(
        self,
        table: object,
        question: str,
        k: int = DEFAULT_READINGS,
        *,
        previous: Response | None = None,
        verified: VerifiedPrograms | None = None,
    ) -> Response:
        """The answer to a question about a table, with up to ``k`` readings; see `Response`.

        ``table`` is whatever `prepare` takes. A question that cannot be answered gives an abstention. Within a
        conversation, ``previous`` is the response to the question before, which "and in 2005?" carries on
        (`neural_programmer.follow_up`). A question that is among the ``verified`` ones, such as those of a
        `FeedbackStore`, gets the program kept for it. Raises ``TableError`` for a table that cannot be read and
        ``ValueError`` for a ``k`` below 1.
        """
        if k < 1:
            raise ValueError(f"k: expected at least one reading, but found {k}")
        prepared = self.prepare(table)
        given = _recalled(question, prepared, verified) if verified is not None else None
        if given is None and previous is not None:
            given = follow_up(question, previous, prepared)
        if given is not None:
            return given
        if isinstance(prepared, LargeTable):
            return ask_large(
                prepared,
                question,
                lambda rows, asked, without: self._ask(rows, asked, k, without=without),
            )
        return self._ask(prepared, question, k)

    def _ask(
        self,
        prepared: PreparedTable,
        question: str,
        k: int,
        *,
        without: frozenset[Program] = frozenset(),
    ) -> Response:
        """The answer of the model about a table in memory, some programs left out."""
        if not question.strip():
            return _abstention(question, prepared, "the question is empty")
        # Half of a surrogate pair, as a shell passes on bytes that are no text, is a question mark to the tokenizer.
        linking = link(question.encode("utf-8", "replace").decode("utf-8"), prepared.index)
        if linking.truncated:
            return _abstention(question, prepared, "the question is too long to be understood as one question", linking)
        if not touches_table(linking):
            return _abstention(question, prepared, "no word of the question has to do with the table", linking)
        found = [
            one
            for one in self.predictor.predict(prepared, linking, max(self.beam, k))
            if _has_answer(one.answer) and not (without and prepared.plainest(one.program) in without)
        ]
        if not found:
            return _abstention(question, prepared, "no program with an answer was found for the question", linking)
        groups = answer_groups(found)
        scores = np.array([one.log_probability for one in found])
        sums = sums_of_groups(scores, groups)
        # A stable order, so that equal probabilities keep the model's.
        likeliest = np.argsort(-sums, kind="stable")[:k].tolist()
        chosen = [best_of_group(scores, groups, group) for group in likeliest]
        readings = [
            _reading(found[at], min(float(sums[group]), 1.0), prepared)
            for group, at in zip(likeliest, chosen, strict=True)
        ]
        best = readings[0]
        unused = unused_words(best.program, linking)
        seen = tuple(evidence(sums, candidate_evidence(linking, found, chosen[:1])[0]).tolist())
        confidence = self.settings.confidence.of(seen)
        if confidence < self.threshold:
            reason = f"the confidence, {confidence:.2f}, is below the threshold, {self.threshold:.2f}"
            return _abstention(question, prepared, reason, linking, readings, confidence, unused, seen)
        return Response(
            question=question,
            prepared=prepared,
            answer=list(best.answer),
            cells=list(best.cells),
            program=best.program,
            explanation=best.explanation,
            confidence=confidence,
            readings=readings,
            unused_words=unused,
            abstained=False,
            reason="",
            linking=linking,
            evidence=seen,
            tracing=self._tracing(prepared, linking, found[chosen[0]]),
        )

    def _tracing(
        self, prepared: PreparedTable, linking: Linking, hypothesis: Hypothesis
    ) -> Callable[[], tuple[StepTrace, ...]] | None:
        predictor = self.predictor
        if not isinstance(predictor, Tracer):
            return None
        return lambda: tuple(predictor.trace(prepared, linking, hypothesis))


def _recalled(question: str, prepared: PreparedTable, verified: VerifiedPrograms) -> Response | None:
    """The verified answer; a file of verified programs that cannot be read keeps nobody from asking."""
    try:
        return answer_verified(question, prepared, verified)
    except FeedbackError:
        return None


def _has_answer(answer: Answer) -> bool:
    # A product of huge numbers can pass the largest that there is.
    return answer.defined and not any(isinstance(value, float) and math.isinf(value) for value in answer.values)


def _reading(hypothesis: Hypothesis, probability: float, prepared: PreparedTable) -> Reading:
    program = prepared.plainest(hypothesis.program)
    return Reading(
        answer=hypothesis.answer.values,
        probability=probability,
        program=program,
        cells=hypothesis.answer.cells,
        explaining=partial(explain, program, prepared.grounding),
    )


def _abstention(
    question: str,
    prepared: PreparedTable,
    reason: str,
    linking: Linking | None = None,
    readings: Sequence[Reading] = (),
    confidence: float = 0.0,
    unused: Sequence[str] | None = None,
    seen: tuple[float, ...] = (),
) -> Response:
    if unused is None:
        unused = unused_words(Program(()), linking) if linking is not None else question.split()
    return Response(
        question=question,
        prepared=prepared,
        answer=[],
        cells=[],
        program=None,
        explanation=f"No answer: {reason}.",
        confidence=confidence,
        readings=list(readings),
        unused_words=list(unused),
        abstained=True,
        reason=reason,
        linking=linking,
        evidence=seen,
    )


def load(
    checkpoint: str | Path | None = None, threshold: float | None = None, members: Sequence[str | Path] = ()
) -> NeuralProgrammer:
    """The model of a checkpoint folder, or the one that comes with the package.

    ``threshold`` is the confidence below which it abstains; without it, the checkpoint's own. The models in the folders
    ``members`` answer with it, all counting alike. Raises ``CheckpointError``, naming the folder and what is wrong
    with it.
    """
    from neural_programmer import checkpoint as checkpoints
    from neural_programmer.asking_model import AskingModel
    from neural_programmer.members import Members

    def asking(place: Path) -> AskingModel:
        trained = checkpoints.load(place)
        if checkpoints.ROW_STEPS in trained.notes:
            raise checkpoints.CheckpointError(
                f"the model in {place} is a Neural Programmer of 2017: it is judged while it is trained, and answers "
                "no other questions; give the folder of a model that `neural-programmer train wtq` made"
            )
        return AskingModel(trained)

    folder = Path(checkpoint) if checkpoint is not None else checkpoints.shipped()
    predictor: Predictor = asking(folder)
    if members:
        predictor = Members([asking(Path(one)) for one in (folder, *members)])
    return NeuralProgrammer(predictor, threshold=threshold, settings=read_settings(folder))
