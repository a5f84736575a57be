"""What a training run tells its surroundings: lines, progress on a terminal, and curves, all kept in its folder."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

LOG, METRICS = "log.txt", "metrics.jsonl"


class Reporter(Protocol):
    """Receives what happens in a run."""

    def line(self, text: str) -> None:
        """Something worth one line."""

    def progress(self, name: str, done: int, total: int) -> None:
        """How far a piece of work is."""

    def scalar(self, name: str, value: float, step: int) -> None:
        """A point of a curve."""

    def close(self) -> None:
        """Nothing more will come."""


class ConsoleReporter:
    """Lines with the time since the start; bars on a terminal, nothing but lines elsewhere.

    In a run's ``folder`` the lines are also added to ``log.txt`` and points of curves to ``metrics.jsonl``, one JSON
    object a line, and to ``curves`` for TensorBoard. One with a ``name``, which begins its lines, is one of several
    that share a terminal: it shows no bars.
    """

    def __init__(self, folder: Path | None = None, name: str = "") -> None:
        self._name = name
        self._console = Console(file=sys.stderr, soft_wrap=True, highlight=False)
        self._started = time.monotonic()
        self._bars: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._folder = folder
        self._curves = None
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            # TensorBoard takes a second to import, which only a run that writes curves should pay.
            from torch.utils.tensorboard import SummaryWriter

            self._curves = SummaryWriter(str(folder / "curves"))

    def line(self, text: str) -> None:
        """Print a line."""
        minutes = (time.monotonic() - self._started) / 60
        line = f"{minutes:6.1f} min  {self._name}{text}"
        self._console.print(line, markup=False)
        self._keep(LOG, line)

    def progress(self, name: str, done: int, total: int) -> None:
        """Move a bar, if the output is a terminal."""
        if self._name or not self._console.is_terminal:
            return
        if self._bars is None:
            self._bars = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
                console=self._console,
                transient=True,
            )
            self._bars.start()
        if name not in self._tasks:
            self._tasks[name] = self._bars.add_task(name, total=total)
        self._bars.update(self._tasks[name], completed=done, total=total)
        if done >= total:
            self._bars.remove_task(self._tasks.pop(name))

    def scalar(self, name: str, value: float, step: int) -> None:
        """Write a point of a curve."""
        if self._curves is not None:
            self._curves.add_scalar(name, value, step)
        seconds = round(time.monotonic() - self._started, 1)
        self._keep(METRICS, json.dumps({"name": name, "step": step, "value": value, "seconds": seconds}))

    def _keep(self, name: str, line: str) -> None:
        if self._folder is not None:
            with (self._folder / name).open("a", encoding="utf-8") as file:
                file.write(line + "\n")

    def close(self) -> None:
        """Stop the bars and finish the curves."""
        if self._bars is not None:
            self._bars.stop()
        if self._curves is not None:
            self._curves.close()


class SilentReporter:
    """Tells nobody anything."""

    def line(self, text: str) -> None:
        """Say nothing."""

    def progress(self, name: str, done: int, total: int) -> None:
        """Show nothing."""

    def scalar(self, name: str, value: float, step: int) -> None:
        """Write nothing."""

    def close(self) -> None:
        """Do nothing."""
