"""Training the re-ranker on what models found for questions that they had not seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from neural_programmer.data.evaluator import denotation_equal
from neural_programmer.data.features import featurize
from neural_programmer.data.reranking_features import (
    DENSE_FEATURES,
    RerankingFeatures,
    reranker_batch,
    reranking_features,
)
from neural_programmer.evidence import answer_groups, candidate_evidence
from neural_programmer.model.predictor import Predictor
from neural_programmer.model.reranker import Reranker, RerankerConfig
from neural_programmer.operations.registry import OPERATION_NAMES
from neural_programmer.response import answer_items
from neural_programmer.training.config import RerankingConfig
from neural_programmer.training.examples import JudgedQuestion


class Telling(Protocol):
    """What a re-ranker learns from: a question's candidates, and which of them are ``right`` Bool[candidate]."""

    @property
    def features(self) -> RerankingFeatures:
        """What the re-ranker sees."""

    @property
    def right(self) -> NDArray[np.bool_]:
        """Which candidates answer the question."""


@dataclass(frozen=True, eq=False)
class Beam:
    """The candidates that one model found for one question, and ``right`` Bool[candidate]: whether they answer it.

    ``evidence`` and ``groups`` are those of `evidence.candidate_evidence` and `evidence.answer_groups`.
    """

    features: RerankingFeatures
    right: NDArray[np.bool_]
    evidence: NDArray[np.float32]
    groups: NDArray[np.int32]

    def first(self, count: int) -> Beam:
        """The beam as a narrower search would have found it."""
        return Beam(self.features.first(count), self.right[:count], self.evidence[:count], self.groups[:count])


def find_beams(
    predictor: Predictor[Any],
    questions: Sequence[JudgedQuestion],
    candidates: int,
    config: RerankerConfig,
    progress: Callable[[int, int], None] | None = None,
) -> list[Beam]:
    """What a model finds for questions; those for which it finds nothing are left out."""
    beams = []
    for done, question in enumerate(questions, start=1):
        found = predictor.predict(question.grounding, question.linking, question.candidates, beam=candidates)
        kept = [each for each in found.hypotheses if each.answer.defined]
        if kept:
            features = reranking_features(
                question.linking,
                featurize(question.grounding, question.linking, question.candidates),
                [reference.column for reference in question.candidates.columns],
                kept,
                config,
            )
            right = [denotation_equal(question.target, answer_items(each.program, each.answer.values)) for each in kept]
            known = candidate_evidence(question.linking, kept)
            beams.append(Beam(features, np.array(right), known, answer_groups(kept)))
        if progress is not None:
            progress(done, len(questions))
    return beams


def train_reranker(beams: Sequence[Telling], config: RerankingConfig, network: RerankerConfig, seed: int) -> Reranker:
    """A re-ranker that gives the right candidates of each question as much probability as it can.

    Questions without a right candidate, or with no other, have nothing to teach and are left out.
    """
    torch.manual_seed(seed)
    reranker = Reranker(network, DENSE_FEATURES, len(OPERATION_NAMES))
    telling = [beam for beam in beams if beam.right.any() and not beam.right.all()]
    if not telling:
        return reranker.eval()
    optimiser = torch.optim.AdamW(_parameter_groups(reranker, config), fused=True)
    steps = config.epochs * -(-len(telling) // config.batch_size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, [group["lr"] for group in optimiser.param_groups], total_steps=steps + 1, pct_start=0.1
    )
    random = np.random.default_rng(seed)
    reranker.train()
    for _ in range(config.epochs):
        order = random.permutation(len(telling))
        for start in range(0, len(order), config.batch_size):
            chosen = [telling[at] for at in order[start : start + config.batch_size]]
            scores = reranker(reranker_batch([beam.features for beam in chosen], network)).log_softmax(dim=1)
            right = torch.zeros_like(scores, dtype=torch.bool)
            for at, beam in enumerate(chosen):
                right[at, : len(beam.right)] = torch.from_numpy(beam.right)
            loss = -scores.masked_fill(~right, -torch.inf).logsumexp(dim=1).mean()
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(reranker.parameters(), 1.0)
            optimiser.step()
            schedule.step()
    return reranker.eval()


def _parameter_groups(reranker: Reranker, config: RerankingConfig) -> list[dict[str, object]]:
    """The weights of crosses and signs decay more: there are many, and most are seen a few times."""
    crosses, signs = ([] if one is None else [one.weight] for one in (reranker.crosses, reranker.signs))
    others = [one for one in reranker.parameters() if all(one is not weights for weights in (*crosses, *signs))]
    return [
        {"params": others, "lr": config.learning_rate, "weight_decay": config.weight_decay},
        {"params": crosses, "lr": config.cross_rate, "weight_decay": config.cross_decay},
        {"params": signs, "lr": config.sign_rate, "weight_decay": config.sign_decay},
    ]
