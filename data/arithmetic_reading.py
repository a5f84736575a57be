"""A question of arithmetic made ready for the model: its numbers in order, and features that hide how large they are.

The model must not learn what 12 and 7 come to, but what to do with two numbers; so every number looks the same to it.
"""

from __future__ import annotations

import dataclasses
import functools
from dataclasses import dataclass

import numpy as np

from neural_programmer.data.features import Features, featurize
from neural_programmer.execution.grounding import no_table
from neural_programmer.language.candidates import Candidates
from neural_programmer.tables.constants import ConstantKind
from neural_programmer.tables.matching import TableIndex
from neural_programmer.tables.matching.cues import find_cues
from neural_programmer.tables.matching.linking import Linking
from neural_programmer.tables.matching.quantities import number_mentions
from neural_programmer.tables.matching.tokens import tokenize

# How every number is spelled to the model.
NUMBER_WORD = "0"
# Of the features of a constant, those that tell its size.
_SIZES = slice(3, 5)
MOST_NUMBERS = 12


class NoNumbersError(ValueError):
    """A question of arithmetic without a number, or with too many; the message says which."""


@dataclass(frozen=True, eq=False)
class ArithmeticReading:
    """A question's features, and its numbers as candidates in the order in which they stand."""

    text: str
    features: Features
    candidates: Candidates


@functools.cache
def _index() -> TableIndex:
    return TableIndex(no_table().table)


def read_arithmetic(text: str) -> ArithmeticReading:
    """The question's numbers, in digits or words, and its features; ``NoNumbersError`` without any number."""
    tokens, truncated = tokenize(text)
    mentions = [one for one in number_mentions(text, tokens, _index()) if one.constant.kind is ConstantKind.NUMBER]
    if not 1 <= len(mentions) <= MOST_NUMBERS:
        raise NoNumbersError(
            f"a question of arithmetic needs 1 to {MOST_NUMBERS} numbers, but this has {len(mentions)}"
        )
    # A number that comes twice is two candidates, since what is done with each differs.
    candidates = Candidates((), tuple(mention.constant for mention in mentions))
    linking = Linking(text, tokens, tuple(mentions), (), find_cues(tokens), truncated)
    features = featurize(no_table(), linking, candidates)
    spans = np.array([(mention.start, mention.end) for mention in mentions], dtype=np.int16)
    spans = np.minimum(spans, len(features.tokens)).astype(np.int16)
    described = features.constant_features.copy()
    described[:, _SIZES] = 0
    words = list(features.words)
    for start, end in spans.tolist():
        for number in features.tokens[start:end].tolist():
            words[number] = NUMBER_WORD
    features = dataclasses.replace(features, words=tuple(words), constant_spans=spans, constant_features=described)
    return ArithmeticReading(text, features, candidates)
