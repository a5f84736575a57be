"""Beams in a file of plain arrays, so that a run that is resumed need not search for them again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neural_programmer.data.reranking_features import RerankingFeatures
from neural_programmer.training.reranking import Beam

_OF_CANDIDATES = ("dense", "operations", "pairs")
_OF_QUESTIONS = ("question", "said")
_RAGGED = ("headers", "done", "signs")
_OUTCOMES = ("right", "evidence", "groups")


def keep_beams(path: Path, beams: Sequence[Beam]) -> None:
    """Write beams, whole or not at all."""
    arrays: dict[str, Any] = {"candidates": np.array([len(beam.right) for beam in beams], dtype=np.int32)}
    for name in _OF_CANDIDATES:
        arrays[name] = _joined([getattr(beam.features, name) for beam in beams])
    for name in _OUTCOMES:
        arrays[name] = _joined([getattr(beam, name) for beam in beams])
    for name in _OF_QUESTIONS:
        parts = [getattr(beam.features, name) for beam in beams]
        arrays[name], arrays[f"{name}.lengths"] = _joined(parts), _lengths(parts)
    for name in _RAGGED:
        parts = [part for beam in beams for part in getattr(beam.features, name)]
        arrays[name], arrays[f"{name}.lengths"] = _joined(parts), _lengths(parts)
    partial = path.with_suffix(".partial.npz")
    np.savez_compressed(partial, **arrays)
    partial.replace(path)


def kept_beams(path: Path) -> list[Beam]:
    """Read what ``keep_beams`` wrote."""
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    candidates = arrays["candidates"]
    by_beam = {name: _parted(arrays[name], candidates) for name in (*_OF_CANDIDATES, *_OUTCOMES)}
    by_question = {name: _parted(arrays[name], arrays[f"{name}.lengths"]) for name in _OF_QUESTIONS}
    ragged = {name: _parted(arrays[name], arrays[f"{name}.lengths"]) for name in _RAGGED}
    beams = []
    start = 0
    for at, count in enumerate(candidates.tolist()):
        parts: dict[str, Any] = {name: by_beam[name][at] for name in _OF_CANDIDATES}
        parts |= {name: by_question[name][at] for name in _OF_QUESTIONS}
        parts |= {name: tuple(ragged[name][start : start + count]) for name in _RAGGED}
        outcomes = {name: by_beam[name][at] for name in _OUTCOMES}
        beams.append(Beam(RerankingFeatures(**parts), **outcomes))
        start += count
    return beams


def _joined(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate(parts) if parts else np.zeros(0)


def _lengths(parts: Sequence[NDArray[Any]]) -> NDArray[np.int32]:
    return np.array([len(part) for part in parts], dtype=np.int32)


def _parted(joined: NDArray[Any], lengths: NDArray[Any]) -> list[NDArray[Any]]:
    return np.split(joined, np.cumsum(lengths)[:-1]) if len(lengths) else []
