"""Whole tables of databases that SQLAlchemy reaches, read within a transaction that only reads."""

from __future__ import annotations

import datetime
import importlib
from typing import Any

from neural_programmer.tables.loaders.addresses import Address, engine_of, reflected, table_names, unreachable
from neural_programmer.tables.loaders.cells import cell_text
from neural_programmer.tables.loaders.raw import Limits, RawTable


def read_database(address: Address, limits: Limits) -> RawTable:
    """The table that an address names, in the order of its primary key, else in that of storage."""
    engine = engine_of(address)
    sqlalchemy: Any = importlib.import_module("sqlalchemy")
    try:
        table = reflected(engine, address)
        order = list(table.primary_key.columns)
        if not order and engine.dialect.name == "postgresql":
            order = [sqlalchemy.literal_column("ctid")]
        try:
            with engine.connect() as connection:
                if engine.dialect.name in ("postgresql", "mysql", "mariadb"):
                    connection.exec_driver_sql("SET TRANSACTION READ ONLY")
                counted = connection.execute(sqlalchemy.select(sqlalchemy.func.count()).select_from(table)).scalar_one()
                limits.check_cells(address.shown, int(counted), len(table.columns))
                rows = connection.execute(sqlalchemy.select(*table.columns).order_by(*order)).fetchall()
                connection.rollback()
        except sqlalchemy.exc.SQLAlchemyError as error:
            raise unreachable(address, error) from None
        headers = [column.name for column in table.columns]
        return RawTable(headers, [[cell_text(_in_utc(value)) for value in row] for row in rows], table.name)
    finally:
        engine.dispose()


def database_tables(address: Address) -> tuple[str, ...]:
    """The tables and views of a database's default schema, by name."""
    engine = engine_of(address)
    try:
        return table_names(engine, address)
    finally:
        engine.dispose()


def _in_utc(value: object) -> object:
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        return value.astimezone(datetime.UTC)
    return value
