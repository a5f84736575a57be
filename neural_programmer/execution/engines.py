"""Databases that run the SQL of programs, each by its name or its address, and whether they agree with a program."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from neural_programmer.execution.agreement import agrees, disagreement, same_answer
from neural_programmer.execution.duckdb_engine import DuckDBEngine
from neural_programmer.execution.engine import TIME_LIMIT_SECONDS, Engine, EngineError, Row, TableEngine
from neural_programmer.execution.postgres_engine import PostgresEngine
from neural_programmer.execution.spark_engine import SparkEngine
from neural_programmer.execution.sqlite_engine import SQLiteEngine
from neural_programmer.tables.table import Table

__all__ = [
    "TIME_LIMIT_SECONDS",
    "DuckDBEngine",
    "Engine",
    "EngineError",
    "EngineOpener",
    "PostgresEngine",
    "Row",
    "SQLiteEngine",
    "SparkEngine",
    "TableEngine",
    "agrees",
    "disagreement",
    "engine_opener",
    "same_answer",
]

EngineOpener = Callable[[Table], TableEngine]

_BY_NAME: dict[str, EngineOpener] = {"duckdb": DuckDBEngine, "sqlite": SQLiteEngine, "spark": SparkEngine}
_POSTGRES_SCHEMES = ("postgresql://", "postgres://")


def engine_opener(choice: str) -> EngineOpener:
    """What opens a table in a database: ``duckdb``, ``sqlite``, ``spark``, or a ``postgresql://`` address.

    ``ValueError`` for anything else, without repeating an address, which may hold a password.
    """
    if choice.casefold() in _BY_NAME:
        return _BY_NAME[choice.casefold()]
    if choice.casefold().startswith(_POSTGRES_SCHEMES):
        return partial(PostgresEngine, address=choice)
    shown = "an address of another kind" if "://" in choice else repr(choice)
    raise ValueError(f"expected {', '.join(_BY_NAME)} or postgresql://USER:PASSWORD@HOST/DATABASE, but found {shown}")
