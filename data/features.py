"""What the model sees of one question about one table: small arrays, computed once and kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from neural_programmer.operations.relations import (
    ANY,
    BETWEEN,
    CONTAINS,
    CONTAINS_ANY,
    EQUALS,
    GREATER,
    HAS_ITEM,
    LESS,
    Relation,
)
from neural_programmer.tables.constants import COMPARABLE, Constant, ConstantKind
from neural_programmer.tables.matching.linking import CueKind, Linking, MatchSource
from neural_programmer.tables.values import ValueType, text_words
from neural_programmer.tables.views import ViewKind, ViewReference

if TYPE_CHECKING:
    from neural_programmer.execution.grounding import Grounding
    from neural_programmer.language.candidates import Candidates

# Raised whenever the meaning of an array below changes, so that features kept on disk are computed anew.
FEATURES_VERSION = 3

MAX_TOKENS = 64
MAX_HEADER_WORDS = 8

_SOURCES = {source: number for number, source in enumerate(MatchSource)}
_CUES = {kind: number for number, kind in enumerate(CueKind)}
_CONSTANT_KINDS = {kind: number for number, kind in enumerate(ConstantKind)}
_VIEW_KINDS = {kind: number for number, kind in enumerate(ViewKind)}

# Where the groups of a token's features begin.
_TOKEN_COLUMN_MATCH = len(_CUES)
_TOKEN_MENTION = _TOKEN_COLUMN_MATCH + len(_SOURCES)
_TOKEN_FLAGS = _TOKEN_MENTION + len(_CONSTANT_KINDS)
TOKEN_FEATURES = _TOKEN_FLAGS + 5
COLUMN_FEATURES = 14
# Of a token and a column view: header match by source, then how the mentions over the token match the column's cells.
_MATCH_CELLS = len(_SOURCES)
MATCH_FEATURES = _MATCH_CELLS + 3
CONSTANT_FEATURES = 6 + len(_SOURCES)
# Of a constant and a column view: see _pair_features.
PAIR_FEATURES = 8


@dataclass(frozen=True, eq=False)
class Features:
    """Arrays of one question; ``words`` are its distinct words and those of the headers, which the arrays index.

    ``tokens`` Int[token], ``token_features`` Float[token, ...]; ``header_words`` Int[view, word], -1 where there is
    none; ``column_kinds`` Int[view], ``column_features`` Float[view, ...], ``matches`` Float[token, view, ...];
    ``constant_spans`` Int[constant, 2] (tokens, end exclusive), ``constant_kinds`` Int[constant],
    ``constant_features`` Float[constant, ...], ``pairs`` Float[constant, view, ...].
    """

    words: tuple[str, ...]
    tokens: NDArray[np.int32]
    token_features: NDArray[np.float16]
    header_words: NDArray[np.int32]
    column_kinds: NDArray[np.int16]
    column_features: NDArray[np.float16]
    matches: NDArray[np.float16]
    constant_spans: NDArray[np.int16]
    constant_kinds: NDArray[np.int16]
    constant_features: NDArray[np.float16]
    pairs: NDArray[np.float16]


class _WordList:
    """Distinct words in order of first use."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def number(self, word: str) -> int:
        return self.numbers.setdefault(word, len(self.numbers))


def featurize(grounding: Grounding, linking: Linking, candidates: Candidates) -> Features:
    """The features of a linked question; the column views and constants keep the order of the candidates."""
    words = _WordList()
    tokens = linking.tokens[:MAX_TOKENS]
    columns = candidates.columns
    spans, constant_features = _constants(linking, candidates, len(tokens))
    pairs = np.zeros((len(candidates.constants), len(columns), PAIR_FEATURES), dtype=np.float32)
    for number, constant in enumerate(candidates.constants):
        for at, column in enumerate(columns):
            if constant.kind in COMPARABLE[column.view.value_type]:
                pairs[number, at] = _pair_features(grounding, column, constant)
    token_numbers = np.array([words.number(token.key) for token in tokens], dtype=np.int32)
    matches = _matches(linking, columns, spans, pairs, len(tokens))
    header_words = _header_words(grounding, columns, words)
    return Features(
        words=tuple(words.numbers),
        tokens=token_numbers,
        token_features=_token_features(linking, len(tokens)),
        header_words=header_words,
        column_kinds=np.array([_VIEW_KINDS[column.view] for column in columns], dtype=np.int16),
        column_features=_column_features(grounding, columns, pairs, matches),
        matches=matches.astype(np.float16),
        constant_spans=spans,
        constant_kinds=np.array([_CONSTANT_KINDS[constant.kind] for constant in candidates.constants], dtype=np.int16),
        constant_features=constant_features,
        pairs=pairs.astype(np.float16),
    )


