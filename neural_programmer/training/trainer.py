"""The training loop: every step is a function of the state before it, so that a run can be resumed exactly."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from neural_programmer.data.batches import Batcher
from neural_programmer.model.encoders import Encoded
from neural_programmer.model.programmer import Programmer
from neural_programmer.model.trie import TrieBuilder
from neural_programmer.training.config import OptimisationConfig
from neural_programmer.training.examples import Example
from neural_programmer.training.lessons import Lessons, order_of
from neural_programmer.training.objectives import marginal_loss
from neural_programmer.training.reporting import Reporter
from neural_programmer.training.sampling import ProgramSampler
from neural_programmer.training.soft_objective import SoftObjective
from neural_programmer.training.soft_training import soft_program_loss

Indices = NDArray[np.int64]
# The loss of each of some encoded examples, Float[batch], where soft programs are not the usual ones.
LossOf = Callable[[Programmer, Encoded, Sequence[Example]], Tensor]


@dataclass
class Progress:
    """Where a run stands: ``batch`` of ``epoch`` comes next; the accuracies of the evaluations so far."""

    epoch: int = 0
    batch: int = 0
    seconds: float = 0.0
    best: float = -1.0
    best_epoch: int = -1
    accuracies: list[float] = field(default_factory=list)


class Stopped(Exception):
    """The run was asked to stop, or its time is over; its state has been kept."""


class Trainer:
    """Learns from examples.

    Nothing random is remembered between steps: each step draws from generators seeded by the run's seed and the
    step's own number, so the state of a run is its weights, the optimiser, the sampler's scores, the last
    losses and its place.
    """

    def __init__(
        self,
        model: Programmer,
        batcher: Batcher,
        examples: Sequence[Example],
        config: OptimisationConfig,
        lessons: Lessons | None = None,
        loss_of: LossOf | None = None,
    ) -> None:
        self.lessons = lessons
        self.loss_of = loss_of
        self.model = model
        self.batcher = batcher
        self.examples = examples
        self.config = config
        self.sampler = ProgramSampler(examples)
        # The last loss of each example under the soft objective, and that when the epoch began; NaN before the first.
        self.losses = np.full(len(examples), math.nan, dtype=np.float32)
        self.losses_before = self.losses.copy()
        self.builder = TrieBuilder(model.grammar)
        self.optimiser = torch.optim.AdamW(
            _parameter_groups(model, config.weight_decay), lr=config.learning_rate, fused=True
        )
        self.average: Programmer | None = copy.deepcopy(model) if config.average > 0 else None
        self.progress = Progress()
        # The mean loss of the last steps, for those who watch.
        self.recent_loss = math.nan

    @property
    def batches(self) -> int:
        """Batches in an epoch; the last may be smaller."""
        return math.ceil(len(self.examples) / self.config.batch_size)

    @property
    def step(self) -> int:
        """Steps taken so far."""
        return self.progress.epoch * self.batches + self.progress.batch

    @property
    def best_model(self) -> Programmer:
        """The model to judge and keep: the average of the weights, if one is kept."""
        return self.average if self.average is not None else self.model

    def rate(self, step: int) -> float:
        """The learning rate: linear warm-up, then half a cosine down to ``final_rate`` of the whole."""
        config = self.config
        total = max(1, config.epochs * self.batches)
        warm = min(1.0, (step + 1) / max(1, config.warm_up_steps))
        falling = 0.5 * (1 + math.cos(math.pi * min(1.0, step / total)))
        return config.learning_rate * warm * (config.final_rate + (1 - config.final_rate) * falling)

    def run_epoch(self, reporter: Reporter, between: Callable[[], None]) -> float:
        """Take the steps that are left of the epoch; ``between`` is called after each and may raise to stop.

        Returns the mean loss of the steps taken.
        """
        config, progress = self.config, self.progress
        if progress.batch == 0:
            self.losses_before = self.losses.copy()
        order = order_of(progress.epoch, len(self.examples), self.lessons, config.seed, self.losses_before)
        losses = []
        while progress.batch < self.batches:
            started = time.monotonic()
            start = progress.batch * config.batch_size
            loss = self.train_step(order[start : start + config.batch_size])
            losses.append(loss)
            self.recent_loss = float(np.mean(losses[-50:]))
            progress.seconds += time.monotonic() - started
            progress.batch += 1
            if progress.batch % 50 == 0 or progress.batch == self.batches:
                reporter.scalar("loss", float(np.mean(losses[-50:])), self.step)
                reporter.scalar("learning rate", self.rate(self.step), self.step)
            reporter.progress(f"epoch {progress.epoch + 1}", progress.batch, self.batches)
            between()
        progress.epoch += 1
        progress.batch = 0
        return float(np.mean(losses)) if losses else math.nan

    def train_step(self, chosen: Indices) -> float:
        """One step on the chosen examples; returns its loss."""
        config, model = self.config, self.model
        step = self.step
        random = np.random.default_rng((config.seed, 1, step))
        torch.manual_seed(config.seed * 1_000_003 + step)
        examples = [self.examples[at] for at in chosen]
        model.train()
        loss = torch.zeros(())
        if config.objective != "soft":
            loss = loss + self._program_loss(examples, chosen, random)
        if config.objective != "programs":
            weight = 1.0 if config.objective == "soft" else config.soft_weight
            loss = loss + weight * self._soft_loss(examples, chosen, random)
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate(step)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), config.clip)
        self.optimiser.step()
        self._update_average(step)
        return float(loss.detach())

    def _encode(self, examples: Sequence[Example], random: np.random.Generator | None = None) -> Encoded:
        features = [one.features for one in examples]
        hidden = self.config.hide_words if random is not None else 0.0
        return self.model.encode(self.batcher.batch(features, hide_words=hidden, random=random))

    def _soft_loss(self, examples: Sequence[Example], chosen: Indices, random: np.random.Generator) -> Tensor:
        """The soft objective on some of the examples, since it costs many times what the programs' does."""
        count = self.config.soft_questions or len(examples)
        which = np.sort(random.permutation(len(examples))[:count])
        losses = self._soft_losses([examples[at] for at in which], random)
        self.losses[chosen[which]] = losses.detach().numpy()
        return losses.mean()

    def _soft_losses(self, some: Sequence[Example], random: np.random.Generator) -> Tensor:
        encoded = self._encode(some, random)
        if self.loss_of is not None:
            return self.loss_of(self.model, encoded, some)
        answering = [one.soft for one in some if one.soft is not None]
        assert len(answering) == len(some), "the soft objective needs examples made for it"
        config = self.config
        objective = SoftObjective(width=config.soft_width, accident=config.soft_accident)
        steps, cost = config.soft_steps, config.ponder_cost
        return soft_program_loss(self.model, encoded, answering, steps, cost, objective)

    def _program_loss(
        self,
        examples: Sequence[Example],
        chosen: Indices,
        random: np.random.Generator,
    ) -> Tensor:
        encoded = self._encode(examples, random)
        drawn = [self.sampler.draw(int(at), self.config.programs_sampled, random) for at in chosen]
        log_probabilities, questions = self._score(encoded, examples, drawn)
        if self.progress.epoch >= self.config.prior_epochs:
            self._renew(chosen, drawn, log_probabilities)
        return marginal_loss(log_probabilities, questions, len(examples)).mean()

    def _score(self, encoded: Encoded, examples: Sequence[Example], drawn: Sequence[Indices]) -> tuple[Tensor, Tensor]:
        programs = [one.programs.programs[which] for one, which in zip(examples, drawn, strict=True)]
        sizes = [one.programs.sizes[which] for one, which in zip(examples, drawn, strict=True)]
        trie = self.builder.build(programs, sizes, encoded.constants.shape[1])
        return self.model.log_probabilities(encoded, trie), trie.questions

    def _renew(
        self,
        chosen: Indices,
        drawn: Sequence[Indices],
        log_probabilities: Tensor,
    ) -> None:
        scores = log_probabilities.detach().numpy()
        start = 0
        for at, which in zip(chosen, drawn, strict=True):
            self.sampler.renew(int(at), which, scores[start : start + len(which)])
            start += len(which)

    @torch.no_grad()
    def rescore(self, reporter: Reporter) -> None:
        """Compute the score of every program anew, by the model as it is."""
        self.model.eval()
        size = self.config.batch_size
        for start in range(0, len(self.examples), size):
            chosen = np.arange(start, min(start + size, len(self.examples)))
            examples = [self.examples[at] for at in chosen.tolist()]
            encoded = self._encode(examples)
            drawn = [np.arange(len(one.programs)) for one in examples]
            log_probabilities, _ = self._score(encoded, examples, drawn)
            self._renew(chosen, drawn, log_probabilities)
            reporter.progress("scoring programs", start + len(chosen), len(self.examples))

    @torch.no_grad()
    def _update_average(self, step: int) -> None:
        if self.average is None:
            return
        # Early on the average follows closely, or the first random weights would linger in it.
        decay = min(self.config.average, (step + 1) / (step + 10))
        averaged: list[Tensor] = list(self.average.parameters())
        present: list[Tensor] = list(self.model.parameters())
        torch._foreach_lerp_(averaged, present, 1 - decay)


def _parameter_groups(model: nn.Module, weight_decay: float) -> list[dict[str, object]]:
    """Matrices decay; biases and embeddings do not."""
    embeddings = {
        id(parameter)
        for module in model.modules()
        if isinstance(module, nn.Embedding | nn.EmbeddingBag)
        for parameter in module.parameters()
    }
    decaying = [one for one in model.parameters() if one.ndim > 1 and id(one) not in embeddings]
    others = [one for one in model.parameters() if one.ndim <= 1 or id(one) in embeddings]
    return [{"params": decaying, "weight_decay": weight_decay}, {"params": others, "weight_decay": 0.0}]
