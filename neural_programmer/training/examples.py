"""Questions made ready for training: features, consistent programs, and for judging also tables and targets."""

from __future__ import annotations

import dataclasses
import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from neural_programmer.data.code_version import code_version
from neural_programmer.data.feature_store import restore, store
from neural_programmer.data.features import FEATURES_VERSION, Features, featurize
from neural_programmer.data.goals import goal_of
from neural_programmer.data.wikitablequestions import Question, WikiTableQuestions, cache_directory
from neural_programmer.execution.grounding import Grounding
from neural_programmer.execution.soft_grounding import ground
from neural_programmer.language.candidates import FIELDS, Candidates
from neural_programmer.language.offer import offer
from neural_programmer.search.consistent import EncodedPrograms, consistent_programs
from neural_programmer.tables.matching import TableIndex, link
from neural_programmer.tables.matching.linking import Linking
from neural_programmer.tables.table import Table
from neural_programmer.training.soft_training import SoftAnswering

_Item = TypeVar("_Item")
_PACKAGES = ("neural_programmer.tables", "neural_programmer.language", "neural_programmer.operations")


@dataclass(frozen=True, eq=False)
class Example:
    """One question to learn from: its features, its consistent programs and, for the soft objective, what execution
    and the loss need.
    """

    id: str
    features: Features
    programs: EncodedPrograms
    soft: SoftAnswering | None = None


@dataclass(frozen=True, eq=False)
class JudgedQuestion:
    """One question to judge by: everything a predictor needs, and the items of the right answer."""

    id: str
    grounding: Grounding
    linking: Linking
    candidates: Candidates
    target: tuple[str, ...]


def judge_by(asked: Sequence[tuple[str, Table, str, tuple[str, ...]]]) -> list[JudgedQuestion]:
    """Link questions (id, table, question, target) to their tables, each table prepared once."""
    prepared: dict[str, tuple[Grounding, TableIndex]] = {}
    judged = []
    for id_, table, question, target in asked:
        if table.fingerprint not in prepared:
            prepared[table.fingerprint] = (Grounding(table), TableIndex(table))
        grounding, index = prepared[table.fingerprint]
        linking = link(question, index)
        judged.append(JudgedQuestion(id_, grounding, linking, offer(table, linking), target))
    return judged


def examples_of(judged: Sequence[JudgedQuestion], kept: int) -> list[Example]:
    """Examples of questions at hand, searched here and now; those without a consistent program are left out."""
    features = {one.id: featurize(one.grounding, one.linking, one.candidates) for one in judged}
    programs = {}
    for one in judged:
        goal = goal_of(one.target, one.grounding, one.candidates)
        programs[one.id] = consistent_programs(one.grounding, one.linking, one.candidates, goal, limit=kept)
    return with_programs(features, programs, kept)


def spread(questions: Sequence[_Item], count: int) -> list[_Item]:
    """At most ``count`` questions (0: all), evenly spread over the sequence."""
    if count <= 0 or count >= len(questions):
        return list(questions)
    return [questions[at] for at in np.linspace(0, len(questions) - 1, count).astype(int)]


def _featurize_table(root: Path, context: str, questions: Sequence[Question]) -> list[tuple[str, Features]]:
    table = WikiTableQuestions(root).read_table(context)
    grounding, index = Grounding(table), TableIndex(table)
    features = []
    for question in questions:
        linking = link(question.utterance, index)
        features.append((question.id, featurize(grounding, linking, offer(table, linking))))
    return features


def features_of(
    dataset: WikiTableQuestions,
    questions: Sequence[Question],
    *,
    processes: int = 2,
    progress: Callable[[int, int], None] | None = None,
) -> Mapping[str, Features]:
    """The features of questions by id; kept in the user's cache for the same questions and the same code."""
    state = hashlib.blake2b(digest_size=12)
    for part in (str(FEATURES_VERSION), code_version(*_PACKAGES)):
        state.update(part.encode() + b"\0")
    by_context: dict[str, list[Question]] = defaultdict(list)
    for question in questions:
        by_context[question.context].append(question)
        state.update("\0".join((question.id, question.utterance, question.context)).encode() + b"\0")
    for context in by_context:
        state.update(hashlib.blake2b((dataset.root / context).read_bytes(), digest_size=12).digest())
    path = cache_directory().parent / "features" / f"{state.hexdigest()}.npz"
    if path.is_file():
        return restore(path)
    found: dict[str, Features] = {}
    with ProcessPoolExecutor(max_workers=processes) as pool:
        tasks = [pool.submit(_featurize_table, dataset.root, context, asked) for context, asked in by_context.items()]
        for task in as_completed(tasks):
            found.update(task.result())
            if progress is not None:
                progress(len(found), len(questions))
    ordered = {question.id: found[question.id] for question in questions}
    store(path, ordered)
    return ordered


def with_programs(
    features: Mapping[str, Features], programs: Mapping[str, EncodedPrograms], kept: int
) -> list[Example]:
    """The questions that have consistent programs, each with at most ``kept`` of them, in the features' order."""
    examples = []
    for id_, one in features.items():
        found = programs.get(id_)
        if found is None or not len(found):
            continue
        first = EncodedPrograms(found.programs[:kept], found.sizes[:kept], found.prior[:kept])
        examples.append(Example(id_, one, first))
    return examples


def without_programs(features: Mapping[str, Features]) -> list[Example]:
    """The questions with no programs at all: the soft objective alone needs none."""
    nothing = EncodedPrograms(
        np.zeros((0, 1, FIELDS), dtype=np.int16), np.zeros((0, 1), dtype=np.int8), np.zeros(0, dtype=np.float32)
    )
    return [Example(id_, one, nothing) for id_, one in features.items()]


def with_soft_answering(examples: Sequence[Example], judged: Mapping[str, JudgedQuestion]) -> list[Example]:
    """The examples that soft programs can get right, with what soft execution and its loss need.

    Those whose answer is no number and stands in no column are left out.
    """
    ready = []
    for example in examples:
        question = judged[example.id]
        goal = goal_of(question.target, question.grounding, question.candidates)
        if goal.number is not None or goal.hits:
            grounded = ground(question.grounding, question.candidates)
            ready.append(dataclasses.replace(example, soft=SoftAnswering(grounded, question.candidates, goal)))
    return ready
