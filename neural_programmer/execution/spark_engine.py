"""A table in a Spark of this process, on this machine, that only reads it."""

from __future__ import annotations

import atexit
import json
import logging
import shutil
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from typing import Any

import pyarrow

from neural_programmer.execution.duckdb_engine import ARROW_TYPES
from neural_programmer.execution.engine import (
    MEMORY_LIMIT_MEGABYTES,
    TIME_LIMIT_SECONDS,
    EngineError,
    Fetched,
    TableEngine,
)
from neural_programmer.execution.sql_schema import StoredValue
from neural_programmer.operations.sql_helpers import table_name
from neural_programmer.tables.table import Table

_SECONDS_BETWEEN_STOPS = 0.2
# So long a query that was told to stop may go on. Spark asks its tasks only between rows of the table, and does not
# ask at all while it plans a query; a join of many tables never comes to its end. Then its Java process is ended.
_SECONDS_TO_STOP = 10.0
_PLANS = "org.apache.spark.sql.catalyst.plans.logical."
# What the plan of a query may be made of: rows of the table, and what is computed from them.
_STEPS = frozenset(
    {
        "Aggregate", "CTERelationDef", "CTERelationRef", "Distinct", "Except", "Filter", "GlobalLimit", "Intersect",
        "Join", "LocalLimit", "LocalRelation", "Offset", "OneRowRelation", "Project", "Sort", "SubqueryAlias",
        "Union", "View", "Window", "WithCTE",
    }
)  # fmt: skip
_EXPRESSIONS = "org.apache.spark.sql.catalyst.expressions."
# Expressions that call any Java method, read what the process knows, or parse XML, which may name files.
_DANGEROUS_EXPRESSIONS = ("Reflect", "Python", "Xml", "XPath", "ScalaUDF", "Invoke", "InputFile")


class SparkEngine(TableEngine):
    """A table as a view of a Spark session of its own, in this process, that runs one query at a time over it.

    ``EngineError`` where pyspark or Java is missing. The first engine of a process starts Spark, which takes seconds;
    so does the first query after one that did not stop when it was told to, for which Spark has to be ended.
    """

    name = "Spark"
    dialect = "spark"

    def __init__(self, table: Table, time_limit: float = TIME_LIMIT_SECONDS) -> None:
        super().__init__(table, time_limit)
        self._view = table_name(self.schema).sql(dialect=self.dialect)
        self._spark: Any = None
        self._session: Any = None
        self._load()

    def _load(self) -> None:
        """Makes the view in the Spark that is running now, where it is not there already."""
        spark = _spark()
        if self._spark is spark:
            return
        session = spark.newSession()
        columns = self.schema.columns
        arrays = [pyarrow.array(column.values(), ARROW_TYPES[column.stored_as]) for column in columns]
        loaded = pyarrow.Table.from_arrays(arrays, names=[column.name for column in columns])
        with warnings.catch_warnings():
            # It warns of a version of pandas, which nothing here uses.
            warnings.simplefilter("ignore", FutureWarning)
            session.createDataFrame(loaded).createOrReplaceTempView(self._view)
        self._spark, self._session = spark, session

    def close(self) -> None:
        """Forgets the table; Spark itself serves on until the process ends."""
        if self._spark.sparkContext._jsc is not None:  # it was not ended since
            self._session.catalog.dropTempView(self.schema.table_name)

    def _fetch(self, sql: str, most: int, parameters: Mapping[str, StoredValue]) -> Fetched:
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        self._load()
        context = self._session.sparkContext
        group = f"neural-programmer {id(self)}"
        late, done = threading.Event(), threading.Event()

        def watch() -> None:
            if done.wait(self.time_limit):
                return
            late.set()
            # A query is several jobs, one after the other; each that begins after the limit is stopped as well.
            ends = time.monotonic() + _SECONDS_TO_STOP
            while time.monotonic() < ends:
                with suppress(Py4JError, OSError):
                    context.cancelJobGroup(group)
                if done.wait(_SECONDS_BETWEEN_STOPS):
                    return
            context._gateway.proc.kill()

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            context.setJobGroup(group, "a query of Neural Programmer", interruptOnCancel=True)
            # It reads a query and nothing else; "sql" would also run commands.
            self._session._jsparkSession.sessionState().sqlParser().parseQuery(sql)
            frame = self._session.sql(sql, dict(parameters)) if parameters else self._session.sql(sql)
            _check_plan(frame._jdf.queryExecution().analyzed().toJSON())
            return tuple(frame.columns), tuple(tuple(row) for row in frame.limit(most).collect())
        except (PySparkException, Py4JError, OSError) as error:
            if late.is_set():
                raise self.stopped() from None
            said = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
            raise EngineError(f"Spark refused the query: {said}") from None
        finally:
            done.set()
            watcher.join()
            # A task that was told to stop may go on in the one place for tasks, and Spark counts it no more.
            if late.is_set():
                _end_spark()


