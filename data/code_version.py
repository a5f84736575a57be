"""A version of the code that cached results depend on, so that no cache outlives the code that filled it."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable


def _digest(folder: Traversable, state: hashlib.blake2b) -> None:
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        if entry.is_dir():
            if entry.name != "__pycache__":
                _digest(entry, state)
        elif entry.name.endswith((".py", ".json", ".txt")):
            state.update(entry.name.encode())
            state.update(entry.read_bytes())


@cache
def code_version(*packages: str) -> str:
    """A hash of the source files and word lists of packages, subpackages included."""
    state = hashlib.blake2b(digest_size=12)
    for package in packages:
        _digest(files(package), state)
    return state.hexdigest()
