"""SQL that a person wrote: let through only where it is one query that reads the open table, and run with limits."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from neural_programmer.execution.engines import DuckDBEngine, Row

MOST_CHARACTERS = 10_000
MOST_NODES = 3_000
MOST_ROWS = 1_000

_QUERIES = (exp.Select, exp.SetOperation)

# What a query may be made of. Everything else is refused, so that a statement or a source of data which this list
# does not know (another file, a setting, an extension) cannot come through by being new.
_STRUCTURE = frozenset(
    {
        exp.Select, exp.Union, exp.Intersect, exp.Except, exp.Subquery, exp.With, exp.CTE, exp.TableAlias,
        exp.From, exp.Join, exp.Where, exp.Group, exp.Having, exp.Qualify, exp.Order, exp.Ordered, exp.Limit,
        exp.Offset, exp.Distinct, exp.Table, exp.Column, exp.Identifier, exp.Star, exp.Alias, exp.Literal, exp.Null,
        exp.National, exp.Boolean, exp.Paren, exp.Tuple, exp.Cast, exp.TryCast, exp.DataType, exp.DataTypeParam,
        exp.Case, exp.If, exp.Interval, exp.Var, exp.Window, exp.WindowSpec, exp.Filter, exp.Exists, exp.Rollup,
        exp.Cube, exp.GroupingSets, exp.Fetch, exp.LimitOptions,
    }
)  # fmt: skip
_OPERATORS = frozenset(
    {
        exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ,
        exp.Is, exp.In, exp.Between, exp.Like, exp.ILike, exp.Escape, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv,
        exp.Mod, exp.Neg, exp.DPipe, exp.All, exp.Any,
    }
)  # fmt: skip
_FUNCTIONS = frozenset(
    {
        # over rows
        exp.Count, exp.Sum, exp.Avg, exp.Min, exp.Max, exp.Median, exp.Mode, exp.Stddev, exp.StddevSamp, exp.StddevPop,
        exp.Variance, exp.VariancePop, exp.ArgMax, exp.ArgMin, exp.First, exp.Last, exp.AnyValue, exp.GroupConcat,
        exp.CountIf, exp.Quantile, exp.PercentileCont, exp.PercentileDisc, exp.WithinGroup,
        exp.RowNumber, exp.Rank, exp.DenseRank, exp.PercentRank, exp.Ntile, exp.Lag, exp.Lead, exp.FirstValue,
        exp.LastValue, exp.NthValue,
        # numbers
        exp.Abs, exp.Round, exp.Ceil, exp.Floor, exp.Trunc, exp.Sqrt, exp.Ln, exp.Log, exp.Exp, exp.Pow, exp.Sign,
        exp.Greatest, exp.Least,
        # texts
        exp.Lower, exp.Upper, exp.Trim, exp.Length, exp.Substring, exp.Replace, exp.StrPosition, exp.StartsWith,
        exp.EndsWith, exp.Contains, exp.Left, exp.Right, exp.Reverse, exp.Concat, exp.ConcatWs, exp.SplitPart,
        exp.RegexpLike, exp.Initcap,
        # dates and the rest
        exp.Extract, exp.Year, exp.Month, exp.Day, exp.Coalesce, exp.Nullif,
    }
)  # fmt: skip
_ALLOWED = _STRUCTURE | _OPERATORS | _FUNCTIONS
# Types that values may be cast to: plain ones, which no extension brings.
_TYPES = frozenset(
    {
        exp.DType.TEXT, exp.DType.VARCHAR, exp.DType.CHAR, exp.DType.NCHAR, exp.DType.NVARCHAR, exp.DType.DOUBLE,
        exp.DType.FLOAT, exp.DType.INT, exp.DType.BIGINT,
        exp.DType.SMALLINT, exp.DType.DECIMAL, exp.DType.BOOLEAN, exp.DType.DATE, exp.DType.TIMESTAMP,
    }
)  # fmt: skip

logging.getLogger("sqlglot").setLevel(logging.ERROR)  # what it cannot parse is refused here, with a message


class UnsafeSqlError(ValueError):
    """A text is not a query that may be run; the message says what was found and what is expected."""


@dataclass(frozen=True)
class SqlResult:
    """What a query gave: column names, at most ``MOST_ROWS`` rows, and whether there were more."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    more: bool


