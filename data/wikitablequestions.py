"""Reading WikiTableQuestions: its question files, its splits and its tables."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from neural_programmer.tables.build import build_table
from neural_programmer.tables.loaders.delimited import parse_wikitablequestions
from neural_programmer.tables.table import Table

ENVIRONMENT_VARIABLE = "NEURAL_PROGRAMMER_WTQ"
DOWNLOAD_COMMAND = "neural-programmer download wtq"


class DatasetError(ValueError):
    """A dataset, question file or table that is absent or not in the expected form; the message says which and how."""


@dataclass(frozen=True, slots=True)
class Question:
    """One line of a question file; ``target`` is the right answer's items, ``None`` where the file gives none.

    ``canonical`` holds the items' canonical forms, which only the tagged files of the full release have.
    """

    id: str
    utterance: str
    context: str
    target: tuple[str, ...] | None = None
    canonical: tuple[str, ...] | None = None


def cache_directory() -> Path:
    """Where `neural-programmer download wtq` puts the dataset: the user's cache directory."""
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or Path.home() / ".cache"
    return Path(base) / "neural-programmer" / "wikitablequestions"


def is_dataset(root: Path) -> bool:
    """Whether a directory looks like WikiTableQuestions: tables in csv/, questions in data/."""
    return (root / "csv").is_dir() and (root / "data").is_dir()


def locate(root: Path | str | None = None) -> Path:
    """The dataset's root: the one given, else the one the environment names, else the downloaded one.

    Raises `DatasetError` where that directory is no copy of the dataset; the next place is never tried silently.
    """
    named = os.environ.get(ENVIRONMENT_VARIABLE)
    if root is not None:
        place, origin = Path(root), "--root"
    elif named:
        place, origin = Path(named), f"the environment variable {ENVIRONMENT_VARIABLE}"
    else:
        place, origin = cache_directory(), "the user's cache"
    if is_dataset(place):
        return place
    raise DatasetError(
        f"no WikiTableQuestions in {str(place)!r} (from {origin}): it must hold the folders csv/ and data/. "
        f"Give its place with --root DIR or {ENVIRONMENT_VARIABLE}=DIR, or fetch it into {str(cache_directory())!r} "
        f"with `{DOWNLOAD_COMMAND}`."
    )


_ESCAPES = {"\\n": "\n", "\\p": "|", "\\\\": "\\"}


def unescape(field: str) -> str:
    """A tab-separated field with the dataset's escapes for newline, pipe and backslash undone."""
    if "\\" not in field:
        return field
    return re.sub(r"\\[np\\]", lambda found: _ESCAPES[found[0]], field)


def escape(field: str) -> str:
    """The inverse of `unescape`; tabs and carriage returns, for which there is no escape, become spaces."""
    field = field.replace("\\", "\\\\").replace("\n", "\\n").replace("|", "\\p")
    return re.sub(r"[\t\r]", " ", field)


def _read(path: Path) -> str:
    # As bytes, since reading as text would turn every line break into the same one.
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DatasetError(f"{path} is not UTF-8 text (byte {error.start})") from error
    except OSError as error:
        raise DatasetError(f"cannot read {path}: {error.strerror or error}") from error


def _records(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    # Not splitlines(): cells hold line separators that do not end a line here.
    lines = _read(path).split("\n")
    header = lines[0].rstrip("\r").split("\t")
    lacking = [name for name in ("id", "utterance", "context") if name not in header]
    if lacking:
        raise DatasetError(
            f"{path} has no column {', '.join(lacking)} in its first line; "
            "expected the tab-separated columns id, utterance, context and, if known, targetValue"
        )
    for number, line in enumerate(lines[1:], start=2):
        line = line.rstrip("\r")
        if not line:
            continue
        fields = line.split("\t")
        if len(fields) != len(header):
            raise DatasetError(f"{path}, line {number}: {len(fields)} fields where the header has {len(header)}")
        yield number, dict(zip(header, fields, strict=True))


def _items(field: str | None) -> tuple[str, ...] | None:
    return tuple(unescape(item) for item in field.split("|")) if field else None


def read_questions(path: Path | str) -> list[Question]:
    """The questions of a tab-separated file, in its order; raises `DatasetError` naming the line that is malformed."""
    questions = []
    for number, record in _records(Path(path)):
        if not record["id"] or not record["context"]:
            raise DatasetError(f"{path}, line {number}: the id or the context is empty")
        target, canonical = _items(record.get("targetValue")), _items(record.get("targetCanon"))
        if target is not None and canonical is not None and len(target) != len(canonical):
            raise DatasetError(f"{path}, line {number}: {len(target)} target values, {len(canonical)} canonical ones")
        questions.append(
            Question(record["id"], unescape(record["utterance"]), unescape(record["context"]), target, canonical)
        )
    return questions


def question_file(named: Path, root: Path | str | None = None) -> Path:
    """The file that is named, or where there is none, the dataset's split of that name, with ``.tsv`` or without."""
    if named.exists() or len(named.parts) != 1:
        return named
    try:
        split = locate(root) / "data" / f"{named.name.removesuffix('.tsv')}.tsv"
    except DatasetError:
        return named
    return split if split.is_file() else named


class WikiTableQuestions:
    """The dataset under one root directory; tables are read once and remembered."""

    def __init__(self, root: Path | str | None = None) -> None:
        self.root = locate(root)
        self._tables: dict[str, Table] = {}

    def questions(self, split: str) -> list[Question]:
        """The questions of a split by its name ("random-split-1-dev", "training")."""
        path = self.root / "data" / f"{split}.tsv"
        if not path.is_file():
            known = ", ".join(self.splits()) or "none"
            raise DatasetError(f"no split {split!r} in {self.root / 'data'}; it has {known}")
        return read_questions(path)

    def splits(self) -> list[str]:
        """The names of the splits that are there."""
        return sorted(path.stem for path in (self.root / "data").glob("*.tsv"))

    def table(self, context: str) -> Table:
        """The table that a question's context names ("csv/204-csv/590.csv")."""
        found = self._tables.get(context)
        if found is None:
            found = self._tables[context] = self.read_table(context)
        return found

    def read_table(self, context: str) -> Table:
        """The table of that context, read anew."""
        path = self.root / context
        if not path.resolve().is_relative_to(self.root.resolve()):
            raise DatasetError(f"the context {context!r} leads out of {self.root}")
        try:
            raw = parse_wikitablequestions(_read(path), path.stem, tabs=path.suffix == ".tsv")
        except csv.Error as error:
            raise DatasetError(f"the table {path} cannot be read: {error}") from error
        if not raw.headers:
            raise DatasetError(f"the table {path} is empty")
        return build_table(raw.headers, raw.rows, name=raw.name)
