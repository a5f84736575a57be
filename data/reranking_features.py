"""What the re-ranker sees of the candidates of one question."""

from __future__ import annotations

import functools
import zlib
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from neural_programmer.data.answer_shapes import answer_shapes
from neural_programmer.data.crosses import Doings, EncodedSteps, Hashes, crosses, said_by
from neural_programmer.data.features import Features
from neural_programmer.data.signs import Signs, bits
from neural_programmer.execution.exact import Answer, AnswerValue
from neural_programmer.execution.sizes import NO_ROWS, SIZE_BUCKETS
from neural_programmer.language.candidates import COLUMN, OPERATION, Candidates
from neural_programmer.model.predictor import Judge
from neural_programmer.model.reranker import Reranker, RerankerBatch, RerankerConfig
from neural_programmer.operations.registry import OPERATION_NAMES
from neural_programmer.tables.constants import ConstantKind
from neural_programmer.tables.matching.linking import CueKind, Linking, MatchSource
from neural_programmer.tables.values import text_words
from neural_programmer.tables.views import ViewKind

_VIEW_KINDS = len(ViewKind)
_CUES = {kind: number for number, kind in enumerate(CueKind)}
_SOURCES = len(MatchSource)
_ORDERING = [
    name in {"argmax", "argmin", "kth_max", "kth_min", "which_greater", "which_less"} for name in OPERATION_NAMES
]
_FILTERING = [name.startswith("filter_") for name in OPERATION_NAMES]

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
    """The features of candidates, at least one, best first; ``headers`` names the column of each column view."""
    content = np.array(
        [not token.is_stop and token.key[:1].isalnum() for token in linking.tokens[: len(features.tokens)]]
    )
    programs: list[list[list[int]]] = [each.encoded.tolist() for each in candidates]
    shapes = [answer_shapes(each.answer) for each in candidates]
    signs, doings = Signs(features, content), Doings(features)
    return RerankingFeatures(
        _dense(linking, features, content, candidates, programs),
        _operation_counts(programs),
        _operation_pairs(programs, config.pair_buckets),
        _ngrams([token.key for token in linking.tokens], config.ngram_buckets),
        _header_ngrams(programs, headers, config.ngram_buckets),
        said_by(features),
        tuple(map(doings.of, programs, shapes)),
        tuple(map(signs.of, programs, shapes)),
    )


def _dense(
    linking: Linking,
    features: Features,
    content: NDArray[np.bool_],
    candidates: Sequence[Candidate],
    programs: Sequence[EncodedSteps],
) -> NDArray[np.float32]:
    """``Float[candidate, DENSE_FEATURES]``."""
    use = _Use(features, content)
    question = text_words(linking.question)
    # Many programs of a question give the same answer.
    answers = {values: _answer(values, question) for values in {each.answer.values for each in candidates}}
    last_columns = [steps[-1][COLUMN] for steps in programs]
    kinds: list[int] = features.column_kinds.tolist()
    cues = np.zeros(len(_CUES))
    cues[[_CUES[cue.kind] for cue in linking.cues]] = 1
    blocks: list[ArrayLike] = [
        _opinion(candidates),
        _decided([each.decisions for each in candidates]),
        [use.of(steps) for steps in programs],
        [answers[each.answer.values] for each in candidates],
        [use.header_matches((column,) if column >= 0 else ()) for column in last_columns],
        [use.header_matches(_columns_of(steps, _ORDERING)) for steps in programs],
        [use.header_matches(_columns_of(steps, _FILTERING)) for steps in programs],
        _one_hot([_last_size(each.sizes) for each in candidates], SIZE_BUCKETS),
        _one_hot([kinds[column] if column >= 0 else -1 for column in last_columns], _VIEW_KINDS),
        np.broadcast_to(cues, (len(candidates), len(cues))),
    ]
    return np.concatenate(blocks, axis=1, dtype=np.float32)


def _operation_counts(programs: Sequence[EncodedSteps]) -> NDArray[np.float32]:
    """``Float[candidate, operation]``: how often each operation comes in each program."""
    counts = np.zeros((len(programs), len(OPERATION_NAMES)), dtype=np.float32)
    for at, steps in enumerate(programs):
        for step in steps:
            counts[at, step[OPERATION]] += 1
    return counts


def _operation_pairs(programs: Sequence[EncodedSteps], buckets: int) -> NDArray[np.int32]:
    """``Int[candidate, 8]``: the buckets of the operations that follow each other, -1 where there are no more."""
    pairs = np.full((len(programs), 8), -1, dtype=np.int32)
    for at, steps in enumerate(programs):
        following = [_pair_bucket(one[OPERATION], other[OPERATION], buckets) for one, other in pairwise(steps)][:8]
        pairs[at, : len(following)] = following
    return pairs


@functools.lru_cache(maxsize=1 << 14)
def _pair_bucket(one: int, other: int, buckets: int) -> int:
    return _bucket(f"{one}>{other}", buckets)


