"""`neural-programmer ui`: the app in the browser."""

from __future__ import annotations

import argparse

from neural_programmer.commands.models import check_model
from neural_programmer.commands.options import add_checkpoint_option, positive


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "ui",
        help="open the app in the browser",
        description="Serve the app on this machine and open it in the browser. Nothing leaves the machine.",
    )
    parser.add_argument("--port", type=positive, default=8501, metavar="N", help="the port to serve on (default: 8501)")
    parser.add_argument(
        "--address", default="localhost", help="the address to serve on (default: localhost, this machine only)"
    )
    parser.add_argument(
        "--base-path", default="", metavar="PATH", help="serve below this path, as behind a proxy (default: the root)"
    )
    parser.add_argument("--headless", action="store_true", help="do not open the browser")
    add_checkpoint_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Serve until interrupted."""
    from neural_programmer.ui import launch

    check_model(arguments)
    return launch.main(
        port=arguments.port,
        headless=arguments.headless,
        address=arguments.address,
        checkpoint=arguments.checkpoint,
        base_path=arguments.base_path,
    )
