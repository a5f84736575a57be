"""The SQL of many questions as a folder: one file a question, and an index that also lists what has no answer.

``index.jsonl`` is written line by line as the questions are answered, so that an export that was cut off goes on where
it stopped; ``index.csv`` has the same for people, once all are done.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from neural_programmer.api import NeuralProgrammer
from neural_programmer.batch import BatchLine, BatchResult, Outcome, answer_text, result_of
from neural_programmer.execution.sql_forms import SqlForm, sql_file
from neural_programmer.export import Sheet, to_csv
from neural_programmer.large.asking import LargeResponse, NoScriptError
from neural_programmer.prepared import PreparedTable
from neural_programmer.response import Response
from neural_programmer.tables.errors import TableError

INDEX = "index.jsonl"
INDEX_FOR_PEOPLE = "index.csv"
_MOST_CHARACTERS_OF_A_NAME = 60
_FILE_NAME = re.compile(r"\d{5,}(?:_[a-z0-9_]+)?\.sql")

TableOf = Callable[[str], PreparedTable]
Heading = Callable[[Response], Sequence[str]]


class ExportFolderError(ValueError):
    """A folder that cannot be exported into; the message says what is in the way and what to do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the SQL of an export depends on beside the questions and tables; the same for all its files.

    Without a ``dialect``, it is that of the database a large table lives in, else DuckDB's.
    """

    dialect: str | None = None
    form: str = SqlForm.QUERY
    model: str = ""
    threshold: float = 0.0


@dataclass(frozen=True, slots=True)
class Exported:
    """What became of a question: the result, whether the SQL gave the answer in DuckDB, and its file.

    ``agreement`` is None where there is no SQL or where it could not be run; ``file`` is empty where there is none.
    ``fingerprint`` is that of the table.
    """

    result: BatchResult
    agreement: bool | None = None
    file: str = ""
    fingerprint: str = ""


class ExportFolder:
    """A folder of an export: what it holds of an earlier one, and what is added to it.

    Raises ``ExportFolderError`` where it holds an export already and neither ``resume`` nor ``overwrite`` says what to
    do with it, or where an export with other settings would be gone on with.
    """

    def __init__(self, folder: Path, settings: Settings, *, resume: bool = False, overwrite: bool = False) -> None:
        self.folder = folder
        self._index = folder / INDEX
        self._done: dict[tuple[int, str, str], Exported] = {}
        if folder.exists() and not folder.is_dir():
            raise ExportFolderError(f"{folder} is a file; --output names a folder")
        old = _read_index(self._index) if self._index.exists() else None
        if old is None and folder.is_dir() and any(folder.iterdir()):
            raise ExportFolderError(f"{folder} holds other files and no {INDEX}; name an empty folder or a new one")
        if old is not None and not (resume or overwrite):
            raise ExportFolderError(
                f"{folder} holds an export already; --resume goes on with it, --overwrite writes it anew"
            )
        folder.mkdir(parents=True, exist_ok=True)
        kept: list[Exported] = []
        if old is not None and resume and not overwrite:
            if old.settings != asdict(settings):
                raise ExportFolderError(
                    f"{folder} was exported with other settings ({_listed(old.settings)}); --overwrite writes it anew"
                )
            kept = [one for one in old.exported if not one.file or (folder / one.file).is_file()]
        elif old is not None:
            for one in old.exported:
                if _FILE_NAME.fullmatch(one.file):
                    (folder / one.file).unlink(missing_ok=True)
            (folder / INDEX_FOR_PEOPLE).unlink(missing_ok=True)
        self._done = {_key(one.result, one.fingerprint): one for one in kept}
        lines = [{"settings": asdict(settings)}, *map(_as_json, kept)]
        self._index.write_text("".join(f"{json.dumps(line)}\n" for line in lines), "ascii")

    def done(self, line: BatchLine, table: str, fingerprint: str) -> Exported | None:
        """What an earlier export has for a question about the table with that name and fingerprint."""
        return self._done.get((line.line, line.question, f"{table} {fingerprint}"))

    def add(self, exported: Exported, sql: str | None) -> None:
        """Writes the file of a question, and then its line in the index."""
        if sql is not None:
            (self.folder / exported.file).write_text(sql, "utf-8", "replace", newline="\n")
        with self._index.open("a", encoding="ascii") as index:
            index.write(f"{json.dumps(_as_json(exported))}\n")

    def finish(self, exported: Sequence[Exported]) -> None:
        """Writes the index for people, in the order of the questions."""
        (self.folder / INDEX_FOR_PEOPLE).write_bytes(_sheet(exported))


def export_lines(
    programmer: NeuralProgrammer,
    lines: Sequence[BatchLine],
    table_of: TableOf,
    folder: ExportFolder,
    settings: Settings,
    heading: Heading,
) -> Iterator[Exported]:
    """What became of every line, in order, once its file is written; see `batch.run_batch` for ``table_of``.

    ``heading`` gives the lines that stand above the SQL as comments.
    """
    for line in lines:
        yield _export_line(programmer, line, table_of, folder, settings, heading)


def _export_line(
    programmer: NeuralProgrammer,
    line: BatchLine,
    table_of: TableOf,
    folder: ExportFolder,
    settings: Settings,
    heading: Heading,
) -> Exported:
    problem, prepared = line.problem, None
    if not problem:
        try:
            prepared = table_of(line.table)
        except TableError as error:
            problem = str(error)
    if prepared is None:
        exported = Exported(BatchResult(line.line, line.table, line.question, Outcome.PROBLEM, reason=problem))
        folder.add(exported, None)
        return exported
    table = prepared.table
    known = folder.done(line, line.table or table.name, table.fingerprint)
    if known is not None:
        return known
    response = programmer.ask(prepared, line.question, k=1)
    result = result_of(line, response, settings.dialect)
    if response.program is None:
        exported = Exported(result, fingerprint=table.fingerprint)
        folder.add(exported, None)
        return exported
    try:
        text = _text_of(response, settings, heading(response))
    except NoScriptError as error:
        refused = replace(result, outcome=Outcome.PROBLEM, reason=str(error), sql="")
        exported = Exported(refused, fingerprint=table.fingerprint)
        folder.add(exported, None)
        return exported
    exported = Exported(result, response.sql_agrees, file_name(line), table.fingerprint)
    folder.add(exported, text)
    return exported


def _text_of(response: Response, settings: Settings, heading: Sequence[str]) -> str:
    if isinstance(response, LargeResponse):
        return response.sql_file(settings.dialect, settings.form, heading)
    assert response.program is not None
    return sql_file(response.program, response.prepared.table, settings.dialect or "duckdb", settings.form, heading)


def file_name(line: BatchLine) -> str:
    """The name of a question's file: its line, by which it stays the same, and its words for people."""
    plain = unicodedata.normalize("NFKD", line.question).encode("ascii", "ignore").decode("ascii").lower()
    words = re.sub("[^a-z0-9]+", "_", plain).strip("_")
    if len(words) > _MOST_CHARACTERS_OF_A_NAME:
        words = words[:_MOST_CHARACTERS_OF_A_NAME].rpartition("_")[0] or words[:_MOST_CHARACTERS_OF_A_NAME]
    return f"{line.line:05d}{'_' if words else ''}{words}.sql"


