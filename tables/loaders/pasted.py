"""Pasted tables: what a person copies from a spreadsheet, a file or a document."""

from __future__ import annotations

import re

from neural_programmer.tables.build import build_table
from neural_programmer.tables.errors import TableError
from neural_programmer.tables.loaders.load import load_table
from neural_programmer.tables.loaders.raw import Limits, RawTable, require_rows, without_blank_edges
from neural_programmer.tables.table import Table

_NAME = "pasted table"
_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*")
_SEPARATOR = re.compile(r"(?<!\\)\|")


def load_pasted(text: str, *, limits: Limits | None = None) -> Table:
    """The table in a text: CSV, TSV as spreadsheets copy it, a Markdown table, or JSON.

    Raises ``TableError``.
    """
    limits = limits or Limits()
    content = text.encode("utf-8", "replace")
    limits.check_bytes("the pasted text", len(content))
    if not text.strip():
        raise TableError("nothing was pasted; expected a header row and rows below it. Copy a table and paste it.")
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > 1 and "|" in lines[0] and _RULE.fullmatch(lines[1]):
        rows = without_blank_edges([_markdown_cells(lines[0]), *map(_markdown_cells, lines[2:])])
        limits.check_cells("the pasted text", len(rows), max(map(len, rows), default=0))
        raw = require_rows("the pasted text", RawTable(rows[0] if rows else [], rows[1:], _NAME))
        return build_table(raw.headers, raw.rows, raw.name)
    kind = ".json" if text.lstrip().startswith(("[", "{")) else ".csv"
    return load_table(content, filename=f"the pasted text{kind}", name=_NAME, limits=limits)


def _markdown_cells(line: str) -> list[str]:
    """The cells of one line; a bar within a cell is written with a backslash before it."""
    inner = line.strip().removeprefix("|")
    inner = inner if inner.endswith("\\|") else inner.removesuffix("|")
    return [cell.strip().replace("\\|", "|") for cell in _SEPARATOR.split(inner)]
