"""One model trained from its data to its checkpoint."""

from __future__ import annotations

import dataclasses
import math
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import torch

from neural_programmer import checkpoint
from neural_programmer.data.vocabulary import build_vocabulary
from neural_programmer.data.wikitablequestions import Question, WikiTableQuestions, locate
from neural_programmer.model.config import ModelConfig
from neural_programmer.operations.registry import OPERATION_NAMES
from neural_programmer.supervision import find_programs
from neural_programmer.training.allocation import keep_memory
from neural_programmer.training.config import TrainingConfig
from neural_programmer.training.examples import (
    Example,
    JudgedQuestion,
    features_of,
    judge_by,
    spread,
    with_programs,
    with_soft_answering,
    without_programs,
)
from neural_programmer.training.given_sources import examples_given, given_by, with_given
from neural_programmer.training.judging import accuracy
from neural_programmer.training.lessons import Lessons
from neural_programmer.training.reporting import Reporter
from neural_programmer.training.run_state import keep_state, take_up_state
from neural_programmer.training.trainer import LossOf, Stopped, Trainer


@dataclass(frozen=True)
class TrainingResult:
    """What came of a run: the best dev accuracy (below 0 where nothing judged it), after which epoch, and the folder of
    the model that had it.

    ``finished`` is false where the run was stopped before its end and can be resumed.
    """

    accuracy: float
    epoch: int
    seconds: float
    folder: Path
    finished: bool


@dataclass(frozen=True, eq=False)
class TrainingData:
    """What a run learns from and is judged by; of ``more`` examples the vocabulary knows nothing.

    A model of other ``operations`` than those of tables is judged by ``accuracy_of``; ``watch`` is called after every
    step; ``lessons`` says which examples are learned first; ``loss_of`` is the soft objective where it is another.
    """

    examples: Sequence[Example]
    judged: Sequence[JudgedQuestion]
    more: Sequence[Example] = ()
    operations: tuple[str, ...] = OPERATION_NAMES
    accuracy_of: Callable[[checkpoint.TrainedModel], float] | None = None
    watch: Callable[[Trainer], None] | None = None
    lessons: Lessons | None = None
    loss_of: LossOf | None = None
    notes: Mapping[str, Any] = field(default_factory=dict)


def read_data(config: TrainingConfig, root: Path | str | None, reporter: Reporter) -> TrainingData:
    """The questions of the configured splits with features and consistent programs, from the cache where they are."""
    dataset = WikiTableQuestions(locate(root))
    questions = spread(dataset.questions(config.data.train), config.data.questions)
    processes = config.optimisation.processes
    features = features_of(
        dataset,
        questions,
        processes=processes,
        progress=lambda done, total: reporter.progress("reading tables", done, total),
    )
    examples = without_programs(features)
    if config.optimisation.objective != "soft":
        found = find_programs(
            dataset,
            questions,
            processes=processes,
            progress=lambda done, total: reporter.progress("searching programs", done, total),
        )
        programs = {id_: one.programs for id_, one in found.items()}
        examples = with_programs(features, programs, config.optimisation.programs_kept)
        reporter.line(f"{len(examples)} of {len(questions)} questions of {config.data.train} have consistent programs")
    for source in filter(None, config.data.given.split(",")):
        given = examples_given(given_by(source, dataset, questions, config.optimisation.seed))
        examples = with_given(examples, given)
        reporter.line(f"{len(given)} questions have given programs ({source})")
    if config.optimisation.objective != "programs":
        wanted = {one.id for one in examples}
        known = _judged(dataset, [one for one in questions if one.id in wanted])
        examples = with_soft_answering(examples, {one.id: one for one in known})
        reporter.line(f"{len(examples)} of {len(questions)} questions can be answered by soft programs")
    dev = spread(dataset.questions(config.data.dev), config.data.dev_questions) if config.data.dev else []
    return TrainingData(examples, _judged(dataset, dev), notes={checkpoint.LEARNED_FROM: config.data.train})


def _judged(dataset: WikiTableQuestions, questions: Sequence[Question]) -> list[JudgedQuestion]:
    return judge_by([(one.id, dataset.table(one.context), one.utterance, one.target or ()) for one in questions])


def train_on(
    data: TrainingData, config: TrainingConfig, folder: Path, *, resume: bool, reporter: Reporter
) -> TrainingResult:
    """Train on data at hand."""
    if not data.examples:
        raise ValueError("there is nothing to learn from: no question has a consistent program")
    keep_memory()
    torch.set_num_threads(config.optimisation.threads)
    folder.mkdir(parents=True, exist_ok=True)
    trained = fresh_model(
        config.model, data.examples, config.optimisation.seed, config.data.least_word_count, data.operations
    )
    examples = [*data.examples, *data.more]
    trainer = Trainer(trained.model, trained.batcher, examples, config.optimisation, data.lessons, data.loss_of)
    if resume:
        take_up_state(folder, trainer, config)
        reporter.line(f"resumed at batch {trainer.progress.batch} of epoch {trainer.progress.epoch + 1}")
    reporter.line(f"{checkpoint.count_weights(trained.model)} weights, {trainer.batches} batches an epoch")
    run = _Run(data, config, folder, trainer, trained, reporter)
    with _interrupts() as interrupted:
        run.interrupted = interrupted
        finished = run.go()
    progress = trainer.progress
    return TrainingResult(progress.best, progress.best_epoch, progress.seconds, folder / "model", finished)


