"""Fixtures shared by the tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from neural_programmer.data.wikitablequestions import (
    DOWNLOAD_COMMAND,
    ENVIRONMENT_VARIABLE,
    WikiTableQuestions,
    cache_directory,
    is_dataset,
)

_BESIDE_THE_REPOSITORY = Path(__file__).parents[2] / "shared" / "wikitablequestions"


@pytest.fixture(scope="session")
def wikitablequestions() -> WikiTableQuestions:
    """The dataset, from where the environment says, the user's cache or beside the repository; else the test skips."""
    named = os.environ.get(ENVIRONMENT_VARIABLE)
    for place in [Path(named)] if named else [cache_directory(), _BESIDE_THE_REPOSITORY]:
        if is_dataset(place):
            return WikiTableQuestions(place)
    pytest.skip(f"needs WikiTableQuestions: set {ENVIRONMENT_VARIABLE}, or run `{DOWNLOAD_COMMAND}`")
