"""The table and the programs whose answers, English and SQL are kept in ``tests/golden``, and how they are compared."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from neural_programmer.language.program import Program
from neural_programmer.language.text_form import read_program
from neural_programmer.tables.build import build_table
from neural_programmer.tables.table import Table

GOLDEN = Path(__file__).parent / "golden"
UPDATE = "UPDATE_GOLDEN"

_HEADERS = ("Name", "Country", "Points", "Score", "Date", "Members")
_ROWS = (
    ("Ann van Dam", "France", "12", "2–1", "21 May 1950", "Xi, Yu"),
    ("Bea", "South Korea", "7", "0–0", "May 1950", "Xi"),
    ("Cy", "France", "12", "3–6", "3 June 1951", "Yu, Zoe, Xi"),
    ("Dee", "", "n/a", "", "1949", ""),
    ("Eve", "Italy", "3", "1–1", "", "Zoe, Yu"),
    ("Flo", "South Korea", "9.5", "4–2", "30 December 1952", "Xi, Zoe"),
)
_TOTAL = ("Total", "", "43.5", "", "", "")


def example_table(*, total: bool = False) -> Table:
    """Six rows with ties, missing values and dates of three precisions; a row of totals below them where asked."""
    return build_table(_HEADERS, [*_ROWS, _TOTAL] if total else _ROWS, name="cup")


def example_programs() -> dict[str, Program]:
    """The programs of ``golden/programs.txt`` by name: one and more for each operation, then composed ones."""
    return {name: read_program(text) for name, text in read_golden("programs.txt").items()}


def table_for(name: str) -> Table:
    """The table that a program runs on."""
    return example_table(total=name == "total_rows")


def read_golden(file_name: str) -> dict[str, str]:
    """The lines of a golden file, ``name: content``."""
    lines = (GOLDEN / file_name).read_text(encoding="utf-8").splitlines()
    return dict(line.split(": ", 1) for line in lines)


def check_lines(file_name: str, contents: Mapping[str, str]) -> None:
    """Compares with a golden file of lines ``name: content``."""
    check_golden(file_name, "".join(f"{name}: {content}\n" for name, content in contents.items()))


def check_golden(file_name: str, text: str) -> None:
    """Compares a text with a golden file, or writes the file where the environment has ``UPDATE_GOLDEN``."""
    path = GOLDEN / file_name
    if os.environ.get(UPDATE):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), f"{file_name} differs; if rightly so, run with {UPDATE}=1"
