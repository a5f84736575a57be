"""Stopping work that nobody waits for any more: whoever does the work asks now and then whether to go on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_OF_THREAD = threading.local()


class CancelledError(Exception):
    """The work was called off; what was done so far is lost."""


@contextmanager
def cancelled_when(called_off: Callable[[], bool]) -> Iterator[None]:
    """Within the block, `go_on` raises in this thread as soon as ``called_off`` is true; blocks do not nest."""
    _OF_THREAD.called_off = called_off
    try:
        yield
    finally:
        _OF_THREAD.called_off = None


def go_on() -> None:
    """Do nothing, or raise ``CancelledError`` where the work of this thread was called off."""
    called_off = getattr(_OF_THREAD, "called_off", None)
    if called_off is not None and called_off():
        raise CancelledError("the work was called off")
