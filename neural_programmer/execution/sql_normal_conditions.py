"""Conditions in normal form: sets without what others imply, and comparisons written one way only."""

from __future__ import annotations

from collections.abc import Iterable

from neural_programmer.execution.sql_schema import StoredAs, TableSchema
from neural_programmer.execution.sql_terms import Terms
from neural_programmer.tables.values import ValueType
from neural_programmer.tables.views import ViewReference

# What is unknown wherever a column directly below it has no value, and so true of no such row.
_STRICT = frozenset(
    {
        "equal", "unequal", "greater", "greater or equal", "like", "ilike", "not like", "not ilike", "contains",
        "not contains", "strposition", "substring", "add", "sub", "mul", "lower", "upper", "cast", "in",
    }
)  # fmt: skip
_OPPOSITES = {
    "equal": "unequal", "unequal": "equal", "greater": "less or equal", "greater or equal": "less",
    "less": "greater or equal", "less or equal": "greater",
}  # fmt: skip
_SWAPPED = {"less": "greater", "less or equal": "greater or equal"}


class StoredNames:
    """The columns of a stored table: their names whatever the case, and the view that each belongs to."""

    def __init__(self, schema: TableSchema) -> None:
        self.schema = schema
        self.by_folded_name = {column.name.casefold(): column.name for column in schema.columns}
        self.stored_as = {column.name: column.stored_as for column in schema.columns}
        self.view_of: dict[str, ViewReference] = {}
        for reference in schema.table.view_references:
            names = [schema.value(reference), schema.key(reference)]
            if reference.view.value_type is ValueType.TEXT:
                names.append(schema.words(reference))
            for name in names:
                self.view_of.setdefault(name, reference)
        self._complete: dict[ViewReference, bool] = {}
        self._roles = {schema.row_index: "row index", schema.is_total: "is total"}

    def role(self, name: str) -> str:
        """Whether a column counts the rows, marks totals or holds what the table holds."""
        return self._roles.get(name, "own")

    def is_number(self, name: str) -> bool:
        """Whether the column holds numbers."""
        return self.stored_as[name] is not StoredAs.TEXT

    def is_complete(self, name: str) -> bool:
        """Whether the column has a value in every row."""
        reference = self.view_of.get(name)
        if reference is None:
            return True
        found = self._complete.get(reference)
        if found is None:
            found = self._complete[reference] = self.schema.is_complete(reference)
        return found

    def value_name(self, name: str) -> str:
        """The column that shows the values of the view to which a column belongs."""
        reference = self.view_of.get(name)
        return name if reference is None else self.schema.value(reference)


