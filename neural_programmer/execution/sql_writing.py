"""Trees written for people: names quoted only where a dialect needs it, NOT beside what it negates, no empty words."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable

import sqlglot
from sqlglot import exp
from sqlglot.dialects.dialect import NormalizationStrategy
from sqlglot.errors import SqlglotError
from sqlglot.generator import Generator

from neural_programmer.execution.reserved_words import RESERVED_WORDS

_PLAIN_NAMES = {
    # A name without quotes is folded to one case there; it means the stored column only where it is in that case.
    NormalizationStrategy.LOWERCASE: re.compile("[a-z_][a-z0-9_]*"),
    NormalizationStrategy.UPPERCASE: re.compile("[A-Z_][A-Z0-9_]*"),
}
_PLAIN_NAME = re.compile("[A-Za-z_][A-Za-z0-9_]*")
_NEGATED_INSIDE = (exp.In, exp.Like, exp.Between)


def written(tree: exp.Expr, dialect: str) -> str:
    """A tree as pretty-printed text in a dialect that sqlglot knows."""
    tree = tree.copy()
    default_order = sqlglot.Dialect.get_or_raise(dialect).NULL_ORDERING
    small, last = default_order == "nulls_are_small", default_order == "nulls_are_last"
    for node in list(tree.walk()):
        if isinstance(node, exp.Ordered):
            # Nothing that is sorted here has NULLs. Saying what the dialect does anyway keeps NULLS FIRST and its
            # substitutes out of the text.
            node.set("nulls_first", small != bool(node.args.get("desc")) and not last)
        elif isinstance(node, exp.Identifier) and node.quoted and is_plain(node.name, dialect):
            node.set("quoted", False)
        elif dialect == "tsql" and isinstance(node, exp.Literal) and node.is_string and not node.this.isascii():
            # Other literals there have only the characters of the database's code page.
            node.replace(exp.National(this=node.this))
    return _generator(dialect)(dialect=dialect, pretty=True).generate(tree, copy=False)


@functools.lru_cache(maxsize=4096)
def is_plain(name: str, dialect: str) -> bool:
    """Whether a name means the same with and without quotes in a dialect."""
    pattern = _PLAIN_NAMES.get(sqlglot.Dialect.get_or_raise(dialect).normalization_strategy, _PLAIN_NAME)
    if not pattern.fullmatch(name) or name.casefold() in RESERVED_WORDS[dialect]:
        return False
    column = exp.column(exp.to_identifier(name, quoted=False))
    table = exp.Table(this=exp.to_identifier(name, quoted=False))
    query = exp.select(column).from_(table).where(column.eq(1)).order_by(column)
    try:
        read = sqlglot.parse_one(query.sql(dialect), dialect=dialect)
    except SqlglotError:
        return False
    # What sqlglot itself takes for more than a name is quoted as well, so that every text can be read back.
    return [node.name for node in (*read.find_all(exp.Column), *read.find_all(exp.Table))] == [name] * 4


@functools.cache
def _generator(dialect: str) -> type[Generator]:
    """The dialect's generator, which writes ``a NOT IN (b)`` for ``NOT a IN (b)``."""
    base = sqlglot.Dialect.get_or_raise(dialect).generator_class
    negation: dict[type[exp.Expr], Callable[[Generator, exp.Not], str]] = {exp.Not: _negation}
    return type(f"Readable{base.__name__}", (base,), {"TRANSFORMS": {**base.TRANSFORMS, **negation}})


def _negation(generator: Generator, node: exp.Not) -> str:
    inner = node.this
    if isinstance(inner, exp.Is):
        return f"{generator.sql(inner.this)} IS NOT {generator.sql(inner.expression)}"
    if not isinstance(inner, _NEGATED_INSIDE):
        return generator.not_sql(node)
    column, text = generator.sql(inner.this), generator.sql(inner)
    return f"{column} NOT{text.removeprefix(column)}" if text.startswith(f"{column} ") else generator.not_sql(node)
