"""What sessions share: the model, and tables by their content."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, field

import streamlit as st

from neural_programmer.api import NeuralProgrammer, load
from neural_programmer.data.sample_tables import SampleTable
from neural_programmer.prepared import PreparedTable
from neural_programmer.response import Response
from neural_programmer.tables.loaders import list_parts, load_table
from neural_programmer.tables.table import Table
from neural_programmer.ui.launch import chosen_checkpoint

_MOST_TABLES = 16


@dataclass
class SharedModel:
    """The model and a lock: sessions run in threads of one process, and one question is answered at a time."""

    programmer: NeuralProgrammer
    lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, prepared: PreparedTable, question: str) -> Response:
        """The response to a question about a table."""
        with self.lock:
            return self.programmer.ask(prepared, question)


@st.cache_resource(show_spinner="Loading the model …")
def shared_model() -> SharedModel:
    """The model that `neural-programmer ui` was started with, loaded once a process."""
    return SharedModel(load(chosen_checkpoint()))


@st.cache_resource(show_spinner=False, max_entries=_MOST_TABLES)
def sample_table(_sample: SampleTable, file: str) -> Table:
    """A sample's table, loaded once for all sessions; ``file`` is what it is known by."""
    return _sample.load()


@st.cache_resource(show_spinner="Reading the table …", max_entries=_MOST_TABLES)
def uploaded_table(_content: bytes, digest: str, filename: str, sheet: str | None) -> Table:
    """The table in an uploaded file, read once for the same content, name and sheet. Raises ``TableError``."""
    return load_table(_content, filename=filename, sheet=sheet)


@st.cache_resource(show_spinner=False, max_entries=_MOST_TABLES)
def uploaded_sheets(_content: bytes, digest: str) -> tuple[str, ...]:
    """The sheets of an uploaded workbook; none for other files. Raises ``TableError``."""
    return list_parts(_content)


def digest_of(content: bytes) -> str:
    """What an uploaded content is known by."""
    return hashlib.sha256(content).hexdigest()
