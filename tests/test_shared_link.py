"""Links to answers: they lead back to the answer, and broken or hostile ones to a message."""

from __future__ import annotations

import pytest

from neural_programmer.data.sample_tables import sample_tables
from neural_programmer.language.text_form import read_program
from neural_programmer.prepared import PreparedTable
from neural_programmer.shared_link import MOST_CHARACTERS, LinkError, follow_link, read_link, write_link

LONGEST = '#0 = all_rows(); #1 = argmax(#0, "Running time":number); #2 = select(#1, "Film":text)'


def test_a_link_leads_back_to_the_answer() -> None:
    written = write_link("films.csv", "which film is the longest?", read_program(LONGEST))
    assert written == {"table": "films.csv", "question": "which film is the longest?", "program": LONGEST}
    link = read_link(written)
    assert link.sample is sample_tables()[0]
    response = follow_link(link, PreparedTable(sample_tables()[0].load()))
    assert response is not None
    assert response.answer == ["Lawrence of Arabia"]
    assert response.question == "which film is the longest?"


def test_only_samples_are_linked_to() -> None:
    assert write_link("5f2a upload.csv", "what?", read_program(LONGEST)) == {}
    assert write_link("films.csv") == {"table": "films.csv"}
    assert write_link("films.csv", "x" * 5000) == {"table": "films.csv"}


def test_parts_may_be_left_out_and_others_are_none_of_its_business() -> None:
    assert read_link({"utm_source": "x"}) == read_link({})
    link = read_link({"table": "films.csv"})
    assert follow_link(link, PreparedTable(sample_tables()[0].load())) is None
    assert read_link({"question": "why?"}).question == "why?"


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"table": "../../etc/passwd"}, "no sample"),
        ({"table": "<script>alert(1)</script>"}, "no sample"),
        ({"table": "/etc/passwd"}, "no sample"),
        ({"program": LONGEST}, "no table"),
        ({"table": "films.csv", "program": "DROP TABLE films"}, "cannot be read"),
        ({"table": "films.csv", "program": "#0 = all_rows(" + "[" * 3000}, "cannot be read"),
        ({"table": "films.csv", "program": "#0 = all_rows(); #1 = x(^" + "9" * 3900 + ")"}, "link"),
        ({"table": "films.csv", "program": "x" * (MOST_CHARACTERS + 1)}, "longer than"),
        ({"table": "films.csv", "question": "x" * (MOST_CHARACTERS + 1)}, "longer than"),
        ({"table": "x" * 100_000}, "longer than"),
    ],
)
def test_a_broken_link_is_a_message(parameters: dict[str, str], message: str) -> None:
    with pytest.raises(LinkError, match=message) as caught:
        follow_link(read_link(parameters), PreparedTable(sample_tables()[0].load()))
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize(
    "program",
    [
        "#0 = all_rows(); #1 = gone(#0)",
        '#0 = all_rows(); #1 = select(#0, "No such column":text)',
        '#0 = all_rows(); #1 = select(#0, "Film":number)',
        '#0 = all_rows(); #1 = select(#7, "Film":text)',
        "#0 = all_rows()",
        '#0 = all_rows(); #1 = argmax(#0, "Running time":number)',
        '#0 = all_rows(); #1 = kth_row(#0, ^0); #2 = select(#1, "Film":text)',
    ],
)
def test_a_program_that_does_not_fit_its_table_is_a_message(program: str) -> None:
    link = read_link({"table": "films.csv", "program": program})
    with pytest.raises(LinkError, match="cannot be run"):
        follow_link(link, PreparedTable(sample_tables()[0].load()))
