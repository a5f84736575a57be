"""The folder in which the indexes of large tables are kept, each under the fingerprint of what it was made from."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

# Raised whenever the content of an index changes, so that old ones are made anew.
INDEX_VERSION = 4
# Indexes beyond so many bytes in all are removed, those not used for longest first.
MOST_BYTES = 20 * 1024**3


def cache_folder() -> Path:
    """Where indexes are kept: ``NEURAL_PROGRAMMER_CACHE``, else a folder of the user's cache directory."""
    given = os.environ.get("NEURAL_PROGRAMMER_CACHE")
    if given:
        return Path(given)
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or Path.home() / ".cache"
    return Path(base) / "neural-programmer" / "indexes"


def fingerprint(*parts: object) -> str:
    """A hash of everything that an index depends on, the version of its own form included."""
    said = repr((INDEX_VERSION, duckdb.__version__, parts))
    return hashlib.blake2b(said.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def file_fingerprint(path: Path, *more: object) -> str:
    """The fingerprint of a file by its place, size and time of change; ``OSError`` where it is gone."""
    found = path.stat()
    return fingerprint(str(path.resolve()), found.st_size, found.st_mtime_ns, *more)


def stamps(path: Path) -> tuple[int, int] | None:
    """The size and the time of change of a file that may be there, such as a database's log."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def index_path(of: str, folder: Path | None = None) -> Path:
    """Where the index with this fingerprint is kept."""
    return (folder or cache_folder()) / f"{of}.duckdb"


@contextmanager
def working_folder(folder: Path | None = None) -> Iterator[Path]:
    """A folder in the cache for what is needed for a while; it is removed at the end."""
    base = folder or cache_folder()
    base.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix="working-", dir=base))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def spill_folder(folder: Path | None = None) -> Path:
    """Where DuckDB puts what does not fit into the memory it may use."""
    made = (folder or cache_folder()) / "spilled"
    made.mkdir(parents=True, exist_ok=True)
    return made


def tidy(folder: Path | None = None, keep: Path | None = None) -> None:
    """Remove the indexes unused for longest while they take more than ``MOST_BYTES``; ``keep`` stays in any case."""
    found = sorted((folder or cache_folder()).glob("*.duckdb"), key=lambda path: path.stat().st_mtime, reverse=True)
    taken = 0
    for path in found:
        taken += path.stat().st_size
        if taken > MOST_BYTES and path != keep:
            path.unlink(missing_ok=True)
