"""Questions of arithmetic, made up: the simplest task of Neural Programmer, with no table and only the number given."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from neural_programmer.tables.word_lists import word_list

MOST_OPERATIONS = 3
# A divisor nearer to 0 than this is drawn anew: nobody asks for 12 divided by almost nothing.
_LEAST_DIVISOR = 0.5


@functools.cache
def _words() -> dict[int, str]:
    return {int(value): word for word, value in word_list("number_words").items() if value <= _LARGEST_IN_WORDS}


@dataclass(frozen=True)
class ArithmeticQuestion:
    """A question, the number that answers it, and how many operations that takes."""

    text: str
    answer: float
    operations: int


@dataclass(frozen=True)
class _Phrase:
    """A part of a question: its words, and what it comes to."""

    words: str
    value: float


_Combine = Callable[[float, float], float]
_OPERATORS: Mapping[str, _Combine] = MappingProxyType(
    {
        "add": lambda left, right: left + right,
        "subtract": lambda left, right: left - right,
        "multiply": lambda left, right: left * right,
        "divide": lambda left, right: left / right,
    }
)
# Two numbers joined by words between them, named by a noun, and as a request.
_INFIX = {
    "add": ("{a} plus {b}", "{b} added to {a}"),
    "subtract": ("{a} minus {b}", "{a} less {b}"),
    "multiply": ("{a} times {b}", "{a} multiplied by {b}"),
    "divide": ("{a} divided by {b}", "{a} over {b}"),
}
_NOUN = {
    "add": ("the sum of {a} and {b}", "the total of {a} and {b}"),
    "subtract": ("the difference between {a} and {b}", "the difference of {a} and {b}"),
    "multiply": ("the product of {a} and {b}",),
    "divide": ("the quotient of {a} and {b}", "the ratio of {a} to {b}"),
}
_REQUEST = {
    "add": ("add {a} and {b}", "take {a} and add {b}"),
    "subtract": ("subtract {b} from {a}", "take {b} away from {a}", "take {a} and subtract {b}"),
    "multiply": ("multiply {a} by {b}", "take {a} and multiply it by {b}"),
    "divide": ("divide {a} by {b}", "take {a} and divide it by {b}"),
}
# What is done with everything before it: the pipe.
_NEXT = {
    "add": (", plus {b}", ", then add {b}"),
    "subtract": (", minus {b}", ", then subtract {b}"),
    "multiply": (", times {b}", ", then multiply by {b}"),
    "divide": (", divided by {b}", ", then divide by {b}"),
}
_FRAMES = ("what is {e}?", "how much is {e}?", "calculate {e}", "{e}", "work out {e}.")
_LARGEST_IN_WORDS = 20
_IN_WORDS = 0.3


class _Writer:
    def __init__(self, random: np.random.Generator, least: int, most: int) -> None:
        self.random = random
        self.range = (least, most)

    def choice(self, options: tuple[str, ...]) -> str:
        return options[int(self.random.integers(len(options)))]

    def leaf(self) -> _Phrase:
        number = int(self.random.integers(self.range[0], self.range[1] + 1))
        in_words = number <= _LARGEST_IN_WORDS and self.random.random() < _IN_WORDS
        return _Phrase(_words()[number] if in_words else str(number), float(number))

    def operator(self) -> str:
        return self.choice(tuple(_OPERATORS))

    def combined(self, forms: Mapping[str, tuple[str, ...]], left: _Phrase, right: _Phrase) -> _Phrase:
        name = self.operator()
        value = _apply(name, left.value, right.value)
        template = self.choice(forms[name])
        if "difference" in template and value < 0:
            # People mean by how much two numbers differ.
            left, right, value = right, left, -value
        return _Phrase(template.format(a=left.words, b=right.words), value)

    def noun(self) -> _Phrase:
        return self.combined(_NOUN, self.leaf(), self.leaf())

    def opening(self) -> tuple[_Phrase, bool]:
        """A first operation on two numbers, and whether it is a request."""
        forms = (_INFIX, _NOUN, _REQUEST)[int(self.random.integers(3))]
        return self.combined(forms, self.leaf(), self.leaf()), forms is _REQUEST

    def nested(self) -> tuple[_Phrase, bool]:
        """A number and a noun of two numbers, "5 minus the sum of 3 and 4", and that it is no request."""
        forms = (_INFIX, _NOUN)[int(self.random.integers(2))]
        return self.combined(forms, self.leaf(), self.noun()), False

    def then(self, before: _Phrase, operand: _Phrase) -> _Phrase:
        name = self.operator()
        words = self.choice(_NEXT[name]).format(b=operand.words)
        return _Phrase(before.words + words, _apply(name, before.value, operand.value))

    def expression(self, operations: int) -> tuple[_Phrase, bool]:
        """A phrase of so many operations, and whether it is a request."""
        if operations == 1:
            return self.opening()
        if operations == 2 and self.random.random() < 0.5:
            return self.nested()
        # The last operation takes a number, or where there is room a noun of two.
        by_noun = operations > 2 and self.random.random() < 0.5
        before, request = self.expression(operations - (2 if by_noun else 1))
        return self.then(before, self.noun() if by_noun else self.leaf()), request


def _apply(name: str, left: float, right: float) -> float:
    if name == "divide" and abs(right) < _LEAST_DIVISOR:
        raise ZeroDivisionError
    return _OPERATORS[name](left, right)


def arithmetic_questions(
    count: int,
    seed: int,
    *,
    least: int = 1,
    most: int = 20,
    operations: int = MOST_OPERATIONS,
    mostly_long: bool = False,
) -> list[ArithmeticQuestion]:
    """Different questions of 1 to ``operations`` operations over whole numbers from ``least`` to ``most``.

    As many of each number of operations, or ``mostly_long`` twice as many of two as of one, three times as many of
    three and so on. The same seed gives the same questions; ``ValueError`` where there are not so many.
    """
    turns = [number for number in range(1, operations + 1) for _ in range(number if mostly_long else 1)]
    random = np.random.default_rng((seed, least, most))
    writer = _Writer(random, least, most)
    found: dict[str, ArithmeticQuestion] = {}
    for _ in range(50 * count):
        if len(found) == count:
            return list(found.values())
        number = turns[len(found) % len(turns)]
        try:
            phrase, request = writer.expression(number)
        except ZeroDivisionError:
            continue
        frame = "{e}" if request else writer.choice(_FRAMES)
        text = frame.format(e=phrase.words)
        found.setdefault(text, ArithmeticQuestion(text, phrase.value, number))
    raise ValueError(f"there are fewer than {count} different questions with numbers from {least} to {most}")
