"""`neural-programmer train CONFIG`: train a model from questions and answers, or from people's feedback."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from neural_programmer.commands import train_feedback
from neural_programmer.commands.exit_codes import ANSWERED, INTERRUPTED, UserError, bad_input
from neural_programmer.commands.options import add_root_option

if TYPE_CHECKING:
    from neural_programmer.training import TrainingConfig, TrainingResult


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "train",
        help="train a model",
        description="Train a model on WikiTableQuestions, from questions and answers alone, or on arithmetic (CONFIG "
        "arithmetic), on made-up questions and the numbers that answer them. The best model so far is "
        "always in OUTPUT/model; a run that was interrupted goes on with --resume. With --feedback, fine-tune a "
        "trained model on programs that people corrected or verified.",
    )
    parser.add_argument(
        "config",
        type=Path,
        nargs="?",
        metavar="CONFIG",
        help="a TOML file with the run's configuration, or the name of one that comes with the package, as wtq",
    )
    parser.add_argument(
        "--output", type=Path, metavar="DIR", help="the folder of the run (default: runs/ and the configuration's name)"
    )
    parser.add_argument("--resume", action="store_true", help="go on with the interrupted run in that folder")
    parser.add_argument(
        "--set",
        dest="overrides",
        action="append",
        default=[],
        metavar="TABLE.KEY=VALUE",
        help="use another value than the configuration's; may be given several times",
    )
    add_root_option(parser)
    train_feedback.add_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Train, and say where the model is."""
    if (arguments.config is None) == (arguments.feedback is None):
        raise UserError("name a CONFIG to train a model from, or --feedback FILE to fine-tune one")
    if arguments.feedback is not None:
        return train_feedback.run(arguments)
    from neural_programmer.data.wikitablequestions import DatasetError
    from neural_programmer.training.config import ConfigError, read_config
    from neural_programmer.training.run import train
    from neural_programmer.training.run_state import ResumeError

    overrides = dict(map(_override, arguments.overrides))
    output = arguments.output or Path("runs") / arguments.config.stem
    config = _shipped(arguments.config) or arguments.config
    with bad_input(ConfigError, DatasetError, ResumeError):
        if read_config(config, overrides).arithmetic.questions:
            result = _train_arithmetic(read_config(config, overrides), output, resume=arguments.resume)
        else:
            result = train(config, output=output, resume=arguments.resume, overrides=overrides, root=arguments.root)
    if result.accuracy >= 0:
        print(f"dev accuracy {result.accuracy:.1%} after epoch {result.epoch}, {result.seconds / 60:.0f} minutes")
    print(f"the model is in {result.folder}")
    if result.finished:
        return ANSWERED
    print("the run was interrupted; --resume goes on with it")
    return INTERRUPTED


def _train_arithmetic(config: TrainingConfig, output: Path, *, resume: bool) -> TrainingResult:
    from neural_programmer.training.arithmetic import train_arithmetic
    from neural_programmer.training.reporting import ConsoleReporter
    from neural_programmer.training.run_record import record_start

    record_start(output, config)
    reporter = ConsoleReporter(output)
    try:
        result = train_arithmetic(config, output, resume=resume, reporter=reporter)
    finally:
        reporter.close()
    parts = ", ".join(f"{share:.1%} of those of {number}" for number, share in result.by_operations.items())
    print(f"held-out accuracy {result.accuracy:.1%} of {result.held_out} questions ({parts} operations)")
    return result.run


def _shipped(name: Path) -> Path | None:
    """The configuration of that name that comes with the package, unless there is such a file."""
    if name.name != str(name) or name.suffix or name.exists():
        return None
    shipped = Path(__file__).parents[1] / "data" / "configs" / f"{name}.toml"
    return shipped if shipped.is_file() else None


def _override(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise UserError(f"--set takes TABLE.KEY=VALUE, but found {text!r}")
    return name.strip(), value.strip()
