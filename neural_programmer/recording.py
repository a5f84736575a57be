"""What a run on arithmetic wrote down while it learned: what its programs weighed, checkpoint by checkpoint."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RECORDING = "recording.json"
# Where `neural-programmer train arithmetic` leaves its run, unless it is told another place.
USUAL_RUN = Path("runs") / "arithmetic"


class RecordingError(ValueError):
    """A recording that is absent or damaged; the message says which."""


@dataclass(frozen=True)
class RecordedStep:
    """A step of a soft program: the probability of each operation, of each earlier result as its operands (the
    question's numbers, then the steps before), and of ending here.
    """

    operations: Mapping[str, float]
    first: tuple[float, ...]
    second: tuple[float, ...]
    stop: float

    @property
    def entropy(self) -> float:
        """How undecided the operation is, in bits: 0 where one is certain, 2 where four are alike."""
        return -sum(chance * math.log2(chance) for chance in self.operations.values() if chance > 0)


@dataclass(frozen=True)
class Checkpoint:
    """The model after so many steps: its accuracy on dev questions, and for each watched question the number that it
    gives (``None``: undefined) and its soft program.
    """

    step: int
    seconds: float
    accuracy: float
    values: tuple[float | None, ...]
    programs: tuple[tuple[RecordedStep, ...], ...]


@dataclass(frozen=True)
class Recording:
    """The watched questions with their numbers, and the checkpoints in their order."""

    questions: tuple[str, ...]
    numbers: tuple[tuple[float, ...], ...]
    checkpoints: tuple[Checkpoint, ...]


def read_recording(folder: Path | str) -> Recording:
    """The recording in a run's folder; raises ``RecordingError``."""
    path = Path(folder) / RECORDING
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return Recording(
            tuple(str(one["text"]) for one in found["questions"]),
            tuple(tuple(float(number) for number in one["numbers"]) for one in found["questions"]),
            tuple(_checkpoint(one) for one in found["checkpoints"]),
        )
    except OSError as error:
        raise RecordingError(f"no recording in {folder}: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise RecordingError(f"{path} is no recording of a run on arithmetic: {error!r}") from error


def _checkpoint(found: Mapping[str, Any]) -> Checkpoint:
    return Checkpoint(
        int(found["step"]),
        float(found["seconds"]),
        float(found["accuracy"]),
        tuple(None if one["value"] is None else float(one["value"]) for one in found["programs"]),
        tuple(_steps(one["steps"]) for one in found["programs"]),
    )


def _steps(found: Sequence[Mapping[str, Any]]) -> tuple[RecordedStep, ...]:
    return tuple(
        RecordedStep(
            {str(name): float(chance) for name, chance in one["operations"].items()},
            tuple(map(float, one["first"])),
            tuple(map(float, one["second"])),
            float(one["stop"]),
        )
        for one in found
    )
