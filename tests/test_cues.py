"""Cue words and phrases, one line of data each."""

from __future__ import annotations

import pytest

from neural_programmer.tables.matching import CueKind
from neural_programmer.tables.matching.cues import find_cues
from neural_programmer.tables.matching.tokens import tokenize
from neural_programmer.tables.word_lists import word_list


def cues_of(question: str) -> dict[str, set[CueKind]]:
    """The kinds of cue by the words that gave them."""
    tokens, _ = tokenize(question)
    found: dict[str, set[CueKind]] = {}
    for cue in find_cues(tokens):
        words = " ".join(token.text for token in tokens[cue.start : cue.end])
        found.setdefault(words, set()).add(cue.kind)
    return found


@pytest.mark.parametrize(
    ("question", "words", "kind"),
    [
        ("who won the most medals?", "most", CueKind.SUPERLATIVE_MAX),
        ("which is the highest peak?", "highest", CueKind.SUPERLATIVE_MAX),
        ("which is the steepest road?", "steepest", CueKind.SUPERLATIVE_MAX),
        ("who is the tallest player?", "tallest", CueKind.SUPERLATIVE_MAX),
        ("the latest album", "latest", CueKind.SUPERLATIVE_MAX),
        ("who was oldest?", "oldest", CueKind.SUPERLATIVE_MAX),
        ("which nation won the fewest medals?", "fewest", CueKind.SUPERLATIVE_MIN),
        ("the least points", "least", CueKind.SUPERLATIVE_MIN),
        ("the earliest race", "earliest", CueKind.SUPERLATIVE_MIN),
        ("the lowest score", "lowest", CueKind.SUPERLATIVE_MIN),
        ("more than 5 wins", "more than", CueKind.COMPARATIVE_GREATER),
        ("is X heavier than Y?", "heavier than", CueKind.COMPARATIVE_GREATER),
        ("over 40 points", "over", CueKind.COMPARATIVE_GREATER),
        ("fewer than 5 wins", "fewer than", CueKind.COMPARATIVE_LESS),
        ("under 40 points", "under", CueKind.COMPARATIVE_LESS),
        ("at least 3 wins", "at least", CueKind.AT_LEAST),
        ("5 wins or more", "or more", CueKind.AT_LEAST),
        ("no fewer than 3 wins", "no fewer than", CueKind.AT_LEAST),
        ("at most 3 wins", "at most", CueKind.AT_MOST),
        ("no more than 3 wins", "no more than", CueKind.AT_MOST),
        ("no higher than 5th", "no higher than", CueKind.AT_MOST),
        ("up to 3 wins", "up to", CueKind.AT_MOST),
        ("between 3 and 5", "between", CueKind.BETWEEN),
        ("who did not finish?", "not", CueKind.NEGATION),
        ("who didn't finish?", "n't", CueKind.NEGATION),
        ("who never won?", "never", CueKind.NEGATION),
        ("a country other than Spain", "other than", CueKind.NEGATION),
        ("besides Spain", "besides", CueKind.NEGATION),
        ("all except Spain", "except", CueKind.NEGATION),
        ("without a medal", "without", CueKind.NEGATION),
        ("how many riders finished?", "how many", CueKind.COUNT),
        ("the number of riders", "number of", CueKind.COUNT),
        ("how many different riders?", "how many different", CueKind.COUNT_DISTINCT),
        ("the first album", "first", CueKind.FIRST),
        ("the last album", "last", CueKind.LAST),
        ("who came before Smith?", "came before", CueKind.PREVIOUS),
        ("which year was before 1990?", "before", CueKind.BEFORE),
        ("games after May 5", "after", CueKind.AFTER),
        ("who is listed above Smith?", "listed above", CueKind.ABOVE),
        ("who is right below Smith?", "right below", CueKind.BELOW),
        ("who is listed after Smith?", "listed after", CueKind.NEXT),
        ("the next album", "next", CueKind.NEXT),
        ("who was right before Smith?", "right before", CueKind.PREVIOUS),
        ("the year preceding 1990", "preceding", CueKind.PREVIOUS),
        ("the year following 1990", "following", CueKind.NEXT),
        ("the total points", "total", CueKind.TOTAL),
        ("the sum of the points", "sum of", CueKind.TOTAL),
        ("the average attendance", "average", CueKind.AVERAGE),
        ("the difference between X and Y", "difference between", CueKind.DIFFERENCE),
        ("how many more wins than losses?", "how many more", CueKind.DIFFERENCE),
        ("in the same year", "same", CueKind.SAME),
        ("who won most often?", "most often", CueKind.MOST_COMMON),
        ("what is used most frequently?", "most frequently", CueKind.MOST_COMMON),
        ("least common name", "least common", CueKind.LEAST_COMMON),
        ("X or Y?", "or", CueKind.OR),
        ("Is X larger?", "Is", CueKind.YES_NO),
        ("did they win?", "did", CueKind.YES_NO),
    ],
)
def test_words_suggest_an_operation(question: str, words: str, kind: CueKind) -> None:
    assert kind in cues_of(question).get(words, set())


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("at least 3", CueKind.SUPERLATIVE_MIN),
        ("at most 3", CueKind.SUPERLATIVE_MAX),
        ("no more than 3", CueKind.NEGATION),
        ("no more than 3", CueKind.COMPARATIVE_GREATER),
        ("how many more wins", CueKind.COUNT),
        ("the west coast test against the guest", CueKind.SUPERLATIVE_MAX),
        ("which player did that?", CueKind.YES_NO),
        ("which number other than 5", CueKind.COMPARATIVE_GREATER),
    ],
)
def test_longer_phrases_and_exceptions_silence_shorter_cues(question: str, kind: CueKind) -> None:
    assert all(kind not in kinds for kinds in cues_of(question).values())


def test_letter_case_and_curly_quotes_do_not_matter() -> None:
    lower, upper = tokenize("who didn't win at least 3?")[0], tokenize("WHO DIDN\u2019T WIN AT LEAST 3?")[0]
    assert find_cues(lower) == find_cues(upper) != ()


def test_every_phrase_of_the_list_is_found_by_its_words() -> None:
    for kind, phrases in word_list("cues")["phrases"].items():
        for phrase in phrases:
            found = find_cues(tokenize(f"x {phrase} x")[0])
            assert any(cue.kind == kind and cue.start == 1 for cue in found), (kind, phrase)
