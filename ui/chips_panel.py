"""The program as chips: each of its places is a drop-down, and a change runs the program again at once."""

from __future__ import annotations

from functools import partial

import streamlit as st

from neural_programmer import editing
from neural_programmer.editing import Choice, Place, Slot
from neural_programmer.language.text_form import write_program
from neural_programmer.operations.registry import REGISTRY
from neural_programmer.response import Response
from neural_programmer.tables.constants import Constant, ConstantKind
from neural_programmer.tables.values import ValueType
from neural_programmer.tables.views import ViewReference
from neural_programmer.ui.resources import digest_of
from neural_programmer.ui.state import SessionState
from neural_programmer.ui.wording import constant_label, counted, escape_markdown, operation_label, view_label

_TITLES = {Place.OPERATION: "Operation", Place.COLUMN: "Column", Place.CONSTANT: "Value"}
_RANKS = {
    ConstantKind.ORDINAL: "Rank",
    ConstantKind.NUMBER_RANGE: "From … to …",
    ConstantKind.DATE_RANGE: "From … to …",
}


def draw(state: SessionState, shown: Response) -> None:
    """Show the chips of the program that is looked at, if there is one."""
    if shown.program is None:
        return
    slots = editing.slots(shown.program, shown.prepared, shown.linking)
    if not slots:
        return
    identity = digest_of(write_program(shown.program).encode("utf-8", "surrogatepass"))[:12]
    with st.container(key="chips", gap="small"):
        st.html('<p class="np-label">Understood as: change anything, and it runs again</p>')
        with st.container(horizontal=True, gap="small"):
            for slot in slots:
                _draw_chip(state, shown, slot, f"chip {identity} {slot.step} {slot.place}")
        if state.edit_problem:
            st.error(escape_markdown(state.edit_problem))
        if state.edited is not None:
            st.button("Undo my changes", key="undo edits", icon=":material/undo:", on_click=state.undo_edits)


def _draw_chip(state: SessionState, shown: Response, slot: Slot, key: str) -> None:
    title = _TITLES[slot.place]
    if isinstance(slot.value, Constant):
        title = _RANKS.get(slot.value.kind, title)
    hint = None
    if slot.place is Place.CONSTANT:
        hint = "Choose a value, or type another."
        if slot.left_out:
            hint += f" {counted(slot.left_out, 'value')} of the column not listed can be typed too."
    st.selectbox(
        f"#{slot.step} {title}",
        slot.alternatives,
        index=slot.alternatives.index(slot.value),
        format_func=partial(_label, of_dates=_reads_dates(shown, slot)),
        key=key,
        help=hint,
        accept_new_options=slot.place is Place.CONSTANT,
        on_change=_change,
        args=(state, shown, slot, key),
        width=_width(_label(slot.value, _reads_dates(shown, slot))),
    )


def _width(label: str) -> int:
    """Pixels enough for what stands in the chip, within what looks like one."""
    return min(max(150, 62 + 9 * len(label)), 320)


def _reads_dates(shown: Response, slot: Slot) -> bool:
    assert shown.program is not None
    column = shown.program.steps[slot.step].column
    return column is not None and column.view.value_type is ValueType.DATE


def _label(choice: Choice, of_dates: bool) -> str:
    if isinstance(choice, Constant):
        return constant_label(choice)
    if isinstance(choice, ViewReference):
        return view_label(choice)
    return operation_label(choice, of_dates) if choice in REGISTRY else choice  # what a person typed into a chip


def _change(state: SessionState, shown: Response, slot: Slot, key: str) -> None:
    chosen = st.session_state[key]
    if chosen is None or shown.program is None:
        return
    try:
        if slot.place is Place.CONSTANT and not isinstance(chosen, Constant):
            assert isinstance(slot.value, Constant)
            chosen = editing.read_constant(str(chosen), slot.value)
        state.edit(editing.replace(shown.program, slot, chosen, shown.prepared))
    except ValueError as error:
        state.edit_problem = f"That cannot be run: {error}."
