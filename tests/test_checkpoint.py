"""Checkpoints: what is saved is what is loaded, and nothing else is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from neural_programmer import checkpoint
from neural_programmer.checkpoint import CheckpointError
from neural_programmer.operations.registry import OPERATION_NAMES
from tests.tiny_models import judged_questions, tiny_model


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    checkpoint.save(tmp_path, tiny_model(), notes={"epoch": 3})
    return tmp_path


def _edit(folder: Path, **changes: Any) -> None:
    path = folder / checkpoint.DESCRIPTION
    description = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(description | changes), encoding="utf-8")


def test_a_loaded_model_is_the_saved_one(folder: Path) -> None:
    saved, loaded = tiny_model(), checkpoint.load(folder)
    assert loaded.notes == {"epoch": 3}
    assert loaded.vocabulary == saved.vocabulary
    assert loaded.model.config == saved.model.config
    assert not loaded.model.training
    for (name, one), (other_name, other) in zip(
        saved.model.state_dict().items(), loaded.model.state_dict().items(), strict=True
    ):
        assert name == other_name
        assert torch.equal(one, other), name
    assert sorted(path.name for path in folder.iterdir()) == [checkpoint.DESCRIPTION, checkpoint.WEIGHTS]


def test_a_loaded_model_predicts_the_same(folder: Path) -> None:
    question = judged_questions(3, 1)[0]
    parts = (question.grounding, question.linking, question.candidates)
    saved = tiny_model().predictor().predict(*parts).hypotheses
    loaded = checkpoint.load(folder).predictor().predict(*parts).hypotheses
    assert [one.program for one in saved] == [one.program for one in loaded]
    assert [one.log_probability for one in saved] == [one.log_probability for one in loaded]


def test_half_the_bits_are_half_the_size_and_nearly_the_same(folder: Path, tmp_path: Path) -> None:
    half = tmp_path / "half"
    checkpoint.save(half, tiny_model(), half=True)
    sizes = [(place / checkpoint.WEIGHTS).stat().st_size for place in (folder, half)]
    assert sizes[1] < 0.6 * sizes[0]
    for name, tensor in checkpoint.load(half).model.state_dict().items():
        assert tensor.dtype == torch.float32
        torch.testing.assert_close(tensor, tiny_model().model.state_dict()[name], rtol=1e-3, atol=1e-4)


def test_operations_are_matched_by_name(tmp_path: Path) -> None:
    """A checkpoint whose operations stand in another order, and that lacks some, means what it meant."""
    names = ("all_rows", "count", "select", "filter_equals", "argmax")
    full = tiny_model()
    torch.manual_seed(0)
    few = checkpoint.new_model(full.model.config, full.vocabulary, names)
    checkpoint.save(tmp_path, few)
    loaded = checkpoint.load(tmp_path)
    assert loaded.model.grammar.names == names
    question = judged_questions(3, 1)[0]
    found = loaded.predictor().predict(question.grounding, question.linking, question.candidates).hypotheses
    assert found
    assert {step.operation for one in found for step in one.program} <= set(names) < set(OPERATION_NAMES)


def test_what_is_missing_or_damaged_is_named(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(CheckpointError, match="no checkpoint in"):
        checkpoint.load(tmp_path / "nowhere")
    (folder / checkpoint.WEIGHTS).write_bytes(b"nonsense")
    with pytest.raises(CheckpointError, match="cannot read"):
        checkpoint.load(folder)
    (folder / checkpoint.WEIGHTS).unlink()
    with pytest.raises(CheckpointError, match="cannot read"):
        checkpoint.load(folder)
    (folder / checkpoint.DESCRIPTION).write_text("{", encoding="utf-8")
    with pytest.raises(CheckpointError, match="is not JSON"):
        checkpoint.load(folder)
    (folder / checkpoint.DESCRIPTION).write_text("{}", encoding="utf-8")
    with pytest.raises(CheckpointError, match="must be an object with the keys"):
        checkpoint.load(folder)


def test_weights_must_fit_exactly(folder: Path) -> None:
    weights = load_file(folder / checkpoint.WEIGHTS)
    save_file(weights | {"extra": torch.zeros(1)}, folder / checkpoint.WEIGHTS)
    with pytest.raises(CheckpointError, match="do not fit"):
        checkpoint.load(folder)
    weights.pop("operation_vectors.weight")
    save_file(weights, folder / checkpoint.WEIGHTS)
    with pytest.raises(CheckpointError, match="do not fit"):
        checkpoint.load(folder)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": 99}, "has format 99"),
        ({"operations": ["all_rows", "guess"]}, "operations that do not exist: guess"),
        ({"config": {"depth": 3}}, "configuration in .* does not fit"),
        ({"extra": 1}, "must be an object with the keys"),
        ({"kinds": {}}, "was made for other features"),
    ],
)
def test_a_checkpoint_for_something_else_is_refused(folder: Path, changes: dict[str, Any], message: str) -> None:
    _edit(folder, **changes)
    with pytest.raises(CheckpointError, match=message):
        checkpoint.load(folder)