def fresh_model(
    config: ModelConfig,
    examples: Sequence[Example],
    seed: int,
    least_word_count: int,
    operations: tuple[str, ...] = OPERATION_NAMES,
) -> checkpoint.TrainedModel:
    """A model with random weights and the vocabulary of the examples."""
    vocabulary = build_vocabulary((one.features.words for one in examples), least_count=least_word_count)
    torch.manual_seed(seed)
    return checkpoint.new_model(config, vocabulary, operations)


class _Run:
    """One run: epochs, evaluations, and what is kept between them."""

    def __init__(
        self,
        data: TrainingData,
        config: TrainingConfig,
        folder: Path,
        trainer: Trainer,
        trained: checkpoint.TrainedModel,
        reporter: Reporter,
    ) -> None:
        self.data = data
        self.config = config
        self.folder = folder
        self.trainer = trainer
        self.reporter = reporter
        self.interrupted = threading.Event()
        self._judged = dataclasses.replace(trained, model=trainer.best_model)
        self._kept_at = time.monotonic()

    def go(self) -> bool:
        """Train to the end; false where the run was stopped before it."""
        optimisation, progress = self.config.optimisation, self.trainer.progress
        if self.trainer.step == 0:
            self._snapshot()
        try:
            while progress.epoch < optimisation.epochs and not self._hopeless():
                loss = self.trainer.run_epoch(self.reporter, self._between)
                done = progress.epoch
                since_prior = done - optimisation.prior_epochs
                due = since_prior >= 0 and since_prior % optimisation.rescore_epochs == 0
                if optimisation.objective != "soft" and done < optimisation.epochs and due:
                    self.trainer.rescore(self.reporter)
                if done % optimisation.evaluate_every == 0 or done == optimisation.epochs:
                    self._evaluate(loss)
                else:
                    self.reporter.line(f"epoch {done}: loss {loss:.3f}")
                self._keep()
                if self.interrupted.is_set():
                    raise Stopped
        except Stopped:
            self._keep()
            self.reporter.line(f"stopped in epoch {progress.epoch + 1}; resume with --resume")
            return False
        return True

    def _hopeless(self) -> bool:
        """Whether the last evaluations brought nothing, or the time is over."""
        optimisation, progress = self.config.optimisation, self.trainer.progress
        if optimisation.minutes and progress.seconds > 60 * optimisation.minutes:
            return True
        if not optimisation.patience or not progress.accuracies:
            return False
        since_best = len(progress.accuracies) - 1 - progress.accuracies.index(max(progress.accuracies))
        return since_best >= optimisation.patience

    def _evaluate(self, loss: float) -> None:
        progress = self.trainer.progress
        if not self.data.judged and self.data.accuracy_of is None:
            # The model of a fold is judged by nothing: the last one is kept.
            checkpoint.save(self.folder / "model", self._judged, notes={**self.data.notes, "epoch": progress.epoch})
            self.reporter.line(f"epoch {progress.epoch}: loss {loss:.3f}, kept")
            return
        if self.data.accuracy_of is not None:
            found = self.data.accuracy_of(self._judged)
        else:
            found = accuracy(self._judged.predictor(), self.data.judged, self.config.optimisation.beam)
        progress.accuracies.append(found)
        self._snapshot(found)
        self.reporter.scalar("dev accuracy", found, progress.epoch)
        note = ""
        # Of two that do as well the later has seen more, in smaller steps.
        if found >= progress.best:
            progress.best, progress.best_epoch = found, progress.epoch
            figures = {"epoch": progress.epoch, "dev_accuracy": found, "seconds": round(progress.seconds)}
            notes = {**self.data.notes, **figures}
            checkpoint.save(self.folder / "model", self._judged, notes=notes)
            note = ", kept"
        minutes = progress.seconds / 60
        self.reporter.line(
            f"epoch {progress.epoch}: loss {loss:.3f}, dev {100 * found:.1f}% after {minutes:.1f} min of steps{note}"
        )

    def _snapshot(self, accuracy: float | None = None) -> None:
        """Keep the weights as they are for whoever looks back on the run; small, in 16 bits."""
        if not self.config.optimisation.snapshots:
            return
        step, loss = self.trainer.step, self.trainer.recent_loss
        notes = {"step": step, "loss": None if math.isnan(loss) else loss, "dev_accuracy": accuracy}
        checkpoint.save(self.folder / "checkpoints" / f"{step:07}", self._judged, notes=notes, half=True)

    def _between(self) -> None:
        snapshots, batch = self.config.optimisation.snapshots, self.trainer.progress.batch
        every = max(1, self.trainer.batches // max(1, snapshots))
        # The last of an epoch is kept after it, with the accuracy.
        if snapshots and batch % every == 0 and batch + every <= self.trainer.batches:
            self._snapshot()
        if self.data.watch is not None:
            self.data.watch(self.trainer)
        if self.interrupted.is_set():
            raise Stopped
        if time.monotonic() - self._kept_at > 60 * self.config.optimisation.checkpoint_minutes:
            self._keep()

    def _keep(self) -> None:
        keep_state(self.folder, self.trainer, self.config)
        self._kept_at = time.monotonic()


@contextmanager
def _interrupts() -> Iterator[threading.Event]:
    """An event that the first Ctrl-C sets; the second one interrupts as usual."""
    event = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield event
        return

    def first(number: int, frame: FrameType | None) -> None:
        event.set()
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, first)
    try:
        yield event
    finally:
        signal.signal(signal.SIGINT, before)