def _token_features(linking: Linking, number_of_tokens: int) -> NDArray[np.float16]:
    """``Float[token, TOKEN_FEATURES]``: cues, header matches and mentions over each token, and what the token is."""
    features = np.zeros((number_of_tokens, TOKEN_FEATURES), dtype=np.float16)
    for cue in linking.cues:
        features[cue.start : cue.end, _CUES[cue.kind]] = 1
    for match in linking.column_matches:
        features[match.start : match.end, _TOKEN_COLUMN_MATCH + _SOURCES[match.source]] = 1
    for mention in linking.mentions:
        features[mention.start : mention.end, _TOKEN_MENTION + _CONSTANT_KINDS[mention.constant.kind]] = 1
        if mention.source is MatchSource.FUZZY:
            features[mention.start : mention.end, _TOKEN_FLAGS + 2] = 1
    for at, token in enumerate(linking.tokens[:number_of_tokens]):
        features[at, _TOKEN_FLAGS : _TOKEN_FLAGS + 2] = token.is_stop, token.is_number
        features[at, _TOKEN_FLAGS + 3 :] = at == 0, at == number_of_tokens - 1
    return features


def _header_words(grounding: Grounding, columns: tuple[ViewReference, ...], words: _WordList) -> NDArray[np.int32]:
    """``Int[view, MAX_HEADER_WORDS]``: the words of each view's header."""
    numbers = np.full((len(columns), MAX_HEADER_WORDS), -1, dtype=np.int32)
    for at, column in enumerate(columns):
        header = text_words(grounding.table.column(column.column).header).split()[:MAX_HEADER_WORDS]
        numbers[at, : len(header)] = [words.number(word) for word in header]
    return numbers


def _matches(
    linking: Linking,
    columns: tuple[ViewReference, ...],
    spans: NDArray[np.int16],
    pairs: NDArray[np.float32],
    number_of_tokens: int,
) -> NDArray[np.float32]:
    """``Float[token, view, MATCH_FEATURES]``: how each token speaks of each column view."""
    matches = np.zeros((number_of_tokens, len(columns), MATCH_FEATURES), dtype=np.float32)
    places: dict[str, list[int]] = {}
    for at, column in enumerate(columns):
        places.setdefault(column.column, []).append(at)
    for match in linking.column_matches:
        source = _SOURCES[match.source]
        for at in places.get(match.column, ()):
            scores = matches[match.start : match.end, at, source]
            np.maximum(scores, match.score, out=scores)
    for (start, end), of_constant in zip(spans.tolist(), pairs, strict=True):
        # Comparable at all, some cell equal, some cell containing.
        for feature, known in enumerate((of_constant[:, 0], of_constant[:, 1], of_constant[:, 3])):
            cells = matches[start:end, :, _MATCH_CELLS + feature]
            np.maximum(cells, known > 0, out=cells)
    return matches


# The relations that count as "equal" and as "containing" for each kind of constant.
_EQUAL: dict[ConstantKind, Relation] = {
    ConstantKind.TEXT: EQUALS,
    ConstantKind.TEXTS: ANY,
    ConstantKind.NUMBER: EQUALS,
    ConstantKind.DATE: EQUALS,
    ConstantKind.NUMBER_RANGE: BETWEEN,
    ConstantKind.DATE_RANGE: BETWEEN,
}
_CONTAINING: dict[ConstantKind, Relation] = {ConstantKind.TEXT: CONTAINS, ConstantKind.TEXTS: CONTAINS_ANY}


