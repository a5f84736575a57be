"""A made-up task: small tables of made-up players and questions by template, to see that learning works at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from neural_programmer.tables.build import build_table
from neural_programmer.tables.table import Table

_SYLLABLES = ("ba", "do", "fe", "gi", "ku", "la", "mo", "ne", "pi", "ro", "su", "ta", "vi", "zo")
_TEAMS = ("reds", "blues", "greens", "golds")
HEADERS = ("Player", "Team", "Points", "Height")


@dataclass(frozen=True, eq=False)
class AskedQuestion:
    """A question about a table with the items of its right answer."""

    id: str
    table: Table
    question: str
    target: tuple[str, ...]


@dataclass(frozen=True)
class _Row:
    player: str
    team: str
    points: int
    height: int


def _rows(random: np.random.Generator) -> list[_Row]:
    count = int(random.integers(5, 9))
    names: dict[str, None] = {}
    while len(names) < count:
        names["".join(random.choice(_SYLLABLES, size=3)).capitalize()] = None
    points = random.permutation(np.arange(3, 60))[:count].tolist()
    heights = random.permutation(np.arange(150, 210))[:count].tolist()
    teams = [str(random.choice(_TEAMS[:3])) for _ in range(count)]
    return [_Row(*row) for row in zip(names, teams, points, heights, strict=True)]


def _points_of(rows: Sequence[_Row], random: np.random.Generator) -> tuple[str, list[str]]:
    row = rows[int(random.integers(len(rows)))]
    return f"how many points did {row.player} score?", [str(row.points)]


def _most(rows: Sequence[_Row], random: np.random.Generator) -> tuple[str, list[str]]:
    if random.random() < 0.5:
        return "which player scored the most points?", [max(rows, key=lambda row: row.points).player]
    return "which player has the lowest height?", [min(rows, key=lambda row: row.height).player]


def _count(rows: Sequence[_Row], random: np.random.Generator) -> tuple[str, list[str]]:
    team = rows[int(random.integers(len(rows)))].team
    return f"how many players are in the {team}?", [str(sum(row.team == team for row in rows))]


def _total(rows: Sequence[_Row], random: np.random.Generator) -> tuple[str, list[str]]:
    team = rows[int(random.integers(len(rows)))].team
    return f"what is the total of points of the {team}?", [str(sum(row.points for row in rows if row.team == team))]


def _after(rows: Sequence[_Row], random: np.random.Generator) -> tuple[str, list[str]]:
    at = int(random.integers(len(rows) - 1))
    return f"which player is listed after {rows[at].player}?", [rows[at + 1].player]


_TEMPLATES: tuple[Callable[[Sequence[_Row], np.random.Generator], tuple[str, list[str]]], ...] = (
    _points_of,
    _most,
    _count,
    _total,
    _after,
)


def synthetic_questions(tables: int, seed: int) -> list[AskedQuestion]:
    """One question by each template about each of so many tables; the same seed gives the same questions."""
    random = np.random.default_rng(seed)
    asked: list[AskedQuestion] = []
    for number in range(tables):
        rows = _rows(random)
        cells = [[row.player, row.team, str(row.points), str(row.height)] for row in rows]
        table = build_table(HEADERS, cells, name=f"players {seed}-{number}")
        for template in _TEMPLATES:
            question, target = template(rows, random)
            asked.append(AskedQuestion(f"synthetic-{seed}-{number}-{len(asked)}", table, question, tuple(target)))
    return asked
