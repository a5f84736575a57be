"""Options that several commands share, and how their values are read."""

from __future__ import annotations

import argparse
from pathlib import Path


def probability(text: str) -> float:
    """A number from 0 to 1."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"expected a number from 0 to 1, but found {text!r}")
    return value


def positive(text: str) -> int:
    """A whole number above 0."""
    try:
        value = int(text)
    except ValueError:
        value = 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number above 0, but found {text!r}")
    return value


def add_model_options(parser: argparse.ArgumentParser, threshold: str = "the checkpoint's own") -> None:
    """The options that choose the model and when it abstains."""
    add_checkpoint_option(parser)
    parser.add_argument(
        "--threshold",
        type=probability,
        metavar="P",
        help=f"abstain below this confidence, 0 to 1 (default: {threshold})",
    )


def add_large_options(parser: argparse.ArgumentParser) -> None:
    """The options that choose the SQL's dialect, and which tables stay where they are."""
    parser.add_argument(
        "--dialect", metavar="NAME", help="the SQL dialect (default: duckdb, or that of the database a table lives in)"
    )
    parser.add_argument(
        "--large-rows",
        type=positive,
        metavar="N",
        help="tables of more rows than this stay where they are and are answered by their database (default: 50000)",
    )


def add_members_option(parser: argparse.ArgumentParser) -> None:
    """The option that adds further models."""
    parser.add_argument(
        "--with",
        dest="members",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="a further trained model that answers together with the first; may be given several times",
    )


def add_checkpoint_option(parser: argparse._ActionsContainer) -> None:
    """The option that chooses the model."""
    parser.add_argument(
        "--checkpoint", type=Path, metavar="DIR", help="a trained model (default: the one that comes with the package)"
    )


def add_dataset_options(parser: argparse.ArgumentParser) -> None:
    """The options that name questions and the dataset, and how they are worked through."""
    parser.add_argument(
        "questions",
        type=Path,
        metavar="QUESTIONS.tsv",
        help="a WikiTableQuestions question file, or the name of a split of the dataset",
    )
    add_root_option(parser)
    parser.add_argument("--limit", type=positive, metavar="N", help="only the first N questions")
    parser.add_argument(
        "--processes",
        type=positive,
        metavar="N",
        help="processes to share the work (default: 2, or 1 for few questions or on one core)",
    )


def add_root_option(parser: argparse.ArgumentParser) -> None:
    """The option that says where WikiTableQuestions is."""
    parser.add_argument(
        "--root",
        type=Path,
        metavar="DIR",
        help="the folder of WikiTableQuestions (default: $NEURAL_PROGRAMMER_WTQ, then the downloaded copy)",
    )
