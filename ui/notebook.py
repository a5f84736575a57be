"""What a session remembers beside the open table and its answer: history, a batch, feedback under way, a link."""

from __future__ import annotations

from dataclasses import dataclass, field

from neural_programmer.batch import BatchLine, BatchResult
from neural_programmer.feedback import Feedback
from neural_programmer.history import History
from neural_programmer.prepared import PreparedTable
from neural_programmer.response import Response

# The key of the choice of a page, and the title of the page that asks.
PAGE_KEY, ASK = "page", "Ask"


@dataclass
class BatchWork:
    """A file of questions being answered; ``running`` until it is done or stopped.

    ``tables`` are the tables that its lines may name, by name; the open one also by the empty name.
    """

    name: str
    lines: list[BatchLine]
    tables: dict[str, PreparedTable]
    results: list[BatchResult] = field(default_factory=list)
    running: bool = True


@dataclass
class HandSql:
    """SQL that the person wrote: the table it was run on, the text, and what came of it.

    ``program`` is the text of the program that it was read as, with ``notes`` on what was taken for what; it is empty
    where the query was only run, and ``reason`` says why it was not read.
    """

    fingerprint: str = ""
    text: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[object, ...], ...] = ()
    more: bool = False
    problem: str = ""
    program: str = ""
    notes: tuple[str, ...] = ()
    reason: str = ""


@dataclass
class Notebook:
    """What outlives the present answer.

    ``recorded`` is the response that history took in last. ``pending`` waits for consent; ``said`` is what the page
    says of the feedback given last, and ``said_about`` of which answer that was. ``link_problem`` says why the page's
    address led to nothing.
    """

    history: History = field(default_factory=History)
    recorded: Response | None = None
    batch: BatchWork | None = None
    batch_problem: str = ""
    pending: Feedback | None = None
    said: str = ""
    said_about: str = ""
    feedback_problem: str = ""
    hand_sql: HandSql = field(default_factory=HandSql)
    link_read: bool = False
    link_problem: str = ""
