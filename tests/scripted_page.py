"""The page with a model that follows a script: everything is real but the choice of programs.

Run by Streamlit it serves the page; imported it gives the tests the scripted model.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from unittest.mock import patch

from neural_programmer.api import NeuralProgrammer
from neural_programmer.execution.exact import Answer, answer
from neural_programmer.language.program import Program
from neural_programmer.language.text_form import read_program
from neural_programmer.prepared import PreparedTable
from neural_programmer.tables.matching.linking import Linking
from neural_programmer.trace import StepTrace
from neural_programmer.ui import app, resources

LONGEST = "which film has the longest running time?"
HOW_MANY = "how many films did Steven Spielberg direct?"
UNUSED = "which Japanese film has the longest running time?"
TRICKY = "which film is tricky?"
MISSPELT = "how many films did Steven Speilberg direct?"

MANY_AWARDS = "how many films have more than 5 academy awards?"
SLOW = "which film is slow?"
SECONDS_OF_SLOW = 5.0
COUNTED = "how many departments are there?"
WHO = "who directed Titanic?"
UNSURE = "which film cost the least?"
WITHHELD = "which two films were directed by the same person?"

SCRIPT: dict[str, tuple[tuple[str, float], ...]] = {
    LONGEST: (
        ('#0 = all_rows(); #1 = argmax(#0, "Running time":number); #2 = select(#1, "Film":text)', 0.8),
        ('#0 = all_rows(); #1 = maximum(#0, "Running time":number)', 0.15),
    ),
    UNUSED: (('#0 = all_rows(); #1 = argmax(#0, "Running time":number); #2 = select(#1, "Film":text)', 0.8),),
    HOW_MANY: (('#0 = all_rows(); #1 = filter_equals(#0, "Director":text, "Steven Spielberg"); #2 = count(#1)', 0.6),),
    MISSPELT: (('#0 = all_rows(); #1 = filter_equals(#0, "Director":text, "Steven Spielberg"); #2 = count(#1)', 0.6),),
    MANY_AWARDS: (('#0 = all_rows(); #1 = filter_greater(#0, "Academy Awards":number, 5); #2 = count(#1)', 0.7),),
    COUNTED: (("#0 = all_rows(); #1 = count(#0)", 0.9),),
    WHO: (('#0 = all_rows(); #1 = filter_equals(#0, "Film":text, "Titanic"); #2 = select(#1, "Director":text)', 0.9),),
    TRICKY: (
        ('#0 = all_rows(); #1 = first(#0); #2 = select(#1, "Film":text)', 0.2),
        ('#0 = all_rows(); #1 = last(#0); #2 = select(#1, "Film":text)', 0.1),
    ),
    UNSURE: (('#0 = all_rows(); #1 = argmin(#0, "Running time":number); #2 = select(#1, "Film":text)', 0.35),),
    WITHHELD: (
        ('#0 = all_rows(); #1 = first(#0); #2 = select(#1, "Film":text)', 0.2),
        ('#0 = all_rows(); #1 = last(#0); #2 = select(#1, "Film":text)', 0.1),
    ),
    "which name has the highest points?": (
        ('#0 = all_rows(); #1 = argmax(#0, "Points":number); #2 = select(#1, "Name":text)', 0.95),
    ),
    "list all names": (('#0 = all_rows(); #1 = select(#0, "Name":text)', 0.9),),
}


@dataclass(frozen=True)
class ScriptedHypothesis:
    """A program of the script with what it gives."""

    program: Program
    log_probability: float
    answer: Answer

    @property
    def search_log_probability(self) -> float:
        """Nothing judges scripted programs anew."""
        return self.log_probability


@dataclass(frozen=True)
class ScriptedPredictor:
    """A model that knows some questions by heart and no others."""

    script: Mapping[str, Sequence[tuple[str, float]]]

    def predict(self, prepared: PreparedTable, linking: Linking, beam: int) -> Sequence[ScriptedHypothesis]:
        """The script's programs for the question."""
        if linking.question == SLOW:
            time.sleep(SECONDS_OF_SLOW)
        programs = [(read_program(text), chance) for text, chance in self.script.get(linking.question, ())][:beam]
        return [
            ScriptedHypothesis(program, math.log(chance), answer(program, prepared.grounding))
            for program, chance in programs
        ]

    def trace(self, prepared: PreparedTable, linking: Linking, hypothesis: ScriptedHypothesis) -> list[StepTrace]:
        """What a model could have weighed: ever later words, and the operation of the step above all."""
        words = len(linking.tokens)
        steps = list(hypothesis.program)
        return [
            StepTrace(
                step=number,
                operations=((steps[number].operation, 0.7), ("filter_equals", 0.2), ("stop", 0.1)),
                references=tuple(((reference, 1.0),) for reference in steps[number].references),
                attention=tuple(0.8 if word == number * 2 % words else 0.2 / (words - 1) for word in range(words)),
            )
            for number in range(1, len(steps))
        ]


def load_scripted(checkpoint: object = None) -> NeuralProgrammer:
    """What stands in for `neural_programmer.load`; answers below a confidence of 0.3 are withheld."""
    return NeuralProgrammer(ScriptedPredictor(SCRIPT), threshold=0.3)


if __name__ == "__main__":
    with patch.object(resources, "load", load_scripted):
        app.main()
