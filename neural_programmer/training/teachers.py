"""Finished runs whose models of folds teach another run, in place of models of its own: several models into one.

Averaging what independently trained models say of a question that none of them has seen, and learning from it, is
distillation (Hinton, Vinyals and Dean, 2015, "Distilling the Knowledge in a Neural Network").
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from neural_programmer.training.config import ConfigError, TrainingConfig
from neural_programmer.training.folds import fold_model, held_out_scores
from neural_programmer.training.run_state import kept_config

Scores = dict[str, NDArray[np.float32]]


def teachers_of(config: TrainingConfig, folder: Path) -> list[Path]:
    """The folders of the runs that teach this one: those named, or its own folder where none is.

    ``ConfigError`` where one of them is no finished run with the same questions and folds.
    """
    named = [Path(name.strip()) for name in config.reranking.teachers.split(",") if name.strip()]
    for teacher in named:
        _check(config, teacher)
    return named or [folder]


def _check(config: TrainingConfig, teacher: Path) -> None:
    kept = kept_config(teacher)
    if kept is None:
        raise ConfigError(f"[reranking] teachers: expected folders of training runs, but {teacher} has no state of one")
    for table, key in (("data", "train"), ("data", "questions"), ("reranking", "folds")):
        here, there = (getattr(getattr(one, table), key) for one in (config, kept))
        if here != there:
            raise ConfigError(
                f"[reranking] teachers: expected runs with {table}.{key} = {here!r}, but {teacher} has {there!r}"
            )
    missing = [fold + 1 for fold in range(config.reranking.folds) if not fold_model(teacher, fold).is_dir()]
    if missing:
        raise ConfigError(
            f"[reranking] teachers: {teacher} has no model of fold {missing[0]}; go on with it with --resume"
        )


def averaged_scores(teachers: Sequence[Path], folds: int) -> Scores:
    """The log of the average of the teachers' probabilities of every question's consistent programs.

    ``ConfigError`` where two of them have found other programs, so that the scores are not of the same things.
    """
    found = [held_out_scores(teacher, folds) for teacher in teachers]
    for teacher, scores in zip(teachers[1:], found[1:], strict=True):
        differing = scores.keys() ^ found[0].keys() or {
            id_ for id_, one in scores.items() if len(one) != len(found[0][id_])
        }
        if differing:
            raise ConfigError(
                f"[reranking] teachers: {teachers[0]} and {teacher} have found other programs for {min(differing)} and "
                f"{len(differing) - 1} more questions; train both with the same version"
            )
    count = np.log(len(teachers))
    return {
        id_: np.logaddexp.reduce([scores[id_] for scores in found], axis=0).astype(np.float32) - np.float32(count)
        for id_ in found[0]
    }
