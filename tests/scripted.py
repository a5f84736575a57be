"""A predictor whose programs are written down, for tests of what is built on a model."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from neural_programmer.api import NeuralProgrammer
from neural_programmer.execution.exact import Answer, answer
from neural_programmer.language.program import Program
from neural_programmer.language.text_form import read_program
from neural_programmer.prepared import PreparedTable
from neural_programmer.tables.build import build_table
from neural_programmer.tables.matching.linking import Linking

MEDALS = build_table(
    ["Nation", "Gold", "Opened"],
    [
        ["Norway", "3", "21 May 1950"],
        ["Sweden", "1", "3 June 1951"],
        ["Finland", "1", "4 July 1952"],
        ["Denmark", "12", "5 July 1952"],
    ],
    name="medals",
)
MOST_GOLD = '#0 = all_rows(); #1 = argmax(#0, "Gold":number); #2 = select(#1, "Nation":text)'
LAST_NATION = '#0 = all_rows(); #1 = last(#0); #2 = select(#1, "Nation":text)'
FIRST_NATION = '#0 = all_rows(); #1 = first(#0); #2 = select(#1, "Nation":text)'
NATIONS = "#0 = all_rows(); #1 = count(#0)"
GOLD_IN_ALL = '#0 = all_rows(); #1 = sum(#0, "Gold":number)'
FIRST_OPENED = '#0 = all_rows(); #1 = first(#0); #2 = select(#1, "Opened":date)'
BY_GOLD = '#0 = all_rows(); #1 = count_by_value(#0, "Gold":number)'
RESPONSE_KEYS = [
    "question",
    "answer",
    "confidence",
    "program",
    "explanation",
    "sql",
    "dialect",
    "sql_agrees",
    "readings",
    "unused_words",
]
GOLD_OF_FRANCE = '#0 = all_rows(); #1 = filter_equals(#0, "Nation":text, "France"); #2 = select(#1, "Gold":number)'


@dataclass(frozen=True)
class ScriptedHypothesis:
    """A program with the probability that was written down for it."""

    program: Program
    log_probability: float
    answer: Answer

    @property
    def search_log_probability(self) -> float:
        """Nothing judges scripted programs anew."""
        return self.log_probability


@dataclass
class ScriptedPredictor:
    """Gives the same programs for every question, likeliest first, and counts how often it is asked."""

    programs: Sequence[tuple[str, float]] = ((MOST_GOLD, 0.5), (LAST_NATION, 0.2), (FIRST_NATION, 0.1), (NATIONS, 0.05))
    beams: list[int] = field(default_factory=list)

    def predict(self, prepared: PreparedTable, linking: Linking, beam: int) -> list[ScriptedHypothesis]:
        self.beams.append(beam)
        read = [(read_program(text), probability) for text, probability in self.programs[:beam]]
        return [
            ScriptedHypothesis(program, math.log(probability), answer(program, prepared.grounding))
            for program, probability in read
        ]


def scripted(*programs: tuple[str, float], threshold: float = 0.0) -> NeuralProgrammer:
    """A programmer with these programs and probabilities, or with the usual ones."""
    return NeuralProgrammer(ScriptedPredictor(programs) if programs else ScriptedPredictor(), threshold=threshold)
