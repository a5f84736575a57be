"""Starting the page: Streamlit on ``app.py``, without telemetry."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

CHECKPOINT_VARIABLE = "NEURAL_PROGRAMMER_CHECKPOINT"
DEFAULT_PORT = 8501


def chosen_checkpoint() -> str | None:
    """The checkpoint that the page was started with; ``None`` for the one that comes with the package."""
    return os.environ.get(CHECKPOINT_VARIABLE) or None


def streamlit_options(port: int, headless: bool, address: str) -> list[str]:
    """The command line options of ``streamlit run``: nothing is reported, and nobody sees a traceback."""
    settings = {
        "browser.gatherUsageStats": False,
        "client.showErrorDetails": "none",
        "client.toolbarMode": "minimal",
        "server.address": address,
        "server.fileWatcherType": "none",
        "server.headless": headless,
        "server.port": port,
    }
    return [f"--{name}={str(value).lower()}" for name, value in settings.items()]


def main(
    port: int = DEFAULT_PORT,
    headless: bool = False,
    address: str = "localhost",
    checkpoint: str | os.PathLike[str] | None = None,
    arguments: Sequence[str] = (),
) -> int:
    """Serve the page until it is stopped; Streamlit gets ``arguments`` as they are, and its exit code is returned."""
    from streamlit.web import cli

    if checkpoint is not None:
        os.environ[CHECKPOINT_VARIABLE] = os.fspath(checkpoint)
    page = Path(__file__).with_name("app.py")
    try:
        cli.main(["run", str(page), *streamlit_options(port, headless, address), *arguments], prog_name="streamlit")
    except SystemExit as finished:
        return finished.code if isinstance(finished.code, int) else 0
    return 0
