"""The layers of the package: a module imports only from its own layer and those below it."""

from __future__ import annotations

import ast
import graphlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "neural_programmer"

# Ground first. A module is looked up by the longest prefix; what is not named here belongs to the top.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("tables",),
    ("language",),
    ("operations", "execution", "search"),
    ("model",),
    ("data",),
    ("training", "commands", ""),
    ("ui",),
)
TOP = next(number for number, names in enumerate(LAYERS) if "" in names)

# The one command that starts the app has to name it.
ALLOWED = {("neural_programmer.commands.ui", "neural_programmer.ui.launch")}

# Third-party libraries that a part of the package does without.
FORBIDDEN_LIBRARIES = {
    "tables": {"torch", "sqlglot", "streamlit", "rich"},
    "language": {"torch", "streamlit", "rich"},
    "search": {"torch", "streamlit", "rich"},
    "execution": {"streamlit", "rich"},
    "operations": {"streamlit", "rich"},
    "model": {"streamlit", "rich", "sqlglot"},
    "data": {"streamlit", "rich"},
    "training": {"streamlit"},
    "commands": {"streamlit"},
}
FORBIDDEN_EVERYWHERE = {"pickle", "cPickle", "dill", "marshal", "shelve", "joblib"}
# The error by which torch.load says that a file is damaged.
HARMLESS_NAMES = {"pickle.UnpicklingError"}
FORBIDDEN_CALLS = {"eval", "exec"}


@dataclass(frozen=True)
class Import:
    """One imported name: who imports what, where, and whether it only serves type checkers or waits for a call."""

    importer: str
    imported: str
    line: int
    types_only: bool
    inside_function: bool


def module_name(path: Path) -> str:
    """The import name of a source file of this project: ``tables/values.py`` is ``neural_programmer.tables.values``."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    if parts[-1] == "__init__":
        parts = parts[:-1]
    return ".".join(parts if parts[0] == PACKAGE else (PACKAGE, *parts))


def source_files() -> list[Path]:
    """Every Python file of the package, each once: the links inside ``neural_programmer/`` are not followed."""
    folders = (PACKAGE, "tables", "data", "ui")
    files = [path for folder in folders for path in walk(ROOT / folder)]
    assert len(files) > 20
    return files


def walk(folder: Path) -> Iterator[Path]:
    """The Python files below a folder, without following links."""
    for path in sorted(folder.iterdir()):
        if path.is_symlink() or path.name == "__pycache__":
            continue
        if path.is_dir():
            yield from walk(path)
        elif path.suffix == ".py":
            yield path


def imports_of(importer: str, source: str) -> list[Import]:
    """Every import of a module, wherever it stands in the source."""
    found: list[Import] = []

    def add(line: int, names: list[str], types_only: bool, inside_function: bool) -> None:
        found.extend(Import(importer, name, line, types_only, inside_function) for name in names)

    def visit(node: ast.AST, types_only: bool, inside_function: bool) -> None:
        if isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            for statement in node.body:
                visit(statement, True, inside_function)
            for statement in node.orelse:
                visit(statement, types_only, inside_function)
            return
        if isinstance(node, ast.Import):
            add(node.lineno, [alias.name for alias in node.names], types_only, inside_function)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{importer}:{node.lineno} imports relatively"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            add(node.lineno, names, types_only, inside_function)
        inside = inside_function or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for child in ast.iter_child_nodes(node):
            visit(child, types_only, inside)

    visit(ast.parse(source), False, False)
    return found


def part_of(module: str) -> str:
    """The first name below the package: the part whose layer counts."""
    return module.split(".")[1] if "." in module else ""


def layer_of(module: str) -> int:
    """The number of a module's layer, 0 at the ground."""
    part = part_of(module)
    return next((number for number, names in enumerate(LAYERS) if part and part in names), TOP)


def is_own(imported: str) -> bool:
    """Whether a name is one of this package."""
    return imported == PACKAGE or imported.startswith(f"{PACKAGE}.")


def violations(importer: str, source: str) -> list[str]:
    """What a module's source does against the layers, one sentence each."""
    found: list[str] = []
    for item in imports_of(importer, source):
        library = item.imported.split(".")[0]
        forbidden = FORBIDDEN_EVERYWHERE | FORBIDDEN_LIBRARIES.get(part_of(importer), set())
        if library in forbidden and item.imported not in HARMLESS_NAMES:
            found.append(f"{importer}:{item.line} imports {library}")
        if item.types_only or not is_own(item.imported) or (importer, item.imported) in ALLOWED:
            continue
        if layer_of(item.imported) > layer_of(importer):
            found.append(f"{importer}:{item.line} imports {item.imported}, from a layer above it")
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        if called in FORBIDDEN_CALLS:
            found.append(f"{importer}:{node.lineno} calls {called}")
        if called == "print" and part_of(importer) != "commands":
            found.append(f"{importer}:{node.lineno} prints: only commands do")
        if called == "torch.load" and "weights_only=True" not in ast.unparse(node):
            found.append(f"{importer}:{node.lineno} loads with torch.load, but not weights alone")
    return found


def test_every_module_keeps_to_its_layer() -> None:
    found = [line for path in source_files() for line in violations(module_name(path), path.read_text("utf-8"))]
    assert found == []


def test_no_two_modules_import_each_other_while_loading() -> None:
    sources = {module_name(path): path.read_text("utf-8") for path in source_files()}
    graph: dict[str, set[str]] = {name: set() for name in sources}
    for name, source in sources.items():
        for item in imports_of(name, source):
            if item.types_only or item.inside_function:
                continue
            imported = item.imported if item.imported in sources else item.imported.rpartition(".")[0]
            if imported in sources and imported != name:
                graph[name].add(imported)
    assert any(graph.values())
    graphlib.TopologicalSorter(graph).prepare()  # raises CycleError, which names the modules


@pytest.mark.parametrize(
    ("importer", "source", "complaint"),
    [
        ("neural_programmer.tables.values", "import torch", "imports torch"),
        ("neural_programmer.tables.values", "def f():\n    from torch import nn", "imports torch"),
        ("neural_programmer.language.kinds", "from neural_programmer.execution import exact", "a layer above"),
        ("neural_programmer.model.encoder", "import neural_programmer.data.features", "a layer above"),
        ("neural_programmer.data.batches", "from neural_programmer.training import loop", "a layer above"),
        ("neural_programmer.api", "from neural_programmer.ui import app", "a layer above"),
        ("neural_programmer.search.enumerate", "from neural_programmer import load", "a layer above"),
        ("neural_programmer.training.loop", "import pickle", "imports pickle"),
        ("neural_programmer.training.loop", "print(1)", "prints"),
        ("neural_programmer.training.loop", "torch.load(path)", "torch.load"),
        ("neural_programmer.ui.app", "eval('1')", "calls eval"),
    ],
)
def test_a_breach_is_reported(importer: str, source: str, complaint: str) -> None:
    assert [complaint in line for line in violations(importer, source)] == [True]


@pytest.mark.parametrize(
    ("importer", "source"),
    [
        ("neural_programmer.language.kinds", "from neural_programmer.tables import values"),
        (
            "neural_programmer.language.operation",
            "if TYPE_CHECKING:\n    from neural_programmer.execution.grounding import Grounding",
        ),
        ("neural_programmer.ui.app", "from neural_programmer import load"),
        ("neural_programmer.commands.ask", "print(1)"),
        ("neural_programmer.training.loop", "torch.load(path, weights_only=True)"),
    ],
)
def test_what_is_allowed_is_not_reported(importer: str, source: str) -> None:
    assert violations(importer, source) == []