def _pair_features(grounding: Grounding, column: ViewReference, constant: Constant) -> list[float]:
    """Comparable; any and share of cells equal; any and share containing; one row only; shares greater and less."""
    if constant.kind is ConstantKind.ORDINAL:
        return [1, 0, 0, 0, 0, 0, 0, 0]
    if constant.kind is ConstantKind.CHOICE:
        return [0, 0, 0, 0, 0, 0, 0, 0]  # the words of an answer are not looked for in cells
    total = max(1, grounding.table.number_of_rows)
    if column.view.value_type is ValueType.LIST:
        equal = containing = int(grounding.match(HAS_ITEM, column, constant).sum())
    else:
        equal = int(grounding.match(_EQUAL[constant.kind], column, constant).sum())
        containing = equal
        if constant.kind in _CONTAINING:
            containing = int(grounding.match(_CONTAINING[constant.kind], column, constant).sum())
    greater = less = 0
    if constant.kind in (ConstantKind.NUMBER, ConstantKind.DATE):
        greater = int(grounding.match(GREATER, column, constant).sum())
        less = int(grounding.match(LESS, column, constant).sum())
    one = equal == 1 or (equal == 0 and containing == 1)
    return [
        1,
        equal > 0,
        equal / total,
        containing > 0,
        containing / total,
        one,
        greater / total,
        less / total,
    ]


def _constants(
    linking: Linking, candidates: Candidates, number_of_tokens: int
) -> tuple[NDArray[np.int16], NDArray[np.float16]]:
    """``Int[constant, 2]``: the tokens of each constant (none: empty), ``Float[constant, ...]``: how it was found."""
    mentions = {mention.constant: mention for mention in reversed(linking.mentions)}
    spans = np.zeros((len(candidates.constants), 2), dtype=np.int16)
    features = np.zeros((len(candidates.constants), CONSTANT_FEATURES), dtype=np.float16)
    for number, constant in enumerate(candidates.constants):
        mention = mentions.get(constant)
        if mention is None:
            features[number, 5] = 1
            continue
        spans[number] = min(mention.start, number_of_tokens), min(mention.end, number_of_tokens)
        length = mention.end - mention.start
        value = constant.values[0]
        small = isinstance(value, int | float) and abs(value) <= 10
        year = isinstance(value, int | float) and 1000 <= value <= 2100
        features[number, :5] = mention.score, length == 1, min(length, 6) / 6, small, year
        features[number, 6 + _SOURCES[mention.source]] = 1
    return spans, features


def _view_features(grounding: Grounding, column: ViewReference) -> list[float]:
    """What a view is like, whatever the question: fill, distinct values, place, order, years, unit, only reading."""
    view = grounding.views[column]
    names = [known.name for known in grounding.table.columns]
    at = names.index(column.column)
    keys = view.keys[view.mask]
    total = max(1, grounding.table.number_of_rows)
    filled = max(1, len(keys))
    steps = np.diff(keys)
    numbers = view.numbers[view.mask]
    numeric = view.value_type is ValueType.NUMBER
    return [
        len(keys) / total,
        len(np.unique(keys)) / filled,
        at == 0,
        at / max(1, len(names) - 1),
        bool(len(keys) > 1 and (steps >= 0).all()),
        bool(len(keys) > 1 and (steps <= 0).all()),
        bool(numeric and len(numbers) and ((numbers >= 1000) & (numbers <= 2100)).all()),
        view.unit is not None,
        len(grounding.table.columns[at].views) == 1,
        bool(numeric and len(numbers) and (numbers == np.round(numbers)).all()),
    ]


_VIEW_FEATURES: WeakKeyDictionary[Grounding, dict[ViewReference, list[float]]] = WeakKeyDictionary()


def _column_features(
    grounding: Grounding,
    columns: tuple[ViewReference, ...],
    pairs: NDArray[np.float32],
    matches: NDArray[np.float32],
) -> NDArray[np.float16]:
    """``Float[view, COLUMN_FEATURES]``: the view alone, and how much of the question speaks of it."""
    known = _VIEW_FEATURES.setdefault(grounding, {})
    features = np.zeros((len(columns), COLUMN_FEATURES), dtype=np.float16)
    for at, column in enumerate(columns):
        if column not in known:
            known[column] = _view_features(grounding, column)
        features[at, : COLUMN_FEATURES - 4] = known[column]
    features[:, -4] = matches[:, :, : len(_SOURCES)].max(axis=(0, 2), initial=0)
    features[:, -3] = matches[:, :, 0].max(axis=0, initial=0)
    features[:, -2] = np.minimum(pairs[:, :, 1].sum(axis=0), 4) / 4
    features[:, -1] = np.minimum(pairs[:, :, 3].sum(axis=0), 4) / 4
    return features
