"""Calibration on questions never trained on: what fold models found, judged by the re-rankers of other folds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from neural_programmer.calibration import AskingSettings
from neural_programmer.confidence_fitting import fit_confidence, losing
from neural_programmer.data.reranking_features import reranker_batch
from neural_programmer.evidence import best_of_group, evidence, sums_of_groups
from neural_programmer.model.reranker import Reranker, RerankerConfig
from neural_programmer.training.config import RerankingConfig
from neural_programmer.training.reranking import Telling, train_reranker

_PARTS = 2


class JudgedBeam(Telling, Protocol):
    """The candidates that the model of a fold found for one question it has not seen; see ``training.reranking.Beam``.

    ``evidence`` Float[candidate, CANDIDATE_EVIDENCE] and ``groups`` Int[candidate] are those
    of `evidence.candidate_evidence` and `evidence.answer_groups`.
    """

    @property
    def evidence(self) -> NDArray[np.float32]:
        """What speaks for each candidate."""

    @property
    def groups(self) -> NDArray[np.int32]:
        """Which candidates give the same answer."""


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Best answers to questions never trained on: ``evidence`` Float[question, EVIDENCE], ``right`` Bool[question]."""

    evidence: NDArray[np.float64]
    right: NDArray[np.bool_]


def held_out_answers(reranker: Reranker, beams: Sequence[JudgedBeam]) -> HeldOut:
    """The likeliest answer of each beam as the API finds it: probability summed over candidates with equal answers."""
    seen, right = [], []
    for beam in beams:
        with torch.inference_mode():
            scored = reranker(reranker_batch([beam.features], reranker.config))[0].log_softmax(dim=0)
        scores = scored.numpy().astype(np.float64)
        sums = sums_of_groups(scores, beam.groups)
        best = best_of_group(scores, beam.groups, int(sums.argmax()))
        seen.append(evidence(sums, beam.evidence[best]))
        right.append(bool(beam.right[best]))
    return HeldOut(np.array(seen), np.array(right, dtype=np.bool_))


def fit_settings(
    own: Sequence[Sequence[JudgedBeam]],
    mispaired: Sequence[Sequence[JudgedBeam]],
    *,
    config: RerankingConfig,
    network: RerankerConfig,
    seed: int,
) -> AskingSettings:
    """The settings of a model from the beams of the models of its folds, one list a fold; no model is needed.

    ``own`` holds questions asked of their own tables, ``mispaired`` questions of the same folds asked of other tables
    (or nothing: then the confidence tells them apart less well). Each fold is cut into a few parts, and each part is
    judged by a re-ranker that has learned from all the others: one that had learned from much less than the model's own
    would be less sure of the same answers. ``ValueError`` where there are fewer than two folds.
    """
    if len(own) < 2 or len(mispaired) not in (0, len(own)):
        raise ValueError(f"expected at least two folds, the same of both kinds, but found {len(own)}, {len(mispaired)}")
    answers, others = [], []
    parts = [part for beams in own for part in _parts(beams)]
    strange = [part for beams in mispaired for part in _parts(beams)] or [[] for _ in parts]
    for number, (beams, foreign) in enumerate(zip(parts, strange, strict=True)):
        learned = [beam for other, found in enumerate(parts) if other != number for beam in found]
        reranker = train_reranker(learned, config, network, seed * 1000 + number)
        if beams:
            answers.append(held_out_answers(reranker, beams))
        if foreign:
            others.append(held_out_answers(reranker, foreign).evidence)
    seen = np.concatenate([found.evidence for found in answers])
    right = np.concatenate([found.right for found in answers])
    confidence = fit_confidence(seen.tolist(), right.tolist(), np.concatenate(others).tolist() if others else ())
    return AskingSettings(confidence, losing([confidence.of(one) for one in seen[right].tolist()]))


def _parts(beams: Sequence[JudgedBeam]) -> list[Sequence[JudgedBeam]]:
    """A few runs of one length; questions about one table stand beside each other, and so do most in one part."""
    length = -(-len(beams) // _PARTS)
    return [beams[start * length : (start + 1) * length] for start in range(_PARTS)]
