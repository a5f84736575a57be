"""Data frames of pandas, Arrow tables (also those of polars and DuckDB) and Parquet files."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow
import pyarrow.parquet
from numpy.typing import NDArray

from neural_programmer.tables.errors import TableError
from neural_programmer.tables.loaders.cells import cell_text
from neural_programmer.tables.loaders.raw import Limits, RawTable

if TYPE_CHECKING:
    import pandas

_SHORT_FLOATS = (np.dtype("float16"), np.dtype("float32"))
_INDEX_COLUMN = re.compile(r"__index_level_\d+__")


def table_of_frame(frame: pandas.DataFrame, name: str, limits: Limits) -> RawTable:
    """The table in a data frame; an index that has a name or is not of whole numbers comes first, as columns."""
    limits.check_cells("the data frame", len(frame), frame.shape[1])
    levels = [frame.index.get_level_values(level) for level in range(frame.index.nlevels)]
    kept = [level for level in levels if level.name is not None or level.dtype.kind not in "iu"]
    headers = [cell_text(level.name) for level in kept] + [_frame_header(label) for label in frame.columns]
    columns = [[cell_text(value) for value in level.tolist()] for level in kept]
    columns += [_frame_cells(frame.iloc[:, position]) for position in range(frame.shape[1])]
    return RawTable(headers, [list(row) for row in zip(*columns, strict=True)], name)


def table_of_arrow(arrow: pyarrow.Table, name: str, limits: Limits) -> RawTable:
    """The table in an Arrow table, without the numbering that pandas stores as an unnamed index."""
    limits.check_cells(name, arrow.num_rows, arrow.num_columns)
    kept = [
        position
        for position, field in enumerate(arrow.schema)
        if not (_INDEX_COLUMN.fullmatch(field.name) and pyarrow.types.is_integer(field.type))
    ]
    headers = [arrow.schema.field(position).name for position in kept]
    columns = [_arrow_cells(arrow.column(position)) for position in kept]
    return RawTable(headers, [list(row) for row in zip(*columns, strict=True)], name)


def read_parquet(data: bytes, thing: str, name: str, limits: Limits) -> RawTable:
    """The table in a Parquet file."""
    try:
        file = pyarrow.parquet.ParquetFile(io.BytesIO(data))
        limits.check_cells(thing, file.metadata.num_rows, file.metadata.num_columns)
        groups = range(file.metadata.num_row_groups)
        limits.check_unpacked(thing, sum(file.metadata.row_group(group).total_byte_size for group in groups))
        return table_of_arrow(file.read(), name, limits)
    except (pyarrow.ArrowException, OSError) as error:
        raise TableError(
            f"{thing} cannot be read as Parquet ({error}); expected a complete Parquet file. Write or copy it again."
        ) from None


def _frame_cells(series: pandas.Series) -> list[str]:
    if isinstance(series.dtype, np.dtype) and series.dtype in _SHORT_FLOATS:
        return _short_float_cells(series.to_numpy())
    return [cell_text(value) for value in series.tolist()]


def _arrow_cells(column: pyarrow.ChunkedArray) -> list[str]:
    if pyarrow.types.is_float32(column.type) or pyarrow.types.is_float16(column.type):
        return _short_float_cells(column.to_numpy(zero_copy_only=False))
    try:
        return [cell_text(value) for value in column.to_pylist()]
    except (OverflowError, ValueError):
        # Days before the year 1 or after 9999, which Python has none of, are kept as Arrow writes them.
        return [cell_text(value) for value in column.cast(pyarrow.string()).to_pylist()]


def _short_float_cells(values: NDArray[np.floating[Any]]) -> list[str]:
    # Widened to 64 bits, the short float that is written 0.1 would be written 0.10000000149011612.
    return [cell_text(float(str(value))) for value in values]


def _frame_header(label: object) -> str:
    if isinstance(label, tuple):
        return " ".join(text for text in map(cell_text, label) if text)
    return cell_text(label)
