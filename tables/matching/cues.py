"""Cues: words and phrases that suggest an operation, from the list ``words/cues.json``."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

from neural_programmer.tables.matching.linking import Cue, CueKind, Token
from neural_programmer.tables.word_lists import word_list


@dataclass(frozen=True, slots=True)
class _Cues:
    phrases: dict[tuple[str, ...], tuple[CueKind, ...]]
    openings: dict[str, tuple[CueKind, ...]]
    longest: int
    endings: tuple[tuple[str, CueKind], ...]
    not_endings: frozenset[str]
    comparatives: tuple[tuple[str, CueKind], ...]


@functools.cache
def _cues() -> _Cues:
    content = word_list("cues")
    phrases: dict[tuple[str, ...], list[CueKind]] = {}
    for kind, written in content["phrases"].items():
        for phrase in written:
            phrases.setdefault(tuple(phrase.split()), []).append(CueKind(kind))
    openings: dict[str, list[CueKind]] = {}
    for kind, written in content["openings"].items():
        for word in written:
            openings.setdefault(word, []).append(CueKind(kind))
    return _Cues(
        {phrase: tuple(kinds) for phrase, kinds in phrases.items()},
        {word: tuple(kinds) for word, kinds in openings.items()},
        max(map(len, phrases)),
        tuple((ending, CueKind(kind)) for ending, kind in content["endings"].items()),
        frozenset(content["not_endings"]),
        tuple((ending, CueKind(kind)) for ending, kind in content["endings_before_than"].items()),
    )


def find_cues(tokens: Sequence[Token]) -> tuple[Cue, ...]:
    """The cues of a question in order; where phrases overlap the longest counts, so "at least" is no "least"."""
    cues = _cues()
    found: list[Cue] = []
    if tokens:
        found += [Cue(kind, 0, 1) for kind in cues.openings.get(tokens[0].key, ())]
    start = 0
    while start < len(tokens):
        for length in range(min(cues.longest, len(tokens) - start), 0, -1):
            end = start + length
            kinds = cues.phrases.get(tuple(token.key for token in tokens[start:end]), ())
            if not kinds and length == 2 and tokens[end - 1].key == "than":
                kinds = tuple(kind for ending, kind in cues.comparatives if tokens[start].key.endswith(ending))
            if not kinds and length == 1:
                kinds = _by_ending(tokens[start].key, cues)
            if kinds:
                found += [Cue(kind, start, end) for kind in kinds]
                break
        else:
            end = start + 1
        start = end
    return tuple(sorted(found, key=lambda cue: (cue.start, cue.end, cue.kind)))


def _by_ending(word: str, cues: _Cues) -> tuple[CueKind, ...]:
    if len(word) < 5 or word in cues.not_endings or not word.isalpha():
        return ()
    return tuple(kind for ending, kind in cues.endings if word.endswith(ending))
