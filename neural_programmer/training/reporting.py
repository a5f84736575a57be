"""What a training run tells its surroundings: lines, progress on a terminal, and curves for TensorBoard."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn


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
    """Lines with the time since the start; bars on a terminal, nothing but lines elsewhere; curves in a folder.

    One with a ``name``, which begins its lines, is one of several that share a terminal: it shows no bars.
    """

    def __init__(self, curves: Path | None = None, name: str = "") -> None:
        self._name = name
        self._console = Console(file=sys.stderr, soft_wrap=True, highlight=False)
        self._started = time.monotonic()
        self._bars: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._curves = None
        if curves is not None:
            # TensorBoard takes a second to import, which only a run that writes curves should pay.
            from torch.utils.tensorboard import SummaryWriter

            self._curves = SummaryWriter(str(curves))

    def line(self, text: str) -> None:
        """Print a line."""
        minutes = (time.monotonic() - self._started) / 60
        self._console.print(f"{minutes:6.1f} min  {self._name}{text}", markup=False)

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
