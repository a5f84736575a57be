"""`neural-programmer download wtq`: fetch WikiTableQuestions into the user's cache."""

from __future__ import annotations

import argparse
from pathlib import Path

from neural_programmer.commands.exit_codes import ANSWERED, bad_input
from neural_programmer.commands.printing import ProgressBar


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "download",
        help="fetch a dataset",
        description="Fetch WikiTableQuestions 1.0.2 from its public release, unless it is there already. "
        "An interrupted download is continued. Nothing else in this program uses the network.",
    )
    parser.add_argument("dataset", choices=["wtq"], help="the dataset: wtq, for WikiTableQuestions")
    parser.add_argument("--directory", type=Path, metavar="DIR", help="where to put it (default: the user's cache)")
    parser.add_argument("--url", help="another place of the release archive")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Fetch the dataset and print where it is."""
    from neural_programmer.data.download import RELEASE, download_wikitablequestions
    from neural_programmer.data.wikitablequestions import DatasetError

    with bad_input(DatasetError), ProgressBar("bytes") as move:
        place = download_wikitablequestions(arguments.directory, arguments.url or RELEASE, move)
    print(place)
    return ANSWERED
