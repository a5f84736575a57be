"""The questions of a session with their answers, to be looked at again, pinned and compared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from neural_programmer.execution.english_words import column_words
from neural_programmer.given import GivenResponse
from neural_programmer.language.text_form import write_step
from neural_programmer.response import Response

MOST_ENTRIES = 100


@dataclass(eq=False)
class Entry:
    """One question with its response; ``number`` counts from 1, ``source`` says where its table came from."""

    number: int
    response: Response
    source: str
    pinned: bool = False


@dataclass
class History:
    """The questions asked, the latest last. Of more than ``MOST_ENTRIES`` the oldest that is not pinned goes."""

    entries: list[Entry] = field(default_factory=list)
    _count: int = 0

    def add(self, response: Response, source: str) -> Entry:
        """Remember a response."""
        self._count += 1
        entry = Entry(self._count, response, source)
        self.entries.append(entry)
        while len(self.entries) > MOST_ENTRIES:
            # Never the newest, even where all others are pinned.
            oldest = next((one for one in self.entries[:-1] if not one.pinned), self.entries[0])
            self.entries.remove(oldest)
        return entry

    def shown(self) -> list[Entry]:
        """Pinned questions first, then the others, each from the latest back."""
        return sorted(self.entries, key=lambda entry: (not entry.pinned, -entry.number))

    def entry(self, number: int) -> Entry | None:
        """The question of that number, if it is still remembered."""
        return next((entry for entry in self.entries if entry.number == number), None)

    def pin(self, number: int) -> None:
        """Pin a question, or take its pin away."""
        entry = self.entry(number)
        if entry is not None:
            entry.pinned = not entry.pinned

    def clear(self) -> None:
        """Forget everything that is not pinned."""
        self.entries = [entry for entry in self.entries if entry.pinned]


@dataclass(frozen=True)
class Comparison:
    """Two answers side by side: ``same_answer``, and for each aspect what the one and the other say of it."""

    same_answer: bool
    aspects: tuple[tuple[str, str, str], ...]


def compare(one: Response, other: Response) -> Comparison:
    """What two responses have in common, and where they differ."""
    pairs = (
        ("Question", one.question, other.question),
        ("Table", one.prepared.table.name, other.prepared.table.name),
        ("In words", one.explanation, other.explanation),
        ("Columns", _columns(one), _columns(other)),
        ("Steps only here", *_steps_apart(one, other)),
        ("Rows read", _rows(one), _rows(other)),
        ("Confidence", _confidence(one), _confidence(other)),
    )
    same = not one.abstained and not other.abstained and sorted(map(str, one.answer)) == sorted(map(str, other.answer))
    return Comparison(same, pairs)


def _columns(response: Response) -> str:
    steps = () if response.program is None else response.program.steps
    return ", ".join(dict.fromkeys(column_words(step.column) for step in steps if step.column is not None))


def _steps_apart(one: Response, other: Response) -> tuple[str, str]:
    """The steps that only one of the two programs has."""
    mine, theirs = _steps(one), _steps(other)
    return _listed(step for step in mine if step not in theirs), _listed(step for step in theirs if step not in mine)


def _steps(response: Response) -> list[str]:
    return [] if response.program is None else [write_step(step) for step in response.program]


def _listed(steps: Iterable[str]) -> str:
    return "; ".join(steps)


def _confidence(response: Response) -> str:
    """A model's confidence; nothing judged a program that was given."""
    return str(response.way) if isinstance(response, GivenResponse) else f"{response.confidence:.0%}"


def _rows(response: Response) -> str:
    rows = len({row for row, _ in response.cells})
    return f"{rows:,} of {response.prepared.table.number_of_rows:,}"
