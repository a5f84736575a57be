"""Word lists kept as JSON in the `words` folder."""

from __future__ import annotations

import functools
import json
from importlib.resources import files
from typing import Any


@functools.cache
def word_list(name: str) -> Any:
    """The content of ``words/<name>.json``; the caller must not change it."""
    return json.loads((files("neural_programmer.tables") / "words" / f"{name}.json").read_text(encoding="utf-8"))
