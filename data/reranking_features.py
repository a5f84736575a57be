"""What the re-ranker sees of the candidates of one question."""

from __future__ import annotations

import zlib
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from neural_programmer.data.answer_shapes import answer_shapes
from neural_programmer.data.crosses import Hashes, crosses, done_by, header_words, said_by
from neural_programmer.data.features import Features
from neural_programmer.data.signs import Signs
from neural_programmer.execution.exact import Answer
from neural_programmer.execution.sizes import NO_ROWS, SIZE_BUCKETS
from neural_programmer.language.candidates import COLUMN, OPERATION, Candidates
from neural_programmer.model.predictor import Judge
from neural_programmer.model.reranker import Reranker, RerankerBatch, RerankerConfig
from neural_programmer.operations.registry import OPERATION_IDS, OPERATION_NAMES
from neural_programmer.tables.constants import ConstantKind
from neural_programmer.tables.matching.linking import CueKind, Linking, MatchSource
from neural_programmer.tables.values import text_words
from neural_programmer.tables.views import ViewKind

_VIEW_KINDS = len(ViewKind)
_CUES = {kind: number for number, kind in enumerate(CueKind)}
_SOURCES = len(MatchSource)
_ORDERING = np.array(
    [name in {"argmax", "argmin", "kth_max", "kth_min", "which_greater", "which_less"} for name in OPERATION_NAMES]
)
_FILTERING = np.array([name.startswith("filter_") for name in OPERATION_NAMES])
_LAST_TEXT = frozenset(
    {OPERATION_IDS["select"], OPERATION_IDS["most_common_value"], OPERATION_IDS["least_common_value"]}
)

_LEAST_LIKELY, _DECISION_SCALE = -20.0, 4.0
_OPINION = 6
_USE = 9
_ANSWER = 12
_DECISIONS = 13
DENSE_FEATURES = _OPINION + _DECISIONS + _USE + _ANSWER + 3 * (_SOURCES + 1) + SIZE_BUCKETS + _VIEW_KINDS + len(CueKind)


class Candidate(Protocol):
    """A program found by a search: see ``model.beam.Hypothesis``."""

    @property
    def log_probability(self) -> float:
        """The natural logarithm of the program's probability."""

    @property
    def answer(self) -> Answer:
        """What it gives."""

    @property
    def decisions(self) -> NDArray[np.float64]:
        """``Float[step, 5]``: the parts of the search's log-probability, that of stopping last."""

    @property
    def encoded(self) -> NDArray[np.int64]:
        """``Int[step, 5]``."""

    @property
    def sizes(self) -> tuple[int, ...]:
        """The size bucket of every step's result."""


@dataclass(frozen=True, eq=False)
class RerankingFeatures:
    """Arrays of one question's candidates; see ``model.reranker.RerankerBatch`` for what they hold.

    ``said`` UInt32[part] and for each candidate ``done`` UInt32[part] are what crosses are made of: see `data.crosses`;
    ``signs`` UInt32[sign] of each candidate are told in `data.signs`.
    """

    dense: NDArray[np.float32]
    operations: NDArray[np.float32]
    pairs: NDArray[np.int32]
    question: NDArray[np.int32]
    headers: tuple[NDArray[np.int32], ...]
    said: Hashes
    done: tuple[Hashes, ...]
    signs: tuple[Hashes, ...]

    def __len__(self) -> int:
        return len(self.dense)

    def first(self, count: int) -> RerankingFeatures:
        """Those of the first candidates alone."""
        return RerankingFeatures(
            self.dense[:count],
            self.operations[:count],
            self.pairs[:count],
            self.question,
            self.headers[:count],
            self.said,
            self.done[:count],
            self.signs[:count],
        )


def answer_key(answer: Answer) -> Hashable:
    """Equal for answers that are the same set of values."""
    return frozenset(round(value, 6) if isinstance(value, float) else value for value in answer.values)


def _bucket(text: str, buckets: int) -> int:
    return zlib.crc32(text.encode()) % buckets


