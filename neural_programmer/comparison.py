"""Two sets of answers to the same questions compared, pair by pair."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from neural_programmer.data.evaluator import denotation_equal
from neural_programmer.data.wikitablequestions import DatasetError, Question
from neural_programmer.evaluation import require_target

_RESAMPLES = 20_000
_SEED = 0


@dataclass(frozen=True, slots=True)
class Answers:
    """The items that one system answered, by question."""

    name: str
    items: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Pair:
    """One question with both answers and whether they are right."""

    question: Question
    first: tuple[str, ...]
    second: tuple[str, ...]
    first_right: bool
    second_right: bool


@dataclass(frozen=True)
class Comparison:
    """Both systems on every question."""

    pairs: Sequence[Pair]

    @property
    def first_accuracy(self) -> float:
        """The share of questions that the first answers rightly."""
        return sum(pair.first_right for pair in self.pairs) / len(self.pairs)

    @property
    def second_accuracy(self) -> float:
        """The share of questions that the second answers rightly."""
        return sum(pair.second_right for pair in self.pairs) / len(self.pairs)

    @property
    def gained(self) -> list[Pair]:
        """The questions that only the second answers rightly."""
        return [pair for pair in self.pairs if pair.second_right and not pair.first_right]

    @property
    def lost(self) -> list[Pair]:
        """The questions that only the first answers rightly."""
        return [pair for pair in self.pairs if pair.first_right and not pair.second_right]

    @property
    def difference(self) -> float:
        """The second accuracy minus the first."""
        return (len(self.gained) - len(self.lost)) / len(self.pairs)

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% confidence interval of the difference: a paired bootstrap over the questions, always the same.

        Efron and Tibshirani 1993, "An Introduction to the Bootstrap", section 13.3 (percentiles).
        """
        total, gained, lost = len(self.pairs), len(self.gained), len(self.lost)
        # What a resample of the questions holds of each kind is multinomial: the questions need not be drawn.
        shares = np.array([gained, lost, total - gained - lost]) / total
        drawn = np.random.default_rng(_SEED).multinomial(total, shares, size=_RESAMPLES)
        low, high = np.percentile((drawn[:, 0] - drawn[:, 1]) / total, [2.5, 97.5])
        return float(low), float(high)

    @property
    def chance(self) -> float:
        """How likely so uneven a change would be if neither were better: McNemar's exact test, two-sided."""
        changed, fewer = len(self.gained) + len(self.lost), min(len(self.gained), len(self.lost))
        tail = sum(math.comb(changed, number) for number in range(fewer + 1))
        # Whole numbers, since neither the sum nor the power has to fit a float.
        return min(1.0, float(2 * tail / (1 << changed)))

    def to_json(self) -> dict[str, Any]:
        """The figures as JSON values."""
        low, high = self.interval
        return {
            "questions": len(self.pairs),
            "first_accuracy": self.first_accuracy,
            "second_accuracy": self.second_accuracy,
            "difference": self.difference,
            "interval": [low, high],
            "chance": self.chance,
            "gained": [pair.question.id for pair in self.gained],
            "lost": [pair.question.id for pair in self.lost],
        }


def compare(questions: Sequence[Question], first: Answers, second: Answers) -> Comparison:
    """Judge both on every question; raises ``DatasetError`` where a question has no target or no line in a file."""
    if not questions:
        raise DatasetError("there are no questions to compare on")
    pairs = []
    for question in questions:
        target = require_target(question)
        one, other = _of(first, question), _of(second, question)
        pairs.append(Pair(question, one, other, _right(question, target, one), _right(question, target, other)))
    return Comparison(pairs)


def _of(answers: Answers, question: Question) -> tuple[str, ...]:
    try:
        return answers.items[question.id]
    except KeyError:
        raise DatasetError(
            f"{answers.name} has no line for question {question.id}; write it with `predict` from the same questions"
        ) from None


def _right(question: Question, target: tuple[str, ...], items: tuple[str, ...]) -> bool:
    return bool(items) and denotation_equal(target, items, question.canonical)


def read_answers(path: Path) -> Answers:
    """The answers in a file that `predict` wrote: the prediction file or its details. Raises ``DatasetError``."""
    items: dict[str, tuple[str, ...]] = {}
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"cannot read {path}: {error}") from error
    for number, line in enumerate(lines, start=1):
        if line:
            id_, found = _details(path, number, line) if line.startswith("{") else _prediction(line)
            if id_ in items:
                raise DatasetError(f"{path}, line {number}: question {id_} has a line already")
            items[id_] = found
    return Answers(str(path), items)


def _prediction(line: str) -> tuple[str, tuple[str, ...]]:
    id_, *items = line.rstrip("\r").split("\t")
    return id_, tuple(items)


def _details(path: Path, number: int, line: str) -> tuple[str, tuple[str, ...]]:
    try:
        read = json.loads(line)
        id_, items = read["id"], read["items"]
        if not isinstance(id_, str) or not isinstance(items, list) or not all(isinstance(one, str) for one in items):
            raise TypeError("id must be a text and items a list of texts")
    except (ValueError, KeyError, TypeError) as error:
        raise DatasetError(
            f"{path}, line {number}: expected an object with id and items, as `predict --details` writes it ({error!r})"
        ) from error
    return id_, tuple(items)


def changed_lines(comparison: Comparison) -> Iterator[str]:
    """The questions that changed, as a list for people to read: first those gained, then those lost."""
    for title, pairs in (("Only the second is right", comparison.gained), ("Only the first is right", comparison.lost)):
        yield f"{title}: {len(pairs)} questions"
        for pair in pairs:
            yield ""
            yield f"{pair.question.id}  {pair.question.context}"
            yield f"  question  {_one_line(pair.question.utterance)}"
            yield f"  gold      {_items(require_target(pair.question))}"
            yield f"  first     {_items(pair.first)}"
            yield f"  second    {_items(pair.second)}"
        yield ""


def _items(items: tuple[str, ...]) -> str:
    return " | ".join(map(_one_line, items)) if items else "(none)"


def _one_line(text: str) -> str:
    return " ".join(text.split())
