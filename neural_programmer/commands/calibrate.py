"""`neural-programmer calibrate QUESTIONS.tsv --checkpoint DIR`: make confidence mean how often answers are right."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from neural_programmer.commands.datasets import answer_all, open_questions
from neural_programmer.commands.exit_codes import ANSWERED, UserError, bad_input
from neural_programmer.commands.models import warn_of_learned
from neural_programmer.commands.options import add_dataset_options, add_model_options

if TYPE_CHECKING:
    from neural_programmer.calibration import AskingSettings
    from neural_programmer.crossing import CrossFitted

_PRODUCTS_SHOWN = 10


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "calibrate",
        help="make a model's confidence mean how often it is right, and let it abstain",
        description="Ask questions that the model was not trained on, of their own tables and of others; fit its "
        "confidence to how often it was right, and keep that, with the threshold, in the checkpoint's folder. Figures "
        "of fits that had not seen the tables are printed.",
    )
    add_dataset_options(parser)
    add_model_options(parser, threshold="the one that withholds 4.5%% of the right answers")
    parser.add_argument(
        "--keep-weights",
        action="store_true",
        help="keep what the checkpoint's evidence weighs, and fit only how sure that makes an answer",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Fit, keep and print the settings."""
    from neural_programmer.answering import Request
    from neural_programmer.calibration import CalibrationError, read_settings, write_settings
    from neural_programmer.crossing import Asked, cross_fitted, fit
    from neural_programmer.data.wikitablequestions import DatasetError
    from neural_programmer.evaluation import judge, require_target
    from neural_programmer.mispairing import mispaired

    if arguments.checkpoint is None:
        raise UserError("name the checkpoint to calibrate with --checkpoint DIR")
    _check_writable(arguments.checkpoint)
    questions = open_questions(arguments)
    warn_of_learned(arguments, questions)
    with bad_input(DatasetError):
        for question in questions:
            require_target(question)
        other = mispaired(questions)
    threshold, arguments.threshold = arguments.threshold, 0.0
    with bad_input(CalibrationError):
        weights = read_settings(arguments.checkpoint).confidence if arguments.keep_weights else None
    outcomes = answer_all(arguments, [*questions, *other], Request(readings=1))
    asked = Asked(judge(questions, outcomes[: len(questions)]), outcomes[len(questions) :])
    with bad_input(ValueError):
        settings = fit(asked, threshold, weights)
        tried = cross_fitted(asked, weights)
    try:
        write_settings(arguments.checkpoint, settings)
    except OSError as error:
        raise UserError(f"cannot write into {arguments.checkpoint}: {error.strerror}") from error
    _print(settings, tried)
    return ANSWERED


def _check_writable(folder: Path) -> None:
    if not folder.is_dir():
        raise UserError(f"cannot write into {folder}: there is no such folder")


def _print(settings: AskingSettings, tried: CrossFitted) -> None:
    from neural_programmer.evidence import EVIDENCE

    print(f"{'Evidence':18}  weight")
    for name in EVIDENCE:
        print(f"{name:18}  {settings.confidence.weights.get(name, 0.0):+.3f}")
    strongest = sorted(settings.confidence.products.weights.items(), key=lambda pair: -abs(pair[1]))
    for pair, weight in strongest[:_PRODUCTS_SHOWN]:
        print(f"{' * '.join(pair):34}  {weight:+.3f} of both on their scales")
    print(f"{'(intercept)':18}  {settings.confidence.intercept:+.3f}")
    print(f"threshold {settings.threshold:.4f}")
    print()
    print(f"On questions of tables that the fit had not seen ({tried.folds} parts of the tables):")
    print(f"  calibration error {tried.calibration_error:.1%}, right among the surest half {tried.surest_half:.1%}")
    print(
        f"  abstains from {tried.mispaired:.1%} of mispaired questions, losing {tried.right_lost:.1%} of right answers"
    )
