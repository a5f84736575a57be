"""The re-ranker: it learns which candidates are right, does not depend on padding, and travels with the checkpoint."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from neural_programmer import checkpoint
from neural_programmer.data.features import featurize
from neural_programmer.data.reranking_features import (
    DENSE_FEATURES,
    RerankingFeatures,
    judge_with,
    reranker_batch,
    reranking_features,
)
from neural_programmer.data.synthetic import synthetic_questions
from neural_programmer.data.vocabulary import build_vocabulary
from neural_programmer.data.wikitablequestions import WikiTableQuestions
from neural_programmer.model.config import ModelConfig
from neural_programmer.model.reranker import Reranker, RerankerConfig
from neural_programmer.operations.registry import OPERATION_NAMES
from neural_programmer.training.beam_store import keep_beams, kept_beams
from neural_programmer.training.config import RerankingConfig
from neural_programmer.training.examples import JudgedQuestion, judge_by
from neural_programmer.training.folds import fold_of
from neural_programmer.training.reporting import SilentReporter
from neural_programmer.training.reranking import Beam, find_beams, train_reranker
from neural_programmer.training.run import train

ROOT = Path(__file__).resolve().parent.parent

_NETWORK = RerankerConfig(
    ngram_buckets=500, pair_buckets=32, vector_width=8, hidden_width=32, dropout=0.1, sign_buckets=512
)


@pytest.fixture(scope="module")
def untrained() -> checkpoint.TrainedModel:
    torch.manual_seed(1)
    config = ModelConfig(word_width=8, ngram_width=8, ngram_buckets=64, encoder_width=8, width=16, operation_width=8)
    return checkpoint.new_model(config, build_vocabulary([["points"]], least_count=1))


@pytest.fixture(scope="module")
def judged() -> list[JudgedQuestion]:
    return judge_by([(one.id, one.table, one.question, one.target) for one in synthetic_questions(24, seed=1)])


@pytest.fixture(scope="module")
def beams(untrained: checkpoint.TrainedModel, judged: list[JudgedQuestion]) -> list[Beam]:
    return find_beams(untrained.predictor(), judged, 20, _NETWORK)


@pytest.mark.parametrize("count", [0, 1, 12])
def test_beams_are_kept(beams: list[Beam], count: int, tmp_path: Path) -> None:
    keep_beams(tmp_path / "beams.npz", beams[:count])
    after = kept_beams(tmp_path / "beams.npz")
    assert len(after) == len(beams[:count])
    for one, other in zip(beams, after, strict=False):
        for name in ("right", "evidence", "groups"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
        for name in ("dense", "operations", "pairs", "question", "said"):
            np.testing.assert_array_equal(getattr(one.features, name), getattr(other.features, name))
        for name in ("headers", "done", "signs"):
            for part, kept in zip(getattr(one.features, name), getattr(other.features, name), strict=True):
                np.testing.assert_array_equal(part, kept)


def _first_right(reranker: Reranker, beams: list[Beam]) -> float:
    """The share of questions, of those with a right candidate, whose best candidate is right."""
    with torch.no_grad():
        best = [int(reranker(reranker_batch([beam.features], _NETWORK))[0].argmax()) for beam in beams]
    verdicts = [beam.right[at] for beam, at in zip(beams, best, strict=True) if beam.right.any()]
    return float(np.mean(verdicts))


def test_it_learns_which_candidates_are_right(beams: list[Beam]) -> None:
    answerable = [beam.right[0] for beam in beams if beam.right.any()]
    assert len(answerable) >= 8, "too few questions with a right candidate to learn from"
    before = np.mean(answerable)
    config = RerankingConfig(folds=2, epochs=40, batch_size=8, learning_rate=5e-3)
    reranker = train_reranker(beams, config, _NETWORK, seed=1)
    assert _first_right(reranker, beams) > before + 0.2


def test_the_same_seed_gives_the_same_weights(beams: list[Beam]) -> None:
    config = RerankingConfig(folds=2, epochs=2)
    one, other = (train_reranker(beams, config, _NETWORK, seed=4).state_dict() for _ in range(2))
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_padding_changes_nothing(
    beams: list[Beam], untrained: checkpoint.TrainedModel, judged: list[JudgedQuestion]
) -> None:
    torch.manual_seed(3)
    reranker = Reranker(_NETWORK, DENSE_FEATURES, len(OPERATION_NAMES)).eval()
    several = [*find_beams(untrained.predictor(), judged[:4], 5, _NETWORK), *beams[4:8]]
    assert len({len(beam.right) for beam in several}) > 1
    with torch.no_grad():
        together = reranker(reranker_batch([beam.features for beam in several], _NETWORK))
        for at, beam in enumerate(several):
            alone = reranker(reranker_batch([beam.features], _NETWORK))[0]
            torch.testing.assert_close(together[at, : len(beam.right)], alone, rtol=1e-4, atol=1e-5)
            assert (together[at, len(beam.right) :] < -1e8).all()


def test_a_judge_gives_log_probabilities(untrained: checkpoint.TrainedModel, judged: list[JudgedQuestion]) -> None:
    torch.manual_seed(3)
    judge = judge_with(Reranker(_NETWORK, DENSE_FEATURES, len(OPERATION_NAMES)).eval())
    one = judged[0]
    found = untrained.predictor().predict(one.grounding, one.linking, one.candidates, beam=8).hypotheses
    scores = judge(featurize(one.grounding, one.linking, one.candidates), one.linking, one.candidates, found)
    assert len(scores) == len(found)
    assert np.exp(scores).sum() == pytest.approx(1, abs=1e-4)


def test_it_travels_with_the_checkpoint(
    untrained: checkpoint.TrainedModel, judged: list[JudgedQuestion], tmp_path: Path
) -> None:
    torch.manual_seed(5)
    reranker = Reranker(_NETWORK, DENSE_FEATURES, len(OPERATION_NAMES)).eval()
    whole = checkpoint.TrainedModel(untrained.model, untrained.vocabulary, untrained.batcher, {}, reranker)
    checkpoint.save(tmp_path, whole)
    loaded = checkpoint.load(tmp_path)
    one = judged[1]
    for model in (whole, loaded):
        assert model.reranker is not None
    expected, found = (
        model.predictor().predict(one.grounding, one.linking, one.candidates, beam=8).hypotheses
        for model in (whole, loaded)
    )
    assert [each.program for each in expected] == [each.program for each in found]
    bare = untrained.predictor().predict(one.grounding, one.linking, one.candidates, beam=8).hypotheses
    assert [each.log_probability for each in bare] != [each.log_probability for each in found]


def test_features_are_finite_and_tell_candidates_apart(
    untrained: checkpoint.TrainedModel, judged: list[JudgedQuestion]
) -> None:
    one = judged[2]
    found = untrained.predictor().predict(one.grounding, one.linking, one.candidates, beam=10).hypotheses
    headers = [reference.column for reference in one.candidates.columns]
    features = featurize(one.grounding, one.linking, one.candidates)
    seen: RerankingFeatures = reranking_features(one.linking, features, headers, found, _NETWORK)
    assert seen.dense.shape == (len(found), DENSE_FEATURES)
    assert np.isfinite(seen.dense).all()
    assert len({row.tobytes() for row in seen.dense}) == len(found)


def test_questions_about_one_table_are_in_one_fold() -> None:
    folds = [fold_of(f"csv/200-csv/{number}.csv", 2) for number in range(400)]
    assert 140 < sum(folds) < 260
    assert folds == [fold_of(f"csv/200-csv/{number}.csv", 2) for number in range(400)]


@pytest.mark.slow
def test_a_run_with_folds_ends_in_one_checkpoint(wikitablequestions: WikiTableQuestions, tmp_path: Path) -> None:
    overrides = {
        "data.questions": "60",
        "data.dev_questions": "8",
        "data.copies": "2",
        "optimisation.epochs": "1",
        "optimisation.threads": "1",
        "reranking.folds": "2",
        "reranking.again": "true",
        "reranking.fold_epochs": "1",
        "reranking.epochs": "1",
        "reranking.candidates": "5",
    }
    config = ROOT / "data" / "configs" / "quick.toml"
    result = train(
        config, output=tmp_path, overrides=overrides, root=wikitablequestions.root, reporter=SilentReporter()
    )
    assert result.finished
    assert checkpoint.load(result.folder).reranker is not None
    assert {path.name for path in tmp_path.glob("fold-*")} == {"fold-1", "fold-2"}
    # Every stage is there already, so that going on only repeats what follows from them.
    again = train(
        config,
        output=tmp_path,
        resume=True,
        overrides=overrides,
        root=wikitablequestions.root,
        reporter=SilentReporter(),
    )
    assert again.finished
    # Another run learns from what the folds of this one said, and trains none of its own.
    taught = train(
        config,
        output=tmp_path / "taught",
        overrides={**overrides, "reranking.teachers": f'"{tmp_path}"'},
        root=wikitablequestions.root,
        reporter=SilentReporter(),
    )
    assert taught.finished
    assert checkpoint.load(taught.folder).reranker is not None
    assert not list((tmp_path / "taught").glob("fold-*"))
