"""Databases that run the SQL of programs, each by its name or its address, and whether they agree with a program."""

from __future__ import annotations

from neural_programmer.execution.agreement import agrees, same_answer
from neural_programmer.execution.duckdb_engine import DuckDBEngine
from neural_programmer.execution.engine import TIME_LIMIT_SECONDS, Engine, EngineError, Row, TableEngine
from neural_programmer.execution.sqlite_engine import SQLiteEngine

__all__ = [
    "TIME_LIMIT_SECONDS",
    "DuckDBEngine",
    "Engine",
    "EngineError",
    "Row",
    "SQLiteEngine",
    "TableEngine",
    "agrees",
    "same_answer",
]
