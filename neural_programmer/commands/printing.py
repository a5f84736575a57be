"""How values are shown on a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from neural_programmer.data.evaluator import plain_number


def printable(text: str) -> str:
    """The text with control characters escaped, so that a cell cannot steer the terminal."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )


def shown(value: Any) -> str:
    """A value of an answer as it is shown: plain numbers, pairs as "value: count"."""
    if isinstance(value, tuple):
        return ": ".join(map(shown, value))
    if isinstance(value, float):
        return plain_number(value)
    return printable(str(value))


def print_json(value: Any) -> None:
    """A value as indented JSON."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def print_columns(rows: Sequence[Sequence[str]]) -> None:
    """Rows as aligned columns, the first to the left and the others to the right; the first row is the header."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    for row in rows:
        cells = [
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())


class ProgressBar:
    """A progress bar on standard error, silent where that is no terminal; calling it with (done, in all) moves it."""

    def __init__(self, label: str) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=not sys.stderr.isatty(),
            transient=True,
        )
        self._task = self._progress.add_task(label, total=None)

    def __enter__(self) -> Callable[[int, int | None], None]:
        self._progress.start()
        return self._move

    def __exit__(self, *error: object) -> None:
        self._progress.stop()

    def _move(self, done: int, total: int | None) -> None:
        self._progress.update(self._task, completed=done, total=total)
