"""Starting the page: Streamlit on ``app.py``, without telemetry."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

CHECKPOINT_VARIABLE = "NEURAL_PROGRAMMER_CHECKPOINT"
DEFAULT_PORT = 8501
_OWN_ADDRESSES = frozenset({"localhost", "127.0.0.1", "::1"})
MOST_UPLOADED_MEGABYTES = 100
_THEME = {
    "theme.baseRadius": "medium",
    "theme.light.primaryColor": "#2f5fb3",
    "theme.dark.primaryColor": "#4479d4",
}


def chosen_checkpoint() -> str | None:
    """The checkpoint that the page was started with; ``None`` for the one that comes with the package."""
    return os.environ.get(CHECKPOINT_VARIABLE) or None


def paths_are_offered() -> bool:
    """Whether the page may open files of this machine by their paths: only where it is served to no other machine."""
    from streamlit import config

    return config.get_option("server.address") in _OWN_ADDRESSES


def streamlit_options(port: int, headless: bool, address: str, base_path: str = "") -> list[str]:
    """The command line options of ``streamlit run``: nothing is reported, and nobody sees a traceback."""
    settings = {
        "browser.gatherUsageStats": False,
        "client.showErrorDetails": "none",
        "client.toolbarMode": "minimal",
        # Else a sweep of all that the libraries of the model hold ends every run of the script: a fifth of a second.
        "runner.postScriptGC": False,
        "server.address": address,
        "server.baseUrlPath": base_path.strip("/"),
        "server.fileWatcherType": "none",
        "server.headless": headless,
        "server.maxUploadSize": MOST_UPLOADED_MEGABYTES,
        "server.port": port,
        # Else the first start on a machine asks in the terminal for an e-mail address, and fails where nobody can type.
        "server.showEmailPrompt": False,
        **_THEME,
    }
    return [f"--{name}={str(value).lower() if isinstance(value, bool) else value}" for name, value in settings.items()]


def main(
    port: int = DEFAULT_PORT,
    headless: bool = False,
    address: str = "localhost",
    checkpoint: str | os.PathLike[str] | None = None,
    arguments: Sequence[str] = (),
    base_path: str = "",
) -> int:
    """Serve the page until it is stopped; Streamlit gets ``arguments`` as they are, and its exit code is returned."""
    from streamlit.web import cli

    if checkpoint is not None:
        os.environ[CHECKPOINT_VARIABLE] = os.fspath(checkpoint)
    page = Path(__file__).with_name("app.py")
    # The libraries take seconds to load: the first visitor need not wait for all of them.
    threading.Thread(target=import_module, args=("neural_programmer.api",), daemon=True).start()
    options = streamlit_options(port, headless, address, base_path)
    try:
        cli.main(["run", str(page), *options, *arguments], prog_name="streamlit")
    except SystemExit as finished:
        return finished.code if isinstance(finished.code, int) else 0
    return 0
