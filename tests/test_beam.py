"""Search for the likeliest programs, against all programs of up to two steps on a small table."""

from __future__ import annotations

import dataclasses
import itertools
import zlib
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from neural_programmer.data.features import featurize
from neural_programmer.execution.exact import answer, execute
from neural_programmer.execution.grounding import Grounding
from neural_programmer.language.candidates import FIELDS, Candidates
from neural_programmer.language.grammar import Grammar, GrammarState, comparable
from neural_programmer.language.kinds import Kind
from neural_programmer.model.beam import BeamSearch, BeamWidths
from neural_programmer.model.scorer import ArgumentTable, ModelScorer
from neural_programmer.model.trie import TrieBuilder
from neural_programmer.operations.registry import REGISTRY
from neural_programmer.tables.build import build_table
from neural_programmer.tables.constants import Constant, ConstantKind
from neural_programmer.tables.table import Table
from neural_programmer.tables.values import ValueType
from neural_programmer.tables.views import ViewKind
from tests.tiny_models import judged_questions, tiny_model

_TYPES = list(ValueType)
_KINDS = list(ConstantKind)
Memory = list[tuple[tuple[int, ...], ...]]


class HashScorer:
    """Any old probabilities, always the same for the same beginning: a scorer that has learned nothing."""

    def __init__(self, grammar: Grammar, candidates: Candidates, seed: int) -> None:
        self.grammar = grammar
        self.candidates = candidates
        self.seed = seed
        self.views = [_TYPES.index(column.view.value_type) for column in candidates.columns]
        self.kinds = [_KINDS.index(constant.kind) for constant in candidates.constants]
        self.available = grammar.available(
            {column.view.value_type for column in candidates.columns},
            {constant.kind for constant in candidates.constants},
        )

    def _scores(self, key: object, mask: NDArray[np.bool_]) -> NDArray[np.float32]:
        random = np.random.default_rng(zlib.crc32(repr((self.seed, key)).encode()))
        scores = np.where(mask, random.normal(scale=2.0, size=mask.shape), -1e9)
        greatest = scores.max(axis=-1, keepdims=True)
        total = np.log(np.exp(scores - greatest).sum(axis=-1, keepdims=True))
        result: NDArray[np.float32] = (scores - greatest - total).astype(np.float32)
        return result

    def start(self) -> Memory:
        return [()]

    def operations(self, memory: Memory, legal: NDArray[np.bool_]) -> NDArray[np.float32]:
        return np.stack([self._scores(key, mask & self.available) for key, mask in zip(memory, legal, strict=True)])

    def arguments(
        self,
        memory: Memory,
        edges: NDArray[np.int64],
        operations: NDArray[np.int64],
        first_mask: NDArray[np.bool_],
        second_mask: NDArray[np.bool_],
    ) -> ArgumentTable:
        parts: list[list[NDArray[np.float32]]] = [[], [], [], []]
        for at, (edge, operation) in enumerate(zip(edges.tolist(), operations.tolist(), strict=True)):
            key = (memory[edge], operation)
            columns = self.grammar.columns()[operation][self.views]
            constants = self.grammar.constants()[operation][self.kinds]
            pairs = np.broadcast_to(constants, (len(self.views), len(self.kinds)))
            if self.grammar.signatures[operation].columns:
                pairs = pairs & comparable()[self.views][:, self.kinds]
            if self.grammar.signatures[operation].constants:
                columns = columns & pairs.any(axis=1)
            masks = (first_mask[at], second_mask[at], np.broadcast_to(columns, (first_mask.shape[1], len(columns))))
            for number, mask in enumerate((*masks, pairs)):
                parts[number].append(self._scores((key, number), mask))
        first, second, column, constant = (np.stack(part) for part in parts)
        return ArgumentTable(first, second, column, constant)

    def advance(
        self, memory: Memory, parents: NDArray[np.int64], steps: NDArray[np.int64], sizes: NDArray[np.int8]
    ) -> Memory:
        return [(*memory[parent], tuple(step)) for parent, step in zip(parents.tolist(), steps.tolist(), strict=True)]


Encoded = tuple[tuple[int, ...], ...]


