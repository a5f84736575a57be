"""Answering the questions of a file, for the commands that do."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from neural_programmer.commands.exit_codes import UserError, bad_input
from neural_programmer.commands.models import model_errors, model_loader
from neural_programmer.commands.printing import ProgressBar

# Fewer questions are answered before a second process has started.
_FEW_QUESTIONS = 100

if TYPE_CHECKING:
    from neural_programmer.answering import Outcome, Request
    from neural_programmer.data.wikitablequestions import Question


def open_questions(arguments: argparse.Namespace) -> list[Question]:
    """The questions of the file or split that the options name; `UserError` where it is malformed or holds none."""
    from neural_programmer.data.wikitablequestions import DatasetError, question_file, read_questions

    with bad_input(DatasetError):
        questions = read_questions(question_file(arguments.questions, arguments.root))[: arguments.limit]
    if not questions:
        raise UserError(f"{arguments.questions} holds no questions")
    return questions


def answer_all(arguments: argparse.Namespace, questions: Sequence[Question], request: Request) -> list[Outcome]:
    """The outcome of every question, with progress on standard error."""
    import torch

    from neural_programmer.answering import answer_in_processes
    from neural_programmer.data.wikitablequestions import DatasetError, WikiTableQuestions

    # The model is small: more threads would wait for each other, and the order of sums must not depend on the machine.
    torch.set_num_threads(1)
    with bad_input(DatasetError, *model_errors()), ProgressBar("questions") as move:
        return answer_in_processes(
            model_loader(arguments),
            WikiTableQuestions(arguments.root),
            questions,
            request,
            processes=arguments.processes or _processes(len(questions)),
            progress=move,
        )


def _processes(number_of_questions: int) -> int:
    return 1 if number_of_questions < _FEW_QUESTIONS else min(2, os.cpu_count() or 1)
