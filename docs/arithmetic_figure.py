"""Draw how a run on arithmetic sharpened, from the recording in its folder (default: runs/arithmetic)."""

from __future__ import annotations

import sys
from pathlib import Path

from neural_programmer.line_chart import Axis, Curve, line_chart
from neural_programmer.recording import USUAL_RUN, Recording, read_recording

FIGURE = Path(__file__).resolve().parent / "images" / "arithmetic.svg"
_QUESTION = 0


def figure(recording: Recording) -> str:
    """The chance of the likeliest operation of each step of the first question, and the accuracy on dev questions."""
    steps = [one.step for one in recording.checkpoints]
    curves = [
        Curve(
            f"step {place + 1}, surest operation",
            [(one.step, max(one.programs[_QUESTION][place].operations.values())) for one in recording.checkpoints],
        )
        for place in range(len(recording.checkpoints[0].programs[_QUESTION]))
    ]
    curves.append(Curve("dev accuracy", [(one.step, one.accuracy) for one in recording.checkpoints]))
    across = Axis("training steps", steps[0], steps[-1], logarithmic=True)
    return line_chart(f"“{recording.questions[_QUESTION]}”", across, Axis("", 0.0, 1.0), curves)


if __name__ == "__main__":
    FIGURE.write_text(figure(read_recording(sys.argv[1] if len(sys.argv) > 1 else USUAL_RUN)), encoding="utf-8")
