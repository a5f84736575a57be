"""The package as it is installed: every folder listed, every data file shipped, no bare import of its folders."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("tables", "data", "ui")
# A clone without symbolic links has small files in their place.
LINKS = {ROOT / "neural_programmer" / name for name in FOLDERS}


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def folder_of(package: str) -> PurePosixPath:
    """Where the files of a package lie, by the longest mapped prefix, as setuptools finds it."""
    mapping: dict[str, str] = project()["tool"]["setuptools"]["package-dir"]
    prefix = max((name for name in mapping if package == name or package.startswith(f"{name}.")), key=len)
    return PurePosixPath(mapping[prefix], *package[len(prefix) :].strip(".").split("."))


def packages() -> list[str]:
    listed: list[str] = project()["tool"]["setuptools"]["packages"]
    return listed


def files_below(folder: Path) -> set[PurePosixPath]:
    """The files below a folder that could be shipped, without following links."""
    found: set[PurePosixPath] = set()
    for path in folder.iterdir():
        if path in LINKS or path.name == "__pycache__":
            continue
        if path.is_dir():
            found |= files_below(path)
        else:
            found.add(PurePosixPath(path.relative_to(ROOT)))
    return found


def all_files() -> set[PurePosixPath]:
    return set().union(*(files_below(ROOT / folder) for folder in ("neural_programmer", *FOLDERS)))


def test_every_folder_with_python_files_is_a_listed_package() -> None:
    listed = {folder_of(package) for package in packages()}
    assert {path.parent for path in all_files() if path.suffix == ".py"} == listed


def test_the_list_of_packages_is_sorted_and_without_repetition() -> None:
    assert packages() == sorted(set(packages()))


def test_every_package_has_an_init_file() -> None:
    assert [package for package in packages() if not (ROOT / folder_of(package) / "__init__.py").is_file()] == []


def test_every_data_file_is_shipped() -> None:
    patterns: dict[str, list[str]] = project()["tool"]["setuptools"]["package-data"]
    shipped = {
        PurePosixPath(path.relative_to(ROOT))
        for package, globs in patterns.items()
        for pattern in globs
        for path in (ROOT / folder_of(package)).glob(pattern)
    }
    assert PurePosixPath("neural_programmer/py.typed") in shipped
    assert {path for path in all_files() if path.suffix != ".py"} - shipped == set()


def test_every_pattern_of_data_files_matches_something() -> None:
    patterns: dict[str, list[str]] = project()["tool"]["setuptools"]["package-data"]
    idle = [
        (package, pattern)
        for package, globs in patterns.items()
        for pattern in globs
        if not any((ROOT / folder_of(package)).glob(pattern))
    ]
    assert idle == []


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_cannot_be_imported_under_its_bare_name(name: str) -> None:
    result = subprocess.run([sys.executable, "-c", f"import {name}"], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 1
    assert f"ImportError: import neural_programmer.{name}, not '{name}'" in result.stderr


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_has_one_identity_as_a_subpackage(name: str) -> None:
    """Links may be missing in a clone; then the installed mapping finds the folder."""
    code = f"import neural_programmer.{name} as module; print(module.__file__)"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert Path(result.stdout.strip()).resolve() == ROOT / name / "__init__.py"
    link = ROOT / "neural_programmer" / name
    assert not link.is_symlink() or link.resolve() == ROOT / name


def test_importing_the_package_is_quick_because_it_imports_no_library() -> None:
    code = "import neural_programmer, sys; print(sorted({'torch', 'pandas', 'spacy', 'streamlit'} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_every_dependency_is_pinned_to_a_version_within_its_range() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pins = {
        canonicalize_name(name): version
        for name, version in (line.split("==") for line in lines if line and not line.startswith("#"))
    }
    wanted: list[str] = list(project()["project"]["dependencies"])
    for extra in project()["project"]["optional-dependencies"].values():
        wanted += extra
    for requirement in map(Requirement, wanted):
        pin = pins.get(canonicalize_name(requirement.name))
        assert pin is not None, f"{requirement.name} is not in constraints.txt"
        assert requirement.specifier.contains(pin), f"{requirement} does not allow {pin}"
    assert [line for line in lines if not re.fullmatch(r"#.*|[A-Za-z0-9._-]+==[0-9][0-9a-zA-Z.!]*", line)] == []
