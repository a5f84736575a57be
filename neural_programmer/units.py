"""Units of the question's encoder that fire on some kind of word: searched for, and judged on other questions.

The best of many units is selective by chance already. So a unit is chosen on one half of the questions and judged on
the other half, about other tables; beside it stand the best unit for shuffled labels, and the best unit of the same
network before it has learned anything, which is fed the same features of words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from neural_programmer import checkpoint
from neural_programmer.checkpoint import TrainedModel
from neural_programmer.data.features import featurize
from neural_programmer.tables.matching.linking import CueKind, Linking
from neural_programmer.training.examples import JudgedQuestion

_CUES: Mapping[str, frozenset[CueKind]] = {
    "superlatives": frozenset({CueKind.SUPERLATIVE_MAX, CueKind.SUPERLATIVE_MIN}),
    "negation": frozenset({CueKind.NEGATION}),
}
KINDS = ("superlatives", "numbers", "negation")


def words_of(kind: str, linking: Linking) -> NDArray[np.bool_]:
    """``Bool[token]``: which words of a question are of a kind of ``KINDS``."""
    found = np.zeros(len(linking.tokens), dtype=np.bool_)
    if kind == "numbers":
        found[:] = [token.is_number for token in linking.tokens]
    else:
        for cue in linking.cues:
            if cue.kind in _CUES[kind]:
                found[cue.start : cue.end] = True
    return found


@dataclass(frozen=True, eq=False)
class Activations:
    """What units do over the words of questions: ``values`` Float[word, unit], ``tables`` Int[word] the number of the
    table that each word's question is about, and ``kinds`` Bool[word] by kind.
    """

    values: NDArray[np.float32]
    tables: NDArray[np.int64]
    kinds: Mapping[str, NDArray[np.bool_]]


@dataclass(frozen=True)
class Selectivity:
    """A unit for a kind of word; it fires by negative values where ``sign`` is -1.

    ``found`` is the area under the ROC curve on the words among which it was chosen, ``held_out`` on those of other
    questions, of which ``positives`` are of the kind; 0.5 is chance.
    """

    kind: str
    unit: int
    sign: int
    found: float
    held_out: float
    positives: int


@dataclass(frozen=True)
class Finding:
    """The most selective unit for a kind, and what chance and the untrained network give.

    ``levels`` are the percentiles, 0 to 100, of what the unit does over all words, times its sign.
    """

    trained: Selectivity
    shuffled: Selectivity
    untrained: Selectivity
    levels: tuple[float, ...]

    def level(self, value: float) -> float:
        """The share of all words over which the unit does less than this, 0 to 1."""
        return float(np.searchsorted(self.levels, self.trained.sign * value)) / len(self.levels)


@torch.inference_mode()
def activations(trained: TrainedModel, questions: Sequence[JudgedQuestion]) -> Activations:
    """The encoder's units over the words of questions."""
    trained.model.eval()
    numbers: dict[str, int] = {}
    values, tables = [], []
    kinds: dict[str, list[NDArray[np.bool_]]] = {kind: [] for kind in KINDS}
    for one in questions:
        words = word_states(trained, one)
        values.append(words)
        table = numbers.setdefault(one.grounding.table.fingerprint, len(numbers))
        tables.append(np.full(len(words), table))
        for kind in KINDS:
            kinds[kind].append(words_of(kind, one.linking)[: len(words)])
    return Activations(
        np.concatenate(values), np.concatenate(tables), {kind: np.concatenate(found) for kind, found in kinds.items()}
    )


@torch.inference_mode()
def word_states(trained: TrainedModel, question: JudgedQuestion) -> NDArray[np.float32]:
    """``Float32[token, unit]``: what the encoder's units do at each word of a question."""
    features = featurize(question.grounding, question.linking, question.candidates)
    encoded = trained.model.encode(trained.batcher.batch([features]))
    states: NDArray[np.float32] = encoded.words[0, : len(features.tokens)].numpy()
    return states


def auc(values: NDArray[np.float32], positive: NDArray[np.bool_]) -> NDArray[np.float64]:
    """``Float64[unit]``: the area under the ROC curve of each column of values, Float[word, unit]; ties count half.

    It is the chance that a word of the kind has a greater value than another (Mann and Whitney); NaN where one of the
    two has no word.
    """
    count = int(positive.sum())
    others = len(positive) - count
    if not count or not others:
        return np.full(values.shape[1], np.nan)
    found = np.empty(values.shape[1])
    for unit in range(values.shape[1]):
        _, places, sizes = np.unique(values[:, unit], return_inverse=True, return_counts=True)
        # The mean rank, from 1, of all words of one value.
        ranks = np.cumsum(sizes) - (sizes - 1) / 2
        found[unit] = (ranks[places][positive].sum() - count * (count + 1) / 2) / (count * others)
    return found


def most_selective(kind: str, seen: Activations, positive: NDArray[np.bool_]) -> Selectivity:
    """The unit that tells the positive words best on the even tables, judged on the odd ones."""
    even = seen.tables % 2 == 0
    chosen_by = auc(seen.values[even], positive[even])
    unit = int(np.nanargmax(np.abs(chosen_by - 0.5))) if np.isfinite(chosen_by).any() else 0
    sign = 1 if not chosen_by[unit] < 0.5 else -1
    judged = auc(sign * seen.values[~even][:, [unit]], positive[~even])
    found = float(chosen_by[unit]) if sign == 1 else 1 - float(chosen_by[unit])
    return Selectivity(kind, unit, sign, found, float(judged[0]), int(positive[~even].sum()))


def find_units(
    trained: TrainedModel,
    questions: Sequence[JudgedQuestion],
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> list[Finding]:
    """The most selective unit for each kind of word, beside what chance and an untrained network give."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        fresh = checkpoint.new_model(trained.model.config, trained.vocabulary, trained.model.grammar.names)
    learned, unlearned = activations(trained, questions), activations(fresh, questions)
    random = np.random.default_rng(seed)
    findings = []
    for number, kind in enumerate(KINDS):
        positive = learned.kinds[kind]
        best = most_selective(kind, learned, positive)
        levels = np.percentile(best.sign * learned.values[:, best.unit], np.arange(101))
        findings.append(
            Finding(
                best,
                most_selective(kind, learned, random.permutation(positive)),
                most_selective(kind, unlearned, positive),
                tuple(levels.tolist()),
            )
        )
        if progress is not None:
            progress(number + 1, len(KINDS))
    return findings
