"""The second stage of a run: models that have not seen a question find programs for it, and the re-ranker learns."""

from __future__ import annotations

import dataclasses
import multiprocessing
import zlib
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import torch

from neural_programmer import checkpoint
from neural_programmer.data.wikitablequestions import Question, WikiTableQuestions
from neural_programmer.model.reranker import RerankerConfig
from neural_programmer.training.config import RerankingConfig, TrainingConfig
from neural_programmer.training.examples import judge_by
from neural_programmer.training.reporting import Reporter
from neural_programmer.training.reranking import Beam, find_beams, train_reranker

_CHUNK = 64


def fold_of(context: str, folds: int) -> int:
    """The fold of a table; all questions about one table are in one fold."""
    return zlib.crc32(context.encode()) % folds


def fold_config(config: TrainingConfig, fold: int) -> TrainingConfig:
    """The configuration of the model that has not seen a fold: fewer epochs, judged by nothing, a seed of its own."""
    optimisation = dataclasses.replace(
        config.optimisation,
        epochs=config.reranking.fold_epochs,
        evaluate_every=config.reranking.fold_epochs,
        seed=config.optimisation.seed * 1000 + fold,
    )
    return dataclasses.replace(config, optimisation=optimisation)


def unseen(questions: Sequence[Question], fold: int, folds: int) -> list[Question]:
    """The questions of a fold."""
    return [question for question in questions if fold_of(question.context, folds) == fold]


_worker: checkpoint.TrainedModel | None = None


def _start_worker(folder: Path) -> None:
    global _worker
    torch.set_num_threads(1)
    _worker = checkpoint.load(folder)


def _work(root: Path, questions: Sequence[Question], candidates: int, network: RerankerConfig) -> list[Beam]:
    assert _worker is not None
    dataset = WikiTableQuestions(root)
    judged = judge_by([(one.id, dataset.table(one.context), one.utterance, one.target or ()) for one in questions])
    return find_beams(_worker.predictor(), judged, candidates, network)


def beams_of(
    folder: Path,
    dataset: WikiTableQuestions,
    questions: Sequence[Question],
    config: RerankingConfig,
    network: RerankerConfig,
    *,
    processes: int,
    reporter: Reporter,
) -> list[Beam]:
    """What the model in a folder finds for questions, in an order that does not depend on the processes."""
    by_context: dict[str, list[Question]] = defaultdict(list)
    for question in questions:
        by_context[question.context].append(question)
    ordered = [question for asked in by_context.values() for question in asked]
    chunks = [ordered[start : start + _CHUNK] for start in range(0, len(ordered), _CHUNK)]
    found: dict[int, list[Beam]] = {}
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), _start_worker, (folder,)) as pool:
        tasks = {
            pool.submit(_work, dataset.root, chunk, config.candidates, network): at for at, chunk in enumerate(chunks)
        }
        for task in as_completed(tasks):
            found[tasks[task]] = task.result()
            reporter.progress("finding candidates", len(found), len(chunks))
    return [beam for at in sorted(found) for beam in found[at]]


def learn_reranker(
    trained: checkpoint.TrainedModel, beams: Sequence[Beam], config: TrainingConfig, network: RerankerConfig
) -> checkpoint.TrainedModel:
    """The model with a re-ranker that has learned from the beams."""
    reranker = train_reranker(beams, config.reranking, network, config.optimisation.seed)
    return dataclasses.replace(trained, reranker=reranker)
