"""A program's query with places for the values it compares with, and these values apart."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlglot import exp

from neural_programmer.execution.sql import query_tree, write_tree
from neural_programmer.execution.sql_schema import StoredValue, TableSchema
from neural_programmer.language.program import Program
from neural_programmer.operations.sql_helpers import GIVEN
from neural_programmer.tables.table import Table

# Dialects whose drivers take values by position alone.
_BY_POSITION = frozenset({"trino", "tsql", "mysql"})


@dataclass(frozen=True)
class ParameterisedQuery:
    """A query with places and the values that belong there, in the order of their places.

    A named place is written as the dialect has it (``$value_1``, ``:value_1`` …), and a value that is needed twice has
    one name; by position it is ``?`` each time, and the names tell the order only.
    """

    sql: str
    parameters: dict[str, StoredValue]


def parameterised(program: Program, table: Table, dialect: str = "duckdb") -> ParameterisedQuery:
    """The program's query with a place for every text, number and date that the program gives.

    A text that is looked for within others comes with its percent signs; row numbers and words of answers stay.

    ``ValueError`` names the dialects where this one is unknown.
    """
    return with_places(query_tree(program, TableSchema(table)), dialect)


def with_places(tree: exp.Select, dialect: str) -> ParameterisedQuery:
    """A query, as it was built from a program, with places for that program's values; the tree is used up."""
    plain = write_tree(tree, dialect)
    # A name that nothing in the query contains, so that its places can be found again in the text.
    marker = "value"
    while f"{marker}_" in plain:
        marker = f"{marker}_x"
    values: dict[str, StoredValue] = {}
    names: dict[int, str] = {}
    for literal in [node for node in tree.find_all(exp.Literal) if GIVEN in node.meta]:
        value = literal.meta[GIVEN] if dialect not in _BY_POSITION else len(names) + 1
        name = names.setdefault(value, f"{marker}_{len(names) + 1}")
        sign = literal.parent if isinstance(literal.parent, exp.Neg) else None
        number = 0.0 if literal.is_string else float(literal.this)
        values[name] = literal.this if literal.is_string else -number if sign else number
        (sign or literal).replace(exp.Placeholder(this=name))
    text = write_tree(tree, dialect)
    # Named after their order in the text, so that a reader meets the first one first.
    order = list(dict.fromkeys(re.findall(rf"{marker}_\d+", text)))
    ordered = {name: f"{marker}_{number}" for number, name in enumerate(order, start=1)}
    text = re.sub(rf"{marker}_\d+", lambda found: ordered[found[0]], text)
    if dialect in _BY_POSITION:
        text = re.sub(rf"[:$@]{marker}_\d+", "?", text)
    if dialect == "postgres" and order:
        # Its drivers take every other percent sign, as in the name of a column, for the beginning of a place.
        text = re.sub(rf"%(?!\({marker}_\d+\)s)", "%%", text)
    return ParameterisedQuery(text, {ordered[name]: values[name] for name in order})
