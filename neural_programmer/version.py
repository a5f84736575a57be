"""The package's version."""

from __future__ import annotations

from importlib import metadata


def version() -> str:
    """The version that is installed, or "unknown" when the package is used without being installed."""
    try:
        return metadata.version("neural-programmer")
    except metadata.PackageNotFoundError:
        return "unknown"
