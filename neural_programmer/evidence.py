"""What speaks for an answer: how the question fits the table, what the program takes up, how sure the model was."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from neural_programmer.data.evaluator import to_values
from neural_programmer.execution.exact import Answer
from neural_programmer.language.program import Program
from neural_programmer.response import answer_items
from neural_programmer.tables.constants import ConstantKind
from neural_programmer.tables.matching.linking import Linking, MatchSource
from neural_programmer.tables.values import text_words
from neural_programmer.understanding import content_words, unused_share, unused_words

# How the question fits the table, whatever the program.
_OF_THE_QUESTION = (
    "words",  # how many content words the question has, as a logarithm
    "in_table",  # the share of them that stand in a cell or in a header
    "in_headers",  # the share of them that name a header
    "in_cells",  # the share of them that stand in cells
    "whole_cell",  # the longest whole cell that is mentioned, as a share of the content words
    "header_score",  # how well the best-named column is named, from 0 to 1
    "foreign_numbers",  # how many numbers of the question are not in the table, at most 3
)
# What a program takes up of the question, and how likely it was for the programmer alone.
_OF_THE_PROGRAM = (
    "unused",  # the share of content words that the program leaves unused
    "steps",  # its length
    "constants",  # how many constants it compares with, at most 3
    "constant_score",  # how well the worst of them is mentioned; 1 without any
    "columns_named",  # the share of its columns that the question names; 0 without any
    "answer_repeats",  # whether the question says the answer
    "search_score",  # its log-probability under the programmer alone
    "search_mass",  # the logarithm of the probability of everything that was found, under the programmer alone
)
# How the readings compare.
_OF_THE_READINGS = (
    "log_odds",  # of the answer's probability
    "lead",  # how many times likelier it is than the second, as a logarithm
    "entropy",  # of the probabilities of the readings
    "readings",  # how many there are, as a logarithm
)
CANDIDATE_EVIDENCE = (*_OF_THE_QUESTION, *_OF_THE_PROGRAM)
EVIDENCE = (*_OF_THE_READINGS, *CANDIDATE_EVIDENCE)

_EDGE = 1e-6
_MOST_NORMALISED = 1000
_FARTHEST_LEAD = 10.0
_LEAST_SCORE = -20.0


class Candidate(Protocol):
    """A program that a search found: see ``model.beam.Hypothesis``."""

    @property
    def program(self) -> Program:
        """The program."""

    @property
    def search_log_probability(self) -> float:
        """The natural logarithm of its probability under the programmer alone."""

    @property
    def answer(self) -> Answer:
        """What it gives."""


def candidate_evidence(
    linking: Linking, candidates: Sequence[Candidate], chosen: Sequence[int] | None = None
) -> NDArray[np.float32]:
    """``Float[candidate, CANDIDATE_EVIDENCE]`` of what a search found: of all candidates, or of those chosen."""
    scores = [candidate.search_log_probability for candidate in candidates]
    question, mass = _question_evidence(linking), _mass(scores)
    wanted = range(len(candidates)) if chosen is None else chosen
    return np.array(
        [
            [*question, *_program_evidence(linking, candidates[at].program, candidates[at].answer, scores[at], mass)]
            for at in wanted
        ],
        dtype=np.float32,
    ).reshape(len(wanted), len(CANDIDATE_EVIDENCE))


def _mass(scores: Sequence[float]) -> float:
    return float(np.logaddexp.reduce(np.asarray(scores, dtype=np.float64)))


def answer_groups(candidates: Sequence[Candidate]) -> NDArray[np.int32]:
    """``Int[candidate]``: equal where the official evaluator cannot tell the answers apart, numbered as they come."""
    numbers: dict[Hashable, int] = {}
    keys = [answer_key(candidate.program, candidate.answer) for candidate in candidates]
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.int32)


def answer_key(program: Program, answer: Answer) -> Hashable:
    """Equal for answers that the official evaluator cannot tell apart."""
    if len(answer.values) > _MOST_NORMALISED:
        # No question is judged by so many items, and to normalise them would take longer than all the rest.
        return frozenset[object](answer.values)
    return frozenset[object](to_values(answer_items(program, answer.values)))


def sums_of_groups(log_probabilities: NDArray[np.float64], groups: NDArray[np.int32]) -> NDArray[np.float64]:
    """``Float[group]``: the probability of every answer, summed over the candidates that give it."""
    sums = np.zeros(int(groups.max(initial=-1)) + 1)
    np.add.at(sums, groups, np.exp(log_probabilities))
    return sums


def best_of_group(log_probabilities: NDArray[np.float64], groups: NDArray[np.int32], group: int) -> int:
    """The likeliest candidate of those that give one answer."""
    members = np.flatnonzero(groups == group)
    return int(members[log_probabilities[members].argmax()])


def evidence(probabilities: NDArray[np.float64], of_candidate: NDArray[np.float32]) -> NDArray[np.float64]:
    """``Float[EVIDENCE]``: for the likeliest of answers with these probabilities, given by this candidate."""
    ordered = np.sort(probabilities)[::-1]
    shares = ordered[ordered > 0] / max(float(ordered.sum()), _EDGE)
    second = float(ordered[1]) if len(ordered) > 1 else 0.0
    lead = math.log(max(float(ordered[0]), _EDGE) / max(second, _EDGE))
    readings = [
        log_odds(float(ordered[0])),
        min(lead, _FARTHEST_LEAD),
        float(-(shares * np.log(shares)).sum()),
        math.log(len(ordered)),
    ]
    return np.concatenate([readings, of_candidate.astype(np.float64)])


def log_odds(probability: float) -> float:
    """The logarithm of the odds, kept finite."""
    inside = min(max(probability, _EDGE), 1 - _EDGE)
    return math.log(inside / (1 - inside))


def _question_evidence(linking: Linking) -> list[float]:
    content = set(content_words(linking))
    total = max(1, len(content))
    headers = {number for match in linking.column_matches for number in range(match.start, match.end)}
    cells: set[int] = set()
    whole = 0
    foreign = 0
    for mention in linking.mentions:
        span = content.intersection(range(mention.start, mention.end))
        if mention.constant.kind in (ConstantKind.TEXT, ConstantKind.TEXTS) or mention.score >= 0.9:
            cells |= span
        if mention.constant.kind is ConstantKind.TEXT and mention.source is MatchSource.EXACT and mention.score >= 0.95:
            whole = max(whole, len(span))
        foreign += mention.constant.kind is ConstantKind.NUMBER and mention.score < 0.8
    return [
        math.log(total),
        len(content & (headers | cells)) / total,
        len(content & headers) / total,
        len(content & cells) / total,
        whole / total,
        max((match.score for match in linking.column_matches), default=0.0),
        float(min(foreign, 3)),
    ]


def _program_evidence(linking: Linking, program: Program, answer: Answer, score: float, mass: float) -> list[float]:
    constants = {step.constant for step in program if step.constant is not None}
    columns = {step.column.column for step in program if step.column is not None}
    mentioned = [mention.score for mention in linking.mentions if mention.constant in constants]
    named = {match.column: match.score for match in reversed(linking.column_matches) if match.column in columns}
    first = answer.values[0] if answer.values else ""
    words = text_words(first) if isinstance(first, str) else ""
    return [
        unused_share(unused_words(program, linking), linking),
        float(len(program)),
        float(min(len(constants), 3)),
        min(mentioned, default=0.0) if constants else 1.0,
        sum(named.values()) / len(columns) if columns else 0.0,
        float(bool(words.strip()) and words in text_words(linking.question)),
        max(score, _LEAST_SCORE),
        max(mass, _LEAST_SCORE),
    ]
