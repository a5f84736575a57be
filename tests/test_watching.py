"""Watching a model learn: checkpoints along a run, and units that fire on a kind of word."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from neural_programmer.commands.evolve import figure
from neural_programmer.evolution import EvolutionError, evolve, read_evolution, write_evolution
from neural_programmer.training.config import ConfigError, config_from
from neural_programmer.training.one_model import train_on
from neural_programmer.training.reporting import SilentReporter
from neural_programmer.units import Activations, auc, find_units, most_selective, words_of
from tests.tiny_models import SHORT, judged_questions, short_data, tiny_model


def test_a_run_keeps_checkpoints_and_they_are_asked(tmp_path: Path) -> None:
    optimisation = dataclasses.replace(SHORT.optimisation, epochs=2, snapshots=2)
    config = dataclasses.replace(SHORT, optimisation=optimisation)
    train_on(short_data(), config, tmp_path, resume=False, reporter=SilentReporter())
    asked = judged_questions(3, 1)[0]
    questions = [(asked.grounding.table, asked.linking.question)]
    found = evolve(tmp_path, questions)
    steps = [one.step for one in found.moments]
    assert steps[0] == 0
    assert steps == sorted(set(steps))
    assert len(steps) == 5
    assert found.moments[0].loss is None
    assert found.moments[-1].loss is not None
    assert [one.accuracy is not None for one in found.moments] == [False, False, True, False, True]
    stage = found.moments[-1].stages[0]
    assert stage is not None
    assert 0 < stage.probability <= 1
    assert all(sum(step) == pytest.approx(1, abs=1e-4) for step in stage.attention)
    assert len(found.words[0]) == len(stage.attention[0])
    write_evolution(tmp_path, found)
    assert read_evolution(tmp_path) == found
    assert "final programs" in figure(found)


def test_a_run_without_checkpoints_is_told_how_to_keep_them(tmp_path: Path) -> None:
    with pytest.raises(EvolutionError, match=r"optimisation\.snapshots"):
        evolve(tmp_path, [])
    with pytest.raises(EvolutionError, match="no record"):
        read_evolution(tmp_path)
    (tmp_path / "evolution.json").write_text("[1]", encoding="utf-8")
    with pytest.raises(EvolutionError, match="is no record"):
        read_evolution(tmp_path)


def test_snapshots_are_not_below_zero() -> None:
    with pytest.raises(ConfigError, match="snapshots"):
        config_from({"optimisation": {"snapshots": -1}})


def test_the_area_under_the_curve_is_the_share_of_ordered_pairs() -> None:
    random = np.random.default_rng(1)
    values = random.integers(0, 5, size=(40, 3)).astype(np.float32)
    positive = random.random(40) < 0.3
    for unit, found in enumerate(auc(values, positive)):
        ones, others = values[positive, unit], values[~positive, unit]
        pairs = ones[:, None] - others[None]
        assert found == pytest.approx(((pairs > 0) + 0.5 * (pairs == 0)).mean())
    assert np.isnan(auc(values, np.zeros(40, dtype=np.bool_))).all()


def test_a_planted_unit_is_found_and_chance_does_not_hold_out() -> None:
    random = np.random.default_rng(2)
    values = random.normal(size=(2000, 30)).astype(np.float32)
    positive = random.random(2000) < 0.05
    tables = np.repeat(np.arange(200), 10)
    chance = most_selective("numbers", Activations(values, tables, {}), positive)
    assert chance.found > 0.57
    assert abs(chance.held_out - 0.5) < 0.12
    values[positive, 7] -= 4
    planted = most_selective("numbers", Activations(values, tables, {}), positive)
    assert (planted.unit, planted.sign) == (7, -1)
    assert planted.held_out > 0.98
    assert planted.positives == positive[tables % 2 == 1].sum()


def test_kinds_of_words_are_told() -> None:
    linked = next(one.linking for one in judged_questions(3, 1) if "lowest" in one.linking.question)
    words = [token.key for token, is_one in zip(linked.tokens, words_of("superlatives", linked), strict=True) if is_one]
    assert words == ["lowest"]
    assert not words_of("negation", linked).any()


def test_units_of_a_model_are_searched() -> None:
    findings = find_units(tiny_model(), judged_questions(3, 1))
    assert [one.trained.kind for one in findings] == ["superlatives", "numbers", "negation"]
    assert 0 <= findings[0].trained.held_out <= 1
    levels = findings[0].levels
    assert findings[0].level(findings[0].trained.sign * (levels[-1] + 1)) == 1
    assert findings[0].level(findings[0].trained.sign * (levels[0] - 1)) == 0
    # No made-up question denies anything.
    assert findings[2].trained.positives == 0
    assert np.isnan(findings[2].trained.held_out)
