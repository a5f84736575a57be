"""How values are shown on a terminal."""

from __future__ import annotations

import itertools
import json
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from neural_programmer.data.evaluator import plain_number

# Of longer answers, so many different values are shown.
MOST_SHOWN = 50


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


def shown_values(values: Sequence[Any], *, more: bool = False) -> str:
    """The values of an answer, each different one once and with how often it is there, the first fifty of them.

    Official rules compare answers as sets, so that nothing is lost; ``more`` says that there are further values.
    """
    times = Counter(map(shown, values))
    counted = [
        value if held == 1 else f"{value} ({'at least ' if more else ''}{held:,} times)"
        for value, held in itertools.islice(times.items(), MOST_SHOWN)
    ]
    left = len(times) - len(counted)
    return ", ".join([*counted, *([f"and {left:,} more values"] if left else [])])


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
