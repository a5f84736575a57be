"""Runs that teach another: what their models of folds say is averaged, and what cannot teach is refused by name."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from neural_programmer.training.config import ConfigError, TrainingConfig, config_from
from neural_programmer.training.run_state import STATE, config_text
from neural_programmer.training.teachers import averaged_scores, teachers_of

_CONFIG = config_from({"reranking": {"folds": 2}})


def _scores(folder: Path, *folds: dict[str, list[float]]) -> Path:
    for number, scores in enumerate(folds, start=1):
        own = folder / f"fold-{number}"
        own.mkdir(parents=True)
        arrays: dict[str, Any] = {id_: np.log(np.array(found, dtype=np.float32)) for id_, found in scores.items()}
        np.savez(own / "held_out.npz", **arrays)
    return folder


def _run(folder: Path, config: TrainingConfig) -> Path:
    for fold in range(config.reranking.folds):
        (folder / f"fold-{fold + 1}" / "model").mkdir(parents=True)
    torch.save({"config": config_text(config)}, folder / STATE)
    return folder


def test_probabilities_are_averaged(tmp_path: Path) -> None:
    first = _scores(tmp_path / "a", {"nt-1": [0.5, 0.1]}, {"nt-2": [0.2]})
    second = _scores(tmp_path / "b", {"nt-1": [0.1, 0.3]}, {"nt-2": [0.4]})
    averaged = {id_: np.exp(found) for id_, found in averaged_scores([first, second], 2).items()}
    assert averaged["nt-1"] == pytest.approx([0.3, 0.2])
    assert averaged["nt-2"] == pytest.approx([0.3])


@pytest.mark.parametrize("other", [{"nt-1": [0.1]}, {"nt-3": [0.1, 0.3]}])
def test_teachers_must_have_found_the_same_programs(other: dict[str, list[float]], tmp_path: Path) -> None:
    first = _scores(tmp_path / "a", {"nt-1": [0.5, 0.1]}, {"nt-2": [0.2]})
    second = _scores(tmp_path / "b", other, {"nt-2": [0.4]})
    with pytest.raises(ConfigError, match="have found other programs for nt-1"):
        averaged_scores([first, second], 2)


def test_a_run_without_teachers_teaches_itself(tmp_path: Path) -> None:
    assert teachers_of(_CONFIG, tmp_path) == [tmp_path]


def test_teachers_are_finished_runs_on_the_same_questions(tmp_path: Path) -> None:
    first = _run(tmp_path / "a", _CONFIG)
    second = _run(tmp_path / "b", _CONFIG)
    assert teachers_of(_taught(_CONFIG, first, second), tmp_path) == [first, second]

    with pytest.raises(ConfigError, match=r"but .*none has no state"):
        teachers_of(_taught(_CONFIG, tmp_path / "none"), tmp_path)
    other = _run(tmp_path / "c", config_from({"data": {"train": "training"}, "reranking": {"folds": 2}}))
    with pytest.raises(ConfigError, match=r"expected runs with data\.train = 'random-split-1-train', but .*c has"):
        teachers_of(_taught(_CONFIG, other), tmp_path)
    (second / "fold-2" / "model").rmdir()
    with pytest.raises(ConfigError, match="b has no model of fold 2"):
        teachers_of(_taught(_CONFIG, first, second), tmp_path)


def test_teachers_need_folds() -> None:
    with pytest.raises(ConfigError, match="the number of folds that they have"):
        config_from({"reranking": {"teachers": "runs/a"}})


def _taught(config: TrainingConfig, *teachers: Path) -> TrainingConfig:
    named = ",".join(map(str, teachers))
    return dataclasses.replace(config, reranking=dataclasses.replace(config.reranking, teachers=named))
