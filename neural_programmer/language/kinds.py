"""Kinds of results that steps produce."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What a step produces; all but rows can be answers.

    A phrase is an answer in words, told by a number: which of two words (1 the first, 0 the second), or how many units.
    """

    ROWS = "rows"
    NUMBER = "number"
    CELLS = "cells"
    GROUPS = "groups"
    PHRASE = "phrase"
