"""The command line's entry: chooses the command, and turns what went wrong into a message and an exit code."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from neural_programmer.commands import (
    abstention,
    address,
    agreement,
    ask,
    batch,
    calibrate,
    compare,
    download,
    evaluate,
    evolve,
    export,
    gold,
    invariance,
    predict,
    search,
    sql,
    train,
    ui,
    units,
)
from neural_programmer.commands.exit_codes import BAD_INPUT, INTERRUPTED, UserError
from neural_programmer.version import version

_COMMANDS = (
    *(
        ask,
        sql,
        batch,
        export,
        ui,
        train,
        evaluate,
        compare,
        predict,
        abstention,
        invariance,
        agreement,
        gold,
        address,
        evolve,
        units,
        search,
        calibrate,
    ),
    download,
)


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="neural-programmer",
        description="Ask questions of tables. A small learned program answers, and the same program is SQL.",
        epilog="Exit codes: 0 done or answered, 2 bad input, 3 no answer (abstained), 130 interrupted.",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {version()}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in _COMMANDS:
        command.add_parser(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code and raises nothing for bad input."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A cell may hold what the terminal's encoding lacks.
            stream.reconfigure(errors="backslashreplace")
    try:
        parsed = build_parser().parse_args(arguments)
        code: int = parsed.run(parsed)
        sys.stdout.flush()
        return code
    except SystemExit as stop:  # how argparse ends after --help and after a usage error
        return stop.code if isinstance(stop.code, int) else BAD_INPUT
    except UserError as error:
        print(f"neural-programmer: {error}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("neural-programmer: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader, such as `head`, has enough; the interpreter must not fail on flushing what is left.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
