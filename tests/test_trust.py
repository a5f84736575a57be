"""Confidence, calibration and abstention: evidence, fits, settings files, and questions that a table cannot answer."""

from __future__ import annotations

import dataclasses
import functools
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neural_programmer.abstention import AbstentionReport
from neural_programmer.answering import FoundReading, Outcome
from neural_programmer.calibration import (
    SETTINGS,
    AskingSettings,
    CalibrationError,
    Products,
    Scale,
    Score,
    read_settings,
    write_settings,
)
from neural_programmer.confidence_fitting import agreeing, fit_confidence, losing
from neural_programmer.crossing import Asked, cross_fitted, fit
from neural_programmer.data.wikitablequestions import DatasetError, Question
from neural_programmer.evaluation import judge
from neural_programmer.evidence import (
    CANDIDATE_EVIDENCE,
    EVIDENCE,
    answer_groups,
    best_of_group,
    candidate_evidence,
    evidence,
    sums_of_groups,
)
from neural_programmer.mispairing import mispaired, off_topic, off_topic_texts
from neural_programmer.model.reranker import RerankerConfig
from neural_programmer.prepared import PreparedTable
from neural_programmer.reliability import Bin, bins_of, calibration_error, diagram, surest
from neural_programmer.tables.matching.link import link
from neural_programmer.training.calibrating import fit_settings
from neural_programmer.training.config import RerankingConfig
from neural_programmer.training.reranking import Beam, find_beams
from tests.scripted import FIRST_NATION, MEDALS, MOST_GOLD, NATIONS, ScriptedPredictor, scripted
from tests.tiny_models import judged_questions, tiny_model

QUESTIONS = [Question(f"q-{number}", f"question {number}?", f"csv/{number % 7}.csv", ("yes",)) for number in range(70)]


def seen(**values: float) -> tuple[float, ...]:
    """Evidence with these values and zeros."""
    assert set(values) <= set(EVIDENCE)
    return tuple(values.get(name, 0.0) for name in EVIDENCE)


def evidence_of(question: str, *programs: tuple[str, float]) -> dict[str, float]:
    """The evidence for the best of scripted programs."""
    prepared = PreparedTable(MEDALS)
    linking = link(question, prepared.index)
    found = ScriptedPredictor(programs).predict(prepared, linking, 20)
    scores, groups = np.array([one.log_probability for one in found]), answer_groups(found)
    sums = sums_of_groups(scores, groups)
    best = best_of_group(scores, groups, int(sums.argmax()))
    return dict(zip(EVIDENCE, evidence(sums, candidate_evidence(linking, found)[best]).tolist(), strict=True))


def test_evidence_tells_questions_about_the_table_from_others() -> None:
    own = evidence_of("which nation won the most gold?", (MOST_GOLD, 0.6), (NATIONS, 0.2))
    other = evidence_of("which film of 1850 has the longest title?", (MOST_GOLD, 0.6), (NATIONS, 0.2))
    for name in ("in_table", "in_headers", "header_score", "columns_named"):
        assert own[name] > other[name]
    assert other["foreign_numbers"] == 1
    assert own["foreign_numbers"] == 0
    assert own["unused"] < other["unused"]
    assert own["steps"] == 3
    assert own["search_mass"] == pytest.approx(np.log(0.8))
    assert own["search_score"] == pytest.approx(np.log(0.6))


def test_evidence_sums_programs_with_the_same_answer() -> None:
    together = evidence_of("most gold?", (FIRST_NATION, 0.4), (MOST_GOLD, 0.3), (MOST_GOLD, 0.2))
    assert together["log_odds"] == pytest.approx(0, abs=1e-6)
    assert together["lead"] == pytest.approx(np.log(0.5 / 0.4))
    assert together["search_score"] == pytest.approx(np.log(0.3))
    assert together["readings"] == pytest.approx(np.log(2))


def test_evidence_for_mentioned_cells_and_repeated_answers() -> None:
    cell = evidence_of("how much gold did Sweden win?", (NATIONS, 0.6))
    assert cell["whole_cell"] > 0
    assert cell["answer_repeats"] == 0
    assert evidence_of("did Denmark win the most gold?", (MOST_GOLD, 0.6))["answer_repeats"] == 1


