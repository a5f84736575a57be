"""Features of many questions in one file of plain arrays, in the user's cache."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neural_programmer.data.features import Features

# Words are keys without line breaks, so these two characters can part them.
_WORD, _QUESTION = "\n", "\x1e"
_ARRAYS = tuple(field.name for field in fields(Features) if field.name != "words")


def pack_arrays(items: Sequence[object], names: Sequence[str]) -> dict[str, NDArray[Any]]:
    """The arrays of these names of every item end to end, with the shapes that tell them apart."""
    packed: dict[str, NDArray[Any]] = {}
    for name in names:
        arrays = [getattr(one, name) for one in items]
        packed[name] = np.concatenate([array.ravel() for array in arrays]) if arrays else np.zeros(0)
        packed[f"{name}.shapes"] = np.array([array.shape for array in arrays], dtype=np.int32)
    return packed


def unpack_arrays(packed: Mapping[str, NDArray[Any]], names: Sequence[str]) -> dict[str, list[NDArray[Any]]]:
    """The arrays that ``pack_arrays`` packed, by name, in the items' order."""
    columns: dict[str, list[NDArray[Any]]] = {}
    for name in names:
        shapes = packed[f"{name}.shapes"]
        flat = packed[name]
        ends = np.cumsum(shapes.prod(axis=1)) if len(shapes) else np.zeros(0, dtype=np.int64)
        pieces = np.split(flat, ends[:-1]) if len(ends) else []
        columns[name] = [piece.reshape(shape) for piece, shape in zip(pieces, shapes, strict=True)]
    return columns


def pack(features: Mapping[str, Features]) -> dict[str, NDArray[Any]]:
    """Every array of every question end to end, with the shapes that tell them apart."""
    packed = pack_arrays(list(features.values()), _ARRAYS)
    packed["words"] = _bytes(_QUESTION.join(_WORD.join(one.words) for one in features.values()))
    packed["ids"] = _bytes(_WORD.join(features))
    return packed


def unpack(packed: Mapping[str, NDArray[Any]]) -> dict[str, Features]:
    """The features that ``pack`` packed."""
    ids = _text(packed["ids"]).split(_WORD) if len(packed["ids"]) else []
    words = [tuple(text.split(_WORD)) if text else () for text in _text(packed["words"]).split(_QUESTION)]
    columns = unpack_arrays(packed, _ARRAYS)
    return {
        id_: Features(words=words[at], **{name: columns[name][at] for name in _ARRAYS}) for at, id_ in enumerate(ids)
    }


def store(path: Path, features: Mapping[str, Features]) -> None:
    """Write the features, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial.npz")
    arrays: dict[str, Any] = pack(features)
    np.savez(partial, **arrays)
    partial.replace(path)


def restore(path: Path) -> dict[str, Features]:
    """Read what ``store`` wrote."""
    with np.load(path, allow_pickle=False) as arrays:
        return unpack({name: arrays[name] for name in arrays.files})


def _bytes(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(text.encode(), dtype=np.uint8)


def _text(array: NDArray[Any]) -> str:
    return bytes(array.astype(np.uint8)).decode()
