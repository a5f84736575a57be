"""How the model decided, as heat maps: what the steps chose among, and how much they select each row of the table."""

from __future__ import annotations

from collections.abc import Sequence

import altair
import numpy as np
import pandas

from neural_programmer.response import Response
from neural_programmer.rows_used import rows_of_steps
from neural_programmer.soft_trace import SoftTrace
from neural_programmer.tables.table import Table
from neural_programmer.trace import StepTrace
from neural_programmer.ui.decision_steps import choices_of

_MOST_CHOICES = 10
_LEAST_PROBABILITY = 0.005
_LEAST_WRITTEN = 0.01
_DARK = 0.55
# The same in the light and the dark theme: the figures on them have colours of their own.
_COLOURS = ["#edf2fa", "#9db9e3", "#1f4e9f"]
_MOST_ROWS_DRAWN = 40
_LONGEST_ROW_NAME = 28
_PIXELS_OF_LABELS = 230


def choice_frame(trace: Sequence[StepTrace], labels: Sequence[str], title: str) -> pandas.DataFrame:
    """What every step chose among, of one kind ("Operation", "Column", …), where it is likely at some step."""
    found = [
        (choice, label, chance)
        for step, label in zip(trace, labels, strict=True)
        for choice, chance in choices_of(step).get(title, ())
    ]
    best: dict[str, float] = {}
    for choice, _, chance in found:
        best[choice] = max(best.get(choice, 0.0), chance)
    likely = sorted((choice for choice in best if best[choice] >= _LEAST_PROBABILITY), key=lambda choice: -best[choice])
    kept = likely[:_MOST_CHOICES]
    return pandas.DataFrame([cell for cell in found if cell[0] in kept], columns=[title, "Step", "Probability"])


def choice_chart(frame: pandas.DataFrame, title: str, labels: Sequence[str]) -> altair.LayerChart:
    """A heat map: the choices from top to bottom in the order in which the steps took them, the steps across."""
    likeliest = frame.sort_values("Probability", ascending=False).drop_duplicates(title)
    order = sorted(
        likeliest.itertuples(index=False), key=lambda cell: (labels.index(cell.Step), -float(cell.Probability))
    )
    base = altair.Chart(frame, height=altair.Step(26)).encode(
        _across("Step", labels),
        _down(title, [str(cell[0]) for cell in order]),
        tooltip=[f"{title}:N", "Step:N", altair.Tooltip("Probability:Q", format=".1%")],
    )
    return _coloured(base, "Probability")


def row_frame(soft: SoftTrace, shown: Response) -> tuple[pandas.DataFrame, int]:
    """How much each row is selected at each step, softly and exactly, and how many rows are left out as unselected.

    A short table has all its rows; of a long one the most selected are there.
    """
    assert shown.program is not None
    exact = rows_of_steps(shown.program, shown.prepared)
    steps: list[tuple[str, np.ndarray[tuple[int], np.dtype[np.float64]]]] = []
    for step in soft.steps:
        if step.rows_weight > _LEAST_WRITTEN:
            steps.append((f"#{step.step} soft", np.asarray(step.rows, dtype=np.float64) * step.rows_weight))
        found = exact[step.step].rows if step.step < len(exact) else None
        if found is not None:
            steps.append((f"#{step.step} exact", found.astype(np.float64)))
    if not steps:
        return pandas.DataFrame(), 0
    highest = np.max([values for _, values in steps], axis=0)
    likeliest = np.argsort(-highest, kind="stable")[:_MOST_ROWS_DRAWN]
    is_short = len(highest) <= _MOST_ROWS_DRAWN
    rows = sorted(row for row in likeliest.tolist() if is_short or highest[row] > _LEAST_WRITTEN)
    names = {row: _row_name(shown.prepared.table, row) for row in rows}
    cells = [(names[row], label, float(values[row])) for label, values in steps for row in rows]
    return pandas.DataFrame(cells, columns=["Row", "Step", "Selected"]), shown.prepared.table.number_of_rows - len(rows)


def row_chart(frame: pandas.DataFrame) -> altair.LayerChart:
    """A heat map: the table's rows from top to bottom, the steps from left to right, soft beside exact."""
    base = altair.Chart(frame, height=altair.Step(20)).encode(
        _across("Step", list(dict.fromkeys(frame["Step"]))),
        _down("Row", list(dict.fromkeys(frame["Row"]))),
        tooltip=["Row:N", "Step:N", altair.Tooltip("Selected:Q", format=".1%")],
    )
    return _coloured(base, "Selected")


def _row_name(table: Table, row: int) -> str:
    """The row's number, and its first cell that is a text rather than a number."""
    cells = (column.cells[row] for column in table.columns)
    text = next((cell for cell in cells if any(character.isalpha() for character in cell)), "")
    short = text if len(text) <= _LONGEST_ROW_NAME else f"{text[:_LONGEST_ROW_NAME]}…"
    return f"{row + 1} · {' '.join(short.split())}"


def _across(name: str, order: Sequence[str]) -> altair.X:
    axis = altair.Axis(orient="top", labelAngle=0, ticks=False, domain=False, labelLimit=120)
    return altair.X(f"{name}:N", sort=list(order), title=None, axis=axis)


def _down(name: str, order: Sequence[str]) -> altair.Y:
    axis = altair.Axis(labelLimit=_PIXELS_OF_LABELS, ticks=False, domain=False)
    return altair.Y(f"{name}:N", sort=list(order), title=None, axis=axis)


def _coloured(base: altair.Chart, measure: str) -> altair.LayerChart:
    """Cells coloured by a probability, with the figures written into them: the map can be read without its colours."""
    scale = altair.Scale(domain=[0, 0.4, 1], range=_COLOURS)
    cells = base.mark_rect(stroke="white").encode(altair.Color(f"{measure}:Q", scale=scale, legend=None))
    dark = altair.datum[measure] > _DARK
    figures = (
        base.transform_filter(altair.datum[measure] >= _LEAST_WRITTEN)
        .mark_text()
        .encode(
            altair.Text(f"{measure}:Q", format=".0%"),
            color=altair.when(dark).then(altair.value("white")).otherwise(altair.value("#1a1a1a")),
        )
    )
    chart: altair.LayerChart = cells + figures
    return chart