def test_evidence_of_chosen_candidates_is_that_of_all() -> None:
    prepared = PreparedTable(MEDALS)
    linking = link("which nation won the most gold?", prepared.index)
    found = ScriptedPredictor().predict(prepared, linking, 20)
    every = candidate_evidence(linking, found)
    assert every.shape == (len(found), len(CANDIDATE_EVIDENCE))
    assert np.array_equal(candidate_evidence(linking, found, [2]), every[2:3])
    assert np.isfinite(every).all()


def test_a_response_carries_the_evidence_for_its_confidence() -> None:
    response = scripted().ask(MEDALS, "which nation won the most gold?")
    assert len(response.evidence) == len(EVIDENCE)
    assert Score().of(response.evidence) == pytest.approx(response.confidence)
    assert scripted().ask(MEDALS, "").evidence == ()


def test_a_score_is_a_probability_of_weighed_evidence() -> None:
    assert Score().of(seen(log_odds=np.log(3), unused=1.0)) == pytest.approx(0.75)
    assert Score(1.0, {"unused": -2.0}).of(seen(unused=0.5)) == pytest.approx(0.5)
    assert Score(-1e6, {}).of(seen()) == 0
    assert Score(1e6, {}).of(seen()) == 1


def test_products_are_of_evidence_on_its_scale() -> None:
    products = Products({"words": Scale(2.0, 0.5), "steps": Scale(3.0, 1.0)}, {("words", "steps"): 0.5})
    score = Score(0.25, {}, products)
    assert score.total(seen(words=2.5, steps=5.0)) == pytest.approx(0.25 + 0.5 * 1 * 2)
    # What lies far from the mean counts as three spreads, so that nothing strange decides alone.
    assert score.total(seen(words=100.0, steps=-100.0)) == pytest.approx(0.25 - 0.5 * 3 * 3)


def test_confidence_learns_what_two_kinds_of_evidence_say_together() -> None:
    random = np.random.default_rng(1)
    # Right where exactly one of the two is high: neither says anything alone.
    own = [seen(unused=float(one), in_table=float(other)) for one, other in random.choice([0.1, 0.9], (1000, 2))]
    right = [(one[EVIDENCE.index("unused")] > 0.5) != (one[EVIDENCE.index("in_table")] > 0.5) for one in own]
    fitted = fit_confidence(own, right)
    found = np.array([fitted.of(one) for one in own])
    assert found[np.array(right)].min() > 0.7
    assert found[~np.array(right)].max() < 0.3


def test_confidence_learns_the_odds() -> None:
    # Answers given 0.9 are right in 6 of 10 cases, those given 0.3 in 2 of 10.
    likely, unlikely = seen(log_odds=np.log(9)), seen(log_odds=np.log(3 / 7))
    right = [number % 10 < 6 for number in range(1000)] + [number % 10 < 2 for number in range(1000)]
    fitted = fit_confidence([likely] * 1000 + [unlikely] * 1000, right)
    assert fitted.of(likely) == pytest.approx(0.6, abs=0.01)
    assert fitted.of(unlikely) == pytest.approx(0.2, abs=0.01)


def test_unanswerable_questions_get_little_confidence_and_leave_that_in_others_right() -> None:
    random = np.random.default_rng(0)
    odds = random.normal(1, 2, 1000)
    # Whether words are linked says nothing about questions of their own table, and all about those of another.
    own = [seen(log_odds=float(one), in_table=float(random.choice([0.2, 0.9]))) for one in odds]
    right = [bool(random.uniform() < 1 / (1 + np.exp(-one))) for one in odds]
    other = [seen(log_odds=float(one), in_table=0.2) for one in random.normal(1, 2, 300)]
    without, fitted = fit_confidence(own, right), fit_confidence(own, right, other)
    assert fitted.weights["in_table"] > 1 > abs(without.weights["in_table"])
    assert np.mean([fitted.of(one) for one in other]) < np.mean([without.of(one) for one in other]) - 0.05
    assert np.mean([fitted.of(one) for one in own]) == pytest.approx(np.mean(right), abs=0.005)


