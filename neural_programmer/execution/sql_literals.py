"""The constants that a query may have been written with: what its values say, as each kind of constant says it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from neural_programmer.execution.sql_normal_conditions import StoredNames
from neural_programmer.execution.sql_terms import Terms
from neural_programmer.tables.constants import Constant, ConstantKind
from neural_programmer.tables.table import Table
from neural_programmer.tables.values import PartialDate, Text, text_key
from neural_programmer.tables.views import ViewReference

# Conditions of a column and a value; the same one, of several values, is an alternative of each.
_CONDITIONS = frozenset(
    {
        "equal", "unequal", "greater", "greater or equal", "like", "not like", "ilike", "not ilike", "contains",
        "not contains",
    }
)  # fmt: skip
_MOST_OF_A_KIND = 12

Literal = str | float


@dataclass
class Literals:
    """The values of a query: by the column that they are compared with, and what else there is.

    ``together`` are the values of one column in one list of alternatives.
    """

    by_column: dict[ViewReference, dict[Literal, None]] = field(default_factory=dict)
    together: dict[ViewReference, dict[tuple[str, ...], None]] = field(default_factory=dict)
    numbers: dict[float, None] = field(default_factory=dict)
    texts: dict[str, None] = field(default_factory=dict)
    ranks: dict[int, None] = field(default_factory=dict)
    choices: dict[tuple[str, str], None] = field(default_factory=dict)


def literals_of(terms: Terms, names: StoredNames, query: int) -> Literals:
    """The values that stand in a query."""
    found = Literals()
    for term in sorted(terms.below(query)):
        label, children = terms.label(term), terms.children(term)
        if label[0] in _CONDITIONS:
            view = _view(terms, names, children)
            if view is not None:
                found.by_column.setdefault(view, {}).update(dict.fromkeys(_values(terms, children)))
        elif label[0] == "text":
            found.texts[str(label[1])] = None
        elif label[0] == "number" and isinstance(label[1], float):
            found.numbers[label[1]] = None
        elif label[0] == "case":
            words = [str(terms.label(child)[1]) for child in children if terms.kind(child) == "text"]
            if len(words) == 2:
                found.choices[words[0], words[1]] = None
        if term in terms.selects and terms.selects[term].limit is not None:
            found.ranks.update(dict.fromkeys((terms.selects[term].offset + 1, terms.selects[term].limit or 1)))
    for conditions in terms.conjunctions(query):
        _keep_together(terms, names, conditions, found)
        for condition in conditions:
            if terms.kind(condition) == "or":
                _keep_together(terms, names, terms.children(condition), found)
    return found


def _keep_together(terms: Terms, names: StoredNames, conditions: Iterable[int], found: Literals) -> None:
    lists: dict[tuple[object, ViewReference], list[str]] = {}
    for condition in sorted(conditions):
        view = _view(terms, names, terms.children(condition)) if terms.kind(condition) in _CONDITIONS else None
        if view is not None:
            texts = [value for value in _values(terms, terms.children(condition)) if isinstance(value, str)]
            lists.setdefault((terms.kind(condition), view), []).extend(texts)
    for (_, view), texts in lists.items():
        if len(texts) > 1:
            found.together.setdefault(view, {})[tuple(texts)] = None


def _view(terms: Terms, names: StoredNames, parts: Iterable[int]) -> ViewReference | None:
    """The view whose column is among the parts of a condition, perhaps cut."""
    for part in parts:
        while terms.kind(part) in ("substring", "lower", "upper", "cast"):
            part = terms.children(part)[0]
        label = terms.label(part)
        if label[0] == "column" and label[4] == "own":
            return names.view_of.get(str(label[3]))
    return None


def _values(terms: Terms, parts: Iterable[int]) -> Iterator[Literal]:
    for part in parts:
        label = terms.label(part)
        if label[0] == "text":
            yield str(label[1])
        elif label[0] == "number":
            assert isinstance(label[1], float)
            yield label[1]


def constants(literals: Literals, kind: ConstantKind, column: ViewReference | None, table: Table) -> list[Constant]:
    """The constants of a kind that may stand beside a column, those first that say what the query says."""
    given = list(literals.by_column.get(column, ())) if column is not None else []
    found: Iterable[tuple[str | float | int | PartialDate, ...]]
    match kind:
        case ConstantKind.TEXT:
            found = [(text,) for one in given if isinstance(one, str) for text in _texts(one, column, table)]
        case ConstantKind.TEXTS:
            lists = list(literals.together.get(column, ())) if column is not None else []
            found = [
                texts
                for one in lists
                for texts in zip(*(_first_two(_texts(text, column, table)) for text in one), strict=True)
            ]
        case ConstantKind.NUMBER:
            numbers = list(literals.numbers) if column is None else given
            found = [(one,) for one in numbers if isinstance(one, float)]
        case ConstantKind.NUMBER_RANGE:
            numbers = [one for one in given if isinstance(one, float)]
            found = [(low, high) for low in numbers for high in numbers]
        case ConstantKind.DATE:
            found = [(date,) for date in _dates(given)]
        case ConstantKind.DATE_RANGE:
            dates = list(_dates(given))[:_MOST_OF_A_KIND]
            found = [(low, high) for low in dates for high in dates]
        case ConstantKind.ORDINAL:
            found = [(rank,) for rank in dict.fromkeys((*literals.ranks, 1)) if rank > 0]
        case ConstantKind.CHOICE:
            found = list(literals.choices)
        case ConstantKind.UNIT:
            found = [(text.strip(),) for text in literals.texts if text.startswith(" ") and text.strip()]
    return [Constant(kind, values) for values in dict.fromkeys(found)]


def _first_two(texts: list[str]) -> tuple[str, str]:
    return texts[0], texts[-1]


def _texts(written: str, column: ViewReference | None, table: Table) -> list[str]:
    """A text of a query as the table writes it, and without the signs that stand around what is looked for."""
    inner = written.strip("%").strip()
    variants = [written, inner]
    if inner.startswith("|") and inner.endswith("|"):
        variants.append(inner[1:-1].replace("~1", "|").replace("~0", "~"))
    found: list[str] = []
    for variant in variants:
        if column is not None:
            view = table.view(column)
            group = view.group_of_key.get(text_key(variant))
            value = view.distinct[group] if group is not None else None
            if isinstance(value, Text):
                found.append(value.written)
        found.append(variant)
    return [text for text in dict.fromkeys(found) if text]


def _dates(given: Iterable[Literal]) -> Iterator[PartialDate]:
    """The dates that texts write; then those of which a text is the first that is no part."""
    written = [date for one in given for date in [_date(str(one).removesuffix("%"))] if date is not None]
    yield from written
    for date in written:
        if date.year is None or date.day is not None or date.hour is not None or not date.year:
            continue
        if date.month is None:
            yield PartialDate(date.year - 1)
            yield PartialDate(date.year - 1, 12)
        else:
            yield PartialDate(date.year, date.month - 1) if date.month > 1 else PartialDate(date.year - 1, 12)


def _date(written: str) -> PartialDate | None:
    try:
        return PartialDate.parse_iso(written)
    except ValueError:
        return None
