"""What people say of answers: kept in an SQLite file on this machine, to be exported, imported and trained on.

A record holds the question, the program that was shown, the right program where the person gave one, and the table:
training needs its rows. Nothing of it is sent anywhere.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from neural_programmer.language.json_form import ProgramJsonError, program_from_json, program_to_json
from neural_programmer.language.program import Program
from neural_programmer.tables.build import build_table
from neural_programmer.tables.table import Table
from neural_programmer.verified import question_key

ENVIRONMENT_VARIABLE = "NEURAL_PROGRAMMER_FEEDBACK"
# A table beyond this many cells is not kept with its feedback.
MOST_CELLS = 200_000
MOST_LINE_CHARACTERS = 50_000_000
_FORMAT = 1
_SECONDS_TO_WAIT = 10.0

CONSENT = (
    "Feedback is kept in a file on this computer: the question, the programs, what you say of them, and the table's "
    "content, which training needs. Nothing of it is sent anywhere."
)


class FeedbackError(ValueError):
    """Feedback that cannot be kept or read; the message names the file or line, what was expected and what came."""


class Verdict(StrEnum):
    """What a person says of an answer."""

    RIGHT = "right"
    WRONG = "wrong"
    CORRECTED = "corrected"
    VERIFIED = "verified"


@dataclass(frozen=True)
class Feedback:
    """One person's word on one answer.

    ``program`` is the one that was shown, ``corrected`` the right one where the person gave it. ``path`` is the file
    that the table came from, where that is known; ``time`` is in ISO 8601.
    """

    question: str
    table: Table
    verdict: Verdict
    program: Program | None
    corrected: Program | None = None
    reason: str = ""
    path: str = ""
    time: str = ""

    @property
    def right_program(self) -> Program | None:
        """The program that answers the question rightly, as far as the person said."""
        if self.verdict is Verdict.CORRECTED:
            return self.corrected
        return None if self.verdict is Verdict.WRONG else self.program


def now() -> str:
    """The time in ISO 8601, as records have it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def default_path() -> Path:
    """Where feedback is kept: the file that the environment names, else one in the user's data directory."""
    named = os.environ.get(ENVIRONMENT_VARIABLE)
    if named:
        return Path(named)
    base = os.environ.get("XDG_DATA_HOME") or os.environ.get("LOCALAPPDATA") or Path.home() / ".local" / "share"
    return Path(base) / "neural-programmer" / "feedback.sqlite"


_SCHEMA = """
CREATE TABLE consent (given TEXT NOT NULL);
CREATE TABLE tables (
    fingerprint TEXT PRIMARY KEY, name TEXT NOT NULL, headers TEXT NOT NULL, "rows" TEXT NOT NULL
);
CREATE TABLE feedback (
    id INTEGER PRIMARY KEY,
    time TEXT NOT NULL,
    question TEXT NOT NULL,
    question_key TEXT NOT NULL,
    fingerprint TEXT NOT NULL REFERENCES tables,
    path TEXT NOT NULL,
    verdict TEXT NOT NULL,
    reason TEXT NOT NULL,
    program TEXT NOT NULL,
    corrected TEXT NOT NULL,
    UNIQUE (time, question, fingerprint, verdict, program, corrected)
);
CREATE INDEX feedback_by_question ON feedback (fingerprint, question_key);
"""


