"""CONTRIBUTING's steps, followed to the letter in a copy of the project: an operation is added, and is tested."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FAMILY = Path("neural_programmer", "operations", "aggregates.py")


def blocks() -> list[str]:
    """The Python blocks of CONTRIBUTING: the meanings, and the record."""
    return re.findall(r"```python\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.DOTALL)


def copied_project(target: Path) -> Path:
    """A copy of the source without what is large and beside the point."""
    unneeded = shutil.ignore_patterns("__pycache__", "checkpoint")
    for folder in ("neural_programmer", "tables", "data", "ui", "tests"):
        shutil.copytree(ROOT / folder, target / folder, symlinks=True, ignore=unneeded)
    shutil.copy(ROOT / "pyproject.toml", target)
    return target


def run_conformance_tests(project: Path) -> subprocess.CompletedProcess[str]:
    files = sorted(str(path) for path in (project / "tests").glob("test_conformance_*.py"))
    return subprocess.run(
        [sys.executable, "-m", "pytest", *files, "-k", "count_missing", "-p", "no:cacheprovider"],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(project), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project in which steps 1 and 2 were done."""
    copy = copied_project(tmp_path)
    meanings, record = blocks()
    before, start, after = (copy / FAMILY).read_text("utf-8").partition("OPERATIONS: tuple[Operation, ...] = (\n")
    assert start
    assert after.endswith(")\n")
    (copy / FAMILY).write_text(f"{before}{meanings}\n\n{start}{after[:-2]}{record})\n", "utf-8")
    return copy


def test_the_steps_add_an_operation_that_conforms(project: Path) -> None:
    result = run_conformance_tests(project)
    assert result.returncode == 0, result.stdout + result.stderr
    passed = re.search(r"(\d+) passed", result.stdout)
    assert passed is not None
    assert int(passed[1]) >= 5


def test_a_wrong_meaning_is_found(project: Path) -> None:
    family = project / FAMILY
    family.write_text(family.read_text("utf-8").replace("rows & ~view_of(arguments).mask", "rows"), "utf-8")
    result = run_conformance_tests(project)
    assert result.returncode == 1
    assert "count_missing" in result.stdout
