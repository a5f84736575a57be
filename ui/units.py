"""The units that a column's numbers are written in, and what is said where there are several of them."""

from __future__ import annotations

from collections import Counter

from neural_programmer.language.program import Program
from neural_programmer.tables.table import Table
from neural_programmer.tables.values import Number, ValueType
from neural_programmer.tables.views import View

_MOST_LOOKED_AT = 5_000


def units_of(view: View) -> tuple[str, ...]:
    """The units among the distinct values of a view of numbers, the commonest first; "day" and "days" are one."""
    written = [value.unit for value in view.distinct[:_MOST_LOOKED_AT] if isinstance(value, Number) and value.unit]
    first = {_key(unit): unit for unit in reversed(written)}
    return tuple(first[key] for key, _ in Counter(map(_key, written)).most_common())


def mixed_units_in_words(program: Program, table: Table) -> list[str]:
    """A sentence for each column whose numbers a program compares or adds up although they are in several units."""
    read = dict.fromkeys(
        step.column
        for step in program
        if step.column is not None and step.column.view.value_type is ValueType.NUMBER and step.operation != "select"
    )
    found = []
    for column in read:
        units = units_of(table.view(column))
        if len(units) > 1:
            named = f"{', '.join(units[:-1])} and {units[-1]}"
            found.append(
                f"The numbers of {column.column} are in different units, {named}, and were taken as they stand."
            )
    return found


def _key(unit: str) -> str:
    """What a unit has in common with its plural."""
    key = "".join(unit.casefold().split())
    return key.rstrip("s").rstrip("e") if len(key) > 2 else key