class Conditions:
    """Conditions as terms over a stored table; each is wanted to be true, so that unknown is as good as false."""

    def __init__(self, terms: Terms, names: StoredNames) -> None:
        self.terms = terms
        self.names = names

    def reduced(self, conditions: Iterable[int]) -> frozenset[int]:
        """The conditions that must all be true, without those that always are or that others imply."""
        terms = self.terms
        found = frozenset(part for condition in conditions for part in terms.conjuncts(condition))
        totals = {term for term in found if self._of_totals(term) is not None}
        if terms.false in found or len(totals) > 1:
            return frozenset((terms.false,))
        present = {self.present_column(term): term for term in found}
        present.pop(None, None)
        if not present:
            return found
        held = set().union(*(self.needs(term) for term in found if term not in present.values()))
        return found - {term for column, term in present.items() if column in held}

    def all_of(self, conditions: Iterable[int]) -> int:
        """The one condition that all of these are true."""
        found = self.reduced(conditions)
        if len(found) <= 1:
            return next(iter(found), self.terms.true)
        return self.terms.unordered(("and",), found)

    def any_of(self, conditions: Iterable[int]) -> int:
        """The one condition that some of these are true."""
        terms = self.terms
        parts: set[int] = set()
        for condition in conditions:
            parts.update(terms.children(condition) if terms.kind(condition) == "or" else (condition,))
        totals = {self._of_totals(term) for term in parts} - {None}
        if terms.true in parts or len(totals) > 1:
            return terms.true
        parts.discard(terms.false)
        if len(parts) <= 1:
            return next(iter(parts), terms.false)
        return terms.unordered(("or",), parts)

    def _of_totals(self, term: int) -> object:
        """0 or 1 where the condition says that a row is no total or is one."""
        if self.names.schema.is_total is None or self.terms.kind(term) != "equal":
            return None
        labels = sorted((self.terms.label(child) for child in self.terms.children(term)), key=str)
        is_own = labels[0][0] == "column" and labels[0][1:3] == (0, 0) and labels[0][4] == "is total"
        return labels[1][1] if is_own and labels[1] in (("number", 0.0), ("number", 1.0)) else None

    def negated(self, term: int) -> int | None:
        """The condition that is true of the other rows that have the values, where that is as short."""
        terms = self.terms
        kind, children = str(terms.kind(term)), terms.children(term)
        if kind in ("equal", "unequal"):
            return terms.unordered((_OPPOSITES[kind],), children)
        if kind in ("greater", "greater or equal"):
            return self.compared(kind, *children, negated=True)
        if kind in ("like", "ilike", "contains", "in"):
            return terms.of((f"not {kind}",), *children)
        if kind in ("not like", "not ilike", "not contains", "not in"):
            return terms.of((kind.removeprefix("not "),), *children)
        if kind in ("present", "absent"):
            return terms.of(("absent" if kind == "present" else "present",), *children)
        if kind in ("or", "and"):
            parts = [self.negated(child) for child in children if terms.kind(child) not in ("absent", "present")]
            known = [part for part in parts if part is not None]
            if not known or len(known) < len(parts):
                return None
            return self.all_of(known) if kind == "or" else self.any_of(known)
        return None

    def present_column(self, term: int) -> int | None:
        """The column of which a condition says that it has a value."""
        return self.terms.children(term)[0] if self.terms.kind(term) == "present" else None

    def needs(self, term: int) -> frozenset[int]:
        """The columns, as they show their values, that have one wherever the condition is true."""
        kind, children = self.terms.kind(term), self.terms.children(term)
        if kind == "or":
            return frozenset.intersection(*(self.needs(child) for child in children))
        if kind == "and":
            return frozenset().union(*(self.needs(child) for child in children))
        if kind == "present":
            return frozenset(children)
        if kind not in _STRICT:
            return frozenset()
        own = children[:1] if kind == "in" else children
        return frozenset(self.shown(child) for child in own if self.terms.kind(child) == "column").union(
            *(self.needs(child) for child in own)
        )

    def shown(self, column: int) -> int:
        """The column that shows the values of a column's view; a column of another source is itself."""
        label = self.terms.label(column)
        if label[4] == "derived":
            return column
        name = self.names.value_name(str(label[3]))
        return self.terms.of((*label[:3], name, self.names.role(name)))

    def present(self, term: int, *, negated: bool = False) -> int:
        """The condition that a value is there, or that it is not."""
        terms = self.terms
        if terms.kind(term) == "column" and terms.label(term)[4] != "derived":
            if self.names.is_complete(str(terms.label(term)[3])):
                return terms.false if negated else terms.true
            return terms.of(("absent" if negated else "present",), self.shown(term))
        return terms.of(("is null" if negated else "is not null",), term)

    def compared(self, comparison: str, left: int, right: int, *, negated: bool = False) -> int:
        """The condition that two values stand so to each other, or that they are known not to."""
        terms = self.terms
        if negated:
            comparison = _OPPOSITES[comparison]
        left, right = self._as_number(left, right), self._as_number(right, left)
        if comparison in _SWAPPED:
            comparison, left, right = _SWAPPED[comparison], right, left
        folded = self._folded(comparison, left, right)
        if folded is not None:
            return folded
        simple = self._against_nothing(comparison, left, right)
        if simple is not None:
            return simple
        if comparison == "unequal":
            label = terms.label(left), terms.label(right)
            for one, other, term in ((*label, left), (*label[::-1], right)):
                if one[0] == "column" and one[4] == "is total" and other in (("number", 0.0), ("number", 1.0)):
                    assert isinstance(other[1], float)
                    return terms.unordered(("equal",), (term, terms.of(("number", 1.0 - other[1]))))
        if comparison in ("equal", "unequal"):
            return terms.unordered((comparison,), (left, right))
        return terms.of((comparison,), left, right)

    def _as_number(self, term: int, other: int) -> int:
        """A text that is compared with a column of numbers, as the number that it writes."""
        label, column = self.terms.label(term), self.terms.label(other)
        if label[0] != "text" or column[0] != "column" or column[4] == "derived":
            return term
        if not self.names.is_number(str(column[3])):
            return term
        try:
            return self.terms.of(("number", float(str(label[1]))))
        except ValueError:
            return term

    def _folded(self, comparison: str, left: int, right: int) -> int | None:
        """The result of a comparison of two numbers that are written out."""
        one, other = self.terms.label(left), self.terms.label(right)
        if one[0] != "number" or other[0] != "number":
            return None
        assert isinstance(one[1], float)
        assert isinstance(other[1], float)
        holds = {
            "equal": one[1] == other[1],
            "unequal": one[1] != other[1],
            "greater": one[1] > other[1],
            "greater or equal": one[1] >= other[1],
        }[comparison]
        return self.terms.true if holds else self.terms.false

    def _against_nothing(self, comparison: str, left: int, right: int) -> int | None:
        """A count or a place compared with 0 or 1 such that it says "some" or "none"; ``None`` for other comparisons.

        Counts are whole and never negative, which makes one condition of ``> 0``, ``>= 1`` and ``<> 0``.
        """
        terms = self.terms
        for term, number, is_left in ((left, right, True), (right, left, False)):
            label = terms.label(number)
            if label[0] != "number" or not self._is_whole(term):
                continue
            some = {
                ("greater", True, 0.0), ("greater or equal", True, 1.0), ("unequal", True, 0.0),
                ("unequal", False, 0.0),
            }  # fmt: skip
            none = {
                ("greater", False, 1.0), ("greater or equal", False, 0.0), ("equal", True, 0.0), ("equal", False, 0.0),
            }  # fmt: skip
            case = (comparison, is_left, label[1])
            if case in some or case in none:
                if terms.kind(term) == "strposition":
                    return terms.of(("contains" if case in some else "not contains",), *terms.children(term))
                return terms.of(("some" if case in some else "none",), term)
        return None

    def _is_whole(self, term: int) -> bool:
        """Whether a term is a count of rows or the place of a text in another."""
        parts = self.terms.selects.get(term)
        if parts is not None and parts.aggregate:
            return self.terms.kind(parts.values[0]) in ("count", "count distinct")
        return self.terms.kind(term) == "strposition"
