"""JSON: records, lines of records, columns, and rows below a row of names."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from neural_programmer.tables.errors import TableError
from neural_programmer.tables.loaders.cells import cell_text
from neural_programmer.tables.loaders.raw import Limits, RawTable

_EXPECTED = (
    'expected records [{"name": "Ada", "year": 1815}, ...], one record a line, columns {"name": [...], "year": [...]}, '
    "or rows [[...], ...] whose first row has the names"
)


def parse_json(text: str, thing: str, name: str, limits: Limits) -> RawTable:
    """The table in a JSON text; numbers keep the digits they were written with."""
    return table_of_objects(_decode(text, thing), thing, name, limits)


def table_of_objects(content: object, thing: str, name: str, limits: Limits) -> RawTable:
    """The table in decoded JSON or in plain Python lists and dictionaries."""
    if isinstance(content, Mapping):
        return _table_of_mapping(content, thing, name, limits)
    if isinstance(content, Sequence) and not isinstance(content, str | bytes):
        if all(isinstance(item, Mapping) for item in content):
            return _table_of_records(content, thing, name, limits)
        if all(isinstance(item, Sequence) and not isinstance(item, str | bytes) for item in content):
            rows = [[cell_text(cell) for cell in row] for row in content]
            limits.check_cells(thing, len(rows), max((len(row) for row in rows), default=0))
            return RawTable(rows[0], rows[1:], name)
    raise TableError(f"{thing} does not hold a table; {_EXPECTED}. Change its shape, or export the data as CSV.")


def _decode(text: str, thing: str) -> object:
    try:
        return json.loads(text, parse_float=str, parse_int=str)
    except (json.JSONDecodeError, RecursionError) as error:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) > 1 and all(line.lstrip().startswith("{") for line in lines):
            return [_decode_line(number, line, thing) for number, line in enumerate(lines, start=1)]
        raise TableError(f"{thing} is not valid JSON ({error}); {_EXPECTED}. Correct the file at that place.") from None


def _decode_line(number: int, line: str, thing: str) -> object:
    try:
        return json.loads(line, parse_float=str, parse_int=str)
    except (json.JSONDecodeError, RecursionError) as error:
        raise TableError(
            f"{thing}, record {number}, is not valid JSON ({error}); expected one record a line. Correct that line."
        ) from None


def _table_of_mapping(content: Mapping[object, object], thing: str, name: str, limits: Limits) -> RawTable:
    if isinstance(content.get("columns"), list) and isinstance(content.get("data"), list):
        return table_of_objects([content["columns"], *_items(content["data"])], thing, name, limits)
    if len(content) == 1:
        key, inner = next(iter(content.items()))
        if isinstance(inner, list) and inner and all(isinstance(item, Mapping) for item in inner):
            return _table_of_records(inner, thing, str(key), limits)
    if content and all(isinstance(column, list) for column in content.values()):
        columns = [[cell_text(cell) for cell in _items(column)] for column in content.values()]
        height = max(len(column) for column in columns)
        limits.check_cells(thing, height, len(columns))
        rows = [[column[row] if row < len(column) else "" for column in columns] for row in range(height)]
        return RawTable([str(key) for key in content], rows, name)
    return _table_of_records([content], thing, name, limits)


def _table_of_records(records: Iterable[object], thing: str, name: str, limits: Limits) -> RawTable:
    flat = [dict(_flatten(record, "")) for record in records if isinstance(record, Mapping)]
    # A dictionary keeps the order of first appearance, which a set would lose.
    headers = list(dict.fromkeys(key for record in flat for key in record))
    limits.check_cells(thing, len(flat), len(headers))
    return RawTable(headers, [[record.get(header, "") for header in headers] for record in flat], name)


def _flatten(record: Mapping[object, object], prefix: str) -> Iterator[tuple[str, str]]:
    """The leaves of a record by their dotted names."""
    for key, value in record.items():
        if isinstance(value, Mapping) and value:
            yield from _flatten(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", cell_text(value)


def _items(column: object) -> list[object]:
    return column if isinstance(column, list) else []
