"""Neural Programmer: questions about a table, answered by a small typed program that is also SQL.

``load`` gives a model, whose ``ask`` takes a table and a question and gives a `Response`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from neural_programmer.api import NeuralProgrammer, load
    from neural_programmer.given import run_program
    from neural_programmer.language.program import Program, Step
    from neural_programmer.prepared import PreparedTable
    from neural_programmer.response import Reading, Response
    from neural_programmer.tables.errors import TableError
    from neural_programmer.tables.loaders.load import load_table
    from neural_programmer.tables.table import Table

# Imported when first used, so that importing the package is quick and no cycle can form.
_PUBLIC = {
    "NeuralProgrammer": "neural_programmer.api",
    "PreparedTable": "neural_programmer.prepared",
    "Program": "neural_programmer.language.program",
    "Reading": "neural_programmer.response",
    "Response": "neural_programmer.response",
    "Step": "neural_programmer.language.program",
    "Table": "neural_programmer.tables.table",
    "TableError": "neural_programmer.tables.errors",
    "load": "neural_programmer.api",
    "load_table": "neural_programmer.tables.loaders.load",
    "run_program": "neural_programmer.given",
}

__all__ = [
    "NeuralProgrammer",
    "PreparedTable",
    "Program",
    "Reading",
    "Response",
    "Step",
    "Table",
    "TableError",
    "load",
    "load_table",
    "run_program",
]


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
