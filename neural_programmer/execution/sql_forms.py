"""The forms in which a program's SQL is handed on."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from neural_programmer.execution.sql import sql_text
from neural_programmer.execution.sql_parameters import parameterised
from neural_programmer.execution.sql_script import comments, sql_script
from neural_programmer.language.program import Program
from neural_programmer.tables.table import Table


class SqlForm(StrEnum):
    """The query alone; the query with the table that it reads; the query with places for the program's values."""

    QUERY = "query"
    SCRIPT = "script"
    PARAMETERS = "parameters"


def sql_in_form(program: Program, table: Table, dialect: str, form: SqlForm | str) -> str:
    """The program's SQL in a dialect and a form; ``ValueError`` names what is known where one of them is not."""
    if form not in tuple(SqlForm):
        raise ValueError(f"unknown form of SQL {form!r}; known are {', '.join(SqlForm)}")
    if form == SqlForm.SCRIPT:
        return sql_script(program, table, dialect)
    return (
        parameterised(program, table, dialect).sql if form == SqlForm.PARAMETERS else sql_text(program, table, dialect)
    )


def sql_file(program: Program, table: Table, dialect: str, form: SqlForm | str, heading: Sequence[str]) -> str:
    """The same as the text of a file: with lines above it as comments, a semicolon, and the values of its places."""
    if form == SqlForm.SCRIPT:
        return sql_script(program, table, dialect, heading)
    text = f"{comments(heading)}{sql_in_form(program, table, dialect, form)};\n"
    if form == SqlForm.PARAMETERS:
        values = parameterised(program, table, dialect).parameters
        text += comments(f"{name}: {value!r}" for name, value in values.items())
    return text