def check_sql(sql: str, table_name: str, dialect: str = "duckdb") -> exp.Query:
    """The tree of a text that is one reading query over the table of that name; else ``UnsafeSqlError``."""
    if len(sql) > MOST_CHARACTERS:
        raise UnsafeSqlError(f"the query has {len(sql):,} characters; at most {MOST_CHARACTERS:,} are read")
    try:
        statements = [one for one in sqlglot.parse(sql, dialect=dialect) if one is not None]
    except SqlglotError as error:
        raise UnsafeSqlError(f"this is no SQL that can be read: {_plain(str(error))}") from None
    except RecursionError:
        raise UnsafeSqlError("the query is nested too deeply; write it with fewer parentheses") from None
    if len(statements) != 1:
        raise UnsafeSqlError(f"expected one statement, but found {len(statements)}")
    root = statements[0]
    while isinstance(root, exp.Subquery) and not any(value for key, value in root.args.items() if key != "this"):
        root = root.this
    if not isinstance(root, _QUERIES):
        raise UnsafeSqlError(f"expected a SELECT, but found {_name(root)}; the table is only read here")
    try:
        _check_nodes(root, table_name)
    except RecursionError:
        raise UnsafeSqlError("the query is nested too deeply; write it with fewer parentheses") from None
    return root


def run_sql(sql: str, engine: DuckDBEngine, dialect: str = "duckdb") -> SqlResult:
    """The rows of a query over the engine's table, after ``check_sql``.

    What runs is the checked tree written anew, never the text itself. Raises ``UnsafeSqlError``, and ``EngineError``
    where the database refuses the query or does not finish it in time.
    """
    checked = check_sql(sql, engine.schema.table_name, dialect)
    columns, rows = engine.fetch(checked.sql(dialect="duckdb", comments=False), MOST_ROWS + 1)
    return SqlResult(columns, rows[:MOST_ROWS], len(rows) > MOST_ROWS)


def _check_nodes(root: exp.Expr, table_name: str) -> None:
    named = {expression.alias_or_name.casefold() for expression in root.find_all(exp.CTE)}
    for count, node in enumerate(root.walk(), start=1):
        if count > MOST_NODES:
            raise UnsafeSqlError(f"the query has more than {MOST_NODES:,} parts; write a shorter one")
        if isinstance(node, exp.Anonymous | exp.AnonymousAggFunc):
            raise UnsafeSqlError(f"the function {_plain(node.name)} may not be used here")
        if type(node) not in _ALLOWED:
            kind = "the function " if isinstance(node, exp.Func) else ""
            raise UnsafeSqlError(f"{kind}{_name(node)} may not be used here: one SELECT that reads the table is")
        if isinstance(node, exp.Table):
            _check_table(node, table_name, named)
        elif isinstance(node, exp.DataType) and node.this not in _TYPES:
            raise UnsafeSqlError(f"values cannot be cast to {_plain(node.sql('duckdb'))} here")
        elif isinstance(node, exp.Column) and node.args.get("db"):
            raise UnsafeSqlError(f"{_plain(node.sql('duckdb'))} names another database; only the table is there")


def _check_table(node: exp.Table, table_name: str, named: set[str]) -> None:
    whole = isinstance(node.this, exp.Identifier) and not node.args.get("db") and not node.args.get("catalog")
    if not whole or node.name.casefold() not in {table_name.casefold(), *named}:
        raise UnsafeSqlError(f'there is no table {_plain(node.sql("duckdb"))}; the open table is "{table_name}"')
    if node.args.get("version") or node.args.get("when") or node.args.get("sample") or node.args.get("pivots"):
        raise UnsafeSqlError("a table can only be named here, neither sampled nor pivoted")


def _name(node: exp.Expr) -> str:
    return str(node.key).upper()


def _plain(text: str) -> str:
    """A text from a query within a message: one line, not long, without the parser's marks for a terminal."""
    return " ".join(text.replace("\x1b[4m", "").replace("\x1b[0m", "").split())[:200]
