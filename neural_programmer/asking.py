"""A question within a conversation: a verified answer first, then the question before it, then the model."""

from __future__ import annotations

from neural_programmer.api import NeuralProgrammer
from neural_programmer.feedback import FeedbackError
from neural_programmer.follow_up import follow_up
from neural_programmer.prepared import PreparedTable
from neural_programmer.response import Response
from neural_programmer.verified import VerifiedPrograms, answer_verified


def ask_in_conversation(
    programmer: NeuralProgrammer,
    prepared: PreparedTable,
    question: str,
    *,
    previous: Response | None = None,
    kept: VerifiedPrograms | None = None,
) -> Response:
    """The response to a question that may have been verified before, or may carry on the ``previous`` one.

    A file of verified programs that cannot be read keeps nobody from asking.
    """
    if kept is not None:
        try:
            verified = answer_verified(question, prepared, kept)
        except FeedbackError:
            verified = None
        if verified is not None:
            return verified
    carried = None if previous is None else follow_up(question, previous, prepared)
    return programmer.ask(prepared, question) if carried is None else carried
