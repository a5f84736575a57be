"""Write docs/command_line.md from the command line's own help; `make docs` runs it."""

from __future__ import annotations

import os
from argparse import ArgumentParser, _SubParsersAction
from pathlib import Path

from neural_programmer.commands.main import build_parser

PAGE = Path(__file__).with_name("command_line.md")
OPENING = """# The command line

Every command, as `--help` shows it. Results go to standard output, everything else to standard error.

"""


def parsers() -> dict[str, ArgumentParser]:
    """The parser of each command by the command as it is typed, the whole program's first."""
    whole = build_parser()
    (commands,) = (action for action in whole._actions if isinstance(action, _SubParsersAction))
    return {parser.prog: parser for parser in (whole, *commands.choices.values())}


def page() -> str:
    """The page as it should be."""
    os.environ["COLUMNS"] = "110"
    sections = [f"## {name}\n\n```\n{parser.format_help()}```\n" for name, parser in parsers().items()]
    return OPENING + "\n".join(sections)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
