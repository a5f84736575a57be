"""The dev accuracy: answers of the model, by the official rules, over every question."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from neural_programmer.data.evaluator import denotation_equal, to_values
from neural_programmer.model.beam import Hypothesis
from neural_programmer.model.predictor import Predictor
from neural_programmer.response import answer_items
from neural_programmer.training.examples import JudgedQuestion


def ranked_answers(hypotheses: Sequence[Hypothesis]) -> list[list[str]]:
    """The different answers as printed items, likeliest first, probability summed over programs of equal answers."""
    sums: dict[frozenset[object], float] = {}
    printed: dict[frozenset[object], list[str]] = {}
    for hypothesis in hypotheses:
        if not hypothesis.answer.defined:
            continue
        items = answer_items(hypothesis.program, hypothesis.answer.values)
        key = frozenset[object](to_values(items))
        sums[key] = sums.get(key, 0.0) + math.exp(hypothesis.log_probability)
        printed.setdefault(key, items)
    return [printed[key] for key in sorted(printed, key=lambda key: -sums[key])]


def accuracy(predictor: Predictor[Any], questions: Sequence[JudgedQuestion], beam: int) -> float:
    """The share of the questions answered rightly."""
    right = 0
    for question in questions:
        prediction = predictor.predict(question.grounding, question.linking, question.candidates, beam=beam)
        answers = ranked_answers(prediction.hypotheses)
        right += bool(answers) and denotation_equal(question.target, answers[0])
    return right / max(1, len(questions))
