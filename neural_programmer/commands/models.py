"""Loading the model that a command's options name, with messages for what can be wrong."""

from __future__ import annotations

import argparse
import functools
from collections.abc import Callable
from typing import TYPE_CHECKING

from neural_programmer.commands.exit_codes import UserError, bad_input

if TYPE_CHECKING:
    from neural_programmer.api import NeuralProgrammer


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
