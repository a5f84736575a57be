"""Loading tables from files, databases, data frames and plain Python objects."""

from neural_programmer.tables.errors import TableError
from neural_programmer.tables.loaders.delimited import Dialect
from neural_programmer.tables.loaders.load import list_parts, load_table
from neural_programmer.tables.loaders.raw import Limits

__all__ = ["Dialect", "Limits", "TableError", "list_parts", "load_table"]