def test_a_fit_without_both_kinds_of_answers_is_the_identity() -> None:
    assert fit_confidence([seen()] * 3, [True] * 3) == Score()
    assert fit_confidence([], []) == Score()


@settings(deadline=None, max_examples=20)
@given(st.lists(st.tuples(st.floats(-10, 10), st.floats(0, 1), st.booleans()), max_size=30))
def test_every_fit_is_a_probability(points: list[tuple[float, float, bool]]) -> None:
    fitted = fit_confidence(
        [seen(log_odds=odds, unused=unused) for odds, unused, _ in points], [right for _, _, right in points]
    )
    assert all(0 <= fitted.of(seen(log_odds=odds)) <= 1 for odds in (-10.0, 0.0, 10.0))


def test_the_threshold_loses_no_more_than_its_share() -> None:
    scores = [number / 100 for number in range(100)]
    threshold = losing(scores, 0.05)
    assert sum(score < threshold for score in scores) == 5
    assert losing([0.12345678]) == 0.1234
    assert losing([]) == 0


def test_settings_are_read_as_they_were_written(tmp_path: Path) -> None:
    assert read_settings(tmp_path) == AskingSettings()
    products = Products(
        {"log_odds": Scale(1.0, 2.0), "unused": Scale(0.5, 0.25)},
        {("log_odds", "unused"): 0.5, ("unused", "unused"): -0.25},
    )
    for score in (Score(-0.5, {"log_odds": 0.75, "unused": -1.5}), Score(-0.5, {"log_odds": 0.75}, products)):
        settings = AskingSettings(score, 0.125)
        write_settings(tmp_path, settings)
        assert read_settings(tmp_path) == settings


def test_settings_of_the_first_version_are_read(tmp_path: Path) -> None:
    (tmp_path / SETTINGS).write_text('{"slope": 0.7, "intercept": -0.25, "unused": -0.5, "threshold": 0.25}')
    settings = read_settings(tmp_path)
    assert settings.threshold == 0.25
    assert settings.confidence == Score(-0.25, {"log_odds": 0.7, "unused": -0.5})


CONFIDENCE = {"intercept": 0, "weights": {"log_odds": 1}}
NO_PRODUCTS: tuple[object, ...] = (
    [],
    {"scales": {}},
    {"scales": {"steps": 1}, "weights": {}},
    {"scales": {"steps": [0, 0]}, "weights": {}},
    {"scales": {"steps": [0, "1"]}, "weights": {}},
    {"scales": {"colour": [0, 1]}, "weights": {}},
    {"scales": {"steps": [0, 1]}, "weights": {"steps": 1}},
    {"scales": {"steps": [0, 1]}, "weights": {"steps * words": 1}},
    {"scales": {"steps": [0, 1]}, "weights": {"steps * steps": None}},
)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"slope": 0, "intercept": 0, "unused": 0, "threshold": 0}',
        '{"slope": 1, "intercept": 0, "unused": 0, "threshold": 2}',
        '{"slope": 1, "intercept": 0, "unused": 1, "threshold": 0}',
        '{"slope": NaN, "intercept": 0, "unused": 0, "threshold": 0}',
        '{"slope": 1, "intercept": "0", "unused": 0, "threshold": 0}',
        json.dumps({"confidence": CONFIDENCE}),
        json.dumps({"confidence": CONFIDENCE, "threshold": True}),
        json.dumps({"confidence": CONFIDENCE, "threshold": -1}),
        json.dumps({"confidence": 1, "threshold": 0}),
        json.dumps({"confidence": {"intercept": 0, "weights": {"colour": 1}}, "threshold": 0}),
        json.dumps({"confidence": {"intercept": 0, "weights": {"log_odds": "1"}}, "threshold": 0}),
        json.dumps({"confidence": {"intercept": 0, "weights": []}, "threshold": 0}),
        *(json.dumps({"confidence": {**CONFIDENCE, "products": one}, "threshold": 0}) for one in NO_PRODUCTS),
    ],
)
def test_damaged_settings_are_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / SETTINGS).write_text(content)
    with pytest.raises(CalibrationError, match=SETTINGS):
        read_settings(tmp_path)


