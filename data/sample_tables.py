"""The sample tables that come with the package."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources

from neural_programmer.tables.loaders import load_table
from neural_programmer.tables.table import Table


@dataclass(frozen=True, slots=True)
class SampleTable:
    """A sample: its file in ``data/samples``, a title, a sentence about it, and questions to begin with."""

    file: str
    title: str
    description: str
    questions: tuple[str, ...]

    def load(self) -> Table:
        """The table itself, under the sample's title."""
        return load_table(_folder().joinpath(self.file).read_bytes(), filename=self.file, name=self.title)


@cache
def sample_tables() -> tuple[SampleTable, ...]:
    """The samples in the order in which they are offered."""
    entries = json.loads(_folder().joinpath("index.json").read_text("utf-8"))
    return tuple(SampleTable(**{**entry, "questions": tuple(entry["questions"])}) for entry in entries)


def _folder() -> resources.abc.Traversable:
    return resources.files("neural_programmer.data").joinpath("samples")
