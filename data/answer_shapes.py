"""What kind of thing an answer is, as words: how many there are, how the first is written, how large it is."""

from __future__ import annotations

from neural_programmer.execution.exact import Answer

_MOST_PARTS = 4
_SIZES = ((0, "zero"), (1, "one"), (3, "few"), (12, "dozen"), (99, "tens"), (999, "hundreds"))


def answer_shapes(answer: Answer) -> list[str]:
    """The number of different answers first, then what is known of the first of them."""
    shapes = [f"{min(len(set(answer.values)), 3)} answers"]
    if not answer.values:
        return shapes
    first = answer.values[0]
    if isinstance(first, str):
        return [*shapes, f"written {_written(first)}", f"{min(len(first.split()), _MOST_PARTS)} words"]
    if isinstance(first, float):
        return [*shapes, _size(first)]
    return [*shapes, type(first).__name__]


def _written(text: str) -> str:
    """The kinds of a text's words, runs of one kind once: X capital first, A all capitals, x small, # digit first."""
    kinds: list[str] = []
    for word in text.split():
        kind = "-"
        if word[0].isdigit():
            kind = "#"
        elif len(word) > 1 and word.isupper() and word.isalpha():
            kind = "A"
        elif word[0].isalpha():
            kind = "X" if word[0].isupper() else "x"
        if kinds[-1:] != [kind]:
            kinds.append(kind)
    return "".join(kinds[:_MOST_PARTS]) + ("+" if len(kinds) > _MOST_PARTS else "")


def _size(number: float) -> str:
    if number != round(number):
        return "fraction"
    if number < 0:
        return "negative"
    if 1800 <= number <= 2100:
        return "year"
    return next((name for most, name in _SIZES if number <= most), "thousands")
