"""Delimited text: CSV, TSV and their relatives, with the delimiter and the quoting found from the text."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from typing import Literal

from neural_programmer.tables.errors import TableError
from neural_programmer.tables.loaders.raw import Limits, RawTable, split_title, without_blank_edges


class Dialect(StrEnum):
    """How a delimited text is written; ``auto`` finds out."""

    AUTO = "auto"
    WIKITABLEQUESTIONS = "wikitablequestions"


_DELIMITERS = (",", "\t", ";", "|")
_SAMPLE_LINES = 200
# Doubled quotes, escaped quotes, and quotes that mean nothing.
_QUOTINGS: tuple[tuple[bool, str | None, Literal[0, 3]], ...] = (
    (True, None, csv.QUOTE_MINIMAL),
    (False, "\\", csv.QUOTE_MINIMAL),
    (True, None, csv.QUOTE_NONE),
)
_NO_DELIMITER = "\x1f"
_ESCAPES = {"\\n": "\n", "\\p": "|", "\\\\": "\\"}
_ESCAPE = re.compile(r"\\[np\\]")


def parse_delimited(text: str, thing: str, name: str, limits: Limits) -> RawTable:
    """The table in a delimited text; blank lines and columns without a header or a cell are left out."""
    text, delimiter = _take_declared_delimiter(text)
    rows = _parse_by_evidence(text, delimiter or detect_delimiter(text), thing)
    title, rows = split_title(without_blank_edges(rows))
    limits.check_cells(thing, len(rows), max((len(row) for row in rows), default=0))
    return RawTable(rows[0] if rows else [], rows[1:], title or name)


def parse_wikitablequestions(text: str, name: str, *, tabs: bool = False) -> RawTable:
    r"""The table in a file of WikiTableQuestions: CSV with ``\"`` and ``\\``, or TSV with ``\n``, ``\\`` and ``\p``."""
    if tabs:
        lines = text.removesuffix("\n").split("\n")
        rows = [[_ESCAPE.sub(_unescape, cell) for cell in line.split("\t")] for line in lines]
    else:
        rows = list(csv.reader(io.StringIO(text, newline=""), escapechar="\\", doublequote=False))
    return RawTable(rows[0] if rows else [], rows[1:], name)


def detect_delimiter(text: str) -> str:
    """The delimiter that splits the first lines most evenly; a character that never occurs where none does."""
    sample = _first_lines(text)
    best, best_score = _NO_DELIMITER, 0.0
    for delimiter in _DELIMITERS:
        for escaped in (False, True) if '\\"' in sample else (False,):
            score = _evenness([len(row) for row in _lenient_rows(sample, delimiter, escaped) if row])
            if score > best_score:
                best, best_score = delimiter, score
    return best


def _evenness(widths: Sequence[int]) -> float:
    """The share of rows of the commonest width, a little more for wider rows; 0 where the header is not split."""
    if not widths:
        return 0.0
    width, count = Counter(widths).most_common(1)[0]
    header = widths[0]
    # A header of one field is a title above a table only if the rows below are clearly a table.
    if width < 2 or (header < 2 and (width < 3 or count * 5 < len(widths) * 4)):
        return 0.0
    return count / len(widths) + (1.0 if width == header else 0.0) + min(width, 100) / 1000


def _take_declared_delimiter(text: str) -> tuple[str, str | None]:
    """The text below a spreadsheet's ``sep=;`` line and the delimiter which that line declares."""
    match = re.match(r"sep=(.)\r?\n", text)
    return (text[match.end() :], match.group(1)) if match else (text, None)


def _parse_by_evidence(text: str, delimiter: str, thing: str) -> list[list[str]]:
    """The rows under the first way of quoting that fits the whole text, else under the one with the most even rows."""
    readings: list[list[list[str]]] = []
    for doublequote, escapechar, quoting in _QUOTINGS:
        if escapechar is not None and '\\"' not in text:
            continue
        try:
            rows = list(
                csv.reader(
                    io.StringIO(text, newline=""),
                    delimiter=delimiter,
                    doublequote=doublequote,
                    escapechar=escapechar,
                    quoting=quoting,
                    strict=True,
                )
            )
        except csv.Error:
            continue
        if _is_even(rows):
            return rows
        readings.append(rows)
    if not readings:
        raise TableError(
            f"{thing} has a cell longer than {csv.field_size_limit():,} characters; expected delimited text. "
            "A quotation mark may lack its partner: check the file, or export it again."
        )
    return max(readings, key=lambda rows: _evenness([len(row) for row in rows if row]))


def _is_even(rows: Sequence[Sequence[str]]) -> bool:
    return len({len(row) for row in rows if row}) == 1


def _lenient_rows(sample: str, delimiter: str, escaped: bool) -> list[list[str]]:
    lines = io.StringIO(sample, newline="")
    try:
        return list(
            csv.reader(lines, delimiter=delimiter, doublequote=not escaped, escapechar="\\" if escaped else None)
        )
    except csv.Error:
        return [line.split(delimiter) for line in sample.splitlines()]


def _first_lines(text: str) -> str:
    position = 0
    for _ in range(_SAMPLE_LINES):
        position = text.find("\n", position) + 1
        if not position:
            return text
    return text[:position]


def _unescape(match: re.Match[str]) -> str:
    return _ESCAPES[match.group()]
