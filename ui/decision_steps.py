"""How the model decided, as steps to read: the words it looked at, and what it chose among, with probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from neural_programmer.language.program import Program
from neural_programmer.tables.matching.linking import Linking
from neural_programmer.trace import StepTrace
from neural_programmer.ui.wording import share_in_words, step_label

# What is less likely is not listed; a word that was looked at less is neither shaded nor given a figure.
_LEAST_LISTED = 0.005
_LEAST_SHADED = 0.01
_MOST_LISTED = 4
_MOST_WORDS = 80
# From here on a word is shaded so darkly that its letters are white.
_DARK = 0.6
_END = "the end"


def step_labels(trace: Sequence[StepTrace], program: Program) -> list[str]:
    """Steps as the charts name them: their number and operation."""
    names = [step.operation for step in program]
    return [f"#{step.step} {names[step.step] if step.step < len(names) else 'end'}" for step in trace]


def choices_of(step: StepTrace) -> dict[str, list[tuple[str, float]]]:
    """What a step chose among, by what was chosen: labels with probabilities, likeliest first; what it lacks is absent.

    Where an operation reads two earlier results, each choice is said to be the first or the second of them.
    """
    found = {
        "Operation": [(name.replace("_", " "), chance) for name, chance in step.operations],
        "Column": list(step.columns),
        "Value": list(step.constants),
    }
    places = len(step.references)
    found["Earlier result"] = [
        (f"#{reference}" if places == 1 else f"#{reference} as {('first', 'second')[place]}", chance)
        for place, references in enumerate(step.references[:2])
        for reference, chance in references
    ]
    return {title: choices for title, choices in found.items() if choices}


def steps_html(trace: Sequence[StepTrace], program: Program, linking: Linking) -> str:
    """A list of HTML with a card a step; every text is escaped, and nothing else in it comes from elsewhere."""
    cards = "".join(_step_html(step, program, linking) for step in trace)
    return f'<div class="np-steps" role="list" aria-label="How each step was decided">{cards}</div>'


def _step_html(step: StepTrace, program: Program, linking: Linking) -> str:
    taken = program.steps[step.step] if step.step < len(program) else None
    title = f"#{step.step} {step_label(taken) if taken is not None else _END}"
    lines = [_looked_html("Looked at, for the operation", step.attention, linking)]
    if step.argument_attention and (step.columns or step.constants):
        lines.append(_looked_html("Looked at, for the rest", step.argument_attention, linking))
    for name, choices in choices_of(step).items():
        lines.append(_line_html(name, f'<span class="np-choices">{_choices_html(choices)}</span>'))
    return f'<div class="np-step" role="listitem"><p class="np-step-title">{escape(title)}</p>{"".join(lines)}</div>'


def _line_html(name: str, content: str) -> str:
    return f'<div class="np-step-line"><span class="np-step-name">{escape(name)}</span>{content}</div>'


def _looked_html(name: str, weights: Sequence[float], linking: Linking) -> str:
    words = "".join(
        _word_html(token.text, weight) for token, weight in zip(linking.tokens[:_MOST_WORDS], weights, strict=False)
    )
    return _line_html(name, f'<span class="np-looked">{words}</span>')


def _word_html(word: str, weight: float) -> str:
    if weight < _LEAST_SHADED:
        return f"<span>{escape(word)}</span>"
    shade = 0.1 + 0.6 * weight if weight < _DARK else 0.6 + 0.4 * weight
    kind = ' class="np-dark"' if weight >= _DARK else ""
    style = f"background: rgba(31, 78, 160, {shade:.2f})"
    return f'<span{kind} style="{style}">{escape(word)}<small>{share_in_words(weight)}</small></span>'


def _choices_html(choices: Sequence[tuple[str, float]]) -> str:
    listed = [choice for choice in choices if choice[1] >= _LEAST_LISTED][:_MOST_LISTED] or choices[:1]
    return "".join(f"<span>{escape(label)} <small>{share_in_words(chance)}</small></span>" for label, chance in listed)