def _header_ngrams(
    programs: Sequence[EncodedSteps], headers: Sequence[str], buckets: int
) -> tuple[NDArray[np.int32], ...]:
    """The n-grams of the header of each answer, with the last operation for a word."""
    known: dict[tuple[int, int], NDArray[np.int32]] = {}
    shown = [(steps[-1][OPERATION], steps[-1][COLUMN]) for steps in programs]
    for operation, column in set(shown):
        header = text_words(headers[column]).split()[:6] if column >= 0 else []
        known[operation, column] = _ngrams([*header, f"<{OPERATION_NAMES[operation]}>"], buckets)
    return tuple(known[one] for one in shown)


def _opinion(candidates: Sequence[Candidate]) -> NDArray[np.float64]:
    """``Float[candidate, 6]``: what the search thought of each, alone and together with those of the same answer."""
    count = len(candidates)
    scores = np.array([each.log_probability for each in candidates])
    keys = [answer_key(each.answer) for each in candidates]
    masses: dict[Hashable, float] = {}
    for key, chance in zip(keys, np.exp(scores).tolist(), strict=True):
        masses[key] = masses.get(key, 0.0) + chance
    counts = Counter(keys)
    columns = [
        scores,
        np.log(np.maximum([masses[key] for key in keys], 1e-30)),
        scores - scores.max(),
        np.arange(count) / count,
        np.array([len(each.encoded) for each in candidates]) / 7,
        np.array([counts[key] for key in keys]) / count,
    ]
    return np.stack(columns, axis=1)


def _decided(decisions: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """``Float[candidate, 13]``: how sure the search was of each kind of decision, all together and where it was least
    sure; of stopping, of the last step and of its column.
    """
    bounded = np.maximum(np.concatenate([each[:-1] for each in decisions]), _LEAST_LIKELY)
    ends = np.cumsum([len(each) - 1 for each in decisions])
    starts = np.concatenate([[0], ends[:-1]])
    stopping = np.array([each[-1, OPERATION] for each in decisions])
    last = bounded[ends - 1]
    blocks = [
        np.add.reduceat(bounded, starts, axis=0),
        np.minimum.reduceat(bounded, starts, axis=0),
        np.maximum(np.stack([stopping, last.sum(axis=1)], axis=1), _LEAST_LIKELY),
        last[:, COLUMN, None],
    ]
    return np.concatenate(blocks, axis=1) / _DECISION_SCALE


def _columns_of(steps: EncodedSteps, chosen: Sequence[bool]) -> tuple[int, ...]:
    return tuple([step[COLUMN] for step in steps if step[COLUMN] >= 0 and chosen[step[OPERATION]]])


def _one_hot(numbers: Sequence[int], size: int) -> NDArray[np.bool_]:
    """``Bool[number, size]``; -1 is nowhere."""
    hot: NDArray[np.bool_] = np.array(numbers)[:, None] == np.arange(size)
    return hot


def _last_size(sizes: Sequence[int]) -> int:
    """The size bucket of the last row set."""
    return next((size for size in reversed(sizes) if size != NO_ROWS), NO_ROWS)


class _Use:
    """How much of a question programs take up: words, constants, columns."""

    def __init__(self, features: Features, content: NDArray[np.bool_]) -> None:
        # Whether a cell of each view equals each constant.
        self._equal: list[list[float]] = features.pairs[:, :, 1].tolist()
        self._content = bits(content)
        self._total = max(1, self._content.bit_count())
        # The words of each constant, and those that name the column of each view.
        self._spans = [(1 << end) - (1 << start) for start, end in features.constant_spans.tolist()]
        named: NDArray[np.bool_] = np.any(features.matches[: len(content), :, :_SOURCES] > 0, axis=2)
        self._named = [bits(named[:, view]) for view in range(named.shape[1])]
        self._strengths = features.matches[:, :, :_SOURCES].astype(np.float32).max(axis=0, initial=0.0)
        self._header_matches: dict[tuple[int, ...], list[float]] = {(): [0.0] * (_SOURCES + 1)}
        whole = features.pairs[:, :, 1].any(axis=1)
        textual = features.constant_kinds == list(ConstantKind).index(ConstantKind.TEXT)
        # Which count of those left out a constant belongs to: whole cells, parts of texts, all else.
        self._sort = np.where(textual, np.where(whole, 0, 1), 2).tolist()

    def of(self, steps: EncodedSteps) -> list[float]:
        """Of one program."""
        taken = [(column, constant) for *_, column, constant in steps]
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
        equal = [self._equal[constant][column] for column, constant in taken if column >= 0 and constant >= 0]
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

    def header_matches(self, columns: tuple[int, ...]) -> list[float]:
        """How strongly the question names the columns, by source, and whether there are any."""
        found = self._header_matches.get(columns)
        if found is None:
            found = [*self._strengths[list(columns)].max(axis=0).tolist(), 1.0]
            self._header_matches[columns] = found
        return found


def _answer(values: tuple[AnswerValue, ...], question: str) -> list[float]:
    """What kind of answer these are, and whether the question says it already."""
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