class FeedbackStore:
    """The feedback of a machine in one SQLite file, which is made when a person first consents.

    Every method raises ``FeedbackError`` where the file is no such store or cannot be written.
    """

    def __init__(self, path: Path | str | None = None) -> None:
        self.path = Path(path) if path is not None else default_path()

    @property
    def consented(self) -> bool:
        """Whether somebody has agreed that feedback is kept here."""
        if not self.path.exists():
            return False
        with self._opened() as connection:
            return bool(connection.execute("SELECT COUNT(*) FROM consent").fetchone()[0])

    def consent(self) -> None:
        """Agree that feedback is kept here; makes the file."""
        with self._opened(create=True) as connection:
            connection.execute("INSERT INTO consent VALUES (?)", (now(),))

    def add(self, record: Feedback) -> None:
        """Keep a record; one that is there already is not kept twice. ``FeedbackError`` without consent."""
        self.add_all([record])

    def add_all(self, records: Iterable[Feedback]) -> int:
        """Keep all records or none of them, and return how many were new."""
        if not self.consented:
            raise FeedbackError(f"nobody has agreed yet that feedback is kept in {self.path}; agree first")
        with self._opened() as connection:
            before = connection.total_changes
            tables = 0
            for record in records:
                tables += _insert_table(connection, record.table)
                _insert_feedback(connection, record)
            return connection.total_changes - before - tables

    def records(self, fingerprint: str | None = None) -> list[Feedback]:
        """The records in the order in which they came, those about one table where its fingerprint is given."""
        if not self.path.exists():
            return []
        where, values = ("", ()) if fingerprint is None else ("WHERE fingerprint = ?", (fingerprint,))
        with self._opened() as connection:
            tables: dict[str, Table] = {}
            found = []
            for row in connection.execute(f"SELECT * FROM feedback {where} ORDER BY id", values).fetchall():
                key = row["fingerprint"]
                if key not in tables:
                    kept = connection.execute("SELECT * FROM tables WHERE fingerprint = ?", (key,)).fetchone()
                    tables[key] = build_table(json.loads(kept["headers"]), json.loads(kept["rows"]), kept["name"])
                found.append(_record(row, tables[key]))
            return found

    def verified_program(self, fingerprint: str, key: str) -> Program | None:
        """The program that was verified last for a question, unless the answer was called wrong after that."""
        if not self.path.exists():
            return None
        with self._opened() as connection:
            row = connection.execute(
                "SELECT * FROM feedback WHERE fingerprint = ? AND question_key = ? AND verdict IN (?, ?) "
                "ORDER BY id DESC LIMIT 1",
                (fingerprint, key, Verdict.VERIFIED, Verdict.WRONG),
            ).fetchone()
        return _read_program(row["program"]) if row is not None and row["verdict"] == Verdict.VERIFIED else None

    def forget(self, fingerprint: str | None = None) -> None:
        """Delete the records about a table, or all of them, and the tables that none is about any more."""
        if not self.path.exists():
            return
        where, values = ("", ()) if fingerprint is None else ("WHERE fingerprint = ?", (fingerprint,))
        with self._opened() as connection:
            connection.execute(f"DELETE FROM feedback {where}", values)
            connection.execute("DELETE FROM tables WHERE fingerprint NOT IN (SELECT fingerprint FROM feedback)")

    @contextmanager
    def _opened(self, *, create: bool = False) -> Iterator[sqlite3.Connection]:
        try:
            if create:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                if not self.path.exists():
                    # What people say of their tables is for their eyes.
                    self.path.touch(mode=0o600)
            with closing(sqlite3.connect(self.path, timeout=_SECONDS_TO_WAIT)) as connection, connection:
                connection.row_factory = sqlite3.Row
                connection.execute("PRAGMA secure_delete = ON")
                _prepare(connection, self.path)
                yield connection
        except sqlite3.Error as error:
            raise FeedbackError(f"{self.path} cannot be used for feedback: {error}") from error
        except OSError as error:
            raise FeedbackError(f"{self.path} cannot be used for feedback: {error.strerror or error}") from error


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == 0 and not connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0]:
        connection.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {_FORMAT}; COMMIT;")
    elif version != _FORMAT:
        raise FeedbackError(
            f"{path} is no file of feedback of format {_FORMAT}, but an SQLite file of format {version}"
        )


def _insert_table(connection: sqlite3.Connection, table: Table) -> int:
    cells = table.number_of_rows * len(table.columns)
    if cells > MOST_CELLS:
        raise FeedbackError(
            f"feedback is kept with the table's content, and this table has {cells:,} cells; at most {MOST_CELLS:,} are"
        )
    added = connection.execute(
        "INSERT OR IGNORE INTO tables VALUES (?, ?, ?, ?)",
        (table.fingerprint, _stored(table.name), json.dumps(_headers(table)), json.dumps(_rows(table))),
    )
    return max(added.rowcount, 0)


def _insert_feedback(connection: sqlite3.Connection, record: Feedback) -> None:
    connection.execute(
        "INSERT OR IGNORE INTO feedback (time, question, question_key, fingerprint, path, verdict, reason, program, "
        "corrected) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            record.time or now(),
            _stored(record.question),
            _stored(question_key(record.question)),
            record.table.fingerprint,
            _stored(record.path),
            record.verdict,
            _stored(record.reason),
            _written_program(record.program),
            _written_program(record.corrected),
        ),
    )