def _ngrams(words: Sequence[str], buckets: int) -> NDArray[np.int32]:
    """Hashed words and pairs of neighbours; digits count alike."""
    plain = ["#" if word[:1].isdigit() else word for word in words]
    grams = plain + [f"{one} {other}" for one, other in zip(["^", *plain], [*plain, "$"], strict=True)]
    return np.array([_bucket(gram, buckets) for gram in grams], dtype=np.int32)


def reranking_features(
    linking: Linking,
    features: Features,
    headers: Sequence[str],
    candidates: Sequence[Candidate],
    config: RerankerConfig,
) -> RerankingFeatures:
    """The features of candidates, best first; ``headers`` names the column of each column view."""
    scores = np.array([each.log_probability for each in candidates])
    keys = [answer_key(each.answer) for each in candidates]
    masses: dict[Hashable, float] = {}
    counts: dict[Hashable, int] = {}
    for key, score in zip(keys, scores.tolist(), strict=True):
        masses[key] = masses.get(key, 0.0) + float(np.exp(score))
        counts[key] = counts.get(key, 0) + 1
    best = scores.max(initial=-np.inf)
    dense = np.zeros((len(candidates), DENSE_FEATURES), dtype=np.float32)
    operations = np.zeros((len(candidates), len(OPERATION_NAMES)), dtype=np.float32)
    pairs = np.full((len(candidates), 8), -1, dtype=np.int32)
    words = [token.key for token in linking.tokens]
    content = np.array(
        [not token.is_stop and token.key[:1].isalnum() for token in linking.tokens[: len(features.tokens)]]
    )
    cues = np.zeros(len(_CUES), dtype=np.float32)
    for cue in linking.cues:
        cues[_CUES[cue.kind]] = 1
    question_text = text_words(linking.question)
    header_grams = []
    use = _Use(features, content)
    answers: dict[tuple[object, ...], list[float]] = {}
    for at, each in enumerate(candidates):
        steps = each.encoded
        names = steps[:, OPERATION]
        np.add.at(operations[at], names, 1)
        following = [_bucket(f"{one}>{other}", config.pair_buckets) for one, other in pairwise(names.tolist())]
        pairs[at, : len(following)] = following[:8]
        opinion = [
            float(scores[at]),
            float(np.log(max(masses[keys[at]], 1e-30))),
            float(scores[at] - best),
            at / max(1, len(candidates)),
            len(steps) / 7,
            counts[keys[at]] / max(1, len(candidates)),
        ]
        last_column = int(steps[-1, COLUMN])
        # Many programs of a question give the same answer.
        if each.answer.values not in answers:
            answers[each.answer.values] = _answer(each.answer, question_text)
        dense[at] = [
            *opinion,
            *_decided(each.decisions),
            *use.of(steps),
            *answers[each.answer.values],
            *use.header_matches([last_column] if last_column >= 0 else []),
            *use.header_matches(_columns_of(steps, _ORDERING)),
            *use.header_matches(_columns_of(steps, _FILTERING)),
            *_last_size(each.sizes),
            *_one_hot(int(features.column_kinds[last_column]) if last_column >= 0 else -1, _VIEW_KINDS),
            *cues,
        ]
        answer_header = text_words(headers[last_column]).split() if last_column >= 0 else []
        answer_word = OPERATION_NAMES[int(names[-1])]
        header_grams.append(_ngrams([*answer_header[:6], f"<{answer_word}>"], config.ngram_buckets))
    columns = header_words(features)
    signs = Signs(features, content)
    shapes = [answer_shapes(each.answer) for each in candidates]
    return RerankingFeatures(
        dense,
        operations,
        pairs,
        _ngrams(words, config.ngram_buckets),
        tuple(header_grams),
        said_by(features),
        tuple(done_by(each.encoded, features, columns, shape) for each, shape in zip(candidates, shapes, strict=True)),
        tuple(signs.of(each.encoded, shape) for each, shape in zip(candidates, shapes, strict=True)),
    )


