"""Which column views and constants a question may use."""

from __future__ import annotations

from neural_programmer.language.candidates import Candidates
from neural_programmer.tables.matching.linking import Linking
from neural_programmer.tables.table import Table
from neural_programmer.tables.views import ViewKind

# How long a text is matters only to questions that ask for it.
_LENGTH_WORDS = frozenset({"long", "longer", "longest", "short", "shorter", "shortest", "length", "letters", "characters"})


def offer(table: Table, linking: Linking) -> Candidates:
    """The candidates of a question: the table's views, and the constants of the mentions in the question's order."""
    keys = {token.key for token in linking.tokens}
    with_length = bool(keys & _LENGTH_WORDS)
    columns = tuple(
        reference
        for reference in table.view_references
        if with_length or reference.view is not ViewKind.LENGTH
    )
    mentions = sorted(linking.mentions, key=lambda mention: (mention.start, mention.end, mention.constant.kind))
    return Candidates(columns, tuple(dict.fromkeys(mention.constant for mention in mentions)))
