"""Looking up in the index of a large table: words, whole cells, numbers and days, and how texts are written."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow
from sqlglot import exp

from neural_programmer.execution.sql_facts import PLACEHOLDERS_OF_LIKE
from neural_programmer.large.held_rows import HeldRows
from neural_programmer.large.place import ROW_INDEX, SqlRow, number_name
from neural_programmer.large.profile import Indexed, Native, TableProfile
from neural_programmer.large.sampled import DayIs, NumberIs, Sample
from neural_programmer.large.vocabulary import Cells, Numbers, SortedTexts, Vocabulary
from neural_programmer.tables.loaders.cells import number_text
from neural_programmer.tables.values import PartialDate, text_key, text_words

MEMORY_LIMIT = "100MB"
# Stored rows with texts of more bytes than this are not held in memory.
_MOST_HELD = 64_000_000
_STORED = "(SELECT * FROM sample UNION ALL SELECT * FROM examples)"
_MOST_ROWS = 200
# So many numbers are written out to look for the words of one.
_MOST_WRITTEN = 20_000
# So many cells are named one by one in a query.
_MOST_LISTED = 200
_MOST_REMEMBERED = 512


@dataclass(frozen=True)
class Cell:
    """A distinct text of a column: its number, the column's position, and its words between blanks."""

    number: int
    place: int
    text: str
    words: str


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
        # The readings of a question name the same texts again and again.
        self._find_spellings = lru_cache(maxsize=_MOST_REMEMBERED)(self._spellings)
        self._find_texts = lru_cache(maxsize=_MOST_REMEMBERED)(self._texts_with)
        self.profile = TableProfile.from_json(self.all("SELECT content FROM profile")[0][0])
        self._frequent: dict[int, set[str]] = {}
        for place, word in self.all("SELECT place, word FROM frequent"):
            self._frequent.setdefault(place, set()).add(word)
        self._with_postings = [
            at for at, column in enumerate(self.profile.columns) if column.indexed is Indexed.POSTINGS
        ]

    def _arrow(self, sql: str) -> pyarrow.Table:
        with self._one_at_a_time:
            return self._connection.sql(sql).to_arrow_table()

    def all(self, sql: str, parameters: Sequence[Any] = ()) -> list[SqlRow]:
        """Every row of a query over the index."""
        with self._one_at_a_time:
            return self._connection.execute(sql, list(parameters)).fetchall()

    def close(self) -> None:
        """Closes the file, and gives back the memory of what was read of it."""
        self._connection.close()
        for name in ("vocabulary", "sample", "sampled_rows", "_held"):
            self.__dict__.pop(name, None)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words of the cells, with what is known of these."""
        words = self._arrow("SELECT word, start FROM vocabulary ORDER BY word")
        forms = self._arrow("SELECT lemma, number FROM forms ORDER BY lemma, number")
        compacts = self._arrow("SELECT word, cell FROM compacts ORDER BY word, cell")
        postings = _numbers(self._arrow("SELECT cell FROM postings_of_words"), "cell")
        found = self._arrow("SELECT place, size, length, held, first FROM cells ORDER BY cell")
        place, size, length, held, first = (_numbers(found, name) for name in found.column_names)
        return Vocabulary(
            _texts(words, "word"),
            np.append(_numbers(words, "start"), len(postings)),
            postings,
            _texts(forms, "lemma"),
            _numbers(forms, "number"),
            _texts(compacts, "word"),
            _numbers(compacts, "cell"),
            Cells(place, size, length, held, first),
        )

    @cached_property
    def sampled_rows(self) -> Numbers:
        """The first sampled row of each distinct text, 0 where none has it."""
        return self.sample.first_rows(len(self.vocabulary.cells.places))

    @cached_property
    def sample(self) -> Sample:
        """The sampled rows, by their cells and numbers."""
        columns = list(enumerate(self.profile.columns))
        coded = [at for at, column in columns if column.indexed is Indexed.CELLS]
        numeric = [at for at, column in columns if column.native.is_number]
        chosen = [ROW_INDEX, *(f"cell_{at}" for at in coded)]
        chosen += [f"CAST({number_name(at)} AS DOUBLE) AS number_{at}" for at in numeric]
        dated = [at for at, column in columns if column.native.is_date]
        chosen += [f"CAST({number_name(at)} AS DATE) AS day_{at}" for at in dated]
        found = self._arrow(f"SELECT {', '.join(chosen)} FROM sample JOIN coded USING ({ROW_INDEX}) ORDER BY 1")
        return Sample(
            _numbers(found, ROW_INDEX),
            {at: _numbers(found, f"cell_{at}") for at in coded},
            {at: found[f"number_{at}"].to_numpy().astype(np.float64) for at in numeric},
            {at: found[f"day_{at}"].to_numpy().astype("datetime64[D]") for at in dated},
        )

    @cached_property
    def _held(self) -> HeldRows | None:
        """The stored rows in memory; None where their texts are too long for that."""
        texts = [number_name(at) for at, column in enumerate(self.profile.columns) if column.native is Native.TEXT]
        size = " + ".join(f"coalesce(sum(strlen({name})), 0)" for name in texts) or "0"
        ((held,),) = self.all(f"SELECT {size} FROM {_STORED}")
        if held > _MOST_HELD:
            return None
        integers = [at + 1 for at, column in enumerate(self.profile.columns) if column.native is Native.INTEGER]
        return HeldRows(self._arrow(f"SELECT * FROM {_STORED} ORDER BY {ROW_INDEX}"), integers)

    def stored_rows(self, numbers: Sequence[int]) -> list[SqlRow]:
        """Those of the rows with these numbers that are in the index, whole."""
        if not numbers:
            return []
        if self._held is not None:
            # Days without end, which Python has no date for, are the last that it has to DuckDB.
            with suppress(ValueError, OverflowError):
                return self._held.rows(numbers)
        return self.all(f"SELECT * FROM {_STORED} WHERE {ROW_INDEX} IN ({_listed(numbers)})")

    def warm(self) -> None:
        """Read now what the first question would otherwise wait for."""
        _ = self.sampled_rows, self._held
        # The first query over each table takes DuckDB longer than those after it.
        self.cells([0])
        self.rows_with([""], [], 1)
        for table in ("numbers", "days"):
            self.all(f"SELECT first FROM {table} WHERE place = ? LIMIT 1", [0])

    def cells(self, numbers: Sequence[int]) -> list[Cell]:
        """Some of the distinct texts, in the order of their numbers given."""
        if not numbers:
            return []
        rows = self.all(f"SELECT cell, place, text, words FROM cells WHERE cell IN ({_listed(numbers)})")
        found = {row[0]: Cell(*row) for row in rows}
        return [found[number] for number in numbers]

    def rows_with(self, words: Sequence[str], wholes: Sequence[str], most: int) -> list[int]:
        """Rows whose text in a column of many different texts holds some rare words, the fullest first."""
        if not self._with_postings:
            return []
        # Texts of frequent words alone are found as wholes, and no others are.
        found = [
            whole for whole in wholes if any(self._all_frequent(place, whole.split()) for place in self._with_postings)
        ]
        wanted = list(dict.fromkeys([*words, *(f"={whole}" for whole in found)]))
        held = self.all(
            f"SELECT {ROW_INDEX}, place, hash FROM postings WHERE hash IN (SELECT hash(unnest(?)) >> 32)", [wanted]
        )
        # Counted here, since DuckDB takes as long to plan that as to find the rows. A place is less than 256.
        cells, hits = np.unique([row * 256 + place for row, place, _ in set(held)], return_counts=True)
        best = cells[np.lexsort((cells, -hits))[:most]] // 256
        return list(dict.fromkeys(best.tolist()))

    def _all_frequent(self, place: int, words: Sequence[str]) -> bool:
        return self._frequent.get(place, frozenset()).issuperset(words)

    def _hashes(self, words: Sequence[str]) -> list[int]:
        """What stands for words in the postings: half a hash, so that another word may have the same."""
        return [row[0] >> 32 for row in self.all("SELECT hash(unnest(?))", [list(dict.fromkeys(words))])]

    def rows_with_number(self, number: float, most: int) -> list[int]:
        """Rows that hold a number: of each column some of the sample, else the first."""
        found: list[int] = []
        for at, first in self.all("SELECT place, first FROM numbers WHERE value = ? ORDER BY place", [number]):
            found += self.sample.holding([NumberIs(at, number, number)], 2) or [first]
        return list(dict.fromkeys(found))[:most]

    def rows_between(self, low: float, high: float) -> list[int]:
        """Rows with a number within two others, some of each column."""
        found: list[int] = []
        missing: list[int] = []
        for at, column in enumerate(self.profile.columns):
            if column.native.is_number and column.indexed is not Indexed.RANGE:
                rows = self.sample.holding([NumberIs(at, low, high)], 2)
                found += rows
                missing += [] if rows else [at]
        if missing:
            firsts = self.all(
                f"SELECT first FROM numbers WHERE value BETWEEN ? AND ? AND place IN ({_listed(missing)}) "
                "QUALIFY row_number() OVER (PARTITION BY place ORDER BY value) <= 2 ORDER BY place, first",
                [low, high],
            )
            found += [row[0] for row in firsts]
        return found

    def rows_on(self, date: PartialDate) -> list[int]:
        """Rows with a day that lies within a date, some of each column."""
        found: list[int] = []
        missing: list[int] = []
        for at, column in enumerate(self.profile.columns):
            if column.native.is_date:
                rows = self.sample.holding([DayIs(at, date)], 4)
                found += rows
                missing += [] if rows else [at]
        if missing:
            firsts = self.all(
                f"SELECT first FROM days WHERE day LIKE ? AND place IN ({_listed(missing)}) "
                "QUALIFY row_number() OVER (PARTITION BY place ORDER BY day) <= 3 ORDER BY place, first",
                [f"{_pattern(date)}%"],
            )
            found += [row[0] for row in firsts]
        return found

    def spellings(self, place: int, text: str) -> tuple[str, ...] | None:
        """How the texts of a column that equal a text are written, commonest first; None where it cannot be told."""
        return self._find_spellings(place, text)

    def _spellings(self, place: int, text: str) -> tuple[str, ...] | None:
        key, words = text_key(text), text_words(text).split()
        if self.profile.columns[place].indexed is Indexed.CELLS:
            among = self._among(place, words)
            if among is None:
                return ()
            rows = self.all(
                f"SELECT text FROM cells WHERE place = ? AND key = ? {among} ORDER BY held DESC, text", [place, key]
            )
            return tuple(row[0] for row in rows)
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
        hashes = set(self._hashes(words))
        rows = self.all(
            f"SELECT {ROW_INDEX} FROM postings WHERE place = ? AND hash IN ({_listed(hashes)}) "
            f"GROUP BY {ROW_INDEX} HAVING count(DISTINCT hash) = ? ORDER BY {ROW_INDEX} LIMIT {_MOST_ROWS + 1}",
            [place, len(hashes)],
        )
        return None if len(rows) > _MOST_ROWS else [row[0] for row in rows]

    def texts_with(self, place: int, words: str, most: int) -> list[str] | None:
        """The texts of a column that hold these words together; None where they are not kept, or are many."""
        return self._find_texts(place, words, most)

    def _texts_with(self, place: int, words: str, most: int) -> list[str] | None:
        column = self.profile.columns[place]
        if column.indexed is Indexed.POSTINGS:
            rare = [word for word in words.split() if word not in self._frequent.get(place, ())]
            found = self._rows_of_all(place, rare) if rare else None
            if found is None:
                return None
            written = dict.fromkeys(str(row[place + 1]) for row in self._fetch(found))
            return [one for one in written if words in text_words(one)]
        if column.indexed is Indexed.CELLS:
            said = words.split()
            if len(said) == 1 and len(self.vocabulary.cells_of_all(said, place)) > most:
                return None
            among = self._among(place, said)
            if among is None:
                return []
            rows = self.all(
                f"SELECT text FROM cells WHERE place = ? AND contains(words, ?) {among} ORDER BY text LIMIT {most + 1}",
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

    def _among(self, place: int, words: Sequence[str]) -> str | None:
        """A condition that lets through the cells of a column with all the words, none where they are many.

        None where there are no such cells.
        """
        if not words:
            return ""
        found = self.vocabulary.cells_of_all(words, place)
        if not len(found):
            return None
        return f"AND cell IN ({_listed(found.tolist())})" if len(found) <= _MOST_LISTED else ""

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


def _listed(numbers: Iterable[int]) -> str:
    """Numbers as a list of SQL, which tells DuckDB the blocks to read, as a parameter does not."""
    return ", ".join(map(str, map(int, numbers))) or "NULL"


def _numbers(found: pyarrow.Table, name: str) -> Numbers:
    numbers: Numbers = found[name].to_numpy()
    return numbers


def _texts(found: pyarrow.Table, name: str) -> SortedTexts:
    return SortedTexts(found[name].combine_chunks())


def _pattern(date: PartialDate) -> str:
    """A pattern of the days that lie within a date."""
    year = "____" if date.year is None else f"{date.year:04d}"
    month = "__" if date.month is None else f"{date.month:02d}"
    if date.month is None and date.day is None:
        return f"{year}-"
    return f"{year}-{month}-" if date.day is None else f"{year}-{month}-{date.day:02d}"
