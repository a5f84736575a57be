"""Fetching WikiTableQuestions from its public release into the user's cache."""

from __future__ import annotations

import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path, PurePosixPath

from neural_programmer.data.wikitablequestions import DatasetError, WikiTableQuestions, cache_directory, is_dataset

RELEASE = "https://github.com/ppasupat/WikiTableQuestions/releases/download/v1.0.2/WikiTableQuestions-1.0.2-compact.zip"
_WANTED = ("csv", "data", "LICENSE", "README.md")
_BLOCK = 1 << 18

Progress = Callable[[int, int | None], None]


def download_wikitablequestions(
    directory: Path | None = None, url: str = RELEASE, progress: Progress | None = None
) -> Path:
    """The directory of the dataset (the user's cache unless given), fetched from ``url`` if it is not there yet.

    An interrupted download is continued by the next call. The archive is unpacked beside its destination and moved
    there only after its questions and a table could be read, so the destination is whole or absent.
    ``progress`` is told the bytes that have come and how many there are, if known. Raises `DatasetError`.
    """
    directory = directory or cache_directory()
    if is_dataset(directory):
        return directory
    if directory.exists():
        raise DatasetError(f"{directory} exists and is no copy of WikiTableQuestions; choose another place")
    archive = directory.with_name(f"{directory.name}.zip.part")
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        _fetch(url, archive, progress)
        with tempfile.TemporaryDirectory(dir=directory.parent) as scratch:
            unpacked = _unpack(archive, Path(scratch))
            _validate(unpacked)
            unpacked.rename(directory)
    except (zipfile.BadZipFile, DatasetError) as error:
        archive.unlink(missing_ok=True)
        raise DatasetError(f"what came from {url} is not the dataset ({error}); run the command again") from error
    except OSError as error:
        reason = getattr(error, "reason", None) or error.strerror or error
        raise DatasetError(
            f"cannot fetch {url} into {directory} ({reason}); with a connection, the same command continues. "
            "Without one, unpack a copy of the archive yourself and name it with --root DIR."
        ) from error
    archive.unlink()
    return directory


def _fetch(url: str, archive: Path, progress: Progress | None) -> None:
    have = archive.stat().st_size if archive.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        response = urllib.request.urlopen(request, timeout=60)
    except urllib.error.HTTPError as error:
        if error.code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            return  # everything has come already
        raise
    with response:
        continues = response.status == HTTPStatus.PARTIAL_CONTENT
        have = have if continues else 0
        length = response.headers.get("Content-Length")
        total = have + int(length) if length else None
        with archive.open("ab" if continues else "wb") as file:
            while block := response.read(_BLOCK):
                file.write(block)
                have += len(block)
                if progress is not None:
                    progress(have, total)


def _unpack(archive: Path, scratch: Path) -> Path:
    """The dataset's folder inside the archive, unpacked without the parts that are not used."""
    with zipfile.ZipFile(archive) as opened:
        questions = [name for name in opened.namelist() if PurePosixPath(name).parts[-2:] == ("data", "training.tsv")]
        if len(questions) != 1:
            raise DatasetError("it holds no data/training.tsv")
        top = PurePosixPath(questions[0]).parents[1]
        for member in opened.infolist():
            path = PurePosixPath(member.filename)
            if (
                path.is_relative_to(top)
                and path.relative_to(top).parts[:1]
                and path.relative_to(top).parts[0] in _WANTED
            ):
                opened.extract(member, scratch)  # which itself keeps names inside the folder
    return scratch / top


def _validate(root: Path) -> None:
    if not is_dataset(root):
        raise DatasetError("it lacks the folders csv/ and data/")
    dataset = WikiTableQuestions(root)
    questions = dataset.questions("training")
    if not questions:
        raise DatasetError("it holds no training questions")
    dataset.table(questions[0].context)
