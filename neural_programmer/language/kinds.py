"""Kinds of results that steps produce."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What a step produces; only cells, numbers and groups can be answers."""

    ROWS = "rows"
    NUMBER = "number"
    CELLS = "cells"
    GROUPS = "groups"
