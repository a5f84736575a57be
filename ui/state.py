"""What one browser session remembers, typed in one place."""

from __future__ import annotations

from dataclasses import dataclass, field

import streamlit as st

from neural_programmer.prepared import PreparedTable
from neural_programmer.response import Response

_KEY = "neural_programmer"
QUESTION_KEY = "question"


@dataclass
class SessionState:
    """The open table, where it came from, the last response, and which of its readings is looked at.

    ``source`` names the sample or the digest of the upload; ``reading`` counts from 0 and is ``None`` while the
    answer itself is shown.
    """

    source: str = ""
    prepared: PreparedTable | None = None
    suggestions: tuple[str, ...] = field(default=())
    response: Response | None = None
    reading: int | None = None

    def open(self, source: str, prepared: PreparedTable, suggestions: tuple[str, ...]) -> None:
        """Make another table the open one; the question and the answer about the former table go."""
        self.source, self.prepared, self.suggestions = source, prepared, suggestions
        self.response = self.reading = None
        st.session_state[QUESTION_KEY] = ""

    def close(self) -> None:
        """Forget the table, as when its file was refused."""
        self.source, self.prepared, self.suggestions = "", None, ()
        self.response = self.reading = None


def session_state() -> SessionState:
    """The state of the session that runs the script."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = SessionState()
    state: SessionState = st.session_state[_KEY]
    return state
