"""Words the model knows by themselves, and hashed character n-grams for all the others."""

from __future__ import annotations

import functools
import re
import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

UNKNOWN = 0
MASKED = 1
_FIRST_WORD = 2
_DIGITS = re.compile(r"\d")


def normalised(word: str) -> str:
    """The word with every digit written as 0, so that numbers of one shape look alike."""
    return _DIGITS.sub("0", word)


@functools.lru_cache(maxsize=1 << 16)
def ngram_buckets(word: str, buckets: int) -> tuple[int, ...]:
    """The hashed buckets of a word's character 3-grams, its ends marked; at most 24 of them."""
    marked = f"<{normalised(word)}>"
    pieces = [marked[at : at + 3] for at in range(max(1, len(marked) - 2))][:24]
    return tuple(zlib.crc32(piece.encode()) % buckets for piece in pieces)


@dataclass(frozen=True)
class Vocabulary:
    """The known words; number 0 stands for every other word and number 1 for a word hidden on purpose."""

    words: tuple[str, ...]

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {word: number for number, word in enumerate(self.words, start=_FIRST_WORD)}

    def __len__(self) -> int:
        return len(self.words) + _FIRST_WORD

    def number(self, word: str) -> int:
        """The number of a word, ``UNKNOWN`` where it is not in the vocabulary."""
        return self._numbers.get(normalised(word), UNKNOWN)


def build_vocabulary(texts: Iterable[Iterable[str]], *, least_count: int = 3, largest: int = 8000) -> Vocabulary:
    """The words in at least ``least_count`` of the texts, most frequent first, ties in alphabetical order."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update({normalised(word) for word in text})
    frequent = sorted((-count, word) for word, count in counts.items() if count >= least_count)
    return Vocabulary(tuple(word for _, word in frequent[:largest]))
