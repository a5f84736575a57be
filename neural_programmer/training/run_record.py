"""What a run's folder says of how it came about: its configuration, the code, and when it was started or went on."""

from __future__ import annotations

import dataclasses
import json
import os
import platform
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

from neural_programmer.training.config import TrainingConfig
from neural_programmer.version import version

RECORD = "run.json"


def record_start(folder: Path, config: TrainingConfig) -> None:
    """Note in ``folder``/run.json that a run with this configuration starts, or goes on, by this code.

    The file has an entry for each start: the whole configuration, time (UTC), versions, and where the code comes from a
    git checkout its commit and whether anything in it was changed since.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / RECORD
    starts = json.loads(path.read_text(encoding="utf-8"))["starts"] if path.is_file() else []
    start = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "version": version(),
        **_checkout(Path(__file__).resolve().parents[2]),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "machine": platform.machine(),
        "config": dataclasses.asdict(config),
    }
    record = {"starts": [*starts, start]}
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    os.replace(partial, path)


def _checkout(root: Path) -> dict[str, Any]:
    """The commit of a git checkout, and whether its files differ from it; nothing where there is none."""
    git = shutil.which("git")
    if git is None or not (root / ".git").exists():
        return {}

    def ask(*arguments: str) -> str | None:
        asked = subprocess.run([git, "-C", str(root), *arguments], capture_output=True, text=True, check=False)
        return asked.stdout.strip() if asked.returncode == 0 else None

    commit, changed = ask("rev-parse", "HEAD"), ask("status", "--porcelain", "--untracked-files=no")
    return {} if commit is None else {"commit": commit, "changed": bool(changed)}
