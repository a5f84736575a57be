"""How the model came to a program: its distributions at every step, for people to look at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StepTrace:
    """What the model weighed when it wrote one step of a program.

    ``operations``, ``columns`` and ``constants`` are pairs of a label and a probability, likeliest first; an argument
    that the step does not take has none. ``references`` holds such pairs of earlier steps' numbers for each reference
    the operation takes. ``attention`` is how much it looked at each token of the question, in the tokens' order, before
    it chose the operation; it sums to 1. ``argument_attention`` is where it looked for the arguments.
    """

    step: int
    operations: tuple[tuple[str, float], ...]
    attention: tuple[float, ...]
    columns: tuple[tuple[str, float], ...] = ()
    constants: tuple[tuple[str, float], ...] = ()
    references: tuple[tuple[tuple[int, float], ...], ...] = ()
    argument_attention: tuple[float, ...] = ()
