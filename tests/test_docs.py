"""The documents are true: examples print what they say, commands and files are all there, links lead somewhere."""

from __future__ import annotations

import contextlib
import doctest
import io
import re
import runpy
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from neural_programmer.commands.main import main

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")] + sorted(
    (ROOT / "docs").glob("*.md")
)


def generator(name: str) -> dict[str, Any]:
    """The functions of one of the scripts in docs/."""
    return runpy.run_path(str(ROOT / "docs" / name))


def blocks(language: str, page: str = "README.md") -> list[str]:
    """A page's blocks in a language."""
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / page).read_text("utf-8"), re.DOTALL)


def console_examples() -> list[tuple[str, str]]:
    """The documents' commands with what they print."""
    text = "\n".join([*blocks("console"), *blocks("console", "docs/sql.md")])
    return re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n?)*)", text, re.MULTILINE)


def words(text: str) -> list[str]:
    return text.split()


def test_the_python_examples_print_what_they_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    test = doctest.DocTestParser().get_doctest("\n".join(blocks("python")), {}, "README", "README.md", 0)
    assert len(test.examples) >= 5
    report = io.StringIO()
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    assert runner.run(test, out=report.write).failed == 0, report.getvalue()


@pytest.mark.parametrize(("command", "expected"), console_examples())
def test_the_commands_print_what_they_say(command: str, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    program, *arguments = shlex.split(command)
    assert program == "neural-programmer"
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        assert main(arguments) == 0
    checker = doctest.OutputChecker()
    expected = expected.replace("…", "...")
    assert checker.check_output(expected, output.getvalue(), doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE), (
        output.getvalue()
    )


def test_there_are_commands_in_the_readme() -> None:
    assert console_examples()


def test_every_command_is_documented_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "110")  # the script sets it; this puts it back
    helper = generator("command_help.py")
    page: Callable[[], str] = helper["page"]
    # How wide help is wrapped differs between versions of Python.
    assert words((ROOT / "docs" / "command_line.md").read_text("utf-8")) == words(page()), "run `make docs`"


def test_the_file_tree_names_every_file() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    with_tree: Callable[[str], str] = generator("file_tree.py")["with_tree"]
    assert with_tree(readme) == readme, "run `make docs`"


def test_every_line_of_the_file_tree_is_about_a_file_that_exists() -> None:
    lines: dict[str, str] = generator("file_tree.py")["LINES"]
    assert [name for name in lines if not (ROOT / name.rstrip("*")).exists()] == []


def test_every_top_level_file_is_in_the_file_tree() -> None:
    lines: dict[str, str] = generator("file_tree.py")["LINES"]
    files = {path.name for path in ROOT.iterdir() if path.is_file() and not path.name.startswith(".")}
    assert files - lines.keys() == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)", page.read_text("utf-8"))
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


def test_every_target_that_the_documents_name_exists() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = {name for page in PAGES for name in re.findall(r"(?:^|`)make ([a-z-]+)", code_of(page), re.MULTILINE)}
    assert {"run", "test"} <= named <= targets


def code_of(page: Path) -> str:
    """What stands in code spans and code blocks of a page."""
    text = page.read_text("utf-8")
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL))
