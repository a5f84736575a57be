"""The question's words, each with what it was taken for, and what the unused ones may have meant."""

from __future__ import annotations

from html import escape

import streamlit as st

from neural_programmer.question_words import Role, Word, counted_things, nearest, with_word_replaced, words_of
from neural_programmer.response import Response
from neural_programmer.tables.constants import ConstantKind
from neural_programmer.tables.values import text_key
from neural_programmer.ui.state import SessionState
from neural_programmer.ui.wording import escape_markdown

_CLASSES = {
    Role.COLUMN: "np-column",
    Role.VALUE: "np-value",
    Role.OPERATION: "np-operation",
    Role.FUZZY: "np-fuzzy",
    Role.UNUSED: "np-unused",
    Role.PLAIN: "",
}
_LABELS = {
    Role.COLUMN: "column",
    Role.VALUE: "value",
    Role.OPERATION: "operation",
    Role.FUZZY: "similar spelling",
    Role.UNUSED: "not used",
}
_MOST_WORDS = 80
_MOST_ASKED = 3
_LONGEST_MEANING = 40


def draw(state: SessionState, shown: Response) -> None:
    """Show the coloured question, and for each unused word the nearest columns and values as buttons."""
    things = counted_things(shown)
    words = [_as_plain(word) if word.role is Role.UNUSED and word.text in things else word for word in words_of(shown)]
    if not words:
        return
    st.html(words_html(words[:_MOST_WORDS]))
    if len(words) > _MOST_WORDS:
        st.caption(f"The first {_MOST_WORDS} of {len(words)} words.")
    unused = list(dict.fromkeys(word.text for word in words if word.role is Role.UNUSED))
    if unused and state.edited is None:  # who edits the program knows better
        _draw_did_you_mean(state, shown, unused)


def words_html(words: list[Word]) -> str:
    """The words as a list of HTML; every text is escaped, and the template holds nothing else that is not fixed."""
    items = "".join(_word_html(word) for word in words)
    return f'<div class="np-words" role="list" aria-label="How each word of the question was understood">{items}</div>'


def _word_html(word: Word) -> str:
    label = _LABELS.get(word.role, "")
    if word.meaning and word.role is not Role.OPERATION:
        meaning = word.meaning if len(word.meaning) <= _LONGEST_MEANING else f"{word.meaning[:_LONGEST_MEANING]}…"
        label = f"{label}: {meaning}"
    elif word.meaning and word.meaning != word.text.lower():
        label = f"{label}: {word.meaning}"
    small = f"<small>{escape(label)}</small>" if label else ""
    return f'<span role="listitem" class="np-word {_CLASSES[word.role]}"><span>{escape(word.text)}</span>{small}</span>'


def _as_plain(word: Word) -> Word:
    return Word(word.text, word.start, word.end, Role.PLAIN)


def _draw_did_you_mean(state: SessionState, shown: Response, unused: list[str]) -> None:
    offered = {word: nearest(word, shown.prepared) for word in unused[:_MOST_ASKED]}
    words = ", ".join(f"“{escape_markdown(word)}”" for word in unused)
    with st.container(border=True, key="didyoumean"):
        asked = " Did you mean one of these?" if any(offered.values()) else ""
        st.markdown(f":material/help: **Not used for the answer:** {words}.{asked}")
        for place, (word, choices) in enumerate(offered.items()):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.caption(f"“{escape_markdown(word)}”", width="content")
                own = _own_place(word, shown)
                if own:
                    st.caption(own, width="content")
                elif not choices:
                    st.caption("is like nothing in the table. Leave it out, or say it in its words.", width="content")
                for number, choice in enumerate(choices):
                    st.button(
                        escape_markdown(choice.text),
                        key=f"meant {place} {number}",
                        help=_where(choice.role, choice.column),
                        on_click=state.ask,
                        args=(with_word_replaced(shown.question, word, choice.text),),
                    )


def _own_place(word: str, shown: Response) -> str:
    """Where an unused word stands in the table after all."""
    key = text_key(word)
    for column in shown.prepared.table.columns:
        if text_key(column.name) == key:
            return f"is the column {escape_markdown(column.name)}, which the program does not read. Choose it below."
    found = shown.linking is not None and any(
        mention.constant.kind is ConstantKind.TEXT and text_key(str(mention.constant.values[0])) == key
        for mention in shown.linking.mentions
    )
    return "is a value of the table, which the program does not use. Choose it below." if found else ""


def _where(role: Role, column: str) -> str:
    return "A column of the table" if role is Role.COLUMN else f"A value of the column {escape_markdown(column)}"