def _decided(decisions: NDArray[np.float64]) -> list[float]:
    """How sure the search was of each kind of decision, all together and where it was least sure; of stopping, of the
    last step and of its column.
    """
    bounded = np.maximum(decisions, _LEAST_LIKELY)
    steps = bounded[:-1]
    row = [*steps.sum(axis=0), *steps.min(axis=0), bounded[-1, OPERATION], max(steps[-1].sum(), _LEAST_LIKELY)]
    return [float(value) / _DECISION_SCALE for value in (*row, steps[-1, COLUMN])]


def _columns_of(steps: NDArray[np.int64], chosen: NDArray[np.bool_]) -> list[int]:
    return [int(step[COLUMN]) for step in steps if step[COLUMN] >= 0 and chosen[step[OPERATION]]]


def _one_hot(number: int, size: int) -> list[float]:
    return [float(at == number) for at in range(size)]


def _last_size(sizes: Sequence[int]) -> list[float]:
    """The size bucket of the last row set."""
    rows = [size for size in sizes if size != NO_ROWS]
    return _one_hot(rows[-1] if rows else NO_ROWS, SIZE_BUCKETS)


class _Use:
    """How much of a question programs take up: words, constants, columns.

    Sets of words are the bits of integers, since every candidate needs many of them.
    """

    def __init__(self, features: Features, content: NDArray[np.bool_]) -> None:
        self._pairs = features.pairs
        self._content = _bits(content)
        self._total = max(1, self._content.bit_count())
        # The words of each constant, and those that name the column of each view.
        self._spans = [(1 << end) - (1 << start) for start, end in features.constant_spans.tolist()]
        named: NDArray[np.bool_] = np.any(features.matches[: len(content), :, :_SOURCES] > 0, axis=2)
        self._named = [_bits(named[:, view]) for view in range(named.shape[1])]
        self._strengths = features.matches[:, :, :_SOURCES].astype(np.float32).max(axis=0, initial=0.0)
        whole = features.pairs[:, :, 1].any(axis=1)
        textual = features.constant_kinds == list(ConstantKind).index(ConstantKind.TEXT)
        # Which count of those left out a constant belongs to: whole cells, parts of texts, all else.
        self._sort = np.where(textual, np.where(whole, 0, 1), 2).tolist()

    def of(self, steps: NDArray[np.int64]) -> list[float]:
        """Of one program, ``steps`` Int[step, 5]."""
        taken = [(column, constant) for *_, column, constant in steps.tolist()]
        constants = [constant for _, constant in taken if constant >= 0]
        columns = {column for column, _ in taken if column >= 0}
        used = 0
        for constant in constants:
            used |= self._spans[constant]
        for column in columns:
            used |= self._named[column]
        left_out = [0, 0, 0]
        for constant, span in enumerate(self._spans):
            if span and not span & used and constant not in constants:
                left_out[self._sort[constant]] += 1
        equal = [float(self._pairs[constant, column, 1]) for column, constant in taken if column >= 0 and constant >= 0]
        different = len(set(constants))
        return [
            (used & self._content).bit_count() / self._total,
            min((~used & self._content).bit_count(), 8) / 8,
            *(min(count, 4) / 4 for count in left_out),
            different / 3,
            len(columns) / 4,
            sum(equal) / len(equal) if equal else 0.5,
            float(len(constants) - different),
        ]

    def header_matches(self, columns: Sequence[int]) -> list[float]:
        """How strongly the question names the columns, by source, and whether there are any."""
        if not columns:
            return [0.0] * (_SOURCES + 1)
        return [*self._strengths[list(columns)].max(axis=0).tolist(), 1.0]


def _bits(chosen: NDArray[np.bool_]) -> int:
    """The chosen places as the bits of an integer."""
    return sum(1 << at for at in np.flatnonzero(chosen).tolist())


