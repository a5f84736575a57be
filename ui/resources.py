"""What sessions share: the model, and tables by their content.

A table is found here only by its whole content, which a session must have to ask for it; what a session opened from a
path or a database is kept in the session alone.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field

import streamlit as st

from neural_programmer.api import NeuralProgrammer, load
from neural_programmer.data.sample_tables import SampleTable, sample_tables
from neural_programmer.execution.cancellation import cancelled_when
from neural_programmer.feedback import FeedbackStore
from neural_programmer.prepared import PreparedTable
from neural_programmer.response import Response
from neural_programmer.soft_trace import SoftTrace, SoftTracer
from neural_programmer.tables.loaders import Limits, list_parts, load_table
from neural_programmer.tables.loaders.pasted import load_pasted
from neural_programmer.tables.table import Table
from neural_programmer.trace import StepTrace
from neural_programmer.ui.launch import MOST_UPLOADED_MEGABYTES, chosen_checkpoint
from neural_programmer.ui.state import Suggestion, Work
from neural_programmer.ui.suggestions import executed, suggest

# What the page takes in: a browser holds the file, the server the table, and there may be several sessions.
UPLOAD_LIMITS = Limits(bytes=MOST_UPLOADED_MEGABYTES * 1024**2, cells=5_000_000, rows=1_000_000, columns=2_000)
_MOST_TABLES = 16
# What loading a model can fail with.
MODEL_ERRORS = (OSError, ValueError, RuntimeError)


@dataclass
class SharedModel:
    """The model and the one thread that asks it: sessions share it, and one question is answered at a time."""

    programmer: NeuralProgrammer
    lock: threading.Lock = field(default_factory=threading.Lock)
    worker: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "asking"))

    def ask(self, prepared: PreparedTable, question: str) -> Response:
        """The response to a question about a table."""
        with self.lock:
            return self.programmer.ask(prepared, question)

    def trace(self, response: Response) -> tuple[StepTrace, ...] | None:
        """What the model weighed for its own answer."""
        with self.lock:
            return response.trace

    def soft(self, response: Response) -> SoftTrace | None:
        """The soft program as long as the response's; ``None`` where the model has none or there is no program."""
        tracer = self.programmer.predictor
        if not isinstance(tracer, SoftTracer) or response.linking is None or response.program is None:
            return None
        with self.lock:
            return tracer.soft_trace(response.prepared, response.linking, len(response.program) - 1)

    def start(self, prepared: PreparedTable, question: str, previous: Response | None = None) -> Work:
        """The response to come, looked for in another thread; the question may carry on the ``previous`` one."""
        called_off = threading.Event()
        return Work(self.worker.submit(self._answer, prepared, question, previous, called_off), now(), called_off)

    def _answer(
        self, prepared: PreparedTable, question: str, previous: Response | None, called_off: threading.Event
    ) -> Response:
        with self.lock, cancelled_when(called_off.is_set):
            return self.programmer.ask(prepared, question, previous=previous, verified=FeedbackStore())


def finished_within(work: Work, seconds: float) -> bool:
    """Whether the work is done or called off, or is so before so many seconds have passed."""
    return bool(wait([work.future], max(seconds, 0.0)).done)


def now() -> float:
    """The time on a clock that is never set back, in seconds."""
    return time.monotonic()


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
    return load_table(_content, filename=filename, sheet=sheet, limits=UPLOAD_LIMITS)


@st.cache_resource(show_spinner=False, max_entries=_MOST_TABLES)
def uploaded_sheets(_content: bytes, digest: str) -> tuple[str, ...]:
    """The sheets of an uploaded workbook; none for other files. Raises ``TableError``."""
    return list_parts(_content, limits=UPLOAD_LIMITS)


@st.cache_resource(show_spinner="Reading the table …", max_entries=_MOST_TABLES)
def pasted_table(_text: str, digest: str) -> Table:
    """The table in a pasted text, read once for the same text. Raises ``TableError``."""
    return load_pasted(_text, limits=UPLOAD_LIMITS)


def sample_suggestions(model: SharedModel, sample: SampleTable) -> tuple[Suggestion, ...]:
    """A sample's questions that have an answer, with their answers."""
    found = (sample_suggestion(model, sample, question) for question in sample.questions)
    return tuple(suggestion for suggestion in found if suggestion is not None)


def sample_suggestion(model: SharedModel, sample: SampleTable, question: str) -> Suggestion | None:
    """A sample's question with its answer, if it has one; asked once for all sessions."""
    return _sample_suggestion(model, sample, sample.file, question)


@st.cache_resource(show_spinner=False)
def _sample_suggestion(_model: SharedModel, _sample: SampleTable, file: str, question: str) -> Suggestion | None:
    prepared = _prepared_sample(_sample, file)
    found = executed([question], lambda asked: _model.ask(prepared, asked))
    return found[0] if found else None


@st.cache_resource(show_spinner=False)
def _prepared_sample(_sample: SampleTable, file: str) -> PreparedTable:
    return PreparedTable(sample_table(_sample, file))


def suggestions_for(
    model: SharedModel, source: str, table: Table, ask: Callable[[str], Response]
) -> tuple[Suggestion, ...]:
    """Questions about the open table that have answers: a sample's own, else those whose answers are sure."""
    sample = next((sample for sample in sample_tables() if sample.file == source), None)
    return suggest(table, ask) if sample is None else sample_suggestions(model, sample)


def digest_of(content: bytes) -> str:
    """What an uploaded content is known by."""
    return hashlib.sha256(content).hexdigest()
