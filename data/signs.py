"""Signs: how a program takes up the question, word by word, and what it leaves out, hashed.

Crosses pair everything that is said with everything that is done. A sign knows which word belongs to which step: the
one before a constant, the one after "which", those that no step answers for. Each has a weight of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from neural_programmer.data.crosses import EncodedSteps, Hashes, hashes, header_words
from neural_programmer.data.features import Features
from neural_programmer.language.candidates import COLUMN, OPERATION
from neural_programmer.operations.registry import OPERATION_NAMES
from neural_programmer.tables.matching.linking import MatchSource

_SOURCES = len(MatchSource)
# A header match weaker than this says little, and one as weak as the other does not name what is asked for.
_NAMED, _ASKED = 0.3, 0.5
_START, _END, _NUMBER = "^", "$", "#"
# How well the question names a column: nobody named, only others named, named best, another named with more words.
_NOBODY, _OTHERS, _BEST, _SURPASSED = range(4)


def bits(chosen: NDArray[np.bool_]) -> int:
    """The chosen places as the bits of an integer: sets of words, since every candidate needs many of them."""
    return sum(1 << at for at in np.flatnonzero(chosen).tolist())


class Signs:
    """The signs of programs for one question; ``content`` Bool[token] says which words are content words."""

    def __init__(self, features: Features, content: NDArray[np.bool_]) -> None:
        count = len(features.tokens)
        self._features = features
        self._words = [features.words[number] for number in features.tokens.tolist()]
        self._plain = [_NUMBER if word[:1].isdigit() else word for word in self._words]
        self._content = bits(content)
        self._matches = features.matches[:count, :, :_SOURCES].astype(np.float32)
        self._headers = header_words(features)
        self._standing = _standing((self._matches.max(axis=2, initial=0) > _NAMED) & content[:, None])
        self._asked = _asked_for(self._words)
        # Which columns the word names that is asked for.
        of_asked = self._matches[self._asked : self._asked + 1]
        self._asked_columns: list[bool] = (of_asked.max(axis=(0, 2), initial=0) > _ASKED).tolist()
        # Candidates share most of their steps and of what they leave out.
        self._steps: dict[tuple[int, ...], tuple[list[str], int]] = {}
        self._unused: dict[tuple[int, str], list[str]] = {}

    def of(self, steps: EncodedSteps, answer: Sequence[str]) -> Hashes:
        """``UInt32[sign]`` of one program whose answer has these shapes."""
        used = 0
        signs: list[str] = []
        for operation, _, _, column, constant in steps[1:]:
            key = (operation, column, constant)
            if key not in self._steps:
                self._steps[key] = self._of_step(*key)
            of_step, covered = self._steps[key]
            signs += of_step
            used |= covered
        standing = [self._standing[step[COLUMN]] for step in steps[1:] if step[COLUMN] >= 0]
        if standing:
            signs.append(f"worst named {max(standing)}")
        last = OPERATION_NAMES[steps[-1][OPERATION]]
        signs += self._of_answer(last, steps[-1][COLUMN], answer)
        signs += self._of_unused(self._content & ~used, last)
        return hashes(signs)

    def _of_unused(self, unused: int, last: str) -> list[str]:
        key = unused, last
        if key not in self._unused:
            words = [word for at, word in enumerate(self._plain) if unused >> at & 1]
            self._unused[key] = [f"unused {word}{of_last}" for word in words for of_last in ("", f"|{last}")]
        return self._unused[key]

    def _of_step(self, operation: int, column: int, constant: int) -> tuple[list[str], int]:
        """The signs of a step, and which words it takes up."""
        features, words, name = self._features, self._words, OPERATION_NAMES[operation]
        used = np.zeros(len(words), dtype=np.bool_)
        signs: list[str] = []
        if constant >= 0:
            start, end = features.constant_spans[constant].tolist()
            used[start:end] = True
            if end > start:
                before = [_START, _START, *words][start : start + 2]
                after = words[end] if end < len(words) else _END
                signs += [f"{before[1]} …|{name}", f"{' '.join(before)} …|{name}", f"… {after}|{name}"]
            if column >= 0:
                equal, one = (int(features.pairs[constant, column, feature] > 0) for feature in (1, 5))
                kinds = f"{features.constant_kinds[constant]} in {features.column_kinds[column]}"
                signs.append(f"{kinds} equal {equal} one {one}|{name}")
        if column >= 0:
            of_column = self._matches[:, column]
            named = np.flatnonzero(of_column.max(axis=1, initial=0) > 0)
            used[named] = True
            source = int(of_column.max(axis=0).argmax()) if len(named) else -1
            signs += [f"named by {source}|{name}", f"named {self._standing[column]}|{name}"]
            if len(named):
                first = int(named[0])
                signs.append(f"{words[first - 1] if first else _START} column|{name}")
        return signs, bits(used)

    def _of_answer(self, last: str, shown: int, answer: Sequence[str]) -> Iterator[str]:
        """Whether what the question asks for ("which NAME") is what the answer shows, and the shape of that."""
        header = self._headers[shown] if shown >= 0 else []
        if self._asked < len(self._words):
            named = self._asked_columns
            whose = "own" if shown >= 0 and named[shown] else "other" if any(named) else "none"
            yield f"asked {whose}|{'column' if shown >= 0 else last}"
            yield from (f"asked {self._words[self._asked]}@{word}" for word in header)
        # The first shape is how many answers there are.
        yield from (f"{shape}@{word}" for shape in answer[1:2] for word in header)


def _standing(named: NDArray[np.bool_]) -> list[int]:
    """How well each column is named, given Bool[token, column]: which content words name it."""
    counts = named.sum(axis=0)
    shared = named.T.astype(np.int64) @ named.astype(np.int64)
    surpassed = ((shared == counts[:, None]) & (counts[None, :] > counts[:, None])).any(axis=1)
    nobody = _OTHERS if counts.any() else _NOBODY
    return [
        nobody if not count else _SURPASSED if more else _BEST
        for count, more in zip(counts.tolist(), surpassed.tolist(), strict=True)
    ]


def _asked_for(words: Sequence[str]) -> int:
    """The number of the word after "what" or "which", else of that after "how many"; past the end without one."""
    for at, word in enumerate(words):
        if word in ("what", "which"):
            return at + 1
    return words.index("how") + 2 if "how" in words else len(words)