def _all_programs(grammar: Grammar, scorer: HashScorer) -> Iterator[tuple[float, Encoded]]:
    """Every program of the grammar with its log-probability, written as plain recursion."""

    def follow(state: GrammarState, taken: Encoded, score: float) -> Iterator[tuple[float, Encoded]]:
        operations = scorer.operations([taken], grammar.operations(state)[None])[0]
        length = len(taken) + 1
        for operation in np.flatnonzero(operations > -1e8).tolist():
            before = score + float(operations[operation])
            if operation == grammar.stop:
                yield before, taken
                continue
            signature = grammar.signatures[operation]
            first_mask = grammar.first_references(state, operation)[:length]
            second_mask = np.stack([grammar.second_references(state, operation, one)[:length] for one in range(length)])
            table = scorer.arguments(
                [taken], np.zeros(1, dtype=np.int64), np.array([operation]), first_mask[None], second_mask[None]
            )
            ranges = (
                range(length) if signature.references else [-1],
                range(length) if len(signature.references) > 1 else [-1],
                range(len(scorer.views)) if signature.columns else [-1],
                range(len(scorer.kinds)) if signature.constants else [-1],
            )
            for first, second, column, constant in itertools.product(*ranges):
                parts = [
                    table.first[0, first] if first >= 0 else 0.0,
                    table.second[0, first, second] if second >= 0 else 0.0,
                    table.column[0, max(first, 0), column] if column >= 0 else 0.0,
                    table.constant[0, max(column, 0), constant] if constant >= 0 else 0.0,
                ]
                total = before + float(sum(parts))
                if total > -1e8:
                    after = grammar.advance(state, operation, first, second)
                    yield from follow(after, (*taken, (operation, first, second, column, constant)), total)

    yield from follow(grammar.start, (), 0.0)


def _small() -> tuple[Table, Candidates]:
    table = build_table(
        ["Name", "Points", "Year"], [["Ann", "3", "1990"], ["Bea", "", "1991"], ["Ann", "5", "1991"]], name="small"
    )
    columns = tuple(one for one in table.view_references if one.view in (ViewKind.TEXT, ViewKind.NUMBER))[:4]
    constants = (
        Constant(ConstantKind.TEXT, ("Ann",)),
        Constant(ConstantKind.NUMBER, (3.0,)),
        Constant(ConstantKind.ORDINAL, (1,)),
    )
    return table, Candidates(columns, constants)


def _gives_something(encoded: Encoded, candidates: Candidates, grounding: Grounding, grammar: Grammar) -> bool:
    if len(set(encoded)) < len(encoded):
        return False
    rows = np.full((len(encoded) + 1, FIELDS), -1, dtype=np.int16)
    rows[0, 0] = grammar.first_operation
    rows[1:] = encoded
    for result in execute(candidates.decode(rows, grammar.names), grounding):
        empty = np.isnan(result.value) if result.kind is Kind.NUMBER else not result.value.any()
        if empty:
            return False
    return True


@pytest.fixture(scope="module")
def grammar() -> Grammar:
    return Grammar({name: operation.signature for name, operation in REGISTRY.items()}, maximum_steps=3)


@pytest.mark.parametrize("seed", [0, 1])
def test_the_beam_finds_the_k_best_programs_of_brute_force(grammar: Grammar, seed: int) -> None:
    table, candidates = _small()
    grounding = Grounding(table)
    scorer = HashScorer(grammar, candidates, seed)
    everything = list(_all_programs(grammar, scorer))
    assert sum(np.exp(score) for score, _ in everything) == pytest.approx(1.0, abs=1e-4)
    assert len(everything) > 1000
    ranked = sorted(everything, key=lambda pair: -pair[0])
    useful = (pair for pair in ranked if _gives_something(pair[1], candidates, grounding, grammar))
    best = list(itertools.islice(useful, 25))
    widths = BeamWidths(beam=400, operations=24_000, arguments=24_000, tries=24_000)
    found = BeamSearch(grammar, grounding, candidates, widths).search(scorer)[:25]
    np.testing.assert_allclose([one.log_probability for one in found], [score for score, _ in best], rtol=1e-5)
    assert [tuple(map(tuple, one.encoded[1:].tolist())) for one in found] == [encoded for _, encoded in best]


@pytest.mark.parametrize("slack", [0.5, 2.0, 4.0])
def test_what_is_much_less_likely_than_the_best_is_given_up(grammar: Grammar, slack: float) -> None:
    table, candidates = _small()
    widths = BeamWidths(beam=200, operations=24_000, arguments=24_000, tries=24_000)

    def found(widths: BeamWidths) -> list[tuple[float, list[list[int]]]]:
        search = BeamSearch(grammar, Grounding(table), candidates, widths)
        programs = search.search(HashScorer(grammar, candidates, 7))
        return [(one.log_probability, one.encoded.tolist()) for one in programs]

    every, some = found(widths), found(dataclasses.replace(widths, slack=slack))
    near = [one for one in every if one[0] >= every[0][0] - slack]
    assert len(near) < len(every)
    assert some == every[: max(len(near), widths.least)]


