"""Prediction files in the official format, and files of whole responses beside them."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from neural_programmer.answering import Outcome
from neural_programmer.data.wikitablequestions import DatasetError


def prediction_line(outcome: Outcome) -> str:
    """The id and the items of the answer, separated by tabs; only the id after an abstention.

    White space in an item, which would break the line, becomes
    single spaces: to the official evaluator that is the same text.
    """
    return "\t".join([outcome.id, *_given(outcome)])


def _given(outcome: Outcome) -> list[str]:
    return [] if outcome.abstained else [" ".join(item.split()) for item in outcome.items]


def details_line(outcome: Outcome) -> str:
    """One JSON object: the question's id, the items of its prediction line, and the keys of a response."""
    assert outcome.details is not None, "the questions were asked without details"
    return json.dumps({"id": outcome.id, "items": _given(outcome), **outcome.details}, ensure_ascii=False)


def check_output(path: Path, inputs: Sequence[Path]) -> None:
    """Raise `DatasetError` where a file cannot be written, or would replace one that is read or lies in a dataset."""
    if path.is_dir():
        raise DatasetError(f"{path} is a folder; name a file")
    if not path.parent.is_dir():
        raise DatasetError(f"there is no folder {path.parent} to write {path.name} into")
    if not path.exists():
        return
    for read in inputs:
        if path.resolve() == read.resolve() or (read.is_dir() and _within(path, read)):
            raise DatasetError(f"{path} is an input and would be overwritten; name another file")


def check_outputs(paths: Sequence[Path], inputs: Sequence[Path]) -> None:
    """The same for several files, which must also differ from each other."""
    for path in paths:
        check_output(path, inputs)
    if len({path.resolve() for path in paths}) < len(paths):
        raise DatasetError(f"{' and '.join(map(str, paths))} are the same file; name different ones")


def _within(path: Path, root: Path) -> bool:
    return any(path.resolve().is_relative_to((root / folder).resolve()) for folder in ("csv", "data"))


def write_files(contents: Sequence[tuple[Path, Iterable[str]]]) -> None:
    """Write lines to each path; the files appear only after all are written. Raises `DatasetError`."""
    written: list[tuple[Path, Path]] = []
    try:
        for path, lines in contents:
            handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
            written.append((Path(name), path))
            with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
                file.writelines(f"{line}\n" for line in lines)
        for partial, path in written:
            # Temporary files are private; the result gets the rights of a new file or of the one it replaces.
            partial.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
            partial.replace(path)
    except OSError as error:
        raise DatasetError(f"cannot write {error.filename}: {error.strerror}") from error
    finally:
        for partial, _ in written:
            partial.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