def test_bins_have_equal_mass_and_their_error_is_weighed() -> None:
    confidences = [number / 30 for number in range(30)]
    bins = bins_of(confidences, [number % 2 == 0 for number in range(30)], bins=15)
    assert [one.questions for one in bins] == [2] * 15
    assert all(one.accuracy == 0.5 for one in bins)
    assert calibration_error(bins) == pytest.approx(np.mean([abs(one.confidence - 0.5) for one in bins]))
    assert calibration_error([Bin(3, 0.5, 0.75), Bin(1, 0.5, 0.0)]) == pytest.approx((3 * 0.25 + 0.5) / 4)
    assert len(bins_of([0.5] * 4, [True] * 4)) == 4


def test_the_surest_come_by_confidence() -> None:
    confidences, right = [0.1, 0.9, 0.8, 0.2], [False, True, True, False]
    assert surest(confidences, right, 0.5) == 1
    assert surest(confidences, right, 1.0) == 0.5
    assert surest(confidences, right, 0.01) == 1


def test_the_diagram_is_drawn_and_escapes_its_title() -> None:
    drawn = diagram([Bin(10, 0.25, 0.5), Bin(10, 0.75, 1.0)], "a <b> & c")
    assert drawn.startswith("<svg ")
    assert drawn.endswith("</svg>\n")
    assert drawn.count("<circle") == 2
    assert "10 questions: confidence 25.0%, right 50.0%" in drawn
    assert "a &lt;b&gt; &amp; c" in drawn


def test_mispaired_questions_are_asked_of_another_table() -> None:
    other = mispaired(QUESTIONS)
    assert [one.id for one in other] == [one.id for one in QUESTIONS]
    assert all(one.context != own.context for one, own in zip(other, QUESTIONS, strict=True))
    assert {one.context for one in other} == {one.context for one in QUESTIONS}
    assert all(one.target == () for one in other)
    assert mispaired(QUESTIONS[::-1])[::-1] == other
    assert mispaired(QUESTIONS, seed=1) != other
    with pytest.raises(DatasetError, match="at least two tables"):
        mispaired(QUESTIONS[:1])


def test_questions_about_no_table_are_many_and_different() -> None:
    texts = off_topic_texts()
    assert len(texts) >= 100
    assert len(set(texts)) == len(texts)
    asked = off_topic(QUESTIONS)
    assert len(asked) == 3 * len(texts)
    assert {one.context for one in asked} == {one.context for one in QUESTIONS}
    assert asked == off_topic(QUESTIONS)


def outcome(
    confidence: float, answer: str = "yes", *, readings: bool = True, values: tuple[float, ...] = seen()
) -> Outcome:
    found = (FoundReading((answer,), 0.5, "#0 = all_rows()", "The rows.", "count"),) if readings else ()
    return Outcome("q", found, values if readings else (), confidence, False, 0.01)


def test_abstentions_are_counted_at_every_threshold() -> None:
    own = judge(QUESTIONS[:4], [outcome(0.9), outcome(0.2), outcome(0.8), outcome(0.3, "no")])
    report = AbstentionReport(own, [outcome(0.1), outcome(0.5), outcome(0.0, readings=False)], [outcome(0.6)])
    found = report.at(0.25)
    shares = [found.mispaired, found.off_topic, found.right_lost, found.withheld]
    assert shares == pytest.approx([2 / 3, 0, 1 / 3, 1 / 4])
    nothing = report.at(0.0)
    assert [nothing.mispaired, nothing.right_lost] == pytest.approx([1 / 3, 0])
    assert all(one.right_lost <= 0.1 for one in report.sweep)
    assert report.to_json(0.25)["at_threshold"]["right_answers_lost"] == pytest.approx(1 / 3)


