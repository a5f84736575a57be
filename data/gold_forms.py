"""The logical forms that come with WikiTableQuestions: the first 300 training questions, annotated by its authors.

They are written in lambda dependency-based compositional semantics (Liang 2013), as lists in parentheses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from neural_programmer.data.wikitablequestions import DatasetError

FILE = "annotated-all.examples"
Expression = str | tuple["Expression", ...]
_TOKENS = re.compile(r'\s+|#[^\n]*|(?P<paren>[()])|"(?P<text>(?:[^"\\]|\\.)*)"|(?P<atom>[^\s()"]+)')


@dataclass(frozen=True, slots=True)
class GoldForm:
    """A question with its forms: the first is the annotated one, the others say the same in another way.

    Where there is none, ``refusal`` is what the annotator wrote instead.
    """

    id: str
    question: str
    context: str
    target: tuple[str, ...]
    forms: tuple[Expression, ...]
    refusal: str = ""


def read_expressions(text: str) -> tuple[Expression, ...]:
    """The expressions in a text: atoms and texts as strings, lists as tuples; `DatasetError` for a stray parenthesis.

    What follows a # is a comment.
    """
    stack: list[list[Expression]] = [[]]
    at = 0
    while at < len(text):
        match = _TOKENS.match(text, at)
        if match is None:
            raise DatasetError(f"expected a parenthesis, an atom or a text, but found {text[at : at + 20]!r}")
        at = match.end()
        if match["paren"] == "(":
            stack.append([])
        elif match["paren"] == ")":
            if len(stack) == 1:
                raise DatasetError(f"expected an opening parenthesis before the closing one at character {at}")
            closed = tuple(stack.pop())
            stack[-1].append(closed)
        elif match["atom"] is not None:
            stack[-1].append(match["atom"])
        elif match["text"] is not None:
            stack[-1].append(re.sub(r"\\(.)", r"\1", match["text"]))
    if len(stack) > 1:
        raise DatasetError(f"expected {len(stack) - 1} more closing parentheses at the end")
    return tuple(stack[0])


def written(expression: Expression) -> str:
    """The expression in parentheses again."""
    return expression if isinstance(expression, str) else f"({' '.join(map(written, expression))})"


def read_gold_forms(root: Path) -> list[GoldForm]:
    """The annotated questions of the data set at ``root``, in order; `DatasetError` where they are not there."""
    path = root / "data" / FILE
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(
            f"cannot read {path}: {error}; the gold forms come with the full release of WikiTableQuestions"
        ) from error
    return [_gold_form(one[1:]) for one in read_expressions(text) if one[:1] == ("example",)]


def _gold_form(fields: Expression) -> GoldForm:
    def values(name: str) -> Iterator[tuple[Expression, ...]]:
        return (one[1:] for one in fields if not isinstance(one, str) and one[0] == name)

    def only(name: str) -> Expression:
        found = next(values(name), ())
        if len(found) != 1:
            raise DatasetError(f"expected one ({name} …) in an example, but found {written(tuple(fields))[:80]!r}")
        return found[0]

    # The target is (list (description "…") …), the context (graph tables.TableKnowledgeGraph PATH).
    target = tuple(str(one[1]) for one in only("targetValue")[1:])
    context = str(only("context")[-1])
    forms = tuple(one[0] for name in ("targetFormula", "alternativeFormula") for one in values(name))
    refusal = "" if forms else str(next(values("error"), ("",))[0])
    return GoldForm(str(only("id")), str(only("utterance")), context, target, forms, refusal)
