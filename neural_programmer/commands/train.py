"""`neural-programmer train CONFIG`: train a model from questions and answers."""

from __future__ import annotations

import argparse
from pathlib import Path

from neural_programmer.commands.exit_codes import ANSWERED
from neural_programmer.commands.options import add_root_option


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "train",
        help="train a model",
        description="Train a model as a configuration file says; a run that was interrupted goes on where it stopped.",
    )
    parser.add_argument("config", type=Path, metavar="CONFIG", help="a configuration file")
    add_root_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Train until done."""
    raise NotImplementedError(arguments)
    return ANSWERED
