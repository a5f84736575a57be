"""Exit codes of the commands, and the error that stands for bad input."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

ANSWERED = 0
BAD_INPUT = 2
ABSTAINED = 3
INTERRUPTED = 130


class UserError(Exception):
    """What the user gave cannot be used; the message says why and what to do."""


@contextmanager
def bad_input(*errors: type[Exception]) -> Iterator[None]:
    """Turn the errors that input can cause into `UserError`; any other is a fault of the program and shows itself."""
    try:
        yield
    except errors as error:
        raise UserError(str(error) or type(error).__name__) from error
