"""The soft program beside the exact one: every row more or less selected, and the likeliest parts of the answer."""

from __future__ import annotations

import streamlit as st

from neural_programmer.response import Response
from neural_programmer.ui.decision_charts import row_chart, row_frame
from neural_programmer.ui.resources import MODEL_ERRORS, shared_model
from neural_programmer.ui.wording import answer_texts, counted, escape_markdown

_MOST_SOFT_ROWS = 5_000
_MOST_ANSWERS = 5


def draw(shown: Response) -> None:
    """Explain the soft program, and run it when it is asked for."""
    st.markdown("**Soft and exact**")
    st.caption(
        "The same network can run without deciding: every operation, column and value takes part with its probability, "
        "and every row is more or less selected. That is how Neural Programmer learns from answers alone. The surer "
        "the model is, the more its soft program is like the exact one."
    )
    if shown.prepared.table.number_of_rows > _MOST_SOFT_ROWS:
        st.caption(
            f"Not run on tables of more than {_MOST_SOFT_ROWS:,} rows: it computes every operation on every row."
        )
        return
    if not st.toggle("Run the program softly", key="soft"):
        return
    try:
        soft = shared_model().soft(shown)
    except MODEL_ERRORS as error:
        st.error(f"The soft program could not be run. {escape_markdown(str(error))}")
        return
    if soft is None:
        st.caption("This model cannot run its programs softly.")
        return
    frame, hidden = row_frame(soft, shown)
    if not frame.empty:
        st.caption("How much each step selects each row of the table: softly, and beside it exactly.")
        st.altair_chart(row_chart(frame), alt="How much each row is selected at each step, softly and exactly")
    if hidden:
        st.caption(f"{counted(hidden, 'row')} that no step selects with more than 1% are not drawn.")
    left, right = st.columns(2)
    with left:
        parts = [(text, column, chance) for text, column, chance in soft.cells]
        parts += [(text, "computed", chance) for text, chance in soft.numbers]
        parts.sort(key=lambda part: -part[2])
        parts = parts[:_MOST_ANSWERS]
        st.markdown("**Soft answer**: its likeliest parts")
        st.dataframe(
            {
                "Value": [part[0] for part in parts],
                "From": [part[1] for part in parts],
                "Probability": [round(part[2], 2) for part in parts],
            },
            hide_index=True,
            height="content",
            column_config={"Probability": st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1)},
            alt="The soft answer",
        )
    with right:
        st.markdown("**Exact answer**")
        st.dataframe({"Value": answer_texts(shown)}, hide_index=True, height="auto", alt="The exact answer")
