"""Sparse attention: which cells of a table a question may compare with, found by index, by top-k, or all of them.

The model attends to constants. Attention over everything makes every cell of the table one; top-k scores every cell
against the question and keeps the k best; the index looks the question's words up, and never sees the other cells.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from neural_programmer.language.candidates import Candidates
from neural_programmer.language.offer import offer
from neural_programmer.tables.constants import Constant, ConstantKind
from neural_programmer.tables.matching.index import TableIndex
from neural_programmer.tables.matching.linking import Linking
from neural_programmer.tables.values import text_words

_BUCKETS = 4096
_LENGTH = 3


class Attention(StrEnum):
    """Over which cells the model attends."""

    INDEX = "index"
    TOP_K = "top-k"
    ALL = "all cells"


class CellMemory:
    """The distinct cells of a table as keys: the character n-grams of each, hashed, of length 1."""

    def __init__(self, index: TableIndex) -> None:
        self.texts = tuple(index.cell_texts)
        self._words = tuple(index.cell_words)

    @cached_property
    def keys(self) -> NDArray[np.float32]:
        """``Float32[cell, bucket]``; made once for a table, like an attention's keys."""
        keys = np.zeros((len(self._words), _BUCKETS), dtype=np.float32)
        for at, words in enumerate(self._words):
            keys[at] = _grams(words)
        return keys

    def scores(self, question: str) -> NDArray[np.float32]:
        """``Float32[cell]``: how much of each cell's n-grams the question has, 0 to 1: a product with every key."""
        asked = _grams(text_words(question)) > 0
        shares: NDArray[np.float32] = np.square(self.keys)[:, asked].sum(axis=1).astype(np.float32)
        return shares

    def best(self, question: str, count: int) -> list[str]:
        """The texts of the cells with the greatest scores, best first; equal ones in the order of the table."""
        order = np.argsort(-self.scores(question), kind="stable")[:count]
        return [self.texts[at] for at in order.tolist()]


def _grams(words: str) -> NDArray[np.float32]:
    """``Float32[bucket]``: the hashed n-grams of a text's words, as a vector of length 1."""
    found = np.zeros(_BUCKETS, dtype=np.float32)
    for at in range(len(words) - _LENGTH + 1):
        place = 0
        # The hash of Python's texts differs between processes.
        for character in words[at : at + _LENGTH]:
            place = (place * 257 + ord(character)) % _BUCKETS
        found[place] += 1
    length = float(np.linalg.norm(found))
    return found / length if length else found


def candidates_by(attention: Attention, index: TableIndex, memory: CellMemory, linking: Linking, k: int) -> Candidates:
    """The question's candidates with texts of cells as the way of attending offers them.

    Numbers, dates and whatever else the question itself says are the same for all.
    """
    by_index = offer(index.table, linking)
    if attention is Attention.INDEX:
        return by_index
    texts = memory.texts if attention is Attention.ALL else memory.best(linking.question, k)
    cells = [Constant(ConstantKind.TEXT, (text,)) for text in texts]
    if attention is Attention.ALL:
        return replace(by_index, constants=tuple(dict.fromkeys([*by_index.constants, *cells])))
    wanted = set(cells)
    known = set(memory.texts)
    kept = [
        one
        for one in by_index.constants
        if one.kind is not ConstantKind.TEXT or one in wanted or one.values[0] not in known
    ]
    return replace(by_index, constants=tuple(dict.fromkeys([*kept, *cells])))