def test_settings_are_tried_on_tables_that_their_fit_has_not_seen() -> None:
    random = np.random.default_rng(0)
    questions = [Question(f"q-{at}", "?", f"csv/{at % 40}.csv", ("yes",)) for at in range(800)]
    own, other = [], []
    for _ in questions:
        quality = random.uniform()
        answer = "yes" if random.uniform() < quality else "no"
        values = seen(log_odds=float(np.log(quality / (1 - quality))), in_table=0.9)
        own.append(outcome(0.0, answer, values=values))
        other.append(outcome(0.0, values=seen(log_odds=float(random.normal()), in_table=float(random.uniform(0, 0.5)))))
    asked = Asked(judge(questions, own), other)
    tried = cross_fitted(asked)
    assert tried.folds == 5
    assert tried.calibration_error < 0.06
    assert tried.surest_half > 0.65
    assert tried.right_lost < 0.08
    assert tried.mispaired > 0.9
    settings = fit(asked)
    assert settings.confidence.weights["in_table"] > 0
    assert 0 < settings.threshold < 1
    assert fit(asked, 0.5).threshold == 0.5


def test_weights_may_be_kept_and_made_to_agree() -> None:
    random = np.random.default_rng(2)
    # The score is twice as sure as it should be.
    odds = random.normal(0.5, 1.5, 2000)
    right = [bool(random.uniform() < 1 / (1 + np.exp(-one))) for one in odds]
    products = Products({"steps": Scale(0.0, 1.0)}, {("steps", "steps"): 0.5})
    sure = Score(0.25, {"log_odds": 2.0, "in_table": 1.0}, products)
    fitted = agreeing(sure, [seen(log_odds=float(one)) for one in odds], right)
    assert fitted.weights["log_odds"] == pytest.approx(1.0, abs=0.15)
    slope = fitted.weights["log_odds"] / 2
    assert fitted.weights["in_table"] == pytest.approx(slope)
    assert fitted.products.weights["steps", "steps"] == pytest.approx(0.5 * slope)
    assert agreeing(sure, [seen()] * 2, [True, True]) == sure
    questions = [Question(f"q-{at}", "?", f"csv/{at % 40}.csv", ("yes",)) for at in range(2000)]
    given = [
        outcome(0.0, "yes" if one else "no", values=seen(log_odds=float(at)))
        for at, one in zip(odds, right, strict=True)
    ]
    asked = Asked(judge(questions, given), [outcome(0.0)] * len(given))
    assert fit(asked, weights=sure).confidence == fitted
    assert cross_fitted(asked, sure).calibration_error < 0.05


NETWORK = RerankerConfig(ngram_buckets=50, pair_buckets=8, vector_width=4)


@functools.cache
def found_beams() -> tuple[Beam, ...]:
    """What a small model with random weights finds for synthetic questions."""
    return tuple(find_beams(tiny_model().predictor(), judged_questions(4, 1), 6, NETWORK))


def made_beams(random: np.random.Generator, count: int, *, own: bool) -> list[Beam]:
    """Beams whose first answer is mostly right and whose words are linked, or those of questions of other tables."""
    place = CANDIDATE_EVIDENCE.index("in_table")
    beams = []
    for at in range(count):
        beam = found_beams()[at % len(found_beams())]
        right = (beam.groups == 0) & own & bool(random.uniform() < 0.8)
        linked = beam.evidence.copy()
        linked[:, place] = random.uniform(0.5, 1.0) if own else random.uniform(0, 0.6)
        beams.append(dataclasses.replace(beam, right=right, evidence=linked))
    return beams


def test_settings_are_fitted_from_the_beams_of_folds_alone() -> None:
    random = np.random.default_rng(3)
    own = [made_beams(random, 60, own=True) for _ in range(2)]
    other = [made_beams(random, 15, own=False) for _ in range(2)]
    config, network = RerankingConfig(epochs=2), NETWORK
    settings = fit_settings(own, other, config=config, network=network, seed=1)
    assert settings.confidence.weights["in_table"] > 0
    assert 0 < settings.threshold < 1
    again = fit_settings(own, other, config=config, network=network, seed=1)
    assert again == settings
    without = fit_settings(own, [], config=config, network=network, seed=1)
    assert without.confidence.weights["in_table"] < settings.confidence.weights["in_table"]
    with pytest.raises(ValueError, match="at least two folds"):
        fit_settings(own[:1], [], config=config, network=network, seed=1)
