"""Crosses: every part of what a question says beside every part of what a program does, hashed.

"who" beside the selected column "player", "how many" beside ``count``: a weight for each such pair lets a model learn
from a few examples what a network of dense features has no input for.
"""

from __future__ import annotations

import functools
import zlib
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from neural_programmer.data.features import Features
from neural_programmer.language.candidates import COLUMN, OPERATION
from neural_programmer.operations.registry import OPERATION_NAMES

Hashes = NDArray[np.uint32]
# A program as steps of five numbers, see `language.candidates`.
EncodedSteps = Sequence[Sequence[int]]

_ENTITY, _NUMBER = "<entity>", "#"
_HEADER_WORDS = 5
# Odd multipliers that spread neighbouring hashes over all buckets (Knuth, volume 3, section 6.4).
_SPREAD, _SPREAD_OTHER = np.uint64(2654435761), np.uint64(40503)


@functools.lru_cache(maxsize=1 << 16)
def _hash(part: str) -> int:
    return zlib.crc32(part.encode())


def hashes(parts: Iterable[str]) -> Hashes:
    """``UInt32[part]``: the hashes of the different parts."""
    return np.array([_hash(part) for part in sorted(set(parts))], dtype=np.uint32)


def said_by(features: Features) -> Hashes:
    """``UInt32[part]``: the question's words and pairs of neighbours; a run of words from the table is one entity."""
    mentioned = np.zeros(len(features.tokens), dtype=np.bool_)
    for start, end in features.constant_spans.tolist():
        mentioned[start:end] = True
    words: list[str] = []
    for number, inside in zip(features.tokens.tolist(), mentioned.tolist(), strict=True):
        word = features.words[number]
        plain = _NUMBER if word[:1].isdigit() else _ENTITY if inside else word
        if not (plain == _ENTITY and words and words[-1] == _ENTITY):
            words.append(plain)
    pairs = (f"{one} {other}" for one, other in zip(["^", *words], [*words, "$"], strict=True))
    return hashes([*words, *pairs])


def header_words(features: Features) -> list[list[str]]:
    """The first words of each column view's header."""
    return [[features.words[number] for number in row if number >= 0][:_HEADER_WORDS] for row in features.header_words]


class Doings:
    """What programs for one question do."""

    def __init__(self, features: Features) -> None:
        self._kinds: list[int] = features.column_kinds.tolist()
        self._headers = header_words(features)
        # Candidates share most of their steps.
        self._steps: dict[tuple[int, int, int], list[str]] = {}

    def of(self, steps: EncodedSteps, answer: Sequence[str]) -> Hashes:
        """``UInt32[part]``: a program's operations, what each follows and which column it reads, its length, and the
        shapes of its ``answer`` (`data.answer_shapes`).
        """
        parts = [f"{len(steps)} steps"]
        for operation, reference, _, column, _ in steps[1:]:
            key = (operation, steps[reference][OPERATION] if reference >= 0 else -1, column)
            if key not in self._steps:
                self._steps[key] = self._of_step(*key)
            parts += self._steps[key]
        last = steps[-1]
        if last[COLUMN] >= 0:
            parts += [f"answer@{word}" for word in self._headers[last[COLUMN]]]
        parts += [f"answer>{shape}" for shape in answer]
        parts += [f"{OPERATION_NAMES[last[OPERATION]]}>{shape}" for shape in answer[1:]]
        return hashes(parts)

    def _of_step(self, number: int, follows: int, column: int) -> list[str]:
        operation = OPERATION_NAMES[number]
        parts = [operation, f"{OPERATION_NAMES[follows] if follows >= 0 else ''}>{operation}"]
        if column >= 0:
            parts.append(f"{operation}:{self._kinds[column]}")
            parts += [f"{operation}@{word}" for word in self._headers[column]]
        return parts


def crosses(said: Hashes, done: Hashes, buckets: int) -> NDArray[np.int64]:
    """``Int[cross]``: the bucket of every pair of a part said and a part done."""
    mixed = (said.astype(np.uint64)[:, None] * _SPREAD) ^ (done.astype(np.uint64)[None, :] * _SPREAD_OTHER)
    return ((mixed % np.uint64(2**31 - 1)) % np.uint64(buckets)).astype(np.int64).ravel()
