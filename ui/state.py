"""What one browser session remembers, typed in one place."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from dataclasses import dataclass, field

import streamlit as st

from neural_programmer.editing import run
from neural_programmer.language.program import Program
from neural_programmer.prepared import PreparedTable
from neural_programmer.response import Response
from neural_programmer.tables.notes import rows_of_notes, without_rows
from neural_programmer.tables.overrides import with_overrides
from neural_programmer.tables.table import Table
from neural_programmer.ui.notebook import Notebook

_KEY = "neural_programmer"
QUESTION_KEY = "question"
# The part of the page about the open table: by this key a callback has it drawn again, and nothing else.
ANSWER_FRAGMENT = "answer"


@dataclass(frozen=True)
class Suggestion:
    """A question to begin with, which was asked already, and its answer as the page words it."""

    question: str
    answer: str


@dataclass
class OpenTable:
    """The open table: where it came from, how it was first read, and what the person changed about its columns.

    ``source`` names the sample, the upload, the pasted text or the database; ``original`` is the table as it was read;
    ``column_types`` and ``synonyms`` are those of `neural_programmer.tables.overrides`, and ``notes_left_out`` says
    whether the rows that look like notes are; ``suggestions`` are ``None`` as long as they are not made, which is after
    all else is on the page; ``tried`` are those asked by now.
    """

    source: str = ""
    original: Table | None = None
    column_types: dict[str, str] = field(default_factory=dict)
    synonyms: dict[str, tuple[str, ...]] = field(default_factory=dict)
    notes_left_out: bool = False
    suggestions: tuple[Suggestion, ...] | None = None
    tried: dict[str, Response] = field(default_factory=dict)


@dataclass
class Opening:
    """How the person's own tables came in.

    ``upload`` is the upload that was read last, which a sample may have replaced; ``refusal`` says why the last upload,
    pasted text or database was refused, if it was, and ``refused`` in which of the three places. ``tables`` are those
    of ``database``, the path or address that was typed last.
    """

    upload: str = ""
    refusal: str = ""
    refused: str = ""
    database: str = ""
    tables: tuple[str, ...] = ()


@dataclass
class Work:
    """A question being answered in another thread, since ``started`` on the clock of `time.monotonic`."""

    future: Future[Response]
    started: float
    called_off: threading.Event

    def stop(self) -> None:
        """Call it off: it ends with the step of the search that it is at, or never begins."""
        self.called_off.set()
        self.future.cancel()


@dataclass
class SessionState:
    """The open table, the last response, and what of it is looked at.

    ``waiting`` is true from when a question is to be asked until it is being answered as ``work``. ``notice`` says why
    work ended without a response. ``reading`` counts from 0 and is ``None`` while the answer itself is shown;
    ``chosen`` is the response with that reading in the answer's place, and ``edited`` the response to the program as
    the person changed it; ``edit_problem`` says why the last change could not be made. ``notebook`` is what outlives
    the present answer.
    """

    table: OpenTable = field(default_factory=OpenTable)
    opening: Opening = field(default_factory=Opening)
    prepared: PreparedTable | None = None
    waiting: bool = False
    work: Work | None = None
    notice: str = ""
    response: Response | None = None
    reading: int | None = None
    chosen: Response | None = None
    edited: Response | None = None
    edit_problem: str = ""
    notebook: Notebook = field(default_factory=Notebook)
    database_lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def source(self) -> str:
        """Where the open table came from; empty where none is open."""
        return self.table.source

    def open(self, source: str, prepared: PreparedTable) -> None:
        """Make another table the open one; the question and the answer about the former table go."""
        self.table = OpenTable(source, prepared.table)
        self.prepared = prepared
        self.answer(None)
        self.waiting = False
        st.session_state[QUESTION_KEY] = ""

    def read_again(self) -> None:
        """Make the open table again as the person wants it read; a question that has an answer is asked again."""
        opened = self.table
        assert opened.original is not None
        table = opened.original
        if opened.notes_left_out:
            table = without_rows(table, rows_of_notes(table))
        self.prepared = PreparedTable(with_overrides(table, opened.column_types, opened.synonyms))
        opened.suggestions, opened.tried = None, {}
        asked = self.response is not None
        self.answer(None)
        self.waiting = asked

    def close(self) -> None:
        """Forget the table, as when a file was refused that should have replaced it."""
        self.table, self.prepared = OpenTable(), None
        self.answer(None)

    def ask(self, question: str) -> None:
        """Have a question asked as soon as its field is drawn, which it must not be yet in this run of the script."""
        st.session_state[QUESTION_KEY] = question
        self.waiting = True

    def answer(self, response: Response | None) -> None:
        """Show another response, or none, with none of its readings chosen and nothing edited.

        A question that is still being answered is called off.
        """
        if self.work is not None:
            self.work.stop()
        self.response, self.waiting, self.work, self.notice = response, False, None, ""
        self.reading = self.chosen = None
        self.undo_edits()

    def edit(self, program: Program) -> None:
        """Show the answer of another program to the same question; ``ValueError`` where it cannot be run."""
        if self.response is not None:
            self.edited, self.edit_problem = run(self.response, program), ""

    def undo_edits(self) -> None:
        """Show again what was shown before the program was changed."""
        self.edited, self.edit_problem = None, ""

    @property
    def shown(self) -> Response | None:
        """The response to look at: that of the edited program, else of the chosen reading, else the answer's."""
        return self.edited or self.chosen or self.response

    @property
    def edited_program(self) -> Program | None:
        """The program as the person changed it; ``None`` where it is the model's."""
        return None if self.edited is None else self.edited.program


def keep(*beginnings: str) -> None:
    """Remember the state of widgets that are not drawn, by the beginnings of their keys: Streamlit would forget it."""
    for key in [str(key) for key in st.session_state if str(key).startswith(beginnings)]:
        st.session_state[key] = st.session_state[key]


def keep_question() -> None:
    """Remember the text of the question's field where the field is not drawn."""
    st.session_state[QUESTION_KEY] = st.session_state.get(QUESTION_KEY, "")


def session_state() -> SessionState:
    """The state of the session that runs the script."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = SessionState()
    state: SessionState = st.session_state[_KEY]
    return state
