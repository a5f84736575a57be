"""Features of a question, the vocabulary, batches, and features on disk."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from neural_programmer.data.feature_store import pack, restore, store, unpack
from neural_programmer.data.features import (
    COLUMN_FEATURES,
    CONSTANT_FEATURES,
    MATCH_FEATURES,
    MAX_TOKENS,
    PAIR_FEATURES,
    TOKEN_FEATURES,
    Features,
    featurize,
)
from neural_programmer.data.vocabulary import MASKED, UNKNOWN, build_vocabulary, ngram_buckets, normalised
from neural_programmer.execution.grounding import Grounding
from neural_programmer.language.candidates import Candidates
from neural_programmer.language.offer import offer
from neural_programmer.tables.build import build_table
from neural_programmer.tables.constants import ConstantKind
from neural_programmer.tables.matching import TableIndex, link
from neural_programmer.tables.matching.linking import Linking
from neural_programmer.tables.views import ViewKind
from tests.tiny_models import examples, tiny_model

TABLE = build_table(
    ["City", "People", "Founded"],
    [["York", "120", "71"], ["New York", "900", "1624"], ["Bath", "90", "60"], ["York", "15", "1651"]],
)


def _featurized(question: str) -> tuple[Features, Linking, Candidates]:
    linking = link(question, TableIndex(TABLE))
    candidates = offer(TABLE, linking)
    return featurize(Grounding(TABLE), linking, candidates), linking, candidates


def test_shapes_follow_the_question_and_the_candidates() -> None:
    features, linking, candidates = _featurized("how many people live in York or Bath since 1624?")
    tokens, views, constants = len(linking.tokens), len(candidates.columns), len(candidates.constants)
    assert constants >= 3
    assert features.tokens.shape == (tokens,)
    assert features.token_features.shape == (tokens, TOKEN_FEATURES)
    assert features.column_features.shape == (views, COLUMN_FEATURES)
    assert features.matches.shape == (tokens, views, MATCH_FEATURES)
    assert features.constant_features.shape == (constants, CONSTANT_FEATURES)
    assert features.pairs.shape == (constants, views, PAIR_FEATURES)
    for field in fields(Features):
        if field.name != "words":
            assert np.isfinite(getattr(features, field.name)).all()
    assert [features.words[number] for number in features.tokens] == [token.key for token in linking.tokens]


def test_pairs_tell_which_cells_a_constant_matches() -> None:
    features, _, candidates = _featurized("how many people live in York?")
    city = next(at for at, one in enumerate(candidates.columns) if (one.column, one.view) == ("City", ViewKind.TEXT))
    people = next(at for at, one in enumerate(candidates.columns) if one.view is ViewKind.NUMBER)
    york = next(at for at, one in enumerate(candidates.constants) if one.values == ("York",))
    # Comparable; 2 of 4 equal, 3 of 4 containing; not one row only; order means nothing to texts.
    assert features.pairs[york, city].tolist() == [1, 1, 0.5, 1, 0.75, 0, 0, 0]
    assert not features.pairs[york, people].any()
    start, end = features.constant_spans[york]
    assert features.matches[start:end, city, -3:].all()
    assert not features.matches[:start, city, -3:].any()


def test_numbers_are_placed_among_the_cells() -> None:
    features, _, candidates = _featurized("which city has more than 100 people?")
    people = next(
        at for at, one in enumerate(candidates.columns) if (one.column, one.view) == ("People", ViewKind.NUMBER)
    )
    hundred = next(at for at, one in enumerate(candidates.constants) if one.kind is ConstantKind.NUMBER)
    assert features.pairs[hundred, people].tolist() == [1, 0, 0, 0, 0, 0, 0.5, 0.5]


def test_a_very_long_question_is_cut_to_its_first_tokens() -> None:
    features, _, _ = _featurized("how many people live in " + "York and " * 300)
    assert len(features.tokens) == MAX_TOKENS
    assert (features.constant_spans <= MAX_TOKENS).all()


def test_words_with_digits_look_alike_and_rare_words_are_unknown() -> None:
    vocabulary = build_vocabulary([["the", "1990", "cat"], ["the", "1985"], ["the", "dog", "the"]], least_count=2)
    assert vocabulary.words == ("the", "0000")
    assert vocabulary.number("1234") == vocabulary.number("1990") not in (UNKNOWN, MASKED)
    assert vocabulary.number("cat") == UNKNOWN
    assert len(vocabulary) == 4
    assert normalised("3rd") == "0rd"


def test_ngrams_are_the_same_everywhere() -> None:
    # A golden value: weights are tied to these buckets.
    assert ngram_buckets("cat", 1000) == (524, 832, 276)
    assert ngram_buckets("", 1000) == ngram_buckets("", 1000) != ()
    assert len(ngram_buckets("x" * 500, 1000)) == 24
    assert ngram_buckets("1990", 1000) == ngram_buckets("2004", 1000)


def test_stored_features_come_back_as_they_were(tmp_path: Path) -> None:
    known = {one.id: one.features for one in examples(3, 1)}
    store(tmp_path / "some.npz", known)
    for back in (restore(tmp_path / "some.npz"), unpack(pack(known))):
        assert list(back) == list(known)
        for id_, features in known.items():
            for field in fields(Features):
                expected, found = getattr(features, field.name), getattr(back[id_], field.name)
                if field.name == "words":
                    assert found == expected
                else:
                    assert found.dtype == expected.dtype
                    assert np.array_equal(found, expected)
    assert not list(tmp_path.glob("*.partial*"))


def test_nothing_is_packed_and_unpacked() -> None:
    assert unpack(pack({})) == {}


def test_a_batch_pads_behind_masks() -> None:
    trained = tiny_model()
    some = [one.features for one in examples(3, 1)[:4]]
    batch = trained.batcher.batch(some)
    for at, features in enumerate(some):
        tokens, views, constants = len(features.tokens), len(features.column_kinds), len(features.constant_kinds)
        assert batch.token_mask[at].sum() == tokens
        assert batch.column_mask[at].sum() == views
        assert batch.constant_mask[at].sum() == constants
        np.testing.assert_array_equal(batch.pairs[at, :constants, :views].numpy(), features.pairs)
        assert not batch.matches[at, tokens:].any()
        assert not batch.pairs[at, constants:].any()
        numbers = batch.word_numbers[batch.tokens[at, :tokens]].tolist()
        words = [features.words[number] for number in features.tokens]
        assert numbers == [trained.vocabulary.number(word) for word in words]


def test_a_question_without_constants_can_be_batched() -> None:
    features, _, candidates = _featurized("which city has the most people?")
    assert not candidates.constants
    batch = tiny_model().batcher.batch([features])
    assert not batch.constant_mask.any()
    names = tiny_model().model.grammar.names
    assert not batch.operation_mask[0, names.index("filter_equals")]
    assert batch.operation_mask[0, names.index("argmax")]


def test_hidden_words_need_a_generator_and_are_hidden() -> None:
    trained = tiny_model()
    some = [examples(3, 1)[0].features]
    with pytest.raises(AssertionError, match="random generator"):
        trained.batcher.batch(some, hide_words=0.5)
    hidden = trained.batcher.batch(some, hide_words=0.5, random=np.random.default_rng(0)).word_numbers
    plain = trained.batcher.batch(some).word_numbers
    changed = hidden != plain
    assert 0 < changed.sum() < len(plain)
    assert (hidden[changed] == MASKED).all()