def _answer(answer: Answer, question: str) -> list[float]:
    """What kind of answer it is, and whether the question says it already."""
    values = answer.values
    distinct = len(set(values))
    first = values[0] if values else ""
    number = first if isinstance(first, float) else None
    text = first if isinstance(first, str) else ""
    words = text_words(text)
    return [
        float(distinct == 1),
        float(distinct == 2),
        float(distinct > 2),
        float(len(values) != distinct),
        float(number is not None),
        float(number is not None and number == round(number)),
        float(number is not None and 1000 <= number <= 2100),
        float(number is not None and abs(number) <= 10),
        float(number is not None and number <= 0),
        min(len(words.split()), 8) / 8,
        float(bool(words) and words in question),
        float(any(character.isdigit() for character in text)),
    ]


def reranker_batch(questions: Sequence[RerankingFeatures], config: RerankerConfig) -> RerankerBatch:
    """Questions' candidates padded to the longest list."""
    longest = max(len(each) for each in questions)
    size = len(questions)
    dense = np.zeros((size, longest, DENSE_FEATURES), dtype=np.float32)
    operations = np.zeros((size, longest, len(OPERATION_NAMES)), dtype=np.float32)
    pairs = np.zeros((size, longest, config.pair_buckets + 1), dtype=np.float32)
    mask = np.zeros((size, longest), dtype=np.bool_)
    headers: list[NDArray[np.int32]] = []
    crossed: list[NDArray[np.int64]] = []
    signs: list[NDArray[np.int64]] = []
    nothing = np.zeros(0, dtype=np.int32)
    for at, each in enumerate(questions):
        count = len(each)
        dense[at, :count] = each.dense
        operations[at, :count] = each.operations
        np.put_along_axis(pairs[at, :count], each.pairs.astype(np.int64) % (config.pair_buckets + 1), 1.0, axis=1)
        mask[at, :count] = True
        headers.extend([*each.headers, *[nothing] * (longest - count)])
        if config.cross_buckets:
            crossed.extend(crosses(each.said, done, config.cross_buckets) for done in each.done)
        crossed.extend([nothing.astype(np.int64)] * ((at + 1) * longest - len(crossed)))
        if config.sign_buckets:
            signs.extend(one.astype(np.int64) % config.sign_buckets for one in each.signs)
        signs.extend([nothing.astype(np.int64)] * ((at + 1) * longest - len(signs)))
    return RerankerBatch(
        dense=torch.from_numpy(dense),
        operations=torch.from_numpy(operations),
        # A pair of -1 stands for "none": it fell into the last bucket, which is cut off.
        pairs=torch.from_numpy(pairs[:, :, : config.pair_buckets]),
        question=torch.from_numpy(np.concatenate([each.question for each in questions]).astype(np.int64)),
        question_starts=_starts([each.question for each in questions]),
        headers=torch.from_numpy(np.concatenate(headers).astype(np.int64)),
        header_starts=_starts(headers),
        crosses=torch.from_numpy(np.concatenate(crossed)),
        cross_starts=_starts(crossed),
        signs=torch.from_numpy(np.concatenate(signs)),
        sign_starts=_starts(signs),
        mask=torch.from_numpy(mask),
    )


def _starts(arrays: Sequence[NDArray[Any]]) -> torch.Tensor:
    lengths = np.array([len(each) for each in arrays])
    return torch.from_numpy(np.cumsum(lengths) - lengths)


def judge_with(reranker: Reranker) -> Judge[Features]:
    """A judge for ``model.predictor.Predictor``: the re-ranker's log-probabilities over a question's candidates."""

    def judge(
        features: Features, linking: Linking, candidates: Candidates, hypotheses: Sequence[Candidate]
    ) -> list[float]:
        headers = [reference.column for reference in candidates.columns]
        seen = reranking_features(linking, features, headers, hypotheses, reranker.config)
        with torch.inference_mode():
            scores: list[float] = reranker(reranker_batch([seen], reranker.config))[0].log_softmax(dim=0).tolist()
        return scores

    return judge
