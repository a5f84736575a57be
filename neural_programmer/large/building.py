"""Making the index of a large table, once: a sample of its rows, a profile of its columns, and where values stand."""

from __future__ import annotations

import math
import os
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow
from sqlglot import exp

from neural_programmer.execution.engine import EngineError
from neural_programmer.execution.sql_schema import Reading
from neural_programmer.execution.typed_views import DIALECTS, mapping_rows, typed_expression
from neural_programmer.large import cache
from neural_programmer.large.duckdb_place import connect, limited
from neural_programmer.large.native_views import NATIVE_VIEWS, day_of, native_table, readings_of, stored_readings
from neural_programmer.large.place import ROW_INDEX, Place, number_name
from neural_programmer.large.profile import ColumnProfile, Indexed, Native, TableProfile, ViewProfile, Way
from neural_programmer.tables.column_readings import ColumnReadings
from neural_programmer.tables.errors import TableError
from neural_programmer.tables.matching.tokens import lemma
from neural_programmer.tables.table import Column
from neural_programmer.tables.values import text_key, text_words
from neural_programmer.tables.views import ViewKind

# The sampled rows, among which those that fit a question are looked for first.
SAMPLED_ROWS = 60_000
# Of these, the rows by which columns are typed.
TYPED_ROWS = 3_000
# Rows that every question is asked with: some anywhere, some from either end, some with each extreme value.
ROWS_ANYWHERE = 50
ROWS_AT_THE_ENDS = 3
EXTREMES = 2
# Of the values that no sampled row holds, the first row is kept too, so that it need not be sought in the table: of
# all but the last few, which lie far behind the others, and at most of so many.
EXAMPLES = 100_000
_EXAMPLES_SHARE = 0.98
# Where rows have a number that counts them, so many of the first are kept, for these numbers are named most.
_FIRST_ROWS = 10_000
# Columns of more different texts are indexed by their rare words alone.
MOST_CELLS = 200_000
MOST_NUMBERS = 200_000
# Where a database cannot read the index, so many different texts are listed in the query itself.
MOST_LISTED = 300
# An expression of more parts takes the database longer than the list of a column's texts.
SHORT_PARTS = 100
# Words in a larger share of the rows than this tell too little to be indexed.
FREQUENT = 0.002
_FREQUENT_AT_LEAST = 20
_MOST_SPELLINGS = 200
_MOST_DATES = 20_000
_BUILD_SECONDS = 24 * 3600.0
_MEMORY = "250MB"
# Small groups, of which a look-up reads few rows besides the one it wants.
_ROW_GROUP = 8_192
# A whole cell is sought without its spaces among those of at most so many letters.
_LONGEST_COMPACT = 64
_MOST_WORDS = 60_000
# So many hashes there are, and in so many parts at most, each of about so many rows, are rows sorted by them.
_HASHES = 2**32
MOST_PARTS = 16
PACKED_AT_ONCE = 2_500_000
# Numbers of rows up to here have room beside a hash.
MOST_PACKED = 2**32 - 1
# Up to here every whole number is one of the numbers that a computer holds.
_EXACT = 2**53

Report = Callable[[str], None]


def words_of(column: str) -> str:
    """DuckDB's expression for the words of a text, which agrees with ``text_words`` on plain texts.

    There may be empty words among them, and a word twice.
    """
    # Most texts of codes and names are plain, and these are read in half the time.
    plain = f"replace(lower({column}), '-', ' ')"
    other = f"regexp_replace(lower(strip_accents({column})), '[^\\p{{L}}\\p{{N}}]+', ' ', 'g')"
    return f"string_split(CASE WHEN regexp_full_match({column}, '[A-Za-z0-9 -]*') THEN {plain} ELSE {other} END, ' ')"


