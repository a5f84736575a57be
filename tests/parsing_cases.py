"""Reads the plain-text pairs of cells and their readings in `tests/fixtures`."""

from __future__ import annotations

from pathlib import Path


def cases(name: str) -> list[tuple[str, str]]:
    """The (cell, expected reading) pairs of ``tests/fixtures/<name>.txt``; ``\\n`` in a cell is a line break."""
    lines = (Path(__file__).parent / "fixtures" / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.split(" => ") for line in lines if line and not line.startswith("# ")]
    return [(cell.replace("\\n", "\n"), expected) for cell, expected in pairs]
