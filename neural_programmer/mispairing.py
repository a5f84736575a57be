"""Questions that a table cannot answer: real ones asked of another table, and a list that is about no table."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Sequence
from importlib.resources import files

from neural_programmer.data.wikitablequestions import DatasetError, Question

_TABLES_EACH = 3


def mispaired(questions: Sequence[Question], seed: int = 0) -> list[Question]:
    """The questions, each asked of another table of the same questions; their targets are empty: nothing is right.

    All questions about one table go to one other table: the next in an order that only the tables' names and the seed
    decide. Raises ``DatasetError`` where there are fewer than two tables.
    """
    shuffled = _shuffled_contexts(questions, seed)
    if len(shuffled) < 2:
        raise DatasetError("questions about at least two tables are needed to ask each of another table")
    other = dict(zip(shuffled, [*shuffled[1:], shuffled[0]], strict=True))
    return [_asked_of(question, other[question.context]) for question in questions]


def off_topic(questions: Sequence[Question], seed: int = 0) -> list[Question]:
    """The questions about no table, each asked of a few of the tables that these questions are about."""
    contexts = _shuffled_contexts(questions, seed)
    if not contexts:
        raise DatasetError("there are no questions whose tables could be asked")
    return [
        Question(f"off-topic-{number}-{place}", text, contexts[(number * _TABLES_EACH + place) % len(contexts)], ())
        for number, text in enumerate(off_topic_texts())
        for place in range(_TABLES_EACH)
    ]


def off_topic_texts() -> list[str]:
    """General knowledge, small talk, daily life, opinions and noise; the file's lines of comment are left out."""
    lines = (files("neural_programmer.data") / "off_topic.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _shuffled_contexts(questions: Sequence[Question], seed: int) -> list[str]:
    contexts = sorted({question.context for question in questions})
    random.Random(seed).shuffle(contexts)
    return contexts


def _asked_of(question: Question, context: str) -> Question:
    return dataclasses.replace(question, context=context, target=(), canonical=None)
