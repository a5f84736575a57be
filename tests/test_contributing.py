"""CONTRIBUTING's steps, followed to the letter in a copy of the project: an operation is added, and is tested."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FAMILY = Path("neural_programmer", "operations", "aggregates.py")


GOLDEN = Path("tests", "golden")
CONFORMANCE_TESTS = ("test_conformance_soft.py", "test_conformance_sql.py")
GOLDEN_TESTS = ("test_english.py", "test_exact.py", "test_sql_golden.py")


def blocks(language: str) -> list[str]:
    """The blocks of CONTRIBUTING in a language."""
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.DOTALL)


def copied_project(target: Path) -> Path:
    """A copy of the source without what is large and beside the point."""
    unneeded = shutil.ignore_patterns("__pycache__", "checkpoint")
    for folder in ("neural_programmer", "tables", "data", "ui", "tests"):
        shutil.copytree(ROOT / folder, target / folder, symlinks=True, ignore=unneeded)
    shutil.copy(ROOT / "pyproject.toml", target)
    return target


def run_tests(project: Path, files: Sequence[str], word: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the tests of some files whose names have a word, until one fails."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", *files, "-k", word, "-x", "-p", "no:cacheprovider"],
        cwd=project / "tests",
        env={**os.environ, "PYTHONPATH": str(project), "OMP_NUM_THREADS": "1", **environment},
        capture_output=True,
        text=True,
    )


def test_the_tests_that_are_run_here_are_those_that_there_are() -> None:
    assert {path.name for path in (ROOT / "tests").glob("test_conformance_*.py")} == set(CONFORMANCE_TESTS)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project in which steps 1 and 2 were done."""
    copy = copied_project(tmp_path)
    meanings, record = blocks("python")
    before, start, after = (copy / FAMILY).read_text("utf-8").partition("OPERATIONS: tuple[Operation, ...] = (\n")
    assert start
    assert after.endswith(")\n")
    (copy / FAMILY).write_text(f"{before}{meanings}\n\n{start}{after[:-2]}{record})\n", "utf-8")
    return copy


def test_the_steps_add_an_operation_that_conforms(project: Path) -> None:
    result = run_tests(project, CONFORMANCE_TESTS, "count_missing")
    assert result.returncode == 0, result.stdout + result.stderr
    passed = re.search(r"(\d+) passed", result.stdout)
    assert passed is not None
    assert int(passed[1]) >= 5

    (example,) = blocks("text")
    programs = project / GOLDEN / "programs.txt"
    programs.write_text(programs.read_text("utf-8") + example, "utf-8")
    result = run_tests(project, GOLDEN_TESTS, "golden", UPDATE_GOLDEN="1")
    assert result.returncode == 0, result.stdout + result.stderr
    for name in ("english.txt", "duckdb.sql", "answers.txt"):
        assert "count_missing" in (project / GOLDEN / name).read_text("utf-8")


def test_a_wrong_meaning_is_found(project: Path) -> None:
    family = project / FAMILY
    family.write_text(family.read_text("utf-8").replace("rows & ~view_of(arguments).mask", "rows"), "utf-8")
    result = run_tests(project, CONFORMANCE_TESTS, "count_missing")
    assert result.returncode == 1
    assert "count_missing" in result.stdout
