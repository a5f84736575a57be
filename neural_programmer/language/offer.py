"""Which column views and constants a question may use."""

from __future__ import annotations

import numpy as np

from neural_programmer.language.candidates import Candidates
from neural_programmer.tables.matching.linking import Linking
from neural_programmer.tables.table import Column, Table
from neural_programmer.tables.views import ViewKind

# How long a text is matters only to questions that ask for it, not to those for the longest river.
_LETTERS = frozenset({"letter", "letters", "character", "characters", "spelled"})
_LENGTHS = frozenset({"long", "longer", "longest", "short", "shorter", "shortest", "length"})
_TEXTS = frozenset({"name", "names", "title", "titles", "word", "words", "text", "texts"})


def offer(table: Table, linking: Linking) -> Candidates:
    """The candidates of a question: the table's views, and the constants of the mentions in the question's order."""
    keys = {token.key for token in linking.tokens}
    with_length = bool(keys & _LETTERS or (keys & _LENGTHS and keys & _TEXTS))
    plain_years = {column.name for column in table.columns if _holds_plain_years(column)}
    columns = tuple(
        reference
        for reference in table.view_references
        if (with_length or reference.view is not ViewKind.LENGTH)
        and not (reference.view is ViewKind.DATE and reference.column in plain_years)
    )
    mentions = sorted(linking.mentions, key=lambda mention: (mention.start, mention.end, mention.constant.kind))
    return Candidates(columns, tuple(dict.fromkeys(mention.constant for mention in mentions)))


def _holds_plain_years(column: Column) -> bool:
    """Whether the column's dates are nothing but its numbers: years, which need no second way to be compared."""
    number, date = column.views.get(ViewKind.NUMBER), column.views.get(ViewKind.DATE)
    if number is None or date is None or not np.array_equal(number.mask, date.mask):
        return False
    return all(iso.isdecimal() for iso in date.iso_of_groups) and len(number.distinct) == len(date.distinct)
