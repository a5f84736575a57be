"""What is known of a table's contents, so that a query need not say more than it must.

Every fact may be unknown. A query built without facts is right too, only longer: it compares the typed columns and
guards against everything that the rows could hold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from weakref import WeakKeyDictionary

import numpy as np

from neural_programmer.tables.phrases import LARGEST_COUNT
from neural_programmer.tables.table import Table
from neural_programmer.tables.values import Text, ValueType, text_key, text_words
from neural_programmer.tables.views import View, ViewKind, ViewReference

# What LIKE takes for more than itself in one of the dialects.
PLACEHOLDERS_OF_LIKE = frozenset("%_\\[")


class SqlFacts:
    """Nothing is known: what holds for a table whose rows were not looked at."""

    def spellings(self, reference: ViewReference, text: str) -> tuple[str, ...] | None:
        """How the texts that equal the text are written in the column; the text itself where there are none."""
        del reference, text
        return None

    def spelled_alike(self, reference: ViewReference) -> bool:
        """Whether equal values are written alike, so that the column itself may be compared and grouped."""
        del reference
        return False

    def pattern(self, reference: ViewReference, text: str) -> str | None:
        """A text that stands in the cells, whatever the letter case, just where the words of ``text`` do."""
        del reference, text
        return None

    def is_unique(self, reference: ViewReference) -> bool:
        """Whether no two rows have the same value."""
        del reference
        return False

    def are_counts(self, reference: ViewReference) -> bool:
        """Whether all numbers are whole, and every sum of them is one that floating-point numbers hold exactly."""
        del reference
        return False

    @property
    def floating(self) -> bool:
        """Whether every stored column of numbers holds floating-point numbers, so that none divides as whole ones."""
        return False


class TableFacts(SqlFacts):
    """The facts of a table in memory; each is worked out when it is first asked for.

    ``stored`` gives a text as the database holds it.
    """

    def __init__(self, table: Table, stored: Callable[[str], str]) -> None:
        # Nothing in here holds the table itself, so that the facts go when the table does.
        self._views: Mapping[ViewReference, _ViewFacts] = MappingProxyType(
            {
                reference: _ViewFacts(table.view(reference), _texts(table, reference), stored)
                for reference in table.view_references
            }
        )

    def spellings(self, reference: ViewReference, text: str) -> tuple[str, ...] | None:
        """As the table's cells have them."""
        return self._views[reference].spellings(text)

    def spelled_alike(self, reference: ViewReference) -> bool:
        """As the table's cells have it."""
        return self._views[reference].spelled_alike

    def pattern(self, reference: ViewReference, text: str) -> str | None:
        """As the table's cells have it."""
        return self._views[reference].pattern(text)

    def is_unique(self, reference: ViewReference) -> bool:
        """As the table's cells have it."""
        return self._views[reference].is_unique

    def are_counts(self, reference: ViewReference) -> bool:
        """As the table's cells have it."""
        return self._views[reference].are_counts

    @property
    def floating(self) -> bool:
        """A table in memory is stored so."""
        return True


_KNOWN: WeakKeyDictionary[Table, TableFacts] = WeakKeyDictionary()


def facts_of(table: Table, stored: Callable[[str], str]) -> TableFacts:
    """The facts of a table, found out once; ``stored`` gives a text as the database holds it."""
    facts = _KNOWN.get(table)
    if facts is None:
        facts = _KNOWN[table] = TableFacts(table, stored)
    return facts


def _texts(table: Table, reference: ViewReference) -> Sequence[str]:
    """The texts of a view's stored column, one a row; none for views of other values."""
    if reference.view is ViewKind.TEXT:
        return table.column(reference.column).cells
    if reference.view.value_type is not ValueType.TEXT:
        return ()
    return [value.written if isinstance(value, Text) else "" for value in table.view(reference).values]


class _ViewFacts:
    """The facts of one view, whose rows hold these texts in the database."""

    def __init__(self, view: View, texts: Sequence[str], stored: Callable[[str], str]) -> None:
        self._view = view
        self._texts = texts
        self._stored = stored

    @cached_property
    def _written(self) -> dict[str, int]:
        """The different texts that are stored, each with the group of its value; none where a text has two groups."""
        found: dict[str, int] = {}
        for text, group in zip(self._texts, self._view.groups.tolist(), strict=True):
            if group >= 0 and found.setdefault(self._stored(text), group) != group:
                return {}
        return found

    @cached_property
    def _spellings(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        keys = {group: key for key, group in self._view.group_of_key.items()}
        for text, group in self._written.items():
            found.setdefault(keys[group], []).append(text)
        return {key: tuple(texts) for key, texts in found.items()}

    def spellings(self, text: str) -> tuple[str, ...] | None:
        if not self._written:
            return None
        found = self._spellings.get(text_key(text))
        if found is None:
            # Stored, it could be the same as another text, which does not equal it.
            found = () if self._stored(text) in self._written else (text,)
        return found if found and all(map(str.isprintable, found)) else None

    @cached_property
    def spelled_alike(self) -> bool:
        return not self._texts or len(self._written) == len(self._view.distinct)

    @cached_property
    def is_unique(self) -> bool:
        return len(self._view.distinct) == int(self._view.mask.sum())

    @cached_property
    def are_counts(self) -> bool:
        numbers = np.abs(self._view.numbers[self._view.mask])
        return bool(
            np.isfinite(numbers).all()
            and np.array_equal(numbers, np.round(numbers))
            and numbers.sum() < LARGEST_COUNT / 2
        )

    def pattern(self, text: str) -> str | None:
        words = text_words(text)
        if not words or not self._written:
            return None
        held = self._view.words_of_groups
        wanted = {written for written, group in self._written.items() if words in held[group]}
        for pattern in dict.fromkeys((text, *_as_written(text, wanted))):
            # The same rows with and without letter case: databases differ in whether LIKE heeds it.
            if (
                pattern.isprintable()
                and not PLACEHOLDERS_OF_LIKE & set(pattern)
                and all(
                    (pattern in written) == (written in wanted) == (pattern.casefold() in written.casefold())
                    for written in self._written
                )
            ):
                return pattern
        return None


def _as_written(text: str, wanted: set[str]) -> list[str]:
    """How the first of these texts writes the text, where it has it in other letter case."""
    for written in sorted(wanted)[:1]:
        at = written.casefold().find(text.casefold())
        found = written[at : at + len(text)]
        if at >= 0 and text_key(found) == text_key(text):
            return [found]
    return []
