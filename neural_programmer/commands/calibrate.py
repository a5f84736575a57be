"""`neural-programmer calibrate QUESTIONS.tsv --checkpoint DIR`: make a model's confidence mean how often it is right."""

from __future__ import annotations

import argparse


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
