"""`neural-programmer ui`: the app in the browser."""

from __future__ import annotations

import argparse


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "ui",
        help="open the app in the browser",
        description="Serve the app on this machine and open it in the browser. Nothing leaves the machine.",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Serve until interrupted."""
    from neural_programmer.ui import launch

    return launch.main()