def _end_spark() -> None:
    """Ends the Java process, and forgets all that pyspark keeps of it, so that the next query starts another."""
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    context = _spark().sparkContext
    gateway = context._gateway
    gateway.proc.kill()
    gateway.proc.communicate()  # which also closes the pipe to it
    with warnings.catch_warnings():
        # It warns that the process is gone.
        warnings.simplefilter("ignore", RuntimeWarning)
        for _ in range(2):  # where it finds the process gone, it has to be told again to forget the rest
            with suppress(OSError):
                context.stop()
    gateway.shutdown()
    SparkContext._gateway = SparkContext._jvm = None
    SparkSession._instantiatedSession = SparkSession._activeSession = None
    _spark.cache_clear()


def _check_plan(plan: str) -> None:
    """`EngineError` where a plan, as Spark writes it in JSON, does more than compute from the rows of the table."""
    for name in _classes(json.loads(plan)):
        short = name.rpartition(".")[2].removesuffix("$")
        is_step = name.startswith(_PLANS)
        is_harmless = name.startswith(_EXPRESSIONS) and not any(part in name for part in _DANGEROUS_EXPRESSIONS)
        if not (short in _STEPS if is_step else is_harmless):
            raise EngineError(f"Spark refused the query: {short} may not be used here, only a SELECT over the table")


def _classes(value: Any) -> Iterator[str]:
    """The classes of the steps and expressions of a plan; "product-class" holds mere data, as names and types."""
    if isinstance(value, dict):
        if isinstance(value.get("class"), str):
            yield value["class"]
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from _classes(part)


@cache
def _spark() -> Any:
    """The Spark of this process: one thread, no network but loopback, no page of its own, no file named in a query."""
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError:
        raise EngineError("Spark needs the package pyspark: pip install 'neural-programmer[spark]'") from None
    if shutil.which("java") is None:
        raise EngineError("Spark needs a Java runtime; none is on this machine (Debian: default-jre-headless)")
    # It logs every query that it refuses, at length; the refusal is an error with a message already.
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)
    # Spark asks for a folder for tables of its own, of which there are none.
    warehouse = tempfile.mkdtemp(prefix="neural-programmer-spark-")
    atexit.register(shutil.rmtree, warehouse, ignore_errors=True)
    settings = {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        # The queries are many and small: compiling them, or the JVM, for speed would take longer than running them.
        "spark.driver.extraJavaOptions": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
        "spark.driver.memory": f"{MEMORY_LIMIT_MEGABYTES}m",
        "spark.log.level": "ERROR",
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.runSQLOnFiles": "false",
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.warehouse.dir": warehouse,
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    builder = SparkSession.builder.master("local[1]").appName("neural-programmer")
    try:
        return builder.config(map=dict(settings)).getOrCreate()
    except PySparkException as error:
        raise EngineError(f"Spark did not start: {error}") from None
