"""Choosing the rows of a large table that a question has to be understood with: a few hundred, whatever its size."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlglot import exp

from neural_programmer.large.dates import literal_of
from neural_programmer.large.native_views import FIRST_YEAR, LAST_YEAR
from neural_programmer.large.place import ROW_INDEX, Place, number_name
from neural_programmer.large.profile import ColumnProfile, Indexed, Native
from neural_programmer.large.sampled import CellIs, NumberIs
from neural_programmer.large.value_index import Cell, ValueIndex
from neural_programmer.tables.matching.aliases import alias_names
from neural_programmer.tables.matching.index import TableIndex
from neural_programmer.tables.matching.linking import Token
from neural_programmer.tables.matching.periods import find_dates
from neural_programmer.tables.matching.quantities import number_mentions
from neural_programmer.tables.matching.spans import QuestionWord, may_be_misspelt, question_words, similar_words
from neural_programmer.tables.matching.tokens import lemma
from neural_programmer.tables.values import PartialDate

_LONGEST_CELL = 8
_MOST_CELLS = 40
_ROWS_OF_A_CELL = 16
_ROWS_OF_BOTH = 4
_MOST_WHOLE = 6
_RARE_ROWS = 8
# Where no cell that the question speaks of is in the sample, the rows of so many are read.
_MOST_READ = 6


class RowChooser:
    """Finds the rows whose values a question speaks of, by the index and, where that is not enough, by queries."""

    def __init__(self, place: Place, index: ValueIndex, linked: TableIndex, *, sample_is_all: bool) -> None:
        self._place = place
        self._index = index
        self._linked = linked
        self._sample_is_all = sample_is_all
        self._columns = index.profile.columns

    def rows(self, question: str, tokens: Sequence[Token]) -> list[int]:
        """The numbers of the rows, without those that every question is asked with."""
        words = question_words(tokens)
        cells, rare = self._cells(words)
        numbers = self._numbers(question, tokens)
        dates = [placed.date for placed in find_dates(question, tokens)]
        whole = self._whole(cells, words)
        found = self._rows_at_hand(cells, {cell.number for cell in whole})
        found += rare
        found += self._rows_of_numbers(numbers)
        found += self._rows_of_dates(dates, numbers)
        found += self._rows_of_cells(whole, numbers)
        return list(dict.fromkeys(found))

    def _cells(self, words: Sequence[QuestionWord]) -> tuple[dict[int, int], list[int]]:
        """The cells that the words may mean, and rows of the columns whose cells are not kept."""
        content = [word for word in words if not word.is_stop]
        plain = dict.fromkeys(word.word for word in content)
        plain.update(dict.fromkeys(f"{one.word}{other.word}" for one, other in itertools.pairwise(words)))
        plain.update(dict.fromkeys(part for name in alias_names(words) for part in name.split()))
        vocabulary = self._index.vocabulary
        known = vocabulary.known(plain)
        wanted = [word for word in plain if word in known]
        for word in content:
            alike = [other for other in vocabulary.like(lemma(word.word)) if other != word.word]
            wanted += alike
            if word.word not in known and not alike and may_be_misspelt(word):
                choices = vocabulary.by_letter(word.word[0])
                wanted += [other for other, _ in similar_words(word.word, choices)]
        wholes = list(_runs(words))
        compacts = [whole.replace(" ", "") for whole in wholes]
        cells = vocabulary.best(dict.fromkeys(wanted), dict.fromkeys(compacts), _MOST_CELLS)
        return cells, self._index.rows_with([word.word for word in content], wholes, _RARE_ROWS)

    def _numbers(self, question: str, tokens: Sequence[Token]) -> list[float]:
        found = number_mentions(question, tokens, self._linked)
        amounts = (mention.constant.values[0] for mention in found)
        return list(dict.fromkeys(float(amount) for amount in amounts if isinstance(amount, float | int)))

    def _whole(self, cells: Mapping[int, int], words: Sequence[QuestionWord]) -> list[Cell]:
        """The cells that the question says whole, at most two of a column; each comes with how many words it shares."""
        said = f" {' '.join(word.word for word in words)} "
        vocabulary = self._index.vocabulary
        # Words such as "of" are not looked for, but may stand in a cell.
        stops = vocabulary.known({word.word for word in words if word.is_stop})
        full = [cell for cell, held in cells.items() if vocabulary.cells.sizes[cell] <= held + len(stops)]
        kept: list[Cell] = []
        for cell in self._index.cells(full):
            of_column = sum(other.place == cell.place for other in kept)
            if cell.words in said and of_column < 2 and len(kept) < _MOST_WHOLE:
                kept.append(cell)
        return kept

    def _rows_at_hand(self, cells: Iterable[int], whole: set[int]) -> list[int]:
        """A row with each cell, most of them from the sample: others have to be read from where the table lives."""
        sampled, first = self._index.sampled_rows, self._index.vocabulary.cells.first
        found = [int(sampled[one]) for one in cells if sampled[one]]
        read = [one for one in cells if not sampled[one] and one in whole]
        if not found and not read:
            read = list(cells)[:_MOST_READ]
        return found + [int(first[one]) for one in read]

    def _numeric(self, numbers: Sequence[float]) -> Iterator[tuple[int, float]]:
        """Every column of numbers with every number that lies within it."""
        for at, column in enumerate(self._columns):
            if column.native.is_number and isinstance(column.low, float) and isinstance(column.high, float):
                yield from ((at, number) for number in numbers if column.low <= number <= column.high)

    def _rows_of_numbers(self, numbers: Sequence[float]) -> list[int]:
        found = [row for number in numbers for row in self._index.rows_with_number(number, 24)]
        for low, high in itertools.pairwise(sorted(numbers)):
            found += self._index.rows_between(low, high)
        for at, number in self._numeric(numbers):
            column, is_whole = self._columns[at], number == int(number)
            if column.serial and is_whole and isinstance(column.low, float):
                found.append(int(number - column.low) + 1)
                continue
            if column.indexed is Indexed.RANGE or (column.indexed is Indexed.WHOLES and not is_whole):
                if column.native is Native.INTEGER and not is_whole:
                    continue
                # Compared with a decimal, every integer of the column would have to be read and converted.
                written = str(int(number)) if column.native is Native.INTEGER else repr(number)
                found += self._asked([exp.EQ(this=_column(at), expression=exp.Literal.number(written))], 2)
        return found

    def _rows_of_dates(self, dates: Sequence[PartialDate], numbers: Sequence[float]) -> list[int]:
        years = [PartialDate(int(one)) for one in numbers if one == int(one) and FIRST_YEAR <= one <= LAST_YEAR]
        return [row for date in dict.fromkeys([*dates, *years]) for row in self._index.rows_on(date)]

    def _rows_of_cells(self, cells: Sequence[Cell], numbers: Sequence[float]) -> list[int]:
        """Rows of each cell, of each two in different columns, and with numbers on either side of the question's."""
        sample = self._index.sample
        found: list[int] = []
        sides = list(self._numeric(numbers))[:8]
        for cell in cells:
            here = CellIs(cell.place, cell.number)
            found += sample.holding([here], _ROWS_OF_A_CELL)
            for at, number in sides:
                found += sample.holding([here, NumberIs(at, low=math.nextafter(number, math.inf))], 2)
                found += sample.holding([here, NumberIs(at, high=math.nextafter(number, -math.inf))], 2)
        by_column: dict[int, Cell] = {}
        for cell in cells:
            by_column.setdefault(cell.place, cell)
        together = [tuple(by_column.values())] if len(by_column) > 2 else []
        together += [pair for pair in itertools.combinations(cells, 2) if pair[0].place != pair[1].place]
        for some in together[:6]:
            rows = sample.holding([CellIs(cell.place, cell.number) for cell in some], _ROWS_OF_BOTH)
            if not rows and not self._sample_is_all:
                rows = self._asked([self._condition(cell) for cell in some], _ROWS_OF_BOTH)
            found += rows
        return found

    def _condition(self, cell: Cell) -> exp.Expr:
        column = self._columns[cell.place]
        return exp.EQ(this=_column(cell.place), expression=_literal(column, cell.text))

    def _asked(self, conditions: Sequence[exp.Expr], most: int) -> list[int]:
        """The first rows that fulfil the conditions, from where the table lives."""
        used = sorted({int(one.name[1:]) for condition in conditions for one in condition.find_all(exp.Column)})
        typed = self._place.typed(used).subquery("typed")
        tree = exp.select(ROW_INDEX).from_(typed).where(*(one.copy() for one in conditions)).limit(most)
        if self._place.dialect != "duckdb":  # which gives the first rows first
            tree = tree.order_by(ROW_INDEX)
        return [row[0] for row in self._place.run(tree.sql(dialect=self._place.dialect), most)]


def _column(at: int) -> exp.Column:
    return exp.column(number_name(at))


def _literal(column: ColumnProfile, text: str) -> exp.Expr:
    if column.native is Native.BOOLEAN:
        return exp.convert(text == "true")
    return literal_of(column.native, text) if column.native.is_date else exp.Literal.string(text)


def _runs(words: Sequence[QuestionWord]) -> Iterator[str]:
    """Every run of the question's words that could be a whole cell."""
    for start in range(len(words)):
        for end in range(start + 1, min(start + _LONGEST_CELL, len(words)) + 1):
            if not all(word.is_stop for word in words[start:end]):
                yield " ".join(word.word for word in words[start:end])