def _stored(text: str) -> str:
    """A text that SQLite takes: halves of surrogate pairs become question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _headers(table: Table) -> list[str]:
    return [column.header for column in table.columns]


def _rows(table: Table) -> list[list[str]]:
    return [list(row) for row in zip(*(column.cells for column in table.columns), strict=True)]


def _written_program(program: Program | None) -> str:
    return "" if program is None else json.dumps(program_to_json(program))


def _read_program(written: str) -> Program | None:
    return program_from_json(json.loads(written)) if written else None


def _record(row: sqlite3.Row, table: Table) -> Feedback:
    return Feedback(
        question=row["question"],
        table=table,
        verdict=Verdict(row["verdict"]),
        program=_read_program(row["program"]),
        corrected=_read_program(row["corrected"]),
        reason=row["reason"],
        path=row["path"],
        time=row["time"],
    )


def write_feedback(records: Sequence[Feedback]) -> str:
    """Records as JSON lines; the first line about a table holds its rows, the later ones its fingerprint alone."""
    written: set[str] = set()
    lines = []
    for record in records:
        table: dict[str, Any] = {"fingerprint": record.table.fingerprint}
        if record.table.fingerprint not in written:
            written.add(record.table.fingerprint)
            table |= {"name": record.table.name, "headers": _headers(record.table), "rows": _rows(record.table)}
        line = {
            "time": record.time,
            "verdict": str(record.verdict),
            "question": record.question,
            "reason": record.reason,
            "program": None if record.program is None else program_to_json(record.program),
            "corrected": None if record.corrected is None else program_to_json(record.corrected),
            "path": record.path,
            "table": table,
        }
        lines.append(json.dumps(line, ensure_ascii=True))
    return "".join(f"{line}\n" for line in lines)


def read_feedback(text: str) -> list[Feedback]:
    """The records that ``write_feedback`` wrote; ``FeedbackError`` names the first line that is none."""
    tables: dict[str, Table] = {}
    records = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            records.append(_record_of_line(line, tables))
        except (FeedbackError, ProgramJsonError, ValueError, RecursionError) as error:
            raise FeedbackError(f"line {number}: {str(error) or 'nested too deeply'}") from None
    return records


def _record_of_line(line: str, tables: dict[str, Table]) -> Feedback:
    if len(line) > MOST_LINE_CHARACTERS:
        raise FeedbackError(f"expected at most {MOST_LINE_CHARACTERS:,} characters, but found {len(line):,}")
    fields = json.loads(line)
    needed = {"time", "verdict", "question", "reason", "program", "corrected", "path", "table"}
    if not isinstance(fields, dict) or set(fields) != needed:
        raise FeedbackError(f"expected an object with {', '.join(sorted(needed))}")
    for name in ("time", "verdict", "question", "reason", "path"):
        if not isinstance(fields[name], str):
            raise FeedbackError(f"expected {name} as text, but found {json.dumps(fields[name])[:60]}")
    if fields["verdict"] not in set(Verdict):
        raise FeedbackError(f"expected a verdict of {', '.join(Verdict)}, but found {fields['verdict'][:60]!r}")
    record = Feedback(
        question=fields["question"],
        table=_table_of_line(fields["table"], tables),
        verdict=Verdict(fields["verdict"]),
        program=None if fields["program"] is None else program_from_json(fields["program"]),
        corrected=None if fields["corrected"] is None else program_from_json(fields["corrected"]),
        reason=fields["reason"],
        path=fields["path"],
        time=fields["time"],
    )
    if record.verdict in (Verdict.CORRECTED, Verdict.VERIFIED) and record.right_program is None:
        raise FeedbackError(f"expected the program that is right, since the verdict is {record.verdict}")
    return record


def _table_of_line(value: object, tables: dict[str, Table]) -> Table:
    if not isinstance(value, dict) or not isinstance(value.get("fingerprint"), str):
        raise FeedbackError("expected a table with its fingerprint")
    fingerprint: str = value["fingerprint"]
    if "rows" not in value:
        if fingerprint not in tables:
            raise FeedbackError(f"expected the rows of table {fingerprint[:40]} here or in a line before")
        return tables[fingerprint]
    headers, rows = value.get("headers"), value["rows"]
    if not _are_texts(headers) or not isinstance(rows, list) or not all(map(_are_texts, rows)):
        raise FeedbackError("expected headers as a list of texts and rows as lists of texts")
    assert isinstance(headers, list)
    if len(headers) * len(rows) > MOST_CELLS or sum(map(len, rows)) > MOST_CELLS:
        raise FeedbackError(f"expected a table of at most {MOST_CELLS:,} cells")
    table = build_table(headers, rows, str(value.get("name") or "table"))
    if table.fingerprint != fingerprint:
        raise FeedbackError(f"the table's content is not that of its fingerprint, {fingerprint[:40]}")
    tables[fingerprint] = table
    return table


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
