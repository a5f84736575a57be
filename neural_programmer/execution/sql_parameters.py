"""A program's query with places for the values it compares with, and these values apart."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlglot import exp

from neural_programmer.execution.sql import query_tree, write_tree
from neural_programmer.execution.sql_schema import StoredValue, TableSchema
from neural_programmer.language.program import Program
from neural_programmer.tables.table import Table

_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.In, exp.Like)
# Dialects whose drivers take values by position alone.
_BY_POSITION = frozenset({"trino", "tsql", "mysql"})


@dataclass(frozen=True)
class ParameterisedQuery:
    """A query with places and the values that belong there, in the order of their places.

    A named place is written as the dialect has it (``$value_1``, ``:value_1`` …); by position it is ``?``, and the
    names tell the order only.
    """

    sql: str
    parameters: dict[str, StoredValue]


def parameterised(program: Program, table: Table, dialect: str = "duckdb") -> ParameterisedQuery:
    """The program's query with a place for every text and number that a stored column is compared with.

    ``ValueError`` names the dialects where this one is unknown.
    """
    schema = TableSchema(table)
    tree = query_tree(program, schema)
    plain = write_tree(tree, dialect)
    # A name that nothing in the query contains, so that its places can be found again in the text.
    marker = "value"
    while f"{marker}_" in plain:
        marker = f"{marker}_x"
    values: dict[str, StoredValue] = {}
    for literal in list(tree.find_all(exp.Literal)):
        if _is_compared(literal, schema):
            name = f"{marker}_{len(values) + 1}"
            values[name] = literal.this if literal.is_string else float(literal.this)
            literal.replace(exp.Placeholder(this=name))
    text = write_tree(tree, dialect)
    order = list(dict.fromkeys(re.findall(rf"{marker}_\d+", text)))
    if dialect in _BY_POSITION:
        text = re.sub(rf"[:$@]{marker}_\d+", "?", text)
    if dialect == "postgres" and order:
        # Its drivers take every other percent sign, as in the name of a column, for the beginning of a place.
        text = re.sub(rf"%(?!\({marker}_\d+\)s)", "%%", text)
    return ParameterisedQuery(text, {name: values[name] for name in order})


def _is_compared(literal: exp.Literal, schema: TableSchema) -> bool:
    """Whether the literal is compared with a column of the table; row numbers and marks of totals stay as they are."""
    comparison = literal.parent
    if not isinstance(comparison, _COMPARISONS):
        return False
    own = {schema.row_index, schema.is_total}
    columns = [column.name for column in comparison.find_all(exp.Column)]
    return bool(columns) and not own & set(columns)
