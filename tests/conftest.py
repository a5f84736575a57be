"""Fixtures shared by the tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch

from neural_programmer import checkpoint
from neural_programmer.data.vocabulary import Vocabulary
from neural_programmer.data.wikitablequestions import (
    DOWNLOAD_COMMAND,
    ENVIRONMENT_VARIABLE,
    WikiTableQuestions,
    cache_directory,
    is_dataset,
)
from neural_programmer.model.config import ModelConfig

# Tests run side by side: threads of small matrix products would only wait for each other.
torch.set_num_threads(1)

_BESIDE_THE_REPOSITORY = Path(__file__).parents[2] / "shared" / "wikitablequestions"


@pytest.fixture(autouse=True)
def own_feedback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the feedback that the user keeps on this machine."""
    monkeypatch.setenv("NEURAL_PROGRAMMER_FEEDBACK", str(tmp_path / "feedback.sqlite"))


@pytest.fixture(scope="session")
def wikitablequestions() -> WikiTableQuestions:
    """The dataset, from where the environment says, the user's cache or beside the repository; else the test skips."""
    named = os.environ.get(ENVIRONMENT_VARIABLE)
    for place in [Path(named)] if named else [cache_directory(), _BESIDE_THE_REPOSITORY]:
        if is_dataset(place):
            return WikiTableQuestions(place)
    pytest.skip(f"needs WikiTableQuestions: set {ENVIRONMENT_VARIABLE}, or run `{DOWNLOAD_COMMAND}`")


@pytest.fixture(scope="session")
def tiny_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small model with random weights, always the same."""
    folder = tmp_path_factory.mktemp("checkpoint")
    with torch.random.fork_rng():
        torch.manual_seed(7)
        config = ModelConfig(
            word_width=16,
            ngram_width=8,
            ngram_buckets=64,
            encoder_width=12,
            width=24,
            operation_width=8,
            argument_width=8,
        )
        checkpoint.save(folder, checkpoint.new_model(config, Vocabulary(("nation", "gold", "which"))))
    return folder
