"""The error that every refused table raises."""

from __future__ import annotations


class TableError(ValueError):
    """A table could not be read; the message names the thing, what was expected, what came and the next step."""
