"""Write the README's file tree from the modules' own first sentences; `make docs` runs it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- file tree -->", "<!-- end of the file tree -->"

# What has no docstring to take the line from. A folder listed with a final * is described as a whole.
LINES = {
    "neural_programmer/": "the import package",
    "neural_programmer/commands/": "the command line, the one place that prints",
    "neural_programmer/execution/": "running programs: exactly, softly, as SQL, in English",
    "neural_programmer/language/": "the typed language of programs",
    "neural_programmer/model/": "the network and its search for programs",
    "neural_programmer/operations/": "the operations, one record each",
    "neural_programmer/large/": "tables that stay where they are: indexed once, answered by SQL",
    "neural_programmer/search/": "programs that give a known answer",
    "neural_programmer/training/": "learning from answers alone",
    "tables/": "neural_programmer.tables: typed tables, loaders, matching",
    "tables/loaders/": "files, databases and data frames",
    "tables/matching/": "a question's words found in a table",
    "tables/words/*": "number words, months, units, cues and other word lists, as JSON",
    "data/": "neural_programmer.data: data sets, features, the shipped model",
    "data/checkpoint/*": "the shipped model: weights, configuration, vocabulary, names of operations",
    "data/configs/*": "training configurations",
    "data/samples/*": "sample tables, written for this project",
    "ui/": "neural_programmer.ui: the Streamlit app",
    "tests/": "the tests, by topic",
    "benchmarks/": "timings",
    "docs/": "documents; docs/images holds the pictures",
    "docs/ideas/*": "the ideas behind it, a page each: what it is, how to run it, what was measured",
    ".ci/*": "what continuous integration runs",
    "pyproject.toml": "packaging, and the settings of every tool",
    "constraints.txt": "the exact versions tested",
    "Makefile": "make run, test, lint, train, bench",
    "README.md": "this page",
    "CONTRIBUTING.md": "how to add an operation, and how to test",
    "CHANGELOG.md": "what changed, by version",
    "LICENSE": "Apache-2.0",
    "docs/architecture.md": "the layers and the way of a question through them",
    "docs/model_card.md": "what the shipped model is for, how it was made, and how good it is",
    "docs/sql.md": "the SQL of an answer: what it reads, its three forms, and the SQL of many questions",
    "docs/large_tables.md": "tables of any size, asked where they are",
    "docs/ui.md": "a walk through the page",
    "docs/trust.md": "where the confidence comes from, when answers are withheld, and how both are measured",
    "docs/command_line.md": "every command and its options",
    "docs/experiments.md": "what was measured, with the commands that measure it",
}
FOLDERS = ("neural_programmer", "tables", "data", "ui", "tests", "benchmarks", "docs", ".ci")
SHOWN = {".py", ".md"}


def first_sentence(path: Path) -> str:
    """The first line of a module's docstring, without its full stop; ``KeyError`` for a file that nothing describes."""
    name = path.relative_to(ROOT).as_posix()
    if path.suffix != ".py":
        return LINES[name]
    docstring = ast.get_docstring(ast.parse(path.read_text("utf-8")))
    if not docstring:
        raise KeyError(name)
    return docstring.splitlines()[0].rstrip(".")


def entries(folder: Path, depth: int) -> Iterator[tuple[str, str]]:
    """The lines of a folder: the indented name and what it is; ``KeyError`` for a folder that nothing describes."""
    name = f"{folder.relative_to(ROOT).as_posix()}/"
    indent = "  " * depth
    if f"{name}*" in LINES:
        yield f"{indent}{folder.name}/", LINES[f"{name}*"]
        return
    yield f"{indent}{folder.name}/", LINES[name]
    children = [path for path in sorted(folder.iterdir()) if not path.is_symlink() and path.name != "__pycache__"]
    for path in children:
        if path.is_file() and path.suffix in SHOWN and path.name != "__init__.py":
            yield f"{indent}  {path.name}", first_sentence(path)
    for path in children:
        if path.is_dir() and (any(path.rglob("*.py")) or f"{path.relative_to(ROOT).as_posix()}/*" in LINES):
            yield from entries(path, depth + 1)


def tree() -> str:
    """The whole tree as a Markdown block."""
    lines = [entry for folder in FOLDERS for entry in entries(ROOT / folder, 0)]
    lines += [(name, line) for name, line in LINES.items() if "/" not in name]
    width = max(len(name) for name, _ in lines) + 2
    return "```\n" + "".join(f"{name:{width}}{line}\n" for name, line in lines) + "```\n"


def with_tree(readme: str) -> str:
    """The README's text with the tree as it is now between its two marks."""
    before, rest = readme.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{tree()}{END}{after}"


if __name__ == "__main__":
    path = ROOT / "README.md"
    path.write_text(with_tree(path.read_text("utf-8")), "utf-8")
