"""Models that have not seen a fold of the questions: trained side by side, each in a process of its own."""

from __future__ import annotations

import dataclasses
import multiprocessing
import zlib
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from neural_programmer import checkpoint
from neural_programmer.data.wikitablequestions import Question, WikiTableQuestions
from neural_programmer.training.augmentation import TOLD_ANEW, kept
from neural_programmer.training.config import TrainingConfig
from neural_programmer.training.one_model import TrainingData, read_data, train_on
from neural_programmer.training.reporting import ConsoleReporter, Reporter
from neural_programmer.training.run_state import STATE
from neural_programmer.training.targets import sharpen
from neural_programmer.training.trainer import Trainer

_SCORES = "held_out.npz"
_AGAIN = "again"


def fold_of(context: str, folds: int) -> int:
    """The fold of a table; all questions about one table are in one fold."""
    return zlib.crc32(context.encode()) % folds


def fold_folder(folder: Path, fold: int) -> Path:
    """Where the model that has not seen a fold is kept."""
    return folder / f"fold-{fold + 1}"


def fold_config(config: TrainingConfig, fold: int) -> TrainingConfig:
    """The configuration of the model that has not seen a fold: fewer epochs, judged by nothing, a seed of its own."""
    optimisation = dataclasses.replace(
        config.optimisation,
        epochs=config.reranking.fold_epochs,
        evaluate_every=config.reranking.fold_epochs,
        seed=config.optimisation.seed * 1000 + fold,
        processes=1,
    )
    return dataclasses.replace(config, optimisation=optimisation)


def fold_model(folder: Path, fold: int) -> Path:
    """The last model that has not seen a fold."""
    own = fold_folder(folder, fold)
    again = own / _AGAIN / "model"
    return again if again.is_dir() else own / "model"


def unseen(questions: Sequence[Question], fold: int, folds: int) -> list[Question]:
    """The questions of a fold."""
    return [question for question in questions if fold_of(question.context, folds) == fold]


def train_folds(config: TrainingConfig, root: Path, folder: Path, reporter: Reporter, *, again: bool = False) -> bool:
    """Train the model of every fold, or go on with it; false where one was interrupted.

    Those trained ``again`` learn as the programmer does, from programs that the first ones support and questions told
    anew, so that their candidates are like the programmer's.
    """
    folds = config.reranking.folds
    done = f"{_AGAIN}/model" if again else _SCORES
    missing = [fold for fold in range(folds) if not (fold_folder(folder, fold) / done).exists()]
    if not missing:
        return True
    anew = " once more" if again else ""
    reporter.line(f"training {len(missing)} models{anew}, each without one of {folds} folds of the questions")
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(len(missing), config.optimisation.processes), context) as pool:
        tasks = [pool.submit(_train_again if again else _train_fold, config, root, folder, fold) for fold in missing]
        finished = [task.result() for task in tasks]
    return all(finished)


def _train_fold(config: TrainingConfig, root: Path, folder: Path, fold: int) -> bool:
    """Train one model, and keep its scores of the consistent programs of the questions it has not seen."""
    own = fold_folder(folder, fold)
    reporter = ConsoleReporter(own, name=f"fold {fold + 1}: ")
    settings = fold_config(config, fold)
    unjudged = dataclasses.replace(config.data, dev="")
    data = read_data(dataclasses.replace(settings, data=unjudged), root, reporter)
    folds = config.reranking.folds
    dataset = WikiTableQuestions(root)
    context = {question.id: question.context for question in dataset.questions(config.data.train)}
    seen = [one for one in data.examples if fold_of(context[one.id], folds) != fold]
    others = [one for one in data.examples if fold_of(context[one.id], folds) == fold]
    trained = train_on(TrainingData(seen, ()), settings, own, resume=(own / STATE).is_file(), reporter=reporter)
    if not trained.finished:
        return False
    torch.set_num_threads(config.optimisation.threads)
    model = checkpoint.load(trained.folder)
    judging = Trainer(model.model, model.batcher, others, settings.optimisation)
    judging.rescore(reporter)
    scores = judging.sampler.by_example()
    partial = own / f"partial-{_SCORES}"
    kept: dict[str, Any] = {one.id: found for one, found in zip(others, scores, strict=True)}
    np.savez(partial, **kept)
    partial.replace(own / _SCORES)
    return True


def _train_again(config: TrainingConfig, root: Path, folder: Path, fold: int) -> bool:
    """Train one model on what the first models support among the questions of the other folds."""
    own = fold_folder(folder, fold) / _AGAIN
    reporter = ConsoleReporter(own, name=f"fold {fold + 1}, again: ")
    epochs = config.optimisation.epochs
    settings = fold_config(
        dataclasses.replace(config, reranking=dataclasses.replace(config.reranking, fold_epochs=epochs)), fold
    )
    data = read_data(dataclasses.replace(settings, data=dataclasses.replace(config.data, dev="")), root, reporter)
    folds = config.reranking.folds
    context = {question.id: question.context for question in WikiTableQuestions(root).questions(config.data.train)}
    examples = sharpen(data.examples, held_out_scores(folder, folds), config.optimisation)
    seen = [one for one in examples if fold_of(context[one.id], folds) != fold]
    told = kept(folder / TOLD_ANEW) if config.data.copies else []
    # Neither the question that one comes from nor the table that it is about may be of the fold.
    more = [
        one.example for one in told if fold not in (fold_of(context[one.source], folds), fold_of(one.context, folds))
    ]
    trained = train_on(TrainingData(seen, (), more), settings, own, resume=(own / STATE).is_file(), reporter=reporter)
    return trained.finished


def held_out_scores(folder: Path, folds: int) -> dict[str, NDArray[np.float32]]:
    """The log-probabilities of every question's consistent programs, by the model that has not seen the question."""
    scores: dict[str, NDArray[np.float32]] = {}
    for fold in range(folds):
        with np.load(fold_folder(folder, fold) / _SCORES, allow_pickle=False) as found:
            scores.update({name: found[name] for name in found.files})
    return scores
