"""`neural-programmer calibrate QUESTIONS.tsv --checkpoint DIR`: make confidence mean how often answers are right."""

from __future__ import annotations

import argparse

from neural_programmer.commands.datasets import answer_all, open_questions
from neural_programmer.commands.exit_codes import ANSWERED, UserError, bad_input
from neural_programmer.commands.options import add_dataset_options, add_model_options


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "calibrate",
        help="make a model's confidence mean how often it is right",
        description="Answer questions that the model was not trained on, fit its confidence to how often it was right, "
        "and keep that, with --threshold if given, in the checkpoint's folder.",
    )
    add_dataset_options(parser)
    add_model_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Fit, keep and print the calibration."""
    from neural_programmer.answering import Request
    from neural_programmer.calibration import AskingSettings, fit_calibration, read_settings, write_settings
    from neural_programmer.data.wikitablequestions import DatasetError
    from neural_programmer.evaluation import judge, require_target

    if arguments.checkpoint is None:
        raise UserError("name the checkpoint to calibrate with --checkpoint DIR")
    questions = open_questions(arguments)
    with bad_input(DatasetError):
        for question in questions:
            require_target(question)
    report = judge(questions, answer_all(arguments, questions, Request(readings=1)))
    answered = [judgement for judgement in report.judgements if judgement.outcome.readings]
    fitted = fit_calibration(
        [judgement.outcome.probability for judgement in answered],
        [judgement.outcome.unused_share for judgement in answered],
        [judgement.rank == 1 for judgement in answered],
    )
    threshold = arguments.threshold
    if threshold is None:
        threshold = read_settings(arguments.checkpoint).threshold
    try:
        write_settings(arguments.checkpoint, AskingSettings(fitted, threshold))
    except OSError as error:
        raise UserError(f"cannot write into {arguments.checkpoint}: {error.strerror}") from error
    print(
        f"slope {fitted.slope:.3f}, intercept {fitted.intercept:.3f}, unused {fitted.unused:.3f}, "
        f"threshold {threshold:.2f}"
    )
    return ANSWERED