def build_index(place: Place, path: Path, report: Report | None = None, folder: Path | None = None) -> None:
    """Make the index of a place at a path, whole or not at all; ``TableError`` where its rows cannot be read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with cache.working_folder(folder) as working:
        made = working / "index.duckdb"
        connection = connect(folder, memory=_MEMORY)
        try:
            with limited(connection, _BUILD_SECONDS):
                place.offer_rows(connection, working)
                connection.execute(f"ATTACH {exp.Literal.string(str(made)).sql()} AS ix (ROW_GROUP_SIZE {_ROW_GROUP})")
                _Builder(connection, place, report or (lambda said: None)).build()
                connection.execute("DETACH ix")
        except (EngineError, duckdb.Error, OSError) as error:
            raise TableError(
                f"{place.thing} cannot be indexed ({str(error).splitlines()[0]}); expected a table whose rows can all "
                "be read, and room in the cache folder. Check both, or set NEURAL_PROGRAMMER_CACHE to another folder."
            ) from None
        finally:
            connection.close()
        os.replace(made, path)
    # Kept for every text that was read here, they would hold many megabytes for nothing.
    text_words.cache_clear()
    text_key.cache_clear()
    lemma.cache_clear()
    with suppress(OSError):
        cache.tidy(folder, keep=path)


@dataclass(frozen=True)
class _Stats:
    """Figures of one column over all rows."""

    filled: int
    low: Any
    high: Any
    unfinite: int
    serial: bool


class _Builder:
    def __init__(self, connection: duckdb.DuckDBPyConnection, place: Place, report: Report) -> None:
        self._connection = connection
        self._place = place
        self._report = report
        self._rows = place.number_of_rows
        self._step = max(1, self._rows // SAMPLED_ROWS)

    def _all(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql, list(parameters)).fetchall()

    def build(self) -> None:
        """Every table of the index."""
        self._report(f"Indexing {self._rows:,} rows of {self._place.thing}")
        self._all(
            f"CREATE TABLE ix.sample AS SELECT * FROM source WHERE ({ROW_INDEX} - 1) % {self._step} = 0 "
            f"ORDER BY {ROW_INDEX}"
        )
        self._all(
            "CREATE TABLE ix.cells (cell INTEGER, place UTINYINT, text VARCHAR, key VARCHAR, words VARCHAR, "
            "size USMALLINT, length INTEGER, held BIGINT, first BIGINT)"
        )
        self._all("CREATE TABLE ix.numbers (place UTINYINT, value DOUBLE, held BIGINT, first BIGINT)")
        self._all("CREATE TABLE ix.days (place UTINYINT, day VARCHAR, held BIGINT, first BIGINT)")
        self._all("CREATE TABLE ix.postings (hash UINTEGER, place UTINYINT, row_index BIGINT)")
        self._all("CREATE TABLE ix.frequent (place UTINYINT, word VARCHAR)")
        self._words: list[tuple[str, int]] = []
        self._compacts: list[tuple[str, int]] = []
        self._number_of_cells = 0
        typed_rows = self._all(
            f"SELECT * FROM ix.sample WHERE (({ROW_INDEX} - 1) // {self._step}) "
            f"% {max(1, min(self._rows, SAMPLED_ROWS) // TYPED_ROWS)} = 0 ORDER BY {ROW_INDEX}"
        )
        self._typed = native_table(self._place, typed_rows)
        stats = self._stats()
        profiles = [self._column(at, stats[at]) for at in range(len(self._place.columns))]
        self._write_words()
        self._write_codes(profiles)
        self._write_examples(profiles)
        self._report("Choosing the rows that every question is asked with")
        self._keep_rows(profiles)
        profile = TableProfile(self._place.name, self._rows, tuple(profiles))
        self._all("CREATE TABLE ix.profile (content VARCHAR)")
        self._all("INSERT INTO ix.profile VALUES (?)", [profile.to_json()])

    def _stats(self) -> list[_Stats]:
        figures = []
        for at, column in enumerate(self._place.columns):
            name = number_name(at)
            ends = column.native.is_number or column.native.is_date
            infinite = column.native is Native.NUMBER and self._is_floating(name)
            value = f"CASE WHEN isfinite({name}) THEN {name} END" if infinite else name
            low, high = (f"min({value})", f"max({value})") if ends else ("NULL", "NULL")
            unfinite = f"count_if(NOT isfinite({name}))" if infinite else "0"
            figures.append(f"count({name}), {low}, {high}, {unfinite}, {self._is_serial(name, column.native)}")
        (row,) = self._all(f"SELECT {', '.join(figures)} FROM source")
        found = [row[start : start + 5] for start in range(0, len(row), 5)]
        return [
            _Stats(int(filled), low, high, int(unfinite or 0), bool(serial) and int(filled) == self._rows)
            for filled, low, high, unfinite, serial in found
        ]

    @staticmethod
    def _is_serial(name: str, native: Native) -> str:
        if native is not Native.INTEGER:
            return "false"
        distance = f"CAST({name} AS DOUBLE) - {ROW_INDEX}"
        return f"max({name}) < {_EXACT} AND min({name}) > -{_EXACT} AND min({distance}) = max({distance})"

    def _is_floating(self, name: str) -> bool:
        ((kind,),) = self._all(f"SELECT typeof(any_value({name})) FROM ix.sample")
        return str(kind) in ("DOUBLE", "FLOAT")

    def _estimate(self, name: str) -> float:
        """About how many different values a column has, from the sample (Chao, 1984); exact where that is all rows."""
        ((distinct, once, twice),) = self._all(
            "SELECT count(*), count(*) FILTER (held = 1), count(*) FILTER (held = 2) FROM "
            f"(SELECT count(*) AS held FROM ix.sample WHERE {name} IS NOT NULL GROUP BY {name})"
        )
        if self._step == 1:
            return float(distinct)
        return float(min(self._rows, distinct + once * once / (2 * twice) if twice else once * self._step + distinct))

    def _column(self, at: int, stats: _Stats) -> ColumnProfile:
        column, name = self._place.columns[at], number_name(at)
        self._report(f"Indexing column {at + 1} of {len(self._place.columns)}, {column.name}")
        if column.native.is_date:
            self._check_days(column.name, stats)
        estimate = self._estimate(name)
        typed = self._typed.columns[at]
        if column.native in (Native.TEXT, Native.BOOLEAN):
            if estimate <= MOST_CELLS:
                return self._cells(at, stats, typed)
            return self._postings(at, stats, typed)
        distinct: int | None = None
        indexed = Indexed.RANGE
        if column.native.is_number and estimate <= MOST_NUMBERS:
            self._numbers(at, f"{name} IS NOT NULL")
            ((distinct,),) = self._all(f"SELECT count(*) FROM ix.numbers WHERE place = {at}")
            indexed = Indexed.NUMBERS
        elif column.native is Native.NUMBER:
            # Of prices and weights, those that questions name are mostly whole, and these are few enough.
            is_whole = f"{name} = floor({name})"
            if self._estimate(f"CASE WHEN {is_whole} THEN {name} END") <= MOST_NUMBERS:
                self._numbers(at, is_whole)
                indexed = Indexed.WHOLES
        elif column.native.is_date:
            self._all(
                f"INSERT INTO ix.days SELECT {at}, strftime(day, '%Y-%m-%d'), held, first FROM "
                f"(SELECT CAST({name} AS DATE) AS day, count(*) AS held, min({ROW_INDEX}) AS first "
                f"FROM source WHERE {name} IS NOT NULL GROUP BY 1) ORDER BY day"
            )
            if column.native is Native.DATE:
                ((distinct,),) = self._all(f"SELECT count(*) FROM ix.days WHERE place = {at}")
            indexed = Indexed.DAYS
        views = {
            kind: ViewProfile(
                Way.NATIVE,
                typed.views[kind].unit,
                self._is_complete(kind, typed, stats),
                _ends(column.native, stats) if kind is ViewKind.DATE else (),
            )
            for kind in typed.views
            if kind in NATIVE_VIEWS[column.native]
        }
        return ColumnProfile(
            column.name,
            column.native,
            indexed,
            stats.filled - stats.unfinite,
            distinct,
            blanks=bool(stats.unfinite),
            low=_plain(stats.low),
            high=_plain(stats.high),
            alike=True,
            serial=stats.serial,
            views=views,
        )

    def _check_days(self, column: str, stats: _Stats) -> None:
        """Refuses days that no calendar of Python has, which the engine gives as texts."""
        beyond = [end for end in (stats.low, stats.high) if isinstance(end, str)]
        if beyond:
            raise TableError(
                f"{self._place.thing}: the column {column!r} holds the date {beyond[0]}; dates from the year 1 to 9999 "
                "can be asked about. Leave out the rows with others, or give the column as text."
            )

    def _numbers(self, at: int, condition: str) -> None:
        """Lists the different finite numbers of a column that fulfil a condition, with their first rows."""
        value = f"CAST({number_name(at)} AS DOUBLE)"
        self._all(
            f"INSERT INTO ix.numbers SELECT {at}, {value} AS value, count(*), min({ROW_INDEX}) "
            f"FROM source WHERE {condition} AND isfinite({value}) GROUP BY value ORDER BY value"
        )

    def _is_complete(self, kind: ViewKind, typed: Column, stats: _Stats) -> bool:
        every = stats.filled - stats.unfinite == self._rows
        if kind is ViewKind.DATE and ViewKind.YEAR not in typed.views:
            return False  # years are dates, other whole numbers of the column are not
        return every

    def _cells(self, at: int, stats: _Stats, typed: Column) -> ColumnProfile:
        """Every distinct text with its words, and what each view holds of it."""
        column, name = self._place.columns[at], number_name(at)
        found = self._all(
            f"SELECT CAST({name} AS VARCHAR), count(*), min({ROW_INDEX}) FROM source "
            f"WHERE {name} IS NOT NULL GROUP BY 1 ORDER BY 3"
        )
        if len(found) > MOST_CELLS:
            return self._postings(at, stats, typed)
        blanks = sum(int(row[1]) for row in found if not row[0].strip())
        found = [row for row in found if row[0].strip()]
        stats = replace(stats, filled=stats.filled - blanks)
        texts = [str(row[0]) for row in found]
        keys, words = [text_key(text) for text in texts], [text_words(text) for text in texts]
        numbers = range(self._number_of_cells, self._number_of_cells + len(texts))
        self._number_of_cells += len(texts)
        columns = list(zip(*found, strict=True)) or [(), (), ()]
        self._insert(
            "cells",
            cell=pyarrow.array(numbers, pyarrow.int32()),
            place=pyarrow.array([at] * len(texts), pyarrow.uint8()),
            text=pyarrow.array(texts, pyarrow.string()),
            key=pyarrow.array(keys, pyarrow.string()),
            words=pyarrow.array(words, pyarrow.string()),
            size=pyarrow.array([min(max(said.count(" ") - 1, 0), _MOST_WORDS) for said in words], pyarrow.uint16()),
            length=pyarrow.array(map(len, words), pyarrow.int32()),
            held=pyarrow.array(columns[1], pyarrow.int64()),
            first=pyarrow.array(columns[2], pyarrow.int64()),
        )
        for number, said in zip(numbers, words, strict=True):
            parts = said.split()
            self._words += [(word, number) for word in dict.fromkeys(parts)]
            # What is one word is found as a word.
            if len(parts) > 1 and len(said) <= _LONGEST_COMPACT:
                self._compacts.append(("".join(parts), number))
        spellings = _spellings(keys, texts, [int(row[1]) for row in found])
        readings = readings_of(typed) if column.native is Native.TEXT else None
        views = self._text_views(at, typed, readings, texts, stats)
        return ColumnProfile(
            column.name,
            column.native,
            Indexed.CELLS,
            stats.filled,
            len(texts),
            blanks=blanks > 0,
            low=None,
            high=None,
            alike=not spellings,
            spellings=spellings if len(spellings) <= _MOST_SPELLINGS else {},
            views=views,
        )

    def _text_views(
        self, at: int, typed: Column, readings: ColumnReadings | None, texts: Sequence[str], stats: _Stats
    ) -> dict[ViewKind, ViewProfile]:
        """The views of a column of few different texts, which a table of these texts tells where SQL alone cannot."""
        complete = stats.filled == self._rows
        if readings is None:
            kinds = [kind for kind in typed.views if kind in NATIVE_VIEWS[Native.BOOLEAN]]
            return {kind: ViewProfile(Way.NATIVE, None, complete) for kind in kinds}
        views = {ViewKind.TEXT: ViewProfile(Way.NATIVE, None, complete)}
        stored = stored_readings(readings.views)
        if not stored:
            return views
        rows = list(mapping_rows(readings, stored, texts))
        names = [f"{kind}_{reading}" for kind, reading in stored]
        columns = list(zip(*rows, strict=True)) or [()] * (1 + len(stored))
        arrays = {"text": pyarrow.array(columns[0], pyarrow.string())}
        for name, (kind, _), values in zip(names, stored, columns[1:], strict=True):
            arrays[name] = pyarrow.array(values, _arrow_type(kind))
        self._connection.register("told", pyarrow.table(arrays))
        self._all(f"CREATE TABLE ix.texts_{at} AS SELECT * FROM told")
        self._connection.unregister("told")
        for kind in dict.fromkeys(kind for kind, _ in stored):
            held = [
                value
                for (one, reading), values in zip(stored, columns[1:], strict=True)
                if one is kind and reading is Reading.RAW
                for value in values
            ]
            exact = self._place.dialect in DIALECTS and all(
                self._reads_alike(f"ix.texts_{at}", readings, kind, reading, name, SHORT_PARTS)
                for name, (one, reading) in zip(names, stored, strict=True)
                if one is kind
            )
            if not any(value is not None for value in held):
                continue
            if not (exact or self._place.joins_index or len(texts) <= MOST_LISTED):
                continue
            dates = sorted({str(value) for value in held if value is not None}) if kind is ViewKind.DATE else []
            views[kind] = ViewProfile(
                Way.EXPRESSION if exact else Way.MAPPED,
                typed.views[kind].unit,
                complete and all(value is not None for value in held),
                tuple(dates[:_MOST_DATES]),
            )
        return views

    def _reads_alike(
        self,
        table: str,
        readings: ColumnReadings,
        kind: ViewKind,
        reading: Reading,
        name: str,
        most_parts: float = math.inf,
    ) -> bool:
        """Whether an expression, of no more parts, gives of every text in a table what its column so named holds."""
        tree = typed_expression(readings, kind, reading, exp.column("text"))
        if sum(1 for _ in tree.walk()) > most_parts:
            return False
        differ = f"({tree.sql(dialect='duckdb')}) IS DISTINCT FROM {name}"
        try:
            ((different,),) = self._all(f"SELECT count(*) FROM {table} WHERE {differ}")
        except duckdb.Error:  # a cell that only Python can read
            return False
        return not different

    def _postings(self, at: int, stats: _Stats, typed: Column) -> ColumnProfile:
        """The rows of every rare word, for a column of too many different texts to keep them."""
        column, name = self._place.columns[at], number_name(at)
        words = words_of(name)
        # What is blank begins with a blank, or is nothing at all.
        ((blanks, undigited),) = self._all(
            f"SELECT count_if(CASE WHEN {name} < '!' THEN trim({name}) = '' ELSE false END), "
            f"count_if(NOT {name} GLOB '*[0-9]*') FROM source"
        )
        stats = replace(stats, filled=stats.filled - int(blanks or 0))
        frequent = self._all(
            f"SELECT word FROM (SELECT unnest(list_distinct({words})) AS word FROM ix.sample) "
            "WHERE word <> '' GROUP BY word HAVING count(*) > greatest(?, ? * (SELECT count(*) FROM ix.sample)) "
            "ORDER BY word",
            [_FREQUENT_AT_LEAST, FREQUENT],
        )
        if frequent:
            self._connection.executemany("INSERT INTO ix.frequent VALUES (?, ?)", [(at, word) for (word,) in frequent])
        known = ["", *(str(word) for (word,) in frequent)]
        listed = ", ".join(exp.Literal.string(word).sql(dialect="duckdb") for word in known)
        said = f"SELECT {ROW_INDEX}, {words} AS said FROM source WHERE {name} IS NOT NULL"
        # Half of the hash is enough to find a few rows by, and is sorted in half the time.
        self._all(
            f"CREATE TEMP TABLE rare AS SELECT CAST(hash(word) >> 32 AS UINTEGER) AS hash, {ROW_INDEX} FROM "
            f"(SELECT {ROW_INDEX}, unnest(said) AS word FROM ({said})) WHERE word NOT IN ({listed})"
        )
        # A text of frequent words alone is found by all of them together. Most texts of codes have a digit, the
        # frequent words mostly none, and then these texts need not be looked at.
        digits = any(character.isdigit() for word in known for character in word)
        if frequent and (digits or undigited):
            few = said if digits else f"{said} AND NOT {name} GLOB '*[0-9]*'"
            whole = "array_to_string(list_filter(said, lambda word: word <> ''), ' ')"
            self._all(
                f"INSERT INTO rare SELECT CAST(hash('=' || {whole}) >> 32 AS UINTEGER), {ROW_INDEX} FROM ({few}) "
                f"WHERE list_has_all([{listed}], said)"
            )
        self._write_postings(at)
        self._all("DROP TABLE rare")
        readings = readings_of(typed)
        texts = list(dict.fromkeys(cell for cell in typed.cells if cell.strip()))
        views = {ViewKind.TEXT: ViewProfile(Way.NATIVE, None, stats.filled == self._rows)}
        stored = stored_readings(readings.views)
        columns = list(zip(*mapping_rows(readings, stored, texts), strict=True)) or [()] * (1 + len(stored))
        for kind in dict.fromkeys(kind for kind, _ in stored):
            # Nothing tells the texts that an expression leaves open, so that there must be none in the sample.
            arrays = {"text": pyarrow.array(columns[0], pyarrow.string())}
            for (one, reading), values in zip(stored, columns[1:], strict=True):
                if one is kind:
                    arrays[f"{kind}_{reading}"] = pyarrow.array(values, _arrow_type(kind))
            self._connection.register("told", pyarrow.table(arrays))
            if self._place.dialect in DIALECTS and all(
                self._reads_alike("told", readings, kind, r, f"{kind}_{r}") for k, r in stored if k is kind
            ):
                dates = sorted({str(value) for value in arrays[f"{kind}_raw"].to_pylist() if value is not None})
                views[kind] = ViewProfile(
                    Way.EXPRESSION, typed.views[kind].unit, False, tuple(dates) if kind is ViewKind.DATE else ()
                )
            self._connection.unregister("told")
        return ColumnProfile(
            column.name,
            column.native,
            Indexed.POSTINGS,
            stats.filled,
            None,
            blanks=bool(blanks),
            low=None,
            high=None,
            alike=False,
            views=views,
        )

    def _write_postings(self, at: int) -> None:
        """The rare words of a column in the order of their hashes."""
        if self._rows > MOST_PACKED:
            self._all(f"INSERT INTO ix.postings SELECT hash, {at}, {ROW_INDEX} FROM rare ORDER BY hash, {ROW_INDEX}")
            return
        # Hash and row side by side in 64 bits are sorted in a third of the time, and part by part in little memory.
        ((held,),) = self._all("SELECT count(*) FROM rare")
        parts = min(MOST_PARTS, 1 + held // PACKED_AT_ONCE)
        for part in range(parts):
            low, high = ((_HASHES * end) // parts for end in (part, part + 1))
            packed = self._connection.sql(
                f"SELECT (CAST(hash AS UBIGINT) << 32) | CAST({ROW_INDEX} AS UBIGINT) AS packed FROM rare "
                f"WHERE hash BETWEEN {low} AND {high - 1}"
            ).to_arrow_table()
            both = np.sort(packed["packed"].to_numpy())
            del packed
            self._insert(
                "postings",
                hash=pyarrow.array((both >> np.uint64(32)).astype(np.uint32)),
                place=pyarrow.array(np.full(len(both), at, dtype=np.uint8)),
                row_index=pyarrow.array((both & np.uint64(_HASHES - 1)).astype(np.int64)),
            )

    def _insert(self, table: str, **arrays: pyarrow.Array) -> None:
        self._connection.register("told", pyarrow.table(arrays))
        self._all(f"INSERT INTO ix.{table} SELECT * FROM told")
        self._connection.unregister("told")

    def _write_words(self) -> None:
        """Words with their cells, their dictionary forms, and whole cells without their spaces, each sorted."""
        told = {
            name: pyarrow.table(
                {"word": pyarrow.array(said, pyarrow.string()), "cell": pyarrow.array(at, pyarrow.int32())}
            )
            for name, pairs in (("words", self._words), ("compacts", self._compacts))
            for said, at in [tuple(zip(*pairs, strict=True)) or ((), ())]
        }
        self._words.clear()
        self._compacts.clear()
        self._connection.register("told", told["compacts"])
        self._all("CREATE TABLE ix.compacts AS SELECT * FROM told ORDER BY word, cell")
        self._connection.unregister("told")
        self._connection.register("told", told["words"])
        self._all("CREATE TABLE ix.postings_of_words AS SELECT cell FROM told ORDER BY word, cell")
        self._all(
            "CREATE TABLE ix.vocabulary AS SELECT word, CAST(sum(held) OVER (ORDER BY word) - held AS BIGINT) AS start "
            "FROM (SELECT word, count(*) AS held FROM told GROUP BY word) ORDER BY word"
        )
        self._connection.unregister("told")
        words = [row[0] for row in self._all("SELECT word FROM ix.vocabulary ORDER BY word")]
        plain = [at for at, word in enumerate(words) if word.isalpha()]
        forms = {
            "lemma": pyarrow.array([lemma(words[at]) for at in plain], pyarrow.string()),
            "number": pyarrow.array(plain, pyarrow.int32()),
        }
        self._connection.register("told", pyarrow.table(forms))
        self._all("CREATE TABLE ix.forms AS SELECT * FROM told ORDER BY lemma, number")
        self._connection.unregister("told")

    def _write_codes(self, profiles: Sequence[ColumnProfile]) -> None:
        """The cells of the sampled rows, by their numbers; -1 for those without a text."""
        coded = [at for at, profile in enumerate(profiles) if profile.indexed is Indexed.CELLS]
        chosen = "".join(f", coalesce(cells_{at}.cell, -1) AS cell_{at}" for at in coded)
        joins = " ".join(
            f"LEFT JOIN ix.cells AS cells_{at} ON cells_{at}.place = {at} "
            f"AND cells_{at}.text = CAST(sample.{number_name(at)} AS VARCHAR)"
            for at in coded
        )
        self._all(
            f"CREATE TABLE ix.coded AS SELECT sample.{ROW_INDEX}{chosen} FROM ix.sample AS sample {joins} ORDER BY 1"
        )

    def _write_examples(self, profiles: Sequence[ColumnProfile]) -> None:
        """Whole rows with the values that no sampled row holds."""
        wanted = ["SELECT NULL::BIGINT AS first WHERE false"]
        for at, profile in enumerate(profiles):
            name = number_name(at)
            if profile.indexed is Indexed.CELLS:
                table, value, sampled = "cells", "cell", f"cell_{at} FROM ix.coded"
            elif profile.indexed in (Indexed.NUMBERS, Indexed.WHOLES):
                table, value, sampled = "numbers", "value", f"CAST({name} AS DOUBLE) FROM ix.sample"
            elif profile.indexed is Indexed.DAYS:
                table, value, sampled = "days", "day", f"strftime(CAST({name} AS DATE), '%Y-%m-%d') FROM ix.sample"
            else:
                continue
            wanted.append(
                f"SELECT first FROM (SELECT {value} AS value, first FROM ix.{table} WHERE place = {at}) "
                f"ANTI JOIN (SELECT {sampled}) AS sampled(value) USING (value)"
            )
        if any(profile.serial for profile in profiles):
            wanted.append(f"SELECT number FROM range(1, {min(self._rows, _FIRST_ROWS) + 1}) AS numbers(number)")
        self._all(f"CREATE TEMP TABLE wanted AS {' UNION '.join(wanted)}")
        self._all(f"DELETE FROM wanted WHERE first IN (SELECT {ROW_INDEX} FROM ix.sample)")
        # Rows far behind would cost a pass over all that lies before them.
        ((last,),) = self._all(
            "SELECT max(first) FROM (SELECT first FROM wanted ORDER BY first "
            f"LIMIT least({EXAMPLES}, CAST(ceil({_EXAMPLES_SHARE} * (SELECT count(*) FROM wanted)) AS BIGINT)))"
        )
        self._all(
            f"CREATE TABLE ix.examples AS SELECT * FROM source WHERE {ROW_INDEX} <= {last or 0} "
            f"AND {ROW_INDEX} IN (SELECT first FROM wanted) ORDER BY {ROW_INDEX}"
        )
        self._all("DROP TABLE wanted")

    def _keep_rows(self, profiles: Sequence[ColumnProfile]) -> None:
        numbers = set(range(1, min(self._rows, ROWS_AT_THE_ENDS) + 1))
        numbers |= set(range(max(1, self._rows - ROWS_AT_THE_ENDS + 1), self._rows + 1))
        anywhere = random.Random(0).sample(range(1, self._rows + 1), min(self._rows, ROWS_ANYWHERE))
        numbers |= set(anywhere)
        for at, profile in enumerate(profiles):
            numbers |= set(self._extremes(at, profile))
        picked = self._place.source_rows(sorted(numbers)).sql(dialect="duckdb")
        self._all(f"CREATE TABLE ix.kept AS {picked}")

    def _extremes(self, at: int, profile: ColumnProfile) -> Iterator[int]:
        """The first rows with the lowest and the highest values."""
        name = number_name(at)
        if profile.serial:
            return  # they are at the ends, and kept for that
        if profile.indexed is Indexed.NUMBERS:
            for order in ("ASC", "DESC"):
                found = self._all(
                    f"SELECT first FROM ix.numbers WHERE place = {at} ORDER BY value {order} LIMIT {EXTREMES}"
                )
                yield from (row[0] for row in found)
        elif profile.native.is_number or profile.native.is_date:
            value = f"CASE WHEN isfinite({name}) THEN {name} END" if profile.blanks else name
            ((low, high),) = self._all(f"SELECT min({value}, {EXTREMES}), max({value}, {EXTREMES}) FROM source")
            listed = list(dict.fromkeys([*(low or []), *(high or [])]))
            if listed:
                places = ", ".join("?" for _ in listed)
                found = self._all(
                    f"SELECT min({ROW_INDEX}) FROM source WHERE {name} IN ({places}) GROUP BY {name}", listed
                )
                yield from (row[0] for row in found)
        elif profile.indexed is Indexed.CELLS and ViewKind.NUMBER in profile.views:
            for order in ("ASC", "DESC"):
                found = self._all(
                    f"SELECT first FROM ix.cells JOIN ix.texts_{at} USING (text) WHERE place = {at} AND "
                    f"number_raw IS NOT NULL ORDER BY number_raw {order}, first LIMIT {EXTREMES}"
                )
                yield from (row[0] for row in found)


def _spellings(keys: Sequence[str], texts: Sequence[str], held: Sequence[int]) -> dict[str, str]:
    """Texts that equal another way of writing, each with that one: the commonest, ties by the text."""
    groups: dict[str, list[int]] = {}
    for at, key in enumerate(keys):
        groups.setdefault(key, []).append(at)
    found: dict[str, str] = {}
    for group in groups.values():
        if len(group) > 1:
            best = min(group, key=lambda at: (-held[at], texts[at]))
            found.update({texts[at]: texts[best] for at in group if at != best})
    return found


def _arrow_type(kind: ViewKind) -> pyarrow.DataType:
    return pyarrow.float64() if kind.value_type == "number" else pyarrow.string()


def _plain(value: Any) -> float | str | None:
    if value is None:
        return None
    return day_of(value) if hasattr(value, "isoformat") else float(value)


def _ends(native: Native, stats: _Stats) -> tuple[str, ...]:
    """The first and the last date, as precise as the column is."""
    if not native.is_date or stats.low is None:
        return ("1000", "2100") if native.is_number else ()
    return day_of(stats.low), day_of(stats.high)
