"""Questions to begin with: made from the types of a table's columns, and kept where the model has a sure answer."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

from neural_programmer.response import Response
from neural_programmer.tables.table import Column, Table
from neural_programmer.tables.views import ViewKind
from neural_programmer.ui.state import Suggestion
from neural_programmer.ui.wording import answer_texts

_MOST_QUESTIONS = 6
_MOST_SHOWN = 3
_LARGE_TABLE = 200_000
_LEAST_CONFIDENCE = 0.6
_LONGEST_NAME = 40
_SAMPLED_ROWS = 2000
_NUMBER_FIRST = re.compile(r"\W*\d")
# Names and values that would look like something else than words in a question.
_UNFIT = re.compile(r"[\n\r\"<>\\]|://|www\.|@")


def executed(questions: Sequence[str], ask: Callable[[str], Response], least: float = 0.0) -> tuple[Suggestion, ...]:
    """The questions that have an answer of at least that confidence, each with its answer; at most six."""
    found: list[Suggestion] = []
    for question in questions:
        response = ask(question)
        if not response.abstained and response.answer and response.confidence >= least:
            found.append(Suggestion(question, _answer(response)))
        if len(found) == _MOST_QUESTIONS:
            break
    return tuple(found)


def suggest(table: Table, ask: Callable[[str], Response]) -> tuple[Suggestion, ...]:
    """Questions about a table that the model answers with high confidence; fewer are tried of a large table."""
    questions = suggest_questions(table)
    if table.number_of_rows * len(table.columns) > _LARGE_TABLE:
        questions = questions[:4]
    return executed(questions, ask, _LEAST_CONFIDENCE)


def _answer(response: Response) -> str:
    texts = answer_texts(response)
    more = len(texts) - _MOST_SHOWN
    return ", ".join(texts[:_MOST_SHOWN]) + (f" and {more} more" if more > 0 else "")


def suggest_questions(table: Table) -> tuple[str, ...]:
    """The questions that the columns of a table make sensible, of different kinds first."""
    columns = [column for column in table.columns if _fits(column.header)]
    subject = next((column for column in columns if _names_rows(column)), None)
    numbers = [column for column in columns if _is_numeric(column) and not _counts_rows(column)]
    dates = [column for column in columns if ViewKind.DATE in column.views]
    shared = [
        (column, value) for column in columns if column is not subject and (value := _common_value(column)) is not None
    ]
    kinds: list[list[str]] = [
        [f"how many rows have {_lower(column)} {value}?" for column, value in shared[:2]],
        [f"what is the average {_lower(column)}?" for column in numbers[:2]],
        [f"what is the most common {_lower(column)}?" for column, _ in shared[:2]],
        [f"what is the total {_lower(column)}?" for column in numbers[:1]],
    ]
    if subject is not None:
        kinds = [
            [f"which {_lower(subject)} has the highest {_lower(column)}?" for column in numbers[:3]],
            [f"which {_lower(subject)} has the earliest {_lower(column)}?" for column in dates[:1]],
            *kinds,
            [f"which {_lower(subject)} has the lowest {_lower(column)}?" for column in numbers[:1]],
        ]
    kinds.append(["how many rows are there?"])
    rounds = range(max(map(len, kinds)))
    return tuple(dict.fromkeys(kind[turn] for turn in rounds for kind in kinds if turn < len(kind)))


def _lower(column: Column) -> str:
    """A header within a sentence: its first letter is small unless the word has more capitals."""
    header = " ".join(column.header.split())
    return header[0].lower() + header[1:] if header[1:2].islower() else header


def _fits(text: str) -> bool:
    return bool(text.strip()) and len(text) <= _LONGEST_NAME and not _UNFIT.search(text)


def _is_numeric(column: Column) -> bool:
    """Whether the cells are numbers, perhaps with units; "Boeing 747" has a number but begins with a word."""
    if ViewKind.NUMBER not in column.views or ViewKind.DATE in column.views:
        return False
    cells = [cell for cell in column.cells[:_SAMPLED_ROWS] if cell.strip()]
    return sum(bool(_NUMBER_FIRST.match(cell)) for cell in cells) * 2 > len(cells)


def _is_text(column: Column) -> bool:
    return ViewKind.DATE not in column.views and not _is_numeric(column)


def _counts_rows(column: Column) -> bool:
    """Whether the numbers only number the rows, as in a column of ranks or keys."""
    cells = column.cells[:_SAMPLED_ROWS]
    start = cells[0].strip() if cells else ""
    return start in {"0", "1"} and all(cell.strip() == str(int(start) + row) for row, cell in enumerate(cells))


def _names_rows(column: Column) -> bool:
    """Whether nearly every row has a text of its own here, as names do."""
    if not _is_text(column):
        return False
    cells = [cell for cell in column.cells[:_SAMPLED_ROWS] if cell.strip()]
    return bool(cells) and len(set(cells)) >= 0.8 * len(cells)


def _common_value(column: Column) -> str | None:
    """A text that stands in several rows, but not in all."""
    if not _is_text(column):
        return None
    counts = Counter(column.cells[:_SAMPLED_ROWS])
    value, count = counts.most_common(1)[0] if counts else ("", 0)
    return value if _fits(value) and count >= 2 and len(counts) > 1 else None