@dataclass(frozen=True)
class _Index:
    settings: Mapping[str, Any]
    exported: list[Exported]


def _read_index(path: Path) -> _Index:
    try:
        # What was cut off while it was written is not there.
        lines = [json.loads(line) for line in path.read_text("ascii").split("\n")[:-1]]
        return _Index(lines[0]["settings"], [_from_json(line) for line in lines[1:]])
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise ExportFolderError(
            f"{path} is not the index of an export ({type(error).__name__}); name another folder"
        ) from None


def _key(result: BatchResult, fingerprint: str) -> tuple[int, str, str]:
    return result.line, result.question, f"{result.table} {fingerprint}"


def _as_json(exported: Exported) -> dict[str, Any]:
    rest = {"agreement": exported.agreement, "file": exported.file, "fingerprint": exported.fingerprint}
    result = {key: value for key, value in asdict(exported.result).items() if key != "sql"}
    return {**result, **rest}


def _from_json(line: Mapping[str, Any]) -> Exported:
    values = dict(line)
    agreement, file, fingerprint = (values.pop(key) for key in ("agreement", "file", "fingerprint"))
    result = BatchResult(**{**values, "outcome": Outcome(values["outcome"]), "answer": tuple(values["answer"])})
    return Exported(result, agreement, file, fingerprint)


def _listed(settings: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in settings.items() if value not in ("", None))


_AGREEMENTS = {True: "yes", False: "NO", None: ""}


def _sheet(exported: Sequence[Exported]) -> bytes:
    names = ("line", "table", "question", "outcome", "answer", "confidence", "agreement", "file", "reason", "in words")
    rows = tuple(
        (
            one.result.line,
            one.result.table,
            one.result.question,
            str(one.result.outcome),
            answer_text(one.result),
            round(one.result.confidence, 4),
            _AGREEMENTS[one.agreement],
            one.file,
            one.result.reason,
            one.result.explanation,
        )
        for one in exported
    )
    return to_csv(
        Sheet((*names, "program"), tuple((*row, one.result.program) for row, one in zip(rows, exported, strict=True)))
    )
