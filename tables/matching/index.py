"""A table made ready for linking: its distinct cells by their words."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from neural_programmer.tables.matching.headers import Headers
from neural_programmer.tables.matching.tokens import lemma
from neural_programmer.tables.table import Column, Table
from neural_programmer.tables.values import Items, PartialDate, longest_day, text_words
from neural_programmer.tables.views import View, ViewKind

_PLAIN_NUMBER = re.compile(r"[^\w]*\d[\d,.\s]*[^\w]*")
_FEW_YEARS = 2
_FEW_DATES = 3
_NUMBER_VIEWS = (ViewKind.NUMBER, ViewKind.SECOND_NUMBER, ViewKind.DIFFERENCE, ViewKind.YEAR)
_TYPED_VIEWS = (ViewKind.NUMBER, ViewKind.DATE, ViewKind.SECOND_NUMBER)


class TableIndex:
    """What linking reads of a table; prepared once and used for many questions.

    Cells are indexed by their distinct words (``text_words``); a cell that is one plain number with a numeric or
    date reading is left out, because numbers and dates stand for it.
    """

    def __init__(self, table: Table) -> None:
        self.table = table
        # Distinct cells, numbered over the whole table by their words.
        self.cell_words: list[str] = []
        self.cell_texts: list[str] = []
        self._typed: list[bool] = []
        self._columns: list[int] = []
        self._more_columns: dict[int, set[int]] = {}
        self._counts: list[int] = []
        self.whole: dict[str, int] = {}
        self.items: dict[str, tuple[str, int]] = {}
        self.vocabulary: dict[str, int] = {}
        for position, column in enumerate(table.columns):
            self._add_cells(position, column)
            self._add_items(position, column)
        self._build_postings()

    def _add_cells(self, position: int, column: Column) -> None:
        typed_rows = _typed_rows(column)
        for text, row, count in _distinct(column):
            typed = typed_rows[row]
            if typed and _PLAIN_NUMBER.fullmatch(text):
                continue
            words = text_words(text)
            if not words:
                continue
            known = self.whole.get(words)
            if known is None:
                self.whole[words] = len(self.cell_words)
                self.cell_words.append(words)
                self.cell_texts.append(text)
                self._typed.append(typed)
                self._columns.append(position)
                self._counts.append(count)
                continue
            if self._columns[known] != position:
                self._more_columns.setdefault(known, set()).add(position)
            self._typed[known] = self._typed[known] and typed
            # The commonest way to write a cell stands for all; ties go by the text, not by the column order.
            if (-count, text) < (-self._counts[known], self.cell_texts[known]):
                self.cell_texts[known], self._counts[known] = text, count

    def _add_items(self, position: int, column: Column) -> None:
        view = column.views.get(ViewKind.LIST)
        if view is None:
            return
        for value in dict.fromkeys(view.values):
            if not isinstance(value, Items):
                continue
            for item in value.items:
                words = text_words(item)
                if words and words not in self.whole:
                    known = self.items.get(words)
                    if known is None or item < known[0]:
                        self.items[words] = (item, position)

    def _build_postings(self) -> None:
        word_ids, cell_ids = array("l"), array("l")
        vocabulary = self.vocabulary
        for cell, words in enumerate(self.cell_words):
            for word in set(words.split()):
                word_ids.append(vocabulary.setdefault(word, len(vocabulary)))
                cell_ids.append(cell)
        ids = np.frombuffer(word_ids, dtype=np.int64) if word_ids else np.zeros(0, dtype=np.int64)
        cells = np.frombuffer(cell_ids, dtype=np.int64) if cell_ids else np.zeros(0, dtype=np.int64)
        order = np.argsort(ids, kind="stable")
        self._cells = cells[order].astype(np.int32)
        self._lengths = np.fromiter(map(len, self.cell_words), dtype=np.int64, count=len(self.cell_words))
        self._first_columns = np.asarray(self._columns, dtype=np.int64)
        self._typed_cells = np.asarray(self._typed, dtype=np.bool_)
        self._starts = np.searchsorted(ids[order], np.arange(len(vocabulary) + 1))

    def postings(self, word: str) -> NDArray[np.int32]:
        """``Int32[cell]``: the distinct cells that hold the word, in ascending order."""
        identity = self.vocabulary.get(word)
        if identity is None:
            return self._cells[:0]
        return self._cells[self._starts[identity] : self._starts[identity + 1]]

    def columns_of(self, cells: NDArray[np.int32]) -> frozenset[int]:
        """The positions of the columns in which any of these distinct cells stands."""
        first = frozenset(np.unique(self._first_columns[cells]).tolist())
        return first.union(*(self._more_columns[cell] for cell in cells.tolist() if cell in self._more_columns))

    def all_typed(self, cells: NDArray[np.int32]) -> bool:
        """Whether each of these distinct cells has a numeric or date reading wherever it stands."""
        return bool(self._typed_cells[cells].all())

    def shortest(self, cells: NDArray[np.int32]) -> int:
        """The length in characters of the words of the shortest of these distinct cells."""
        return int(self._lengths[cells].min())

    @cached_property
    def compact(self) -> dict[str, int]:
        """Distinct cells by their words without the spaces, as "new york" and "newyork" or "u s" and "us" agree."""
        found: dict[str, int] = {}
        for cell, words in enumerate(self.cell_words):
            key = words.replace(" ", "")
            known = found.get(key)
            if known is None or words < self.cell_words[known]:
                found[key] = cell
        return found

    @cached_property
    def headers(self) -> Headers:
        """The words of the headers."""
        columns = self.table.columns
        return Headers([column.header for column in columns], [column.synonyms for column in columns])

    @cached_property
    def words_by_lemma(self) -> dict[str, tuple[str, ...]]:
        """The words of the cells by their dictionary form."""
        found: dict[str, list[str]] = {}
        for word in self.vocabulary:
            found.setdefault(lemma(word), []).append(word)
        return {form: tuple(sorted(words)) for form, words in found.items()}

    @cached_property
    def words_by_letter(self) -> dict[str, list[str]]:
        """The alphabetic words of the cells, at least four letters long, by their first letter."""
        found: dict[str, list[str]] = {}
        for word in sorted(self.vocabulary):
            if len(word) >= 4 and word.isalpha():
                found.setdefault(word[0], []).append(word)
        return found

    @cached_property
    def numbers(self) -> NDArray[np.float64]:
        """Every distinct number of the numeric views, ascending."""
        views = [column.views[kind] for column in self.table.columns for kind in _NUMBER_VIEWS if kind in column.views]
        distinct = [np.unique(view.numbers[view.mask]) for view in views]
        return np.unique(np.concatenate(distinct)) if distinct else np.zeros(0)

    def holds_number(self, number: float) -> bool:
        """Whether a numeric view has exactly this number."""
        place = int(np.searchsorted(self.numbers, number))
        return place < len(self.numbers) and bool(self.numbers[place] == number)

    @cached_property
    def has_dates(self) -> bool:
        """Whether a column can be read as dates."""
        return any(ViewKind.DATE in column.views for column in self.table.columns)

    @cached_property
    def dates(self) -> tuple[PartialDate, ...]:
        """Every distinct date of the date views, in the order of their ISO forms."""
        views = [column.views[ViewKind.DATE] for column in self.table.columns if ViewKind.DATE in column.views]
        distinct = {view.values[row] for view in views for row in _first_rows(view)}
        return tuple(sorted((date for date in distinct if isinstance(date, PartialDate)), key=PartialDate.iso))

    @cached_property
    def _date_parts(self) -> dict[tuple[int | None, int | None, int | None], list[PartialDate]]:
        """Distinct dates, whole or cut to the month, by the parts of a question's date that they agree with."""
        found: dict[tuple[int | None, int | None, int | None], dict[PartialDate, None]] = {}
        for date in self.dates:
            year, month, day = date.year, date.month, date.day
            found.setdefault((year, None, None), {})[date] = None
            found.setdefault((year, month, None), {})[date] = None
            found.setdefault((year, month, day), {})[date] = None
            if year is not None and month is not None:
                found.setdefault((None, month, None), {})[PartialDate(year, month)] = None
                found.setdefault((None, month, day), {})[PartialDate(year, month, day)] = None
        return {parts: list(dates) for parts, dates in found.items()}

    def holds_date(self, date: PartialDate) -> bool:
        """Whether a date of the table begins with this one."""
        return any(
            (other.year is None) == (date.year is None)
            for other in self._date_parts.get((date.year, date.month, date.day), ())
        )

    def dates_completing(self, date: PartialDate) -> list[PartialDate]:
        """The dates that a date without a year can mean, in a table of few years or of few dates like it."""
        agreeing = [other for other in self._date_parts.get((None, date.month, date.day), []) if other.year is not None]
        if not agreeing and len(self._years) <= _FEW_YEARS:
            agreeing = [PartialDate(year, date.month, date.day) for year in self._years if _exists(year, date)]
        return agreeing if len(agreeing) <= _FEW_DATES else []

    @cached_property
    def _years(self) -> tuple[int, ...]:
        """The years of the dates that are finer than a year."""
        return tuple(sorted({date.year for date in self.dates if date.year is not None and date.month is not None}))


def _exists(year: int, date: PartialDate) -> bool:
    """Whether the date exists in that year, for it may be the 29th of February."""
    return date.day is None or date.day <= longest_day(year, date.month)


def _first_rows(view: View) -> list[int]:
    """One row for each distinct value."""
    groups, rows = np.unique(view.groups, return_index=True)
    return [int(row) for group, row in zip(groups, rows, strict=True) if group >= 0]


def _typed_rows(column: Column) -> list[bool]:
    """Whether the cell of each row has a numeric or date reading."""
    typed = np.zeros(len(column.cells), dtype=np.bool_)
    for kind in _TYPED_VIEWS:
        if kind in column.views:
            typed |= column.views[kind].mask
    found: list[bool] = typed.tolist()
    return found


def _distinct(column: Column) -> Iterator[tuple[str, int, int]]:
    """The distinct texts of a column as (text, one of its rows, number of rows)."""
    rows: dict[str, int] = {}
    counts: dict[str, int] = {}
    for row, cell in enumerate(column.cells):
        if cell in counts:
            counts[cell] += 1
        else:
            rows[cell] = row
            counts[cell] = 1
    for cell, row in rows.items():
        text = cell.strip()
        if text:
            yield text, row, counts[cell]
