"""`neural-programmer train --feedback FILE`: fine-tune a model on what people corrected."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from neural_programmer.commands.exit_codes import ANSWERED, UserError, bad_input
from neural_programmer.commands.models import model_errors
from neural_programmer.commands.options import add_checkpoint_option, positive
from neural_programmer.commands.printing import printable

if TYPE_CHECKING:
    from neural_programmer.training.fine_tuning import Comparison

_SPLITS = "a split of WikiTableQuestions, such as random-split-1-dev"


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `train` that belong to fine-tuning."""
    group = parser.add_argument_group("learning from feedback")
    group.add_argument(
        "--feedback",
        type=Path,
        metavar="FILE.jsonl",
        help="fine-tune a trained model on the right programs in this file, as the app exports it; takes no CONFIG",
    )
    add_checkpoint_option(group)
    group.add_argument("--dev", metavar="SPLIT", help=f"also measure accuracy before and after on {_SPLITS}")
    group.add_argument(
        "--dev-questions", type=positive, default=500, metavar="N", help="how many of them (default: 500)"
    )
    group.add_argument(
        "--rehearse",
        type=positive,
        default=0,
        metavar="N",
        help="also go on learning N training questions of WikiTableQuestions (default: none; the data set is not "
        "needed)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Fine-tune, and say what it did to the corrected questions and to dev."""
    import torch

    from neural_programmer.checkpoint import shipped
    from neural_programmer.data.wikitablequestions import DatasetError
    from neural_programmer.feedback import FeedbackError, read_feedback
    from neural_programmer.training.fine_tuning import NothingToLearnError, learn_from_feedback
    from neural_programmer.training.reporting import ConsoleReporter

    if arguments.output is None:
        raise UserError("name the folder of the new model with --output DIR")
    if arguments.resume or arguments.overrides:
        raise UserError("--resume and --set belong to training from a CONFIG, not to --feedback")
    folder = arguments.checkpoint or shipped()
    if arguments.output.resolve() == folder.resolve():
        raise UserError(f"{arguments.output} holds the model that is learned from; name another folder")
    torch.set_num_threads(1)
    with bad_input(OSError, UnicodeDecodeError, FeedbackError):
        records = read_feedback(arguments.feedback.read_text(encoding="utf-8"))
    reporter = ConsoleReporter()
    try:
        with bad_input(NothingToLearnError, DatasetError, *model_errors()):
            result = learn_from_feedback(
                records,
                folder,
                arguments.output,
                dev=arguments.dev,
                dev_questions=arguments.dev_questions,
                rehearsal=arguments.rehearse,
                root=arguments.root,
                reporter=reporter,
            )
    finally:
        reporter.close()
    for question, reason in result.refused:
        print(f"not learned: {printable(question)!r}: {printable(reason)}")
    print(f"corrected questions: {_compared(result.corrected)}")
    if result.dev is not None:
        print(f"{arguments.dev}: {_compared(result.dev)}")
    print(f"the model is in {arguments.output}")
    return ANSWERED


def _compared(comparison: Comparison) -> str:
    return f"{comparison.before:.1%} right before, {comparison.after:.1%} after, of {comparison.questions}"
