"""Looking up in the index of a large table: words, whole cells, numbers and days, and how texts are written."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
from sqlglot import exp

from neural_programmer.execution.sql_facts import PLACEHOLDERS_OF_LIKE
from neural_programmer.large.place import ROW_INDEX, SqlRow
from neural_programmer.large.profile import Indexed, Native, TableProfile
from neural_programmer.tables.loaders.cells import number_text
from neural_programmer.tables.values import text_key, text_words

MEMORY_LIMIT = "100MB"
# A word of more cells than this says too little to follow it to all of them.
_MOST_POSTINGS = 200_000
_MOST_ROWS = 200
_SHORTEST_SIMILAR = 4
# So many numbers are written out to look for the words of one.
_MOST_WRITTEN = 20_000


@dataclass(frozen=True)
class Cell:
    """A distinct text of a column: where it first and last stands, in how many rows, and its words."""

    place: int
    text: str
    words: str
    held: int
    first: int
    last: int


class ValueIndex:
    """An index, opened to be read; `Fetch` gives the whole rows of some numbers from where the table lives."""

    def __init__(self, path: Path, fetch: Callable[[Iterable[int]], list[SqlRow]]) -> None:
        self.path = path
        self._fetch = fetch
        # In a DuckDB of its own: one that is opened by its path is shared by all who open that path in this process,
        # and the first has locked it.
        self._connection = duckdb.connect(
            ":memory:", config={"threads": 1, "memory_limit": MEMORY_LIMIT, "temp_directory": ""}
        )
        self._connection.execute(f"ATTACH {exp.Literal.string(str(path)).sql()} AS np_index (READ_ONLY)")
        self._connection.execute("USE np_index")
        self._connection.execute("SET enable_external_access = false")
        self._connection.execute("SET enable_progress_bar = false")
        self._connection.execute("SET lock_configuration = true")
        self._one_at_a_time = threading.Lock()
        self.profile = TableProfile.from_json(self.all("SELECT content FROM profile")[0][0])
        self._frequent: dict[int, set[str]] = {}
        for place, word in self.all("SELECT place, word FROM frequent"):
            self._frequent.setdefault(place, set()).add(word)
        self._with_postings = [
            at for at, column in enumerate(self.profile.columns) if column.indexed is Indexed.POSTINGS
        ]

    def all(self, sql: str, parameters: Sequence[Any] = ()) -> list[SqlRow]:
        """Every row of a query over the index."""
        with self._one_at_a_time:
            return self._connection.execute(sql, list(parameters)).fetchall()

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()

    def known_words(self, words: Iterable[str]) -> set[str]:
        """Those of the words that stand in an indexed cell."""
        found = self.all("SELECT DISTINCT word FROM words WHERE word IN (SELECT unnest(?))", [list(words)])
        return {row[0] for row in found}

    def words_like(self, form: str) -> list[str]:
        """The words of the cells by a dictionary form, in order."""
        return self._vocabulary[0].get(form, [])

    def words_by_letter(self, letter: str) -> list[str]:
        """The alphabetic words of the cells that begin with a letter, at least four letters long, in order."""
        return self._vocabulary[1].get(letter, [])

    @cached_property
    def _vocabulary(self) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        """Words by their dictionary forms, and by their first letters; as many as the cells' texts at most."""
        by_form: dict[str, list[str]] = {}
        by_letter: dict[str, list[str]] = {}
        for word, form, letter in self.all("SELECT word, lemma, letter FROM vocabulary ORDER BY word"):
            by_form.setdefault(form, []).append(word)
            if len(word) >= _SHORTEST_SIMILAR:
                by_letter.setdefault(letter, []).append(word)
        return by_form, by_letter

    def cells_with(self, words: Sequence[str], compacts: Sequence[str], most: int) -> list[Cell]:
        """Distinct cells that hold some of the words, those that hold nothing else first, then the fullest.

        ``compacts`` are whole cells without their spaces.
        """
        rows = self.all(
            f"""
            WITH counted AS (SELECT word FROM words WHERE word IN (SELECT unnest($words)) GROUP BY word
                             HAVING count(*) <= {_MOST_POSTINGS}),
                 hits AS (SELECT cell, count(*) AS hits FROM words
                          WHERE word IN (SELECT unnest($words)) AND word IN (SELECT word FROM counted) GROUP BY cell
                          UNION ALL SELECT cell, 1000 FROM compacts WHERE word IN (SELECT unnest($compacts))),
                 best AS (SELECT cell, sum(hits) AS hits FROM hits GROUP BY cell)
            SELECT place, text, words, held, first, last FROM best JOIN cells USING (cell)
            ORDER BY hits >= 1000 DESC, hits DESC, length(words), held DESC, text, place LIMIT {int(most)}
            """.replace("$words", "$1").replace("$compacts", "$2"),
            [list(words), list(compacts)],
        )
        return [Cell(*row) for row in rows]

    def rows_with(self, words: Sequence[str], wholes: Sequence[str], most: int) -> list[int]:
        """Rows whose text in a column of many different texts holds some rare words, the fullest first."""
        if not self._with_postings:
            return []
        wanted = [*words, *(f"={whole}" for whole in wholes)]
        rows = self.all(
            f"SELECT {ROW_INDEX}, count(DISTINCT hash) AS hits FROM postings WHERE hash IN (SELECT hash(unnest(?))) "
            f"GROUP BY {ROW_INDEX}, place ORDER BY hits DESC, {ROW_INDEX} LIMIT {int(most)}",
            [wanted],
        )
        return list(dict.fromkeys(row[0] for row in rows))

    def rows_with_number(self, number: float, most: int) -> list[int]:
        """Rows that hold a number, the first of each column."""
        rows = self.all("SELECT first, last FROM numbers WHERE value = ? ORDER BY place", [number])
        return [row for pair in rows for row in dict.fromkeys(pair)][:most]

    def rows_between(self, low: float, high: float) -> list[int]:
        """Rows with a number within two others, some of each column."""
        rows = self.all(
            "SELECT first FROM numbers WHERE value BETWEEN ? AND ? "
            "QUALIFY row_number() OVER (PARTITION BY place ORDER BY value) <= 2 ORDER BY place, first",
            [low, high],
        )
        return [row[0] for row in rows]

    def rows_on(self, prefix: str) -> list[int]:
        """Rows with a day that begins so ("2004-05", or "____-05-21" for any year), some of each column."""
        rows = self.all(
            "SELECT first, last FROM days WHERE day LIKE ? "
            "QUALIFY row_number() OVER (PARTITION BY place ORDER BY day) <= 3 ORDER BY place, first",
            [f"{prefix}%"],
        )
        return [row for pair in rows for row in dict.fromkeys(pair)]

    def spellings(self, place: int, text: str) -> tuple[str, ...] | None:
        """How the texts of a column that equal a text are written, commonest first; None where it cannot be told."""
        key = text_key(text)
        if self.profile.columns[place].indexed is Indexed.CELLS:
            rows = self.all("SELECT text FROM cells WHERE place = ? AND key = ? ORDER BY held DESC, text", [place, key])
            return tuple(row[0] for row in rows)
        words = text_words(text).split()
        if not words:
            return None
        rare = [word for word in words if word not in self._frequent.get(place, ())]
        found = self._rows_of_all(place, rare or [f"={' '.join(words)}"])
        if found is None:
            return None
        written = [str(row[place + 1]) for row in self._fetch(found)]
        return tuple(dict.fromkeys(one for one in written if text_key(one) == key))

    def _rows_of_all(self, place: int, words: Sequence[str]) -> list[int] | None:
        """The rows in which a column holds all the words; None where they are many."""
        distinct = list(dict.fromkeys(words))
        rows = self.all(
            f"SELECT {ROW_INDEX} FROM postings WHERE place = ? AND hash IN (SELECT hash(unnest(?))) "
            f"GROUP BY {ROW_INDEX} HAVING count(DISTINCT hash) = ? ORDER BY {ROW_INDEX} LIMIT {_MOST_ROWS + 1}",
            [place, distinct, len(distinct)],
        )
        return None if len(rows) > _MOST_ROWS else [row[0] for row in rows]

    def texts_with(self, place: int, words: str, most: int) -> list[str] | None:
        """The texts of a column that hold these words together; None where they are not kept, or are many."""
        column = self.profile.columns[place]
        if column.indexed is Indexed.POSTINGS:
            rare = [word for word in words.split() if word not in self._frequent.get(place, ())]
            found = self._rows_of_all(place, rare) if rare else None
            if found is None:
                return None
            written = dict.fromkeys(str(row[place + 1]) for row in self._fetch(found))
            return [one for one in written if words in text_words(one)]
        if column.indexed is Indexed.CELLS:
            rows = self.all(
                f"SELECT text FROM cells WHERE place = ? AND contains(words, ?) ORDER BY text LIMIT {most + 1}",
                [place, words],
            )
        elif column.native is Native.DATE:
            rows = self.all(
                "SELECT day FROM days WHERE place = ? AND contains(' ' || replace(day, '-', ' ') || ' ', ?) "
                f"ORDER BY day LIMIT {most + 1}",
                [place, words],
            )
        elif column.native is Native.INTEGER and words.strip().isdigit():
            # A sign is no part of a word.
            amount = int(words)
            return [str(one) for one in dict.fromkeys((amount, -amount)) if str(amount) == words.strip()]
        elif column.indexed is Indexed.NUMBERS and (column.distinct or 0) <= _MOST_WRITTEN:
            values = self.all("SELECT value FROM numbers WHERE place = ?", [place])
            rows = [(number,) for number in (number_text(row[0]) for row in values) if words in text_words(number)]
        else:
            return None
        return None if len(rows) > most else [row[0] for row in rows]

    def told(self, place: int, column: str) -> list[tuple[str, Any]]:
        """The texts of a column that hold a value under a view, and these values."""
        rows = self.all(f'SELECT text, "{column}" FROM texts_{place} WHERE "{column}" IS NOT NULL ORDER BY text')
        return [(row[0], row[1]) for row in rows]

    def pattern(self, place: int, text: str) -> str | None:
        """A text that stands in the column's texts, whatever the letter case, just where the words of ``text`` do."""
        words = text_words(text)
        if not words:
            return None
        written = self.all(
            "SELECT text FROM cells WHERE place = ? AND contains(words, ?) ORDER BY text LIMIT 1", [place, words]
        )
        for pattern in dict.fromkeys((text, *(_as_written(row[0], text) for row in written))):
            if not pattern or not pattern.isprintable() or PLACEHOLDERS_OF_LIKE & set(pattern):
                continue
            ((different,),) = self.all(
                "SELECT count(*) FROM cells WHERE place = $1 AND (contains(words, $2) <> contains(text, $3) "
                "OR contains(text, $3) <> contains(lower(text), lower($3)))",
                [place, words, pattern],
            )
            if not different:
                return pattern
        return None


def _as_written(written: str, text: str) -> str:
    at = written.casefold().find(text.casefold())
    found = written[at : at + len(text)] if at >= 0 else ""
    return found if text_key(found) == text_key(text) else ""
