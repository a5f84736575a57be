"""Loading the model that a command's options name, with messages for what can be wrong."""

from __future__ import annotations

import argparse
import functools
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from neural_programmer.commands.exit_codes import UserError, bad_input

if TYPE_CHECKING:
    from neural_programmer.api import NeuralProgrammer
    from neural_programmer.data.wikitablequestions import Question


def model_loader(arguments: argparse.Namespace) -> Callable[[], NeuralProgrammer]:
    """A function, which another process can receive, that loads the model which the options name."""
    from neural_programmer.api import load

    return functools.partial(load, arguments.checkpoint, arguments.threshold, getattr(arguments, "members", ()))


def load_model(arguments: argparse.Namespace) -> NeuralProgrammer:
    """The model that the options name; `UserError` where there is none."""
    import torch

    # The model is small: more threads would wait for each other, and the order of sums must not depend on the machine.
    torch.set_num_threads(1)
    with bad_input(*model_errors()):
        return model_loader(arguments)()


def model_errors() -> tuple[type[Exception], ...]:
    """What loading a model raises where it is absent or damaged."""
    from neural_programmer.calibration import CalibrationError
    from neural_programmer.checkpoint import CheckpointError

    return CheckpointError, CalibrationError


def warn_of_learned(arguments: argparse.Namespace, questions: Sequence[Question]) -> None:
    """Say on standard error where the model has learned from the questions that it is to be judged by."""
    from neural_programmer import checkpoint
    from neural_programmer.data.wikitablequestions import DatasetError, WikiTableQuestions

    # What cannot be loaded here is told by what comes after.
    try:
        split = checkpoint.load(arguments.checkpoint or checkpoint.shipped()).notes.get(checkpoint.LEARNED_FROM)
        learned = {one.id for one in WikiTableQuestions(arguments.root).questions(split)} if split else set()
    except (checkpoint.CheckpointError, DatasetError):
        return
    count = sum(one.id in learned for one in questions)
    if count:
        print(
            f"neural-programmer: the model has learned from {count:,} of these {len(questions):,} questions ({split}): "
            "on others it is right less often",
            file=sys.stderr,
        )


def check_dialect(dialect: str) -> None:
    """`UserError`, listing the known dialects, where this is none of them."""
    from neural_programmer.execution.sql import DIALECTS

    if dialect not in DIALECTS:
        raise UserError(f"there is no SQL dialect {dialect!r}; known dialects: {', '.join(DIALECTS)}")


def check_model(arguments: argparse.Namespace) -> None:
    """`UserError` where a named checkpoint is not there, before anything is started that would need it."""
    from neural_programmer.checkpoint import shipped

    folder = arguments.checkpoint or shipped()
    if not folder.is_dir():
        raise UserError(f"no checkpoint in {folder}; make one with `neural-programmer train CONFIG`")
