"""What one browser session remembers, typed in one place."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import streamlit as st

from neural_programmer.prepared import PreparedTable
from neural_programmer.response import Response

_KEY = "neural_programmer"
QUESTION_KEY = "question"


@dataclass
class SessionState:
    """The open table, where it came from, the last response, and which of its readings is looked at.

    ``source`` names the sample or the upload it came from, ``upload`` the upload that was read last, which a sample
    may have replaced, and ``refusal`` says why that upload was refused, if it was. ``waiting`` is true from when a
    suggestion is pressed until it is answered. ``reading`` counts from 0 and is ``None`` while the answer itself is
    shown; ``chosen`` is the response with that reading in the answer's place.
    """

    source: str = ""
    upload: str = ""
    refusal: str = ""
    prepared: PreparedTable | None = None
    suggestions: tuple[str, ...] = field(default=())
    waiting: bool = False
    response: Response | None = None
    reading: int | None = None
    chosen: Response | None = None
    database_lock: threading.Lock = field(default_factory=threading.Lock)

    def open(self, source: str, prepared: PreparedTable, suggestions: tuple[str, ...]) -> None:
        """Make another table the open one; the question and the answer about the former table go."""
        self.source, self.prepared, self.suggestions = source, prepared, suggestions
        self.answer(None)
        st.session_state[QUESTION_KEY] = ""

    def close(self) -> None:
        """Forget the table, as when a file was refused that should have replaced it."""
        self.source, self.prepared, self.suggestions = "", None, ()
        self.answer(None)

    def answer(self, response: Response | None) -> None:
        """Show another response, or none, with none of its readings chosen."""
        self.response, self.waiting = response, False
        self.reading = self.chosen = None

    @property
    def shown(self) -> Response | None:
        """The response to look at: that of the chosen reading, else the answer's."""
        return self.chosen or self.response


def session_state() -> SessionState:
    """The state of the session that runs the script."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = SessionState()
    state: SessionState = st.session_state[_KEY]
    return state