def test_answers_are_those_of_exact_execution_and_none_is_empty(grammar: Grammar) -> None:
    table, candidates = _small()
    grounding = Grounding(table)
    found = BeamSearch(grammar, grounding, candidates, BeamWidths.of(30)).search(HashScorer(grammar, candidates, 5))
    assert 10 < len(found) <= 30
    for one in found:
        assert one.answer == answer(one.program, grounding)
        assert one.answer.defined
        # The parts of its probability are all there, and only where there was something to decide.
        assert one.decisions.shape == one.encoded.shape
        assert one.decisions.sum() == pytest.approx(one.log_probability, abs=1e-4)
        assert (one.decisions[:-1, 1:][one.encoded[1:, 1:] < 0] == 0).all()
        assert (one.decisions[:-1, 0] < 0).all()
    scores = [one.log_probability for one in found]
    assert scores == sorted(scores, reverse=True)


def test_no_step_is_taken_twice_in_a_program() -> None:
    table, candidates = _small()
    # Longer programs, and a seed whose 150 likeliest would have eleven with a step that is there already.
    longer = Grammar({name: operation.signature for name, operation in REGISTRY.items()}, maximum_steps=4)
    search = BeamSearch(longer, Grounding(table), candidates, BeamWidths.of(150))
    found = search.search(HashScorer(longer, candidates, 2))
    assert len(found) == 150
    for one in found:
        assert len(set(map(tuple, one.encoded.tolist()))) == len(one.encoded)


def test_search_and_training_give_a_program_the_same_probability() -> None:
    trained = tiny_model()
    predictor = trained.predictor()
    for question in judged_questions(3, 1)[:5]:
        found = predictor.predict(question.grounding, question.linking, question.candidates, beam=6).hypotheses
        assert len(found) >= 5
        encoded = trained.model.encode(
            trained.batcher.batch([featurize(question.grounding, question.linking, question.candidates)])
        )
        trie = TrieBuilder(trained.model.grammar)
        for one in found:
            sizes = np.array([one.sizes], dtype=np.int8)
            tree = trie.build([one.encoded[None].astype(np.int16)], [sizes], encoded.constants.shape[1])
            with torch.no_grad():
                alone = trained.model.log_probabilities(encoded, tree).item()
            assert alone == pytest.approx(one.log_probability, abs=1e-3)


def test_the_trace_follows_the_best_program() -> None:
    question = judged_questions(3, 1)[0]
    predictor = tiny_model().predictor()
    parts = (question.grounding, question.linking, question.candidates)
    prediction = predictor.predict(*parts, with_trace=True)
    best, trace = prediction.hypotheses[0], prediction.trace
    assert trace is not None
    assert len(trace.steps) == len(best.program) - 1
    assert trace.tokens == tuple(token.text for token in question.linking.tokens)
    for step, shown in zip(list(best.program)[1:], trace.steps, strict=True):
        assert sum(shown.attention) == pytest.approx(1.0, abs=1e-4)
        assert len(shown.attention) == len(trace.tokens)
        assert all(0 < probability <= 1 for _, probability in shown.operations)
        assert bool(shown.columns) == (step.column is not None)
        assert bool(shown.constants) == (step.constant is not None)
    assert predictor.trace(*parts, best) == trace


def test_a_question_without_words_has_no_prediction() -> None:
    question = judged_questions(3, 1)[0]
    empty = type(question.linking)("", (), (), (), ())
    found = tiny_model().predictor().predict(question.grounding, empty, question.candidates, with_trace=True)
    assert found.hypotheses == ()
    assert found.trace is None


def test_the_same_question_gets_the_same_prediction() -> None:
    question = judged_questions(3, 1)[1]
    parts = (question.grounding, question.linking, question.candidates)
    one, two = (tiny_model().predictor().predict(*parts).hypotheses for _ in range(2))
    assert len(one) == len(two) > 1
    for first, second in zip(one, two, strict=True):
        assert (first.program, first.log_probability) == (second.program, second.log_probability)


def test_where_a_question_offers_nothing_to_go_on_with_no_operation_looks_likely() -> None:
    model = tiny_model()
    question = judged_questions(1, 1)[0]
    features = featurize(question.grounding, question.linking, question.candidates)
    with torch.inference_mode():
        encoded = model.model.eval().encode(model.batcher.batch([features]))
        scorer = ModelScorer(model.model, encoded)
        offered = encoded.inputs.operation_mask[0].numpy()
        unavailable = ~offered
        assert unavailable.any()
        scores = scorer.operations(scorer.start(), unavailable[None])
    assert (scores < -1e8).all()
