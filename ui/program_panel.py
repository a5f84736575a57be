"""The program, step by step, with what went in and what came out."""

from __future__ import annotations

import streamlit as st

from neural_programmer.execution.exact import StepResult, execute
from neural_programmer.language.kinds import Kind
from neural_programmer.language.text_form import write_program, write_step
from neural_programmer.response import Response
from neural_programmer.ui.wording import counted, number_in_words, operation_summary


def draw(shown: Response) -> None:
    """Show every step with its meaning, the rows it was given and its result, and the program's text to copy."""
    assert shown.program is not None
    program = shown.program
    results = execute(program, shown.prepared.grounding)
    st.dataframe(
        {
            "Step": [f"#{number}" for number in range(len(program))],
            "Operation": [write_step(step) for step in program],
            "Meaning": [operation_summary(step.operation) for step in program],
            "Given": [", ".join(_size(results[reference]) for reference in step.references) for step in program],
            "Result": [_size(result) for result in results],
        },
        hide_index=True,
        height="content",
        alt="The steps of the program",
    )
    st.code(write_program(program), language=None, wrap_lines=True)


def _size(result: StepResult) -> str:
    if result.kind is Kind.NUMBER:
        return number_in_words(float(result.value))
    if result.kind is Kind.PHRASE:
        return "words"
    noun = {Kind.ROWS: "row", Kind.CELLS: "cell", Kind.GROUPS: "value"}[result.kind]
    return counted(int((result.value > 0).sum()), noun)
